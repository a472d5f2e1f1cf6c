"""Imports manim for a program that only renders, in two thirds of the time.

Some of what manim imports serves other ends, such as notebooks and web pages. While one processor
reads it the others have nothing to do, which counts where the whole render takes a few seconds.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

LATER = {"soupsieve", "charset_normalizer"}  # read when something of them is used first
ROTATIONS = "scipy.spatial.transform"  # for which much of SciPy would be read
NOTEBOOK = "IPython"  # manim adds its magic words to it, which only a notebook has


class _Rotation(type):
    """Stands for SciPy's ``Rotation``, the one thing that manim takes from there."""

    def __getattr__(cls, name: str) -> object:
        return getattr(import_module(ROTATIONS).Rotation, name)


class _Later(MetaPathFinder):
    """Finds the modules that are to be read later."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in LATER else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def import_manim() -> None:
    """Import manim; what of it this leaves out is there when it is used, but for its magic words.

    Where manim or a notebook has been imported already, nothing is left out.
    """
    if "manim" in sys.modules or NOTEBOOK in sys.modules:
        return
    rotations = ModuleType(ROTATIONS)
    vars(rotations)["Rotation"] = _Rotation("Rotation", (), {})
    with _found_as(NOTEBOOK, None), _found_as(ROTATIONS, rotations), _found_by(_Later()):
        import manim  # noqa: F401


@contextmanager
def _found_as(name: str, module: ModuleType | None) -> Iterator[None]:
    """Let a module that nobody has imported be another one; None is one that is not installed."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = module  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


@contextmanager
def _found_by(finder: MetaPathFinder) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
