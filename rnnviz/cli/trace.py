"""``rnnviz trace``: every number of a cell, as a file."""

import os
from pathlib import Path

import click

from rnnviz.cells import CELLS
from rnnviz.cli.output import check_output
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source, source_options
from rnnviz.tracing import Trace

WRITERS = {".json": Trace.to_json, ".csv": Trace.to_csv, ".npz": Trace.to_npz}


@click.command()
@click.argument("cell", type=click.Choice(tuple(CELLS), case_sensitive=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write: .json, .csv or .npz.",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@source_options
def trace(cell: str, output: Path, force: bool, source: Source) -> None:
    """Write every number of a cell to a file.

    JSON and npz can be read back with rnnviz.from_json and from_npz; CSV has a line a number.
    """
    write = WRITERS.get(output.suffix.lower())
    if write is None:
        found = repr(output.suffix) if output.suffix else "none"
        raise click.UsageError(
            f"--output: wanted an extension of {', '.join(WRITERS)}, got {found}"
        )
    check_output(output, force)
    write(read_trace(cell, source, batch=True).trace, output)
    click.echo(os.fsencode(output))  # as bytes: a name need not be text
