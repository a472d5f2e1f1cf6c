"""The panels that are tables: what comes in, and all gates of a timestep."""

from manim import Line, VGroup

from rnnviz.captions import shown_gates
from rnnviz.cells import Cell
from rnnviz.diagram import Box
from rnnviz.equations import symbol
from rnnviz.stage.canvas import at
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen
from rnnviz.stage.strip import is_partial, strip
from rnnviz.storyboard import Beat

NOTES = {
    "rnn": "The order guides the eye: a machine computes all units together.",
    "lstm": "The order guides the eye: a machine computes the gates together.",
    "gru": "The order guides the eye: a machine computes r and z together.",
    "peepholes": "The order guides the eye: a machine computes f, i and g together.",
}
BIASES = ((), ("and a bias of {}",), ("and two biases of {}",))


def arrivals(pen: Pen) -> VGroup:
    """Return what comes into the first timestep: vectors, sizes and the number of weights."""
    group = VGroup()
    trace = pen.board.trace
    sizes, cell = trace.sizes, trace.cell
    picked = [name for name in (*cell.inputs, *cell.states) if is_partial(pen, name)]
    units = "(hidden_size)" if "h_prev" in picked else "(hidden_size, units)"
    about = {
        "x": ("input", f"{_count(sizes['I'], 'value')} (input_size)"),
        "h_prev": ("hidden state", f"{_count(sizes['H'], 'unit')} {units}"),
        "c_prev": ("cell state", "as many as the hidden state"),
    }
    rows = len(cell.inputs + cell.states)
    y = 240.0
    for name in (*cell.inputs, *cell.states):
        title, size = about[name]
        if name in picked:
            size += f", {len(trace.shown(name))} shown"
            group.add(strip(pen, name, 0, Box(LEFT + 120, y + 48, RIGHT - 20, y + 96)))
        hue = pen.theme.hue(name)
        text = symbol(cell, name, "text")
        group.add(
            pen.types.math(symbol(cell, name), 44, hue, text).put(LEFT, y),
            pen.types.words(title, 32, pen.theme.ink).put(LEFT + 120, y - 8),
            pen.note(size, 26).put(LEFT + 120, y + 28),
        )
        y += 450.0 / rows
    weights = f"{trace.params.size} weights{' and biases' if cell.biases else ''}"
    lines = _blocks(cell, sizes["I"], sizes["H"])
    notes = [NOTES["peepholes" if cell.peepholes else cell.name]]
    if picked:  # shorter lines: the number of what is not shown stands beside them
        start, _, end = notes[0].partition(": ")
        notes = ["What is not shown of a vector is one term of each sum.", start + ":", end]
    group.add(
        pen.types.words(weights, 32, pen.theme.ink).put(LEFT, 760),
        *(pen.note(line, 26).put(LEFT, 802 + 36 * k) for k, line in enumerate(lines)),
        *(pen.note(note).put(LEFT, 960 - 29 * k) for k, note in enumerate(reversed(notes))),
    )
    return group


def _blocks(cell: Cell, inputs: int, hidden: int) -> list[str]:
    """Return what the weights of a cell consist of, a line each."""
    gates = len(cell.gates)
    lines = [
        f"{f'{gates} blocks, each' if gates > 1 else 'one block'} with "
        f"W_i {hidden}×{inputs}, W_h {hidden}×{hidden}",
        *(line.format(hidden) for line in BIASES[cell.biases]),
    ]
    if cell.peepholes:
        lines.append(f"and peepholes {', '.join(cell.peepholes)} of {hidden} each")
    return lines


def gate_table(pen: Pen, beat: Beat) -> Panel:
    """Return every gate of one timestep: a row a unit, a column a gate, and their equations."""
    group, numbers = VGroup(), VGroup()
    trace = pen.board.trace
    cell = trace.cell
    keys = shown_gates(cell)
    columns = [LEFT + 170.0 + k * (370.0 / max(1, len(keys) - 1)) for k in range(len(keys))]
    units = trace.shown(keys[0])
    pitch = min(56.0, 400.0 / len(units))
    size = max(24.0, min(30.0, pitch * 0.62))
    y = 230.0
    for key, x in zip(keys, columns, strict=True):
        text = symbol(cell, key, "text")
        group.add(
            pen.types.math(symbol(cell, key), 36, pen.theme.hue(key), text).put(x, y, "right")
        )
    group.add(Line(at(LEFT, y + 16), at(RIGHT, y + 16)).set_stroke(pen.theme.faint, 2))
    for place, unit in enumerate(units):
        level = y + 60 + place * pitch
        group.add(pen.note(f"unit {unit + 1}", 24).put(LEFT, level))
        for key, x in zip(keys, columns, strict=True):
            numbers.add(pen.value(key, unit, beat.t, size).put(x + 14, level, "right"))
    y = max(y + 60 + len(units) * pitch + 50, 560.0)
    size = min(pen.equation(key, 30).size for key in keys)
    for key in keys:
        group.add(pen.equation(key, size).put(LEFT, y))
        y += 64.0
    return Panel(VGroup(group, numbers), [group], [numbers])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
