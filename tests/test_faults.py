"""Faults at every point of a render: the old file or the whole new one, and nothing else left."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import av
import pytest
from PIL import Image

import halted
import rnnviz as rv
import rnnviz.cli.render  # what a command forks from has it
import rnnviz.video.forks as forks
import rnnviz.video.render as rendering
from faults import SCENE, Command, Disk, Tiny
from lines import Lines, tree
from rnnviz import files, guard, scene_list
from rnnviz.errors import RnnvizError
from rnnviz.files import replacing_all
from rnnviz.guard import uninterrupted
from rnnviz.stage import View
from rnnviz.video import cache_place, shelf
from rnnviz.video.cache import Cache
from rnnviz.video.settings import Settings
from rnnviz.video.studio import How
from rnnviz.video.take import Take
from rnnviz.video.versions import versions

SIZE = {"width": 64, "height": 64, "fps": 5}
FRAMES = 6
OLD = b"old"


@pytest.fixture(scope="module", autouse=True)
def _quick():
    """What is the same in each of these many renders, and most of its time, is done once."""
    found, entries = versions(), entry_points(group=scene_list.GROUP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "versions", lambda: found)
        patch.setattr(scene_list, "entry_points", lambda group: entries)
        yield


@pytest.fixture(scope="module")
def view():
    made = rv.demo(rv.CELLS["rnn"], 1)
    return View(rv.trace("rnn", made.x, made.params))


@pytest.fixture
def out(tmp_path):
    """A folder of outputs, with an old one."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "x.mp4").write_bytes(OLD)
    return folder


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The system's folder for temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def started(monkeypatch):
    """The processes that were forked, none of which may be left."""
    real, processes = os.fork, []

    def fork():
        process = real()
        processes.append(process)
        return process

    monkeypatch.setattr(os, "fork", fork)
    yield processes
    for process in processes:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)


def frames(path):
    with av.open(str(path)) as video:
        return sum(1 for _ in video.decode(video=0))


def rendered(view, path, how, **settings):
    return rendering.render(Tiny, view, path, Settings(**SIZE | settings), how=how)


def failure(*args, **settings):
    """Return the error of a render that may fail for lack of room."""
    try:
        rendered(*args, **settings)
    except (OSError, RnnvizError) as error:
        return error
    return None


# --- a disk that fails at the Nth write ---


@pytest.mark.filterwarnings("ignore::rnnviz.errors.RnnvizWarning")
@pytest.mark.parametrize(
    ("disk", "jobs", "cached"),
    [
        ("full", 1, False), ("full", 2, True), ("half", 1, True), ("half", 2, False),
        ("once", 1, True), ("once", 2, False),
    ],
)  # fmt: skip
def test_a_disk_that_fails_at_any_write(
    view, out, temporary, tmp_path, monkeypatch, started, disk, jobs, cached
):
    disk = Disk(monkeypatch, disk)
    path = out / "x.mp4"
    failed = 0
    for room in range(99):
        place = tmp_path / f"place{room}" if cached else None
        path.write_bytes(OLD)
        disk.fill(room)
        how = How(jobs, cache=Cache(place) if cached else None, place=place)
        error = failure(view, path, how)
        over = disk.used <= room
        if error is None:
            assert frames(path) == FRAMES
        else:
            failed += 1
            assert "No space left on device" in str(error)
            assert str(out) in str(error) or str(place or temporary) in str(error)
            assert path.read_bytes() == OLD
        assert list(out.iterdir()) == [path]
        assert list(temporary.iterdir()) == []
        if cached:
            assert list((place / "work").iterdir()) == []
            if room % 8 == 0:  # what is in the cache is good
                disk.fill(1 << 30)
                rendered(view, path, how)
                assert frames(path) == FRAMES
        if over:
            break
    assert failed >= (6 if disk.how == "once" or cached else room)
    assert len(started) >= (2 * room if jobs > 1 else 1)


def files_of_frames(folder):
    pictures = sorted(folder.glob("*.png"))
    assert all(Image.open(one).load() for one in pictures)
    return len(pictures)


def frames_of_clips(folder):
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["clips"]
    assert {one["file"] for one in told} | {"manifest.json"} == {p.name for p in folder.iterdir()}
    return sum(frames(folder / one["file"]) for one in told)


def frames_of_pillow(path):
    with Image.open(path) as picture:
        picture.load()
        return getattr(picture, "n_frames", 1)


@pytest.mark.parametrize(
    ("settings", "name", "beside", "shown", "wanted"),
    [
        ({"format": "gif"}, "x.gif", [], frames_of_pillow, None),
        ({"format": "webm"}, "x.webm", [], frames, FRAMES),
        ({"format": "png"}, "x", [], files_of_frames, FRAMES),
        ({"clips": True}, "x", [], frames_of_clips, FRAMES),
        ({"format": "png", "still": True}, "x.png", [], frames_of_pillow, 1),
        ({"subtitles": "srt", "transcript": True}, "x.mp4", ["srt", "txt"], frames, FRAMES),
    ],
)
def test_a_disk_that_fills_up_in_any_format(
    view, out, temporary, monkeypatch, settings, name, beside, shown, wanted
):
    disk = Disk(monkeypatch)
    path = out / name
    if Settings(**SIZE | settings).is_folder:
        path.mkdir()
        (path / "00099.png").write_bytes(OLD)
    else:
        path.write_bytes(OLD)
    for kind in beside[:1]:  # one is there, one is not
        (out / f"x.{kind}").write_bytes(OLD)
    before = tree(out)
    for room in range(99):
        disk.fill(room)
        error = failure(view, path, How(1), **settings)
        if error is None:
            break
        assert "No space left on device" in str(error)
        assert str(out) in str(error) or str(temporary) in str(error)
        assert tree(out) == before
        assert list(temporary.iterdir()) == []
    assert disk.used == room > 1
    assert shown(path) == (wanted or shown(path))
    assert {one.name for one in out.iterdir()} == {"x.mp4", name, *(f"x.{kind}" for kind in beside)}
    assert OLD not in {v for k, v in tree(out).items() if k != "x.mp4" or name == "x.mp4"}


def test_the_old_file_is_whole_where_it_cannot_be_linked_and_the_disk_is_full(out, monkeypatch):
    """On a file system without links it is copied, and half of a copy is of no use."""

    def no_link(*args):
        raise PermissionError(1, "Operation not permitted")

    def full(source, target, **more):
        Path(target).write_bytes(b"o")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_link)
    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(RnnvizError, match="No space left"), replacing_all([out / "x.mp4"]) as new:
        new[out / "x.mp4"].write_bytes(b"new")
    assert tree(out) == {"x.mp4": OLD}


# --- replacements, stopped at every line ---


@pytest.mark.parametrize(
    ("way", "seen"),
    [("interrupted", {"old", "new"}), ("fails", {"old"}), ("killed", {"old", "new"})],
)
def test_a_replacement_stopped_at_any_line_leaves_all_or_nothing(tmp_path, way, seen):
    program = Path(halted.__file__)
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "x"), way],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    count, *found = done.stdout.splitlines()
    assert set(found) == seen
    assert int(count) > 100


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_those_who_replace_several_files_do_it_one_after_the_other(tmp_path, monkeypatch):
    paths = [tmp_path / "a", tmp_path / "b"]
    put, locked = files._Part.put, []

    def looking(part):
        put(part)
        folder = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(folder)
        locked.append(part.path)

    monkeypatch.setattr(files._Part, "put", looking)
    for _ in range(2):  # it is free again
        with replacing_all(paths, guard=True) as new:
            for path in paths:
                new[path].write_bytes(b"new")
    assert locked == paths * 2


def test_who_has_a_folder_locked_for_long_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.02)
    paths = [tmp_path / "a", tmp_path / "b"]
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with replacing_all(paths) as new:
        for path in paths:
            new[path].write_bytes(b"new")
    os.close(folder)
    assert tree(tmp_path) == {"a": b"new", "b": b"new"}


# --- signals, to the command and to those that draw for it ---


def at_start():
    """A section begins, in the process that goes through the scene."""
    return forks.Forks, "start"


def at_wait():
    return forks.Forks, "wait"


def at_join():
    return rendering, "join"


def at_put():
    """The second of several replacements."""
    return files._Part, "put"


def at_tidy():
    """All is in place."""
    return files._Part, "tidy"


def at_gone():
    """All is done but for the summary."""
    return rendering, "Made"


def hook(where, number, times=2):
    """Send this process a signal as a function is called for the second time, or the first."""
    owner, name = where()
    real, calls = getattr(owner, name), []

    def called(*args, **options):
        if os.getpid() == process:
            calls.append(name)
            if len(calls) == times:
                os.kill(process, number)
        return real(*args, **options)

    process = os.getpid()
    setattr(owner, name, called)


@pytest.fixture
def command(tmp_path, out, temporary, monkeypatch):
    """Run ``rnnviz render`` of the tiny scene to x.mp4, which has subtitles, in a process."""
    (tmp_path / "tiny.py").write_text(SCENE)
    cache = tmp_path / "cache"
    monkeypatch.setenv("RNNVIZ_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)

    def run(*more, before=lambda: None, scene="tiny.py", start=False):
        given = ["-r", "64,64", "--fps", "5", "-o", str(out / "x.mp4"), "--force"]
        given += ["--captions", "srt", "-j", "2", *more]
        started = Command(tmp_path, "render", scene, *given, before=before)
        return started if start else started.wait()

    (out / "x.srt").write_bytes(OLD)
    return run


BODY = "            self.wait(0.2)\n"
STUCK = """
            import os, signal
            def stuck(square, alpha):
                if k == 1 and 0 < alpha < 1:
                    os.write(2, b"here\\n")
                    signal.pause()
            from manim import UpdateFromAlphaFunc
            self.play(UpdateFromAlphaFunc(square, stuck), run_time=0.4)
"""


def consistent(out, whole=None):
    """Whether all is old (False) or all is new (True)."""
    assert {one.name for one in out.iterdir()} == {"x.mp4", "x.srt"}
    old = [(out / name).read_bytes() == OLD for name in ("x.mp4", "x.srt")]
    assert old[0] == old[1]
    if not old[0]:
        assert frames(out / "x.mp4") == FRAMES
    return not old[0]


def works_again(command, out, tmp_path, temporary):
    done = command()
    assert (done.status, done.out) == (0, f"{out / 'x.mp4'}\n{out / 'x.srt'}\n")
    assert consistent(out)
    assert list((tmp_path / "cache" / "work").iterdir()) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(
    ("where", "times", "whole"),
    [
        (at_start, 2, False), (at_wait, 1, False), (at_join, 1, False), (at_put, 2, False),
        (at_tidy, 1, True), (at_gone, 1, True),
    ],
)  # fmt: skip
def test_a_signal_at_any_moment(command, out, tmp_path, temporary, number, where, times, whole):
    done = command(before=lambda: hook(where, number, times))
    if number == signal.SIGKILL:
        assert done.status == -number
    else:
        assert done.status == 130
        assert done.err.strip() == ""
        assert list((tmp_path / "cache" / "work").iterdir()) == []
    assert list(temporary.iterdir()) == []
    assert consistent(out) is whole
    if number == signal.SIGKILL:
        works_again(command, out, tmp_path, temporary)


def test_an_interrupted_program(command, out, tmp_path, temporary):
    """All of it: a scene of its own, of which the second section does not end, and Ctrl-C."""
    (tmp_path / "stuck.py").write_text(SCENE.replace(BODY, BODY + STUCK))
    given = ["-r", "64,64", "--fps", "5", "-o", str(out / "x.mp4"), "--force", "-j", "2"]
    one = subprocess.Popen(
        [sys.executable, "-m", "rnnviz", "render", "stuck.py", *given],
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    said = one.stderr.readline()  # from a process that draws
    assert said == "here\n"
    os.killpg(one.pid, signal.SIGINT)
    assert one.stderr.read().strip() == ""  # and none is left that has it open
    assert one.wait(60) == 130
    one.stderr.close()
    assert consistent(out) is False
    works_again(command, out, tmp_path, temporary)


def draws(what):
    """Do something in a process that draws, when it has drawn a frame; it knows its parent."""
    real, parent = Take.show, os.getpid()

    def show(self, canvas, shapes):
        real(self, canvas, shapes)
        if os.getpid() != parent:
            what(parent)

    Take.show = show


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_process_that_draws_is_killed(command, out, tmp_path, temporary, number):
    done = command(before=lambda: draws(lambda parent: os.kill(os.getpid(), number)))
    assert done.status == 1
    assert f"its process was killed by signal {number}" in done.line
    assert "tiny.py" not in done.line  # the scene is not to blame
    assert consistent(out) is False
    works_again(command, out, tmp_path, temporary)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_command_is_stopped_while_others_draw(command, out, tmp_path, temporary, number):
    def stop(parent):
        os.kill(parent, number)
        while True:
            signal.pause()

    done = command(before=lambda: draws(stop))
    assert done.status == (-9 if number == signal.SIGKILL else 130)
    assert consistent(out) is False
    works_again(command, out, tmp_path, temporary)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_is_an_interrupt(command, out, number):
    """As of Ctrl-C: it may end the one that draws first."""
    done = command(before=lambda: draws(lambda parent: os.kill(os.getpid(), number)))
    assert (done.status, done.err.strip()) == (130, "")
    assert consistent(out) is False


@pytest.mark.parametrize("late", [0, 0.5])
def test_a_group_of_processes_that_is_killed_at_once_leaves_the_old_files(command, out, late):
    """The one that tidies up is not of the group, even before it had a turn of the processor."""

    def kill_all():
        real, calls, watch = files._Part.put, [], guard._watch

        def put(part):
            real(part)
            calls.append(part)
            if len(calls) == 1:
                os.killpg(os.getpgid(0), signal.SIGKILL)

        def watch_late(*given):
            time.sleep(late)
            watch(*given)

        files._Part.put, guard._watch = put, watch_late

    assert command(before=kill_all).status == -signal.SIGKILL
    assert consistent(out) is False


def test_who_ignores_signals_and_the_end_of_children_renders_all_the_same(command, out):
    """As a script does that runs commands in the background."""

    def ignore():
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
        draws(lambda parent: os.kill(os.getpid(), signal.SIGINT))

    assert command(before=ignore).status == 0
    assert consistent(out)


def test_without_another_process_to_be_had_it_is_said(command, out):
    def refuse():
        def fork():
            raise BlockingIOError(11, "Resource temporarily unavailable")

        os.fork = fork

    done = command(before=refuse)
    assert done.status == 3
    assert done.line == (
        "Error: render: wanted a process for section 1, got Resource temporarily unavailable "
        "(--jobs 1 needs none)"
    )
    assert consistent(out) is False
    assert command("--jobs", "1", before=refuse).status == 0
    assert consistent(out)


def test_interrupts_wait_until_a_block_is_over():
    came = []

    def block():
        with uninterrupted():
            interrupt()
            with uninterrupted():
                interrupt()
            came.append(1)

    with pytest.raises(KeyboardInterrupt):
        block()
    assert came == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_while_it_is_filmed(view, out, temporary, started, jobs):
    """At lines all over the render, and once in what libav calls."""
    path = out / "x.mp4"
    names = ("crews", "forks", "studio", "take", "sink", "encoder", "render", "join")
    lines = Lines(*(sys.modules[f"rnnviz.video.{name}"].__file__ for name in names))

    def work():
        rendered(view, path, How(jobs))

    work()  # what is done once in a process is done
    count = lines.count(work)
    for line in range(1, count * 9 // 10, count // 12):  # they differ by how long others take
        path.write_bytes(OLD)
        with pytest.raises(KeyboardInterrupt):
            lines.at([line], interrupt, work)
        assert path.read_bytes() == OLD or frames(path) == FRAMES
        assert list(out.iterdir()) == [path]


# --- scenes that fail where only some process sees it ---


def changed(tmp_path, what):
    """A scene that does something in the last frame of its second section, as that is drawn."""
    code = f"""
            def late(square, alpha):
                if 0 < alpha < 1 and k == 1:
                    {what}
            from manim import UpdateFromAlphaFunc
            self.play(UpdateFromAlphaFunc(square, late), run_time=0.4)
"""
    (tmp_path / "odd.py").write_text(SCENE.replace(BODY, BODY + code))
    return "odd.py"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("class E(Exception): pass\n                    raise E(k)", "E: 1"),
        ("import os; os._exit(0)", "section 2: its process was over with status 0"),
        ("raise UnicodeDecodeError('a', b'b', 0, 1, 'c')", "can't decode"),
    ],
)
def test_a_scene_that_fails_only_as_it_is_drawn(command, out, tmp_path, what, said):
    done = command(scene=changed(tmp_path, what))
    assert done.status in (1, 3)
    assert said in done.line
    assert done.out == ""
    assert consistent(out) is False


def test_where_a_scene_failed_in_another_process_is_shown(command, tmp_path, monkeypatch):
    scene = changed(tmp_path, "1 / 0")

    def debug():
        sys.argv.insert(1, "--debug")

    done = command(scene=scene, before=debug)
    assert ", in late" in done.err
    assert done.err.splitlines()[-1].startswith("Error: ")


def test_what_a_scene_prints_is_printed_once(command, out, tmp_path):
    printed = "            import sys; print('out', k); print('err', k, file=sys.stderr)\n"
    (tmp_path / "says.py").write_text(SCENE.replace(BODY, BODY + printed))
    done = command("--quiet", scene="says.py")
    assert done.status == 0
    assert done.out == f"out 0\nout 1\n{out / 'x.mp4'}\n{out / 'x.srt'}\n"
    assert done.err == "err 0\nerr 1\n"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scene_that_hides_errors_does_not_hide_those_of_its_film(
    view, out, temporary, monkeypatch, started, jobs
):
    class Hides(Tiny):
        def play(self, *args, **options):
            try:
                super().play(*args, **options)
            except Exception:
                self.hidden = True

        def construct(self):
            super().construct()
            try:
                self.next_section("end")
            except Exception:
                self.hidden = True

    disk = Disk(monkeypatch)
    settings = Settings(**SIZE)
    rendering.render(Hides, view, out / "x.mp4", settings, how=How(jobs))
    whole = (out / "x.mp4").read_bytes()
    for room in range(0, disk.used, 3):
        disk.fill(room)
        with pytest.raises((OSError, RnnvizError), match="No space left"):
            rendering.render(Hides, view, out / "x.mp4", settings, how=How(jobs))
        assert tree(out) == {"x.mp4": whole}
    assert list(temporary.iterdir()) == []


# --- what others do to the output meanwhile ---


def meanwhile(monkeypatch, when, what):
    """Do something once while it is drawn, or while it is put together."""
    owner, name = {"draw": (Take, "close"), "join": (rendering, "join")}[when]
    real, done = getattr(owner, name), []

    def called(*args):
        if not done:
            done.append(what())
        return real(*args)

    monkeypatch.setattr(owner, name, called)


@pytest.mark.parametrize("when", ["draw", "join"])
def test_an_output_that_is_removed_meanwhile_is_there_in_the_end(view, out, monkeypatch, when):
    path = out / "x.mp4"
    meanwhile(monkeypatch, when, path.unlink)
    rendered(view, path, How(1))
    assert frames(path) == FRAMES
    assert list(out.iterdir()) == [path]


@pytest.mark.parametrize("when", ["draw", "join"])
@pytest.mark.parametrize("there", [True, False])
def test_an_output_that_becomes_a_link_to_a_file(view, out, monkeypatch, when, there):
    path, other = out / "x.mp4", out / "other.mp4"
    if there:
        other.write_bytes(b"other")

    def link():
        path.unlink()
        path.symlink_to("other.mp4")

    meanwhile(monkeypatch, when, link)
    rendered(view, path, How(1))
    assert frames(path) == FRAMES
    if when == "draw":  # the link stays, as always
        assert os.readlink(path) == "other.mp4"
    else:
        assert not path.is_symlink()
        assert other.exists() is there
        assert not there or other.read_bytes() == b"other"
    assert {one.name for one in out.iterdir()} <= {"x.mp4", "other.mp4"}


@pytest.mark.parametrize("when", ["draw", "join"])
@pytest.mark.parametrize("link", [True, False])
def test_an_output_that_becomes_a_folder_is_refused(view, out, monkeypatch, when, link):
    path, mine = out / "x.mp4", out / "mine"
    (mine / "deep").mkdir(parents=True)
    (mine / "deep" / "work.txt").write_text("years of work")

    def replace():
        path.unlink()
        path.symlink_to("mine") if link else mine.rename(path)
        expected.update({name: of for name, of in tree(out).items() if name[0] != "."})

    expected = {}
    meanwhile(monkeypatch, when, replace)
    with pytest.raises(RnnvizError, match="wanted a file, got the folder"):
        rendered(view, path, How(1))
    assert tree(out) == expected


@pytest.mark.parametrize("when", ["draw", "join"])
def test_what_comes_into_a_folder_of_frames_meanwhile_is_not_lost(view, out, monkeypatch, when):
    path = out / "frames"
    path.mkdir()
    (path / "00000.png").write_bytes(OLD)
    meanwhile(monkeypatch, when, lambda: (path / "notes.txt").write_text("mine"))
    with pytest.raises(RnnvizError, match=r"got '.*frames' with 'notes.txt'"):
        rendered(view, path, How(1), format="png")
    assert tree(path) == {"00000.png": OLD, "notes.txt": b"mine"}
    assert {one.name for one in out.iterdir()} == {"frames", "x.mp4"}


@pytest.mark.parametrize("when", ["draw", "join"])
def test_a_folder_that_is_removed_meanwhile_is_not_made_again(view, out, monkeypatch, when):
    meanwhile(monkeypatch, when, lambda: shutil.rmtree(out))
    with pytest.raises(RnnvizError, match="output: wanted"):
        rendered(view, out / "x.mp4", How(1))
    assert not out.exists()


def test_a_folder_that_becomes_read_only_meanwhile(view, out, temporary, monkeypatch):
    """The tests may run as root, who may write everywhere."""
    real = os.access
    refused = lambda path, mode: Path(path) != out and real(path, mode)  # noqa: E731
    meanwhile(monkeypatch, "join", lambda: monkeypatch.setattr(os, "access", refused))
    with pytest.raises(RnnvizError, match="wanted a folder that can be written, got"):
        rendered(view, out / "x.mp4", How(1))
    assert tree(out) == {"x.mp4": OLD}
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["cache", "cache/work", "cache/entries"])
def test_a_cache_that_is_of_no_use(command, out, tmp_path, temporary, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file in its place")
    done = command("--quiet", before=lambda: setattr(cache_place, "_told", False))
    assert done.status == 0
    assert done.line.startswith("Warning: ")
    assert consistent(out)
    assert list(temporary.iterdir()) == []
    assert path.read_text() == "a file in its place"


# --- two at once ---


@pytest.mark.parametrize("other", ["tiny.py", "other.py"])
def test_two_at_once_into_the_same_place(command, out, tmp_path, temporary, other):
    (tmp_path / "other.py").write_text(SCENE.replace('"part', '"another part'))
    ready, go = os.pipe()

    def together():
        os.close(go)
        os.read(ready, 1)

    both = [command(scene=name, before=together, start=True) for name in ("tiny.py", other)]
    os.close(ready)
    os.close(go)
    for one in both:
        done = one.wait()
        assert done.status == 0, done.err
    assert consistent(out)
    assert list((tmp_path / "cache" / "work").iterdir()) == []
    assert list(temporary.iterdir()) == []


# --- budgets ---


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "--max-memory=1MiB",
            r"Error: memory: wanted at most 1.0 MiB, got about \S+ MiB for 64×64",
        ),
        ("--max-size=1", r"Error: size: wanted at most 1 B, got \S+ \S+ after 1 of \d beats"),
    ],
)
def test_a_render_beyond_its_budget_is_refused(command, out, temporary, option, said, jobs):
    import re

    done = command(option, "-j", jobs)
    assert done.status == 3
    assert re.fullmatch(said, done.line)
    assert consistent(out) is False
    assert list(temporary.iterdir()) == []
