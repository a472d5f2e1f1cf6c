"""Gates and states of the three cells over all timesteps: a panel of curves for each value."""

from collections.abc import Iterator
from dataclasses import dataclass

from rnnviz.diagram import Box as Area
from rnnviz.figures.compare_cells import INPUTS, Run
from rnnviz.figures.marks import Curve, Heat, Mark, Math, Scale, Words, axis

LANES = {"rnn": 100.0, "lstm": 392.0, "gru": 686.0}  # tops
LEFT, PITCH, WIDE = 456.0, 288.0, 214.0  # of the panels
TITLE, TOP, BOTTOM = 36.0, 58.0, 234.0  # from the top of a lane
DOTTED, ROOMY = 16, 40  # timesteps up to which curves have dots, and are thick
APART = 25.0  # from label to label of curves that end close together


@dataclass(frozen=True)
class Panel:
    """The place and the title of one value: its column, from 0, its letter and what it does."""

    value: str
    column: int
    letter: str
    does: str
    role: str


PANELS = {
    "rnn": (Panel("h", 4, "h", "all new", "h"),),
    "lstm": (
        Panel("f", 0, "f", "keeps c", "f"),
        Panel("i", 1, "i", "lets in g", "i"),
        Panel("o", 2, "o", "shows c", "o"),
        Panel("c", 3, "c", "kept in part", "c"),
        Panel("h", 4, "h", "o of tanh(c)", "h"),
    ),
    "gru": (
        Panel("z", 0, "z", "keeps h", "drop"),
        Panel("z_not", 1, "1 − z", "lets in n", "write"),
        Panel("r", 2, "r", "shows h to n", "r"),
        Panel("h", 4, "h", "kept in part", "h"),
    ),
}


def area(run: Run, column: int) -> Area:
    """Return where a panel's curves are."""
    left, top = LEFT + PITCH * column, LANES[run.name]
    return Area(left, top + TOP, left + WIDE, top + BOTTOM)


def scale_of(run: Run, value: str) -> Scale:
    """Return 0 to 1 for gates, −1 to 1 for h, and as far as it goes for c."""
    if run.cell.range(value) == (0.0, 1.0):
        return Scale(0, 1)
    most = max((abs(v) for unit in run.units for v in run.course(value, unit)), default=1.0)
    whole = max(1, int(-(-most // 1))) if value == "c" else 1
    return Scale(-whole, whole)


def panel(run: Run, one: Panel) -> Iterator[Mark]:
    """Yield a value's curves over all timesteps, a curve a unit, with its axes and its title."""
    place, scale = area(run, one.column), scale_of(run, one.value)
    stem, steps = f"{run.name}.{one.value}.curves", run.trace.sizes["T"]
    wide = 30 if len(one.letter) == 1 else 84
    yield Math(f"{stem}.name", one.letter, place.left, place.top - 20, 30, one.role)
    yield Words(f"{stem}.does", one.does, place.left + wide, place.top - 20, 25, "muted")
    ends = {0.0: "0", scale.low: _whole(scale.low), scale.high: _whole(scale.high)}
    yield from axis(f"{stem}.axis", scale, place, tuple(ends.items()))
    yield Words(f"{stem}.first", "t = 1", place.left, place.bottom + 28, 22, "muted")
    if steps > 1:
        yield Words(
            f"{stem}.last", str(steps), place.right, place.bottom + 28, 22, "muted", "right"
        )
    courses = [run.course(one.value, unit) for unit in run.units]
    for unit, course in zip(run.units, courses, strict=True):
        ref = f"{run.cell.title} {one.letter}[1…{steps},{unit + 1}]"
        yield Curve(f"{stem}{unit + 1}", course, scale, place, ref, one.role,
                    width=(3.6 if unit == 0 else 2.0) if steps <= ROOMY else 1.2,
                    dots=steps <= DOTTED)  # fmt: skip
    high = place.bottom - place.top
    ideal = [place.bottom - high * scale.share(course[-1]) for course in courses]
    for unit, y in zip(run.units, _spread(ideal), strict=True):
        yield Words(f"{stem}{unit + 1}.unit", str(unit + 1), place.right + 14, y + 8, 22, one.role)


def _spread(ideal: list[float]) -> list[float]:
    """Return heights as wanted, but those of two units so far apart that both can be read."""
    if len(ideal) < 2 or abs(ideal[0] - ideal[1]) >= APART:
        return ideal
    middle, first = sum(ideal) / 2, ideal[0] <= ideal[1]
    ends = [middle - APART / 2, middle + APART / 2]
    return ends if first else ends[::-1]


def _whole(value: float) -> str:
    return f"{value:.0f}".replace("-", "−")


def sequence(run: Run) -> Iterator[Mark]:
    """Yield x over all timesteps as cells, and that the RNN has no gates."""
    x = run.trace["x"][:, 0].T[:INPUTS]
    most = max(1.0, float(abs(x).max()))
    first, last = area(run, 0), area(run, 1)
    place = Area(first.left, first.top, last.right, first.bottom)
    steps = run.trace.sizes["T"]
    yield Math("x.curves.name", "x", place.left, place.top - 20, 30, "x")
    yield Words("x.curves.does", "the same for all three", place.left + 30, place.top - 20, 25,
                "muted")  # fmt: skip
    rows = tuple(tuple(map(float, row)) for row in x)
    yield Heat("x.curves", rows, Scale(-most, most), place, f"x[1…{steps}]", "x", "muted")
    for k in range(len(rows)):
        y = place.top + (place.bottom - place.top) * (k + 0.5) / len(rows)
        yield Words(f"x.curves.row{k + 1}", str(k + 1), place.left - 12, y + 8, 22, "x", "right")
    yield Words("x.curves.first", "t = 1", place.left, place.bottom + 28, 22, "muted")
    if steps > 1:
        yield Words("x.curves.last", str(steps), place.right, place.bottom + 28, 22, "muted",
                    "right")  # fmt: skip
    for k, text in enumerate(("no gates:", "every h is tanh of a sum", "of x and the h before")):
        yield Words(f"rnn.none{k}", text, area(run, 2).left - 20, place.top + 60 + 36 * k, 27,
                    "muted" if k else "ink", bold=k == 0)  # fmt: skip


def cell_state(run: Run) -> Iterator[Mark]:
    """Yield that a GRU has nothing where the LSTM has c, and what the numbers at curves are."""
    place = area(run, 3)
    for k, text in enumerate(("no cell state", "1, 2 at a curve:", "the unit")):
        yield Words(f"gru.none{k}", text, place.left - 20, place.top + 60 + 36 * k, 27,
                    "muted" if k else "ink", bold=k == 0)  # fmt: skip
