"""A scene in a Python file of its own, such as ``lecture.py`` or ``lecture.py:Forgetting``."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar
from weakref import WeakKeyDictionary

from rnnviz.errors import RnnvizError

Scene = TypeVar("Scene")
_MODULE = "rnnviz_scene_file"  # no installed module's name, whatever the file is called


@dataclass(frozen=True)
class SceneFile:
    """A file as it was run, and the name of the class that it was run for."""

    path: Path
    source: bytes
    name: str


_FILES: WeakKeyDictionary[type, SceneFile] = WeakKeyDictionary()


def file_of(scene: type) -> SceneFile | None:
    """Return the file that a class was found in by ``scene_in``, its path in full."""
    return _FILES.get(scene)


def scene_path(scene: str) -> tuple[Path, str] | None:
    """Return a scene's file and the name of its class, or empty; None where no file is meant."""
    if scene.endswith(".py"):
        return Path(scene), ""
    path, _, name = scene.rpartition(":")
    return (Path(path), name) if path.endswith(".py") else None


def scene_in(
    path: Path, name: str, base: type[Scene], known_as: str = "", source: bytes | None = None
) -> type[Scene]:
    """Run a file and return its subclass of ``base``: the one with this name, or the only one.

    ``known_as`` is what messages call ``base`` if not by its own name; with ``source`` the file
    need not be there. Modules beside the file can be imported. Raises RnnvizError for a file that
    cannot be read or run, and unless there is exactly one such class.
    """
    if source is None:
        source = _content(path)
    module = ModuleType(_MODULE)
    module.__file__ = str(path)
    sys.modules[_MODULE] = module  # where dataclasses look
    sys.path.append(str(path.parent.resolve()))
    with blamed(path):
        exec(compile(source, str(path), "exec"), vars(module))
    found = {
        value.__name__: value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == _MODULE
    }
    known_as = known_as or base.__name__
    if name and name not in found:
        wanted = f"one of {', '.join(found)}" if found else f"a subclass of {known_as}"
        raise RnnvizError(f"{path}: wanted {wanted}, got {name!r}")
    if not name and len(found) != 1:
        got = f"{', '.join(found)}; {path}:{next(iter(found))} names one" if found else "none"
        raise RnnvizError(f"{path}: wanted one subclass of {known_as}, got {got}")
    scene = found[name or next(iter(found))]
    _FILES[scene] = SceneFile(path.resolve(), source, scene.__name__)
    return scene


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RnnvizError(f"{path}: {error.strerror}") from None


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """Raise what goes wrong in a file as a RnnvizError that names the file and the line."""
    try:
        yield
    except (Exception, SystemExit) as error:  # whatever a file that is not ours raises
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        if isinstance(error, SyntaxError) and error.filename in (None, str(path)):
            lines.append(error.lineno)
        if not lines:
            raise
        place = f"{path}, line {lines[-1]}" if lines[-1] else str(path)
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        kind = "" if isinstance(error, RnnvizError) else f"{type(error).__name__}: "
        raise RnnvizError(f"{place}: {kind}{said}".rstrip(": ")) from error
