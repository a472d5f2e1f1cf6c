"""Nothing needs TeX: a scene renders where no program can be found, and no source asks for TeX."""

import ast
import doctest
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import manim
import pytest
from manim.mobject.text.tex_mobject import SingleStringMathTex
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
DRAWING = [
    path
    for folder in ("rnnviz/stage", "rnnviz/video", "scenes")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
PROGRAMS = ["tex", "latex", "pdflatex", "xelatex", "lualatex", "dvisvgm", "dvips"]

# What of manim calls LaTeX: the TeX texts, what writes numbers with them and what labels.
TEX_CLASSES = {
    "BraceLabel",
    "BraceText",
    "BulletedList",
    "ChangeDecimalToValue",
    "ChangingDecimal",
    "DecimalMatrix",
    "DecimalNumber",
    "DecimalTable",
    "Integer",
    "IntegerMatrix",
    "IntegerTable",
    "LabeledArrow",
    "LabeledDot",
    "LabeledLine",
    "MathTable",
    "MathTex",
    "Matrix",
    "MobjectMatrix",
    "SampleSpace",
    "SingleStringMathTex",
    "Tex",
    "TexTemplate",
    "Title",
    "Variable",
}
TEX_METHODS = {
    "add_coordinates",
    "add_labels",
    "add_numbers",
    "get_axis_labels",
    "get_bar_labels",
    "get_graph_label",
    "get_tex",
    "get_text",
    "get_x_axis_label",
    "get_y_axis_label",
    "get_z_axis_label",
}
TEX_OPTIONS = {"include_numbers", "numbers_to_include", "tex_template"}


def asks_for_tex(source):
    """What in a source makes manim call LaTeX, wherever it stands.

    A class counts where it comes from manim; other libraries have a Matrix, too.
    """
    nodes = list(ast.walk(ast.parse(source)))
    found, star, modules = set(), False, set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "manim":
            names = {alias.name for alias in node.names}
            star = star or "*" in names
            modules |= {alias.asname or alias.name for alias in node.names}
            found |= names & TEX_CLASSES
            found |= {node.module} if "tex_mobject" in node.module else set()
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == "manim":
                    modules.add(alias.asname or "manim")
                    found |= {alias.name} if "tex_mobject" in alias.name else set()
    for node in nodes:
        if isinstance(node, ast.Attribute):
            found |= {node.attr} & TEX_METHODS
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in modules:
                found |= {node.attr} & TEX_CLASSES
        elif isinstance(node, ast.Name) and star:
            found |= {node.id} & TEX_CLASSES
        elif isinstance(node, ast.keyword):
            found |= {node.arg} & TEX_OPTIONS
    return found


def test_a_scene_renders_where_no_program_can_be_found(tmp_path):
    path = tmp_path / "bin"
    path.mkdir()
    assert [name for name in PROGRAMS if shutil.which(name, path=str(path))] == []
    image = tmp_path / "lstm.png"
    done = subprocess.run(
        [sys.executable, "-m", "rnnviz", "render", "lstm", "-s", "-ql", "--steps", "1", "--quiet"]
        + ["-o", str(image)],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(image) as picture:
        assert picture.size == (854, 480)
        assert len(picture.convert("RGB").getcolors(854 * 480)) > 100


def test_the_scanned_folders_hold_the_picture():
    names = {path.relative_to(ROOT).as_posix() for path in DRAWING}
    assert {"rnnviz/stage/stage.py", "rnnviz/stage/typeset.py", "scenes/lstm.py"} <= names


@pytest.mark.parametrize("path", DRAWING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_source_asks_for_tex(path):
    assert asks_for_tex(path.read_text("utf-8")) == set()


def examples(text):
    """The Python in a document: whole files, and what its doctests type."""
    for fence in re.findall(r"^```python[^\n]*\n(.*?)^```$", text, re.M | re.S):
        typed = doctest.DocTestParser().get_examples(fence)
        yield "".join(example.source for example in typed) if typed else fence


def test_no_example_of_the_readme_asks_for_tex():
    sources = list(examples((ROOT / "README.md").read_text("utf-8")))
    assert any("rnnviz.stage" in source for source in sources)
    assert [source for source in sources if asks_for_tex(source)] == []


def test_examples_are_read_as_files_and_as_doctests():
    text = "```python a.py\nfrom manim import Tex\n```\n```python\n>>> import manim\n1\n```\n"
    assert list(examples(text)) == ["from manim import Tex\n", "import manim\n"]


def test_the_scan_knows_manims_tex_classes():
    assert {name for name in TEX_CLASSES if not hasattr(manim, name)} == set()
    classes = {name: value for name, value in vars(manim).items() if inspect.isclass(value)}
    tex = {name for name, value in classes.items() if issubclass(value, SingleStringMathTex)}
    assert {"MathTex", "Tex"} <= tex <= TEX_CLASSES


@pytest.mark.parametrize(
    "source",
    [
        "from manim import MathTex",
        "from manim import Scene, DecimalNumber as Number",
        "import manim\nmanim.Tex('x')",
        "import manim as mn\nmn.mobject.Matrix([[1]])",
        "import manim.mobject.text.tex_mobject",
        "from manim.mobject.text.tex_mobject import anything",
        "from manim import *\nclass A(Scene):\n    def construct(self): self.add(Integer(1))",
        "def f(axes):\n    axes.add_coordinates()",
        "import manim\nline = manim.NumberLine(include_numbers=True)",
    ],
)
def test_a_use_of_tex_is_caught(source):
    assert asks_for_tex(source)


@pytest.mark.parametrize(
    "source",
    [
        "'''No Tex here'''",
        "from manim import Text",
        "name = 'MathTex'",
        "def tex(): ...",
        "import svgelements\nsvgelements.Matrix()",
        "from svgelements import Matrix\nMatrix()",
    ],
)
def test_a_mention_is_no_use(source):
    assert asks_for_tex(source) == set()
