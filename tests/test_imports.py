"""Who may import whom, as DESIGN has it: the core needs numpy alone, and only a face loads manim.

Modules are found by looking, so a new one is covered. Each rule is checked twice where it can be:
by reading the source, which sees imports inside functions too, and by importing for real in a
process in which everything else is blocked.
"""

import ast
import json
import sys
from functools import cache

import pytest

from own_process import ROOT, process

PACKAGE, SCENES = ROOT / "rnnviz", ROOT / "scenes"
NOT_CORE = {"__main__.py"}  # starts the command line
FIGURES = sorted((PACKAGE / "figures").glob("*.py"))
SHARED = ("marks", "notation", "figure", "catalogue", "transcript")
CORE = [
    *sorted(path for path in PACKAGE.glob("*.py") if path.name not in NOT_CORE),
    *FIGURES,
]
READERS = sorted((PACKAGE / "readers").glob("*.py"))
SOURCES = sorted([*PACKAGE.rglob("*.py"), *SCENES.rglob("*.py")])

# Only these may import what they are named for; a folder of ROOT or one file.
HOMES = {
    "manim": ("rnnviz/stage/", "rnnviz/video/", "scenes/"),
    "click": ("rnnviz/cli/",),
    "anywidget": ("rnnviz/web/widget.py",),
    "traitlets": ("rnnviz/web/widget.py",),
    "typst": ("rnnviz/stage/", "rnnviz/web/png.py"),
    "PIL": ("rnnviz/video/", "rnnviz/web/png.py"),
    "h5py": ("rnnviz/readers/hdf5.py",),
    "onnx": ("rnnviz/readers/onnx_files.py",),
    "safetensors": ("rnnviz/readers/safetensors_files.py",),
    "torch": ("rnnviz/readers/torch_files.py",),
}

# Public names of the core that lead to a face, which is only loaded when somebody asks for them.
DOORS = {"__init__.py": ("rnnviz.web.notebook",), "tracing.py": ("rnnviz.web.",)}

# Imports each module with the rest of its package forgotten, so that none leans on an earlier one.
# What the standard library looks for and can do without (a Jython, say) is not held against it.
IMPORT_ALONE = """
import importlib, json, sys

modules, allowed = json.loads(sys.argv[1])
allowed = {*allowed, *sys.stdlib_module_names}
refused = []


class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            frame = sys._getframe(1)
            while "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            if frame.f_globals["__name__"].partition(".")[0] == top:
                refused.append(name)
            raise ImportError(f"{name} is blocked", name=name)


import numpy  # first, with what it likes to look for

sys.meta_path.insert(0, Block())
broken = {}
for module in modules:
    top = module.partition(".")[0]
    for name in [n for n in sys.modules if n.partition(".")[0] == top]:
        del sys.modules[name]
    refused.clear()
    try:
        importlib.import_module(module)
    except ImportError as error:
        broken[module] = str(error)
    if refused:
        broken[module] = f"imports {refused[0]}"
print(json.dumps(broken))
"""


def dotted(path):
    """``rnnviz/readers/npy.py`` -> ``rnnviz.readers.npy``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def broken_imports(modules, allowed, cwd=ROOT):
    """Module -> what it wrongly imports, of those that need more than the standard library."""
    return json.loads(process(IMPORT_ALONE, json.dumps([modules, allowed]), cwd=cwd))


@cache  # for each package that has a home
def imported(source):
    """Every module that a source imports, at any depth; ``from a import b`` gives a and a.b."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            joint = "" if base.endswith(".") else "."
            names |= {base, *(f"{base}{joint}{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("import_module", "__import__"):
                names.add(str(node.args[0].value))
    return frozenset(names)


def tops(source):
    return {name.partition(".")[0] for name in imported(source)} - {""}


def strays(home, package, sources):
    """The files outside of ``home`` that import ``package``; sources: path from ROOT -> text."""
    return [
        path
        for path, text in sources.items()
        if package in tops(text) and not path.startswith(home)
    ]


def names_scenes(source, module):
    """Whether a module of rnnviz imports the scenes by name."""
    parents = module.split(".")
    for name in imported(source):
        level = len(name) - len(name.lstrip("."))
        full = ".".join([*parents[:-level], name.lstrip(".")]) if level else name
        if full.split(".")[0] == "scenes" or full.split(".")[:2] == ["rnnviz", "scenes"]:
            return True
    return False


@pytest.fixture(scope="module")
def sources():
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in SOURCES}


# The core


def test_the_parts_are_found():
    found = {path.stem for path in CORE}
    assert found >= {"errors", "arrays", "files", "ops", "cells", "params", "tracing"}
    assert found >= {
        "marks",
        "catalogue",
        "rounding",
        "equations",
        "export",
        "diagram",
        "storyboard",
        "scene_list",
    }
    assert any(path.is_relative_to(SCENES) for path in SOURCES)


def test_each_core_module_needs_numpy_and_the_standard_library_alone():
    alike = {path for path in FIGURES if path.stem not in SHARED}  # their source is looked at
    modules = [dotted(path) for path in (*CORE, *READERS) if path not in alike]
    assert broken_imports(modules, ["numpy", "rnnviz"]) == {}


def test_the_cores_source_imports_nothing_else_even_inside_functions():
    allowed = {"numpy", "rnnviz", *sys.stdlib_module_names}
    strange = {path.name: tops(path.read_text("utf-8")) - allowed for path in CORE}
    assert {name: found for name, found in strange.items() if found} == {}


def test_the_core_imports_no_face(sources):
    faces = ("rnnviz.stage", "rnnviz.video", "rnnviz.web", "rnnviz.cli", "rnnviz.scenes")
    for path in (*CORE, *READERS):
        doors = DOORS.get(path.name, ())
        found = (n for n in imported(path.read_text("utf-8")) if n.startswith(faces))
        wrong = [name for name in found if not name.startswith(doors)]
        assert wrong == [], path


def test_every_public_name_is_there():
    code = "import rnnviz; print([n for n in rnnviz.__all__ if getattr(rnnviz, n, None) is None])"
    assert process(code).strip() == "[]"


# The faces


@pytest.mark.parametrize("package", HOMES)
def test_a_package_is_imported_only_at_its_home(package, sources):
    assert strays(HOMES[package], package, sources) == []


def test_rnnviz_never_imports_the_scenes_by_name():
    named = [
        path
        for path in PACKAGE.rglob("*.py")
        if names_scenes(path.read_text("utf-8"), dotted(path))
        and not path.is_relative_to(PACKAGE / "scenes")
    ]
    assert named == []


STATE = str(ROOT / "tests" / "golden" / "gru_state.npz")
COMMANDS = [
    ["--help"],
    ["--version"],
    ["show", "lstm"],
    ["trace", "lstm", "-o", "t.json"],
    ["inspect", STATE],
    ["show", "gru", "--weights", STATE],
]


def test_the_quick_commands_load_no_heavy_library(tmp_path):
    code = """
        import json, sys
        from rnnviz.cli import main

        for args in json.loads(sys.argv[1]):
            sys.argv = ["rnnviz", *args]
            try:
                main()
            except SystemExit as left:
                assert not left.code, (args, left.code)
            for heavy in ("manim", "torch", "h5py", "onnx", "safetensors"):
                assert heavy not in sys.modules, (heavy, args)
        """
    output = process(code, json.dumps(COMMANDS), cwd=tmp_path)
    assert "Usage:" in output
    assert (tmp_path / "t.json").stat().st_size > 0


# The checks can fail


def test_a_module_that_imports_a_blocked_package_is_caught(tmp_path):
    package = tmp_path / "probe"
    package.mkdir()
    for name, line in {
        "__init__": "",
        "good": "import json, numpy.linalg",
        "bad": "import click",
        "quiet": "try:\n    import rich.table\nexcept ImportError:\n    pass",
        "inside": "def f():\n    import click",
        "indirect": "from probe import bad",
    }.items():
        (package / f"{name}.py").write_text(line + "\n", "utf-8")
    modules = [f"probe.{name}" for name in ("good", "bad", "quiet", "inside", "indirect")]
    assert broken_imports(modules, ["numpy", "probe"], cwd=tmp_path) == {
        "probe.bad": "imports click",
        "probe.quiet": "imports rich",
        "probe.indirect": "imports click",
    }


@pytest.mark.parametrize(
    "source",
    [
        "import manim",
        "import manim.utils as u",
        "from manim import Scene",
        "from manim.mobject import geometry",
        "def f():\n    import manim",
        "if TYPE_CHECKING:\n    from manim import Scene",
        "import importlib\nimportlib.import_module('manim')",
    ],
)
def test_an_import_away_from_home_is_caught(source):
    files = {"rnnviz/export.py": source, "scenes/rnn.py": source}
    assert strays(HOMES["manim"], "manim", files) == ["rnnviz/export.py"]


def test_a_mention_is_no_import():
    source = "'''import manim'''\nname = 'manim'\nfrom rnnviz.manim_like import x"
    assert strays(HOMES["manim"], "manim", {"rnnviz/export.py": source}) == []


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("import scenes", True),
        ("import scenes.lstm", True),
        ("from rnnviz import scenes", True),
        ("from rnnviz.scenes.lstm import LSTMCell", True),
        ("from ..scenes import lstm", True),
        ("from .. import scenes", True),
        ("import_module('rnnviz.scenes.lstm')", True),
        ("from . import scenes", False),  # rnnviz.cli.scenes, a command
        ("from rnnviz.scene_list import find", False),
        ("GROUP = 'rnnviz.scenes'", False),
    ],
)
def test_naming_the_scenes_is_caught(source, caught):
    assert names_scenes(source, "rnnviz.cli.render") is caught
