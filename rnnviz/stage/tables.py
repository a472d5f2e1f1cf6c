"""The panels that are tables: what comes in, and all gates of a timestep."""

from manim import Line, VGroup

from rnnviz.captions import shown_gates
from rnnviz.cells import Cell
from rnnviz.diagram import Box
from rnnviz.equations import symbol
from rnnviz.stage.canvas import at
from rnnviz.stage.gauges import gauges
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Part, Pen
from rnnviz.stage.strip import is_partial, strip
from rnnviz.stage.twins import grouped
from rnnviz.storyboard import Beat

NOTES = {
    "rnn": "The order guides the eye: a machine computes all units together.",
    "lstm": "The order guides the eye: a machine computes the gates together.",
    "gru": "The order guides the eye: a machine computes r and z together.",
    "peepholes": "The order guides the eye: a machine computes f, i and g together.",
}
FEW, FEWER = 4, 2  # units up to which there is room for equations beside gates, and a timestep
BIASES = ((), ("and a bias of {}",), ("and two biases of {}",))


def arrivals(pen: Pen) -> VGroup:
    """Return what comes into the first timestep: vectors, sizes and the number of weights."""
    group = grouped()
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
    """Return every gate of one timestep: its equation, and gauges or a table of all units."""
    panel = Panel(grouped(), [grouped()])
    keys = shown_gates(pen.board.trace.cell)
    if len(pen.board.trace.shown(keys[0])) <= FEW:
        gauges(pen, panel, keys, beat.t)
        return _whole(panel)
    y = _table(pen, panel, keys, beat.t, 230.0, 400.0)
    _equations(pen, panel, keys, max(y + 50, 560.0), 64.0)
    return _whole(panel)


def step_table(pen: Pen, beat: Beat) -> Panel:
    """Return a whole timestep: its gates, and its states before and after."""
    cell = pen.board.trace.cell
    panel = Panel(grouped(), [grouped()])
    gates = tuple(name for name in shown_gates(cell) if name not in cell.next_state)
    pairs = zip(cell.states, cell.next_state, strict=True)
    computed = sorted(pairs, key=lambda pair: cell.names.index(pair[1]))  # h needs the new c
    states = tuple(name for pair in computed for name in pair)
    tables = [keys for keys in (gates, states) if keys]
    few = len(pen.board.trace.shown("h_prev")) <= FEWER
    y = 216.0
    for keys in tables:
        y = _table(pen, panel, keys, beat.t, y, 300.0) + (56.0 if few else 66.0)
        if few:
            made = tuple(name for name in keys if name in gates or name in cell.next_state)
            y = _equations(pen, panel, made, y, 50.0) + 34.0
    return _whole(panel)


def _whole(panel: Panel) -> Panel:
    panel.group.add(*panel.first, *(part.shape for part in panel.parts))
    return panel


def _table(pen: Pen, panel: Panel, keys: tuple[str, ...], t: int, y: float, high: float) -> float:
    """Write a column a value and a row a unit below ``y``; return where the last row stands."""
    trace = pen.board.trace
    columns = [LEFT + 170.0 + k * (370.0 / max(1, len(keys) - 1)) for k in range(len(keys))]
    units = trace.shown(keys[0])
    pitch = min(56.0, high / len(units))
    size = max(24.0, min(30.0, pitch * 0.7))
    head = panel.first[0]
    for key, x in zip(keys, columns, strict=True):
        text = symbol(trace.cell, key, "text")
        label = pen.types.math(symbol(trace.cell, key), 36, pen.theme.hue(key), text)
        head.add(label.put(x, y, "right"))
    head.add(Line(at(LEFT, y + 16), at(RIGHT, y + 16)).set_stroke(pen.theme.faint, 2))
    y += 22 + 0.68 * pitch
    for place, unit in enumerate(units):
        level = y + place * pitch
        head.add(pen.note(f"unit {unit + 1}", min(24.0, size)).put(LEFT, level))
        for key, x in zip(keys, columns, strict=True):
            label = pen.value(key, unit, t, size).put(x + 14, level, "right")
            panel.parts.append(Part(label, (key,)))
    return y + (len(units) - 1) * pitch


def _equations(pen: Pen, panel: Panel, keys: tuple[str, ...], y: float, pitch: float) -> float:
    """Write the equations of some values, all of one size; return where the next line would be."""
    size = min(pen.equation(key, 30).label.size for key in keys)
    for key in keys:
        panel.first[0].add(pen.equation(key, size).label.put(LEFT, y))
        y += pitch
    return y


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
