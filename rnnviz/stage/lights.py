"""The state of the picture: what is lit, which numbers stand in their pills.

Every method returns the changes for ``Scene.play`` and remembers that they are made.
"""

from typing import Any

from manim import FadeIn, FadeOut

from rnnviz.stage.canvas import at
from rnnviz.stage.drawing import LIT, THIN, WIRE, Drawing
from rnnviz.storyboard import Beat

Change = Any  # what Scene.play takes: an animation or the builder that ``.animate`` returns


class Lights:
    """Lights, dims, fills and empties the nodes and wires of a drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing, self.theme = drawing, drawing.theme
        self.lit: set[str] = set()

    def light(self, beat: Beat) -> list[Change]:
        """Return what lights a beat's nodes and the wires along which its values flow."""
        theme = self.theme
        changes: list[Change] = []
        for name in beat.lights:
            frame = self.drawing.frames[name]
            width = 1.8 if beat.key == "recap" else 3.5
            changes.append(frame.animate.set_stroke(theme.hue(name), width))
            self.lit.add(name)
        for source, target in beat.flows:
            if (source, target) in self.drawing.wires:
                wire = self.drawing.wires[source, target]
                changes.append(wire.animate.set_stroke(theme.hue(source), LIT))
            if (target, target) in self.drawing.wires:
                stub = self.drawing.wires[target, target]
                changes.append(stub.animate.set_stroke(theme.hue(target), LIT))
        return changes

    def unlight(self) -> list[Change]:
        """Return what was lit to the quiet look of what is computed."""
        changes: list[Change] = []
        for name in sorted(self.lit):
            frame = self.drawing.frames[name]
            changes.append(frame.animate.set_stroke(self.theme.hue(name), THIN))
        for (_, target), wire in self.drawing.wires.items():
            if target in self.lit and target != "next" and wire.get_stroke_width() > WIRE:
                changes.append(wire.animate.set_stroke(width=WIRE))
        self.lit.clear()
        return changes

    def clear(self, carried: tuple[str, ...]) -> list[Change]:
        """Take away the numbers of the timestep before, but for the states that are carried on."""
        drawing, cell = self.drawing, self.drawing.board.trace.cell
        if not drawing.numbers:
            return []
        gone = [key for key in drawing.numbers if key[0] not in carried]
        changes: list[Change] = [FadeOut(drawing.numbers.pop(key)) for key in gone]
        changes += [
            pill.animate.set_fill(self.theme.cell).set_stroke(self.theme.faint, THIN)
            for pill in drawing.pills.values()
        ]
        changes += [frame.animate.set_stroke(self.theme.faint, THIN)
                    for name, frame in drawing.frames.items()
                    if name not in (*cell.inputs, *cell.states)]  # fmt: skip
        for (_, target), wire in drawing.wires.items():
            if target == "next":
                changes.append(wire.animate.set_color(self.theme.faint))
            else:
                changes.append(wire.animate.set_stroke(self.theme.faint, WIRE))
        return changes

    def supply(self, beat: Beat) -> list[Change]:
        """Show at once what a beat works with, where a lecture left out the beats that made it."""
        if beat.key == "in":
            return []
        drawing = self.drawing
        sources = [source for source, _ in beat.flows if source not in beat.lights]
        needed = dict.fromkeys(sources if beat.reveals else beat.lights)
        missing = [name for name in needed if (name, drawing.shown(name)[0]) not in drawing.numbers]
        return [change for name in missing for change in self.appear(name, beat.t)]

    def appear(self, name: str, t: int) -> list[Change]:
        """Return what writes a node's numbers into its pills and lights its way out."""
        changes = self._fill(name, t)
        if (name, "next") in self.drawing.wires:
            exit_wire = self.drawing.wires[name, "next"]
            changes.append(exit_wire.animate.set_color(self.theme.hue(name)))
        for unit in self.drawing.shown(name):
            if (name, unit) not in self.drawing.numbers:
                label = self.drawing.number(name, unit, t)
                self.drawing.numbers[name, unit] = label
                changes.append(FadeIn(label, shift=at(12, 0) - at(0, 0)))
        return changes

    def _fill(self, name: str, t: int) -> list[Change]:
        hue = self.theme.hue(name)
        return [
            self.drawing.pills[name, unit]
            .animate.set_fill(self.drawing.pill_fill(name, unit, t))
            .set_stroke(hue, THIN)
            for unit in self.drawing.shown(name)
        ]
