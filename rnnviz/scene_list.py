"""The scenes that are installed: those of rnnviz and of any package with a ``rnnviz.scenes`` entry.

Names and summaries are found without running any of the scenes' code, which would load manim.
"""

import ast
import sys
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points

from rnnviz.errors import RnnvizError

GROUP = "rnnviz.scenes"
_FIRST = (  # the order in which they are taught
    "legend", "rnn", "lstm", "gru", "compare", "dense", "feedforward", "unroll", "architectures",
    "bptt", "batching", "vanishing", "lstm-gates", "gru-gates", "conventions", "stacked",
    "bidirectional", "heat",
)  # fmt: skip


def scene_names() -> tuple[str, ...]:
    """Return every scene's name: in the order in which they are taught, others by name."""
    names = {entry.name for entry in entry_points(group=GROUP)}
    ranks = {name: rank for rank, name in enumerate(_FIRST)}
    return tuple(sorted(names, key=lambda name: (ranks.get(name, len(_FIRST)), name)))


def scene_summary(name: str) -> str:
    """Return the first line of the docstring of the scene's module, which is not imported.

    It is empty if the module cannot be read or has none. Raises RnnvizError for an unknown name.
    """
    module = _entry(name).module
    try:
        spec = _find(module)
        get_source = getattr(spec.loader, "get_source", None) if spec else None
        source = get_source(module) if get_source else None
        text = ast.get_docstring(ast.parse(source)) if source else None
    except (ImportError, OSError, SyntaxError, ValueError, RecursionError):
        return ""
    return text.strip().splitlines()[0] if text and text.strip() else ""


def scene_module(name: str) -> str:
    """Return the name of the module that a scene is in; RnnvizError for an unknown scene."""
    return _entry(name).module


def load_scene(name: str) -> type:
    """Import and return the scene's class; RnnvizError if it is unknown or cannot be imported."""
    entry = _entry(name)
    place = f"scene {name!r}: wanted the class {entry.value}"
    if entry.dist is not None:
        place += f" of the package {entry.dist.name}"
    try:
        scene = entry.load()
    except (Exception, SystemExit) as error:  # whatever a package that is not ours raises
        raise RnnvizError(f"{place}, got {type(error).__name__}: {error}") from error
    if not isinstance(scene, type):
        raise RnnvizError(f"{place}, got a {type(scene).__name__}")
    return scene


def _entry(name: str) -> EntryPoint:
    found = {entry.value: entry for entry in entry_points(group=GROUP) if entry.name == name}
    if not found:
        raise RnnvizError(f"scene: wanted one of {', '.join(scene_names())}, got {name!r}")
    if len(found) > 1:
        raise RnnvizError(f"scene {name!r}: wanted one class, got several: {', '.join(found)}")
    return next(iter(found.values()))


def _find(module: str) -> ModuleSpec | None:
    """Find a module as an import would; importlib.util.find_spec would import its packages."""
    path = None
    spec = None
    parts = module.split(".")
    for k in range(len(parts)):
        name = ".".join(parts[: k + 1])
        found = (finder.find_spec(name, path) for finder in sys.meta_path)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec
