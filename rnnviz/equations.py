"""Steps as mathematics: symbolic, and one unit of one step with its numbers as they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rnnviz.cells import Cell
from rnnviz.ops import OPS, PRODUCTS, SUMS
from rnnviz.rounding import DIGITS, MINUS, number, product, relation, show
from rnnviz.tracing import Trace

Markup = Literal["typst", "text"]
Paint = Callable[[str, str], str]  # a value's name and its symbol -> the symbol, coloured or not
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(index: int) -> str:
    """Return an index from 0 as the subscript digits that people count with, from 1."""
    return str(index + 1).translate(_SUBSCRIPTS)


def is_named(cell: Cell, name: str) -> bool:
    """Whether a value has a letter of its own; the others are written as what they are made of."""
    return len(name) == 1 or name in (*cell.states, *cell.params)


def symbol(cell: Cell, name: str, markup: Markup = "typst") -> str:
    """Return the symbol of a value or parameter: f_t, h_(t-1), W_(i f) in Typst; f_t, W_if in text.

    A value with no letter of its own (``fc``) is written as its expression.
    """
    if not is_named(cell, name):
        return expression(cell, name, markup)
    if name in cell.params:
        kind, subscripts = name[0], " ".join(name[2:])
        return f"{kind}_({subscripts})" if markup == "typst" else name
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
        # W (r ⊙ h) is not W r ⊙ h, and r ⊙ (W h) reads better than r ⊙ W h
        loose = loose or (inner < 3 and step.op in PRODUCTS)
        loose = loose or (step.op == "mul" and cell.step(arg).op in PRODUCTS)
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


def steps_written(cell: Cell) -> dict[str, str]:
    """Return what makes each value by the names of its operands: ``fc`` is ``f ⊙ c_prev``."""
    return {step.name: OPS[step.op].text.format(*step.args) for step in cell.steps}


@dataclass(frozen=True)
class Worked:
    """One unit of one step with its numbers as shown: operands, relation, result.

    The operands of a linear step are weight, value, weight, value, … and the bias if it has one.
    """

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
        if self.op in PRODUCTS:
            factors = self.operands[:-1] if self.op == "linear" else self.operands
            pieces: list[str] = []
            for weight, value in zip(factors[::2], factors[1::2], strict=True):
                first = [weight] if not pieces else ["+", _wrapped(weight)]
                pieces += [*first, "×", _wrapped(value)]
            return (
                (*pieces, "+", _wrapped(self.operands[-1])) if self.op == "linear" else (*pieces,)
            )
        if self.op in (*SUMS, "mul"):
            sign = "×" if self.op == "mul" else "+"
            leading, *others = self.operands
            return (leading, *(piece for other in others for piece in (sign, _wrapped(other))))
        return (OPS[self.op].text.format(*self.operands),)

    def text(self) -> str:
        """Return the line as plain text: ``0.176 × 0.400 ≈ 0.070``."""
        return f"{' '.join(self.parts())} {self.relation} {self.result}"

    def typst(self) -> str:
        """Return the line as Typst mathematics: ``0.176 times 0.400 approx 0.070``."""
        written = self.text()
        words = {"×": "times", "≈": "approx", "σ": "sigma", MINUS: "-", "relu": 'op("relu")'}
        for sign, word in words.items():
            written = written.replace(sign, word)
        return written


def worked(trace: Trace, name: str, unit: int, t: int, b: int = 0, digits: int = DIGITS) -> Worked:
    """Return one unit of a step in numbers, ``=`` if they are exact, else ``≈``; indices from 0.

    Raises RnnvizError for a value that no step makes and for an index out of range.
    """
    step = trace.cell.step(name)
    for label, index, size in (("t", t, "T"), ("b", b, "B"), ("unit", unit, "H")):
        trace.check_index(label, index, trace.sizes[size])

    def shown(value: str) -> str:
        if value in trace.cell.params:  # a peephole
            return show(float(trace.params.blocks(trace.cell)[value][unit]), digits)
        return show(float(trace[value][t, b, unit]), digits, within=trace.cell.range(value))

    if step.op in PRODUCTS:
        weight, source, *bias = step.args
        blocks = trace.params.blocks(trace.cell)
        row = zip(blocks[weight][unit], trace[source][t, b], strict=True)
        scalars = [*(v for pair in row for v in pair), *(blocks[name][unit] for name in bias)]
        operands = tuple(show(float(v), digits) for v in scalars)
    else:
        operands = tuple(shown(arg) for arg in step.args)
    result = shown(name)
    sign = relation(_exactly(step.op, operands), result)
    return Worked(name, unit, step.op, operands, sign, result)


def _wrapped(shown: str) -> str:
    return f"({shown})" if shown.startswith(MINUS) else shown


def _exactly(op: str, operands: tuple[str, ...]) -> Decimal | None:
    """Return the exact result from the shown operands, or None where there is no exact decimal."""
    if any(text[0] in "<>" for text in operands):
        return None
    values = [number(text) for text in operands]
    if op in PRODUCTS:
        factors, bias = (values[:-1], values[-1]) if op == "linear" else (values, Decimal(0))
        pairs = zip(factors[::2], factors[1::2], strict=True)
        return sum((weight * value for weight, value in pairs), bias)
    if op in SUMS:
        return sum(values, Decimal(0))
    if op == "mul":
        return product(*operands)
    if op == "one_minus":
        return 1 - values[0]
    if op == "relu":
        return max(values[0], Decimal(0))
    return None
