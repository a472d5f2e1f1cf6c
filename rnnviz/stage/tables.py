"""The panels that are tables: what comes in, and all gates of a timestep."""

from manim import Line, VGroup

from rnnviz.captions import SHOWN_GATES
from rnnviz.equations import symbol
from rnnviz.params import NAMES
from rnnviz.stage.canvas import at
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen
from rnnviz.storyboard import Beat

NOTES = {
    "rnn": "The order guides the eye: a machine computes all units together.",
    "lstm": "The order guides the eye: a machine computes the gates together.",
    "gru": "The order guides the eye: a machine computes r and z together.",
}


def arrivals(pen: Pen) -> VGroup:
    """Return what comes into the first timestep: vectors, sizes and the number of weights."""
    group = VGroup()
    trace = pen.board.trace
    sizes, cell = trace.sizes, trace.cell
    about = {
        "x": ("input", f"{_count(sizes['I'], 'value')} (input_size)"),
        "h_prev": ("hidden state", f"{_count(sizes['H'], 'unit')} (hidden_size, units)"),
        "c_prev": ("cell state", "as many as the hidden state"),
    }
    rows = len(cell.inputs + cell.states)
    y = 240.0
    for name in (*cell.inputs, *cell.states):
        title, size = about[name]
        hue = pen.theme.hue(name)
        text = symbol(cell, name, "text")
        group.add(
            pen.types.math(symbol(cell, name), 44, hue, text).put(LEFT, y),
            pen.types.words(title, 32, pen.theme.ink).put(LEFT + 120, y - 8),
            pen.note(size, 26).put(LEFT + 120, y + 28),
        )
        y += 450.0 / rows
    total = sum(getattr(trace.params, name).size for name in NAMES)
    gates, hidden, inputs = len(cell.gates), sizes["H"], sizes["I"]
    y = 760.0
    group.add(
        pen.types.words(f"{total} weights and biases", 32, pen.theme.ink).put(LEFT, y),
        pen.note(
            f"{f'{gates} blocks, each' if gates > 1 else 'one block'} with "
            f"W_i {hidden}×{inputs}, W_h {hidden}×{hidden}",
            26,
        ).put(LEFT, y + 42),
        pen.note(f"and two biases of {hidden}", 26).put(LEFT, y + 78),
        pen.note(NOTES[cell.name]).put(LEFT, 960),
    )
    return group


def gate_table(pen: Pen, beat: Beat) -> Panel:
    """Return every gate of one timestep: a row a unit, a column a gate, and their equations."""
    group, numbers = VGroup(), VGroup()
    trace = pen.board.trace
    cell = trace.cell
    keys = SHOWN_GATES[cell.name]
    columns = [LEFT + 170.0 + k * (370.0 / max(1, len(keys) - 1)) for k in range(len(keys))]
    units = trace.sizes["H"]
    pitch = min(56.0, 400.0 / units)
    size = max(24.0, min(30.0, pitch * 0.62))
    y = 230.0
    for key, x in zip(keys, columns, strict=True):
        text = symbol(cell, key, "text")
        group.add(
            pen.types.math(symbol(cell, key), 36, pen.theme.hue(key), text).put(x, y, "right")
        )
    group.add(Line(at(LEFT, y + 16), at(RIGHT, y + 16)).set_stroke(pen.theme.faint, 2))
    for unit in range(units):
        level = y + 60 + unit * pitch
        group.add(pen.note(f"unit {unit + 1}", 24).put(LEFT, level))
        for key, x in zip(keys, columns, strict=True):
            numbers.add(pen.value(key, unit, beat.t, size).put(x + 14, level, "right"))
    y = max(y + 60 + units * pitch + 50, 560.0)
    size = min(pen.equation(key, 30).size for key in keys)
    for key in keys:
        group.add(pen.equation(key, size).put(LEFT, y))
        y += 64.0
    return Panel(VGroup(group, numbers), [group], [numbers])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
