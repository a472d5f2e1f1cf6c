import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from rnnviz.cli import cli, doctor

ROOT = Path(__file__).parents[1]
NAMES = ("Python", "manim", "Typst", "Pango", "encoders", "output")


def run(monkeypatch, **failing: Exception) -> Result:
    """Run doctor with quick checks in place of the real ones, of which some fail."""

    def check(name: str):
        def found() -> str:
            if name in failing:
                raise failing[name]
            return f"{name} found"

        return found

    checks = [doctor.Check(c.name, check(c.name), c.mend) for c in doctor.CHECKS]
    monkeypatch.setattr(doctor, "CHECKS", checks)
    return CliRunner().invoke(cli, ["doctor"])


def test_the_real_checks_pass_here(tmp_path) -> None:
    command = [sys.executable, "-m", "rnnviz", "doctor"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    lines = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", name] for name in NAMES]
    assert result.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_all_is_well(monkeypatch) -> None:
    result = run(monkeypatch)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"ok    {name:<8}  {name} found" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_one_failure_is_said_with_what_mends_it_and_stops_nothing(monkeypatch, name) -> None:
    mend = next(check.mend for check in doctor.CHECKS if check.name == name)
    result = run(monkeypatch, **{name: RuntimeError("it is\nbroken")})
    lines = result.stdout.splitlines()
    k = NAMES.index(name)
    assert (result.exit_code, result.stderr) == (1, "")
    assert lines.pop(k + 1).split("to mend it: ")[1] == mend
    assert lines[k] == f"FAIL  {name:<8}  it is\\nbroken"
    assert [line.split()[1] for line in lines] == list(NAMES)
    assert sum(line.startswith("ok ") for line in lines) == len(NAMES) - 1


def test_all_failures_are_said(monkeypatch) -> None:
    result = run(monkeypatch, **{name: ImportError() for name in NAMES})
    assert result.exit_code == 1
    assert result.stdout.count("FAIL") == result.stdout.count("to mend it: ") == len(NAMES)
    assert result.stdout.count("ImportError") == len(NAMES)


def test_the_ranges_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = next(one for one in project["dependencies"] if one.startswith("manim"))
    first, below = (".".join(map(str, version)) for version in doctor.MANIM)
    assert wanted == f"manim[typst]>={first},<{below}"
    assert wanted in next(check.mend for check in doctor.CHECKS if check.name == "manim")
    assert project["requires-python"] == ">=" + ".".join(map(str, doctor.PYTHON))


def test_an_old_python_fails(monkeypatch) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 9))
    with pytest.raises(ValueError, match=r"wanted 3\.11 or newer, got 3\.10\.9"):
        doctor.check_python()


def fake(monkeypatch, **modules: object) -> None:
    def module(name: str) -> object:
        if name not in modules:
            raise ModuleNotFoundError(f"No module named {name!r}")
        return modules[name]

    monkeypatch.setattr(doctor, "_module", module)


@pytest.mark.parametrize("version", ["0.21.9", "0.23.0", "1.0", "0.3.0"])
def test_manim_outside_its_range_fails(monkeypatch, version) -> None:
    fake(monkeypatch, manim=SimpleNamespace(__version__=version))
    with pytest.raises(ValueError, match=rf"wanted >=0\.22,<0\.23, got {re.escape(version)}"):
        doctor.check_manim()


@pytest.mark.parametrize("version", ["0.22.0", "0.22.7.post1"])
def test_manim_in_its_range_passes(monkeypatch, version) -> None:
    fake(monkeypatch, manim=SimpleNamespace(__version__=version))
    assert doctor.check_manim() == version


def test_packages_that_are_missing_fail(monkeypatch) -> None:
    fake(monkeypatch)
    for check in (
        doctor.check_manim,
        doctor.check_typst,
        doctor.check_pango,
        doctor.check_encoders,
    ):
        with pytest.raises(ModuleNotFoundError):
            check()


def test_typst_that_makes_no_picture_fails(monkeypatch) -> None:
    fake(monkeypatch, typst=SimpleNamespace(compile=lambda *args, **options: b"%PDF"))
    with pytest.raises(ValueError, match="wanted an svg"):
        doctor.check_typst()


def test_missing_encoders_are_named(monkeypatch) -> None:
    av = importlib.import_module("av")

    def codec(name: str, mode: str) -> object:
        return av.codec.Codec("no-" + name if name in ("qtrle", "gif") else name, mode)

    fake(monkeypatch, av=SimpleNamespace(codec=SimpleNamespace(Codec=codec)))
    with pytest.raises(ValueError, match=r"missing qtrle, gif$"):
        doctor.check_encoders()


def test_a_folder_that_cannot_be_written_fails(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert doctor.check_output() == "renders/ can be made here"
    (tmp_path / "renders").mkdir()
    assert doctor.check_output() == "renders/ can be written"
    (tmp_path / "renders").rmdir()
    (tmp_path / "renders").write_text("a file in its place")
    with pytest.raises(OSError, match="renders"):
        doctor.check_output()
    assert [path.name for path in tmp_path.iterdir()] == ["renders"]
