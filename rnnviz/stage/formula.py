"""An equation whose symbols can be found and lit one by one."""

from collections.abc import Iterable
from dataclasses import dataclass

from manim import Animation, VMobject

from rnnviz.cells import Cell
from rnnviz.equations import equation, is_named
from rnnviz.stage.motion import Restyle
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.theme import Rgb, Theme, mix

PALE = 0.4  # of a symbol that is not the one at work


@dataclass(frozen=True, eq=False)
class Formula:
    """The equation of a value in the colours of its operands.

    ``parts`` are the shapes of each symbol by name, one for each time that it occurs; ``hues`` are
    the colours of all shapes.
    """

    label: Label
    parts: dict[str, list[VMobject]]
    hues: dict[VMobject, Rgb]
    ground: Rgb

    def light(self, names: Iterable[str]) -> list[Animation]:
        """Return the animations that leave only these symbols in full colour.

        Without any of them in the equation all of it stays as it is.
        """
        at_work = [shape for name in names for shape in self.parts.get(name, ())]
        if not at_work:
            return []
        return [
            Restyle(shape, hue if shape in at_work else mix(self.ground, hue, PALE))
            for shape, hue in self.hues.items()
        ]

    def restore(self) -> list[Animation]:
        """Return the animations that give every symbol its full colour again."""
        return [Restyle(shape, hue) for shape, hue in self.hues.items()]


def formula(cell: Cell, name: str, types: Typesetter, theme: Theme, size: float) -> Formula:
    """Return the equation of a value at a font size, not yet placed."""
    order: list[str] = []

    def paint(part: str, markup: str) -> str:
        order.append(part)
        return f'#text(fill: rgb("{_marker(len(order))}"), ${markup}$)'

    written, text = equation(cell, name, paint=paint), equation(cell, name, "text")
    label = types.painted_math(written, size, theme.ink, text)
    named = {_marker(k): part for k, part in enumerate(order, 1)}
    parts: dict[str, list[VMobject]] = {}
    hues: dict[VMobject, Rgb] = {}
    for shape in label:
        part = named.get(str(shape.get_fill_color().to_hex()).lower())
        hues[shape] = theme.ink if part is None or part in cell.params else theme.hue(part)
        shape.set_fill(hues[shape])
        if part is not None:
            parts.setdefault(part, []).append(shape)
    return Formula(label, parts, hues, theme.background)


def _marker(k: int) -> Rgb:
    """Return a colour that no theme has, by which one occurrence of a symbol is found again."""
    return f"#01{k:02x}01"


def leaves(cell: Cell, name: str) -> tuple[str, ...]:
    """Return the symbols that a value is written with: itself, or those of what makes it."""
    if is_named(cell, name):
        return (name,)
    return tuple(leaf for arg in cell.step(name).args for leaf in leaves(cell, arg))
