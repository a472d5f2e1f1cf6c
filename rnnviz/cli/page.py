"""``rnnviz page``: cells and figures to step through, as one HTML file without network."""

import os
from pathlib import Path

import click

from rnnviz.cli.output import check_output, output_options
from rnnviz.cli.pages import PageLook, names_argument, page_options, page_text
from rnnviz.cli.picks import Picks, pick_options
from rnnviz.cli.source import Source, source_options


@click.command()
@names_argument
@output_options(".html")
@click.option("--snippet", is_flag=True, help="Only what another page can take in.")
@page_options
@pick_options
@source_options
def page(
    names: tuple[str, ...],
    output: Path,
    snippet: bool,
    force: bool,
    look: PageLook,
    picks: Picks,
    source: Source,
) -> None:
    """Write a page that steps through cells and figures.

    NAME is rnn, lstm, gru or a figure of `rnnviz scenes`; several are shown one below the other.
    The page loads nothing. Behind its address, #t2.f is the beat that it starts at.
    """
    if output.suffix.lower() not in (".html", ".htm"):
        found = repr(output.suffix) if output.suffix else "none"
        raise click.UsageError(f"--output: wanted an extension of .html, got {found}")
    check_output(output, force)
    from rnnviz.web.page import write

    write(page_text(names, look, picks, source, snippet=snippet), output)
    click.echo(os.fsencode(output))  # as bytes: a name need not be text
