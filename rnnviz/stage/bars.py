"""Signed bars from a common zero: the sizes of the values in a panel."""

from manim import Line, Rectangle, VGroup

from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.pen import LEFT, RIGHT, Pen
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label
from rnnviz.theme import Rgb

LABEL_ROOM = 165.0


class Bars:
    """Bars on one scale for values in [-reach, reach]; ``axis`` stands, each row may come later."""

    def __init__(self, pen: Pen, top: float, pitch: float, reach: float, count: int) -> None:
        self.pen, self.top, self.pitch = pen, top, pitch
        left, right = LEFT + LABEL_ROOM, RIGHT - 20.0
        self.left, self.middle = left, (left + right) / 2
        self.scale = (right - left) / 2 / reach
        foot = top + count * pitch
        line = Line(at(self.middle, top), at(self.middle, foot)).set_stroke(pen.theme.muted, 1.5)
        self.axis = grouped(line, pen.note("0").put(self.middle, foot + 22, "centre"))

    def row(self, k: int, label: Label, value: float, hue: Rgb) -> VGroup:
        """Return bar ``k`` from the top with its label."""
        height = min(34.0, self.pitch * 0.68)
        y = self.top + (k + 0.5) * self.pitch
        bar = Rectangle(width=max(abs(value) * self.scale, 1.0) * UNIT, height=height * UNIT)
        bar.move_to(at(self.middle + value * self.scale / 2, y))
        bar.set_fill(hue, 0.85).set_stroke(width=0)
        return grouped(bar, label.put(self.left - 14, y + 9, "right"))
