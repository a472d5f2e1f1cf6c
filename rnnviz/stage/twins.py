"""Copies of mobjects, made many times faster than manim's own deep ones."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TypeVar

from manim import Mobject, VGroup, VMobject
from manim.typing import Point3D_Array

from rnnviz.theme import Rgb

M = TypeVar("M", bound=Mobject)
COLOURS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
_ARRAYS = ("points", *COLOURS)


def twin(mobject: M) -> M:
    """Return a copy with points, colours and submobjects of its own; all else is in common."""
    kind = type(mobject)
    made = kind.__new__(kind)
    own = vars(made)
    own.update(vars(mobject))
    for name in _ARRAYS:
        if name in own:
            own[name] = own[name].copy()
    own["submobjects"] = [twin(one) for one in mobject.submobjects]
    own["updaters"] = [*mobject.updaters]
    return made


def outline(points: Point3D_Array) -> VMobject:
    """Return a shape with these points, which are its own from then on, in manim's first style."""
    made = twin(_blank())
    made.points = points
    return made


def filled(points: Point3D_Array, colour: Rgb) -> VMobject:
    """Return a shape with these points, which are its own from then on, filled and without line."""
    made = twin(_filled(colour))
    made.points = points
    return made


def grouped(*parts: VMobject) -> VGroup:
    """Return a group of these, without manim's setting of a style that it does not have."""
    made = twin(_empty())
    made.submobjects = [*parts]
    return made


@cache
def _empty() -> VGroup:
    return VGroup()


@cache
def _blank() -> VMobject:
    return VMobject()


@lru_cache(maxsize=256)
def _filled(colour: Rgb) -> VMobject:
    return VMobject().set_fill(colour, 1).set_stroke(width=0)


def family(mobject: Mobject) -> list[Mobject]:
    """Return a mobject and all under it, from back to front."""
    found = [mobject]
    for part in mobject.submobjects:
        if part.submobjects:
            found += family(part)
        else:  # most
            found.append(part)
    return found


def shapes_of(mobject: Mobject) -> Iterator[VMobject]:
    """Yield all of a mobject that has points, from back to front."""
    for one in family(mobject):
        if isinstance(one, VMobject) and len(one.points):
            yield one
