"""The carried states over time: a table, a row a timestep, and a line a unit."""

from collections.abc import Sequence

from manim import Dot, Line, VGroup

from rnnviz.diagram import Box
from rnnviz.equations import symbol
from rnnviz.stage.canvas import UNIT, at, polyline
from rnnviz.stage.pen import LEFT, RIGHT, Pen
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label
from rnnviz.theme import mix

MOST_ROWS = 8  # timesteps in all the tables together
MOST_COLUMNS = 4  # in a table
ROW, LOW_ROW, LOWEST = 46.0, 36.0, 955.0
LABELS = 62.0  # room for the lines' names at the chart's right end
APART = 26.0  # between two of them
Ending = tuple[str, int, list[float]]  # a state, a unit and its values from the start


def history(pen: Pen, upto: int) -> VGroup:
    """Return what the cell started from and its states up to timestep ``upto``, counted from 0."""
    cell = pen.board.trace.cell
    pairs = list(zip(cell.states, cell.next_state, strict=True))
    units = pen.board.trace.shown(cell.next_state[0])
    by_unit = len(units) > MOST_COLUMNS  # a row a unit, else a row a timestep
    most = MOST_COLUMNS if by_unit else MOST_ROWS // len(pairs)
    times = range(max(-1, upto + 1 - most), upto + 1)
    pitch = (LOW_ROW if len(pairs) > 1 else ROW) if by_unit else ROW
    rows = len(units) if by_unit else len(times)
    left_out = ["earlier timesteps"] if times[0] >= 0 else []
    more = pen.board.trace.sizes["H"] - len(units)
    left_out += [f"{more} more units"] if more else []
    group = grouped()
    y = 224.0
    for before, after in pairs:
        group.add(_table(pen, before, after, times, y, pitch))
        y += 58 + rows * pitch + 16
    if left_out:
        group.add(pen.note(f"not shown: {' and '.join(left_out)}").put(RIGHT - 10, y - 26, "right"))
        y += 20
    if LOWEST - y > 110:
        group.add(_chart(pen, pairs, upto, Box(LEFT + 40, y + 14, RIGHT - 20, LOWEST - 38)))
    return group


def _table(
    pen: Pen, before: str, after: str, times: Sequence[int], y: float, pitch: float
) -> VGroup:
    """Return the values of a state: a row a timestep, or a row a unit where these are many."""
    trace = pen.board.trace
    units = trace.shown(after)
    hue, size = pen.theme.hue(after), min(30.0, 0.8 * pitch)
    name = pen.types.math(symbol(trace.cell, after), 36, hue, symbol(trace.cell, after, "text"))
    group = grouped(
        name.put(LEFT, y), Line(at(LEFT, y + 16), at(RIGHT - 10, y + 16)).set_stroke(hue, 2)
    )
    by_unit = len(units) > MOST_COLUMNS
    columns, rows = (times, units) if by_unit else (units, times)
    head, side = (_time, _unit) if by_unit else (_unit, _time)
    places = [LEFT + 205.0 + k * 114.0 for k in range(len(columns))]
    group.add(*(head(pen, k).put(x, y, "right") for k, x in zip(columns, places, strict=True)))
    for k, row in enumerate(rows):
        level = y + 20 + 0.82 * pitch + k * pitch
        group.add(side(pen, row).put(LEFT, level))
        for column, x in zip(columns, places, strict=True):
            t, unit = (column, row) if by_unit else (row, column)
            value = pen.value(after, unit, t, size) if t >= 0 else pen.value(before, unit, 0, size)
            group.add(value.put(x, level, "right"))
    return group


def _unit(pen: Pen, k: int) -> Label:
    return pen.note(f"unit {k + 1}")


def _time(pen: Pen, t: int) -> Label:
    text = f"t = {t + 1}"
    return pen.types.math(text, 26, pen.theme.muted, text)


def _chart(pen: Pen, pairs: list[tuple[str, str]], upto: int, box: Box) -> VGroup:
    """Draw each unit of each state from the start to ``upto`` on one scale around zero."""
    trace, b, theme = pen.board.trace, pen.board.b, pen.theme
    lines: list[Ending] = [
        (
            after,
            unit,
            [float(trace[before][0, b, unit]), *map(float, trace[after][: upto + 1, b, unit])],
        )
        for before, after in pairs
        for unit in trace.shown(after)
    ]
    reach = max(0.1, *(abs(value) for *_, values in lines for value in values))
    middle, scale = (box.top + box.bottom) / 2, (box.bottom - box.top) / 2 / reach
    step = (box.right - LABELS - box.left) / trace.sizes["T"]
    end = box.left + (upto + 1) * step
    group = grouped(
        Line(at(box.left, middle), at(end, middle)).set_stroke(theme.muted, 1.5),
        pen.note("0").put(box.left - 12, middle + 8, "right"),
    )
    for name, _, values in lines:
        points = [(box.left + k * step, middle - v * scale) for k, v in enumerate(values)]
        hue = mix(theme.background, theme.hue(name), 0.85)
        group.add(polyline(points).set_stroke(hue, 2.5))
        if len(values) <= 20:
            group.add(*(Dot(at(*p), radius=5 * UNIT, color=hue) for p in points))
    ends = [middle - values[-1] * scale for *_, values in lines]
    group.add(*_names(pen, lines, ends, end, box))
    times = range(upto + 2) if trace.sizes["T"] <= 12 else (0, upto + 1)
    group.add(
        *(pen.note(str(t)).put(box.left + t * step, box.bottom + 36, "centre") for t in times)
    )
    group.add(
        pen.types.math("t", 26, theme.muted, "t").put(box.left - 22, box.bottom + 36, "right")
    )
    return group


def _names(
    pen: Pen, lines: list[Ending], ends: list[float], x: float, box: Box
) -> list[Label | Line]:
    """Return each line's name beside its end, with a leader where names have to move apart."""
    levels = spread(ends, APART, box.top - 6, box.bottom + 6)
    if levels is None:
        return []
    made: list[Label | Line] = []
    for (name, unit, _), y, level in zip(lines, ends, levels, strict=True):
        hue = pen.theme.hue(name)
        made.append(Line(at(x + 6, y), at(x + 22, level)).set_stroke(hue, 1.2))
        label = pen.types.math(f"{name}_(t,{unit + 1})", 24, hue, f"{name}_t,{unit + 1}")
        made.append(label.put(x + 26, level + 6))
    return made


def spread(places: list[float], gap: float, low: float, high: float) -> list[float] | None:
    """Return places at least ``gap`` apart between two ends; None if that many do not fit."""
    if (len(places) - 1) * gap > high - low:
        return None
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = [places[k] for k in order]
    for k in range(1, len(moved)):  # downwards, then back up from the lower end
        moved[k] = max(moved[k], moved[k - 1] + gap)
    shift = max(0.0, (moved[-1] - max(places)) / 2) if moved else 0.0
    moved = [place - shift for place in moved]
    moved[-1] = min(moved[-1], high)
    for k in range(len(moved) - 2, -1, -1):
        moved[k] = min(moved[k], moved[k + 1] - gap)
    moved[0] = max(moved[0], low)
    for k in range(1, len(moved)):
        moved[k] = max(moved[k], moved[k - 1] + gap)
    result = [0.0] * len(places)
    for place, k in zip(moved, order, strict=True):
        result[k] = place
    return result
