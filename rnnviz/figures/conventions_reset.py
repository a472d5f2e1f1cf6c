"""One unit of W_hn and the reset gate, before the product and after it, and h over time of both."""

from collections.abc import Iterator

import numpy as np

from rnnviz.cells import Cell
from rnnviz.diagram import Box as Area
from rnnviz.figures.conventions_model import Story, choice, distance, furthest, ids, names
from rnnviz.figures.conventions_table import symbol
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Box, Curve, Mark, Math, Pill, Scale, Wire, Words, axis
from rnnviz.ops import REALS
from rnnviz.rounding import show

SIDES = {"left": 40.0, "right": 1000.0}
WIDE, FIRST, ACROSS = 880.0, 360.0, 400.0
ROWS = {"w": 320.0, "h": 418.0, "r": 516.0, "product": 694.0}
SUM = 850.0
PLOTS = (Area(110.0, 170.0, 1180.0, 490.0), Area(110.0, 600.0, 1180.0, 920.0))


def timestep(story: Story) -> int:
    """Return the first timestep, from 0, that has a state to reset."""
    return int(np.flatnonzero(np.any(story.own["h_prev"][:, 0] != 0, axis=1))[0])


def factors(story: Story, reset: str) -> dict[str, list[float]]:
    """Return w, h, the r before each h, and the products of the first shown unit's row (H)."""
    t, unit = timestep(story), story.units[0]
    w = story.own.params.blocks(story.own.cell)["W_hn"][unit]
    h, r = story.own["h_prev"][t, 0], story.own["r"][t, 0]
    before = r if reset == "before" else np.full_like(r, r[unit])
    rows = {"w": w, "h": h, "r": before, "product": w * before * h}
    return {name: [float(v) for v in row] for name, row in rows.items()}


def heading(side: str, cell: Cell) -> Iterator[Mark]:
    """Yield which side of the product the reset gate is on, and who writes it so."""
    reset = choice(cell, "reset")
    text = {"after": "r_t ⊙ (W_{hn} h_{t-1})", "before": "W_{hn} (r_t ⊙ h_{t-1})"}[reset]
    left = SIDES[side]
    yield Box(f"{side}.reset", left, 104, left + WIDE, 970, "faint", None)
    yield Words(f"{side}.where", f"reset {reset} the product", left + 24, 150, 34, bold=True)
    yield Words(f"{side}.whose", names(reset=reset), left + 24, 188, 25, "muted")
    yield Math(f"{side}.how", text, left + WIDE - 24, 156, 32, "ink", "right")


def table(
    story: Story, side: str, cell: Cell, digits: int, rows: tuple[str, ...], *, known: bool = True
) -> Iterator[Mark]:
    """Yield rows of the factors of one unit: w times h times the r that stands before this h."""
    reset, left, t, own = choice(cell, "reset"), SIDES[side], timestep(story), story.units[0]
    found = factors(story, reset)
    labels = {
        "w": (f"W_{{hn}}, row {own + 1}", "neutral"),
        "h": (f"· h_{{{t}}}", "h"),
        "r": (f"· r_{{{t + 1}}}", "r"),
        "product": ("product", "n"),
    }
    pitch = ACROSS / (len(story.units) - 1)
    for k, unit in enumerate(story.units if "w" in rows else ()):
        x = left + FIRST + pitch * k
        yield Words(f"{side}.term{unit + 1}", f"term {unit + 1}", x, 256, 28, "muted", "centre")
    for name in rows:
        label, colour = labels[name]
        y, gate = ROWS[name], name == "r"
        yield Math(f"{side}.{name}.name", label, left + 24, y + 11, 34, colour)
        for k, unit in enumerate(story.units):
            x, index = left + FIRST + pitch * k, own if gate and reset == "after" else unit
            ref, within = f"{name}[{index + 1}] {reset}", (0.0, 1.0) if gate else REALS
            lit, stem = gate and unit != own, f"{side}.{name}{unit + 1}"
            yield Pill(stem, found[name][unit] if known else None, x, y, ref, colour, 160, 60, 34,
                       signed=not gate, within=within, digits=digits, lit=lit)  # fmt: skip
            if gate:
                said = f"r of unit {index + 1}"
                yield Words(f"{stem}.which", said, x, y + 66, 28, "r", "centre", bold=lit)


def total(
    story: Story, side: str, cell: Cell, digits: int, *, known: bool = True
) -> Iterator[Mark]:
    """Yield the sum of the products of all units, also of those that are not shown."""
    reset, left = choice(cell, "reset"), SIDES[side]
    products = factors(story, reset)["product"]
    rest = len(products) - len(story.units)
    said = "sum" if not rest else f"sum, {rest} more"
    line = ((left + 24, 624), (left + WIDE - 24, 624))
    yield Wire(f"{side}.rule", line, "faint", 2, arrow=False)
    yield Words(f"{side}.sum.name", said, left + 24, SUM + 11, 34, bold=True)
    value = sum(products) if known else None
    yield Pill(f"{side}.sum", value, left + FIRST, SUM, f"sum {reset}", "n", 172, 64, 36,
               digits=digits, lit=known)  # fmt: skip


def courses(story: Story, digits: int) -> Iterator[Mark]:
    """Yield h of two units under both resets, all timesteps, and the largest difference."""
    for unit, plot in zip(story.units, PLOTS, strict=False):
        yield from course(story, unit, plot, digits)
    yield Words("courses.weights", "the same weights and x", 1400, 250, 30, bold=True)
    yield Words("courses.far", "largest difference of h,", 1400, 390, 30)
    yield Words("courses.far2", "any unit and timestep", 1400, 432, 30)
    yield distance("courses.max", furthest(story.own, story.reset), 1400, 506, digits, size=50)


def course(story: Story, unit: int, plot: Area, digits: int) -> Iterator[Mark]:
    """Yield h of one unit, from 0, under both resets over all timesteps."""
    stem, scale, steps = f"courses{unit + 1}", Scale(-1, 1), story.own.sizes["T"]
    yield Words(f"{stem}.title", f"h of unit {unit + 1}", plot.left, plot.top - 24, 30, bold=True)
    yield from axis(f"{stem}.axis", scale, plot, ((-1, "−1"), (0, "0"), (1, "1")))
    yield Words(f"{stem}.first", "t = 1", plot.left, plot.bottom + 32, 24, "muted")
    yield Words(f"{stem}.last", str(steps), plot.right, plot.bottom + 32, 24, "muted", "right")
    ends = []
    for run, role in ((story.own, "h"), (story.reset, "neutral")):
        reset = choice(run.cell, "reset")
        values = tuple(map(float, run["h"][:, 0, unit]))
        yield Curve(f"{stem}.{reset}", values, scale, plot, f"h[1…{steps},{unit + 1}] {reset}",
                    role, 4, dots=steps <= 24)  # fmt: skip
        ends.append((plot.bottom - (plot.bottom - plot.top) * scale.share(values[-1]), reset, role))
    ends.sort()
    apart = max(0.0, 34 - (ends[1][0] - ends[0][0])) / 2
    for (y, reset, role), shift in zip(ends, (-apart, apart), strict=True):
        yield Words(
            f"{stem}.{reset}.name", f"reset {reset}", plot.right + 24, y + 9 + shift, 26, role
        )


def refused() -> Iterator[Mark]:
    """Yield that there is no conversion."""
    yield Words("refused", "rnnviz.convert refuses:", 1400, 690, 30, bold=True)
    yield Words("refused2", "no fixed weight does what r does", 1400, 732, 30)


def put_reset(sheet: Sheet, told: Story, digits: int) -> None:
    """Clear the sheet and show one unit's weights, state and the r before each of its terms."""
    sheet.drop(*sheet.marks)
    marks: list[Mark] = []
    gates: list[Mark] = []
    for side, run in (("left", told.own), ("right", told.reset)):
        marks += heading(side, run.cell)
        marks += table(told, side, run.cell, digits, ("w", "h"))
        marks += table(told, side, run.cell, digits, ("product",), known=False)
        marks += total(told, side, run.cell, digits, known=False)
        gates += table(told, side, run.cell, digits, ("r",))
    sheet.put(marks, gates)
    one, other = told.units[:2]
    first, second = (
        show(factors(told, reset)["r"][other], digits, within=(0.0, 1.0))
        for reset in ("after", "before")
    )
    sheet.beat(
        "reset",
        "The other choice: reset",
        f"After: every term has r of unit {one + 1}, {first}. "
        f"Before: term {other + 1} has its own, {second}.",
        "The reset gate before or after the product.",
        timestep(told),
        (Wave(ids(marks)), Wave(ids(gates))),
    )


def put_products(sheet: Sheet, told: Story, digits: int) -> None:
    """Put up the products and their sums, which differ."""
    products: list[Mark] = []
    sums: list[Mark] = [*symbol("sums", "≠", SUM)]
    for side, run in (("left", told.own), ("right", told.reset)):
        products += table(told, side, run.cell, digits, ("product",))
        sums += total(told, side, run.cell, digits)
    sheet.put(products, sums)
    left, right = (
        show(sum(factors(told, choice(run.cell, "reset"))["product"]), digits)
        for run in (told.own, told.reset)
    )
    sheet.beat(
        "products",
        "Products and sums",
        f"The same W, h and r give {left} and {right}: r weighs after or before W mixes.",
        "Products and their sum.",
        timestep(told),
        (Wave(ids(products)), Wave(ids(sums))),
    )


def put_refusal(sheet: Sheet, told: Story, digits: int) -> None:
    """Put up h over time under both resets, and that nothing converts one into the other."""
    sheet.drop("left*", "right*", "sums*")
    curves, no = [*courses(told, digits)], [*refused()]
    sheet.put(curves, no)
    far = show(furthest(told.own, told.reset), digits)
    sheet.beat(
        "refused",
        "No conversion",
        f"h differs by up to {far}; no conversion helps: r changes with x, weights do not.",
        "Both over all timesteps.",
        waves=(Wave(ids(curves)), Wave(ids(no))),
    )
