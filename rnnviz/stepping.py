"""A trace value by value, as text: for people who would rather read numbers than watch them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from operator import index
from typing import Any

from rnnviz.arrays import Array
from rnnviz.equations import steps_written, worked
from rnnviz.errors import RnnvizError
from rnnviz.excerpt import FIRST
from rnnviz.ops import PRODUCTS
from rnnviz.params import MAX_DRAWN
from rnnviz.rounding import DIGITS, MINUS, number, relation, show
from rnnviz.scalars import Rest
from rnnviz.tracing import Trace

MOST_DIGITS = 17  # decimals that a float64 can have any use for


@dataclass(frozen=True, eq=False, repr=False)
class Computed:
    """One value at timestep t (from 0): its numbers (H,) or (I,), what makes it, how.

    ``equation`` is ``f = σ(f_pre)``, for what comes in the name alone. ``lines`` say it in numbers,
    one for each unit that is shown; printing shows all of this.
    """

    name: str
    t: int
    values: Array
    equation: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((f"t = {self.t + 1} · {self.equation}", *(f"  {s}" for s in self.lines)))

    __repr__ = __str__


def step(
    trace: Trace, t: int | None = None, b: int = 0, digits: int = DIGITS
) -> Iterator[Computed]:
    """Return every value of sample b in order of computation, at timestep t or at all; from 0.

    Up to 8 units are shown, or those that were picked; of a long sum the first products and what
    the others add up to. Raises RnnvizError for an index that is not there.
    """
    samples = trace.sizes["B"]
    b = whole("b", b, 0, samples - 1)
    trace.check_index("b", b, samples)
    length = trace.length(b)
    if t is not None:
        t = whole("t", t, 0, length - 1)
        trace.check_index("t", t, length)
    digits = whole("digits", digits, 0, MOST_DIGITS)
    trace.check_index("digits", digits, MOST_DIGITS + 1)
    return _computed(trace, range(length) if t is None else (t,), b, digits)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return a whole number, in range or not; RnnvizError for anything else."""
    try:
        return index(value)
    except TypeError:
        got = repr(value) if isinstance(value, str | float) else type(value).__name__
        wanted = f"wanted a whole number from {low} to {high}"
        raise RnnvizError(f"{name}: {wanted}, got {got}") from None


def _computed(trace: Trace, steps: Iterable[int], b: int, digits: int) -> Iterator[Computed]:
    made = steps_written(trace.cell)
    for t in steps:
        for name, values in trace.at(t, b).items():
            unit = "input" if name in trace.cell.inputs else "unit"
            few = trace.shown(name)[:MAX_DRAWN]
            lines = tuple(f"{unit} {k + 1}: {_line(trace, name, k, t, b, digits)}" for k in few)
            equation = f"{name} = {made[name]}" if name in made else name
            yield Computed(name, t, values, equation, lines)


def _line(trace: Trace, name: str, unit: int, t: int, b: int, digits: int) -> str:
    if name in (*trace.cell.inputs, *trace.cell.states):
        return show(float(trace[name][t, b, unit]), digits)
    step = trace.cell.step(name)
    if step.op in PRODUCTS and len(trace[step.args[1]][t, b]) > MAX_DRAWN:
        return _long_sum(trace, name, step.args[1], unit, t, b, digits)
    return worked(trace, name, unit, t, b, digits).text()


def _long_sum(trace: Trace, name: str, source: str, unit: int, t: int, b: int, digits: int) -> str:
    """Return a sum of many products: those that are shown, the rest as one number, the bias."""
    if len(trace.shown(source)) > MAX_DRAWN:
        few = range(FIRST)
        is_input = source in trace.cell.inputs
        trace = trace.pick(inputs=few) if is_input else trace.pick(units=few)
    neuron = trace.neuron(name, unit, t, b)
    pieces: list[str] = []
    exact = Decimal(0)
    for term in neuron.terms:
        if isinstance(term, Rest):
            rest = show(term.value, digits)
            pieces.append(f"{_wrapped(rest)} from {term.count} more")
            exact += number(rest)
            continue
        left, right = show(term.left, digits), show(term.right, digits)
        pieces.append(f"{_wrapped(left) if pieces else left} × {_wrapped(right)}")
        exact += number(left) * number(right)
    for bias in neuron.biases:
        shown = show(bias.value, digits)
        pieces.append(_wrapped(shown))
        exact += number(shown)
    result = show(neuron.value, digits)
    return f"{' + '.join(pieces)} {relation(exact, result)} {result}"


def _wrapped(shown: str) -> str:
    return f"({shown})" if shown.startswith(MINUS) else shown
