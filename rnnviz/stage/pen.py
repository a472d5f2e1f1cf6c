"""What every panel writes with: values of the trace as labels that know their address."""

from dataclasses import dataclass, field

from manim import VGroup, VMobject

from rnnviz.equations import symbol
from rnnviz.ops import OPS
from rnnviz.rounding import show
from rnnviz.stage.canvas import at
from rnnviz.stage.formula import Formula, formula
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.storyboard import Storyboard
from rnnviz.theme import Rgb, Theme

LEFT, RIGHT = 40.0, 600.0  # of the panel on the canvas
SMALLEST = 22.0
WIDEST = RIGHT - LEFT - 24.0  # of an equation, beside which the name of a state may stand


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of a panel that comes once the values which it ``needs`` are known."""

    shape: VMobject
    needs: tuple[str, ...]


@dataclass(eq=False)
class Panel:
    """The left side of a beat: all of it, what stands first, and what comes with its values."""

    group: VGroup
    first: list[VMobject] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Pen:
    """The storyboard's trace, a theme and a typesetter."""

    board: Storyboard
    theme: Theme
    types: Typesetter

    def shown(self, name: str, unit: int, t: int) -> str:
        """Return a value as text, signed where it can be negative."""
        within = self.board.trace.cell.range(name)
        value = float(self.board.trace[name][t, self.board.b, unit])
        return show(value, self.board.digits, signed=within[0] < 0, within=within)

    def value(self, name: str, unit: int, t: int, size: float, colour: Rgb | None = None) -> Label:
        """Return one value of the trace as a number label."""
        text = self.shown(name, unit, t)
        return self.types.number(text, size, colour or self.theme.ink, f"{name}[{t},{unit}]")

    def plain(self, value: float, size: float, ref: str, wrap: bool = False) -> Label:
        """Return a signed weight, bias, product or sum; in parentheses if told to ``wrap``."""
        text = show(value, self.board.digits, signed=True)
        return self.types.number(f"({text})" if wrap else text, size, self.theme.ink, ref)

    def sign(self, text: str, size: float) -> Label:
        """Return an operator or a relation between numbers."""
        return self.types.number(text, size, self.theme.muted)

    def function(self, op: str, size: float, colour: Rgb) -> Label:
        """Return the sign of an activation: σ, tanh or relu."""
        return self.types.math(OPS[op].typst.removesuffix("({0})"), size, colour, op)

    def note(self, text: str, size: float = SMALLEST) -> Label:
        """Return explanatory words."""
        return self.types.words(text, size, self.theme.muted)

    def unit_symbol(self, name: str, unit: int, size: float) -> Label:
        """Return the symbol of one unit: f_(t,1); a value with no letter is written out."""
        cell, hue = self.board.trace.cell, self.theme.hue(name)
        formula = symbol(cell, name)
        text = f"{symbol(cell, name, 'text')},{unit + 1}"
        if formula.endswith("_t"):
            formula = f"{formula[:-2]}_(t,{unit + 1})"
        elif formula.endswith("_(t-1)"):
            formula = f"{formula[:-6]}_(t-1,{unit + 1})"
        return self.types.math(formula, size, hue, text)

    def equation(self, name: str, size: float = 32.0, width: float = WIDEST) -> Formula:
        """Return the equation of a value in the colours of its operands, as large as fits."""
        cell = self.board.trace.cell
        made = formula(cell, name, self.types, self.theme, size)
        if made.label.advance > width:
            fitting = max(SMALLEST, size * width / made.label.advance)
            made = formula(cell, name, self.types, self.theme, fitting)
        return made


def joined(left: Label, right: Label, gap: float = 8.0) -> Label:
    """Return two labels that have not been placed yet as one."""
    right.shift(at(left.advance + gap, 0) - at(0, 0))
    left.add(*right.submobjects)
    left.text, left.advance = f"{left.text} {right.text}", left.advance + gap + right.advance
    return left


def row(labels: list[Label], x: float, y: float, gap: float = 8.0) -> list[Label]:
    """Place labels one after another on a baseline."""
    for label in labels:
        label.put(x, y)
        x += label.advance + gap
    return labels
