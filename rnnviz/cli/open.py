"""``rnnviz open``: a page in the default browser."""

import tempfile
import webbrowser
from pathlib import Path

import click

from rnnviz.cli.pages import PageLook, cells_argument, page_options, page_text
from rnnviz.cli.picks import Picks, pick_options
from rnnviz.cli.source import Source, source_options


@click.command()
@cells_argument
@click.option(
    "--beat",
    default="",
    metavar="ID",
    help="Start at this beat, such as t1.f; with several cells lstm:t1.f.",
)
@page_options
@pick_options
@source_options
def open(  # noqa: A001 - the command's name
    cells: tuple[str, ...], beat: str, look: PageLook, picks: Picks, source: Source
) -> None:
    """Step through a cell in the default browser.

    The page is written to a temporary folder, whose path is printed.
    """
    from rnnviz.web.page import write

    text = page_text(cells, look, picks, source, beat=beat)
    path = Path(tempfile.mkdtemp(prefix="rnnviz-")) / f"{'-'.join(cells)}.html"
    write(text, path)
    click.echo(path)
    address = path.as_uri() + (f"#{beat}" if beat else "")
    if not webbrowser.open(address):
        raise click.ClickException(f"wanted a browser to open {address}, found none")
