"""A scene in a file: which class is meant, and what goes wrong in it as one line."""

import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import pytest

from rnnviz import RnnvizError
from rnnviz.scene_file import blamed, scene_in, scene_path

ONE = "from collections import OrderedDict\nclass One(OrderedDict):\n    pass\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("rnnviz_scene_file", None)


def found(source, name="", file="lecture.py"):
    path = Path(file)
    path.write_text(source)
    return scene_in(path, name, OrderedDict)


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        ("lstm", None),
        ("lecture.py", ("lecture.py", "")),
        ("a/b.c.py:Two", ("a/b.c.py", "Two")),
        ("a:b.py", ("a:b.py", "")),
        ("lecture.txt:Two", None),
        ("lecture", None),
    ],
)
def test_a_file_and_a_class_are_told_apart(scene, expected):
    assert scene_path(scene) == (expected and (Path(expected[0]), expected[1]))


def test_the_only_subclass_of_the_file_is_meant():
    more = "class Other:\n    pass\nAlias = One\n"
    assert found(ONE + more).__name__ == "One"
    assert not Path("__pycache__").exists()


def test_a_file_may_be_called_like_a_module_and_import_its_neighbours():
    Path("neighbour_of_it.py").write_text("NAME = 'Two'\n")
    source = (
        ONE + "import random, neighbour_of_it\nOne.said = random.choice([neighbour_of_it.NAME])\n"
    )
    scene = found(source, file="random.py")
    assert scene.said == "Two"
    del sys.modules["neighbour_of_it"]


def test_a_name_chooses_among_several():
    source = ONE + "class Two(One):\n    pass\n"
    assert found(source, "Two").__name__ == "Two"
    with pytest.raises(RnnvizError, match=r"wanted one subclass of OrderedDict, got One, Two; lec"):
        found(source)
    with pytest.raises(RnnvizError, match=r"^lecture.py: wanted one of One, Two, got 'Three'$"):
        found(source, "Three")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("from collections import OrderedDict\n", "wanted one subclass of OrderedDict, got none"),
        ("class Two(\n", "lecture.py, line 1: SyntaxError: '(' was never closed"),
        ("x = 1\n\ny = 1 / 0\n", "lecture.py, line 3: ZeroDivisionError: division by zero"),
        ("import no_such_thing\n", "lecture.py, line 1: ModuleNotFoundError: No module named"),
        ("\nraise SystemExit\n", "lecture.py, line 2: SystemExit"),
        ("from rnnviz import trace\ntrace('cnn')\n", "lecture.py, line 2: cell: wanted"),
        ("def f():\n    g()\n\nf()\n", "lecture.py, line 2: NameError: name 'g' is not defined"),
        ("#\0", "lecture.py: SyntaxError: source code"),
        ("import json\n\njson.loads('[')\n", "lecture.py, line 3: JSONDecodeError"),
    ],
)
def test_what_goes_wrong_names_the_file_and_the_line(source, message):
    with pytest.raises(RnnvizError) as caught:
        found(source)
    assert message in str(caught.value)
    assert str(caught.value).count("lecture.py") == 1


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(RnnvizError, match=r"^no.py: No such file or directory$"):
        scene_in(Path("no.py"), "", OrderedDict)


def test_what_goes_wrong_elsewhere_is_left_alone():
    scene = found(ONE + "    def __missing__(self, key):\n        return key + 1\n")
    with (
        pytest.raises(RnnvizError, match=r"^lecture.py, line 5: TypeError"),
        blamed(Path("lecture.py")),
    ):
        scene()["a"]
    with pytest.raises(KeyError), blamed(Path("lecture.py")):
        {}["a"]
    with pytest.raises(RnnvizError, match=r"^ours$"), blamed(Path("lecture.py")):
        raise RnnvizError("ours")


def test_it_never_loads_manim():
    code = (
        "import sys; sys.modules['manim'] = None; from pathlib import Path\n"
        "from rnnviz.scene_file import scene_in; import collections\n"
        "print(scene_in(Path('lecture.py'), '', collections.OrderedDict).__name__)"
    )
    Path("lecture.py").write_text(ONE)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "One\n"
