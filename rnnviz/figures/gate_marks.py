"""What figures about gates and layers share: vectors as stacked pills, and wires as switches."""

from collections.abc import Iterable, Sequence

from rnnviz.arrays import Array
from rnnviz.diagram import Point
from rnnviz.figures.marks import Mark, Math, Pill, Wire
from rnnviz.ops import REALS
from rnnviz.rounding import show

OPEN, CLOSED = 0.95, 0.05  # from which on a gate is said to pass, up to which to block
THIN, THICK = 2.0, 14.0  # of a wire behind a gate of 0 and of 1
GATE = (0.0, 1.0)
INFINITE = float("inf")


def honest(value: float) -> tuple[float, float]:
    """Return the range in which a value is rounded so that it never reads as zero unless it is."""
    return (0.0, INFINITE) if value > 0 else (-INFINITE, 0.0) if value < 0 else REALS


def said(value: float, digits: int, *, gate: bool = False) -> str:
    """Return a value as pills show it, to be said in a caption."""
    return show(value, digits, within=GATE if gate else honest(value))


def vector(
    name: str,
    values: Sequence[float] | Array | None,
    at: Point,
    ref: str,
    role: str,
    digits: int,
    *,
    gate: bool = False,
    units: Iterable[int] = (0, 1),
    width: float = 124.0,
    height: float = 46.0,
    size: float = 28.0,
    gap: float = 8.0,
) -> tuple[Pill, ...]:
    """Return the units of a vector (H,) as pills one below the other; None is not known yet.

    ``ref`` has {} where the unit's number goes, from 1; ``at`` is the middle of all.
    """
    picked = [*units]
    top = at[1] - (len(picked) - 1) * (height + gap) / 2
    pills = []
    for k, unit in enumerate(picked):
        value = None if values is None else float(values[unit])
        within = GATE if gate else REALS if value is None else honest(value)
        y = top + k * (height + gap)
        called = ref.format(unit + 1)
        pills.append(
            Pill(f"{name}.{unit + 1}", value, at[0], y, called, role, width, height, size,
                 not gate, within, digits)
        )  # fmt: skip
    return tuple(pills)


def label(name: str, text: str, at: Point, role: str = "ink", size: float = 30.0) -> Mark:
    """Return a symbol centred over what it names."""
    return Math(name, text, *at, size, role, "centre")


def switched(wire: Wire, gate: float, role: str) -> Wire:
    """Return a wire behind a gate: the thicker the more passes, dashed where it blocks."""
    shut = gate <= CLOSED
    width = THIN + (THICK - THIN) * gate
    return Wire(wire.id, wire.points, "muted" if shut else role, width, wire.arrow, shut)


def verdict(gate: float) -> str:
    """Return in a word what a gate does."""
    return "passes" if gate >= OPEN else "blocks" if gate <= CLOSED else "passes in part"
