"""rnnviz cache: what it says and what it removes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rnnviz.cli import COMMANDS, cli
from rnnviz.video.cache import Cache


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Cache:
    """A cache with three entries, a the oldest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNNVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RNNVIZ_CACHE_LIMIT", raising=False)
    cache = Cache(tmp_path / "cache")
    for seconds, key in enumerate("abc", 1):
        assert cache.write(key, bytes(2000))
        for one in cache._entries():
            if one.used > 10**12:
                os.utime(one.path, (seconds, seconds))
    return cache


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["cache", *args])


def said(*args: str) -> list[str]:
    result = run(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def refused(*args: str) -> tuple[int, str]:
    result = run(*args)
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    return result.exit_code, result.stderr


def test_info(cache) -> None:
    assert said("info") == [
        f"folder   {cache.folder}",
        "entries  3",
        "size     6.1 KiB",
        "limit    2.0 GiB",
    ]


def test_info_of_an_empty_one_makes_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RNNVIZ_CACHE", "other")
    monkeypatch.setenv("RNNVIZ_CACHE_LIMIT", "500MB")
    assert said("info") == [
        f"folder   {tmp_path / 'other'}",
        "entries  0",
        "size     0 B",
        "limit    476.8 MiB",
    ]
    assert said("prune") == ["kept     0 entries, 0 B"]
    assert said("clear") == ["removed  0 entries, 0 B"]
    assert not Path("other").exists()


def test_prune_to_a_limit_removes_the_oldest(cache) -> None:
    assert said("prune") == ["kept     3 entries, 6.1 KiB"]
    assert said("prune", "--limit", "5kB") == [
        "removed  1 entry, 2.0 KiB (used least recently)",
        "kept     2 entries, 4.1 KiB",
    ]
    assert [cache.read(key) is not None for key in "abc"] == [False, True, True]


def test_prune_to_the_limit_of_renders(cache, monkeypatch) -> None:
    monkeypatch.setenv("RNNVIZ_CACHE_LIMIT", "0")
    assert said("prune", "--limit", "1GB") == ["kept     3 entries, 6.1 KiB"]
    assert said("prune") == [
        "removed  3 entries, 6.1 KiB (used least recently)",
        "kept     0 entries, 0 B",
    ]


def test_prune_removes_what_is_damaged_and_what_stopped_renders_left(cache) -> None:
    cache._entries()[1].path.write_bytes(b"damaged")
    work = cache.folder / "work" / "1-0123456789abcdef"
    work.mkdir()
    (work / "segment").write_bytes(bytes(1024))
    work.with_name(f"{work.name}.lock").touch()
    assert said("prune", "--check") == [
        "removed  1 work folder, 1.0 KiB (of a render that was stopped)",
        "removed  1 entry, 7 B (damaged)",
        "kept     2 entries, 4.1 KiB",
    ]
    assert said("prune", "--check") == ["kept     2 entries, 4.1 KiB"]


def test_clear_removes_entries_alone(cache) -> None:
    (cache.folder / "notes.txt").write_text("mine")
    assert said("clear") == ["removed  3 entries, 6.1 KiB"]
    assert cache.info().entries == 0
    assert (cache.folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("size", ["x", "-1", "5XB", ""])
def test_a_limit_that_is_no_size_is_refused(cache, size, monkeypatch) -> None:
    wanted = f"wanted a size such as 500MB or 2GiB, got {size!r}\n"
    code, line = refused("prune", "--limit", size)
    assert (code, line) == (2, f"Error: Invalid value for '--limit': {wanted}")
    if size:
        monkeypatch.setenv("RNNVIZ_CACHE_LIMIT", size)
        for command in ("info", "prune", "clear"):
            assert refused(command) == (3, f"Error: RNNVIZ_CACHE_LIMIT: {wanted}")
    assert cache.info().entries == 3


@pytest.mark.parametrize("command", ["info", "prune", "clear"])
def test_a_folder_that_cannot_be_used_is_one_line(command, tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("RNNVIZ_CACHE", "file")
    path = str(tmp_path / "file" / "entries")
    assert refused(command) == (3, f"Error: cache: wanted {path!r} to use, got Not a directory\n")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("command", ["info", "prune", "clear"])
def test_nobody_without_a_home_has_one(command, monkeypatch) -> None:
    monkeypatch.setattr("rnnviz.cli.cache.cache_folder", lambda: None)
    wanted = "Error: cache: wanted a home folder or RNNVIZ_CACHE, got neither\n"
    assert refused(command) == (3, wanted)


def test_what_cannot_be_removed_is_said(cache, monkeypatch) -> None:
    def unlink(self, missing_ok=False):
        raise PermissionError(13, "Permission denied", str(self))

    path = cache._entries()[-1].path
    monkeypatch.setattr(Path, "unlink", unlink)
    line = f"Error: cache: wanted {str(path)!r} to use, got Permission denied\n"
    assert refused("clear") == (3, line)


def test_alone_it_prints_its_help() -> None:
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert COMMANDS["cache"] in result.stdout
    assert [line.split()[0] for line in result.stdout.split("Commands:\n")[1].splitlines()] == [
        "clear",
        "info",
        "prune",
    ]
    assert "..." not in result.stdout.split("Commands:\n")[1]  # no summary is cut off


def test_an_unknown_command_is_refused() -> None:
    assert refused("nothing") == (2, "Error: No such command 'nothing'.\n")


@pytest.mark.parametrize("args", [[], ["info"], ["prune", "--check"], ["clear"], ["--help"]])
def test_nothing_heavy_is_loaded(args) -> None:
    code = (
        "import sys\n"
        "for name in ('manim', 'av', 'typst', 'rich', 'cairo'): sys.modules[name] = None\n"
        "from rnnviz.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "cache", *args], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
