"""One set of GRU weights under two conventions: what differs first, and what converts."""

from collections.abc import Sequence

from rnnviz.cells import GRU
from rnnviz.figures import conventions_map as maps
from rnnviz.figures import conventions_reset as resets
from rnnviz.figures import conventions_table as table
from rnnviz.figures.conventions_model import (
    Story,
    choice,
    distance,
    first_difference,
    furthest,
    ids,
    story,
)
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Mark, Words
from rnnviz.params import demo as drawn
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace, trace

CELL = "gru"
TAKES = ("weights", "input")


def demo() -> Trace:
    """Return a GRU's trace with the demo's weights, x and h_0, T = 6."""
    example = drawn(GRU, steps=6)
    return trace(GRU, example.x, example.params, h0=example.states["h_prev"])


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return a GRU's weights under z that keeps and that replaces, reset before and after."""
    told = story(trace)
    name, t, unit = first_difference(told.own, told.updated, told.units)
    sheet = Sheet("One GRU, two conventions", _notes(told))
    put_halves(sheet, told, t, digits)
    put_gates(sheet, told, t, digits)
    put_candidate(sheet, told, t, digits)
    put_first(sheet, told, name, t, unit, digits)
    put_state(sheet, told, name, t, digits)
    put_conversion(sheet, told, t, digits)
    put_swap(sheet, told, t, digits)
    put_equal(sheet, told, t, digits)
    resets.put_reset(sheet, told, digits)
    resets.put_products(sheet, told, digits)
    resets.put_refusal(sheet, told, digits)
    put_recap(sheet, told, digits)
    return sheet.figure()


def _notes(told: Story) -> tuple[str, str]:
    sizes = told.own.sizes
    counted = [
        f"{word} {sizes[letter]}" + _shown(shown, sizes[letter])
        for word, letter, shown in (("input", "I", told.inputs), ("hidden", "H", told.units))
    ]
    return f"the same x, T = {sizes['T']}", " · ".join(counted)


def _shown(shown: Sequence[int], size: int) -> str:
    """Return how many of the values are shown, and which unless they are the first ones."""
    if len(shown) == size:
        return ""
    first = list(shown) == list(range(len(shown)))
    said = str(len(shown)) if first else ", ".join(str(one + 1) for one in shown)
    return f" ({said} shown)"


def _rows(
    sheet: Sheet,
    told: Story,
    names: Sequence[str],
    t: int,
    digits: int,
    right: Trace,
    lit: int = -1,
) -> tuple[Wave, Wave]:
    """Put up values on both sides and what stands between them; return a wave of each."""
    marks: list[Mark] = []
    signs: list[Mark] = []
    for name in names:
        marks += table.pills(told, "left", told.own, name, t, digits, known=True, lit=lit)
        marks += table.pills(told, "right", right, name, t, digits, known=True, lit=lit)
        signs += table.sign(told, right, name, t)
    sheet.put(marks, signs)
    return Wave(ids(marks)), Wave(ids(signs))


def _compared(waves: Sequence[tuple[Wave, Wave]], *, with_last: Sequence[Mark] = ()) -> list[Wave]:
    """Return waves of values, then one of all signs between them and of what comes with them."""
    signs = tuple(name for _, wave in waves for name in wave.ids)
    return [*(values for values, _ in waves), Wave((*signs, *ids(with_last)))]


def put_halves(sheet: Sheet, told: Story, t: int, digits: int) -> None:
    """Put up both sides' equations, nothing computed, and what both start from."""
    starts = [*table.shared(told, t, digits)]
    halves = [*table.halves(told, t)]
    for side, run in (("left", told.own), ("right", told.updated)):
        for name in table.ROWS:
            halves += table.pills(told, side, run, name, t, digits, known=False)
    sheet.put(halves, starts)
    sheet.beat(
        "same",
        "The same weights",
        "The same weights, x and h on both sides; only z and 1 − z change places.",
        "Two conventions, side by side.",
        t,
        (Wave(ids(halves)), Wave(ids(starts))),
    )


def put_gates(sheet: Sheet, told: Story, t: int, digits: int) -> None:
    """Compute r and z on both sides."""
    waves = _compared([_rows(sheet, told, ("r", "z"), t, digits, told.updated)])
    unit = told.units[0]
    z = show(float(told.own["z"][t, 0, unit]), digits, within=(0.0, 1.0))
    sheet.beat(
        "gates",
        "Gates",
        f"The same sums give the same gates: z of unit {unit + 1} is {z} on both sides.",
        "First the gates.",
        t,
        waves,
    )


def put_candidate(sheet: Sheet, told: Story, t: int, digits: int) -> None:
    """Compute the candidate and 1 − z on both sides."""
    waves = _compared([_rows(sheet, told, ("n", "z_not"), t, digits, told.updated)])
    reset = choice(told.own.cell, "reset")
    sheet.beat(
        "candidate",
        "Candidate",
        f"Both reset {reset} the product, so n is equal too, and so is 1 − z.",
        "Then the candidate and 1 − z.",
        t,
        waves,
    )


def put_first(sheet: Sheet, told: Story, name: str, t: int, unit: int, digits: int) -> None:
    """Compute the first row that differs, and light up its first unit that does."""
    row = _rows(sheet, told, (name,), t, digits, told.updated, lit=unit)
    mark = Words(
        "first", "first", table.MIDDLE, table.row_y(name) - 34, 26, "ink", "centre", bold=True
    )
    sheet.put(mark)
    left, right = (show(float(run[name][t, 0, unit]), digits) for run in (told.own, told.updated))
    what = "of n that is let in" if name == "zn" else "of h that is kept"
    sheet.beat(
        "first",
        "The first difference",
        f"The first difference is the part {what}: {left} and {right} in unit {unit + 1}.",
        "Now z meets n.",
        t,
        _compared([row], with_last=(mark,)),
    )


def put_state(sheet: Sheet, told: Story, name: str, t: int, digits: int) -> None:
    """Compute the rest up to h, and how far h is apart over all timesteps."""
    rest = table.ROWS[table.ROWS.index(name) + 1 :]
    waves = [_rows(sheet, told, (row,), t, digits, told.updated) for row in rest]
    far = furthest(told.own, told.updated)
    steps = told.own.sizes["T"]
    marks = (
        Words("far", f"largest difference of h, t = 1 to {steps}:", 900, 960, 30, "ink", "right"),
        distance("far.max", far, 924, 960, digits, size=38),
    )
    sheet.put(marks)
    sheet.beat(
        "state",
        "The new state",
        f"So h differs, by up to {show(far, digits)}: with the same weights, another network.",
        "What is kept, and the sum.",
        t,
        _compared(waves, with_last=marks),
    )


def put_conversion(sheet: Sheet, told: Story, t: int, digits: int) -> None:
    """Negate z's weights and biases for the right side, where nothing is computed yet."""
    sheet.drop("shared*", "first", "far*", "sign*")
    weights = [*table.negated(told)]
    pills: list[Mark] = []
    for name in table.ROWS:
        pills += table.pills(told, "left", told.own, name, t, digits, known=True)
        pills += table.pills(told, "right", told.converted, name, t, digits, known=False)
    sheet.put(pills, weights)
    sheet.beat(
        "negate",
        "Conversion",
        "rnnviz.convert: the weights and biases of z change their sign, as σ(−v) = 1 − σ(v).",
        "The right side gets weights of its own.",
        t,
        (Wave(ids(pills)), Wave(ids(weights))),
    )


def put_swap(sheet: Sheet, told: Story, t: int, digits: int) -> None:
    """Compute the right side with converted weights up to 1 − z: the two trade places."""
    pairs = (("r", "z"), ("n", "z_not"))
    waves = [_rows(sheet, told, names, t, digits, told.converted) for names in pairs]
    unit = told.units[0]
    left, right = (
        show(float(run["z"][t, 0, unit]), digits, within=(0.0, 1.0))
        for run in (told.own, told.converted)
    )
    sheet.beat(
        "swap",
        "z and 1 − z",
        f"z and 1 − z have changed places: z of unit {unit + 1} is {left} left, {right} right.",
        "The right side again, with the new weights.",
        t,
        _compared(waves),
    )


def put_equal(sheet: Sheet, told: Story, t: int, digits: int) -> None:
    """Compute the rest: h is the same."""
    sheet.drop("weights.signs")
    groups = (("zn", "zh"), ("h",))
    waves = [_rows(sheet, told, names, t, digits, told.converted) for names in groups]
    far, steps = furthest(told.own, told.converted), told.own.sizes["T"]
    rounded = ", up to rounding" if far else ""
    said = "exactly" if far == 0 else "the rounding of float64"
    marks = (
        Words("far", f"largest difference of h, t = 1 to {steps}:", 900, 960, 30, "ink", "right"),
        distance("far.max", far, 924, 960, digits, size=38),
        Words("far.why", said, 1170, 960, 28, "muted"),
    )
    sheet.put(marks)
    sheet.beat(
        "equal",
        "The same h",
        f"The parts and h are the same again{rounded}: one network, written in two ways.",
        "What is let in, what is kept, and h.",
        t,
        _compared(waves, with_last=marks),
    )


def put_recap(sheet: Sheet, told: Story, digits: int) -> None:
    """Put up all four GRUs and what leads from one to another."""
    sheet.drop(*sheet.marks)
    corners = [
        mark for reset, update in told.corners for mark in maps.corner(told, reset, update, digits)
    ]
    heads, bridges = [*maps.headings()], [*maps.bridges(told, digits)]
    sheet.put(heads, bridges, corners)
    sheet.beat(
        "recap",
        "Recap",
        "z that keeps converts to z that replaces; reset before and after stay two networks.",
        "The four GRUs.",
        waves=(Wave(ids((*heads, *corners))), Wave(ids(bridges))),
    )
