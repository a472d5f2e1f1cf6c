"""An activation's curve with the places of some sums on it."""

from math import ceil

import numpy as np
from manim import Dot, Line, VGroup, VMobject

from rnnviz.diagram import Box, Point
from rnnviz.ops import OPS, REALS
from rnnviz.rounding import MINUS
from rnnviz.stage.canvas import UNIT, at, polyline
from rnnviz.stage.pen import Pen
from rnnviz.theme import Rgb


class Curve(VGroup):
    """An activation over an interval that holds every given sum, drawn in ``box``."""

    def __init__(self, pen: Pen, activation: str, sums: list[float], box: Box, hue: Rgb) -> None:
        super().__init__()
        self.box, self.hue = box, hue
        self.reach = max(4.0, 1.15 * max(abs(value) for value in sums))
        self.forward = OPS[activation].forward
        self.low, self.high = OPS[activation].range
        if OPS[activation].range == REALS:  # relu, up to a whole number
            self.reach = float(ceil(self.reach))
            self.low, self.high = 0.0, self.reach
        theme = pen.theme
        zero_y = self.place(0.0, 0.0)[1]
        across = Line(at(box.left, zero_y), at(box.right, zero_y)).set_stroke(theme.muted, 1.5)
        middle = self.place(0.0, 0.0)[0]
        upright = Line(at(middle, box.bottom), at(middle, box.top)).set_stroke(theme.muted, 1.5)
        xs = np.linspace(-self.reach, self.reach, 81)
        line = polyline([self.place(x, y) for x, y in zip(xs, self.forward(xs), strict=True)])
        line.set_stroke(hue, 3.5)
        self.add(across, upright, line)
        for end in (self.high, *([self.low] if self.low else [])):  # away from the curve
            y = self.place(0.0, end)[1]
            label = pen.types.words(f"{end:.0f}".replace("-", MINUS), 22, theme.muted)
            label.put(box.left, y + 21) if end > 0 else label.put(box.right, y - 7, "right")
            line = Line(at(box.left, y), at(box.right, y)).set_stroke(theme.faint, 1.2)
            self.add_to_back(line).add(label)
        tick = max(1, round(self.reach / 2))
        for x in (-tick, tick):
            below = self.low == 0 or x > 0  # where the curve is on the other side of the axis
            place, level = self.place(x, 0.0)
            end = level + (7 if below else -7)
            number = pen.types.words(f"{x:d}".replace("-", MINUS), 22, theme.muted)
            self.add(
                Line(at(place, level), at(place, end)).set_stroke(theme.muted, 1.5),
                number.put(place, level + (27 if below else -12), "centre"),
            )

    def place(self, x: float, y: float) -> Point:
        """Return the canvas point of (x, y), x a sum and y an activation."""
        across = (float(x) + self.reach) / (2 * self.reach)
        up = (float(y) - self.low) / (self.high - self.low)
        return (
            self.box.left + across * (self.box.right - self.box.left),
            self.box.bottom - up * (self.box.bottom - self.box.top),
        )

    def dot(self, x: float, y: float) -> Dot:
        """Return the point that stands for one unit's sum and value."""
        return Dot(at(*self.place(x, y)), radius=9 * UNIT, color=self.hue)

    def drop(self, x: float, y: float) -> VMobject:
        """Return the line from the axis to the curve over one sum."""
        foot = self.place(x, 0.0)
        return polyline([foot, self.place(x, y)]).set_stroke(self.hue, 1.8)
