"""A grid of cells over time: boxes that hold the hidden state they compute, inputs below them."""

from collections.abc import Sequence

from rnnviz.arrays import Array
from rnnviz.diagram import Point
from rnnviz.figures.gate_marks import vector
from rnnviz.figures.marks import Box, Disc, Mark, Math, Pill, Words
from rnnviz.rounding import DIGITS

HALF, HIGH = 92.0, 168.0  # half the width of a box, its height
PILLS = 26.0  # from a box's middle down to that of its pills
WIDTH, HEIGHT, SIZE, GAP = 116.0, 44.0, 26.0, 6.0
TALL = HEIGHT + GAP / 2  # half the height of two pills


def box(name: str, at: Point, symbol: str, ref: str, *, shift: float = 0.0) -> tuple[Mark, ...]:
    """Return the box of one cell with the symbol of what it computes, still without values."""
    x, y = at
    top = y - HIGH / 2
    return (
        Box(name, x - HALF, top, x + HALF, y + HIGH / 2),
        Math(f"{name}.symbol", symbol, x + shift, top + 42, 30, "h", "centre"),
        *held(name, None, at, ref, DIGITS),
    )


def held(
    name: str, values: Sequence[float] | Array | None, at: Point, ref: str, digits: int
) -> tuple[Pill, ...]:
    """Return the pills in a box: the first two units of its hidden state (H,)."""
    middle = (at[0], at[1] + PILLS)
    return pair(f"{name}.h", values, middle, ref, "h", digits)


def pair(
    name: str, values: Sequence[float] | Array | None, at: Point, ref: str, role: str, digits: int
) -> tuple[Pill, ...]:
    """Return the first two numbers of a vector as pills, one below the other."""
    return vector(name, values, at, ref, role, digits, width=WIDTH, height=HEIGHT, size=SIZE,
                  gap=GAP)  # fmt: skip


def ids(name: str) -> tuple[str, str]:
    """Return the ids of a pair's pills."""
    return f"{name}.1", f"{name}.2"


def order(name: str, at: Point, number: int) -> Disc:
    """Return a number at the corner of a box: in which step it is computed."""
    x, y = at[0] - HALF, at[1] - HIGH / 2
    return Disc(f"{name}.order", x, y, 21, "neutral", 0.25, str(number), 28)


def order_legend(x: float, y: float) -> tuple[Mark, ...]:
    """Return what the number at the corner of a box means."""
    return (
        Disc("order.legend", x + 21, y, 21, "neutral", 0.25, "1", 28),
        Words("order.legend.1", "the step in which", x + 54, y - 6, 24, "muted"),
        Words("order.legend.2", "a cell is computed", x + 54, y + 26, 24, "muted"),
    )


def heading(name: str, title: str, note: str, x: float, y: float) -> tuple[Mark, ...]:
    """Return the name of a row, with a word about it below."""
    return (
        Words(f"{name}.title", title, x, y, 30, bold=True),
        Words(f"{name}.note", note, x, y + 36, 24, "muted"),
    )
