"""What an output depends on: the versions of it all, and that each change is seen."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import rnnviz
from rnnviz.video import fonts, versions
from rnnviz.video.versions import differences

NAMES = ("rnnviz", "python", "manim", "numpy", "av", "ffmpeg", "cairo", "pycairo", "pango")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with a font, and a fontconfig that looks there."""
    (tmp_path / ".local/share/fonts/deep").mkdir(parents=True)
    (tmp_path / ".local/share/fonts/deep/a.ttf").write_bytes(bytes(2000))
    (tmp_path / "fonts.conf").write_text('<fontconfig><dir prefix="xdg">fonts</dir></fontconfig>')
    monkeypatch.setattr(fonts.sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_all_is_named_and_the_same_twice() -> None:
    found = versions.versions()
    assert {*NAMES, "typst", "platform", "fonts"} <= set(found)
    assert "none" not in found.values()
    assert all(isinstance(one, str) and one for one in found.values())
    assert found == versions.versions()
    assert found["manim"] == version("manim")
    assert found["rnnviz"].startswith(f"{rnnviz.__version__} ")
    assert "libavcodec " in found["ffmpeg"]


def test_another_process_says_the_same_and_loads_no_manim() -> None:
    code = (
        "import sys; sys.modules['manim'] = None\n"
        "from rnnviz.video.versions import versions; print(versions())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=True
    )
    assert done.stdout.strip() == str(versions.versions())


def test_differences_name_both_sides() -> None:
    ours = {"manim": "0.22.0", "numpy": "2.4", "pixman-1": "0.42"}
    assert differences(ours, dict(ours)) == []
    assert differences(ours, {"manim": "0.22.1", "numpy": "2.4", "encoders": "0a"}) == [
        "manim: 0.22.0 here, 0.22.1 there",
        "pixman-1: 0.42 here, none there",
        "encoders: none here, 0a there",
    ]


# rnnviz itself


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package as a wheel has it, older than this process."""
    folder = tmp_path / "rnnviz"
    (folder / "scenes").mkdir(parents=True)
    for name in ("__init__.py", "cells.py", "scenes/__init__.py", "scenes/lstm.py"):
        aged(folder / name, f"# {name}")
    found(monkeypatch, folder, folder / "scenes")
    return folder


def aged(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (1, 1))


def found(monkeypatch, folder: Path, scenes: Path) -> None:
    class Spec:
        submodule_search_locations = (str(scenes),)

    monkeypatch.setattr(rnnviz, "__file__", str(folder / "__init__.py"))
    monkeypatch.setattr(versions.importlib.util, "find_spec", lambda name: Spec)


def test_any_module_of_ours_that_changes_comes_or_goes_is_seen(package) -> None:
    seen = {versions._sources()}
    for name in ("cells.py", "scenes/lstm.py", "new.py", "scenes/new.py"):
        aged(package / name, "# other")
        seen.add(versions._sources())
    (package / "cells.py").rename(package / "renamed.py")
    seen.add(versions._sources())
    (package / "renamed.py").unlink()
    seen.add(versions._sources())
    assert len(seen) == 7
    aged(package / "notes.txt", "no code")
    assert versions._sources() in seen


def test_the_scenes_count_wherever_they_are(package, tmp_path, monkeypatch) -> None:
    as_a_wheel = versions._sources()
    found(monkeypatch, package, (package / "scenes").rename(tmp_path / "scenes"))
    assert versions._sources() == as_a_wheel  # as in a checkout
    aged(tmp_path / "scenes" / "lstm.py", "# other")
    assert versions._sources() != as_a_wheel


def test_code_that_was_edited_after_it_was_loaded_is_only_of_this_process(package) -> None:
    before = versions._sources()
    text = (package / "cells.py").read_text()
    aged(package / "cells.py", text)
    os.utime(package / "cells.py", (versions._LOADED + 1, versions._LOADED + 1))
    assert versions._sources() == f"{before} edited in process {os.getpid()} of {versions._LOADED}"


# Packages


def test_a_package_that_is_missing_is_none() -> None:
    assert versions._package("no-such-package") == "none"


@pytest.mark.parametrize(
    ("line", "binary"),
    [
        ("av.libs/libx264-d6533a8d.so.165,sha256=abc,12", True),
        ("av/_core.abi3.so,sha256=abc,12", True),
        ("av/.dylibs/libx264.165.dylib,sha256=abc,12", True),
        ("av.libs/avcodec-62-0a.dll,sha256=abc,12", True),
        ("av/_core.pyd,sha256=abc,12", True),
        ("av/_core.py,sha256=abc,12", False),
        ("../../../bin/pyav,sha256=abc,12", False),
        ("av/__pycache__/_core.cpython-311.pyc,,", False),
    ],
)
def test_what_of_a_wheel_is_compiled(line, binary) -> None:
    assert versions._is_binary(line) == binary


def test_another_build_of_an_encoder_is_seen(monkeypatch) -> None:
    class Wheel:
        record = "av.libs/libx264-1.so.165,sha256=a,9\nav/a.py,sha256=b,9\n"

        def read_text(self, name: str) -> str | None:
            assert name == "RECORD"
            return self.record

    monkeypatch.setattr(versions, "distribution", lambda name: Wheel())
    ours = versions._ffmpeg()
    monkeypatch.setattr(Wheel, "record", "\n".join(reversed(Wheel.record.split("\n"))))
    assert versions._ffmpeg() == ours
    monkeypatch.setattr(Wheel, "record", Wheel.record.replace("=a", "=c"))
    assert [line.split(":")[0] for line in differences(ours, versions._ffmpeg())] == ["encoders"]
    monkeypatch.setattr(Wheel, "record", None)  # not installed from a wheel
    assert set(versions._ffmpeg()) == {"ffmpeg"}


# Fonts


def test_any_font_that_changes_comes_or_goes_is_seen(home) -> None:
    folder = home / ".local/share/fonts"
    first = fonts.fonts()
    seen = {first}
    (folder / "b.OTF").write_bytes(b"new")
    seen.add(fonts.fonts())
    (folder / "b.OTF").write_bytes(b"old")  # of the same size
    seen.add(fonts.fonts())
    (folder / "b.OTF").rename(folder / "c.otf")
    seen.add(fonts.fonts())
    (folder / "deep/a.ttf").write_bytes(bytes(2001))
    seen.add(fonts.fonts())
    assert len(seen) == 5
    (folder / "c.otf").unlink()
    (folder / "deep/a.ttf").write_bytes(bytes(2000))
    assert fonts.fonts() == first


def test_what_is_no_font_or_only_lies_elsewhere_is_no_matter(home) -> None:
    folder = home / ".local/share/fonts"
    first = fonts.fonts()
    (folder / "fonts.cache-1").write_text("x")
    (folder / "deep").rename(folder / "deeper")
    os.utime(folder / "deeper/a.ttf", (1, 1))
    (folder / "loop").symlink_to(folder)
    assert len(list(fonts._fonts([folder, folder]))) == 1
    (folder / "dangling.ttc").symlink_to(home / "nowhere")
    with_dangling = fonts.fonts()
    (folder / "dangling.ttc").unlink()
    assert fonts.fonts() == first != with_dangling


def test_linked_fonts_and_those_of_any_configuration_are_seen(home) -> None:
    first = fonts.fonts()
    (home / "mine").mkdir()
    (home / "mine/m.ttf").write_bytes(b"x")
    assert fonts.fonts() == first
    (home / ".local/share/fonts/link").symlink_to(home / "mine")
    linked = fonts.fonts()
    assert linked != first
    (home / ".local/share/fonts/link").unlink()
    (home / ".config/fontconfig/conf.d").mkdir(parents=True)
    (home / ".config/fontconfig/conf.d/1.conf").write_text("<dir>~/mine</dir>")
    configured = fonts.fonts()
    assert configured not in (first, linked)
    (home / "mine/m.ttf").unlink()
    assert fonts.fonts() not in (first, linked, configured)


@pytest.mark.parametrize(
    ("platform", "folder"),
    [("darwin", "Library/Fonts"), ("win32", "AppData/Local/Microsoft/Windows/Fonts")],
)
def test_other_systems_have_their_own_folders(home, monkeypatch, platform, folder) -> None:
    monkeypatch.setattr(fonts.sys, "platform", platform)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    first = fonts.fonts()
    (home / folder).mkdir(parents=True)
    (home / folder / "a.ttc").write_bytes(b"x")
    assert fonts.fonts() != first
    shutil.rmtree(home / folder)
    assert fonts.fonts() == first
