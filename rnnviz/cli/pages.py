"""What the commands that make a page share: how it looks, and the players' records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from rnnviz.cells import CELLS
from rnnviz.cli.figure_source import figure_read
from rnnviz.cli.gathering import gathered
from rnnviz.cli.look import digits_option, title_option
from rnnviz.cli.picks import Picks, picked
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source
from rnnviz.figures.catalogue import FIGURES, figure_named
from rnnviz.storyboard import DETAILS

PAGE_THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class PageLook:
    """The look options of a page as given."""

    title: str
    theme: str
    detail: str | None
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
        "--detail", type=click.Choice(DETAILS), help="Of every timestep of a cell.  [full]"
    ),
    digits_option,
)
page_options = gathered("look", PageLook, _OPTIONS)
names_argument = click.argument(
    "names", type=click.Choice((*CELLS, *FIGURES), case_sensitive=False), nargs=-1, required=True,
    metavar="NAME...",
)  # fmt: skip
Json = dict[str, Any]


def page_text(
    names: Sequence[str],
    look: PageLook,
    picks: Picks,
    source: Source,
    *,
    snippet: bool = False,
    beat: str = "",
) -> str:
    """Return a page with a player for each cell and figure, or their snippets.

    Raises UsageError and RnnvizError for a ``beat`` to start at that is on none of them.
    """
    from rnnviz.web.page import page_of, snippet_of

    if look.detail and not {*names} & {*CELLS}:
        raise click.UsageError(f"--detail: {names[0]} has its own beats and takes none")
    wanted, key = _start(names, beat)
    title = look.title if len(names) == 1 else ""
    records = [
        (_cell if name in CELLS else _figure)(
            name, look, title, picks, source, key if place == wanted else ""
        )
        for place, name in enumerate(names)
    ]
    theme = "" if look.theme == "auto" else look.theme
    if snippet:
        return "".join(snippet_of(one, theme) for one in records)
    return page_of(records, look.title, theme)


def _cell(name: str, look: PageLook, title: str, picks: Picks, source: Source, beat: str) -> Json:
    """Return the record of a cell that has the beat, if one is given."""
    from rnnviz.web.record import record
    from rnnviz.web.walks import check_beat

    read = read_trace(name, source)
    if beat:
        check_beat(read.trace.cell, read.trace.length(), beat)
    return record(
        picked(read.trace, picks),
        digits=look.digits,
        detail=look.detail or "full",
        title=title or read.title,
        where=read.where,
    )


def _figure(name: str, look: PageLook, title: str, picks: Picks, source: Source, beat: str) -> Json:
    """Return the record of a figure that has the beat, if one is given."""
    from rnnviz.web.figure_record import figure_record

    kind = figure_named(name)
    read = figure_read(kind, source, picks)
    figure = kind.drawn(read.trace, look.digits)
    if beat:
        figure[beat]  # RnnvizError unless there is one
    title = title or read.title
    return figure_record(figure.titled(title) if title else figure, name, read.trace.cell)


def _start(names: Sequence[str], beat: str) -> tuple[int, str]:
    """Return the place of the player to start at, from 0, and the id of its beat, or none."""
    if len(names) == 1 or not beat:
        return 0, beat
    name, colon, key = beat.partition(":")
    if not (colon and key and name in names):
        example = f"{names[0]}:{'t1.in' if names[0] in CELLS else 'recap'}"
        wanted = "CELL:ID with several cells" if {*names} <= {*CELLS} else "NAME:ID with several"
        raise click.UsageError(f"--beat: wanted {wanted}, such as {example}, got {beat!r}")
    return names.index(name), key
