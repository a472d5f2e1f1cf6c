"""Private work folders: there as long as their process, and gone after it, however it ends."""

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rnnviz.video import workplace as module
from rnnviz.video.cache import Cache
from rnnviz.video.workplace import Amount, held, sweep, workplace
from stopped import left_work, start


def test_a_work_folder_is_private_and_goes_in_the_end(tmp_path):
    with workplace(tmp_path) as work, workplace(tmp_path) as other:
        assert work != other
        assert work.parent == tmp_path / "work"
        assert work.stat().st_mode & 0o777 == 0o700
        (work / "deep").mkdir()
        (work / "deep" / "file").write_text("x")
    assert list((tmp_path / "work").iterdir()) == []


def test_without_a_cache_it_is_a_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with workplace(None) as work:
        assert work.parent == tmp_path
        (work / "file").write_text("x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_a_work_folder_goes_when_its_block_fails(tmp_path, failure):

    def fail():
        with workplace(tmp_path) as work:
            (work / "file").write_text("x")
            raise failure

    with pytest.raises(failure):
        fail()
    assert list((tmp_path / "work").iterdir()) == []


def test_the_folder_of_a_render_that_is_gone_is_removed_by_the_next(tmp_path):
    left = left_work(tmp_path)
    with workplace(tmp_path) as work:
        assert not left.exists()
        assert sorted(path.name for path in work.parent.iterdir()) == [
            work.name,
            f"{work.name}.lock",
        ]


HOLDER = """
    import sys, time
    from pathlib import Path
    from rnnviz.video.cache import workplace

    with workplace(Path(sys.argv[1])) as work:
        (work / "segment").write_bytes(bytes(7))
        print(work, flush=True)
        sys.stdin.read()
"""


def test_a_running_process_keeps_its_folder_until_it_is_killed(tmp_path):
    one = start(HOLDER, str(tmp_path), stdin=subprocess.PIPE)
    work = Path(one.stdout.readline().strip())
    for path in (work, work / "segment", work.with_name(f"{work.name}.lock")):
        os.utime(path, (1, 1))  # age alone says nothing
    assert sweep(tmp_path) == Amount()
    assert Cache(tmp_path).clear() == Amount()
    assert (work / "segment").exists()
    one.kill()
    one.communicate(timeout=60)
    assert sweep(tmp_path) == Amount(1, 7)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_running_process_ends_well_although_others_swept(tmp_path):
    one = start(HOLDER, str(tmp_path), stdin=subprocess.PIPE)
    work = Path(one.stdout.readline().strip())
    sweep(tmp_path)
    out, err = one.communicate("", timeout=60)
    assert (one.returncode, out, err) == (0, "", "")
    assert not work.exists()
    assert list((tmp_path / "work").iterdir()) == []


def test_a_forked_child_removes_nothing_and_keeps_what_its_parent_had(tmp_path):
    code = """
        import os, sys
        from pathlib import Path
        from rnnviz.video.cache import workplace

        read, write = os.pipe()
        with workplace(Path(sys.argv[1])) as work:
            (work / "segment").touch()
            if not os.fork():
                os.close(write)
                os.read(read, 1)  # until the parent is gone
                print(work, flush=True)
                sys.stdin.read()
                sys.exit()
            os.kill(os.getpid(), 9)
    """
    one = start(code, str(tmp_path), stdin=subprocess.PIPE)
    work = Path(one.stdout.readline().strip())
    assert one.wait(60) < 0
    assert sweep(tmp_path) == Amount()  # the child may still write there
    assert one.communicate("", timeout=60)[1] == ""
    assert (work / "segment").exists()  # the child left the block by sys.exit
    assert sweep(tmp_path) == Amount(1, 0)


def test_a_folder_that_cannot_be_removed_awaits_the_next_sweep(tmp_path, monkeypatch):
    left = left_work(tmp_path)
    with monkeypatch.context() as stuck:
        stuck.setattr(shutil, "rmtree", lambda path, **options: None)
        assert sweep(tmp_path) == Amount()
        with workplace(tmp_path) as work:
            pass
    assert left.exists()
    assert work.exists()
    assert sweep(tmp_path) == Amount(2, 100)
    assert list(left.parent.iterdir()) == []


def test_a_lock_without_a_folder_is_removed(tmp_path):
    left = left_work(tmp_path)
    shutil.rmtree(left)
    assert sweep(tmp_path) == Amount()
    assert list(left.parent.iterdir()) == []


def test_a_link_in_place_of_a_work_folder_is_not_followed(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    left = left_work(tmp_path)
    shutil.rmtree(left)
    left.symlink_to(tmp_path / "mine")
    assert sweep(tmp_path) == Amount()
    assert (tmp_path / "mine" / "file").exists()


def test_a_sweep_between_a_lock_file_and_its_lock_is_no_matter(tmp_path, monkeypatch):
    real, calls = module._lock, []

    def lock(file):
        calls.append(file)
        if len(calls) == 1:
            sweep(tmp_path)  # which locks first, and removes the file
        real(file)

    monkeypatch.setattr(module, "_lock", lock)
    with held(tmp_path) as work:
        assert len(calls) == 3
        assert sweep(tmp_path) == Amount()
        assert work.is_dir()
    assert list(work.parent.iterdir()) == []


def test_a_sweep_that_holds_a_new_lock_makes_another_be_tried(tmp_path, monkeypatch):
    real, calls = module._lock, []

    def lock(file):
        calls.append(file)
        if len(calls) == 1:
            raise BlockingIOError(errno.EAGAIN, "held")
        real(file)

    monkeypatch.setattr(module, "_lock", lock)
    with held(tmp_path) as work:
        assert work.is_dir()
    monkeypatch.undo()
    sweep(tmp_path)
    assert list(work.parent.iterdir()) == []


def test_without_locks_only_what_is_old_is_removed(tmp_path, monkeypatch):
    def lock(file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(module, "_lock", lock)
    assert Cache(tmp_path).write("a", b"a")
    left = left_work(tmp_path)
    with workplace(tmp_path) as work:
        assert left.exists()
        os.utime(left.with_name(f"{left.name}.lock"), (1, 1))
        assert sweep(tmp_path) == Amount(1, 100)
        assert work.exists()
    assert list(work.parent.iterdir()) == []
