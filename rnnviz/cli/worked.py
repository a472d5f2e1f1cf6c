"""One unit's worked example for the terminal: every product, their sum and what it becomes."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from rich.table import Table

from rnnviz.equations import equation
from rnnviz.tracing import Trace
from rnnviz.worked_rows import parts, state_rows, sum_rows

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
    inner = parts(cell)
    wanted = [step.name for step in cell.steps if step.name not in inner]
    for is_gate, names in groupby(wanted, {gate.key for gate in cell.gates}.__contains__):
        if is_gate:
            for key in filter(gates.__contains__, names):
                yield ""
                yield f"t = {t + 1}, unit {unit + 1}: {cell.gate(key).title}"
                yield equation(cell, key, "text")
                rows = sum_rows(trace, key, unit, t, 0, digits)
                yield _grid(rows, "left", "right", "left", "right", "left", "right")
        elif rest:
            made = list(names)
            yield ""
            yield f"t = {t + 1}, unit {unit + 1}: state"
            yield from (equation(cell, name, "text") for name in cell.next_state if name in made)
            yield _grid(
                state_rows(trace, made, unit, t, 0, digits), "left", "right", "left", "right"
            )


def _grid(rows: Iterable[tuple[str, ...]], *justify: Literal["left", "right"]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for side in justify:
        grid.add_column(justify=side, no_wrap=True)
    for label, *cells in rows:
        grid.add_row(f"  {label}", *cells)
    return grid
