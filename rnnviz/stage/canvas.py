"""From the diagram's canvas (1920 × 1080, y downwards) to manim's frame."""

import numpy as np
from manim import DR, UL, VMobject
from manim.typing import Point3D

from rnnviz.diagram import HEIGHT, WIDTH, Box, Point

UNIT = 8.0 / HEIGHT  # manim's frame is 8 units high


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
    line = VMobject()
    line.set_points_as_corners([at(x, y) for x, y in points])
    return line


def segments(pairs: list[tuple[Point, Point]]) -> VMobject:
    """Return many separate straight lines as one mobject, which is far cheaper to draw."""
    lines = VMobject()
    for start, end in pairs:
        lines.start_new_path(at(*start))
        lines.add_line_to(at(*end))
    return lines
