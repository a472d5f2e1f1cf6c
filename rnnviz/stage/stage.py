"""Plays the beats of a storyboard in a manim scene."""

from collections.abc import Callable, Iterable

from manim import Animation, Camera, ManimColor, Scene, VGroup, VMobject, smooth
from manim.utils.rate_functions import squish_rate_func

from rnnviz.cues import Cue
from rnnviz.stage import arriving, flowing, working
from rnnviz.stage.drawing import Drawing, bystanders, focus_wires
from rnnviz.stage.formula import Formula
from rnnviz.stage.frame import Frame
from rnnviz.stage.lights import Lights
from rnnviz.stage.motion import fade_in, fade_out, introduce
from rnnviz.stage.panels import heading, panel_for
from rnnviz.stage.pen import Panel, Pen
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Typesetter
from rnnviz.storyboard import Beat, Storyboard
from rnnviz.theme import Theme

READING = 16.0  # characters a second
COMING = 0.45  # seconds in which a caption can be read already while it comes
SHORTEST_HOLD, RECAP_HOLD = 1.3, 3.0
FIRST_HALF = squish_rate_func(smooth, 0.0, 0.5)  # so that two texts never stand in one place
LAST_HALF = squish_rate_func(smooth, 0.5, 1.0)
ARRIVALS = ("in", "all")  # beats in which a timestep starts


class Stage:
    """Draws the diagram of a storyboard in ``scene`` and plays its beats, one at a time.

    ``pace`` stretches all times (2 is half as fast). ``after`` is called with each beat once its
    motion is over and its picture stands; ``cues`` are the times of all beats so far.
    """

    def __init__(
        self,
        scene: Scene,
        board: Storyboard,
        theme: Theme,
        title: str = "",
        pace: float = 1.0,
        after: Callable[[Beat], None] | None = None,
    ) -> None:
        self.scene, self.board, self.pace = scene, board, pace
        self.theme = theme = theme.of(board.trace.cell)
        self.after = after
        self.pen = Pen(board, theme, Typesetter())
        self.drawing = Drawing(self.pen)
        self.frame = Frame(self.pen, title or f"{board.trace.cell.title} cell")
        self.lights = Lights(self.drawing)
        self.panel = Panel(grouped())
        self.formula: Formula | None = None
        self.caption, self.strip, self.focus = grouped(), grouped(), grouped()
        self.t = -1
        self.has_worked = False
        self.cues: list[Cue] = []
        paint_background(scene, theme)
        scene.add(self.frame.standing, *self.drawing.parts)

    def play(self, beat: Beat) -> None:
        """Show one beat: what it is about, its motion, then a hold long enough to read it."""
        self.scene.next_section(beat.id)
        start = self.now
        self._open(beat)
        if beat.key in ARRIVALS:
            arriving.arrive(self, beat, told=beat.key == "in")
        if beat.focus is not None:
            working.work_out(self, beat)
        elif beat.reveals and beat.key != "in":
            flowing.flow(self, beat)
        self.scene.add(self.panel.group)  # its parts came one by one; they leave together
        if self.after is not None:
            self.after(beat)
        told = self.now
        shortest = RECAP_HOLD if beat.key == "recap" else SHORTEST_HOLD
        reading = len(beat.caption) / READING - COMING
        self.scene.wait(self.pace * max(shortest, reading))
        self.cues.append(Cue(beat, start, told, self.now))

    @property
    def now(self) -> float:
        """The time of the video in seconds."""
        return float(self.scene.time)

    # What the motions are made of

    def run(self, *animations: Animation, seconds: float) -> None:
        """Play some animations together, at the stage's pace."""
        if animations:
            introduce(self.scene, animations)
            self.scene.play(*animations, run_time=seconds * self.pace)

    def tell(self, beat: Beat) -> list[Animation]:
        """Return what puts the caption of a beat in place of what stood there."""
        leaving = [fade_out(self.caption, rate_func=FIRST_HALF)] if len(self.caption) else []
        self.caption = self.frame.caption(beat.caption)
        coming = [fade_in(self.caption, rate_func=LAST_HALF)] if len(self.caption) else []
        return [*leaving, *coming]

    def light_formula(self, symbols: Iterable[str]) -> list[Animation]:
        """Return what lights some symbols of the equation, and only these."""
        return [] if self.formula is None else self.formula.light(symbols)

    def restore_formula(self) -> list[Animation]:
        """Return what gives the whole equation its colours again."""
        return [] if self.formula is None else self.formula.restore()

    # How a beat starts

    def _open(self, beat: Beat) -> None:
        """Change timestep, panel, lights and the words in the band."""
        old = [group for group in (self.panel.group, self.caption, self.focus) if len(group)]
        self.run(*(fade_out(group) for group in old), seconds=0.15)
        self.caption = self._words(beat)
        entering: list[VMobject] = [self.caption] if len(self.caption) else []
        if beat.t != self.t:
            changes = [*self._new_strip(beat), *map(fade_in, entering)]
            entering = []
            if self.t >= 0:
                arriving.turn(self, beat, *changes)
            else:
                self.run(*changes, seconds=0.3)
        self.panel = panel_for(self.pen, beat)
        head, self.formula = heading(self.pen, beat)
        self.focus = focus_wires(self.drawing, beat)
        entering += [group for group in (head, *self.panel.first) if len(group)]
        changes = [*self.lights.unlight(), *self.lights.light(beat, self._at_once(beat))]
        if len(self.focus):
            self.scene.add(self.focus, *bystanders(self.drawing, beat))
            changes.append(fade_in(self.focus))
        if beat.key not in ARRIVALS:
            changes += self.lights.supply(beat)
        self.t = beat.t
        self.run(*changes, *map(fade_in, entering), seconds=0.3)
        self.scene.add(self.drawing.notes)  # over the wires in focus
        self.panel.group.add(head)

    def _at_once(self, beat: Beat) -> Iterable[str]:
        """Return the nodes that light up as a beat starts; others wait for their values."""
        cell = self.board.trace.cell
        computed = beat.reveals and beat.focus is None
        return (*cell.inputs, *cell.states) if computed else beat.lights

    def _words(self, beat: Beat) -> VGroup:
        """Return what the band says while a beat moves: its lead, or the caption if it does not."""
        if not beat.reveals:
            return self.frame.caption(beat.caption)
        return self.frame.caption(beat.lead).set_fill(self.theme.muted) if beat.lead else grouped()

    def _new_strip(self, beat: Beat) -> list[Animation]:
        leaving = [fade_out(self.strip)] if len(self.strip) else []
        self.strip = self.frame.strip(beat.t)
        return [*leaving, fade_in(self.strip)]


def paint_background(scene: Scene, theme: Theme) -> None:
    """Give a scene the theme's background; a transparent render keeps its own opacity."""
    assert isinstance(scene.camera, Camera), "the stage draws with cairo"
    scene.camera.background_color = ManimColor(theme.background)
