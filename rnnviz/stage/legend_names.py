"""The legend's sizes, the number of weights, and what others call the same things."""

import numpy as np
from manim import VMobject

from rnnviz.cells import CELLS, MAKERS, Cell
from rnnviz.conventions import cell_named
from rnnviz.params import Params
from rnnviz.stage.card import centres, heading, note, table, words
from rnnviz.stage.pen import Pen
from rnnviz.stage.tables import NOTES
from rnnviz.stage.twins import grouped

LEFT, RIGHT = 1300.0, 1880.0
COLUMNS = (LEFT, LEFT + 146, LEFT + 284, LEFT + 454)
LIBRARIES = ("PyTorch", "Keras", "TF 1, papers")
BIASES = (0, 1, 2)


def sizes(pen: Pen) -> list[VMobject]:
    """Return the letters of the sizes with the numbers of this trace, and the weights they make."""
    here = {**pen.board.trace.sizes, "G": len(pen.board.trace.cell.gates)}
    meanings = {"I": "inputs", "H": "hidden", "B": "batch", "T": "steps", "G": "blocks"}
    parts: list[VMobject] = [heading(pen, "Sizes", LEFT, 142)]
    parts.append(note(pen, "of what is shown here", LEFT + 110, 142))
    for x, (letter, meaning) in zip(centres(LEFT, RIGHT, 5), meanings.items(), strict=True):
        text = f"{letter} = {here[letter]}"
        mark = pen.types.math(text, 30, pen.theme.ink, text).put(x, 190, "centre")
        parts.append(grouped(mark, pen.note(meaning).put(x, 222, "centre")))
    rows = [
        (cell.title, str(len(cell.gates)),
         *(str(weights(MAKERS[name](biases=k), here["I"], here["H"])) for k in BIASES))
        for name, cell in CELLS.items()
    ]  # fmt: skip
    columns = (LEFT, LEFT + 110, LEFT + 200, LEFT + 330, LEFT + 450)
    heads = ("weights", "blocks", "no bias", "one bias", "two biases")
    return [*parts, *table(pen, columns, heads, rows, 270, 36, RIGHT)]


def weights(cell: Cell, inputs: int, hidden: int) -> int:
    """Return how many weights and biases a cell of this size has."""
    rows = len(cell.gates) * hidden
    biases = [np.zeros(rows)] * cell.biases
    return Params(np.zeros((rows, inputs)), np.zeros((rows, hidden)), *biases).size


def names(pen: Pen) -> list[VMobject]:
    """Return the table of names, and the notes under it."""
    y = 452.0
    parts: list[VMobject] = [heading(pen, "Names", LEFT, y)]
    parts += table(pen, COLUMNS, ("", *LIBRARIES), rows(), y + 36, 36, RIGHT)
    y += 50 + 36 * (len(rows()) + 1)
    start, _, end = NOTES["lstm"].partition(": ")
    lines = ("A forget gate of 1 keeps c, one of 0 clears it.", start + ":", end)
    return [*parts, *(words(pen, line, LEFT, y + 33 * k) for k, line in enumerate(lines))]


def rows() -> tuple[tuple[str, ...], ...]:
    """Return each thing with its name in PyTorch, in Keras, and in TensorFlow 1 or in papers."""
    pytorch, keras, old = (
        dict(cell_named("gru", name).choices) for name in ("pytorch", "keras", "keras-v1")
    )
    return (
        ("hidden units", "hidden_size", "units, state_size", "num_units"),
        ("inputs", "input_size", "from the data", "from the data"),
        ("weights on x", "weight_ih", "kernel", "one matrix"),
        ("weights on h", "weight_hh", "recurrent_kernel", "for [h, x]"),
        ("LSTM blocks", "i f g o", "i f c o", "i j f o"),
        ("GRU blocks", "r z n", "z r h", "r u"),
        ("candidate", "g, in GRU n", "c, in GRU h", "$tilde(c), tilde(h), j$"),
        ("biases", _biases("pytorch"), _biases("keras"), "1 or 0"),
        ("z = 1", f"{pytorch['update']}s h", f"{keras['update']}s h", "either"),
        ("reset", f"{pytorch['reset']} product", f"{keras['reset']}, v1 {old['reset']}", "either"),
    )


def _biases(convention: str) -> str:
    """Return how many biases a gate has, and how many in the GRU where that differs."""
    lstm, gru = (cell_named(name, convention).biases for name in ("lstm", "gru"))
    return str(lstm) if lstm == gru else f"{lstm}, in GRU {gru}"
