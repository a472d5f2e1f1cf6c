"""What the copies of an unrolled cell share: their weights, lit and counted."""

from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Bar, Scale, Words
from rnnviz.figures.unroll_parts import Plan, ends


def computed(made: Plan) -> int:
    """Return how many numbers a copy computes: products' sums, their sum and h, of H units each."""
    cell, sizes = made.trace.cell, made.trace.sizes
    return len(cell.steps) * sizes["H"]


def light_each(sheet: Sheet, made: Plan) -> None:
    """Light the weights of one copy after another."""
    for t in made.copies:
        sheet.change(f"badge{t}", fill=0.3, width=4)
    size = made.trace.params.size
    sheet.beat(
        "shared",
        "The same weights",
        f"Each copy reads its weights from the one table: the same {size} numbers at every t.",
        "Which weights does each copy use?",
        waves=[Wave((f"badge{t}",), pulses=(f"tap{t}",)) for t in made.copies],
    )


def light_all(sheet: Sheet, made: Plan) -> None:
    """Light the table and all copies at once."""
    badges = tuple(f"badge{t}" for t in made.copies)
    sheet.change(*badges, "badge", fill=0.75, width=5)
    sheet.change("card", role="write", width=5)
    pulses = tuple(f"tap{t}" for t in made.copies)
    sheet.beat(
        "at-once",
        "All at once",
        "There is one set of weights: a change in the table changes all copies at once.",
        "One table, read by all copies",
        waves=(Wave(("card", "badge", *badges), pulses=pulses),),
    )


def count(sheet: Sheet, made: Plan) -> None:
    """Count what is computed up to each copy against the parameters, which do not grow."""
    each, size, total = computed(made), made.trace.params.size, computed(made) * made.steps
    steps = len(made.trace.cell.steps)
    sheet.change("badge*", fill=0.0, width=1.5)
    sheet.change("card", role="faint", width=2)
    sheet.change("formula", y=150)
    y = made.top + made.cell_height + 40 + len(made.inputs) * made.pitch + 78
    sheet.put(
        Words("count.new", "values computed so far", 40, y, 26),
        Words("count.old", "parameters", 40, y + 40, 26),
    )
    for t in made.copies:
        x = ends(made, t)[0]
        sheet.put(
            Words(f"count{t}.new", f"{each * t:,}", x, y, 28, "h", "centre", True),
            Words(f"count{t}.old", f"{size:,}", x, y + 40, 28, "ink", "centre", True),
        )
    scale = Scale(0, max(size, total))
    rows = ((218, "computed", total, "h"), (264, "parameters", size, "write"))
    for row, name, number, role in rows:
        sheet.put(
            Words(f"bar.{name}.name", name, 1250, row + 8, 26, anchor="right"),
            Bar(f"bar.{name}", number, scale, 1266, row, 500, 30, f"{name} over T", role,
                upright=False),
            Words(f"bar.{name}.said", f"{number:,}", 1782, row + 9, 26, bold=True),
        )  # fmt: skip
    counts = tuple(one for one in sheet.marks if one.startswith("count"))
    bars = tuple(one for one in sheet.marks if one.startswith("bar."))
    sheet.beat(
        "count",
        "Computed and kept",
        f"Each copy computes {each} values, {steps} for each unit: {total:,} in all. "
        f"The {size:,} parameters stay {size:,}.",
        "What grows with T, and what does not?",
        waves=(Wave(counts), Wave(bars)),
    )


def recap(sheet: Sheet, made: Plan) -> None:
    """Let h run along the row once more."""
    pulses = tuple(f"{kind}{t}" for t in made.copies for kind in ("in", "out"))
    pulses += tuple(f"read{t}" for t in made.copies)
    sheet.beat(
        "recap",
        "Recap",
        "Left the loop, right its copies: a new h at every t, always the same weights.",
        "The whole row",
        waves=(Wave(pulses=pulses),),
    )
