"""A scene as other processes get it: by its name, or as the text of the file that it is in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnviz.scene_file import SceneFile, blamed, file_of, scene_in
from rnnviz.stage import TracedScene

Sent = type[TracedScene] | SceneFile  # a class is sent by its name


def sent(scene: type[TracedScene]) -> Sent:
    """Return what to send of a scene."""
    return file_of(scene) or scene


@contextmanager
def received(scene: Sent) -> Iterator[type[TracedScene]]:
    """Yield the class that was sent; of a file and of what is beside it nothing stays.

    What goes wrong in a file, also within the block, is a RnnvizError that names it.
    """
    if not isinstance(scene, SceneFile):
        yield scene
        return
    with _visiting(scene.path.parent), blamed(scene.path):
        yield scene_in(scene.path, scene.name, TracedScene, "CellScene", scene.source)


@contextmanager
def _visiting(folder: Path) -> Iterator[None]:
    """Forget the modules of a folder that the block imports: they may be others the next time."""
    known, path = {**sys.modules}, [*sys.path]
    try:
        yield
    finally:
        sys.path[:] = path
        new = {name: module for name, module in sys.modules.items() if name not in known}
        beside = {name for name, module in new.items() if _is_in(module, name, folder)}
        for name in new:
            if name.partition(".")[0] in beside:
                del sys.modules[name]


def _is_in(module: object, name: str, folder: Path) -> bool:
    """Whether a module is ``name.py`` in the folder, or a package of its."""
    spec = getattr(module, "__spec__", None)
    origin = Path(getattr(spec, "origin", None) or "")
    return origin in (folder / f"{name}.py", folder / name / "__init__.py")
