"""The legend's values: a colour a role in all three cells, pills and stacks."""

from manim import VGroup, VMobject

from rnnviz.cells import GRU, LSTM, Cell, rnn
from rnnviz.diagram import PAD, PILL_WIDTH, Box
from rnnviz.equations import is_named, symbol
from rnnviz.params import MAX_DRAWN, demo
from rnnviz.stage.canvas import at, rounded
from rnnviz.stage.card import (
    PILL_HEIGHT,
    WORDS,
    centres,
    filled,
    heading,
    note,
    pill,
    table,
    under,
    words,
)
from rnnviz.stage.drawing import THIN
from rnnviz.stage.frame import Frame
from rnnviz.stage.pen import Pen, joined
from rnnviz.stage.strip import is_partial, strip
from rnnviz.stage.twins import grouped
from rnnviz.storyboard import walk
from rnnviz.tracing import Trace, trace

LEFT, RIGHT = 40.0, 700.0
ROLES = {
    "input": "input",
    "hidden": "hidden state",
    "cell": "cell state",
    "drop": "gate: keeps",
    "write": "gate: lets in",
    "candidate": "candidate",
    "show": "gate: passes",
    "neutral": "other sums",
}
CELLS = (LSTM, GRU, rnn(form="dense"))  # the RNN's variant that has all letters of the others
COLUMNS = (LEFT, LEFT + 132, 348.0, 474.0, 600.0)
ROW, PITCH = 44.0, PILL_HEIGHT + 7
NOTES = (
    "Gates lie between 0 and 1 and have no sign; all else has one.",
    "A product like f ⊙ c has the colour of what the gate multiplies.",
    "Where z replaces, z lets in and 1 − z keeps.",
)


def values(pen: Pen) -> list[VMobject]:
    """Return the rows of the table of colours, and what is to be said about all of them."""
    top = 176.0
    heads = ("", "", *(cell.title for cell in CELLS))
    rows = [heading(pen, "Colours", LEFT, 142), *table(pen, COLUMNS, heads, (), top, ROW, RIGHT)]
    for k, role in enumerate(pen.theme.hues, start=1):
        rows.append(_role(pen, role, top + k * ROW))
    y = top + (len(pen.theme.hues) + 1) * ROW - 1
    return [*rows, *(note(pen, text, LEFT, y + 30 * k) for k, text in enumerate(NOTES))]


def letters(pen: Pen, cell: Cell, role: str) -> list[str]:
    """Return the values of a cell that have this role and a letter; 1 − z counts as one."""
    roles = pen.theme.of(cell).roles
    own = [name for name in cell.names if roles.get(name, "neutral") == role]
    return [name for name in own if is_named(cell, name) or name == "z_not"]


def _role(pen: Pen, role: str, y: float) -> VGroup:
    """Return a role's row: a pill of the trace, what it does, and its letters in each cell."""
    cell, centre = pen.board.trace.cell, (LEFT + PILL_WIDTH / 2, y - 8)
    named = [*letters(pen, cell, role)[-1:], *(["i_pre"] if role == "neutral" else [])]
    unit = pen.board.trace.shown(named[0])[0]
    group = grouped(filled(pen, centre, named[0], unit, 2), words(pen, ROLES[role], COLUMNS[1], y))
    for cell, x in zip(CELLS, COLUMNS[2:], strict=True):
        names = letters(pen, cell, role)
        if not names:
            continue
        formula, text = (
            ", ".join(symbol(cell, name, markup) for name in names) for markup in ("typst", "text")
        )
        mark = pen.types.math(formula, 30, pen.theme.of(cell).hue(names[0]), text).put(x, y)
        group.add(mark)
        titles = {gate.key: gate.title for gate in cell.gates if gate.title.endswith(" gate")}
        if names[0] in titles:
            called = titles[names[0]].removesuffix(" gate").lower()
            group.add(note(pen, called, x + mark.advance + 10, y))
    return group


def stacks(pen: Pen) -> list[VMobject]:
    """Return what a stack of pills tells, and what stands for units that have none."""
    y, theme = 682.0, pen.theme
    places = centres(LEFT, RIGHT, 3)
    looks = (
        ("not computed yet", False, theme.faint, THIN),
        ("computed now", True, theme.hue("f"), 3.5),
        ("computed", True, theme.hue("f"), THIN),
    )
    parts: list[VMobject] = [heading(pen, "Pills and stacks", LEFT, y)]
    parts.append(note(pen, "a pill is a unit; fuller is a larger |value|", LEFT + 268, y))
    for x, (text, known, outline, width) in zip(places, looks, strict=True):
        parts.append(under(pen, _stack(pen, (x, y + 76), known, outline, width), text, x, y + 156))
    return [*parts, *_left_out(pen, y + 188)]


def _left_out(pen: Pen, y: float) -> list[VMobject]:
    """Return what stands for the units of a large cell that have no pill, and the timesteps."""
    large = pen
    if not is_partial(pen, "h"):
        large = Pen(walk(_demo(MAX_DRAWN).pick(units=(0, 1))), pen.theme, pen.types)
    whole, shown = large.board.trace.sizes["H"], len(large.board.trace.shown("h"))
    bars, rest, time = 125.0, 325.0, 560.0
    several = pen if pen.board.trace.sizes["T"] > 1 else Pen(walk(_demo(2)), pen.theme, pen.types)
    dots = Frame(several, "").strip(1)
    return [
        under(
            pen,
            strip(large, "h_prev", 0, Box(bars - 80, y, bars + 80, y + 52)),
            f"{shown} of {whole} shown",
            bars,
            y + 82,
        ),
        under(
            pen,
            joined(
                pen.note(f"{whole - shown} more w ×", WORDS),
                pen.types.math("h", 28, pen.theme.hue("h")),
            )
            .put(0, 0)
            .move_to(at(rest, y + 26)),
            "rest of a sum",
            rest,
            y + 82,
        ),
        under(pen, dots.move_to(at(time, y + 26)), "timesteps", time, y + 82),
    ]


def _demo(hidden: int) -> Trace:
    made = demo(LSTM, 2, 3, hidden)
    return trace(LSTM, made.x, made.params, h0=made.states["h_prev"], c0=made.states["c_prev"])


def _stack(pen: Pen, centre: tuple[float, float], known: bool, hue: str, width: float) -> VGroup:
    """Return the forget gate's first units in their frame, with their numbers or without."""
    x, y = centre
    units = list(pen.board.trace.shown("f"))[:2]
    half = len(units) * PITCH / 2 + PAD - 2
    side = PILL_WIDTH / 2 + PAD
    frame = rounded(Box(x - side, y - half, x + side, y + half), 18)
    group = grouped(frame.set_fill(pen.theme.background, 1).set_stroke(hue, width))
    for k, unit in enumerate(units):
        middle = (x, y + (k - (len(units) - 1) / 2) * PITCH)
        group.add(
            filled(pen, middle, "f", unit, THIN)
            if known
            else pill(pen, middle, pen.theme.cell, pen.theme.faint, THIN)
        )
    return group
