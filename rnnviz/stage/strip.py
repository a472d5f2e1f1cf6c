"""A whole vector as a strip of small bars, where only some of its units have pills."""

from collections.abc import Iterable

from manim import Line, VGroup, VMobject

from rnnviz.diagram import Box
from rnnviz.stage.canvas import at
from rnnviz.stage.pen import Pen
from rnnviz.stage.twins import grouped
from rnnviz.theme import mix

NARROWEST = 3.0  # pixels of a bar whose unit has a pill
PALE = 0.4


def is_partial(pen: Pen, name: str) -> bool:
    """Whether only some of a vector's units have a pill."""
    return len(pen.board.trace.shown(name)) < int(pen.board.trace[name].shape[2])


def strip(pen: Pen, name: str, t: int, box: Box) -> VGroup:
    """Return a bar a unit around zero, pale but for the units that have a pill."""
    trace, theme = pen.board.trace, pen.theme
    values = [float(value) for value in trace[name][t, pen.board.b]]
    reach = max(1.0, *map(abs, values))
    below = 0.0 if trace.cell.range(name)[0] >= 0 else reach
    zero = box.top + (box.bottom - box.top) * reach / (reach + below)
    wide = (box.right - box.left) / len(values)

    def bars(units: Iterable[int], width: float) -> VMobject:
        shape = VMobject()
        for unit in units:
            middle = box.left + (unit + 0.5) * wide
            end = zero - values[unit] / reach * (zero - box.top)
            left, right = middle - width / 2, middle + width / 2
            shape.start_new_path(at(left, zero))
            for corner in ((right, zero), (right, end), (left, end), (left, zero)):
                shape.add_line_to(at(*corner))
        return shape.set_stroke(width=0)

    tint = theme.tint(name)
    shown = trace.shown(name)
    others = sorted(set(range(len(values))) - set(shown))
    return grouped(
        bars(others, 0.85 * wide).set_fill(mix(theme.background, tint, PALE), 1),
        bars(shown, max(NARROWEST, 0.85 * wide)).set_fill(tint, 1),
        Line(at(box.left, zero), at(box.right, zero)).set_stroke(theme.muted, 1),
    )
