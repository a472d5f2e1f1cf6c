"""Gradients over time as rows of cells, as curves on a logarithmic scale, and as powers of ten."""

from collections.abc import Iterator, Sequence
from math import floor, log10

from rnnviz.arrays import Array
from rnnviz.diagram import Box as Area
from rnnviz.figures.marks import (
    Box,
    Curve,
    Heat,
    Mark,
    Math,
    Number,
    Scale,
    Words,
    axis,
)
from rnnviz.figures.vanishing_models import Row
from rnnviz.ops import REALS
from rnnviz.rounding import MINUS, show

LEFT, CELL = 480.0, 21.0
TOP, PITCH, HIGH = 178.0, 57.0, 42.0
CHUNK = 10  # cells that appear together, so that a row fills from its end
RIGHT = 1552.0
LAST = 962.0  # baseline under the curves
EVERY = 3  # powers of ten with a line
PLAIN = 0.01  # what is smaller is written with a power of ten


def wide(steps: int) -> float:
    """Return where the cells of so many timesteps end."""
    return LEFT + CELL * steps


def decades(values: Sequence[Array]) -> Scale:
    """Return the logarithmic scale, in whole powers of ten, that holds all values."""
    low = min(float(one.min()) for one in values)
    high = max(float(one.max()) for one in values)
    return Scale(10.0 ** floor(log10(low)), 10.0 ** -floor(-log10(high)), log=True)


def scientific(value: float, digits: int) -> str:
    """Return a value as a symbol: ``3.25 · 10^{−5}``, or as numbers are where there is no need."""
    if abs(value) >= PLAIN:
        return show(value, digits)
    power = floor(log10(abs(value)))
    front = f"{abs(value) / 10.0**power:.{digits - 1}f}"
    if front.startswith("10"):
        front, power = f"{1:.{digits - 1}f}", power + 1
    return f"{MINUS if value < 0 else ''}{front} · {_power(power)}"


def said(value: float, digits: int) -> str:
    """Return a size for a sentence: a number, or below which power of ten it is."""
    return show(value, digits) if value >= PLAIN else f"below 10{_raised(-powers(value))}"


def powers(ratio: float) -> int:
    """Return how many whole powers of ten lie in a ratio, whichever way."""
    return floor(abs(log10(ratio)))


def top(place: int) -> float:
    """Return where the cells of a row begin."""
    return TOP + PITCH * place


def named(name: str, place: int, title: str, said: str, steps: int) -> Iterator[Mark]:
    """Yield a row's name and its empty frame."""
    y = top(place) + HIGH / 2 + 10
    yield Words(f"{name}.title", title, 40, y, 30, bold=True)
    yield Words(f"{name}.said", said, 145, y, 26, "muted")
    yield Box(f"{name}.frame", LEFT - 3, top(place) - 3, wide(steps) + 2, top(place) + HIGH + 2,
              "faint", None, 4, 1.5)  # fmt: skip


def cells(name: str, place: int, values: Array, scale: Scale, ref: str) -> tuple[Heat, ...]:
    """Return a row of cells in chunks, the last timesteps first, as they are computed."""
    y = top(place)
    made = []
    for start in range(len(values) - CHUNK, -1, -CHUNK):
        area = Area(LEFT + CELL * start, y, LEFT + CELL * (start + CHUNK), y + HIGH)
        some = tuple(float(value) for value in values[start : start + CHUNK])
        said = f"{ref} for t = {start + 1} to {start + CHUNK}"
        made.append(Heat(f"{name}.t{start + 1}", (some,), scale, area, said, "candidate"))
    return tuple(made)


def strip(values: Array) -> Iterator[Mark]:
    """Yield the input over time (T, I) above the rows."""
    high = float(abs(values).max())
    rows = tuple(tuple(float(one) for one in row) for row in values.T)
    area = Area(LEFT, 112, wide(len(values)), 157)
    yield Words("x.title", "Input", 40, 144, 30, bold=True)
    yield Words("x.said", "same for all, grey: below 0", 145, 144, 26, "muted")
    yield Heat("x", rows, Scale(-high, high), area, "x[t]", "x", "neutral")


def beside(row: Row, place: int, digits: int) -> Iterator[Mark]:
    """Yield what a row's network keeps, and the factor a timestep."""
    y = top(place) + HIGH / 2 + 9
    ref = "spectral radius of W_hh" if row.name == "radius" else row.name
    within = REALS if row.name == "radius" else (0.0, 1.0)
    yield Words(f"{row.id}.keeps.name", row.name, RIGHT, y, 25, "muted")
    yield Number(f"{row.id}.keeps", row.keeps, RIGHT + 90, y, f"{row.id} {ref}", 25,
                 signed=False, within=within, digits=digits)  # fmt: skip
    said = f"{row.id} mean factor a timestep"
    yield Number(f"{row.id}.rate", row.rate, RIGHT + 180, y, said, 25, "candidate",
                 signed=False, digits=digits, before="×")  # fmt: skip
    yield Words(f"{row.id}.rate.name", "a step", RIGHT + 264, y, 25, "muted")


def plot(name: str, steps: int, high: float, scale: Scale, label: str, of: str) -> list[Mark]:
    """Return the axes under the rows: powers of ten upwards, timesteps to the right, their key."""
    area = field(steps, high)
    start, end = round(log10(scale.low)), round(log10(scale.high))
    ticks = [(10.0**k, _power(k)) for k in range(end, start - 1, -1) if k % EVERY == 0]
    made: list[Mark] = [*axis(name, scale, area, ticks, size=26)]
    made.append(Words(f"{name}.label", label, 40, high + 20, 26, "candidate", bold=True))
    made.append(Math(f"{name}.of", of, 40, high + 66, 34, "candidate"))
    made.append(Words(f"{name}.log", "logarithmic scale", 40, high + 108, 24, "muted"))
    for t in (1, *range(10, steps + 1, 10)):
        said = f"t = {t}" if t == 1 else str(t)
        x = LEFT + CELL * (t - 0.5)
        made.append(Words(f"{name}.t{t}", said, x, LAST, 24, "muted", "centre"))
    shades = 6 * (end - start)
    step = (end - start) / shades
    column = tuple((10.0 ** (end - step * (k + 0.5)),) for k in range(shades))
    bar = Area(RIGHT, area.top, RIGHT + 26, area.bottom)
    made.append(Heat(f"{name}.key", column, scale, bar, "key", "candidate"))
    return made


def field(steps: int, high: float) -> Area:
    """Return the area of the curves, with room on both sides so that dots stand under cells."""
    return Area(LEFT + CELL / 2, high, wide(steps) - CELL / 2, LAST - 34)


def curve(
    name: str, values: Array, scale: Scale, high: float, ref: str, role: str, dots: bool = False
) -> Curve:
    """Return values over time on the logarithmic scale."""
    some = tuple(float(value) for value in values)
    width = 1.8 if dots else 4.0
    return Curve(name, some, scale, field(len(values), high), ref, role, width, dots)


def _raised(power: int) -> str:
    return str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))


def _power(power: int) -> str:
    return f"10^{{{power}}}".replace("-", MINUS)
