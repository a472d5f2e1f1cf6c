"""The house: what is in the repository agrees with itself and names no place outside of it."""

import ast
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

import pytest

import rnnviz

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
# put together here, so that this file does not name them itself
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "anaconda" + ".org", "npm" + "js.org"]
HOMES = [r"/(?:home|Users)/\w", r"/root" + "/"]


def places(root):
    """Patterns of what no file may name: registries, home folders, where this checkout stands."""
    patterns = [*map(re.escape, REGISTRIES), *HOMES, re.escape(str(root))]
    if root.parent not in (Path("/"), Path(tempfile.gettempdir())):
        patterns.append(re.escape(f"{root.parent}/"))
    return re.compile(rf"(?<![\w.~$}}]){patterns[-1]}|{'|'.join(patterns[:-1])}".encode())


def committed():
    """Files that git tracks or would track; outside of a checkout, all but .venv."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        unpacked = (path for path in ROOT.rglob("*") if ".venv" not in path.parts)
        return [path for path in unpacked if path.is_file()]
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_registry_or_a_place_on_a_machine():
    pattern = places(ROOT)
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in committed()
        if (match := pattern.search(path.read_bytes()))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("https://" + REGISTRIES[0] + "/simple", True),
        ("/home" + "/ada/rnn.csv", True),
        ("/Users" + "/ada/rnn.csv", True),
        ("see /srv/builds/rnnviz/README.md", True),
        ("see /srv/builds/other", True),
        ("a/b/srv/builds/other", False),
        ("homework, and the root of 2", False),
        ("PyPI's own name", False),
    ],
)
def test_a_place_is_caught(text, named):
    assert bool(places(Path("/srv/builds/rnnviz")).search(text.encode())) is named


def test_every_scene_that_is_offered_exists():
    offered = PROJECT["project"]["entry-points"]["rnnviz.scenes"]
    assert {"legend", "rnn", "lstm", "gru"} <= set(offered)
    for name, target in offered.items():
        module, _, scene = target.partition(":")
        path = ROOT / "scenes" / f"{module.removeprefix('rnnviz.scenes.')}.py"
        classes = [
            node.name
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ClassDef)
        ]
        assert scene in classes, name
    files = {path.stem for path in (ROOT / "scenes").glob("*.py")} - {"__init__"}
    assert files == {target.partition(":")[0].rpartition(".")[2] for target in offered.values()}


def test_the_packages_that_are_installed_are_those_on_disk():
    folders = [path.parent.relative_to(ROOT) for path in (ROOT / "rnnviz").rglob("__init__.py")]
    on_disk = {".".join(folder.parts) for folder in folders} | {"rnnviz.scenes"}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == on_disk


def test_the_changelog_starts_with_this_version():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == rnnviz.__version__


def test_what_ci_runs_is_in_the_makefile():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    loop = re.search(r"for target in (.+); do", script.read_text("utf-8"))
    assert loop
    assert set(loop[1].split()) <= set(targets)


def test_the_gallery_holds_what_its_list_says_and_stays_small():
    gallery = ROOT / "renders" / "gallery"
    listed = re.findall(r"\]\((.+?)\)", (gallery / "README.md").read_text("utf-8"))
    assert {path.name for path in gallery.iterdir()} == {*listed, "README.md"}
    sizes = {path.name: path.stat().st_size for path in gallery.iterdir()}
    assert {name: size for name, size in sizes.items() if size > 2_000_000} == {}


def test_the_gallery_lists_the_commands_that_make_runs():
    listing = (ROOT / "renders" / "gallery" / "README.md").read_text("utf-8")
    done = subprocess.run(
        ["make", "-n", "gallery"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    made = done.stdout.replace("\\\n", " ").splitlines()
    renders = [line.partition("rnnviz render ")[2].split() for line in made if " render " in line]
    listed = [line.split() for line in re.findall(r"`rnnviz render (.+?)`", listing)]
    extra = {"--quiet", "--force"}
    assert [sorted({*words} - extra) for words in renders] == [sorted(words) for words in listed]
