"""Strips of cells for long sequences: what is shown of a trace, where, and its names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnviz.arrays import Array
from rnnviz.diagram import Box as Area
from rnnviz.figures.heat_demo import ALPHABET, TOGGLE, symbols_of
from rnnviz.figures.marks import Box, Heat, Mark, Math, Number, Scale, Wire, Words
from rnnviz.tracing import Trace

LEFT, WIDE = 300.0, 1470.0  # of all cells
TOP, BOTTOM, TICKS = 110.0, 944.0, 976.0
GAP, THINNEST, THICKEST = 18.0, 3.0, 30.0  # between strips; a row
TOLD = 90.0  # a strip beside which its mean and its ends have room
INPUT, LETTER = 112.0, 21.0  # height of the input without symbols, and of a symbol's row
EVENTS = 40.0  # under the input, for the symbols that matter
LONGEST = 600  # timesteps that have room
BESIDE = 14.0  # from the cells to the key of their colours
NUMBERED = 24.0  # height of a row beside which its unit has room
ROOMY = 60.0  # a strip beside which a second line has room
EVERY = (1, 2, 5, 10, 20, 50, 100)  # timesteps from tick to tick


@dataclass(frozen=True)
class Strip:
    """One value over time: the rows that are drawn (T, units), and ``all`` (T, H) or (T, I)."""

    name: str
    symbol: str
    title: str
    role: str
    values: Array
    all: Array
    units: tuple[int, ...]
    scale: Scale
    within: tuple[float, float]
    top: float
    high: float

    @property
    def cut(self) -> bool:
        """Whether some rows are left out."""
        return len(self.units) < int(self.all.shape[1])

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value of all units, drawn or not."""
        return float(self.all.min()), float(self.all.max())


@dataclass(frozen=True, eq=False)
class Window:
    """What a figure shows of a trace: sample 0, its first timesteps, and one unit followed."""

    trace: Trace

    @cached_property
    def steps(self) -> int:
        """The timesteps that are shown."""
        return min(self.trace.length(), LONGEST)

    @property
    def cut(self) -> bool:
        """Whether some timesteps are left out."""
        return self.steps < self.trace.length()

    @cached_property
    def picked(self) -> bool:
        """Whether a unit was picked to be followed."""
        return len(self.trace.shown("h")) < self.trace.sizes["H"]

    @cached_property
    def unit(self) -> int:
        """The unit, from 0, that is followed: first picked, the demo's, or whose h varies most."""
        if self.picked:
            return int(self.trace.shown("h")[0])
        if self.symbols:
            return TOGGLE
        return int(self.of("h").std(axis=0).argmax())

    @cached_property
    def symbols(self) -> str:
        """The symbols that are read, if this is the demo."""
        return symbols_of(self.trace)[: self.steps]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values that are shown, after the input: states, then gates or the RNN's sum."""
        cell = self.trace.cell
        gates = [gate.key for gate in cell.gates if gate.key not in cell.next_state]
        return (*cell.next_state, *(gates or ["h_pre"]))

    @property
    def wide(self) -> float:
        """The width of a cell."""
        return WIDE / self.steps

    @property
    def right(self) -> float:
        """Where the cells end."""
        return LEFT + self.wide * self.steps

    def middle(self, t: int) -> float:
        """Return the middle of a column, t from 0."""
        return LEFT + self.wide * (t + 0.5)

    def of(self, name: str) -> Array:
        """Return a value over time (T, H) or (T, I)."""
        return self.trace[name][: self.steps, 0]

    @cached_property
    def strips(self) -> dict[str, Strip]:
        """All strips by name, the input first, from top to bottom."""
        inputs = tuple(self.trace.shown("x"))
        count = len(inputs)
        high = LETTER * count if self.symbols else min(INPUT, THICKEST * count)
        shown = inputs[: int(high / THINNEST)]
        made = {"x": self._strip("x", TOP, high, shown)}
        start = TOP + high + EVENTS
        slot = (BOTTOM - start + GAP) / len(self.names)
        units = self._units(int((slot - GAP) / THINNEST))
        high = THICKEST * len(units)
        if len(units) < self.trace.sizes["H"]:
            high = max(high, TOLD)
        high = min(slot - GAP, high)
        for k, name in enumerate(self.names):
            made[name] = self._strip(name, start + slot * k, high, units)
        return made

    def _units(self, room: int) -> tuple[int, ...]:
        """Return the picked units, or the first that have room, and the one that is followed."""
        every = self.trace.shown("h")
        if len(every) <= room:
            return tuple(every)
        others = [unit for unit in every if unit != self.unit]
        return tuple(sorted((*others[: room - 1], self.unit)))

    def _strip(self, name: str, top: float, high: float, units: tuple[int, ...]) -> Strip:
        cell = self.trace.cell
        every = self.of(name)
        within = cell.range(name)
        if name == "h" and np.abs(every).max() < 1:
            within = (-1.0, 1.0)  # what lies inside is not shown as an end
        symbol, title = _called(self.trace, name)
        scale = spanned(every, within, bounded=name == "h")
        role = "neutral" if name == "h_pre" else name
        return Strip(name, symbol, title, role, every[:, list(units)], every, units, scale, within,
                     top, high)  # fmt: skip


def spanned(values: Array, within: tuple[float, float], bounded: bool = False) -> Scale:
    """Return a scale for values: that of their range if it has ends, else as far as they reach.

    It begins at zero if none lies below; what is ``bounded`` ends at 1 unless it reaches further.
    """
    largest = float(np.abs(values).max()) or 1.0
    if bounded and largest <= 1:
        largest = 1.0
    low, high = within if np.isfinite(within).all() else (-largest, largest)
    return Scale(0.0 if values.min() >= 0 else low, high)


def _called(trace: Trace, name: str) -> tuple[str, str]:
    """Return the symbol and the name of a value."""
    known = {"x": "input", "h": "hidden state", "c": "cell state"}
    if name == "h_pre":
        return "a_t", f"before {dict(trace.cell.choices)['activation']}"
    return f"{name}_t", known.get(name) or trace.cell.gate(name).title.lower()


def heat(strip: Strip, window: Window) -> Heat:
    """Return the cells of a strip, a row for each unit."""
    rows = tuple(tuple(row) for row in strip.values.T.tolist())
    area = Area(LEFT, strip.top, window.right, strip.top + strip.high)
    negative = "muted" if strip.role == "neutral" else "neutral"
    role = "ink" if strip.role == "neutral" else strip.role
    return Heat(f"{strip.name}.strip", rows, strip.scale, area, f"{strip.name}[t]", role, negative)


def label(strip: Strip, window: Window) -> Iterator[Mark]:
    """Yield a strip's symbol, its name and its empty frame."""
    y = _head(strip)
    yield Math(f"{strip.name}.symbol", strip.symbol, 40, y + 12, 36, strip.role)
    yield Words(f"{strip.name}.title", strip.title, 96, y + 11, 25, strip.role)
    yield Box(f"{strip.name}.frame", LEFT - 3, strip.top - 3, window.right + 2,
              strip.top + strip.high + 2, "faint", None, 4, 1.5)  # fmt: skip


def mean(strip: Strip, digits: int) -> Iterator[Mark]:
    """Yield the mean of all units, if there is room, and their ends if not all are drawn."""
    if strip.high < ROOMY and not strip.cut:
        return
    y = _head(strip) + 46
    yield Words(f"{strip.name}.mean.name", "mean", 96, y, 24, "muted")
    yield Number(f"{strip.name}.mean", float(strip.all.mean()), 164, y, f"mean of {strip.name}",
                 25, "ink", signed=strip.scale.low < 0, within=strip.within,
                 digits=digits)  # fmt: skip
    if not strip.cut:
        return
    low, high = (
        Number(f"{strip.name}.{word}", value, x, y + 34, f"{word} {strip.name}", 24, "muted",
               signed=strip.scale.low < 0, within=strip.within, digits=digits)
        for word, value, x in zip(("lowest", "highest"), strip.ends, (40, 166), strict=True)
    )  # fmt: skip
    yield low
    yield Words(f"{strip.name}.to", "to", 138, y + 34, 24, "muted")
    yield high


def numbers(strip: Strip, window: Window) -> Iterator[Mark]:
    """Yield the numbers of picked units or inputs beside their rows, if there is room."""
    pitch = strip.high / len(strip.units)
    picked = window.picked if strip.name != "x" else strip.cut and not window.symbols
    if picked and pitch >= NUMBERED:
        for k, one in enumerate(strip.units):
            y = strip.top + pitch * (k + 0.5) + 8
            yield Words(f"{strip.name}.unit{one + 1}", str(one + 1), LEFT - 12, y, 24, "muted",
                        "right")  # fmt: skip


def _head(strip: Strip) -> float:
    return strip.top + min(strip.high / 2 - 4, 34)


def key(strip: Strip, window: Window) -> Iterator[Mark]:
    """Yield the colours of a strip from its largest value down, and what its ends are."""
    low, high = strip.scale.low, strip.scale.high
    shades = 24
    column = tuple((high - (high - low) * k / (shades - 1),) for k in range(shades))
    left = window.right + BESIDE
    area = Area(left, strip.top, left + 16, strip.top + strip.high)
    base = "ink" if strip.role == "neutral" else strip.role
    negative = "muted" if strip.role == "neutral" else "neutral"
    name = f"{strip.name}.key"
    yield Heat(name, column, strip.scale, area, f"key of {strip.name}", base, negative)
    sign = "0–" if low == 0 else "±"
    y = strip.top + strip.high / 2 + 8
    if high == 1.0:
        yield Words(f"{name}.ends", f"{sign}1", left + 26, y, 24, "muted")
    else:
        yield Number(f"{name}.ends", high, left + 26, y, f"largest |{strip.name}|", 24, "muted",
                     signed=False, digits=2, before=sign)  # fmt: skip


def letters(window: Window) -> Iterator[Mark]:
    """Yield the symbols of the rows of the input."""
    if not window.symbols:
        return
    for k, row in enumerate(window.strips["x"].units):
        y = TOP + LETTER * (k + 0.5) + 7.5
        yield Words(f"letter{row}", ALPHABET[row], LEFT - 18, y, 22, "x", "centre")


def events(window: Window) -> Iterator[Mark]:
    """Yield the capital letters under their columns, each with a line down through the strips."""
    top = window.strips["x"].top + window.strips["x"].high
    for t, symbol in enumerate(window.symbols):
        if symbol.isupper():
            x = window.middle(t)
            line = ((x, top + EVENTS - 6), (x, BOTTOM + 4))
            yield Wire(f"event{t + 1}.line", line, "faint", 1.6, arrow=False)
            yield Words(f"event{t + 1}", symbol, x, top + 29, 28, "x", "centre", bold=True)


def ticks(window: Window) -> Iterator[Mark]:
    """Yield the timesteps under the last strip."""
    every = next((one for one in EVERY if window.steps / one <= 12), EVERY[-1])
    for t in (1, *range(every, window.steps + 1, every)):
        if t == 1 or t >= max(2, every * 0.6):
            said = "t = 1" if t == 1 else str(t)
            yield Words(f"tick{t}", said, window.middle(t - 1), TICKS, 24, "muted", "centre")


def framed(strips: Sequence[Strip], window: Window) -> Iterator[Mark]:
    """Yield a frame around the row of the unit that is followed, in each strip, and its number."""
    for strip in strips:
        pitch = strip.high / len(strip.units)
        y = strip.top + pitch * strip.units.index(window.unit)
        yield Box(f"{strip.name}.row", LEFT - 4, y - 3, window.right + 3, y + pitch + 2, "ink",
                  None, 4, 2.5)  # fmt: skip
        numbered = window.picked and pitch >= NUMBERED
        stem = f"{strip.name}.{f'unit{window.unit + 1}' if numbered else 'row.unit'}"
        yield Words(stem,
                    str(window.unit + 1), LEFT - 12, y + pitch / 2 + 8, 24, "ink", "right",
                    bold=True)  # fmt: skip
