"""The carried states over time: a table, a row a timestep, and a line a unit."""

from manim import Dot, Line, VGroup

from rnnviz.diagram import Box
from rnnviz.equations import symbol
from rnnviz.stage.canvas import UNIT, at, polyline
from rnnviz.stage.pen import LEFT, RIGHT, Pen
from rnnviz.stage.theme import mix

MOST_ROWS = 8  # timesteps in all the tables together
MOST_COLUMNS = 4  # units in a table
SPREAD = 4  # lines whose names are moved apart; of more, those that collide go without
BOTTOM = 955.0


def history(pen: Pen, upto: int) -> VGroup:
    """Return what the cell started from and its states up to timestep ``upto``, counted from 0."""
    trace = pen.board.trace
    group = VGroup()
    pairs = list(zip(trace.cell.states, trace.cell.next_state, strict=True))
    rows = min(upto + 2, MOST_ROWS // len(pairs))
    pitch = 46.0
    y = 224.0
    for before, after in pairs:
        group.add(_table(pen, before, after, upto, rows, y, pitch))
        y += 58 + rows * pitch + 34
    if BOTTOM - y > 110:
        group.add(_chart(pen, pairs, upto, Box(LEFT + 40, y + 10, RIGHT - 20, BOTTOM - 38)))
    return group


def _table(
    pen: Pen, before: str, after: str, upto: int, rows: int, y: float, pitch: float
) -> VGroup:
    trace = pen.board.trace
    units = min(trace.sizes["H"], MOST_COLUMNS)
    hue = pen.theme.hue(after)
    columns = [LEFT + 210.0 + k * 115.0 for k in range(units)]
    name = pen.types.math(symbol(trace.cell, after), 36, hue, symbol(trace.cell, after, "text"))
    group = VGroup(
        name.put(LEFT, y),
        Line(at(LEFT, y + 16), at(RIGHT - 10, y + 16)).set_stroke(hue, 2),
        *(pen.note(f"unit {k + 1}").put(x, y, "right") for k, x in enumerate(columns)),
    )
    if trace.sizes["H"] > units:
        rest = trace.sizes["H"] - units
        group.add(pen.note(f"({rest} more units in the chart)").put(LEFT + 45, y - 2))
        group.remove(*group.submobjects[2 : 2 + units])
    for k, t in enumerate(range(upto - rows + 1, upto + 1)):
        level = y + 58 + k * pitch
        text = f"t = {t + 1}"
        group.add(pen.types.math(text, 28, pen.theme.muted, text).put(LEFT, level))
        for unit, x in enumerate(columns):
            value = pen.value(after, unit, t, 30) if t >= 0 else pen.value(before, unit, 0, 30)
            group.add(value.put(x, level, "right"))
    return group


def _chart(pen: Pen, pairs: list[tuple[str, str]], upto: int, box: Box) -> VGroup:
    """Draw each unit of each state from the start to ``upto`` on one scale around zero."""
    trace, b, theme = pen.board.trace, pen.board.b, pen.theme
    lines = [
        (after, [float(trace[before][0, b, unit]), *map(float, trace[after][: upto + 1, b, unit])])
        for before, after in pairs
        for unit in range(trace.sizes["H"])
    ]
    reach = max(0.1, *(abs(value) for _, values in lines for value in values))
    middle, scale = (box.top + box.bottom) / 2, (box.bottom - box.top) / 2 / reach
    step = (box.right - 44 - box.left) / trace.sizes["T"]
    group = VGroup(
        Line(at(box.left, middle), at(box.right, middle)).set_stroke(theme.muted, 1.5),
        pen.note("0").put(box.left - 12, middle + 8, "right"),
    )
    for name, values in lines:
        points = [(box.left + k * step, middle - v * scale) for k, v in enumerate(values)]
        hue = mix(theme.background, theme.hue(name), 0.85)
        group.add(polyline(points).set_stroke(hue, 2.5))
        group.add(*(Dot(at(*p), radius=5 * UNIT, color=hue) for p in points))
    taken: list[float] = []
    named = sorted(enumerate(lines), key=lambda item: -item[1][1][-1])  # from the top
    for k, (name, values) in named:
        y = middle - values[-1] * scale
        if len(lines) <= SPREAD:
            while any(abs(y - other) < 30 for other in taken):
                y += 6.0
        if all(abs(y - other) >= 30 for other in taken):
            taken.append(y)
            label = pen.types.math(f"{name}_{k % trace.sizes['H'] + 1}", 26, theme.hue(name))
            group.add(label.put(box.left + (upto + 1) * step + 12, y + 8))
    for t in range(upto + 2):
        if trace.sizes["T"] <= 12:
            x = box.left + t * step
            group.add(pen.note(str(t)).put(x, box.bottom + 36, "centre"))
    return group
