"""Marks of figures as manim's shapes."""

from functools import singledispatchmethod
from itertools import pairwise

import numpy as np
from manim import Circle, LineJointType, Rectangle, VGroup, VMobject

from rnnviz.diagram import Box as Area
from rnnviz.figures import marks
from rnnviz.figures.notation import spoken, typst
from rnnviz.stage.canvas import UNIT, at, polygon, polyline, rounded
from rnnviz.stage.dashes import dashed
from rnnviz.stage.twins import grouped, outline
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.theme import Rgb, Theme, mix

OWN = ("ink", "muted", "faint", "background", "band")
HEAD = 15.0  # length of an arrow's head
LEVELS = 32  # shades of a heat map's colour
MIDDLE = 0.325  # of a text's size, from its middle to its baseline
ROOM = 12.0  # in a pill beside its number


class Brush:
    """Draws marks in a theme; a number in a mark keeps its address."""

    def __init__(self, theme: Theme, types: Typesetter) -> None:
        self.theme, self.types = theme, types

    def colour(self, role: str) -> Rgb:
        """Return the colour of a role for text and lines."""
        if role in OWN:
            return str(getattr(self.theme, role))
        return self.theme.hues.get(role) or self.theme.hue(role)

    def tint(self, role: str, share: float, ground: Rgb = "") -> Rgb:
        """Return a role's fill, a share of it over the ground."""
        if role in OWN:
            top = self.colour(role)
        elif role in self.theme.hues:
            top = self.theme.tints.get(role, self.theme.hues[role])
        else:
            top = self.theme.tint(role)
        return mix(ground or self.theme.background, top, share)

    @singledispatchmethod
    def draw(self, mark: marks.Mark) -> VGroup:
        """Return the shapes of a mark, its label last."""
        raise TypeError(f"{type(mark).__name__}: no mark")

    @draw.register
    def _(self, mark: marks.Words) -> VGroup:
        weight = "bold" if mark.bold else "regular"
        label = self.types.words(mark.text, mark.size, self.colour(mark.role), weight)
        return grouped(label.put(mark.x, mark.y, mark.anchor))

    @draw.register
    def _(self, mark: marks.Math) -> VGroup:
        return grouped(self._math(mark.text, mark.size, mark.role).put(mark.x, mark.y, mark.anchor))

    @draw.register
    def _(self, mark: marks.Number) -> VGroup:
        label = self.types.number(mark.text, mark.size, self.colour(mark.role), mark.ref)
        return grouped(label.put(mark.x, mark.y, mark.anchor))

    @draw.register
    def _(self, mark: marks.Pill) -> VGroup:
        half_x, half_y = mark.width / 2, mark.height / 2
        area = Area(mark.x - half_x, mark.y - half_y, mark.x + half_x, mark.y + half_y)
        shape = rounded(area, half_y)
        if mark.value is None:
            shape.set_fill(self.theme.cell, 1).set_stroke(self.theme.faint, 1.5)
            return grouped(shape)
        fill = self.tint(mark.role, 0.08 + 0.36 * min(1.0, abs(mark.value)), self.theme.cell)
        shape.set_fill(fill, 1).set_stroke(self.colour(mark.role), 4 if mark.lit else 1.8)
        label = self.types.number(mark.text, mark.size, self.theme.ink, mark.ref)
        if label.advance > mark.width - ROOM:
            smaller = mark.size * (mark.width - ROOM) / label.advance
            label = self.types.number(mark.text, smaller, self.theme.ink, mark.ref)
        return grouped(shape, label.put(mark.x, mark.y + MIDDLE * label.size, "centre"))

    @draw.register
    def _(self, mark: marks.Box) -> VGroup:
        area = Area(mark.left, mark.top, mark.right, mark.bottom)
        smaller = min(area.right - area.left, area.bottom - area.top) / 2
        shape = rounded(area, min(mark.radius, smaller))
        if mark.fill is not None:
            inside = shape.copy().set_stroke(width=0)
            inside.set_fill(self.tint(mark.role, mark.fill), 1)
        line: VMobject = shape.set_fill(opacity=0)
        line.set_stroke(self.colour(mark.role), mark.width)
        if mark.dashed:
            around = 2 * (area.right - area.left + area.bottom - area.top)
            line = dashed(line, max(8, int(around / 18)))
        return grouped(line) if mark.fill is None else grouped(inside, line)

    @draw.register
    def _(self, mark: marks.Disc) -> VGroup:
        shape = Circle(radius=mark.radius * UNIT).move_to(at(mark.x, mark.y))
        shape.set_fill(self.tint(mark.role, mark.fill), 1)
        shape.set_stroke(self.colour(mark.role), mark.width)
        if not mark.text:
            return grouped(shape)
        label = self._math(mark.text, mark.size, "ink")
        return grouped(shape, label.put(0, 0).move_to(at(mark.x, mark.y)))

    @draw.register
    def _(self, mark: marks.Wire) -> VGroup:
        colour, points = self.colour(mark.role), [np.array(point) for point in mark.points]
        if mark.arrow:
            way = points[-1] - points[-2]
            way = way / max(float(np.hypot(*way)), 1e-9)
            long = HEAD + mark.width
            side = np.array([-way[1], way[0]]) / 2
            back = points[-1] - way * long
            corners = points[-1], back + side * long, back - side * long
            tip = polygon(*((float(x), float(y)) for x, y in corners))
            tip.set_fill(colour, 1).set_stroke(width=0)
            points[-1] = points[-1] - way * long * 0.8
        line = polyline([(float(x), float(y)) for x, y in points])
        line.set_stroke(colour, mark.width)
        if mark.dashed:
            whole = sum(float(np.hypot(*(b - a))) for a, b in pairwise(points))
            line = dashed(line, max(3, round(whole / 14)))
        return grouped(line, tip) if mark.arrow else grouped(line)

    @draw.register
    def _(self, mark: marks.Bar) -> VGroup:
        area = mark.area
        shape = Rectangle(
            width=(area.right - area.left) * UNIT, height=(area.bottom - area.top) * UNIT
        )
        shape.move_to(at((area.left + area.right) / 2, (area.top + area.bottom) / 2))
        return grouped(shape.set_fill(self.tint(mark.role, 0.85), 1).set_stroke(width=0))

    @draw.register
    def _(self, mark: marks.Curve) -> VGroup:
        colour, points = self.colour(mark.role), list(mark.points)
        group = grouped()
        if len(points) > 1:
            line = polyline(points).set_stroke(colour, mark.width)
            line.joint_type = LineJointType.ROUND  # a sharp turn has no spike
            group.add(line)
        if mark.dots or len(points) == 1:
            for x, y in points:
                dot = Circle(radius=2 * mark.width * UNIT).move_to(at(x, y))
                group.add(dot.set_fill(colour, 1).set_stroke(width=0))
        return group

    @draw.register
    def _(self, mark: marks.Heat) -> VGroup:
        wide, high = mark.pitch
        gap = 1.0 if min(wide, high) >= 8 else 0.0
        cells: dict[int, list[Area]] = {}
        for row, values in enumerate(mark.values):
            for column, value in enumerate(values):
                left, top = mark.area.left + column * wide, mark.area.top + row * high
                area = Area(left, top, left + wide - gap, top + high - gap)
                cells.setdefault(round(LEVELS * mark.strength(value)), []).append(area)
        group = grouped()
        for level, areas in sorted(cells.items()):
            role = mark.role if level >= 0 else mark.negative
            fill = self.tint(role, abs(level) / LEVELS, self.theme.band)
            group.add(rectangles(areas).set_fill(fill, 1).set_stroke(width=0))
        return group

    def _math(self, text: str, size: float, role: str) -> Label:
        return self.types.math(typst(text), size, self.colour(role), spoken(text))


def rectangles(areas: list[Area]) -> VMobject:
    """Return many rectangles as one shape, which is far cheaper to draw."""
    corners = np.array(
        [
            [at(a.left, a.top), at(a.right, a.top), at(a.right, a.bottom), at(a.left, a.bottom)]
            for a in areas
        ]
    )
    ends = np.roll(corners, -1, axis=1)
    thirds = np.arange(4)[:, None] / 3
    points = corners[:, :, None] * (1 - thirds) + ends[:, :, None] * thirds
    return outline(points.reshape(-1, 3))
