"""What a shape looks like at one moment: all that its pixels depend on, as a key.

An outline that only moves is the same outline elsewhere, so its path is made once.
"""

from dataclasses import dataclass
from hashlib import blake2b
from struct import pack

import numpy as np
from manim import Camera, VMobject
from numpy.typing import NDArray

from rnnviz.video.rects import Rect

STEP = 1e-6  # of manim's units: outlines that differ by less are the same
OUTLINES = 20_000  # that are remembered
FAR = 10**6  # pixels; what lies further out is not told apart
MITRE = 5.2  # how far a corner may reach, in widths of its line


@dataclass(frozen=True, slots=True)
class Outline:
    """The form of a shape: a name for it, and its extent around its first point in units."""

    name: bytes
    low: tuple[float, float]
    high: tuple[float, float]


NOWHERE = Outline(b"of points that are no numbers", (0.0, 0.0), (0.0, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A shape as it looks now: ``key`` holds all that its pixels depend on, ``box`` all of them."""

    mobject: VMobject
    outline: Outline
    at: tuple[float, float]
    key: bytes
    box: Rect
    points: NDArray[np.float64]
    fill: NDArray[np.float64]
    stroke: NDArray[np.float64]
    sample: tuple[float, ...]

    def still_looks(self) -> bool:
        """Tell, without reading all of it, whether a shape that nothing moves looks as it did."""
        mobject = self.mobject
        return (
            mobject.points is self.points
            and mobject.fill_rgbas is self.fill
            and mobject.stroke_rgbas is self.stroke
            and _sample(mobject) == self.sample
        )


class Shapes:
    """Looks at shapes for a camera at rest."""

    def __init__(self, camera: Camera) -> None:
        self._x_scale = camera.pixel_width / camera.frame_width
        self._y_scale = camera.pixel_height / camera.frame_height
        x, y, _ = camera.frame_center
        self._left, self._top = x - camera.frame_width / 2, y + camera.frame_height / 2
        self._line = camera.cairo_line_width_multiple * self._x_scale
        self._all = Rect(0, 0, camera.pixel_width, camera.pixel_height)
        self._outlines: dict[bytes, Outline] = {}

    def look(self, mobject: VMobject) -> Shape:
        """Return how a shape looks now."""
        points = mobject.points
        at = float(points[0, 0]), float(points[0, 1])
        outline = self._outline(points, at)
        style = _style(mobject)
        return Shape(
            mobject,
            outline,
            at,
            b"".join(
                (outline.name, np.float64(at[0]).tobytes(), np.float64(at[1]).tobytes(), style)
            ),
            self._box(mobject, outline, at),
            points,
            mobject.fill_rgbas,
            mobject.stroke_rgbas,
            _sample(mobject),
        )

    def _outline(self, points: NDArray[np.float64], at: tuple[float, float]) -> Outline:
        steps = np.rint((points[:, :2] - at) / STEP).astype(np.int64)
        name = blake2b(steps.tobytes(), digest_size=16).digest()
        known = self._outlines.get(name)
        if known is None:
            low, high = steps.min(axis=0) * STEP, steps.max(axis=0) * STEP
            known = Outline(name, (float(low[0]), float(low[1])), (float(high[0]), float(high[1])))
            if len(self._outlines) >= OUTLINES:
                self._outlines.clear()
            self._outlines[name] = known
        return known

    def _box(self, mobject: VMobject, outline: Outline, at: tuple[float, float]) -> Rect:
        if outline is NOWHERE:
            return self._all
        x, y = at
        stroke = max(mobject.stroke_width, mobject.background_stroke_width)
        room = 2 + MITRE * float(stroke) * self._line
        left = (x + outline.low[0] - self._left) * self._x_scale - room
        right = (x + outline.high[0] - self._left) * self._x_scale + room
        top = (self._top - y - outline.high[1]) * self._y_scale - room
        bottom = (self._top - y - outline.low[1]) * self._y_scale + room
        return Rect(
            int(max(left, -FAR)), int(max(top, -FAR)), int(min(right, FAR)), int(min(bottom, FAR))
        )


def _sample(mobject: VMobject) -> tuple[float, ...]:
    """Return a few of a shape's numbers, of which one changes if it is changed in place."""
    points, fill, stroke = mobject.points, mobject.fill_rgbas, mobject.stroke_rgbas
    return (
        len(points),
        points.item(0),
        points.item(1),
        points.item(-3),
        points.item(-2),
        *fill[0].tolist(),
        *stroke[0].tolist(),
        mobject.stroke_width,
    )


def _style(mobject: VMobject) -> bytes:
    """Return all but the outline: colours, widths, ends and corners of lines."""
    numbers = [
        float(mobject.stroke_width),
        float(mobject.background_stroke_width),
        mobject.joint_type.value,
        mobject.cap_style.value,
        len(mobject.fill_rgbas),
        len(mobject.stroke_rgbas),
    ]
    if max(numbers[-2:]) > 1:  # a gradient has a direction
        start, end = mobject.get_gradient_start_and_end_points()
        numbers += [*start, *end]
    return b"".join(
        (
            mobject.fill_rgbas.tobytes(),
            mobject.stroke_rgbas.tobytes(),
            mobject.background_stroke_rgbas.tobytes(),
            pack(f"{len(numbers)}d", *numbers),
        )
    )
