"""From the diagram's canvas (1920 × 1080, y downwards) to manim's frame."""

from itertools import pairwise

import numpy as np
from manim import DR, UL, VMobject
from manim.typing import Point3D

from rnnviz.diagram import HEIGHT, WIDTH, Box, Point
from rnnviz.stage.twins import outline

UNIT = 8.0 / HEIGHT  # manim's frame is 8 units high
HEAD = 16.0  # each side of an arrow's head
KAPPA = 4 / 3 * (2**0.5 - 1)  # how far a quarter circle's handles reach
QUARTER = np.array([[1, 0], [1, KAPPA], [KAPPA, 1], [0, 1]])
CORNERS = [  # from the upper right one to the left: where they are, and a quarter circle's axes
    (np.array([x, y]), np.array(axes))
    for x, y, axes in (
        (1, 1, [[1, 0], [0, 1]]),
        (-1, 1, [[0, 1], [-1, 0]]),
        (-1, -1, [[-1, 0], [0, -1]]),
        (1, -1, [[0, -1], [1, 0]]),
    )
]
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


def rounded(box: Box, radius: float) -> VMobject:
    """Return a rectangle over a canvas box with rounded corners, with no style yet.

    It starts where the right side ends above. A corner is one curve, off a circle by less than
    0.03 % of the radius.
    """
    width, height = box.right - box.left, box.bottom - box.top
    radius = min(radius, width / 2 - 0.01, height / 2 - 0.01)
    inner = np.array([width / 2 - radius, height / 2 - radius])
    curves = [turn * inner + radius * QUARTER @ axes for turn, axes in CORNERS]
    ends = zip(curves, [*curves[1:], curves[0]], strict=True)
    parts = [part for one, other in ends for part in (one, THIRDS @ np.array([one[-1], other[0]]))]
    middle = at((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    points = np.zeros((4 * len(parts), 3))
    points[:, :2] = np.concatenate(parts) * UNIT
    return outline(points + middle)


def segments(pairs: list[tuple[Point, Point]]) -> VMobject:
    """Return straight lines as one mobject, which is far cheaper to draw than one each."""
    ends = np.array([[at(*point) for point in pair] for pair in pairs]).reshape(-1, 2, 3)
    return outline((THIRDS @ ends).reshape(-1, 3))
