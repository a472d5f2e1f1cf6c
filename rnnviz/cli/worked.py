"""One unit's worked example for the terminal: every product, their sum and what it becomes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from rich.table import Table

from rnnviz.cells import Cell
from rnnviz.equations import equation, worked
from rnnviz.ops import OPS, PRODUCTS, REALS
from rnnviz.rounding import product as exactly
from rnnviz.rounding import relation, show, total
from rnnviz.scalars import Neuron, Ref
from rnnviz.tracing import Trace

if TYPE_CHECKING:
    from rich.console import RenderableType


def worked_unit(
    trace: Trace, t: int, unit: int, gates: tuple[str, ...], digits: int, *, rest: bool
) -> "Iterator[RenderableType]":
    """Yield the gates of one unit at one timestep, and with ``rest`` what is made of the gates.

    t and unit count from 0. Raises RnnvizError for an index or a gate that does not exist.
    """
    for key in gates:
        yield ""
        yield f"t = {t + 1}, unit {unit + 1}: {trace.cell.gate(key).title}"
        yield equation(trace.cell, key, "text")
        yield _gate(trace, key, unit, t, digits)
    names = _after_gates(trace.cell) if rest else []
    if names:
        yield ""
        yield f"t = {t + 1}, unit {unit + 1}: state"
        for name in trace.cell.next_state:
            yield equation(trace.cell, name, "text")
        yield _state(trace, names, unit, t, digits)


def _gate(trace: Trace, key: str, unit: int, t: int, digits: int) -> Table:
    grid = _grid("left", "right", "left", "right", "left", "right")
    neuron = trace.neuron(key, unit, t)
    for product in neuron.products:
        for ref in (product.left_ref, product.right_ref):
            if _is_linear(trace.cell, ref.name):  # the GRU's n_h, a sum of its own inside n's
                _add_sum(grid, trace, trace.neuron(ref.name, unit, t), digits)
    _add_sum(grid, trace, neuron, digits)
    return grid


def _add_sum(grid: Table, trace: Trace, neuron: Neuron, digits: int) -> None:
    def shown(ref: Ref, value: float) -> str:
        within = trace.cell.range(ref.name) if ref.name in trace.names else REALS
        return show(value, digits, within=within)

    terms = []
    for product in neuron.products:
        left = shown(product.left_ref, product.left)
        right = shown(product.right_ref, product.right)
        result = show(product.product, digits)
        terms.append(result)
        label = f"  {_named(product.left_ref)} × {_named(product.right_ref)}"
        grid.add_row(label, left, "×", right, relation(exactly(left, right), result), result)
    for bias in neuron.biases:
        terms.append(show(bias.value, digits))
        grid.add_row(f"  {_named(bias.ref)}", "", "", "", "", terms[-1])
    shown_sum = show(neuron.sum, digits)
    label = "sum" if neuron.activation else _named(neuron.ref)
    grid.add_row(f"  {label}", "", "", "", relation(total(terms), shown_sum), shown_sum)
    if neuron.activation:
        made = OPS[neuron.activation].text.format(shown_sum)
        value = shown(neuron.ref, neuron.value)
        label = f"  {_named(neuron.ref)} = {made}"
        grid.add_row(label, "", "", "", relation(None, value), value)


def _state(trace: Trace, names: list[str], unit: int, t: int, digits: int) -> Table:
    grid = _grid("left", "right", "left", "right")
    for name in names:
        step = trace.cell.step(name)
        made = OPS[step.op].text.format(*(_named(Ref(arg, (unit,))) for arg in step.args))
        line = worked(trace, name, unit, t, digits=digits)
        label = f"  {_named(Ref(name, (unit,)))} = {made}"
        grid.add_row(label, " ".join(line.parts()), line.relation, line.result)
    return grid


def _grid(*justify: Literal["left", "right"]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for side in justify:
        grid.add_column(justify=side, no_wrap=True)
    return grid


def _named(ref: Ref) -> str:
    return f"{ref.name}[{','.join(str(k + 1) for k in ref.index)}]"


def _is_linear(cell: Cell, name: str) -> bool:
    return any(step.name == name and step.op in PRODUCTS for step in cell.steps)


def _after_gates(cell: Cell) -> list[str]:
    """Return the steps that are neither a gate nor on the way to one."""
    gates = {gate.key for gate in cell.gates}
    inside: set[str] = set()
    for step in reversed(cell.steps):
        if step.name in gates | inside:
            inside.add(step.name)
            inside.update(step.args)
    return [step.name for step in cell.steps if step.name not in inside]
