"""The manim scenes that those in ``scenes/`` are short versions of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from manim import Scene

from rnnviz.cells import CELLS
from rnnviz.cues import Cue
from rnnviz.errors import RnnvizError
from rnnviz.rounding import DIGITS
from rnnviz.stage import legend
from rnnviz.stage.frame import Frame
from rnnviz.stage.morph import FIRST_HALF, LAST_HALF
from rnnviz.stage.motion import fade_in, fade_out, in_time, staggered
from rnnviz.stage.pen import Pen
from rnnviz.stage.stage import Stage, paint_background
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.storyboard import Beat, Storyboard, walk
from rnnviz.theme import LIGHT, Theme
from rnnviz.tracing import Trace, trace
from rnnviz.transcripts import numbers, written


@dataclass(frozen=True, eq=False)
class View:
    """What a scene shows and how: trace, sample b, digits, theme, title (or its own), pace.

    ``detail`` is that of the walk; without ``captions`` the band at the foot is left out.
    """

    trace: Trace
    b: int = 0
    digits: int = DIGITS
    theme: Theme = LIGHT
    title: str = ""
    pace: float = 1.0
    detail: str = "full"
    captions: bool = True


class TracedScene(Scene):
    """A scene that shows a trace of ``cell``: the one in ``view``, or the demo.

    ``rnnviz render`` sets ``view``, in the scene's own ``theme`` unless told otherwise, and counts
    the beats of ``storyboard``.
    """

    cell = "lstm"
    theme: Theme = LIGHT
    view: View | None = None
    storyboard: Storyboard | tuple[Beat, ...] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        """Raise RnnvizError for a cell that there is not and a theme that is none."""
        super().__init_subclass__(**options)
        if not isinstance(cls.theme, Theme):
            raise RnnvizError(
                f"{cls.__name__}.theme: wanted a Theme such as rnnviz.stage.DARK, got {cls.theme!r}"
            )
        if cls.cell not in tuple(CELLS):
            known = ", ".join(CELLS)
            raise RnnvizError(f"{cls.__name__}.cell: wanted one of {known}, got {cls.cell!r}")

    def seen(self) -> View:
        """Return the view that was set, or that of the demo."""
        return self.view or View(trace(self.cell), theme=self.theme)

    def heading(self) -> str:
        """Return the title of the picture and of the video."""
        view = self.seen()
        return view.title or f"{view.trace.cell.title} cell"

    def cues(self) -> Sequence[Cue]:
        """Return when each beat was seen, in order: what subtitles and chapters are made from."""
        return ()

    def standing(self, played: Sequence[Beat]) -> Sequence[Beat]:
        """Return the beats that the picture after those that were ``played`` is the end of."""
        return played[-1:]

    def transcript(self, beats: Iterable[Beat], starts: Sequence[float] = ()) -> str:
        """Return the text of some beats, with the times in seconds at which they were seen."""
        view = self.seen()
        board = walk(view.trace, view.b, view.digits)
        return written(self.heading(), board, beats, self.details, starts)

    def details(self, beat: Beat) -> Iterable[str]:
        """Return what the picture says at a beat besides its words, line by line."""
        return ()

    def after(self, beat: Beat) -> None:
        """Do nothing; progress bars and tests look at the picture here, at the end of each beat."""


class CellScene(TracedScene):
    """Walks through one cell; a subclass names it and may choose beats or add its own motion."""

    def setup(self) -> None:
        """Compute the trace where none was given, and put up the standing picture."""
        view = self.seen()
        board: object = self.plan(view)
        if not isinstance(board, Storyboard):
            name = type(self).__name__
            raise RnnvizError(f"{name}.plan: wanted a Storyboard returned, got {board!r}")
        self.storyboard = board
        title = self.heading()
        self.stage = Stage(self, self.storyboard, view.theme, title, view.pace, self.after)
        if not view.captions:
            self.stage.frame.hide_captions()

    def plan(self, view: View) -> Storyboard:
        """Return the storyboard to play; a lecture may choose beats or captions of its own."""
        return walk(view.trace, view.b, view.digits, view.detail)

    def construct(self) -> None:
        """Play the whole walk."""
        self.play_beats(*(beat.id for beat in self.storyboard))

    def play_beats(self, *ids: str) -> None:
        """Play the beats with these ids one after another; RnnvizError for an unknown one."""
        for beat in [self.stage.board[beat_id] for beat_id in ids]:
            self.stage.play(beat)

    def cues(self) -> Sequence[Cue]:
        """Return when the stage played each beat."""
        return self.stage.cues

    def details(self, beat: Beat) -> Iterable[str]:
        """Return the values that a beat reveals, and the sum of the neuron in focus."""
        return numbers(self.stage.board, beat)


class LegendScene(TracedScene):
    """Shows what the picture's parts mean, with values of an LSTM; what has come in stays."""

    def setup(self) -> None:
        """Write all parts, none of them shown yet; RnnvizError unless the trace is an LSTM's."""
        view = self.seen()
        if view.trace.cell.name != "lstm":
            raise RnnvizError(f"legend: wanted a trace of an LSTM, got {view.trace.cell.title}")
        self.pace, self.storyboard = view.pace, legend.BEATS
        pen = Pen(walk(view.trace, view.b, view.digits), view.theme, Typesetter())
        self.frame = Frame(pen, self.heading())
        if not view.captions:
            self.frame.hide_captions()
        self.parts = dict(zip(legend.BEATS, legend.parts(pen), strict=True))
        self.played: list[Cue] = []
        paint_background(self, view.theme)
        self.add(self.frame.standing)

    def construct(self) -> None:
        """Bring in each beat's parts one after another."""
        caption = grouped()
        for beat, parts in self.parts.items():
            self.next_section(beat.id)
            start = float(self.time)
            leaving = [fade_out(caption, rate_func=FIRST_HALF)] if len(caption) else []
            caption = self.frame.caption(beat.caption)
            entering = [fade_in(caption, rate_func=LAST_HALF)] if len(caption) else []
            coming = in_time(staggered(*map(fade_in, parts), lag=0.3))
            self.play(*leaving, *entering, *coming, run_time=2.0 * self.pace)
            self.after(beat)
            told = float(self.time)
            self.wait(legend.HOLD * self.pace)
            self.played.append(Cue(beat, start, told, float(self.time)))

    def heading(self) -> str:
        """Return the title of the picture and of the video."""
        return self.seen().title or "Legend"

    def cues(self) -> Sequence[Cue]:
        """Return when each beat was seen."""
        return self.played

    def standing(self, played: Sequence[Beat]) -> Sequence[Beat]:
        """Return all beats that were played: what has come in stays."""
        return played

    def details(self, beat: Beat) -> Iterable[str]:
        """Return the texts of the parts that a beat brings in, a line each."""
        for part in self.parts[beat]:
            texts = [one.text for one in part.get_family() if isinstance(one, Label)]
            if texts:
                yield " | ".join(texts)
