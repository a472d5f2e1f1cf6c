"""How a render looks: the options for its theme, its words and its pace."""

from dataclasses import dataclass

import click

from rnnviz import subtitles
from rnnviz.cli.finite import Finite
from rnnviz.cli.gathering import gathered
from rnnviz.rounding import DIGITS
from rnnviz.storyboard import DETAILS, MOST_DIGITS

THEMES = ("light", "dark", "print")
CAPTIONS = ("burn", *subtitles.FORMATS, "off")


@dataclass(frozen=True)
class Look:
    """The look options as given; None is the scene's own theme."""

    theme: str | None
    title: str
    captions: str
    detail: str
    digits: int
    pace: float

    @property
    def subtitles(self) -> str:
        """The format of the captions' file, or empty."""
        return self.captions if self.captions in subtitles.FORMATS else ""


title_option = click.option("--title", default="", help="Heading instead of the cell's name.")
digits_option = click.option(
    "--digits", type=click.IntRange(1, MOST_DIGITS), default=DIGITS, help="Decimals.  [3]"
)
_OPTIONS = (
    click.option("--theme", type=click.Choice(THEMES), help="Colours.  [the scene's, or light]"),
    title_option,
    click.option(
        "--captions",
        type=click.Choice(CAPTIONS),
        default="burn",
        help="In the picture, in a file beside it, or none.  [burn]",
    ),
    click.option(
        "--detail",
        type=click.Choice(DETAILS),
        default="full",
        help="Of the first timestep.  [full]",
    ),
    digits_option,
    click.option("--pace", type=Finite(0.05, 20), default=1.0, help="2 is half as fast."),
)
look_options = gathered("look", Look, _OPTIONS)
