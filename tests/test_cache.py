"""The cache of renders: what it gives back is what was put in, or nothing."""

import errno
import os
import threading
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnviz import files
from rnnviz.errors import RnnvizWarning
from rnnviz.video import cache_place, entry
from rnnviz.video.cache import SLACK, Amount, Cache, Pruned, sweep, workplace
from rnnviz.video.entry import HEADER, name_of
from stopped import left_work, start

per_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(cache_place, "_told", False)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def place(cache: Cache, key: str) -> Path:
    return cache.folder / "entries" / f"{name_of(key).hex()}.rnnviz"


def holds(cache: Cache) -> list[str]:
    """Every file and folder below the cache's own two."""
    return sorted(path.name for path in cache.folder.glob("*/*"))


def used(cache: Cache, *keys: str) -> None:
    """Make the entries used in this order, long ago."""
    for seconds, key in enumerate(keys, 1):
        os.utime(place(cache, key), (seconds, seconds))


# What was put in


@per_example
@given(key=st.text(), other=st.text(), data=st.binary(max_size=300))
def test_what_was_kept_comes_back(tmp_path, key, other, data):
    cache = Cache(tmp_path / "cache")
    source, into = tmp_path / "source", tmp_path / "into"
    source.write_bytes(data)
    cache.clear()
    assert cache.read(key) is None
    assert cache.put(key, source)
    assert cache.get(key, into)
    assert (into.read_bytes(), cache.read(key)) == (data, data)
    if other != key:
        assert cache.read(other) is None
    if cache.write(other, data[::-1]) and other != key:
        assert (cache.read(key), cache.read(other)) == (data, data[::-1])
    assert cache.write(key, b"new")
    assert cache.read(key) == b"new"
    assert holds(cache) == sorted(place(cache, one).name for one in {key, other})


def test_a_large_file_comes_back(cache, tmp_path, monkeypatch):
    data = os.urandom(3 * entry.CHUNK + 5)
    (tmp_path / "a").write_bytes(data)
    assert cache.put("a", tmp_path / "a")
    assert cache.get("a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == data


def test_a_key_that_is_no_text_is_a_key(cache):
    assert cache.write("\udcff", b"a")
    assert cache.read("\udcff") == b"a"


def test_what_is_not_kept_leaves_no_file(cache, tmp_path):
    (tmp_path / "into").write_bytes(b"of an earlier section")
    assert not cache.get("a", tmp_path / "into")
    assert not (tmp_path / "into").exists()
    assert not cache.folder.exists()  # a look alone makes nothing


def test_a_file_that_is_not_there_cannot_be_put(cache, tmp_path):
    with pytest.raises(FileNotFoundError):
        cache.put("a", tmp_path / "none")


def test_nobody_else_can_look(cache):
    cache.write("a", b"a")
    assert [cache.folder.joinpath(n).stat().st_mode & 0o777 for n in ("entries", "work")] == [
        0o700,
        0o700,
    ]


# What is damaged is missing, goes away, and is replaced

DATA = bytes(range(40))


def is_missing(cache: Cache, into: Path) -> None:
    """Check that "a" is missing for both ways to read, gone, and replaced by the next put."""
    path = place(cache, "a")
    damaged = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    assert not cache.get("a", into)
    assert not into.exists()
    assert not os.path.lexists(path)
    if damaged is not None:
        path.write_bytes(damaged)
        assert cache.read("a") is None
        assert not path.exists()
    assert cache.write("a", DATA)
    assert cache.read("a") == DATA


def test_a_file_cut_off_anywhere_is_missing(cache, tmp_path):
    cache.write("a", DATA)
    whole = place(cache, "a").read_bytes()
    for length in range(len(whole)):
        place(cache, "a").write_bytes(whole[:length])
        is_missing(cache, tmp_path / "into")


def test_a_file_with_any_byte_changed_is_missing(cache, tmp_path):
    cache.write("a", DATA)
    whole = place(cache, "a").read_bytes()
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        place(cache, "a").write_bytes(changed)
        is_missing(cache, tmp_path / "into")


@pytest.mark.parametrize("more", [b"\0", b"more", bytes(HEADER.size)])
def test_a_file_that_goes_on_is_missing(cache, tmp_path, more):
    cache.write("a", DATA)
    place(cache, "a").write_bytes(place(cache, "a").read_bytes() + more)
    is_missing(cache, tmp_path / "into")


@per_example
@given(foreign=st.binary(max_size=200))
def test_a_file_of_others_is_missing(tmp_path, foreign):
    cache = Cache(tmp_path / "cache")
    cache.write("a", DATA)
    place(cache, "a").write_bytes(foreign)
    is_missing(cache, tmp_path / "into")


def test_the_entry_of_another_key_is_missing(cache, tmp_path):
    cache.write("a", DATA)
    cache.write("b", b"of b")
    place(cache, "b").replace(place(cache, "a"))
    is_missing(cache, tmp_path / "into")


def test_a_link_is_no_entry_and_what_it_points_to_stays(cache, tmp_path):
    cache.write("a", DATA)
    place(cache, "a").rename(tmp_path / "elsewhere")
    place(cache, "a").symlink_to(tmp_path / "elsewhere")
    is_missing(cache, tmp_path / "into")
    assert (tmp_path / "elsewhere").exists()


def test_a_pipe_is_not_waited_for(cache, tmp_path):
    cache.write("a", DATA)
    place(cache, "a").unlink()
    os.mkfifo(place(cache, "a"))
    is_missing(cache, tmp_path / "into")


def test_a_folder_in_the_place_of_an_entry_is_missing_and_stays(cache, tmp_path):
    cache.write("b", DATA)
    place(cache, "a").mkdir()
    assert cache.read("a") is None
    with pytest.warns(RnnvizWarning, match="directory"):
        assert not cache.write("a", DATA)
    assert place(cache, "a").is_dir()


# What was not used for longest goes first


def kept(cache: Cache, *keys: str) -> list[str]:
    return [key for key in keys if place(cache, key).exists()]


SIZE = HEADER.size + len(DATA)


def test_a_prune_removes_what_was_not_used_for_longest(cache, tmp_path):
    for key in "abcdef":
        cache.write(key, DATA)
    used(cache, *"bcadef")
    assert cache.prune(6 * SIZE) == Pruned(*[Amount()] * 3, Amount(6, 6 * SIZE))
    assert cache.read("b") == DATA  # and so it is used
    assert cache.get("a", tmp_path / "into")
    done = cache.prune(4 * SIZE + 1)
    assert (done.old, done.kept) == (Amount(2, 2 * SIZE), Amount(4, 4 * SIZE))
    assert kept(cache, *"abcdef") == ["a", "b", "e", "f"]
    cache.prune(4 * SIZE - 1)
    assert kept(cache, *"abcdef") == ["a", "b", "f"]
    assert cache.prune(0).kept == Amount()
    assert holds(cache) == []


def test_a_full_cache_makes_room_for_what_is_new(tmp_path):
    cache = Cache(tmp_path / "cache", 10 * SIZE)
    for number in range(40):
        assert cache.write(str(number), DATA)
        found = cache.info()
        assert found.bytes <= found.limit
        assert cache.read(str(number)) == DATA
        used(cache, *(str(k) for k in range(number + 1) if place(cache, str(k)).exists()))
    assert kept(cache, *map(str, range(40))) == [str(k) for k in range(31, 40)]


def test_what_alone_is_over_the_limit_is_not_kept_and_evicts_nothing(tmp_path):
    cache = Cache(tmp_path / "cache", 10 * SIZE)
    cache.write("a", DATA)
    assert not cache.write("b", bytes(10 * SIZE))
    (tmp_path / "large").write_bytes(bytes(10 * SIZE))
    assert not cache.put("b", tmp_path / "large")
    assert kept(cache, "a", "b") == ["a"]
    assert not Cache(cache.folder, 0).write("b", b"")


def test_small_entries_look_at_the_others_about_once_in_a_slack(tmp_path, monkeypatch):
    looks = []
    monkeypatch.setattr(Cache, "_entries", lambda self: looks.append(self) or [])
    cache = Cache(tmp_path / "cache", 10 * SLACK * SIZE)
    for number in range(200):
        cache.write(str(number), DATA)
    assert 10 <= len(looks) <= 35  # 20 are expected, and the same ones each time


@pytest.mark.parametrize("check", [False, True])
def test_a_check_removes_what_is_damaged(cache, check):
    for key in "abcd":
        cache.write(key, DATA)
    place(cache, "a").write_bytes(place(cache, "b").read_bytes())
    place(cache, "c").write_bytes(b"")
    done = cache.prune(check=check)
    if check:
        assert (done.damaged, done.kept) == (Amount(2, SIZE), Amount(2, 2 * SIZE))
        assert kept(cache, *"abcd") == ["b", "d"]
    else:
        assert (done.damaged, done.kept) == (Amount(), Amount(4, 3 * SIZE))


def test_info_counts_entries_alone(cache, tmp_path):
    assert (cache.info().entries, cache.info().bytes) == (0, 0)
    cache.write("a", DATA)
    (cache.folder / "entries" / "notes.txt").write_text("mine")
    place(cache, "b").symlink_to(place(cache, "a"))
    assert (cache.info().entries, cache.info().bytes) == (1, SIZE)


def test_what_is_not_the_caches_own_stays(cache, tmp_path):
    cache.write("a", DATA)
    theirs = [
        cache.folder / "notes.txt",
        cache.folder / "entries" / "notes.txt",
        cache.folder / "entries" / f"{'0' * 64}.mp4",
        cache.folder / "entries" / "folder" / place(cache, "a").name,
        cache.folder / "work" / "notes.lock",
        cache.folder / "work" / f"1-{'0' * 16}" / "no lock",
    ]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    assert cache.clear() == Amount(1, SIZE)
    cache.prune(0)
    assert [path.read_text() for path in theirs] == ["mine"] * len(theirs)


@pytest.mark.parametrize("name", ["entries", "work"])
def test_a_link_in_place_of_a_folder_is_not_followed(cache, tmp_path, name):
    other = Cache(tmp_path / "other")
    other.write("a", DATA)
    left = left_work(other.folder)
    cache.folder.mkdir()
    (cache.folder / name).symlink_to(other.folder / name)
    with pytest.warns(RnnvizWarning, match="a link in place of a folder"):
        assert not cache.write("a", b"new")
    assert cache.read("a") is None
    if name == "entries":
        for action in (cache.info, cache.clear, cache.prune):
            with pytest.raises(OSError, match="a link in place of a folder"):
                action()
    cache_is = sweep(cache.folder)
    assert cache_is == Amount()
    assert left.exists()
    assert other.read("a") == DATA


def test_a_cache_that_is_itself_a_link_is_fine(tmp_path):
    (tmp_path / "large-disk").mkdir()
    (tmp_path / "cache").symlink_to("large-disk")
    assert Cache(tmp_path / "cache").write("a", DATA)
    assert Cache(tmp_path / "large-disk").read("a") == DATA
    assert Cache(tmp_path / "cache").clear() == Amount(1, SIZE)


# Others at the same time


@pytest.mark.parametrize("at", range(1, 5))
def test_a_prune_between_the_steps_of_a_get_is_no_matter(cache, tmp_path, monkeypatch, at):
    data = os.urandom(5 * entry.CHUNK)
    cache.write("a", data)
    steps, real = [], entry.entry_content

    def watched(file, name):
        steps.append(1)
        for piece in real(file, name):
            steps.append(len(piece))
            if len(steps) == at + 1:
                Cache(cache.folder).clear()
            yield piece

    monkeypatch.setattr("rnnviz.video.cache.entry_content", watched)
    assert cache.get("a", tmp_path / "into")
    assert (tmp_path / "into").read_bytes() == data
    assert cache.read("a") is None


def test_entries_that_go_during_a_prune_are_not_counted(cache, monkeypatch):
    for key in "abc":
        cache.write(key, DATA)
    entries = cache._entries()
    place(cache, "b").unlink()
    monkeypatch.setattr(Cache, "_entries", lambda self: entries)
    assert cache.clear() == Amount(2, 2 * SIZE)


def test_a_prune_that_cannot_remove_one_removes_the_others_and_says_so(cache, monkeypatch):
    for key in "abc":
        cache.write(key, DATA)
    used(cache, *"abc")
    real = Path.unlink

    def unlink(self, **options):
        if self == place(cache, "a"):
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        real(self, **options)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(PermissionError):
        cache.clear()
    assert kept(cache, *"abc") == ["a"]


WRITER = """
    import random, sys
    from pathlib import Path
    from rnnviz.video.cache import Cache

    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    cache, dice, hits = Cache(folder, 200_000), random.Random(seed), 0
    into = folder.parent / f"into-{seed}"
    for _ in range(150):
        number = dice.randrange(20)
        data = random.Random(number).randbytes(20_000)
        if cache.get(str(number), into):
            hits += 1
            assert into.read_bytes() == data
        else:
            assert cache.write(str(number), data)
        if dice.random() < 0.05:
            cache.prune(100_000)
        if dice.random() < 0.02:
            (folder / "entries" / f"{0:064x}.rnnviz").write_bytes(b"damaged")
    print(hits)
"""


def test_several_processes_may_write_read_and_prune_at_once(cache):
    running = [start(WRITER, str(cache.folder), str(seed)) for seed in range(3)]
    for one in running:
        out, err = one.communicate(timeout=120)
        assert (one.returncode, err) == (0, "")
        assert int(out) > 0
    assert cache.prune(check=True).damaged.count <= 1  # the one that was planted
    assert list((cache.folder / "work").iterdir()) == []


def test_threads_may_share_a_cache(cache):
    wrong = []

    def work(number: int) -> None:
        for k in range(40):
            cache.write(f"{k % 5}", bytes([k % 5]) * 1000)
            if cache.read(f"{(k + number) % 5}") not in (None, bytes([(k + number) % 5]) * 1000):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    assert cache.info().entries == 5


# A disk that fails


class Full:
    """Writes to a file until nothing more fits: the nth write of all fails."""

    def __init__(self, monkeypatch, error: int = errno.ENOSPC) -> None:
        self.left, self.error = -1, error
        monkeypatch.setattr(files, "opened", self.opened)

    def opened(self, path: Path):
        self.step()
        file = open(path, "wb", buffering=0)  # noqa: SIM115
        full = self

        class Counted:
            def __enter__(self):
                return self

            def __exit__(self, *error):
                file.close()

            def write(self, data):
                full.step(lambda: file.write(data[: len(data) // 2]))
                return file.write(data)

            def writelines(self, pieces):
                for piece in pieces:
                    self.write(piece)

            def seek(self, *where):
                return file.seek(*where)

        return Counted()

    def step(self, half=lambda: None) -> None:
        self.left -= 1
        if self.left == 0:
            half()
            raise OSError(self.error, os.strerror(self.error))


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_is_full_at_any_write_fails_nothing(cache, tmp_path, monkeypatch, error):
    full = Full(monkeypatch, error)
    (tmp_path / "source").write_bytes(DATA)
    for new, old in ((b"new", None), (b"newer", DATA)):
        for failing in range(1, 10):
            cache.clear()
            if old:
                assert cache.write("a", old)
            full.left = failing
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                done = cache.write("a", new)
            full.left = -1
            assert cache.read("a") == (new if done else old)
            assert list((cache.folder / "work").iterdir()) == []
            if done:
                break
            assert len(said) == (failing == 1 and old is None)  # once a process
        assert (done, failing) == (True, 5)  # opened, and three writes


def test_a_copy_that_does_not_fit_is_missing_and_the_entry_stays(cache, tmp_path, monkeypatch):
    cache.write("a", DATA)
    full = Full(monkeypatch)
    for failing in (1, 2):
        full.left = failing
        cache_place._told = False
        with pytest.warns(RnnvizWarning, match="No space left"):
            assert not cache.get("a", tmp_path / "into")
        assert not (tmp_path / "into").exists()
    assert cache.read("a") == DATA


@pytest.mark.parametrize("what", ["file", "below a file", "dangling link"])
def test_a_folder_that_cannot_be_made_fails_nothing_and_is_told_once(tmp_path, what):
    folder = tmp_path / "cache"
    if what == "dangling link":
        folder.symlink_to("nowhere/at/all")
    else:
        folder.write_text("a file")
    cache = Cache(folder / "deep" if what == "below a file" else folder)
    into = tmp_path / "into"

    def use():
        assert not cache.write("a", DATA)
        assert not cache.write("b", DATA)
        assert not cache.put("c", Path(__file__))
        assert cache.read("a") is None
        assert not cache.get("a", into)
        with workplace(cache.folder) as work:
            assert (work / "x").write_text("still works")
        assert not work.exists()

    with pytest.warns(RnnvizWarning) as said:
        use()
    assert len(said) == 1
    assert str(said[0].message).startswith(f"cache: wanted {str(cache.folder)!r} to keep renders")
    if what != "dangling link":
        for action in (cache.info, cache.clear, cache.prune):
            with pytest.raises(NotADirectoryError):
                action()
        assert folder.read_text() == "a file"


def test_a_folder_that_may_only_be_read_still_gives(cache, tmp_path, monkeypatch):
    cache.write("a", DATA)

    def refuse(*args, **options):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for name in ("mkdir", "utime", "replace", "unlink"):
        monkeypatch.setattr(os, name, refuse)
    assert cache.read("a") == DATA
    assert cache.get("a", tmp_path / "into")
    with pytest.warns(RnnvizWarning, match="Read-only"):
        assert not cache.write("b", DATA)


def test_without_a_folder_nothing_is_kept(tmp_path):
    cache = Cache(None)
    with pytest.warns(RnnvizWarning, match="a home folder or RNNVIZ_CACHE to keep .* got neither"):
        assert not cache.write("a", DATA)
    assert cache.read("a") is None
    assert not cache.get("a", tmp_path / "into")
    with workplace(None) as work:
        assert work.is_dir()
    with pytest.raises(OSError, match="neither"):
        cache.info()


def test_the_old_entry_stays_until_the_new_one_is_whole(cache, monkeypatch):
    cache.write("a", b"old")
    seen = []

    def replace(source, target):
        seen.append((cache.read("a"), Path(source).parent.parent.name))
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "replace", replace)
    with pytest.warns(RnnvizWarning, match="Input/output"):
        assert not cache.write("a", b"new")
    assert seen == [(b"old", "work")]
    assert cache.read("a") == b"old"


def test_a_process_that_is_killed_while_it_writes_leaves_only_what_a_prune_removes(cache):
    code = """
        import os, signal, sys
        from pathlib import Path
        from rnnviz import files
        from rnnviz.video.cache import Cache

        real = files.opened

        def opened(path):
            file = real(path)
            file.write(b"half")
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)

        files.opened = opened
        Cache(Path(sys.argv[1])).write("a", b"whole")
    """
    one = start(code, str(cache.folder))
    one.communicate(timeout=60)
    assert one.returncode < 0
    assert cache.read("a") is None
    assert len(holds(cache)) == 2  # a work folder and its lock
    assert cache.prune().work == Amount(1, 4)
    assert holds(cache) == []
