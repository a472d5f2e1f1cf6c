"""What figures are drawn with: texts, numbers, pills, wires, bars, curves and heat maps.

All places are pixels of a canvas of 1920 × 1080, y downwards. A ``role`` is a colour of the theme:
ink, muted, faint, background, the name of a value (h, c, x, f, i, g, o, r, z, n) or one of the
theme's roles (drop, write, candidate, show, neutral). A mark that stands for data holds the value
itself, so that its size, brightness and text follow from it; ``ref`` says which value it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Literal

from rnnviz.diagram import Box as Area
from rnnviz.diagram import Point
from rnnviz.ops import REALS
from rnnviz.rounding import DIGITS, show

Anchor = Literal["left", "centre", "right"]


@dataclass(frozen=True)
class Scale:
    """Where values lie between two ends, linear or, for positive ones, by their logarithm."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies, 0 at the low end and 1 at the high; what is beyond, at it."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = log10(low), log10(high), log10(max(value, self.low))
        return min(1.0, max(0.0, (at - low) / (high - low)))

    @property
    def zero(self) -> float:
        """Where bars start: at zero, or at the low end where there is none."""
        return 0.0 if self.log else self.share(0.0)


@dataclass(frozen=True)
class Mark:
    """A piece of a figure; what has the same id in two beats is the same thing, perhaps changed."""

    id: str


@dataclass(frozen=True)
class Words(Mark):
    """Plain text on a baseline; it holds no number that is a value of a network."""

    text: str
    x: float
    y: float
    size: float = 26.0
    role: str = "ink"
    anchor: Anchor = "left"
    bold: bool = False


@dataclass(frozen=True)
class Math(Mark):
    """A symbol or a formula on a baseline: ``h_t``, ``W_{hh}``, ``∂L/∂h_1``, ``h_t = tanh(a_t)``.

    ``_`` and ``^`` lower and raise the letter or the ``{…}`` behind them; single letters are
    italic, words of several letters upright.
    """

    text: str
    x: float
    y: float
    size: float = 30.0
    role: str = "ink"
    anchor: Anchor = "left"


@dataclass(frozen=True)
class Number(Mark):
    """A value on a baseline, rounded once; ``before`` and ``after`` stand directly beside it."""

    value: float
    x: float
    y: float
    ref: str
    size: float = 26.0
    role: str = "ink"
    anchor: Anchor = "left"
    signed: bool = True
    within: tuple[float, float] = REALS
    digits: int = DIGITS
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """What is read."""
        shown = show(self.value, self.digits, signed=self.signed, within=self.within)
        return f"{self.before}{shown}{self.after}"


@dataclass(frozen=True)
class Pill(Mark):
    """One unit around its middle, filled the more the larger |value| is; None is not known yet."""

    value: float | None
    x: float
    y: float
    ref: str
    role: str
    width: float = 104.0
    height: float = 42.0
    size: float = 26.0
    signed: bool = True
    within: tuple[float, float] = REALS
    digits: int = DIGITS
    lit: bool = False

    @property
    def text(self) -> str:
        """What is read; empty while the value is not known."""
        if self.value is None:
            return ""
        return show(self.value, self.digits, signed=self.signed, within=self.within)


@dataclass(frozen=True)
class Box(Mark):
    """A rounded rectangle; ``fill`` is the share of its colour inside, None lets through."""

    left: float
    top: float
    right: float
    bottom: float
    role: str = "muted"
    fill: float | None = 0.0
    radius: float = 16.0
    width: float = 2.0
    dashed: bool = False


@dataclass(frozen=True)
class Disc(Mark):
    """A circle with a symbol in it, such as ⊙, +, σ, tanh, or none: an operation or a bubble."""

    x: float
    y: float
    radius: float = 24.0
    role: str = "muted"
    fill: float = 0.0
    text: str = ""
    size: float = 26.0
    width: float = 2.0


@dataclass(frozen=True)
class Wire(Mark):
    """A line through points, with an arrow's head at its end unless told otherwise."""

    points: tuple[Point, ...]
    role: str = "muted"
    width: float = 2.5
    arrow: bool = True
    dashed: bool = False


@dataclass(frozen=True)
class Bar(Mark):
    """A bar for one value, ``extent`` pixels for its whole scale, upwards or to the right.

    (x, y) is where the low end of the scale is; an upright bar is centred on x, a lying one on y.
    """

    value: float
    scale: Scale
    x: float
    y: float
    extent: float
    thick: float
    ref: str
    role: str
    upright: bool = True

    @property
    def area(self) -> Area:
        """The rectangle that the bar covers; one of zero is as thin as a line."""
        start, end = sorted((self.scale.zero, self.scale.share(self.value)))
        start, end = start * self.extent, max(end * self.extent, start * self.extent + 1.5)
        half = self.thick / 2
        if self.upright:
            return Area(self.x - half, self.y - end, self.x + half, self.y - start)
        return Area(self.x + start, self.y - half, self.x + end, self.y + half)


@dataclass(frozen=True)
class Curve(Mark):
    """Values from left to right across an area, joined by lines, with dots if asked for.

    ``places`` are how many there is room for, so that a curve can grow: all, if left out.
    """

    values: tuple[float, ...]
    scale: Scale
    area: Area
    ref: str
    role: str
    width: float = 3.0
    dots: bool = False
    places: int = 0

    @property
    def points(self) -> tuple[Point, ...]:
        """Where the values lie."""
        area, count = self.area, max(self.places or len(self.values), 2)
        step = (area.right - area.left) / (count - 1)
        high = area.bottom - area.top
        return tuple(
            (area.left + k * step, area.bottom - high * self.scale.share(value))
            for k, value in enumerate(self.values)
        )


@dataclass(frozen=True)
class Heat(Mark):
    """A table of values as cells, brighter the larger they are; below zero in another colour.

    ``values`` are rows from top to bottom. A scale that goes below zero has its faintest colour at
    zero, any other at its low end. ``places`` are the columns there is room for.
    """

    values: tuple[tuple[float, ...], ...]
    scale: Scale
    area: Area
    ref: str
    role: str
    negative: str = "c"
    places: int = 0

    def strength(self, value: float) -> float:
        """Return how strong a value's colour is, 0 to 1; negative in the other colour."""
        scale = self.scale
        if scale.log or scale.low >= 0:
            return scale.share(value)
        return max(-1.0, min(1.0, value / max(scale.high, -scale.low)))

    @property
    def pitch(self) -> Point:
        """Width and height of a cell."""
        columns = self.places or len(self.values[0])
        area = self.area
        return (area.right - area.left) / columns, (area.bottom - area.top) / len(self.values)


Textual = Words | Math | Number


def axis(
    name: str,
    scale: Scale,
    area: Area,
    ticks: Sequence[tuple[float, str]],
    *,
    size: float = 22.0,
    grid: bool = True,
) -> tuple[Mark, ...]:
    """Return the upright scale at the left of an area: a line, and each tick with its label."""
    line = Wire(name, ((area.left, area.bottom), (area.left, area.top)), width=1.5, arrow=False)
    marks: list[Mark] = [line]
    for k, (value, label) in enumerate(ticks):
        y = area.bottom - (area.bottom - area.top) * scale.share(value)
        if grid:
            ends = ((area.left, y), (area.right, y))
            marks.append(Wire(f"{name}.grid{k}", ends, "faint", 1.2, arrow=False))
        marks.append(Math(f"{name}.tick{k}", label, area.left - 12, y + 8, size, "muted", "right"))
    return tuple(marks)
