"""What the commands that make a page share: how it looks, and the player's records."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from rnnviz.cells import CELLS
from rnnviz.cli.gathering import gathered
from rnnviz.cli.look import digits_option, title_option
from rnnviz.cli.picks import Picks, picked
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source
from rnnviz.storyboard import DETAILS

PAGE_THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class PageLook:
    """The look options of a page as given."""

    title: str
    theme: str
    detail: str
    digits: int


_OPTIONS = (
    title_option,
    click.option(
        "--theme",
        type=click.Choice(PAGE_THEMES),
        default="auto",
        help="Colours; auto follows the reader's system.  [auto]",
    ),
    click.option(
        "--detail", type=click.Choice(DETAILS), default="full", help="Of every timestep.  [full]"
    ),
    digits_option,
)
page_options = gathered("look", PageLook, _OPTIONS)
cells_argument = click.argument(
    "cells", type=click.Choice(tuple(CELLS), case_sensitive=False), nargs=-1, required=True,
    metavar="CELL...",
)  # fmt: skip


def page_text(
    cells: Sequence[str],
    look: PageLook,
    picks: Picks,
    source: Source,
    *,
    snippet: bool = False,
    beat: str = "",
) -> str:
    """Return a page with a player for each cell, or their snippets.

    Raises UsageError and RnnvizError for a ``beat`` to start at that is on none of them.
    """
    from rnnviz.web.page import page_of, snippet_of
    from rnnviz.web.record import record
    from rnnviz.web.walks import check_beat

    records = []
    wanted, key = _start(cells, beat)
    for place, cell in enumerate(cells):
        read = read_trace(cell, source)
        if key and place == wanted:
            check_beat(read.trace.cell, read.trace.length(), key)
        records.append(
            record(
                picked(read.trace, picks),
                digits=look.digits,
                detail=look.detail,
                title=(look.title if len(cells) == 1 else "") or read.title,
                where=read.where,
            )
        )
    theme = "" if look.theme == "auto" else look.theme
    if snippet:
        return "".join(snippet_of(one, theme) for one in records)
    return page_of(records, look.title, theme)


def _start(cells: Sequence[str], beat: str) -> tuple[int, str]:
    """Return the place of the cell to start at, from 0, and the id of its beat, or none."""
    if len(cells) == 1 or not beat:
        return 0, beat
    kind, colon, key = beat.partition(":")
    if not (colon and key and kind in cells):
        raise click.UsageError(
            f"--beat: wanted CELL:ID with several cells, such as {cells[0]}:t1.in, got {beat!r}"
        )
    return cells.index(kind), key
