"""How a shape is filled and stroked: what manim's camera does, read off the shape once.

The equations of colours and line widths are those of ``Camera.apply_fill`` and
``Camera.apply_stroke`` in manim 0.22.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cairo
import numpy as np
from manim import Camera, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP
from numpy.typing import NDArray

Context: TypeAlias = "cairo.Context[cairo.ImageSurface]"


@dataclass(frozen=True, slots=True)
class Step:
    """One colour on a path: its inside where ``width`` is 0, else its line (manim's units)."""

    source: cairo.Pattern
    width: float
    join: cairo.LineJoin
    cap: cairo.LineCap

    def put(self, ctx: Context) -> None:
        """Draw the current path, which stays."""
        ctx.set_source(self.source)
        if not self.width:
            ctx.fill_preserve()
            return
        ctx.set_line_width(self.width)
        ctx.set_line_join(self.join)
        ctx.set_line_cap(self.cap)
        ctx.stroke_preserve()


def steps(camera: Camera, mobject: VMobject) -> tuple[Step, ...]:
    """Return what is seen of a shape: the line behind it, its inside, its line."""
    return tuple(_steps(camera, mobject))


def _steps(camera: Camera, mobject: VMobject) -> Iterator[Step]:
    join, cap = LINE_JOIN_MAP[mobject.joint_type], CAP_STYLE_MAP[mobject.cap_style]
    thick = camera.cairo_line_width_multiple
    for rgbas, width in (
        (mobject.get_stroke_rgbas(background=True), mobject.get_stroke_width(background=True)),
        (mobject.get_fill_rgbas(), None),
        (mobject.get_stroke_rgbas(), mobject.get_stroke_width()),
    ):
        if width != 0 and rgbas[:, 3].any():
            yield Step(_source(mobject, rgbas), (width or 0) * thick, join, cap)


def _source(mobject: VMobject, rgbas: NDArray[np.float64]) -> cairo.Pattern:
    """Return a colour, or a gradient; red and blue change places, as the pixels have them."""
    if len(rgbas) == 1:
        red, green, blue, alpha = rgbas[0].tolist()
        return cairo.SolidPattern(blue, green, red, alpha)
    start, end = mobject.get_gradient_start_and_end_points()
    gradient = cairo.LinearGradient(*start[:2], *end[:2])
    for (red, green, blue, alpha), offset in zip(
        rgbas.tolist(), np.linspace(0, 1, len(rgbas)), strict=True
    ):
        gradient.add_color_stop_rgba(offset, blue, green, red, alpha)
    return gradient
