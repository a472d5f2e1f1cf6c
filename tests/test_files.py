"""Replacing a file: the old one is whole until the new one is."""

import os

import pytest

from rnnviz.errors import RnnvizError
from rnnviz.files import replacing


def test_nothing_changes_before_the_block_ends(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parent == path.parent  # the same file system, so that it can be renamed
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

    monkeypatch.setattr("tempfile.mkstemp", refuse)  # the tests may run as root, who may do all
    with pytest.raises(RnnvizError) as caught, replacing(tmp_path / "a.txt"):
        pytest.fail("the block must not run")
    text = str(caught.value)
    assert str(tmp_path) in text
    assert "Permission denied" in text


def test_a_file_as_a_folder_is_refused(tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(RnnvizError, match="wanted an existing folder"), replacing(tmp_path / "a/b"):
        pytest.fail("the block must not run")


def test_a_link_is_replaced_and_what_it_pointed_to_is_left_alone(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    os.symlink("real.txt", tmp_path / "link.txt")
    with replacing(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").read_text() == "new"
    assert (tmp_path / "real.txt").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.txt", "real.txt"]
