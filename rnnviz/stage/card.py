"""How the parts of a reference card are set: headings, samples over their words, and tables."""

from collections.abc import Sequence

from manim import Line, VGroup, VMobject

from rnnviz.diagram import PILL_WIDTH, Box
from rnnviz.stage.canvas import at, rounded
from rnnviz.stage.pen import Pen
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label
from rnnviz.theme import Rgb

HEADING, WORDS, NOTE = 34.0, 24.0, 22.0  # sizes of text
PILL_HEIGHT, NUMBER = 37.0, 26.0


def heading(pen: Pen, text: str, x: float, y: float) -> Label:
    """Return the heading of a part, placed."""
    return pen.types.words(text, HEADING, pen.theme.ink, "bold").put(x, y)


def words(pen: Pen, text: str, x: float, y: float) -> Label:
    """Return what a row says, placed."""
    return pen.types.words(text, WORDS, pen.theme.ink).put(x, y)


def note(pen: Pen, text: str, x: float, y: float) -> Label:
    """Return a remark, placed."""
    return pen.note(text, NOTE).put(x, y)


def under(pen: Pen, sample: VMobject, text: str, x: float, y: float) -> VGroup:
    """Return a sample with its words centred under it, on the baseline y."""
    return grouped(sample, pen.types.words(text, NOTE, pen.theme.ink).put(x, y, "centre"))


def centres(left: float, right: float, count: int) -> list[float]:
    """Return the middles of equally wide places between two edges."""
    return [left + (k + 0.5) * (right - left) / count for k in range(count)]


def pill(pen: Pen, centre: tuple[float, float], fill: Rgb, outline: Rgb, width: float) -> VMobject:
    """Return a pill without a number."""
    x, y = centre
    box = Box(x - PILL_WIDTH / 2, y - PILL_HEIGHT / 2, x + PILL_WIDTH / 2, y + PILL_HEIGHT / 2)
    return rounded(box, PILL_HEIGHT / 2).set_fill(fill, 1).set_stroke(outline, width)


def filled(pen: Pen, centre: tuple[float, float], name: str, unit: int, width: float) -> VGroup:
    """Return the pill of one unit at the first timestep, with its number."""
    theme = pen.theme
    value = float(pen.board.trace[name][0, pen.board.b, unit])
    shape = pill(pen, centre, theme.fill(name, abs(value)), theme.hue(name), width)
    label = pen.value(name, unit, 0, NUMBER)
    if label.advance > PILL_WIDTH - 10:
        label = pen.value(name, unit, 0, 24.0)
    x, y = centre
    return grouped(shape, label.put(x, y + 0.325 * label.size, "centre"))


def table(
    pen: Pen,
    columns: Sequence[float],
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    y: float,
    pitch: float,
    right: float,
) -> list[VMobject]:
    """Return a table's rows, its heads and their rule first; the first column is bold.

    A cell between dollar signs is a formula.
    """
    rule = Line(at(columns[0], y + 12), at(right, y + 12)).set_stroke(pen.theme.faint, 2)
    heading = (note(pen, text, x, y) for x, text in zip(columns, heads, strict=True) if text)
    made: list[VMobject] = [grouped(*heading, rule)]
    for k, texts in enumerate(rows, start=1):
        level = y + 6 + k * pitch
        first, *others = zip(columns, texts, strict=True)
        name = pen.types.words(first[1], NOTE, pen.theme.ink, "bold").put(first[0], level)
        made.append(grouped(name, *(_cell(pen, text).put(x, level) for x, text in others)))
    return made


def _cell(pen: Pen, text: str) -> Label:
    if text.startswith("$"):
        return pen.types.math(text.strip("$"), WORDS, pen.theme.ink)
    return pen.types.words(text, NOTE, pen.theme.ink)
