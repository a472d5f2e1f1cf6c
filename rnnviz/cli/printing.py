"""Tables and lines on standard output: through rich, plain where it is no terminal."""

import io
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

PLAIN_WIDTH = 100  # characters a line where there is no terminal to ask


def line_width() -> int:
    """Return how many characters a line may have: the terminal's, at least 60, or 100."""
    if not sys.stdout.isatty():
        return PLAIN_WIDTH
    return max(60, shutil.get_terminal_size().columns)


def print_parts(parts: "Iterable[RenderableType]", width: int) -> None:
    """Print part by part through rich, which aligns and colours; plain without a terminal."""
    from rich.console import Console

    tty = sys.stdout.isatty()
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
