"""Steps as mathematics: symbolic, and one unit of one step with its numbers as they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS
from rnnviz.rounding import DIGITS, MINUS, number, relation, show
from rnnviz.tracing import Trace

Markup = Literal["typst", "text"]
Paint = Callable[[str, str], str]  # a value's name and its symbol -> the symbol, coloured or not
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(index: int) -> str:
    """Return an index from 0 as the subscript digits that people count with, from 1."""
    return str(index + 1).translate(_SUBSCRIPTS)


def is_named(cell: Cell, name: str) -> bool:
    """Whether a value has a letter of its own; the others are written as what they are made of."""
    gates = tuple(gate.key for gate in cell.gates)
    return name in (*cell.inputs, *cell.states, *cell.params, *gates, *cell.next_state)


def symbol(cell: Cell, name: str, markup: Markup = "typst") -> str:
    """Return the symbol of a value or parameter: f_t, h_(t-1), W_(i f) in Typst; f_t, W_if in text.

    A value with no letter of its own (``fc``) is written as its expression.
    """
    if not is_named(cell, name):
        return expression(cell, name, markup)
    if name in cell.params:
        kind, source, key = name[0], name[2], name[3:]
        return f"{kind}_({source} {key})" if markup == "typst" else name
    letter = name.removesuffix("_prev")
    if name in cell.states:
        return f"{letter}_(t-1)" if markup == "typst" else f"{letter}_(t{MINUS}1)"
    return f"{letter}_t"


def expression(
    cell: Cell, name: str, markup: Markup = "typst", paint: Paint = lambda _, symbol: symbol
) -> str:
    """Return what makes a value, down to values that have a letter: ``σ(W_if x_t + b_if + …)``."""
    step = cell.step(name)
    op = OPS[step.op]
    args = []
    for arg in step.args:
        if is_named(cell, arg):
            args.append(paint(arg, symbol(cell, arg, markup)))
            continue
        written = expression(cell, arg, markup, paint)
        inner = OPS[cell.step(arg).op].binds
        loose = inner < op.binds < 3 or (op.binds == inner == 1 and step.op == "one_minus")
        args.append(f"({written})" if loose else written)
    return str(getattr(op, markup)).format(*args)


def equation(
    cell: Cell, name: str, markup: Markup = "typst", paint: Paint = lambda _, symbol: symbol
) -> str:
    """Return ``symbol = expression``, or the expression alone for a value without a letter."""
    right = expression(cell, name, markup, paint)
    if not is_named(cell, name):
        return right
    return f"{paint(name, symbol(cell, name, markup))} = {right}"


@dataclass(frozen=True)
class Worked:
    """One unit of one element-wise step with its numbers as shown: operands, relation, result."""

    name: str
    unit: int
    op: str
    operands: tuple[str, ...]
    relation: str
    result: str

    def parts(self) -> tuple[str, ...]:
        """Return the left side in pieces to set side by side: ``("0.176", "×", "0.400")``."""
        if self.op == "one_minus":
            return ("1", MINUS, self.operands[0])
        if self.op in ("add", "mul"):
            sign = {"add": "+", "mul": "×"}[self.op]
            left, right = self.operands
            return (left, sign, f"({right})" if right.startswith(MINUS) else right)
        return (OPS[self.op].text.format(*self.operands),)

    def text(self) -> str:
        """Return the line as plain text: ``0.176 × 0.400 ≈ 0.070``."""
        return f"{' '.join(self.parts())} {self.relation} {self.result}"


def worked(trace: Trace, name: str, unit: int, t: int, b: int = 0, digits: int = DIGITS) -> Worked:
    """Return one unit of an element-wise step in numbers; ``=`` if they are exact, else ``≈``."""
    step = trace.cell.step(name)
    if step.op == "linear":
        raise RnnvizError(f"name: wanted an element-wise step, got {name!r}")
    for label, index, size in (("t", t, "T"), ("b", b, "B"), ("unit", unit, "H")):
        trace.check_index(label, index, trace.sizes[size])

    def shown(value: str) -> str:
        number = float(trace[value][t, b, unit])
        return show(number, digits, within=trace.cell.range(value))

    operands = tuple(shown(arg) for arg in step.args)
    result = shown(name)
    sign = relation(_exactly(step.op, operands), result)
    return Worked(name, unit, step.op, operands, sign, result)


def _exactly(op: str, operands: tuple[str, ...]) -> Decimal | None:
    """Return the exact result from the shown operands, or None where there is no exact decimal."""
    if any(text[0] in "<>" for text in operands):
        return None
    values = [number(text) for text in operands]
    if op == "add":
        return values[0] + values[1]
    if op == "mul":
        return values[0] * values[1]
    if op == "one_minus":
        return 1 - values[0]
    return None
