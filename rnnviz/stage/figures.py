"""Plays the beats of a figure in a manim scene, and the scene that those in ``scenes/`` are."""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from manim import Animation, Dot, Scene, VGroup, VMobject, smooth
from manim.utils.rate_functions import squish_rate_func

from rnnviz.cues import Cue
from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.figure import Figure, Keyframe, Wave
from rnnviz.figures.marks import Mark, Wire
from rnnviz.figures.transcript import written
from rnnviz.stage.canvas import UNIT
from rnnviz.stage.flight import Fly, Travel
from rnnviz.stage.frame import Band
from rnnviz.stage.marks import Brush
from rnnviz.stage.morph import FIRST_HALF, LAST_HALF, become
from rnnviz.stage.motion import fade_in, fade_out, in_time, staggered
from rnnviz.stage.scene import TracedScene, View
from rnnviz.stage.stage import COMING, READING, RECAP_HOLD, SHORTEST_HOLD, paint_background
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Typesetter
from rnnviz.storyboard import Beat
from rnnviz.theme import Theme

LEAVING, MOVING, MORE, LONGEST = 0.3, 0.7, 0.05, 1.5  # seconds of a wave and for each mark in it
LAG = 0.25
LAYING = squish_rate_func(smooth, 0.0, 0.3)  # nothing runs along a wire that is not there yet
RUNNING = squish_rate_func(smooth, 0.3, 1.0)
BROUGHT = 0.5  # of a wave in which something runs along wires, from where on the rest comes
WIDEST = 900.0  # of the title


class FigureStage:
    """Shows the keyframes of a figure in ``scene``, one after another."""

    def __init__(
        self,
        scene: Scene,
        figure: Figure,
        theme: Theme,
        pace: float = 1.0,
        after: Callable[[Beat], None] | None = None,
        captioned: bool = True,
    ) -> None:
        self.scene, self.figure, self.pace, self.after = scene, figure, pace, after
        types = Typesetter()
        self.brush, self.band = Brush(theme, types), Band(types, theme)
        title = types.words(figure.title, 46, theme.ink, "bold").put(40, 58)
        if title.advance > WIDEST:
            raise RnnvizError(f"title: wanted at most 40 characters, got {len(figure.title)}")
        notes = [
            types.words(note, 24, theme.muted).put(1880, 34 + 32 * k, "right")
            for k, note in enumerate(figure.notes)
        ]
        if not captioned:
            self.band.hide_captions()
        self.standing = grouped(self.band.standing, title, *notes)
        self.caption = grouped()
        self.marks: dict[str, Mark] = {}
        self.shapes: dict[str, VGroup] = {}
        self.cues: list[Cue] = []
        paint_background(scene, theme)
        scene.add(self.standing)

    @property
    def now(self) -> float:
        """The time of the video in seconds."""
        return float(self.scene.time)

    def play(self, frame: Keyframe) -> None:
        """Show one keyframe: what goes, the waves of what comes and changes, then a hold."""
        beat = frame.beat
        self.scene.next_section(beat.id)
        start = self.now
        coming = {mark.id: mark for mark in frame.marks}
        order = [*coming]
        waved = {name for wave in frame.waves for name in wave.ids}
        gone = [name for name in self.marks if name not in coming and name not in waved]
        self._tell(
            beat.lead or beat.caption, [self._out(name) for name in gone], LEAVING, beat.lead
        )
        changed = [
            name for name in order if self.marks.get(name) != coming[name] and name not in waved
        ]
        waves = [Wave(tuple(changed)), *frame.waves] if changed else [*frame.waves]
        for k, wave in enumerate(waves):
            last = k == len(waves) - 1
            self._wave(wave, coming, order, beat.caption if last and beat.lead else "")
        if not waves and beat.lead:
            self._tell(beat.caption, [], LEAVING, "")
        self.marks = coming
        self._arrange(order)
        if self.after is not None:
            self.after(beat)
        told = self.now
        shortest = RECAP_HOLD if beat.key == "recap" else SHORTEST_HOLD
        self.scene.wait(self.pace * max(shortest, len(beat.caption) / READING - COMING))
        self.cues.append(Cue(beat, start, told, self.now))

    def _tell(self, text: str, others: list[Animation], seconds: float, lead: str) -> None:
        """Put words into the band while others leave."""
        self._run([*others, *self._words(text, bool(lead))], seconds)

    def _words(self, text: str, muted: bool = False) -> list[Animation]:
        leaving = [fade_out(self.caption, rate_func=FIRST_HALF)] if len(self.caption) else []
        self.caption = self.band.caption(text)
        if muted:
            self.caption.set_fill(self.brush.theme.muted)
        coming = [fade_in(self.caption, rate_func=LAST_HALF)] if len(self.caption) else []
        return [*leaving, *coming]

    def _wave(self, wave: Wave, coming: dict[str, Mark], order: list[str], caption: str) -> None:
        """Let what is in a wave come, change or go, and run along its wires."""
        entering: list[Animation] = []
        rest: list[Animation] = []
        new = {*wave.ids} - {*self.shapes} - {*wave.flights}
        laid = new & {name.removeprefix("-") for name in wave.pulses}
        for name in wave.ids:
            old, mark = self.shapes.get(name), coming.get(name)
            if mark is None:
                rest.append(self._out(name))
                continue
            drawn = self.brush.draw(mark)
            self.shapes[name] = drawn
            if name in wave.flights:
                entering.append(Fly(drawn, wave.flights[name]))
                rest += [fade_out(old)] if old is not None else []
            elif name in laid:
                rest.append(fade_in(drawn, rate_func=LAYING))
            elif old is None:
                entering.append(fade_in(drawn))
            else:
                rest += become(old, drawn)
        self._arrange(order)
        rest += self._pulses(wave.pulses, coming, laid)
        arriving = in_time(staggered(*entering, lag=min(LAG, 3.0 / max(len(entering), 1))))
        if wave.pulses:
            for one in arriving:
                rate: Any = one.rate_func
                one.rate_func = squish_rate_func(rate, BROUGHT, 1.0)
        seconds = min(LONGEST, MOVING + MORE * len(wave.ids) + 0.3 * bool(wave.pulses))
        words = self._words(caption) if caption else []
        self._run([*rest, *arriving, *words], seconds)

    def _pulses(
        self, pulses: Sequence[str], coming: dict[str, Mark], laid: Container[str]
    ) -> list[Animation]:
        """Return what runs along wires, a dot each, gone at the end; ``laid`` come meanwhile."""
        moving: list[Animation] = []
        for name in pulses:
            wire = coming.get(name.removeprefix("-")) or self.marks[name.removeprefix("-")]
            assert isinstance(wire, Wire)
            points = wire.points[::-1] if name.startswith("-") else wire.points
            dot = grouped(Dot(radius=11 * UNIT, color=self.brush.colour(wire.role)))
            rate = RUNNING if wire.id in laid else smooth
            moving.append(Travel(dot, list(points), introducer=True, remover=True, rate_func=rate))
        return moving

    def _out(self, name: str) -> Animation:
        return fade_out(self.shapes.pop(name))

    def _arrange(self, order: Iterable[str]) -> None:
        """Put what stands into its order, from back to front."""
        standing: list[VMobject] = [self.shapes[name] for name in order if name in self.shapes]
        self.scene.remove(*self.scene.mobjects)
        self.scene.add(self.standing, *standing, self.caption)

    def _run(self, animations: list[Animation], seconds: float) -> None:
        if animations:
            self.scene.play(*animations, run_time=seconds * self.pace)


class FigureScene(TracedScene):
    """Shows the figure with the name ``figure``, or what ``drawn`` of a lecture returns."""

    figure = ""

    def __init_subclass__(cls, **options: Any) -> None:
        """Take the cell of the figure; RnnvizError for a figure that there is not."""
        if cls.figure:
            cls.cell = figure_named(cls.figure).cell or cls.cell
        super().__init_subclass__(**options)

    def seen(self) -> View:
        """Return the view that was set, or that of the figure's demo."""
        return self.view or View(figure_named(self.figure).demo(), theme=self.theme)

    def setup(self) -> None:
        """Compute the values and put up what stands."""
        view = self.seen()
        self.drawn = self.plan(view)
        self.storyboard = self.drawn.beats
        theme = view.theme.of(view.trace.cell)
        self.stage_of_figure = FigureStage(
            self, self.drawn, theme, view.pace, self.after, view.captions
        )

    def plan(self, view: View) -> Figure:
        """Return what to show; a lecture may use captions, or show a figure, of its own."""
        made = figure_named(self.figure).drawn(view.trace, view.digits)
        return made.titled(view.title) if view.title else made

    def construct(self) -> None:
        """Play all beats."""
        self.play_beats(*(beat.id for beat in self.drawn.beats))

    def play_beats(self, *ids: str) -> None:
        """Play the beats with these ids one after another; RnnvizError for an unknown one."""
        for frame in [self.drawn[beat_id] for beat_id in ids]:
            self.stage_of_figure.play(frame)

    def heading(self) -> str:
        """Return the title of the picture and of the video."""
        return self.drawn.title

    def cues(self) -> Sequence[Cue]:
        """Return when each beat was seen."""
        return self.stage_of_figure.cues

    def transcript(self, beats: Iterable[Beat], starts: Sequence[float] = ()) -> str:
        """Return the words and numbers of some beats, with the times at which they were seen."""
        return written(self.drawn, [self.drawn[beat.id] for beat in beats], starts)
