"""``rnnviz show``: every number of a cell in the terminal, or the making of one unit's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from rnnviz.arrays import Array
from rnnviz.cells import CELLS, Cell
from rnnviz.cli.picks import Picks, pick_options, picked
from rnnviz.cli.printing import line_width, print_parts
from rnnviz.cli.reading import Read, read_trace
from rnnviz.cli.source import Source, source_options
from rnnviz.equations import steps_written
from rnnviz.excerpt import Excerpt
from rnnviz.rounding import DIGITS
from rnnviz.rounding import show as shown
from rnnviz.tracing import Trace
from rnnviz.transcripts import head

if TYPE_CHECKING:
    from rich.console import RenderableType


@click.command()
@click.argument("cell", type=click.Choice(tuple(CELLS), case_sensitive=False))
@click.option("--t", "t", type=click.IntRange(min=1), help="Only this timestep, from 1.")
@click.option("--unit", type=click.IntRange(min=1), help="How this unit's numbers come about.")
@click.option("--gate", help="With --unit: only this gate, such as f.")
@click.option(
    "--digits", type=click.IntRange(1, 9), default=DIGITS, show_default=True, help="Decimals."
)
@pick_options
@source_options
def show(
    cell: str,
    t: int | None,
    unit: int | None,
    gate: str | None,
    digits: int,
    picks: Picks,
    source: Source,
) -> None:
    """Show every number of a cell in the terminal.

    Timesteps, units and inputs count from 1. A value is marked ≈ where the numbers as shown do not
    give it exactly.
    """
    if gate is not None and unit is None:
        raise click.UsageError("--gate: wanted --unit too, got --gate alone")
    gates = _gates(CELLS[cell], gate)
    read = read_trace(cell, source)
    read = replace(read, trace=picked(read.trace, picks))
    sizes = read.trace.sizes
    for name, number, size in (("--t", t, sizes["T"]), ("--unit", unit, sizes["H"])):
        if number is not None and number > size:
            raise click.UsageError(f"{name}: wanted 1 to {size}, got {number}")
    steps = range(sizes["T"]) if t is None else (t - 1,)
    width = line_width()
    print_parts(_parts(read, steps, unit, gates, digits, width, rest=gate is None), width)


def _parts(
    read: Read,
    steps: Iterable[int],
    unit: int | None,
    gates: tuple[str, ...],
    digits: int,
    width: int,
    *,
    rest: bool,
) -> "Iterator[RenderableType]":
    from rnnviz.cli.worked import worked_unit

    trace = read.trace
    yield head(trace, read.where)
    for step in steps:
        if unit is None:
            yield from _timestep(trace, step, digits, width)
        else:
            yield from worked_unit(trace, step, unit - 1, gates, digits, rest=rest)


def _gates(cell: Cell, gate: str | None) -> tuple[str, ...]:
    keys = tuple(one.key for one in cell.gates)
    if gate is None:
        return keys
    if gate not in keys:
        raise click.UsageError(f"--gate: wanted one of {', '.join(keys)}, got {gate!r}")
    return (gate,)


def _timestep(trace: Trace, t: int, digits: int, width: int) -> "Iterator[RenderableType]":
    """Yield one timestep's values; picked inputs and units have tables of their own."""
    vectors = trace.at(t)
    if isinstance(trace, Excerpt):
        inputs = {name: vectors.pop(name) for name in trace.cell.inputs}
        yield from _tables(trace, inputs, (f"t = {t + 1}", "input"), digits, width)
        yield from _tables(trace, vectors, (f"t = {t + 1}", "unit"), digits, width)
    else:
        yield from _tables(trace, vectors, (f"t = {t + 1}", ""), digits, width)


def _tables(
    trace: Trace, vectors: Mapping[str, Array], heads: tuple[str, str], digits: int, width: int
) -> "Iterator[RenderableType]":
    """Yield vectors as rows, in as many tables side by side as the width asks for."""
    from rich.table import Table

    cell = trace.cell
    numbers = {
        name: [shown(float(vector[k]), digits, within=cell.range(name)) for k in trace.shown(name)]
        for name, vector in vectors.items()
    }
    indices = max((trace.shown(name) for name in vectors), key=len)
    made = steps_written(cell)
    left = sum(max(map(len, column)) + 2 for column in (numbers, made.values()))
    widest = max(len(number) for row in numbers.values() for number in row)
    columns = len(indices)
    per_table = max(1, (width - left) // (widest + 2))
    strong = {gate.key for gate in cell.gates} | set(cell.next_state)
    for start in range(0, columns, per_table):
        stop = min(start + per_table, columns)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in heads:
            table.add_column(column, no_wrap=True)
        for k in indices[start:stop]:
            table.add_column(str(k + 1), justify="right", no_wrap=True, min_width=widest)
        for name, row in numbers.items():
            if row[start:stop]:
                style = "bold" if name in strong else ""
                table.add_row(name, made.get(name, ""), *row[start:stop], style=style)
        yield ""
        yield table
