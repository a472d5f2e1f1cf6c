"""A decoder with and without teacher forcing: the same model, the same start, other inputs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rnnviz.figures.architectures_models import Column, kept, translated
from rnnviz.figures.architectures_parts import Rows, Run, bubble, filled
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Box, Mark, Number, Wire, Words
from rnnviz.rounding import show

SENTENCE, WANTED = "today I am very happy", "oggi sono molto felice ."
ABOVE = Rows(330, 1880, 5, 350, 0, 482, 30, 60, 0, 180)
BELOW = replace(ABOVE, y=810, x=932)
GIVEN = 696.0  # where the targets stand that are read


def show_teacher_forcing(sheet: Sheet, digits: int) -> None:
    """Decode with the decoder's own outputs, then with the targets, from the same h."""
    free = translated(SENTENCE).wrote
    forced, targets = translated(SENTENCE, WANTED).wrote, WANTED.split()
    above = Run("free", free, replace(ABOVE, digits=digits), feeds=True)
    below = Run("forced", forced, replace(BELOW, digits=digits))
    sheet.marks.clear()
    sheet.put(headings(targets), named(above, "reads its own y"), named(below, "reads the targets"))
    sheet.put(empty(below, targets))
    steps = [ids(sheet, put_column(above, k, targets)) for k in range(len(free))]
    faded = [ids(sheet, memory(above, k, digits)) for k in range(len(free))]
    end = above.x(len(free))
    sheet.put(Words("ended", "ended", end, 428, 26, "muted", "centre"))
    sheet.beat(
        "free",
        "Without teacher forcing",
        f"“very” has faded to {show(kept(free[2]), digits)}: felice, not molto; from there on it "
        f"reads its own error.",
        "Another sentence, on the decoder's own outputs",
        waves=grouped(above, [(*a, *b) for a, b in zip(steps, faded, strict=True)]),
    )
    steps = [ids(sheet, put_column(below, k, targets)) for k in range(len(forced))]
    where = differ([one.read for one in free], [one.read for one in forced])
    rows, half = above.rows, above.rows.pitch / 2 - 28
    middle = rows.at(where)
    sheet.put(Box("differ", middle - half, 264, middle + half, 982, "candidate", None, 24, 4, True))
    sheet.beat(
        "forced",
        "With teacher forcing",
        f"At t = {where + 1} it reads the target {forced[where].read}, not its own "
        f"{free[where].read}: {agree(forced, targets)} of {len(targets)} right, "
        f"{agree(free, targets)} without.",
        "The same start; now it reads the targets",
        t=where,
        waves=(*grouped(below, steps), Wave(("differ",))),
    )


def headings(targets: Sequence[str]) -> Iterator[Mark]:
    """Yield the title, and the targets over their columns."""
    yield Words("title", "(c) without and with teacher forcing", 40, 134, 34, bold=True)
    said = f"The same decoder starts from the same h, in which the encoder left “{SENTENCE}”."
    yield Words("said", said, 40, 180, 26, "muted")
    yield Words("row.target", "target", 40, 244, 30, bold=True)
    for k, word in enumerate(targets):
        size = 34 if len(word) > 1 else 48
        yield Words(f"target{k}", word, ABOVE.at(k), 244, size, "ink", "centre", True)
    yield Words("kept", "what h has of “very”", 60, 588, 26, "h")


def named(run: Run, said: str) -> Iterator[Mark]:
    """Yield the names of the rows of one decoder."""
    rows = run.rows
    name = {"free": "without", "forced": "with"}[run.key]
    yield Words(f"{run.key}.name", name, 40, rows.y - (46 if run.feeds else 160), 32, bold=True)
    yield Words(f"{run.key}.said", said, 60, (rows.y + rows.x) / 2 + 10, 24, "muted")
    yield Words(f"{run.key}.row.y", "y, written", 60, rows.y + 10, 26, "neutral")
    yield Words(f"{run.key}.row.x", "x, read", 60, rows.x + 10, 26, "x")


def empty(run: Run, targets: Sequence[str]) -> Iterator[Mark]:
    """Yield the bubbles of what is not yet read and written, and the targets above them."""
    yield Words("given.name", "target", 60, GIVEN + 10, 26)
    for k, word in enumerate(targets):
        x = run.x(k)
        yield Box(f"given{k}.box", x - 90, GIVEN - 24, x + 90, GIVEN + 24, "muted", 0.0, 24, 2)
        yield Words(f"given{k}", word, x, GIVEN + 10, 30, "ink", "centre", True)
    for k in range(len(run.columns)):
        yield bubble(run, "x", k, "faint")
        yield bubble(run, "y", k, "faint")


def put_column(run: Run, k: int, targets: Sequence[str]) -> Iterator[Mark]:
    """Yield what a decoder reads and writes at one timestep, and whether it is the target."""
    x, rows, right = run.x(k), run.rows, run.columns[k].wrote == targets[k]
    y, read = run.area("y", k), run.area("x", k)
    if k and run.feeds:
        last, middle = run.area("y", k - 1), (run.x(k - 1) + x) / 2
        points = ((last.right, rows.y), (middle, rows.y), (middle, rows.x), (read.left, rows.x))
        yield Wire(f"{run.key}.yx{k}", points, "muted", 2.5, dashed=True)
    if k and not run.feeds:
        middle = (run.x(k - 1) + x) / 2
        above = ((run.x(k - 1) + 90, GIVEN), (middle, GIVEN))
        points = (*above, (middle, rows.x), (read.left, rows.x))
        yield Wire(f"{run.key}.yx{k}", points, "muted", 2.5, dashed=True)
    yield Wire(f"{run.key}.xy{k}", ((x, read.top), (x, y.bottom)), "muted", 2.5)
    yield from (mark for mark in filled(run, k) if not mark.id.startswith(f"{run.key}.h"))
    sign, role = ("✓", "x") if right else ("✗", "candidate")
    yield Words(f"{run.key}.ok{k}", sign, x + 52, y.top - 10, 32, role, bold=True)


def memory(run: Run, k: int, digits: int) -> Iterator[Mark]:
    """Yield what h still has of the word that was to be kept."""
    value = kept(run.columns[k])
    yield Number(f"kept{k}", value, run.x(k), 588, f"h[{k + 1},2]", 28, "h", "centre",
                 digits=digits)  # fmt: skip


def ids(sheet: Sheet, marks: Iterable[Mark]) -> tuple[str, ...]:
    """Put marks on the sheet and return their ids."""
    made = tuple(marks)
    sheet.put(made)
    return tuple(mark.id for mark in made)


def grouped(run: Run, steps: Sequence[tuple[str, ...]]) -> tuple[Wave, ...]:
    """Return two waves: up to the error, and from it on."""
    found = []
    for group in (range(3), range(3, len(steps))):
        wires = [f"{run.key}.yx{k}" for k in group if k]
        wires += [f"{run.key}.xy{k}" for k in group]
        found.append(Wave(tuple(one for k in group for one in steps[k]), pulses=tuple(wires)))
    return tuple(found)


def agree(wrote: Sequence[Column], targets: Sequence[str]) -> int:
    """Return how many outputs are the targets."""
    return sum(one.wrote == target for one, target in zip(wrote, targets, strict=False))


def differ(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the first place where two sequences differ, from 0."""
    return next(k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
