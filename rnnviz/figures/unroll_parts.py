"""Where the parts of an unrolled cell stand, and the marks that they are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.diagram import Box as Area
from rnnviz.diagram import Point
from rnnviz.equations import expression
from rnnviz.figures.marks import Box, Disc, Heat, Mark, Math, Number, Pill, Scale, Wire, Words
from rnnviz.tracing import Trace

MOST_UNITS, FEW_UNITS = 8, 4  # shown at most, and of a larger cell from which none were picked
MOST_INPUTS = 4
MOST_COPIES = 5  # side by side
CARD = Area(40, 104, 1880, 300)
MIDDLE = 420.0  # of the row's first column
LAST = 1822.0
BIG_CELL = Area(790, 436, 1130, 716)
PRINT_ROWS, PRINT_COLUMNS = 8, 16  # of a large matrix as colours


@dataclass(frozen=True)
class Plan:
    """A trace's sample 0 with what is shown of it: units, inputs, and timesteps as copies.

    ``slots`` are the timesteps of the copies from 1, with 0 where timesteps are left out.
    """

    trace: Trace
    digits: int
    units: tuple[int, ...]
    inputs: tuple[int, ...]
    slots: tuple[int, ...]

    @property
    def steps(self) -> int:
        """T, of sample 0."""
        return self.trace.length()

    @property
    def copies(self) -> tuple[int, ...]:
        """The timesteps that have a copy, from 1."""
        return tuple(t for t in self.slots if t)

    @property
    def pitch(self) -> float:
        """From a pill to the one below it in the row of copies."""
        return 58.0 if len(self.units) <= 3 else 46.0 if len(self.units) <= 5 else 38.0

    @property
    def big_pitch(self) -> float:
        """From a pill to the one below it in the large loop."""
        return min(76.0, 330 / len(self.units))

    @property
    def big_input_pitch(self) -> float:
        """From a pill to the one below it under the large loop."""
        return min(68.0, 206 / len(self.inputs))

    @property
    def gap(self) -> float:
        """From a column of h to the next one."""
        return min(350.0, (LAST - MIDDLE) / len(self.slots))

    @property
    def cell_height(self) -> float:
        """The height of a copy."""
        return max(220.0, len(self.units) * self.pitch + 12)

    @property
    def top(self) -> float:
        """Where the copies start, so that what stands below the card is in its middle."""
        total = self.cell_height + 44 + len(self.inputs) * self.pitch + 36 + 96
        return max(374.0, 340 + (645 - total) / 2)

    @property
    def middle(self) -> float:
        """The height at which h is carried."""
        return self.top + self.cell_height / 2

    @property
    def big(self) -> Area:
        """The cell of the large loop."""
        height = max(BIG_CELL.bottom - BIG_CELL.top, len(self.units) * self.big_pitch)
        height = min(height, 290.0)
        return Area(BIG_CELL.left, BIG_CELL.top, BIG_CELL.right, BIG_CELL.top + height)

    def column(self, t: int) -> float:
        """Return where h_t stands; it has a place if a copy makes or reads it."""
        places = {slot: k + 1 for k, slot in enumerate(self.slots) if slot}
        places |= {slot - 1: k for k, slot in enumerate(self.slots) if slot}
        return MIDDLE + self.gap * places[t]

    def copy(self, t: int) -> Area:
        """Return the area of the copy of timestep t."""
        middle, half = self.column(t) - self.gap / 2, min(70.0, self.gap / 2 - 82)
        return Area(middle - half, self.top, middle + half, self.top + self.cell_height)


def plan(trace: Trace, digits: int) -> Plan:
    """Return what of a trace is shown: of too many units, inputs or timesteps the first."""
    units, inputs = tuple(trace.shown("h")), tuple(trace.shown("x"))
    units = units if len(units) <= MOST_UNITS else units[:FEW_UNITS]
    inputs = inputs if len(inputs) <= MOST_INPUTS else inputs[:3]
    steps = trace.length()
    slots = tuple(range(1, steps + 1)) if steps <= MOST_COPIES else (1, 2, 3, 0, steps)
    return Plan(trace, digits, units, inputs, slots)


def hidden(made: Plan, t: int) -> Array:
    """Return h_t of sample 0, (H,), also that of t = 0."""
    return np.asarray(made.trace["h_prev"][0, 0] if t == 0 else made.trace["h"][t - 1, 0])


def state(
    made: Plan, t: int, x: float, y: float, pitch: float, wide: float, key: str = ""
) -> Iterator[Pill]:
    """Yield the pills of h_t around (x, y), under a key of their own if they are overwritten."""
    values, first = hidden(made, t), y - pitch * (len(made.units) - 1) / 2
    for k, unit in enumerate(made.units):
        yield Pill(
            f"{key or f'h{t}'}.{unit + 1}", float(values[unit]), x, first + k * pitch,
            f"h[{t},{unit + 1}]",
            "h", wide, min(pitch - 6, 58), 34 if wide > 120 else 26, digits=made.digits,
            within=made.trace.cell.range("h"),
        )  # fmt: skip


def read(
    made: Plan, t: int, x: float, top: float, pitch: float, wide: float, key: str = ""
) -> Iterator[Pill]:
    """Yield the pills of x_t from ``top`` downwards, under a key if they are overwritten."""
    for k, one in enumerate(made.inputs):
        value = float(made.trace["x"][t - 1, 0, one])
        yield Pill(
            f"{key or f'x{t}'}.{one + 1}", value, x, top + pitch * (k + 0.5), f"x[{t},{one + 1}]",
            "x", wide, min(pitch - 6, 58), 34 if wide > 120 else 26, digits=made.digits,
        )  # fmt: skip


def big_loop(made: Plan) -> tuple[Mark, ...]:
    """Return the cell with its loop, large, without values."""
    cell, (left, right) = made.big, big_columns()
    y = (cell.top + cell.bottom) / 2
    around = ((right + 90, y), (1530, y), (1530, 362), (390, 362), (390, y), (left - 90, y))
    return (
        Wire("loop", around, "h", 4),
        Wire("into", ((left + 90, y), (cell.left, y)), "h", 3),
        Wire("out", ((cell.right, y), (right - 90, y)), "h", 3),
        Wire("read", ((960, cell.bottom + 46), (960, cell.bottom)), "x", 3),
        Box("cell", cell.left, cell.top, cell.right, cell.bottom, "muted", 0.06, width=3),
        Words("cell.name", "RNN", 960, y - 48, 38, anchor="centre", bold=True),
    )


def big_columns() -> tuple[float, float]:
    """Return where h comes in and goes out of the large loop."""
    return 590.0, 1330.0


def big_head(made: Plan) -> float:
    """Return the baseline of the symbols above h in the large loop."""
    return (made.big.top + made.big.bottom - len(made.units) * made.big_pitch) / 2 - 14


def small_loop(made: Plan) -> tuple[Mark, ...]:
    """Return the same loop at the left, with symbols in place of values."""
    y, top, bottom = made.middle, made.top, made.top + made.cell_height
    around = ((292, y), (310, y), (310, top - 26), (52, top - 26), (52, y), (86, y))
    below = bottom + 66
    return (
        Wire("loop", around, "h", 4),
        Wire("out", ((200, y), (240, y)), "h", 3),
        Wire("read", ((143, below - 26), (143, bottom)), "x", 3),
        Box("cell", 86, top, 200, bottom, "muted", 0.06, width=3),
        Words("cell.name", "RNN", 143, y - 44, 28, anchor="centre", bold=True),
        Disc("loop.h", 266, y, 26, "h", 0.12, "h_t", 26),
        Disc("loop.x", 143, below, 26, "x", 0.12, "x_t", 26),
    )


def copy(made: Plan, t: int) -> tuple[Mark, ...]:
    """Return the copy of timestep t without values: its box, its wires and its weights' colours."""
    area, y, x = made.copy(t), made.middle, made.column(t) - made.gap / 2
    before, after = made.column(t - 1) + 54, made.column(t) - 54
    return (
        Wire(f"tap{t}", ((x, CARD.bottom), (x, area.top)), "muted", 2, dashed=True),
        Wire(f"in{t}", ((before, y), (area.left, y)), "h", 3),
        Wire(f"out{t}", ((area.right, y), (after, y)), "h", 3),
        Wire(f"read{t}", ((x, area.bottom + 40), (x, area.bottom)), "x", 3),
        Box(f"copy{t}", area.left, area.top, area.right, area.bottom, "muted", 0.06, width=2.5),
        Words(f"copy{t}.t", f"t = {t}", x, area.top + 40, 26, anchor="centre", bold=True),
        badge(f"badge{t}", x, y),
        fingerprint(made, f"print{t}", x, y),
    )


def badge(
    key: str, x: float, y: float, fill: float = 0.0, width: float = 1.5, scale: float = 1.0
) -> Box:
    """Return the frame around the colours of a copy's weights."""
    half = 50 * scale
    return Box(key, x - half, y - 18, x + half, y - 18 + 80 * scale, "write", fill, 10, width)


def fingerprint(made: Plan, key: str, x: float, y: float, scale: float = 1.0) -> Heat:
    """Return all weights as colours, small, under the middle of a cell."""
    half = 42 * scale
    top = y - 18 + 8 * scale
    return colours(made, key, Area(x - half, top, x + half, top + 64 * scale))


def colours(made: Plan, key: str, area: Area) -> Heat:
    """Return the weights side by side, W_ih, W_hh and biases, as colours; a large one's corner."""
    blocks = [
        block[:PRINT_ROWS, :PRINT_COLUMNS] if block.ndim == 2 else block[:PRINT_ROWS, None]
        for block in made.trace.params.blocks(made.trace.cell).values()
    ]
    return heat(key, np.hstack(blocks), area, "all weights")


def heat(key: str, values: Array, area: Area, ref: str) -> Heat:
    """Return values as colours, from their largest size below zero to that above."""
    most = float(np.abs(values).max()) or 1.0
    rows = tuple(tuple(map(float, row)) for row in values)
    return Heat(key, rows, Scale(-most, most), area, ref, "f", "c")


def symbol(name: str) -> str:
    """Return a block's name as a symbol: ``W_{ih}``."""
    return re.sub(r"_(\w+)", r"_{\1}", name)


def formula(made: Plan, y: float = 214.0) -> Math:
    """Return the equation of h_t in the card."""
    cell = made.trace.cell
    text = expression(cell, "h", "text")
    if "s" in cell.names:  # the form of two dense layers, in one equation
        inner = expression(cell, "s", "text").replace("u_t", expression(cell, "u", "text"))
        text = text.replace("s_t", f"({inner})")
    text = re.sub(r"_\(([^)]*)\)", r"_{\1}", text)
    text = re.sub(r"([Wb])_(\w+)", r"\1_{\2}", text)
    return Math("formula", f"h_t = {text}", 1480, y, 32 if len(text) < 60 else 26, anchor="centre")


def weights(made: Plan) -> Iterator[Mark]:
    """Yield the weights in the card, as numbers or, if they are too many, as colours."""
    blocks = made.trace.params.blocks(made.trace.cell)
    small = max(made.trace.sizes["H"], made.trace.sizes["I"]) <= 3
    left = 64.0
    for name, block in blocks.items():
        table = block if block.ndim == 2 else block[:, None]
        rows, columns = table.shape
        wide = 92.0 * columns if small else 300.0 if columns > 1 else 40.0
        wide = wide if small or columns > 1 else 60.0
        shape = f"{rows} × {columns}" if block.ndim == 2 else f"{rows}"
        yield Math(f"{name}.name", symbol(name), left + (4 if columns > 1 else 0), 146, 32)
        if columns > 1:
            yield Words(f"{name}.shape", shape, left + wide, 146, 24, "muted", "right")
        area = Area(left, 164, left + wide, 284)
        if small:
            yield from _table(made, name, table, area)
        else:
            shown = table[:64, :64]
            yield heat(f"{name}.heat", shown, area, f"{name}[first 64 × 64]")
        left += wide + 26
    area = Area(left + 6, 164, left + 162, 252)
    middle = (area.left + area.right) / 2
    yield Words("card.colours", "as colours", middle, 146, 24, "muted", "centre")
    yield colours(made, "card.print", area)
    yield Words("card.signs", "orange +, blue −", middle, 284, 22, "muted", "centre")


def _table(made: Plan, name: str, table: Array, area: Area) -> Iterator[Mark]:
    rows, columns = table.shape
    yield Box(f"{name}.box", area.left, area.top, area.right, area.bottom, "muted", 0.0, 10, 1.5)
    wide, high = (area.right - area.left) / columns, (area.bottom - area.top - 8) / rows
    for row in range(rows):
        for column in range(columns):
            x, y = area.left + wide * (column + 1) - 10, area.top + 4 + high * (row + 0.5) + 9
            yield Number(
                f"{name}.{row + 1}.{column + 1}", float(table[row, column]), x, y,
                f"{name}[{row + 1},{column + 1}]", 26, anchor="right", digits=made.digits,
            )  # fmt: skip


def ends(made: Plan, t: int) -> Point:
    """Return the middle of the copy of timestep t."""
    return made.column(t) - made.gap / 2, made.middle
