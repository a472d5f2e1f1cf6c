"""Where a command may write: the checks that come before any work."""

import os
from pathlib import Path

import click

from rnnviz.errors import RnnvizError
from rnnviz.files import check_replaceable


def check_output(output: Path, force: bool, folder: bool = False) -> None:
    """Raise click's UsageError unless ``output`` can be made, or replaced with ``--force``."""
    try:
        check_replaceable(output, folder)
    except RnnvizError as error:
        raise click.UsageError(f"--{error}") from None
    if os.path.lexists(output) and not force:
        raise click.UsageError(f"--output: {str(output)!r} exists; --force replaces it")
