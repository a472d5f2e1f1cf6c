"""One unit of W_hn and the reset gate, before the product and after it, and h over time of both."""

from collections.abc import Iterator

import numpy as np

from rnnviz.cells import Cell
from rnnviz.diagram import Box as Area
from rnnviz.figures.conventions_model import Story, choice, distance, furthest, ids, names
from rnnviz.figures.conventions_table import symbol
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Box, Curve, Mark, Math, Pill, Scale, Words, axis
from rnnviz.ops import REALS
from rnnviz.rounding import show

SIDES = {"left": 40.0, "right": 1000.0}
WIDE, FIRST, ACROSS = 880.0, 350.0, 400.0
ROWS = {"w": 268.0, "h": 328.0, "r": 388.0, "product": 488.0}
PLOT = Area(110.0, 700.0, 1180.0, 940.0)


def timestep(story: Story) -> int:
    """Return the first timestep, from 0, that has a state to reset."""
    return int(np.flatnonzero(np.any(story.own["h_prev"][:, 0] != 0, axis=1))[0])


def factors(story: Story, reset: str) -> dict[str, list[float]]:
    """Return w, h, the r before each h, and the products of unit 1's row, for all units."""
    t = timestep(story)
    w = story.own.params.blocks(story.own.cell)["W_hn"][0]
    h, r = story.own["h_prev"][t, 0], story.own["r"][t, 0]
    before = r if reset == "before" else np.full_like(r, r[0])
    rows = {"w": w, "h": h, "r": before, "product": w * before * h}
    return {name: [float(v) for v in row] for name, row in rows.items()}


def heading(side: str, cell: Cell) -> Iterator[Mark]:
    """Yield which side of the product the reset gate is on, and who writes it so."""
    reset = choice(cell, "reset")
    text = {"after": "r_t ⊙ (W_{hn} h_{t-1})", "before": "W_{hn} (r_t ⊙ h_{t-1})"}[reset]
    left = SIDES[side]
    yield Box(f"{side}.reset", left, 104, left + WIDE, 612, "faint", None)
    yield Words(f"{side}.where", f"reset {reset} the product", left + 24, 150, 34, bold=True)
    yield Words(f"{side}.whose", names(reset=reset), left + 24, 188, 25, "muted")
    yield Math(f"{side}.how", text, left + WIDE - 24, 156, 32, "ink", "right")


def table(
    story: Story, side: str, cell: Cell, digits: int, rows: tuple[str, ...]
) -> Iterator[Mark]:
    """Yield rows of the factors of unit 1: w times h times the r that stands before this h."""
    reset, left, t = choice(cell, "reset"), SIDES[side], timestep(story)
    found = factors(story, reset)
    labels = {
        "w": ("W_{hn}, row 1", "neutral"),
        "h": (f"· h_{{{t}}}", "h"),
        "r": (f"· r_{{{t + 1}}}", "r"),
        "product": ("product", "n"),
    }
    pitch = min(240.0, ACROSS / (len(story.units) - 1))
    for name in rows:
        label, colour = labels[name]
        y, gate = ROWS[name], name == "r"
        yield Math(f"{side}.{name}.name", label, left + 24, y + 10, 30, colour)
        for k, unit in enumerate(story.units):
            x, index = left + FIRST + pitch * k, 0 if gate and reset == "after" else unit
            ref, within = f"{name}[{index + 1}] {reset}", (0.0, 1.0) if gate else REALS
            lit, stem = gate and unit > 0, f"{side}.{name}{unit + 1}"
            yield Pill(stem, found[name][unit], x, y, ref, colour, 136, 48, 29,
                       signed=not gate, within=within, digits=digits, lit=lit)  # fmt: skip
            if gate:
                said = f"r of unit {index + 1}"
                yield Words(f"{stem}.which", said, x, y + 54, 25, "r", "centre", bold=lit)


def total(story: Story, side: str, cell: Cell, digits: int) -> Iterator[Mark]:
    """Yield the sum of the products of all units, also of those that are not shown."""
    reset, left = choice(cell, "reset"), SIDES[side]
    products = factors(story, reset)["product"]
    rest = len(products) - len(story.units)
    said = "sum" if not rest else f"sum, {rest} more"
    yield Words(f"{side}.sum.name", said, left + 24, 574, 30, bold=True)
    yield Pill(f"{side}.sum", sum(products), left + FIRST, 564, f"sum {reset}", "n", 150, 54, 32,
               digits=digits, lit=True)  # fmt: skip


def courses(story: Story, digits: int) -> Iterator[Mark]:
    """Yield h of unit 1 under both resets, all timesteps, and the largest difference."""
    scale = Scale(-1, 1)
    yield Words(
        "courses.title", "h of unit 1 over time, the same weights", PLOT.left, 672, 28, bold=True
    )
    yield from axis("courses.axis", scale, PLOT, ((-1, "−1"), (0, "0"), (1, "1")))
    steps = story.own.sizes["T"]
    yield Words("courses.first", "t = 1", PLOT.left, 972, 24, "muted")
    yield Words("courses.last", str(steps), PLOT.right, 972, 24, "muted", "right")
    ends = []
    for run, role in ((story.own, "h"), (story.reset, "neutral")):
        reset = choice(run.cell, "reset")
        values = tuple(map(float, run["h"][:, 0, 0]))
        yield Curve(f"courses.{reset}", values, scale, PLOT, f"h[1…{steps},1] {reset}", role, 4,
                    dots=steps <= 24)  # fmt: skip
        ends.append((PLOT.bottom - (PLOT.bottom - PLOT.top) * scale.share(values[-1]), reset, role))
    ends.sort()
    apart = max(0.0, 34 - (ends[1][0] - ends[0][0])) / 2
    for (y, reset, role), shift in zip(ends, (-apart, apart), strict=True):
        yield Words(
            f"courses.{reset}.name", f"reset {reset}", PLOT.right + 24, y + 9 + shift, 26, role
        )
    yield Words("courses.far", "largest difference of h,", 1420, 740, 27)
    yield Words("courses.far2", "any unit and timestep", 1420, 778, 27)
    yield distance("courses.max", furthest(story.own, story.reset), 1420, 840, digits, size=44)


def refused() -> Iterator[Mark]:
    """Yield that there is no conversion."""
    yield Words("refused", "rnnviz.convert refuses:", 1420, 910, 27, bold=True)
    yield Words("refused2", "no fixed weight follows r", 1420, 948, 27)


def put_reset(sheet: Sheet, told: Story, digits: int) -> None:
    """Clear the sheet and show one unit's weights, state and the r before each of its terms."""
    sheet.drop(*sheet.marks)
    marks: list[Mark] = []
    gates: list[Mark] = []
    for side, run in (("left", told.own), ("right", told.reset)):
        marks += heading(side, run.cell)
        marks += table(told, side, run.cell, digits, ("w", "h"))
        gates += table(told, side, run.cell, digits, ("r",))
    sheet.put(marks, gates)
    first, second = (
        show(factors(told, reset)["r"][1], digits, within=(0.0, 1.0))
        for reset in ("after", "before")
    )
    sheet.beat(
        "reset",
        "The other choice: reset",
        f"Reset after: every term has r of unit 1, {first}. Before: term 2 has its own, {second}.",
        "The reset gate before or after the product.",
        timestep(told),
        (Wave(ids(marks)), Wave(ids(gates))),
    )


def put_products(sheet: Sheet, told: Story, digits: int) -> None:
    """Put up the products and their sums, which differ."""
    products: list[Mark] = []
    sums: list[Mark] = [*symbol("sums", "≠", 564)]
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
        f"The same W, h and r give {left} and {right}: W mixes the units, r weighs them.",
        "Products and their sum.",
        timestep(told),
        (Wave(ids(products)), Wave(ids(sums))),
    )


def put_refusal(sheet: Sheet, told: Story, digits: int) -> None:
    """Put up h over time under both resets, and that nothing converts one into the other."""
    curves, no = [*courses(told, digits)], [*refused()]
    sheet.put(curves, no)
    far = show(furthest(told.own, told.reset), digits)
    sheet.beat(
        "refused",
        "No conversion",
        f"h differs by up to {far}; no conversion helps, as r changes with x and weights do not.",
        "Both over all timesteps.",
        waves=(Wave(ids(curves)), Wave(ids(no))),
    )
