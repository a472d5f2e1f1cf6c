"""One unit's worked example for the terminal: every product, their sum and what it becomes."""

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from rich.table import Table

from rnnviz.cells import Cell
from rnnviz.equations import equation, worked
from rnnviz.ops import OPS, PRODUCTS, REALS
from rnnviz.rounding import product as exactly
from rnnviz.rounding import relation, show, total
from rnnviz.scalars import Neuron, Ref, Rest
from rnnviz.tracing import Trace

if TYPE_CHECKING:
    from rich.console import RenderableType


def worked_unit(
    trace: Trace, t: int, unit: int, gates: tuple[str, ...], digits: int, *, rest: bool
) -> "Iterator[RenderableType]":
    """Yield the gates of one unit at one timestep, and with ``rest`` what is made of the gates.

    Everything comes in the order of computation; t and unit count from 0. Raises RnnvizError for an
    index or a gate that does not exist.
    """
    cell = trace.cell
    parts = _parts(cell)
    wanted = [step.name for step in cell.steps if step.name not in parts]
    for is_gate, names in groupby(wanted, {gate.key for gate in cell.gates}.__contains__):
        if is_gate:
            for key in filter(gates.__contains__, names):
                yield ""
                yield f"t = {t + 1}, unit {unit + 1}: {cell.gate(key).title}"
                yield equation(cell, key, "text")
                yield _gate(trace, key, unit, t, digits)
        elif rest:
            made = list(names)
            yield ""
            yield f"t = {t + 1}, unit {unit + 1}: state"
            yield from (equation(cell, name, "text") for name in cell.next_state if name in made)
            yield _state(trace, made, unit, t, digits)


def _gate(trace: Trace, key: str, unit: int, t: int, digits: int) -> Table:
    grid = _grid("left", "right", "left", "right", "left", "right")
    neuron = trace.neuron(key, unit, t)
    for product in neuron.products:
        for ref in (product.left_ref, product.right_ref):
            _add_part(grid, trace, ref, t, digits)
    _add_sum(grid, trace, neuron, digits)
    return grid


def _add_part(grid: Table, trace: Trace, ref: Ref, t: int, digits: int) -> None:
    """Add what makes a part of a gate that has no place of its own, such as the GRU's n_h."""
    if ref.name not in _parts(trace.cell):
        return
    step = trace.cell.step(ref.name)
    if step.op in PRODUCTS:
        _add_sum(grid, trace, trace.neuron(ref.name, ref.index[0], t), digits)
        return
    args = [Ref(arg, ref.index) for arg in step.args]
    for arg in args:
        _add_part(grid, trace, arg, t, digits)
    line = worked(trace, ref.name, ref.index[0], t, digits=digits)
    if len(args) == 1:
        row = (line.parts()[0], "", "", "")
    else:
        left, right = line.operands
        sign = "×" if step.op == "mul" else "+"
        row = (OPS[step.op].text.format(*map(_named, args)), left, sign, right)
    grid.add_row(f"  {_named(ref)} = {row[0]}", *row[1:], line.relation, line.result)


def _add_sum(grid: Table, trace: Trace, neuron: Neuron, digits: int) -> None:
    def shown(ref: Ref, value: float) -> str:
        within = trace.cell.range(ref.name) if ref.name in trace.names else REALS
        return show(value, digits, within=within)

    terms = []
    for product in neuron.terms:
        if isinstance(product, Rest):
            terms.append(show(product.value, digits))
            label = f"  {product.count} more {product.weight.name} × {product.source}"
            grid.add_row(label, "", "", "", "", terms[-1])
            continue
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
        line = worked(trace, neuron.ref.name, neuron.ref.index[0], neuron.t, digits=digits)
        label = f"  {_named(neuron.ref)} = {line.parts()[0]}"
        grid.add_row(label, "", "", "", line.relation, line.result)


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


def _parts(cell: Cell) -> set[str]:
    """Return the steps on the way to a gate: neither a gate nor a state themselves."""
    gates = {gate.key for gate in cell.gates}
    parts: set[str] = set()
    for step in reversed(cell.steps):
        if step.name in gates | parts:
            parts.update(set(step.args) - gates - set(cell.next_state))
    return parts & {step.name for step in cell.steps}
