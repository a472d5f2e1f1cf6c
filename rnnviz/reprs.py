"""A trace as a notebook shows it: tables of its numbers in HTML and in text.

They show one sample, the first timesteps, and up to 8 units and inputs, or those that were picked.
The HTML has no script and needs no style, so it is also shown where those are stripped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rnnviz.equations import steps_written
from rnnviz.params import MAX_DRAWN
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace
from rnnviz.transcripts import head

STEPS = 3  # timesteps that a notebook's output has room for, of which the first is unfolded


@dataclass(frozen=True)
class Row:
    """One value at one timestep as shown: its name, what makes it, its numbers."""

    name: str
    made: str
    numbers: tuple[str, ...]
    strong: bool


@dataclass(frozen=True)
class Table:
    """Values at one timestep whose numbers stand in the same columns."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def bundle(trace: Trace, b: int = 0, digits: int = DIGITS) -> dict[str, str]:
    """Return what a notebook is given, by media type."""
    return {"text/plain": text(trace, b, digits), "text/html": html(trace, b, digits)}


def html(trace: Trace, b: int = 0, digits: int = DIGITS) -> str:
    """Return a table for each of the first timesteps; all but the first are folded."""
    name, sizes = (escape(line) for line in heading(trace, b))
    tables = "".join(
        f"<details{' open' * (t == 0)}><summary>t = {t + 1}</summary>"
        f"{''.join(map(_table, tables_of(trace, t, b, digits)))}</details>"
        for t in range(min(trace.length(b), STEPS))
    )
    rest = "<br>".join(escape(line) for line in left_out(trace, b, STEPS))
    return f"<div><p><b>{name}</b><br>{sizes}</p>{tables}{f'<p>{rest}</p>' if rest else ''}</div>"


def text(trace: Trace, b: int = 0, digits: int = DIGITS) -> str:
    """Return the first timestep's table as lines of text."""
    lines = list(heading(trace, b))
    for table in tables_of(trace, 0, b, digits):
        body = [(row.name, row.made, *row.numbers) for row in table.rows]
        lines += ["", *_aligned([table.heads, *body])]
    rest = list(left_out(trace, b, 1))
    return "\n".join([*lines, *[""] * bool(rest), *rest])


def heading(trace: Trace, b: int = 0) -> tuple[str, str]:
    """Return a line of the cell and its convention and a line of sizes."""
    name, sizes = head(trace, "from the end" if trace.reverse else "").splitlines()
    return name, sizes + (f"; sample {b + 1} is shown" if trace.sizes["B"] > 1 else "")


def tables_of(trace: Trace, t: int, b: int = 0, digits: int = DIGITS) -> Iterator[Table]:
    """Yield every value of a timestep; where others than the first are shown, inputs apart."""
    cell = trace.cell
    made = steps_written(cell)
    strong = {gate.key for gate in cell.gates} | set(cell.next_state)
    rows = []
    for name, vector in trace.at(t, b).items():
        few, within = _few(trace, name), cell.range(name)
        numbers = tuple(show(float(vector[k]), digits, within=within) for k in few)
        rows.append(Row(name, made.get(name, ""), numbers, name in strong))
    inputs, units = (_few(trace, names[0]) for names in (cell.inputs, cell.states))
    if all([*few] == [*range(len(few))] for few in (inputs, units)):
        longest = max((_few(trace, row.name) for row in rows), key=len)
        yield _titled(t, "", longest, rows)
    else:
        yield _titled(t, "input", inputs, [row for row in rows if row.name in cell.inputs])
        yield _titled(t, "unit", units, [row for row in rows if row.name not in cell.inputs])


def left_out(trace: Trace, b: int, steps: int) -> Iterator[str]:
    """Yield what tables of so many timesteps leave out, and where it is."""
    for what, name, size in (("units", trace.cell.states[0], "H"), ("inputs", "x", "I")):
        few, all_ = _few(trace, name), trace.sizes[size]
        if len(few) < all_:
            listed = f"1 to {len(few)}" if few[-1] + 1 == len(few) else _listed(few)
            yield f"{what} shown: {listed} of {all_}"
    rest = trace.length(b) - steps
    if rest > 0:
        yield f"… {rest} more timestep{'s' * (rest > 1)}, in .at(t) and .step(t)"


def _listed(few: Sequence[int]) -> str:
    return ", ".join(str(k + 1) for k in few)


def _few(trace: Trace, name: str) -> Sequence[int]:
    return trace.shown(name)[:MAX_DRAWN]


def _titled(t: int, what: str, few: Sequence[int], rows: Sequence[Row]) -> Table:
    return Table((f"t = {t + 1}", what, *(str(k + 1) for k in few)), tuple(rows))


def _table(table: Table) -> str:
    """Return a table for any style sheet: notebooks' own put all to the right."""
    left, right = '<td style="text-align: left">', '<td align="right">'
    _, what, *titles = table.heads
    head = "".join(f'<th align="right">{escape(title)}</th>' for title in titles)
    lines = [f'<thead><tr><th></th><th style="text-align: left">{what}</th>{head}</tr></thead>']
    for row in table.rows:
        name, *numbers = (
            f"<b>{escape(cell)}</b>" if row.strong else escape(cell)
            for cell in (row.name, *row.numbers)
        )
        cells = "".join(f"{right}{number}</td>" for number in numbers)
        cells += "<td></td>" * (len(titles) - len(numbers))
        lines.append(f"<tr>{left}{name}</td>{left}{escape(row.made)}</td>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    columns = max(map(len, table))
    filled = [(*row, *("",) * (columns - len(row))) for row in table]
    widths = [max(map(len, column)) for column in zip(*filled, strict=True)]
    for name, made, *numbers in filled:
        left = f"{name:<{widths[0]}}  {made:<{widths[1]}}"
        right = (f"{number:>{width}}" for number, width in zip(numbers, widths[2:], strict=True))
        yield "  ".join((left, *right)).rstrip()
