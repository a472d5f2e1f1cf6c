"""The wires, pills and circles of a stage, read from manim's objects and never from the diagram."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from manim import Mobject, VMobject
from numpy.typing import NDArray

from rnnviz.diagram import HEIGHT, WIDTH, Box, Point
from rnnviz.stage.canvas import UNIT
from rnnviz.stage.drawing import WIRE
from rnnviz.stage.typeset import Label

DISC = 2.0  # stroke of a circle that is not lit


@dataclass(frozen=True)
class Line:
    """A wire on the screen: what it joins, its corners on the canvas, whether it is lit.

    ``kind`` is vector, stub (from a circle to its frame), dense or focus; ``place`` is its place in
    the order of drawing.
    """

    source: str
    target: str
    kind: str
    points: tuple[Point, ...]
    lit: bool = False
    place: int = 0


@dataclass(frozen=True)
class Wiring:
    """The wires, the boxes of pills and frames, the circles by node, and those that are lit."""

    lines: tuple[Line, ...] = ()
    boxes: tuple[Box, ...] = ()
    circles: Mapping[str, Box] = field(default_factory=dict)
    lit: frozenset[str] = frozenset()


def wiring(stage: Any, shown: list[Mobject]) -> Wiring:
    """Return what a stage has drawn of what is on the screen."""
    there = {id(part): place for place, part in enumerate(in_order(shown))}
    drawing = stage.drawing
    circles = {name: group[0] for name, group in drawing.circles.items() if id(group[0]) in there}
    boxes = [*drawing.pills.values(), *drawing.frames.values()]
    return Wiring(
        tuple(lines(stage, there)),
        tuple(seen_box(shape) for shape in boxes if id(shape) in there),
        {name: seen_box(disc) for name, disc in circles.items()},
        frozenset(name for name, disc in circles.items() if disc.get_stroke_width() > DISC),
    )


def in_order(mobjects: list[Mobject]) -> list[Mobject]:
    """Return all objects in the order of drawing; a label stands for its own shapes."""

    def parts(some: list[Mobject]) -> Iterator[Mobject]:
        for mobject in some:
            yield mobject
            if not isinstance(mobject, Label):
                yield from parts(mobject.submobjects)

    return sorted(parts(mobjects), key=lambda mobject: mobject.z_index)


def lines(stage: Any, there: Mapping[int, int]) -> Iterator[Line]:
    """Yield every wire that can be seen."""
    for (source, target), mobject in stage.drawing.wires.items():
        strokes = list(seen_strokes(mobject, there))
        if strokes:
            kind = "stub" if source == target else "vector"
            lit = max(stroke.get_stroke_width() for stroke in strokes) > WIRE
            yield Line(source, target, kind, corners(strokes), lit, last(strokes, there))
    for part in stage.drawing.standing:
        for stroke in seen_strokes(part, there):
            for path in stroke.points.reshape(-1, 4, 3):  # each is straight
                yield Line("", "", "dense", tuple(canvas_points(path[[0, -1]])))
    for wire in stage.focus:
        strokes = list(seen_strokes(wire, there))
        if strokes:  # a dashed one is a row of strokes
            yield Line("", "", "focus", corners(strokes), True, last(strokes, there))


def seen_strokes(mobject: Mobject, there: Mapping[int, int]) -> Iterator[VMobject]:
    """Yield the lines of an object that are on the screen: strokes that enclose no fill."""
    if isinstance(mobject, Label):
        return
    for part in mobject.get_family():
        if id(part) in there and isinstance(part, VMobject) and len(part.points):
            drawn = part.get_stroke_width() > 0 and part.get_stroke_opacity() > 0.01
            if drawn and part.get_fill_opacity() < 0.01:
                yield part


def last(strokes: list[VMobject], there: Mapping[int, int]) -> int:
    """Return the place of some strokes in the order of drawing."""
    return max(there[id(stroke)] for stroke in strokes)


def corners(strokes: list[VMobject]) -> tuple[Point, ...]:
    """Return where the curves of some strokes start and end, from the first to the last."""
    ends = [stroke.points[np.r_[0 : len(stroke.points) : 4, -1]] for stroke in strokes]
    return tuple(canvas_points(np.concatenate(ends)))


def seen_box(mobject: Mobject) -> Box:
    """Return the box on the canvas of an object's curves, as manim measures it but faster."""
    parts = [part.points for part in mobject.get_family() if len(part.points)]
    ends = np.concatenate([part[k::4, :2] for part in parts for k in (0, 3)])
    (left, bottom), (right, top) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
    return Box(
        left / UNIT + WIDTH / 2,
        HEIGHT / 2 - top / UNIT,
        right / UNIT + WIDTH / 2,
        HEIGHT / 2 - bottom / UNIT,
    )


def canvas_points(points: NDArray[np.float64]) -> list[Point]:
    """Return manim's points on the canvas."""
    return [(x / UNIT + WIDTH / 2, HEIGHT / 2 - y / UNIT) for x, y, _ in points.tolist()]
