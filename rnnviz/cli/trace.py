"""``rnnviz trace``: every number of a cell, as a file."""

import os
from pathlib import Path

import click

from rnnviz.cells import CELLS
from rnnviz.cli.output import check_output, output_options
from rnnviz.cli.picks import Picks, pick_options, picked
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source, source_options
from rnnviz.tracing import Trace

WRITERS = {".json": Trace.to_json, ".csv": Trace.to_csv, ".npz": Trace.to_npz}


@click.command()
@click.argument("cell", type=click.Choice(tuple(CELLS), case_sensitive=False))
@output_options(".json, .csv or .npz")
@pick_options
@source_options
def trace(cell: str, output: Path, force: bool, picks: Picks, source: Source) -> None:
    """Write every number of a cell to a file.

    JSON and npz can be read back with rnnviz.from_json and from_npz; CSV has a line a number, of
    --units and --inputs alone if they are given.
    """
    write = WRITERS.get(output.suffix.lower())
    if write is None:
        found = repr(output.suffix) if output.suffix else "none"
        raise click.UsageError(
            f"--output: wanted an extension of {', '.join(WRITERS)}, got {found}"
        )
    if picks != Picks() and write is not Trace.to_csv:
        option = "--units" if picks.units else "--inputs"
        raise click.UsageError(
            f"{option}: wanted with .csv (other files hold all, so that they can be checked), "
            f"got {output.suffix!r}"
        )
    check_output(output, force)
    made = picked(read_trace(cell, source, batch=True).trace, picks)
    write(made, output)
    click.echo(os.fsencode(output))  # as bytes: a name need not be text
