"""Rows of bubbles, x below, h in the middle and y on top, for the timesteps of a model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rnnviz.diagram import Box as Area
from rnnviz.figures.architectures_models import Column
from rnnviz.figures.figure import Wave
from rnnviz.figures.marks import Box, Heat, Mark, Number, Pill, Scale, Wire, Words

UNITS = Scale(-1, 1)


@dataclass(frozen=True)
class Rows:
    """Where columns stand between left and right, and how large their bubbles are."""

    left: float
    right: float
    count: int
    y: float
    h: float
    x: float
    size: float = 32.0
    high: float = 74.0
    cells: float = 190.0
    widest: float = 190.0
    digits: int = 3

    @property
    def pitch(self) -> float:
        """From a column to the next one."""
        return (self.right - self.left) / self.count

    @property
    def wide(self) -> float:
        """The width of a bubble."""
        return min(self.widest, self.pitch - 0.22 * self.pitch)

    def at(self, k: int) -> float:
        """Return the middle of column k, from 0."""
        return self.left + self.pitch * (k + 0.5)


@dataclass(frozen=True)
class Run:
    """Columns under ids that start with ``key``; ``first`` is the place of the first one.

    ``reads`` and ``writes`` tell which of them have a bubble x and y, ``feeds`` whether y is read
    by the next column, ``joined`` whether the first h comes from a column before it.
    """

    key: str
    columns: tuple[Column, ...]
    rows: Rows
    first: int = 0
    feeds: bool = False
    joined: bool = False

    def x(self, k: int) -> float:
        """Return the middle of a column."""
        return self.rows.at(self.first + k)

    def area(self, row: str, k: int) -> Area:
        """Return the bubble of x, h or y."""
        rows, x = self.rows, self.x(k)
        y = {"x": rows.x, "h": rows.h, "y": rows.y}[row]
        high = rows.cells if row == "h" else rows.high
        wide = min(rows.wide, 0.46 * rows.cells) if row == "h" else rows.wide
        if row == "x" and self.columns[k].features:
            wide = min(rows.pitch - 8, 200.0)
        return Area(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def outline(run: Run) -> Iterator[Mark]:
    """Yield the wires and the empty bubbles."""
    for k, column in enumerate(run.columns):
        x, h = run.x(k), run.area("h", k)
        if k or run.joined:
            before = run.x(k - 1) + (h.right - h.left) / 2
            yield Wire(f"{run.key}.hh{k}", ((before, run.rows.h), (h.left, run.rows.h)), "h", 3)
        if is_read(run, k):
            read = run.area("x", k)
            yield Wire(f"{run.key}.xh{k}", ((x, read.top), (x, h.bottom)), "x", 3)
        if column.wrote:
            wrote = run.area("y", k)
            yield Wire(f"{run.key}.hy{k}", ((x, h.top), (x, wrote.bottom)), "neutral", 3)
        if run.feeds and k:
            yield fed(run, k)
    for k, column in enumerate(run.columns):
        there = {"x": is_read(run, k), "h": True, "y": bool(column.wrote)}
        for row in (row for row, stands in there.items() if stands):  # the filled ones cover them
            empty = bubble(run, row, k, "faint")
            yield replace(empty, id=f"{empty.id}.empty")


def is_read(run: Run, k: int) -> bool:
    """Tell whether a column reads something."""
    return bool(run.columns[k].read or run.columns[k].features)


def fed(run: Run, k: int) -> Wire:
    """Return the wire from the y before to x."""
    last, read, middle = run.area("y", k - 1), run.area("x", k), (run.x(k - 1) + run.x(k)) / 2
    middle -= 0.02 * run.rows.pitch
    points = ((last.right, run.rows.y), (middle, run.rows.y))
    return Wire(
        f"{run.key}.yx{k}",
        (*points, (middle, run.rows.x), (read.left, run.rows.x)),
        "muted", 2.5, dashed=True,
    )  # fmt: skip


def bubble(run: Run, row: str, k: int, role: str, fill: float = 0.0, width: float = 2.5) -> Box:
    """Return the bubble of x, h or y."""
    area = run.area(row, k)
    radius = 12.0 if row == "h" else 40.0
    return Box(
        f"{run.key}.{row}{k}", area.left, area.top, area.right, area.bottom,
        role, fill, radius, width,
    )  # fmt: skip


def filled(run: Run, k: int) -> Iterator[Mark]:
    """Yield what a column's bubbles hold once it was computed."""
    column, rows, x = run.columns[k], run.rows, run.x(k)
    drop = 0.34 * rows.size
    if is_read(run, k):
        yield bubble(run, "x", k, "x", 0.12)
    if column.read:
        yield Words(f"{run.key}.x{k}.t", column.read, x, rows.x + drop, rows.size, "ink", "centre")
    for one, value in enumerate(column.features):
        half = (run.area("x", k).right - run.area("x", k).left - 8) / 2
        yield Pill(
            f"{run.key}.x{k}.{one + 1}", value, x + (one - 0.5) * half, rows.x,
            f"x[{k + 1},{one + 1}]", "x", half - 4, rows.high - 10, 26, False, digits=rows.digits,
        )  # fmt: skip
    yield bubble(run, "h", k, "h", 0.0)
    h = run.area("h", k)
    cells = Area(h.left + 7, h.top + 7, h.right - 7, h.bottom - 7)
    values = tuple((value,) for value in column.hidden)
    yield Heat(f"{run.key}.h{k}.v", values, UNITS, cells, f"h[{k + 1}]", "h", "c")
    if column.wrote:
        y = run.area("y", k)
        yield bubble(run, "y", k, "neutral", 0.12)
        yield Words(f"{run.key}.y{k}.t", column.wrote, x, rows.y + drop, rows.size, "ink", "centre")
        size = 28.0 if rows.size > 28 else 24.0
        yield Number(
            f"{run.key}.y{k}.p", column.chance, x, y.top - 12, f"p({column.wrote}) at {k + 1}",
            size, "muted", "centre", signed=False, within=(0.0, 1.0), digits=rows.digits,
        )  # fmt: skip


def waves(run: Run, marks: Sequence[Mark], groups: Sequence[int]) -> Iterator[Wave]:
    """Yield a wave for each group of columns: what is in them, and what runs to them."""
    ids, start = [mark.id for mark in marks], 0
    for size in groups:
        group = range(start, start + size)
        pulses = [wire for k in group for wire in wires(run, k)]
        own = [one for one in ids if any(belongs(run, one, k) for k in group)]
        yield Wave(tuple(own), pulses=tuple(pulses))
        start += size


def belongs(run: Run, mark: str, k: int) -> bool:
    """Tell whether a mark is part of a column."""
    head = mark.removeprefix(f"{run.key}.").split(".")[0]
    return mark.startswith(f"{run.key}.") and head[1:] == str(k)


def wires(run: Run, k: int) -> Iterator[str]:
    """Yield the ids of the wires of a column."""
    if run.feeds and k:
        yield f"{run.key}.yx{k}"
    if k or run.joined:
        yield f"{run.key}.hh{k}"
    if is_read(run, k):
        yield f"{run.key}.xh{k}"
    if run.columns[k].wrote:
        yield f"{run.key}.hy{k}"
