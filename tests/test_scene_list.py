import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from rnnviz import RnnvizError, scene_list
from rnnviz.scene_list import load_scene, scene_names, scene_summary

MODULES = {
    "__init__": "raise RuntimeError('the package was imported')\n",
    "good": '"""Two units at work.\n\nMore about them.\n"""\nclass Good:\n    pass\nnumber = 1\n',
    "silent": "class Silent:\n    pass\n",
    "broken": '"""A scene that needs much."""\nimport no_such_library_at_all\n',
    "garbled": '"""Text\n',
    "leaves": '"""A scene that gives up."""\nraise SystemExit("no display")\n',
}


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """Offer scenes as entry points, with the modules above in a package of their own."""
    package = tmp_path / "lecture_scenes"
    package.mkdir()
    for name, source in MODULES.items():
        (package / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)

    def offer(*pairs: tuple[str, str]) -> None:
        entries = [EntryPoint(name, value, scene_list.GROUP) for name, value in pairs]
        monkeypatch.setattr(scene_list, "entry_points", lambda group: entries)

    yield offer
    for name in [name for name in sys.modules if name.startswith("lecture_scenes")]:
        del sys.modules[name]


def importable(tmp_path) -> None:
    (tmp_path / "lecture_scenes" / "__init__.py").write_text("")


def test_own_scenes_are_found_in_the_order_in_which_they_are_taught() -> None:
    assert scene_names()[:4] == ("legend", "rnn", "lstm", "gru")


def test_other_scenes_follow_by_name(offered) -> None:
    names = ("zeta", "lstm", "alpha", "legend", "gru")
    offered(*((name, f"lecture_scenes.{name}:Scene") for name in names))
    assert scene_names() == ("legend", "lstm", "gru", "alpha", "zeta")


def test_a_summary_is_the_first_line_and_imports_nothing(offered) -> None:
    offered(("good", "lecture_scenes.good:Good"), ("broken", "lecture_scenes.broken:Broken"))
    assert scene_summary("good") == "Two units at work."
    assert scene_summary("broken") == "A scene that needs much."
    assert not any(name.startswith("lecture_scenes") for name in sys.modules)


@pytest.mark.parametrize("module", ["silent", "garbled", "missing", "good.inner"])
def test_a_summary_that_cannot_be_read_is_empty(offered, module) -> None:
    offered(("it", f"lecture_scenes.{module}:It"))
    assert scene_summary("it") == ""


def test_own_summaries_never_load_manim() -> None:
    code = (
        "import sys; sys.modules['manim'] = None\n"
        "from rnnviz.scene_list import *; print(*map(scene_summary, scene_names()))\n"
        "print(any(name.startswith('rnnviz.scenes') for name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"


def test_a_scene_is_loaded(offered, tmp_path) -> None:
    importable(tmp_path)
    offered(("good", "lecture_scenes.good:Good"))
    assert load_scene("good").__qualname__ == "Good"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("lecture_scenes.broken:Broken", "ModuleNotFoundError: No module named 'no_such_library"),
        ("lecture_scenes.good:Missing", "AttributeError"),
        ("lecture_scenes.good:number", "got a int"),
        ("lecture_scenes.missing:It", "ModuleNotFoundError"),
        ("lecture_scenes.garbled:It", "SyntaxError"),
        ("lecture_scenes.leaves:It", "SystemExit: no display"),
    ],
)
def test_a_scene_that_cannot_be_loaded_is_named(offered, tmp_path, value, wanted) -> None:
    importable(tmp_path)
    offered(("it", value))
    with pytest.raises(RnnvizError) as caught:
        load_scene("it")
    assert str(caught.value).startswith(f"scene 'it': wanted the class {value}, got ")
    assert wanted.removeprefix("got ") in str(caught.value)


def test_an_error_names_the_package_that_offers_the_scene(offered, monkeypatch) -> None:
    entry = next(iter(e for e in scene_list.entry_points(group=scene_list.GROUP)))
    broken = EntryPoint(entry.name, "lecture_scenes.missing:It", entry.group)
    vars(broken)["dist"] = entry.dist
    monkeypatch.setattr(scene_list, "entry_points", lambda group: [broken])
    with pytest.raises(RnnvizError, match="of the package rnnviz, got"):
        load_scene(entry.name)


@pytest.mark.parametrize("function", [load_scene, scene_summary])
def test_an_unknown_scene_lists_the_valid_ones(offered, function) -> None:
    offered(("b", "x:Y"), ("a", "x:Y"))
    with pytest.raises(RnnvizError, match=r"^scene: wanted one of a, b, got 'c'$"):
        function("c")


def test_a_name_that_two_packages_offer_is_refused(offered) -> None:
    offered(("a", "one:A"), ("a", "two:A"))
    assert scene_names() == ("a",)
    with pytest.raises(RnnvizError, match="wanted one class, got several: one:A, two:A"):
        load_scene("a")
