"""Shapes that the diagram and the legend draw alike."""

from math import hypot

from manim import Circle, VGroup, VMobject

from rnnviz.diagram import RADIUS, Point
from rnnviz.ops import ACTIVATIONS
from rnnviz.stage.canvas import UNIT, at, polyline
from rnnviz.stage.dashes import dashed
from rnnviz.stage.pen import Pen
from rnnviz.stage.twins import grouped
from rnnviz.theme import Theme

DASH = 14.0  # from one dash of a wire to the next
_FORMULAS = {"⊙": ("dot.o", 30.0), "+": ("+", 30.0), "1−": ("1 -", 24.0)}


def operation(pen: Pen, mark: str, centre: Point) -> VGroup:
    """Return the circle of an element-wise operation: its disc and its mark."""
    disc = Circle(radius=RADIUS * UNIT).move_to(at(*centre))
    disc.set_fill(pen.theme.background, 1).set_stroke(pen.theme.muted, 2)
    if mark in ACTIVATIONS:
        sign = pen.function(mark, 20, pen.theme.ink)
    else:
        formula, size = _FORMULAS[mark]
        sign = pen.types.math(formula, size, pen.theme.ink, mark)
    return grouped(disc, sign.move_to(at(*centre)))


def weight_line(theme: Theme, start: Point, end: Point, weight: float) -> VMobject:
    """Return the wire of one weight: thicker the larger it is, dashed if it is negative.

    The dashes tell the sign without its colour.
    """
    line = polyline([start, end])
    if weight < 0:
        line = dashed(line, max(4, round(hypot(end[0] - start[0], end[1] - start[1]) / DASH)))
    colour = theme.positive if weight >= 0 else theme.negative
    return line.set_stroke(colour, 1.5 + 3.5 * min(1.0, abs(weight)))
