"""The legend's operations, wires and the terms of a sum."""

from manim import VGroup, VMobject

from rnnviz.cells import Cell, lstm
from rnnviz.diagram import Box
from rnnviz.equations import symbol
from rnnviz.ops import ACTIVATIONS, OPS, REALS
from rnnviz.rounding import ALMOST
from rnnviz.spacing import MARKS
from rnnviz.stage.canvas import arrow_head, at, polyline, segments
from rnnviz.stage.card import centres, heading, note, under, words
from rnnviz.stage.curve import Curve
from rnnviz.stage.drawing import LIT, WIRE
from rnnviz.stage.pen import Pen
from rnnviz.stage.shapes import operation, weight_line
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label

LEFT, RIGHT = 755.0, 1245.0
MEANINGS = {"mul": "product", "add": "sum", "one_minus": "rest of 1"}
HALF = 50.0  # of a sample wire


def operations(pen: Pen) -> list[VMobject]:
    """Return the circles of the element-wise operations and the curves of the activations."""
    parts: list[VMobject] = [heading(pen, "Operations, unit by unit", LEFT, 142)]
    for x, (op, meaning) in zip(centres(LEFT, RIGHT, 3), MEANINGS.items(), strict=True):
        parts.append(under(pen, operation(pen, MARKS[op], (x, 192)), meaning, x, 248))
    for x, op in zip(centres(LEFT, RIGHT, len(ACTIVATIONS)), ACTIVATIONS, strict=True):
        parts.append(_activation(pen, op, x, 282))
    return parts


def _activation(pen: Pen, op: str, x: float, y: float) -> VGroup:
    """Return an activation's mark as the diagram has it, its curve and its range."""
    if op in MARKS:
        mark = operation(pen, MARKS[op], (x - 48, y + 42))
    else:
        mark = pen.function(op, 30, pen.theme.ink).move_to(at(x - 48, y + 42))
    curve = Curve(pen, op, [0.0], Box(x - 12, y + 4, x + 76, y + 80), pen.theme.ink)
    lines = (part for part in curve if not isinstance(part, Label))  # the words tell the range
    return under(pen, grouped(mark, *lines), reach(op), x, y + 114)


def reach(op: str) -> str:
    """Return the values that an activation can have, in words."""
    low, high = OPS[op].range
    if (low, high) == REALS:
        return "0 or more"
    return f"{low:.0f} to {high:.0f}".replace("-", "−")


def wires(pen: Pen) -> list[VMobject]:
    """Return the looks of a weight's wire and of a vector's."""
    theme, y = pen.theme, 452.0
    places = centres(LEFT, RIGHT, 4)
    parts: list[VMobject] = [heading(pen, "Wires", LEFT, y)]
    parts.append(note(pen, "of pills: a weight; of stacks: a vector", LEFT + 120, y))
    ends = [((x - HALF, y + 36), (x + HALF, y + 36)) for x in places]
    weights = (
        ("above 0", weight_line(theme, *ends[0], 1.0)),
        ("below 0", weight_line(theme, *ends[1], -1.0)),
        ("near 0", weight_line(theme, *ends[2], 0.05)),
        ("not in focus", segments([ends[3]]).set_stroke(theme.faint, 0.7)),
    )
    y += 122
    hue = theme.hue("c")
    vectors = (
        ("to come", _bent(places[0], y).set_stroke(theme.faint, WIRE)),
        ("on its way", _bent(places[1], y).set_stroke(hue, LIT)),
        ("has come", _bent(places[2], y).set_stroke(hue, WIRE)),
        ("to next t", _leaving(places[3], y, hue)),
    )
    for level, row in ((y - 52, weights), (y + 42, vectors)):
        for x, (text, sample) in zip(places, row, strict=True):
            parts.append(under(pen, sample, text, x, level))
    return parts


def _bent(x: float, y: float) -> VMobject:
    return polyline([(x - HALF, y - 14), (x, y - 14), (x, y + 14), (x + HALF, y + 14)])


def _leaving(x: float, y: float, hue: str) -> VGroup:
    line = polyline([(x - HALF, y), (x + HALF, y)]).set_stroke(hue, WIRE)
    head = arrow_head(x + HALF, y).set_fill(hue, 1).set_stroke(width=0)
    return grouped(line, head)


def terms(pen: Pen) -> list[VMobject]:
    """Return what a gate's sum is made of, and how its numbers are written."""
    y, cell = 682.0, lstm(peepholes=True)
    parts: list[VMobject] = [heading(pen, "A gate's sum", LEFT, y)]
    rows = (
        (_painted(pen, cell, ("W_if", "x")), "weights of the input, H × I"),
        (_painted(pen, cell, ("W_hf", "h_prev")), "weights of the old h, H × H"),
        (pen.types.math("b_(i f) + b_(h f), b_f", 28, pen.theme.ink, "b_if + b_hf, b_f"),
         "two biases, or one, or none"),
        (_painted(pen, cell, ("p_f", "c_prev"), "dot.o"), "peephole, a weight a unit"),
        (pen.unit_symbol("f", 0, 28), "unit 1 of the result"),
        (pen.sign("=", 28), "exact in the digits shown"),
        (pen.sign(ALMOST, 28), "rounded to the digits shown"),
    )  # fmt: skip
    for k, (mark, text) in enumerate(rows, start=1):
        level = y + 6 + k * 40
        parts.append(grouped(mark.put(LEFT, level), words(pen, text, LEFT + 170, level)))
    return parts


def _painted(pen: Pen, cell: Cell, names: tuple[str, str], between: str = "") -> VMobject:
    """Return a weight block and its operand, which has its colour."""
    block, operand = names
    hue = pen.theme.hue(operand)
    formula = (
        f'{symbol(cell, block)} {between} #text(fill: rgb("{hue}"), ${symbol(cell, operand)}$)'
    )
    sign = "⊙ " if between else ""
    text = f"{symbol(cell, block, 'text')} {sign}{symbol(cell, operand, 'text')}"
    return pen.types.painted_math(formula, 28, pen.theme.ink, text)
