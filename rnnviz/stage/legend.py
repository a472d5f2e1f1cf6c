"""What the colours, shapes, wires and names of all scenes mean, with values of the LSTM demo."""

from manim import Circle, DashedLine, Line, VGroup, VMobject

from rnnviz.diagram import PILL_WIDTH, RADIUS, Box
from rnnviz.equations import symbol
from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.drawing import rounded
from rnnviz.stage.pen import Pen
from rnnviz.stage.tables import NOTES
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

FIRST, SECOND, THIRD = 40.0, 690.0, 1310.0
TOP, PITCH, NARROW = 200.0, 92.0, 80.0
BEATS = (
    Beat("legend.values", 0, "Values", "A pill is one unit with its value; a colour is one role."),
    Beat(
        "legend.operations",
        0,
        "Operations and wires",
        "Circles act unit by unit; straight fans of wires are weights, bent wires are vectors.",
    ),
    Beat(
        "legend.names",
        0,
        "Names and sizes",
        "Libraries and papers have different names for the same things.",
    ),
)
VALUES = (
    ("x", "input"),
    ("h", "hidden state"),
    ("c", "cell state (LSTM)"),
    ("f", "forget gate; in the GRU update gate z"),
    ("i", "input gate; in the GRU 1 − z"),
    ("g", "candidate; in the GRU n"),
    ("o", "output gate; in the GRU reset gate r"),
)
NAMES = (
    ("Hidden units", "PyTorch: hidden_size. Keras: units, state_size.", "TensorFlow 1: num_units."),
    ("Inputs", "PyTorch: input_size. Keras finds it out", "from the data."),
    ("Candidate", "g in PyTorch's LSTM, n in its GRU;", "elsewhere c or h with a tilde."),
    ("Forget gate", "Despite its name a 1 keeps the cell state", "and a 0 clears it."),
)


def columns(pen: Pen) -> tuple[VGroup, VGroup, VGroup]:
    """Return the three parts of the legend: values, operations and wires, names and sizes."""
    return _values(pen), _operations(pen), _names(pen)


def _heading(pen: Pen, text: str, x: float) -> Label:
    return pen.types.words(text, 36, pen.theme.ink, "bold").put(x, 142)


def _pill(pen: Pen, x: float, y: float, name: str = "", unit: int = 0) -> VGroup:
    """Return a pill with its left edge at x: with unit's value of ``name``, or empty."""
    theme = pen.theme
    shape = rounded(Box(x, y - 24, x + PILL_WIDTH, y + 24), 24)
    if not name:
        return VGroup(shape.set_fill(theme.cell, 1).set_stroke(theme.faint, 2))
    value = float(pen.board.trace[name][0, pen.board.b, unit])
    shape.set_fill(theme.fill(name, abs(value)), 1).set_stroke(theme.hue(name), 2)
    return VGroup(shape, pen.value(name, unit, 0, 30).put(x + PILL_WIDTH / 2, y + 10, "centre"))


def _values(pen: Pen) -> VGroup:
    cell = pen.board.trace.cell
    group = VGroup(_heading(pen, "Values", FIRST))
    for k, (name, about) in enumerate(VALUES):
        y = TOP + k * PITCH
        mark = pen.types.math(
            symbol(cell, name), 38, pen.theme.hue(name), symbol(cell, name, "text")
        )
        group.add(
            _pill(pen, FIRST, y, name),
            mark.put(FIRST + 136, y + 10),
            pen.types.words(about, 27, pen.theme.ink).put(FIRST + 196, y + 9),
        )
    y = TOP + len(VALUES) * PITCH
    group.add(
        _pill(pen, FIRST, y),
        pen.types.words("not computed yet", 27, pen.theme.ink).put(FIRST + 196, y + 9),
    )
    return group


def _operations(pen: Pen) -> VGroup:
    theme, types = pen.theme, pen.types
    group = VGroup(_heading(pen, "Operations and wires", SECOND))
    circles = (
        ("dot.o", "product, unit by unit"),
        ("+", "sum, unit by unit"),
        ("tanh", "tanh, into (−1, 1)"),
        ("1 -", "what is left of 1"),
        ("sigma", "sigmoid, into (0, 1)"),
    )
    for k, (formula, about) in enumerate(circles):
        y = TOP + k * NARROW
        disc = Circle(radius=RADIUS * UNIT).move_to(at(SECOND + 60, y))
        disc.set_fill(theme.background, 1).set_stroke(theme.muted, 2)
        mark = types.math(
            formula, 20 if formula == "tanh" else 22 if formula == "1 -" else 28, theme.ink
        )
        group.add(disc, mark.move_to(at(SECOND + 60, y)), _about(pen, about, y))
    wires: list[tuple[VMobject, str]] = [
        (_line().set_stroke(theme.positive, 5), "large positive weight"),
        (_dashes().set_stroke(theme.negative, 2.5), "small negative weight"),
        (_line().set_stroke(theme.hue("c"), 4), "a vector on its way"),
    ]
    for k, (wire, about) in enumerate(wires, start=len(circles)):
        y = TOP + k * NARROW
        group.add(wire.shift(at(0, y) - at(0, TOP)), _about(pen, about, y))
    y = TOP + (len(circles) + len(wires)) * NARROW
    forget = pen.board.trace["f"][0, pen.board.b]
    for k, unit in enumerate(sorted({int(forget.argmin()), int(forget.argmax())}, key=forget.take)):
        group.add(_pill(pen, SECOND + k * (PILL_WIDTH + 12), y, "f", unit))
    group.add(types.words("fuller: larger |value|", 27, theme.ink).put(SECOND + 250, y + 9))
    return group


def _line() -> VMobject:
    return Line(at(SECOND, TOP), at(SECOND + 120, TOP))


def _dashes() -> VMobject:
    return DashedLine(at(SECOND, TOP), at(SECOND + 120, TOP), dash_length=0.08)


def _about(pen: Pen, text: str, y: float) -> Label:
    return pen.types.words(text, 27, pen.theme.ink).put(SECOND + 150, y + 9)


def _names(pen: Pen) -> VGroup:
    sizes = pen.board.trace.sizes
    group = VGroup(_heading(pen, "Names and sizes", THIRD))
    counts = f"here: {sizes['I']} inputs, {sizes['H']} hidden units, batch {sizes['B']}"
    group.add(pen.types.words(counts, 27, pen.theme.ink).put(THIRD, TOP + 9))
    for k, (name, *lines) in enumerate(NAMES):
        y = TOP + 92 + k * 142
        group.add(pen.types.words(name, 27, pen.theme.ink, "bold").put(THIRD, y))
        for j, line in enumerate(lines):
            group.add(pen.note(line, 25).put(THIRD, y + 36 + 33 * j))
    first, second = NOTES["lstm"].split(": ")
    group.add(
        pen.types.words(first + ":", 25, pen.theme.ink).put(THIRD, 880),
        pen.types.words(second, 25, pen.theme.ink).put(THIRD, 914),
    )
    return group
