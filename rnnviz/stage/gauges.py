"""Gates as gauges: how far each unit is open, under the equation of its gate."""

from manim import Line, Rectangle, VMobject

from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Part, Pen
from rnnviz.stage.twins import grouped

FROM, TO = LEFT + 95.0, RIGHT - 120.0  # of a track
NUMBER = RIGHT - 20.0
TOP, BOTTOM = 222.0, 962.0
MOST = 225.0  # height of a gate's block


def gauges(pen: Pen, panel: Panel, keys: tuple[str, ...], t: int) -> None:
    """Write a block a gate: its equation, then a row a unit with a track over the gate's range."""
    trace, head = pen.board.trace, panel.first[0]
    units = trace.shown(keys[0])
    high = min(MOST, (BOTTOM - TOP) / len(keys))
    pitch = min(46.0, (high - 62.0) / len(units))
    size = max(24.0, min(32.0, 0.72 * pitch))
    equation = min(pen.equation(key, 30).label.size for key in keys)
    for k, key in enumerate(keys):
        y = TOP + k * high
        head.add(pen.equation(key, equation).label.put(LEFT, y))
        low = trace.cell.range(key)[0]
        for place, unit in enumerate(units):
            level = y + 26 + (place + 0.5) * pitch
            head.add(
                pen.note(f"unit {unit + 1}").put(LEFT, level + 8),
                _track(pen, level, pitch, low < 0),
            )
            number = pen.value(key, unit, t, size).put(NUMBER, level + 0.34 * size, "right")
            value = float(trace[key][t, pen.board.b, unit])
            panel.parts.append(Part(grouped(_bar(pen, key, level, pitch, low, value)), (key,)))
            panel.parts.append(Part(number, (key,)))


def _track(pen: Pen, level: float, pitch: float, signed: bool) -> VMobject:
    """Return the outline of a range, 0 to 1 or −1 to 1, with a line at 0."""
    high = 0.5 * pitch
    track = Rectangle(width=(TO - FROM) * UNIT, height=high * UNIT)
    track.move_to(at((FROM + TO) / 2, level)).set_stroke(pen.theme.muted, 1.2)
    zero = (FROM + TO) / 2 if signed else FROM
    mark = Line(at(zero, level - 0.8 * high), at(zero, level + 0.8 * high))
    return grouped(track, mark.set_stroke(pen.theme.ink, 2))


def _bar(pen: Pen, key: str, level: float, pitch: float, low: float, value: float) -> VMobject:
    scale = (TO - FROM) / (1.0 - low)
    zero = FROM - low * scale
    bar = Rectangle(width=max(1.0, abs(value) * scale) * UNIT, height=0.5 * pitch * UNIT)
    bar.move_to(at(zero + value * scale / 2, level))
    return bar.set_fill(pen.theme.tint(key), 0.85).set_stroke(width=0)
