"""The manim scene that every cell scene is a short version of."""

from dataclasses import dataclass
from typing import Any

from manim import Scene

from rnnviz.rounding import DIGITS
from rnnviz.stage.stage import Stage
from rnnviz.stage.theme import LIGHT, Theme
from rnnviz.storyboard import Storyboard, walk
from rnnviz.tracing import Trace, trace


@dataclass(frozen=True, eq=False)
class View:
    """What a scene shows and how: trace, sample b, digits, theme, title (or the cell's), pace."""

    trace: Trace
    b: int = 0
    digits: int = DIGITS
    theme: Theme = LIGHT
    title: str = ""
    pace: float = 1.0


class CellScene(Scene):
    """Walks through one cell; a subclass names the cell and may override ``construct``.

    ``view`` is set by ``rnnviz render``; without it the scene shows the demo.
    """

    cell = "lstm"
    view: View | None = None

    def setup(self) -> None:
        """Compute the trace where none was given, and put up the standing picture."""
        view = self.view or View(trace(self.cell))
        self.storyboard = self.plan(view)
        self.stage = Stage(self, self.storyboard, view.theme, view.title, view.pace, self.after)

    def plan(self, view: View) -> Storyboard:
        """Return the storyboard to play; a lecture may choose beats or captions of its own."""
        return walk(view.trace, view.b, view.digits)

    def after(self, beat: Any) -> None:
        """Do nothing; progress bars and tests look at the picture here, at the end of each beat."""

    def construct(self) -> None:
        """Play the whole walk."""
        for beat in self.storyboard:
            self.stage.play(beat)
