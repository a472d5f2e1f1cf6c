"""A trace's numbers as a picture, for viewers that show neither scripts nor HTML."""

import io
from collections.abc import Sequence
from functools import cache

import typst
from PIL import Image

from rnnviz.cells import Cell
from rnnviz.equations import is_named, symbol
from rnnviz.ops import OPS
from rnnviz.reprs import STEPS, Row, Table, heading, left_out, tables_of
from rnnviz.rounding import DIGITS
from rnnviz.theme import LIGHT, mix
from rnnviz.tracing import Trace

_DENSITY = 2  # pixels of the file for one on the screen
_COLUMNS = 9  # of numbers, that a page has room for
_PAGE = (
    f'#set page(width: auto, height: auto, margin: 10pt, fill: rgb("{LIGHT.background}"))\n'
    f'#set text(size: 10pt, fill: rgb("{LIGHT.ink}"), number-width: "tabular")\n'
)


def picture(trace: Trace, b: int = 0, digits: int = DIGITS) -> tuple[bytes, int, int]:
    """Return a PNG of the first timesteps' tables, and its width and height on a screen."""
    made = typst.compile(_document(trace, b, digits).encode(), format="png", ppi=72 * _DENSITY)
    assert isinstance(made, bytes)
    with Image.open(io.BytesIO(made)) as image, io.BytesIO() as file:
        small = image.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)
        small.save(file, "png")
        return file.getvalue(), round(image.width / _DENSITY), round(image.height / _DENSITY)


@cache
def _palette() -> Image.Image:
    """Return all colours of a picture, so that its file is a third as large.

    They are the text's on both backgrounds and the names' on one, with steps for their edges.
    """
    pairs = [(LIGHT.background, LIGHT.ink), (LIGHT.band, LIGHT.ink)]
    pairs += [(LIGHT.background, hue) for hue in LIGHT.hues.values()]
    shades = [mix(back, front, k / 7) for back, front in pairs for k in range(8)]
    image = Image.new("P", (1, 1))
    image.putpalette(bytes.fromhex("".join(shade.removeprefix("#") for shade in shades)))
    return image


def _document(trace: Trace, b: int, digits: int) -> str:
    wide = max(len(table.heads) - 2 for table in tables_of(trace, 0, b, digits))
    steps = min(trace.length(b), STEPS, max(1, _COLUMNS // wide))
    moments = (list(tables_of(trace, t, b, digits)) for t in range(steps))
    name, sizes = heading(trace, b)
    paragraphs = [
        f"#strong({_string(name)}) \\\n#{_string(sizes)}",
        *(_table(trace.cell, tables) for tables in zip(*moments, strict=True)),
        " \\\n".join(f"#{_string(line)}" for line in left_out(trace, b, steps)),
    ]
    return _PAGE + "\n\n".join(paragraphs)


def _table(cell: Cell, moments: Sequence[Table]) -> str:
    """Return the same table at several timesteps as one, with the timesteps side by side."""
    wide = len(moments[0].heads) - 2
    over = ", ".join(
        f"table.cell(colspan: {wide}, align: center)[{_cell(one.heads[0])}]" for one in moments
    )
    under = ", ".join(f"[{_cell(text)}]" for one in moments for text in one.heads[2:])
    rows = (_row(cell, [one.rows[k] for one in moments], wide) for k in range(len(moments[0].rows)))
    lines = (f"  [], [{_cell(moments[0].heads[1])}], {under},", *(f"  {row}," for row in rows))
    aligned = ", ".join(["left", "left", *["right"] * (wide * len(moments))])
    return (
        f"#table(columns: {2 + wide * len(moments)}, align: ({aligned}), stroke: none, "
        "inset: (x: 5pt, y: 2.5pt), fill: (x, y) => "
        f'if x >= 2 and calc.even(calc.quo(x - 2, {wide})) {{ rgb("{LIGHT.band}") }},\n'
        f"  [], [], {over},\n{chr(10).join(lines)}\n"
        f'  table.hline(y: 2, stroke: 0.5pt + rgb("{LIGHT.faint}")),\n)'
    )


def _row(cell: Cell, moments: Sequence[Row], wide: int) -> str:
    row = moments[0]
    hue = LIGHT.of(cell).hue(row.name)
    name = f'[#text(fill: rgb("{hue}"), ${_symbol(cell, row.name)}$)]'
    made = ""
    if row.made:
        step = cell.step(row.name)
        made = f"${OPS[step.op].typst.format(*(_symbol(cell, arg) for arg in step.args))}$"
    numbers = (
        f"[{_cell(text, row.strong)}]"
        for one in moments
        for text in (*one.numbers, *("",) * (wide - len(one.numbers)))
    )
    return ", ".join((name, f"[{made}]", *numbers))


def _symbol(cell: Cell, name: str) -> str:
    """Return a value's letter, or the name that it has in Python, as mathematics."""
    return symbol(cell, name) if is_named(cell, name) else _string(name)


def _cell(text: str, strong: bool = False) -> str:
    if not text:
        return ""
    return f"#strong({_string(text)})" if strong else f"#{_string(text)}"


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
