"""Faults of a figure that a viewer would see.

Those of any picture, numbers in words that no value on the screen has, wires that end nowhere, and
wires through texts.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from manim import Camera, Mobject

import layout_lint
from addresses import decimals
from layout_lint import crossed
from picture import Picture, holds, texts
from rnnviz.diagram import Box as Area
from rnnviz.figures.figure import Figure, Keyframe
from rnnviz.figures.marks import Bar, Box, Curve, Disc, Heat, Mark, Number, Pill, Wire, Words
from rnnviz.rounding import MINUS, show
from rnnviz.stage.figures import FigureStage
from rnnviz.theme import Theme

NEAR = 16.0  # from a wire's end to what it reaches
SEVERAL = range(1, 5)  # digits with which a value may be said


def standing(figure: Figure, theme: Theme, start: int = 0) -> Iterator[Picture]:
    """Yield what stands at the end of each beat from ``start`` on; each mark is drawn once."""
    scene: Any = SimpleNamespace(camera=Camera(pixel_width=16, pixel_height=9), add=lambda *_: None)
    stage = FigureStage(scene, figure, theme)
    drawn: dict[Mark, Mobject] = {}
    for frame in figure.frames[start:]:
        for mark in frame.marks:
            if mark not in drawn:
                drawn[mark] = stage.brush.draw(mark)
        caption = stage.band.caption(frame.beat.caption)
        shapes = [stage.standing, *(drawn[mark] for mark in frame.marks), caption]
        yield Picture(frame.beat, list(texts(shapes, theme.background)))


def faults(figure: Figure, theme: Theme) -> Iterator[str]:
    """Yield the faults of all beats."""
    said: set[str] = set()
    for frame, picture in zip(figure, standing(figure, theme), strict=True):
        yield from layout_lint.faults(picture)
        said |= values(frame)
        for fault in (*unsaid(frame, said), *loose(frame, picture), *crossings(frame, picture)):
            yield f"{frame.beat.id}: {fault}"


def unseen(figure: Figure, theme: Theme, start: int = 0) -> Iterator[str]:
    """Yield the faults that depend on the theme: texts too faint, or behind something solid."""
    for picture in standing(figure, theme, start):
        for text in picture.texts:
            yield from (f"{picture.beat.id}: {fault}" for fault in layout_lint.alone(text))


def values(frame: Keyframe) -> set[str]:
    """Return how the values of a frame's marks may be written, without a plus."""
    return {one for mark in frame.marks for one in written(mark)}


@cache
def written(mark: Mark) -> frozenset[str]:
    """Return how the values of a mark, which may stand for many beats, may be written."""
    found: set[str] = set()
    numbers: tuple[float, ...] = ()
    match mark:
        case Number() | Pill():
            numbers = () if mark.value is None else (mark.value,)
            found.update(decimals(mark.text))
        case Bar():
            numbers = (mark.value,)
        case Curve():
            numbers = mark.values
        case Heat():
            numbers = tuple(value for row in mark.values for value in row)
    for value in numbers:
        for digits in SEVERAL:
            found |= {
                show(value, digits),
                show(abs(value), digits),
                MINUS + show(abs(value), digits),
            }
            if 0 < value < 1:
                found.add(show(value, digits, within=(0.0, 1.0)))
    return frozenset(found | {one.lstrip("+<>") for one in found})


def unsaid(frame: Keyframe, said: set[str]) -> Iterator[str]:
    """Yield the decimal numbers in words that no value so far has."""
    words = [mark.text for mark in frame.marks if isinstance(mark, Words)]
    for text in (frame.beat.caption, frame.beat.lead, *words):
        for number in decimals(text):
            if number.lstrip("+<>") not in said:
                yield f"{number!r} in {text!r} is no value on the screen"


def loose(frame: Keyframe, picture: Picture) -> Iterator[str]:
    """Yield the ends of arrows that are near nothing."""
    areas = [area for mark in frame.marks if (area := covered(mark)) is not None]
    areas += [text.box for text in picture.texts]
    lines = [mark for mark in frame.marks if isinstance(mark, Wire)]
    for wire in lines:
        if not wire.arrow:
            continue
        others = [one for one in lines if one is not wire]
        for end, (x, y) in (("start", wire.points[0]), ("end", wire.points[-1])):
            spot = Area(x - NEAR, y - NEAR, x + NEAR, y + NEAR)
            parts = [part for one in others for part in pairwise(one.points)]
            if any(spot.overlaps(area) and not inside(spot, area) for area in areas):
                continue
            if not (parts and crossed(parts, [spot]).any()):
                yield f"the wire {wire.id} has its {end} at ({x:.0f}, {y:.0f}), nowhere"


def inside(spot: Area, area: Area) -> bool:
    """Tell whether a spot lies in a large area without touching its edge."""
    return (
        area.left < spot.left
        and area.top < spot.top
        and area.right > spot.right
        and area.bottom > spot.bottom
    )


def covered(mark: Mark) -> Area | None:
    """Return the area of a mark that a wire can reach."""
    match mark:
        case Box():
            return Area(mark.left, mark.top, mark.right, mark.bottom)
        case Pill():
            x, y = mark.width / 2, mark.height / 2
            return Area(mark.x - x, mark.y - y, mark.x + x, mark.y + y)
        case Disc():
            r = mark.radius
            return Area(mark.x - r, mark.y - r, mark.x + r, mark.y + r)
        case Bar() | Heat() | Curve():
            return mark.area
    return None


def crossings(frame: Keyframe, picture: Picture) -> Iterator[str]:
    """Yield the wires and curves that run through a text which nothing hides from them."""
    places = {mark.id: k for k, mark in enumerate(frame.marks)}
    solid = [
        (places[mark.id], area)
        for mark in frame.marks
        if isinstance(mark, Pill | Disc | Box)
        and getattr(mark, "fill", 0.0) is not None
        and (area := covered(mark)) is not None
    ]
    wires = [
        one
        for one in frame.marks
        if isinstance(one, Curve) or (isinstance(one, Wire) and one.role != "faint")
    ]
    parts = [(wire, *part) for wire in wires for part in pairwise(wire.points)]
    if not parts or not picture.texts:
        return
    through = crossed([part[1:] for part in parts], [text.box for text in picture.texts])
    pairs = {(parts[k][0], picture.texts[m]): None for k, m in np.argwhere(through)}
    for wire, text in pairs:
        hidden = any(place > places[wire.id] and holds(area, text.box) for place, area in solid)
        if not hidden:
            yield f"the line {wire.id} runs through {text.text!r}"
