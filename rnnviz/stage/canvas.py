"""From the diagram's canvas (1920 × 1080, y downwards) to manim's frame."""

from itertools import pairwise

import numpy as np
from manim import DR, UL, VMobject
from manim.typing import Point3D

from rnnviz.diagram import HEIGHT, WIDTH, Box, Point
from rnnviz.stage.twins import outline

UNIT = 8.0 / HEIGHT  # manim's frame is 8 units high
HEAD = 16.0  # each side of an arrow's head
THIRDS = np.array([[3, 0], [2, 1], [1, 2], [0, 3]]) / 3  # a straight line as a curve


def at(x: float, y: float) -> Point3D:
    """Return a canvas point in manim's coordinates."""
    return np.array([(x - WIDTH / 2) * UNIT, (HEIGHT / 2 - y) * UNIT, 0.0])


def canvas_box(mobject: VMobject) -> Box:
    """Return a mobject's bounding box on the canvas."""
    (left, top), (right, bottom) = (
        (point[0] / UNIT + WIDTH / 2, HEIGHT / 2 - point[1] / UNIT)
        for point in (mobject.get_corner(UL), mobject.get_corner(DR))
    )
    return Box(left, top, right, bottom)


def middle(mobject: VMobject) -> Point:
    """Return the canvas point in the middle of a mobject."""
    x, y, _ = mobject.get_center()
    return float(x) / UNIT + WIDTH / 2, HEIGHT / 2 - float(y) / UNIT


def polyline(points: tuple[Point, ...] | list[Point]) -> VMobject:
    """Return an open line through canvas points, with no style yet."""
    return segments([*pairwise(points)])


def polygon(*corners: Point) -> VMobject:
    """Return a closed shape with straight sides between canvas points, with no style yet."""
    return polyline([*corners, corners[0]])


def arrow_head(x: float, y: float) -> VMobject:
    """Return the head of an arrow to the right, around a canvas point, with no style yet."""
    length = HEAD * 3**0.5 / 2
    left, right = x - length / 2, x + length / 2
    return polygon((left, y - HEAD / 2), (right, y), (left, y + HEAD / 2))


def segments(pairs: list[tuple[Point, Point]]) -> VMobject:
    """Return straight lines as one mobject, which is far cheaper to draw than one each."""
    ends = np.array([[at(*point) for point in pair] for pair in pairs]).reshape(-1, 2, 3)
    return outline((THIRDS @ ends).reshape(-1, 3))
