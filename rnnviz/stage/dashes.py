"""Dashed lines as one mobject each: manim's row of many takes long to make and to draw."""

import numpy as np
from manim import VMobject
from manim.typing import Point3D_Array
from manim.utils.bezier import partial_bezier_points

from rnnviz.stage.twins import twin

SHARE = 0.6  # of a line that its dashes cover
PIECES = 9  # straight ones that measure a curve


def dashed(line: VMobject, count: int) -> VMobject:
    """Return a copy of a line cut into so many dashes of one length, the first at its start.

    An open line ends with a dash, a closed one with a gap.
    """
    curves = line.points.reshape(-1, 4, 3)
    t = np.linspace(0, 1, PIECES + 1)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    ways = np.diff(weights @ curves, axis=1)[..., :2]
    gone = np.append(0.0, np.linalg.norm(ways, axis=-1).cumsum())
    places = np.linspace(0, len(curves), len(gone))  # 2.5 is the middle of the third curve
    long, closed = SHARE / count, line.is_closed()
    starts = np.linspace(0, 1 if closed else 1 - long, count, endpoint=not closed)
    ends = [np.interp(at * gone[-1], gone, places) for at in (starts, starts + long)]
    made = twin(line)
    made.points = np.concatenate([_between(curves, *pair) for pair in zip(*ends, strict=True)])
    return made


def _between(curves: Point3D_Array, start: float, end: float) -> Point3D_Array:
    """Return the points of a line from one place on it to another."""
    parts = []
    for k in range(int(start), min(int(np.ceil(end)), len(curves))):
        parts.append(partial_bezier_points(curves[k], max(0.0, start - k), min(1.0, end - k)))
    return np.concatenate(parts)
