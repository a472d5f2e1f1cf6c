"""The whole network of the figure ``dense`` on one sheet, for one letter at a time."""

from collections.abc import Iterator

import numpy as np

from rnnviz.arrays import Array
from rnnviz.diagram import Point
from rnnviz.figures.dense_layers import BUBBLE, LINES, PILL, Column, Dense
from rnnviz.figures.dense_model import LETTERS, WORD
from rnnviz.figures.marks import Box, Disc, Mark, Math, Pill, Wire, Words
from rnnviz.model import Model
from rnnviz.model_trace import ModelTrace

ROWS = (285.0, 410.0, 535.0)
OUT_ROWS = (247.0, 353.0, 459.0, 565.0)
EMBEDDED, CUT, ADD, SUM, HIDDEN, SCORES = 110.0, 520.0, 702.0, 880.0, 1300.0, 1720.0
BEFORE = 62.0  # from the addition up to the h that it takes
ONES = 645.0  # where the bubbles of the biases are
LOOP = 700.0
TABLE_TOP, TABLE_PITCH, TABLE = 820.0, 48.0, (160.0, 268.0, 376.0)
CODE = {
    "in": ("u = relu(l_in(e(c)))", 315.0),
    "hidden": ("h = tanh(l_hidden(u + h))", 1090.0),
    "out": ("log_softmax(l_out(h))", 1560.0),
}
PROGRAM = {"in": (690.0, 898.0), "hidden": (720.0, 947.0), "out": (1310.0, 898.0)}


def _at(x: float, rows: tuple[float, ...] = ROWS) -> tuple[Point, ...]:
    return tuple((x, y) for y in rows)


E = Column("e", "e", "x", _at(EMBEDDED))
U = Column("u", "u", "x", _at(CUT), signed=False)
PREVIOUS = Column("hp", "h before", "h", tuple((ADD, y - BEFORE) for y in ROWS))
S = Column("s", "s", "neutral", _at(SUM))
H = Column("h", "h", "h", _at(HIDDEN))
OUT = Column("out", "score", "neutral", _at(SCORES, OUT_ROWS))
COLUMNS = (E, U, PREVIOUS, S, H, OUT)


def layers(model: Model) -> tuple[Dense, Dense, Dense]:
    """Return l_in (H, I), l_hidden (H, H) and l_out (O, H) where they stand on the sheet."""
    layer, readout = model.layers[0], model.readout
    blocks = layer.params["forward"].blocks(layer.cell)
    assert readout is not None
    assert readout.bias is not None
    one = (EMBEDDED + 114, ONES), (SUM, ONES), (HIDDEN + 118, ONES)
    return (
        Dense("in", blocks["W_ih"], blocks["b_ih"], E, U, one[0], "x"),
        Dense("hid", blocks["W_hh"], blocks["b_hh"], S, H, one[1], "h"),
        Dense("lout", readout.weight, readout.bias, H, OUT, one[2], "neutral"),
    )


def skeleton(model: Model, digits: int) -> Iterator[Mark]:
    """Yield the network before anything is computed: faint wires, empty pills, names, code."""
    yield from recurrence()
    for layer in layers(model):
        yield from layer.wires()
        yield layer.bubble
    for k, y in enumerate(ROWS, 1):
        yield from _addition(k, y)
    for column in COLUMNS:
        yield from column.pills(None, 0, digits)
    names = ((EMBEDDED, "e(c)", 240), (CUT, "u", 240), (ADD, "h_{t-1}", 178),
             (SUM, "s = u + h_{t-1}", 240), (HIDDEN, "h_t", 240))  # fmt: skip
    for x, text, y in names:
        yield Math(f"name.{x:.0f}", text, x, y, 28, "muted", "centre")
    yield Words("name.out", "scores", SCORES, 205, 26, "muted", "centre")
    for letter, y in zip(LETTERS, OUT_ROWS, strict=True):
        yield Words(f"row.{letter}", f"‘{letter}’", SCORES + 72, y + 10, 30, "muted")


def _addition(k: int, y: float) -> Iterator[Mark]:
    left, right = (CUT + PILL / 2, y), (SUM - PILL / 2, y)
    yield Wire(f"add.u{k}", (left, (ADD - 18, y)), "faint")
    yield Wire(f"add.h{k}", ((ADD, y - BEFORE + 21), (ADD, y - 18)), "faint")
    yield Wire(f"add.s{k}", ((ADD + 18, y), right), "faint")
    yield Disc(f"add{k}", ADD, y, 18, text="+", size=28)


def recurrence() -> tuple[Mark, ...]:
    """Return the way of h from behind l_hidden back to the addition."""
    top, bottom = ROWS[0] - 33, ROWS[-1] + 33
    left, right = HIDDEN - 64, HIDDEN + 64
    ends = ((left + 20, bottom), (left + 20, LOOP), (ADD, LOOP), (ADD, bottom))
    return (
        Box("back.from", left, top, right, bottom, "faint", None, 34),
        Box("back.to", ADD - 64, ROWS[0] - 95, ADD + 64, bottom, "faint", None, 34),
        Wire("back", ends, "faint", 3.0, dashed=True),
        Words("back.name", "back, for the next letter", 1070, LOOP + 30, 24, "muted", "centre"),
    )


def frame() -> Box:
    """Return the frame around what is in the cell."""
    return Box("frame", 186, 152, HIDDEN + 80, 678, "h", None, 22, 3.0)


def table(model: Model, digits: int) -> Iterator[Mark]:
    """Yield the embedding (V, I), a row for each letter."""
    embedding = model.embedding
    assert embedding is not None
    yield Words("table.title", "embedding e", 60, 784, 26, "muted")
    for k, (letter, row) in enumerate(zip(LETTERS, embedding, strict=True)):
        y = TABLE_TOP + TABLE_PITCH * k
        yield Words(f"table.{letter}", f"‘{letter}’", 62, y + 9, 28)
        for j, (x, value) in enumerate(zip(TABLE, row, strict=True), 1):
            ref = f"e({letter})[{j}]"
            yield Pill(f"table.{letter}{j}", float(value), x, y, ref, "x", 100, digits=digits)


def chosen(k: int) -> Box:
    """Return the frame around row k of the embedding, from 0."""
    y = TABLE_TOP + TABLE_PITCH * k
    return Box("table.row", 46, y - 24, 434, y + 24, "x", None, 24, 3.0)


def table_places(k: int) -> tuple[Point, ...]:
    """Return where the numbers of row k of the embedding stand."""
    return tuple((x, TABLE_TOP + TABLE_PITCH * k) for x in TABLE)


def word(t: int) -> Iterator[Mark]:
    """Yield the letters of the word, that of timestep t from 1 lit."""
    yield Words("word.name", "letters", 60, 719, 26, "muted")
    for k, letter in enumerate(WORD, 1):
        role, fill, width = ("x", 0.3, 3) if k == t else ("faint", 0.0, 2)
        x = 120.0 + 64 * k
        yield Disc(f"word{k}", x, 710, BUBBLE + 4, role, fill, width=width)
        yield Words(f"word.{k}", letter, x, 719, 28, anchor="centre")


def program() -> Iterator[Mark]:
    """Yield the model as a program; its lines move to what they compute later on."""
    yield Words("program", "The program", 506, LINES[0], 28, bold=True)
    yield Words("program.for", "for each letter c:", 506, LINES[1], 28, "muted")
    yield Words("program.end", "after the last letter:", 1130, LINES[1], 28, "muted")
    for key, (x, y) in PROGRAM.items():
        yield Words(f"code.{key}", CODE[key][0], x, y, 28, anchor="centre")
    yield Box("program.box", 480, 752, 1880, 982, "faint", None)


def values(trace: ModelTrace, name: str, t: int) -> Array:
    """Return a value of the cell at timestep t from 1, (H,) or (I,)."""
    return np.asarray(trace[0][name][t - 1, 0])
