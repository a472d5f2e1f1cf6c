"""The manim scenes that those in ``scenes/`` are short versions of."""

from dataclasses import dataclass

from manim import FadeIn, FadeOut, Scene, VGroup

from rnnviz.rounding import DIGITS
from rnnviz.stage import legend
from rnnviz.stage.frame import Frame
from rnnviz.stage.pen import Pen
from rnnviz.stage.stage import READING, Stage, paint_background
from rnnviz.stage.theme import LIGHT, Theme
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.storyboard import Beat, Storyboard, walk
from rnnviz.tracing import Trace, trace


@dataclass(frozen=True, eq=False)
class View:
    """What a scene shows and how: trace, sample b, digits, theme, title (or its own), pace."""

    trace: Trace
    b: int = 0
    digits: int = DIGITS
    theme: Theme = LIGHT
    title: str = ""
    pace: float = 1.0


class TracedScene(Scene):
    """A scene that shows a trace of ``cell``: the one in ``view``, or the demo.

    ``rnnviz render`` sets ``view`` and counts the beats of ``storyboard``.
    """

    cell = "lstm"
    view: View | None = None
    storyboard: Storyboard | tuple[Beat, ...]

    def seen(self) -> View:
        """Return the view that was set, or that of the demo."""
        return self.view or View(trace(self.cell))

    def after(self, beat: Beat) -> None:
        """Do nothing; progress bars and tests look at the picture here, at the end of each beat."""


class CellScene(TracedScene):
    """Walks through one cell; a subclass names it and may choose beats or add its own motion."""

    def setup(self) -> None:
        """Compute the trace where none was given, and put up the standing picture."""
        view = self.seen()
        self.storyboard = self.plan(view)
        self.stage = Stage(self, self.storyboard, view.theme, view.title, view.pace, self.after)

    def plan(self, view: View) -> Storyboard:
        """Return the storyboard to play; a lecture may choose beats or captions of its own."""
        return walk(view.trace, view.b, view.digits)

    def construct(self) -> None:
        """Play the whole walk."""
        for beat in self.storyboard:
            self.stage.play(beat)


class LegendScene(TracedScene):
    """Shows what the picture's parts mean, one column after another."""

    def setup(self) -> None:
        """Write the columns, of which none is shown yet."""
        view = self.seen()
        self.pace, self.storyboard = view.pace, legend.BEATS
        pen = Pen(walk(view.trace, view.b, view.digits), view.theme, Typesetter())
        self.frame = Frame(pen, view.title or "Legend")
        self.columns = legend.columns(pen)
        paint_background(self, view.theme)
        self.add(self.frame.standing)

    def construct(self) -> None:
        """Bring in a column a beat; all of them stay."""
        caption = VGroup()
        for beat, column in zip(self.storyboard, self.columns, strict=True):
            leaving = [FadeOut(caption)] if len(caption) else []
            caption = self.frame.caption(beat.caption)
            self.play(*leaving, FadeIn(caption), FadeIn(column), run_time=self.pace)
            self.after(beat)
            texts = [part.text for part in column.get_family() if isinstance(part, Label)]
            self.wait(self.pace * max(4.0, len(" ".join(texts)) / READING))
