"""Plays the beats of a storyboard in a manim scene."""

from collections.abc import Callable

from manim import (
    Camera,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ManimColor,
    Mobject,
    ReplacementTransform,
    Scene,
    UpdateFromAlphaFunc,
    VGroup,
)

from rnnviz.stage.canvas import at, polyline
from rnnviz.stage.drawing import Drawing, focus_wires
from rnnviz.stage.frame import Frame
from rnnviz.stage.lights import Change, Lights
from rnnviz.stage.panels import heading, panel_for
from rnnviz.stage.pen import Panel, Pen
from rnnviz.stage.theme import Theme
from rnnviz.stage.typeset import Typesetter
from rnnviz.stage.worked import WorkedExample
from rnnviz.storyboard import Beat, Storyboard

READING = 15.0  # characters a second
SHORTEST_HOLD = 1.2  # seconds
RECAP_HOLD = 4.0


class Stage:
    """Draws the diagram of a storyboard in ``scene`` and plays its beats, one at a time.

    ``pace`` stretches all times (2 is half as fast). ``after`` is called with each beat once its
    motion is over and its picture stands.
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
        self.panel = Panel(VGroup())
        self.caption: VGroup = VGroup()
        self.strip: VGroup = VGroup()
        self.focus: VGroup = VGroup()
        self.lights = Lights(self.drawing)
        self.t = -1
        paint_background(scene, theme)
        drawing = self.drawing
        scene.add(self.frame.standing, drawing.standing, drawing.changing, drawing.notes)

    def play(self, beat: Beat) -> None:
        """Show one beat: its caption and panel, its motion, then a hold long enough to read it."""
        self._open(beat)
        if beat.key == "in":
            self._arrive(beat)
        elif beat.focus is not None:
            self._work_out(beat)
        elif beat.reveals:
            self._flow(beat)
        self.scene.add(self.panel.group)  # its parts came one by one; they leave together
        if self.after is not None:
            self.after(beat)
        shortest = RECAP_HOLD if beat.key == "recap" else SHORTEST_HOLD
        self.scene.wait(self.pace * max(shortest, len(beat.caption) / READING))

    # Openings

    def _run(self, *animations: Change, seconds: float) -> None:
        if animations:
            self.scene.play(*animations, run_time=seconds * self.pace)

    def _open(self, beat: Beat) -> None:
        """Change caption, panel, timestep and lights."""
        carried = tuple(source for source, _ in beat.flows)
        if beat.t != self.t and beat.key != "in":  # a lecture left the arrival out
            self._run(*self.lights.clear(()), seconds=0.3)
            self.lights.lit.clear()
        old = [group for group in (self.panel.group, self.caption, self.focus) if len(group)]
        leaving = [FadeOut(group) for group in old]
        self.panel, self.caption = panel_for(self.pen, beat), self.frame.caption(beat.caption)
        head = heading(self.pen, beat)
        entering = [head, *([] if self._waits(beat) else self.panel.first)]
        if not beat.reveals:
            entering.append(self.caption)  # else it comes with the numbers that it names
        strip = self._new_strip(beat)
        self.focus = focus_wires(self.drawing, beat)
        changes = [
            *self.lights.unlight(),
            *self.lights.light(beat),
            *(self.lights.clear(carried) if beat.key == "in" else self.lights.supply(beat)),
        ]
        self.t = beat.t
        self._run(*leaving, seconds=0.25)
        self._run(
            *strip,
            *changes,
            *(FadeIn(group) for group in (*entering, self.focus) if len(group)),
            seconds=0.45,
        )
        self.scene.add(self.drawing.notes)  # over the wires in focus
        self.panel.group.add(head)

    def _new_strip(self, beat: Beat) -> list[Change]:
        if len(self.strip) and beat.t == self.t:
            return []
        leaving = [FadeOut(self.strip)] if len(self.strip) else []
        self.strip = self.frame.strip(beat.t)
        return [*leaving, FadeIn(self.strip)]

    def _waits(self, beat: Beat) -> bool:
        """Whether the panel works with values that the beat itself has yet to compute."""
        if beat.focus is not None or not beat.equation:
            return False
        return bool(set(self.board.trace.cell.step(beat.equation).args) & set(beat.reveals))

    # Motions

    def _arrive(self, beat: Beat) -> None:
        """Bring in the inputs; carried states fly from where they left to where they enter."""
        carried: list[Change] = []
        for source, target in beat.flows:
            for unit in self.drawing.shown(target):
                if (source, unit) not in self.drawing.numbers:
                    continue
                label = self.drawing.number(target, unit, beat.t)
                old = self.drawing.numbers.pop((source, unit))
                carried.append(ReplacementTransform(old, label, path_arc=0.5))
                self.drawing.numbers[target, unit] = label
        self._run(*carried, seconds=1.2)
        fills = [change for name in beat.reveals for change in self.lights.appear(name, beat.t)]
        self._run(*fills, FadeIn(self.caption), seconds=0.5)

    def _work_out(self, beat: Beat) -> None:
        """Products fly from their wires into the sum, it to the curve, the value to its pill."""
        panel = self.panel
        assert isinstance(panel, WorkedExample)
        assert beat.focus is not None
        name, unit = beat.focus.name, beat.focus.unit
        starts = self.drawing.term_origins(panel.neuron)
        flights = [
            FadeIn(label, target_position=at(*start))
            for label, start in zip(panel.products, starts, strict=True)
        ]
        self._run(LaggedStart(*flights, lag_ratio=0.2), seconds=1.2)
        self._run(FadeIn(panel.biases), FadeIn(panel.sums), seconds=0.4)
        if panel.curve is not None:
            moving = panel.sum_label.copy()
            foot = panel.curve.place(panel.neuron.sum, 0.0)
            self._run(moving.animate.move_to(at(*foot)), seconds=0.5)
            self._run(FadeOut(moving), Create(panel.drop), FadeIn(panel.dot), seconds=0.3)
        self._run(FadeIn(panel.result), seconds=0.3)
        label = self.drawing.number(name, unit, beat.t)
        if (name, unit) in self.drawing.numbers:  # the beat is played again
            self.scene.remove(self.drawing.numbers[name, unit])
        self.drawing.numbers[name, unit] = label
        flight = ReplacementTransform(panel.value_label.copy(), label)
        changes = self.lights.appear(name, beat.t)
        self._run(flight, *changes, FadeIn(self.caption), seconds=0.6)

    def _flow(self, beat: Beat) -> None:
        """Values flow along the wires into each operation, nodes in the order of computation."""
        groups = levels(beat)
        for names in groups:
            movers = [
                mover
                for source, target in beat.flows
                if target in names and (source, target) in self.drawing.wires
                for mover in [self._mover(source, target)]
            ]
            due = self.panel.first if names == groups[-1] and self._waits(beat) else []
            shown = [FadeIn(part) for part in due if len(part)]
            self._run(*(animation for animation, _ in movers), *shown, seconds=0.7)
            changes = [change for name in names for change in self.lights.appear(name, beat.t)]
            gone = [FadeOut(group) for _, group in movers]
            results = self._results() if names == groups[-1] else []
            self._run(*gone, *changes, *results, seconds=0.5)

    def _results(self) -> list[Change]:
        """Return what comes with the last values of a beat: the panel's results and the caption."""
        return [FadeIn(part) for part in (*self.panel.results, self.caption) if len(part)]

    def _mover(self, source: str, target: str) -> tuple[Change, VGroup]:
        """Return copies of a node's numbers travelling along a wire, and the copies."""
        units = self.drawing.shown(source)
        group = VGroup(*(self.drawing.numbers[source, unit].copy() for unit in units))
        points = next(
            wire.points
            for wire in self.drawing.diagram.wires
            if (wire.source, wire.target) == (source, target)
        )
        node = self.drawing.diagram.node(source)
        path = polyline([(node.x, node.y), *points])
        start = group.copy()

        def fly(moving: Mobject, share: float) -> None:
            smaller = start.copy().scale(1 - 0.65 * share)  # so that two stacks fit in one circle
            moving.become(smaller.move_to(path.point_from_proportion(share)))

        return UpdateFromAlphaFunc(group, fly), group


def paint_background(scene: Scene, theme: Theme) -> None:
    """Give a scene the theme's background; a transparent render keeps its own opacity."""
    assert isinstance(scene.camera, Camera), "the stage draws with cairo"
    scene.camera.background_color = ManimColor(theme.background)


def levels(beat: Beat) -> list[tuple[str, ...]]:
    """Return the lit nodes of a beat in groups that can be computed at once, in order."""
    level: dict[str, int] = {}
    for name in beat.lights:
        sources = [source for source, target in beat.flows if target == name and source in level]
        level[name] = 1 + max((level[source] for source in sources), default=-1)
    groups: list[tuple[str, ...]] = []
    for k in range(max(level.values(), default=-1) + 1):
        groups.append(tuple(name for name in beat.lights if level[name] == k))
    return groups
