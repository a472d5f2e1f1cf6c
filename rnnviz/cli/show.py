"""``rnnviz show``: every number of a cell in the terminal, or the making of one unit's."""

import io
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from rnnviz.cells import CELLS, Cell
from rnnviz.cli.source import Source, read_trace, source_options
from rnnviz.ops import OPS
from rnnviz.rounding import DIGITS
from rnnviz.rounding import show as shown
from rnnviz.tracing import Trace

if TYPE_CHECKING:
    from rich.console import RenderableType

PLAIN_WIDTH = 100  # characters a line where there is no terminal to ask


@click.command()
@click.argument("cell", type=click.Choice(tuple(CELLS), case_sensitive=False))
@click.option("--t", "t", type=click.IntRange(min=1), help="Only this timestep, from 1.")
@click.option("--unit", type=click.IntRange(min=1), help="How this unit's numbers come about.")
@click.option("--gate", help="With --unit: only this gate, such as f.")
@click.option(
    "--digits", type=click.IntRange(1, 9), default=DIGITS, show_default=True, help="Decimals."
)
@source_options
def show(
    cell: str, t: int | None, unit: int | None, gate: str | None, digits: int, source: Source
) -> None:
    """Show every number of a cell in the terminal.

    Timesteps, units and inputs count from 1. A value is marked ≈ where the numbers as shown do not
    give it exactly.
    """
    if gate is not None and unit is None:
        raise click.UsageError("--gate: wanted --unit too, got --gate alone")
    gates = _gates(CELLS[cell], gate)
    trace = read_trace(cell, source)
    sizes = trace.sizes
    for name, number, size in (("--t", t, sizes["T"]), ("--unit", unit, sizes["H"])):
        if number is not None and number > size:
            raise click.UsageError(f"{name}: wanted 1 to {size}, got {number}")
    steps = range(sizes["T"]) if t is None else (t - 1,)
    tty = sys.stdout.isatty()
    width = max(60, shutil.get_terminal_size().columns) if tty else PLAIN_WIDTH
    _write(_parts(trace, steps, unit, gates, digits, width, rest=gate is None), tty, width)


def _parts(
    trace: Trace,
    steps: Iterable[int],
    unit: int | None,
    gates: tuple[str, ...],
    digits: int,
    width: int,
    *,
    rest: bool,
) -> "Iterator[RenderableType]":
    from rnnviz.cli.worked import worked_unit

    yield _head(trace)
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


def _head(trace: Trace) -> str:
    units = {"T": "timestep", "B": "sample", "I": "input", "H": "hidden unit"}
    sizes = (
        f"{letter} = {size} {units[letter]}{'s' * (size != 1)}"
        for letter, size in trace.sizes.items()
    )
    return f"{trace.cell.title} · {trace.cell.convention}\n{', '.join(sizes)}"


def _timestep(trace: Trace, t: int, digits: int, width: int) -> "Iterator[RenderableType]":
    """Yield one timestep's values, in as many tables side by side as the width asks for."""
    from rich.table import Table

    cell = trace.cell
    numbers = {
        name: [shown(float(value), digits, within=cell.range(name)) for value in vector]
        for name, vector in trace.at(t).items()
    }
    made = {step.name: OPS[step.op].text.format(*step.args) for step in cell.steps}
    left = sum(max(map(len, column)) + 2 for column in (numbers, made.values()))
    widest = max(len(number) for row in numbers.values() for number in row)
    columns = max(len(row) for row in numbers.values())
    per_table = max(1, (width - left) // (widest + 2))
    strong = {gate.key for gate in cell.gates} | set(cell.next_state)
    for start in range(0, columns, per_table):
        stop = min(start + per_table, columns)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(f"t = {t + 1}", no_wrap=True)
        table.add_column("", no_wrap=True)
        for k in range(start, stop):
            table.add_column(str(k + 1), justify="right", no_wrap=True, min_width=widest)
        for name, row in numbers.items():
            if row[start:stop]:
                style = "bold" if name in strong else ""
                table.add_row(name, made.get(name, ""), *row[start:stop], style=style)
        yield ""
        yield table


def _write(parts: "Iterable[RenderableType]", tty: bool, width: int) -> None:
    """Print part by part through rich, which aligns and colours; plain without a terminal."""
    from rich.console import Console

    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=tty,
        color_system="auto" if tty else None,
        markup=False,
        highlight=False,
        emoji=False,
    )
    for part in parts:
        with console.capture() as capture:
            console.print(part)
        for line in capture.get().splitlines():
            click.echo(line if tty else line.rstrip())
