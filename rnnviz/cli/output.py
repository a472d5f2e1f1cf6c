"""Where a command may write: the checks that come before any work."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rnnviz.cli.gathering import Decorator
from rnnviz.errors import RnnvizError
from rnnviz.files import check_replaceable


def output_options(files: str) -> Decorator:
    """Return what adds --output, of these files, and --force to a command that writes one file."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        kind = click.Path(path_type=Path)
        command = click.option("--force", is_flag=True, help="Replace an existing file.")(command)
        return click.option(
            "-o",
            "--output",
            required=True,
            type=kind,
            metavar="FILE",
            help=f"File to write, {files}.",
        )(command)

    return add


def check_output(output: Path, force: bool, folder: bool = False) -> None:
    """Raise click's UsageError unless ``output`` can be made, or replaced with ``--force``."""
    try:
        check_replaceable(output, folder)
    except RnnvizError as error:
        raise click.UsageError(f"--{error}") from None
    if os.path.lexists(output) and not force:
        raise click.UsageError(f"--output: {str(output)!r} exists; --force replaces it")
