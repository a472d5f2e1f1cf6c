"""What a shape looks like at one moment: all that its pixels depend on, as a key.

An outline that only moves is the same outline elsewhere, so its path is made once.
"""

from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct, pack
from zlib import crc32

import numpy as np
from manim import VMobject
from numpy.typing import NDArray

STEP = 1e-6  # of manim's units: outlines that differ by less are the same


PLAIN = Struct("2d4q")  # what all styles have besides colours
NOWHERE = b"of points that are no numbers"  # which manim draws in the middle


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A shape as it looks now: ``key`` holds all that its pixels depend on.

    ``outline`` names its form, wherever it is, and ``at`` is its first point. ``sample`` is taken
    where something else than what is known to move it may change it.
    """

    mobject: VMobject
    outline: bytes
    at: tuple[float, float]
    style: bytes
    key: bytes
    points: NDArray[np.float64]
    check: int  # a checksum of all points
    sample: tuple[object, ...] | None

    def still_looks(self) -> bool:
        """Tell, without reading all of it, whether a shape that nothing moves looks as it did."""
        return self.mobject.points is self.points and _sample(self.mobject) == self.sample


def look(mobject: VMobject, before: Shape | None = None, sampled: bool = True) -> Shape:
    """Return how a shape looks now; ``before`` is how it looked when it was seen last."""
    points = mobject.points
    check, style = crc32(points.tobytes()), _style(mobject)
    at, outline = (0.0, 0.0), NOWHERE
    if before is not None and before.points is points and before.check == check:
        if before.style == style and (before.sample is not None or not sampled):
            return before
        at, outline = before.at, before.outline
    elif np.isfinite(points.sum()):
        at = points.item(0), points.item(1)
        steps = np.rint((points[:, :2] - at) / STEP).astype(np.int64)
        outline = blake2b(steps.tobytes(), digest_size=16).digest()
    key = b"".join((outline, pack("dd", *at), style))
    sample = _sample(mobject) if sampled else None
    return Shape(mobject, outline, at, style, key, points, check, sample)


def _sample(mobject: VMobject) -> tuple[object, ...]:
    """Return a few of a shape's numbers, of which one changes if it is changed in place."""
    points = mobject.points
    return (
        len(points),
        points.item(0),
        points.item(1),
        points.item(-2),
        mobject.fill_rgbas.tobytes(),
        mobject.stroke_rgbas.tobytes(),
        mobject.stroke_width,
    )


def _style(mobject: VMobject) -> bytes:
    """Return all but the outline: colours, widths, ends and corners of lines."""
    fill, stroke = mobject.fill_rgbas, mobject.stroke_rgbas
    fills, strokes = len(fill), len(stroke)
    parts = [
        fill.tobytes(),
        stroke.tobytes(),
        mobject.background_stroke_rgbas.tobytes(),
        PLAIN.pack(
            mobject.stroke_width,
            mobject.background_stroke_width,
            mobject.joint_type._value_,  # as ``value``, but several times as fast
            mobject.cap_style._value_,
            fills,
            strokes,
        ),
    ]
    if fills > 1 or strokes > 1:  # a gradient has a direction
        start, end = mobject.get_gradient_start_and_end_points()
        parts.append(pack("6d", *start, *end))
    return b"".join(parts)
