"""The state of the picture: what is lit, which numbers stand in their pills.

Every method returns the animations of the changes and remembers that they are made.
"""

from collections.abc import Callable, Iterable

from manim import Animation

from rnnviz.diagram import Point
from rnnviz.stage.canvas import middle
from rnnviz.stage.drawing import LIT, THIN, WIRE, Drawing
from rnnviz.stage.flight import Fly
from rnnviz.stage.motion import Restyle
from rnnviz.storyboard import Beat

NEAR = 12.0  # to the left of its place: where a number comes from that has no origin
Origin = Callable[[str, int], Point | None]  # where the number of a node's unit comes from


def _nowhere(name: str, unit: int) -> None:
    """Leave it to the picture where a number comes from."""


class Lights:
    """Lights, dims, fills and empties the nodes and wires of a drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing, self.theme = drawing, drawing.theme
        self.lit: set[str] = set()

    def light(self, beat: Beat, names: Iterable[str]) -> list[Animation]:
        """Return what lights some of a beat's nodes and the wires along which values flow there."""
        theme, due = self.theme, {*names}
        changes: list[Animation] = []
        for name in (name for name in beat.lights if name in due):
            frame = self.drawing.frames[name]
            width = 1.8 if beat.key == "recap" else 3.5
            changes.append(Restyle(frame, stroke=theme.hue(name), width=width))
            self.lit.add(name)
        for source, target in beat.flows:
            if target not in due:
                continue
            if (source, target) in self.drawing.wires:
                wire = self.drawing.wires[source, target]
                self.drawing.raise_wire(source, target)
                changes.append(Restyle(wire, stroke=theme.hue(source), width=LIT))
            if (target, target) in self.drawing.wires:
                stub = self.drawing.wires[target, target]
                changes.append(Restyle(stub, stroke=theme.hue(target), width=LIT))
        return changes

    def unlight(self) -> list[Animation]:
        """Return what was lit to the quiet look of what is computed."""
        changes: list[Animation] = []
        for name in sorted(self.lit):
            frame = self.drawing.frames[name]
            changes.append(Restyle(frame, stroke=self.theme.hue(name), width=THIN))
        for (_, target), wire in self.drawing.wires.items():
            if target in self.lit and target != "next" and wire.get_stroke_width() > WIRE:
                changes.append(Restyle(wire, width=WIRE))
        self.lit.clear()
        return changes

    def reset(self) -> None:
        """Make everything look as before the first value, at once; numbers are forgotten."""
        drawing, theme = self.drawing, self.theme
        for pill in drawing.pills.values():
            pill.set_fill(theme.cell).set_stroke(theme.faint, THIN)
        for frame in drawing.frames.values():
            frame.set_stroke(theme.faint, THIN)
        for (_, target), wire in drawing.wires.items():
            if target == "next":
                wire.set_color(theme.faint)
            else:
                wire.set_stroke(theme.faint, WIRE)
        drawing.numbers.clear()
        self.lit.clear()

    def supply(self, beat: Beat) -> list[Animation]:
        """Show at once what a beat works with, where a lecture left out the beats that made it."""
        drawing = self.drawing
        sources = [source for source, _ in beat.flows if source not in beat.lights]
        needed = dict.fromkeys(sources if beat.reveals else beat.lights)
        missing = [name for name in needed if (name, drawing.shown(name)[0]) not in drawing.numbers]
        return [change for name in missing for change in self.appear(name, beat.t)]

    def appear(self, name: str, t: int, origin: Origin = _nowhere) -> list[Animation]:
        """Return what writes a node's numbers into its pills and lights its way out.

        A number comes from its ``origin``, else out of the node's operation, else from the left.
        """
        drawing = self.drawing
        changes = self.fill(name, drawing.shown(name), t)
        if (name, "next") in drawing.wires:
            hue = self.theme.hue(name)
            changes.append(Restyle(drawing.wires[name, "next"], fill=hue, stroke=hue))
        for unit in drawing.shown(name):
            if (name, unit) not in drawing.numbers:
                label = drawing.number(name, unit, t)
                drawing.numbers[name, unit] = label
                start = origin(name, unit) or drawing.diagram.node(name).mark_at
                if start is None:
                    x, y = middle(label)
                    changes.append(Fly(label, (x - NEAR, y), seen=1.0))
                else:
                    changes.append(Fly(label, start))
        return changes

    def fill(self, name: str, units: Iterable[int], t: int) -> list[Animation]:
        """Return what fills the pills of some units by the size of their values."""
        hue = self.theme.hue(name)
        pills, fill = self.drawing.pills, self.drawing.pill_fill
        return [Restyle(pills[name, unit], fill(name, unit, t), hue, THIN) for unit in units]
