"""Replacing a file: the old one is whole until the new one is."""

import os
from pathlib import Path

import pytest

from rnnviz.errors import RnnvizError
from rnnviz.files import check_replaceable, replacing, replacing_all


def test_nothing_changes_before_the_block_ends(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parents[2] == path.parent  # so that it can be renamed
        assert temporary.suffix == path.suffix  # encoders choose a format by the suffix
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_changes_nothing_and_passes_its_error_on(failure, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("ha")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_do_not_meet(tmp_path):
    path = tmp_path / "a.txt"
    with replacing(path) as first, replacing(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # the outer block ends last
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_without_a_folder_is_in_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with replacing("a.txt") as temporary:
        temporary.write_text("here")
    assert (tmp_path / "a.txt").read_text() == "here"


def test_the_longest_name_that_a_file_may_have(tmp_path):
    path = tmp_path / ("n" * 251 + ".txt")
    path.write_text("a file may be called so")
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # the tests may run as root, who may do all
    with pytest.raises(RnnvizError) as caught, replacing(tmp_path / "a.txt"):
        pytest.fail("the block must not run")
    text = str(caught.value)
    assert str(tmp_path) in text
    assert "Permission denied" in text


def test_a_file_as_a_folder_is_refused(tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(RnnvizError, match="wanted an existing folder"), replacing(tmp_path / "a/b"):
        pytest.fail("the block must not run")


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/real.txt").write_text("old")
    os.symlink("there/real.txt", tmp_path / "link.txt")
    with replacing(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert os.readlink(tmp_path / "link.txt") == "there/real.txt"
    assert (tmp_path / "there/real.txt").read_text() == "new"
    assert len(list(tmp_path.rglob("*"))) == 3


def frames(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).write_text("old")
    return folder


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_a_linked_folder_stays_a_link(tmp_path):
    frames(tmp_path / "real", "00000.png")
    os.symlink("real", tmp_path / "link")
    with replacing_all([], [tmp_path / "link"]) as new:
        (new[tmp_path / "link"] / "00001.png").write_text("new")
    assert os.readlink(tmp_path / "link") == "real"
    assert tree(tmp_path / "real") == {"00001.png": "new"}


@pytest.mark.parametrize("name", ["notes.txt", "00000.png.bak", "0000.png", ".hidden"])
def test_a_folder_with_anything_but_frames_is_never_replaced(tmp_path, name):
    folder = frames(tmp_path / "talk", "00000.png", name)
    with pytest.raises(RnnvizError, match="wanted a folder with nothing but frames") as caught:
        check_replaceable(folder, folder=True)
    assert repr(name) in str(caught.value)
    with pytest.raises(RnnvizError), replacing_all([], [folder]):
        pytest.fail("the block must not run")
    assert set(tree(folder)) == {"00000.png", name}


def test_a_folder_in_a_folder_of_frames_is_seen(tmp_path):
    (frames(tmp_path / "talk") / "00000.png").mkdir()
    with pytest.raises(RnnvizError, match="nothing but frames"):
        check_replaceable(tmp_path / "talk", folder=True)


@pytest.mark.parametrize("name", [".", "..", "../a", "/"])
def test_the_current_folder_and_those_around_it_are_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(frames(tmp_path / "a"))
    with pytest.raises(RnnvizError, match="got the current one"):
        check_replaceable(Path(name), folder=True)


def test_several_are_put_in_place_together(tmp_path):
    folder = frames(tmp_path / "f", "00000.png")
    (tmp_path / "a.txt").write_text("old")
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    with replacing_all(files, [folder]) as new:
        for path in files:
            new[path].write_text("new")
        (new[folder] / "00001.png").write_text("new")
        assert (folder / "00000.png").exists()
        assert not files[1].exists()
    assert tree(tmp_path) == {
        "a.txt": "new", "b.txt": "new", "f": None, "f/00001.png": "new",
    }  # fmt: skip


@pytest.mark.parametrize("link", [True, False])
@pytest.mark.parametrize("failing", range(6))
@pytest.mark.parametrize("failure", [PermissionError(1, "not permitted"), KeyboardInterrupt()])
def test_when_one_replacement_fails_all_is_as_it_was(tmp_path, monkeypatch, failing, failure, link):
    folder = frames(tmp_path / "f", "00000.png")
    (tmp_path / "a.txt").write_text("old")
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    before = tree(tmp_path)
    calls = []

    def sometimes(real):
        def called(*args):
            calls.append(args)
            if len(calls) == failing + 1:
                raise failure
            return real(*args)

        return called

    if not link:
        monkeypatch.setattr(os, "link", lambda *args: (_ for _ in ()).throw(OSError(95, "none")))

    def replace_all():
        with replacing_all(files, [folder]) as new:
            for path in files:
                new[path].write_text("new")
            (new[folder] / "00001.png").write_text("new")
            monkeypatch.setattr(Path, "rename", sometimes(Path.rename))
            monkeypatch.setattr(Path, "replace", sometimes(Path.replace))

    if failing < 4:  # a.txt, b.txt, the folder aside and the new one
        with pytest.raises((RnnvizError, KeyboardInterrupt)):
            replace_all()
        assert tree(tmp_path) == before
    else:
        replace_all()
        assert len(calls) == 4
        assert len(tree(tmp_path)) == 4


def test_what_fails_is_named_as_it_was_given(tmp_path):
    path = tmp_path / "a.txt"
    with pytest.raises(RnnvizError) as caught, replacing(path) as temporary:
        (temporary / "b").write_text("no such folder")
    assert (
        str(caught.value) == f"output: wanted {str(path)!r} written, got No such file or directory"
    )
    with pytest.raises(RnnvizError, match=r"a.txt' written, got .*No space"), replacing(path):
        raise OSError(28, "No space left on device")
    with pytest.raises(FileNotFoundError), replacing(path):
        (tmp_path / "other").read_text()
    assert list(tmp_path.iterdir()) == []
