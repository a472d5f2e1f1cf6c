"""Where a command may write: the checks that come before any work."""

import os
from pathlib import Path

import click


def check_output(output: Path, force: bool, folder: bool = False) -> None:
    """Raise click's UsageError unless ``output`` can be made, or replaced with ``--force``."""
    parent = output.parent
    if not parent.is_dir():
        raise click.UsageError(f"--output: wanted an existing folder, got {str(parent)!r}")
    if not os.access(parent, os.W_OK):
        raise click.UsageError(
            f"--output: wanted a folder that can be written, got {str(parent)!r}"
        )
    if output.is_dir() and not folder:
        raise click.UsageError(f"--output: wanted a file, got the folder {str(output)!r}")
    if folder and output.exists() and not output.is_dir():
        raise click.UsageError(f"--output: wanted a folder for frames, got {str(output)!r}")
    if os.path.lexists(output) and not force:
        raise click.UsageError(f"--output: {str(output)!r} exists; --force replaces it")
