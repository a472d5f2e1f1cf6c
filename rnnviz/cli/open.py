"""``rnnviz open``: a page in the default browser."""

import tempfile
import webbrowser
from pathlib import Path

import click

from rnnviz.cli.pages import PageLook, names_argument, page_options, page_text
from rnnviz.cli.picks import Picks, pick_options
from rnnviz.cli.source import Source, source_options


@click.command()
@names_argument
@click.option(
    "--beat",
    default="",
    metavar="ID",
    help="Start at this beat, such as t1.f; with several players lstm:t1.f.",
)
@page_options
@pick_options
@source_options
def open(  # noqa: A001 - the command's name
    names: tuple[str, ...], beat: str, look: PageLook, picks: Picks, source: Source
) -> None:
    """Step through cells and figures in the default browser.

    NAME is rnn, lstm, gru or a figure. The page is written to a temporary folder, whose path is
    printed.
    """
    from rnnviz.web.page import write

    text = page_text(names, look, picks, source, beat=beat)
    path = Path(tempfile.mkdtemp(prefix="rnnviz-")) / f"{'-'.join(names)}.html"
    write(text, path)
    click.echo(path)
    address = path.as_uri() + (f"#{beat}" if beat else "")
    if not webbrowser.open(address):
        raise click.ClickException(f"wanted a browser to open {address}, found none")
