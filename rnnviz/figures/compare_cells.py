"""The three cells of the comparison: their runs on one x, their blocks of weights, their counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import CELLS, LSTM, MAKERS, Cell
from rnnviz.diagram import Box as Area
from rnnviz.figures.marks import Bar, Heat, Mark, Math, Scale, Words
from rnnviz.params import demo
from rnnviz.tracing import Trace, trace

UNITS, INPUTS = 2, 3  # shown of each; what there is no room for is said
LONGEST = 100  # timesteps that curves have room for
EQUATIONS = {
    "rnn": ("h_t = tanh(W_x x_t + W_h h_{t-1} + b)",),
    "lstm": ("c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t", "h_t = o_t ⊙ tanh(c_t)"),
    "gru": ("h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t-1}",),
}
DOES = {
    "rnn": {"h": "new h"},
    "lstm": {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"},
    "gru": {"r": "reset gate", "z": "update gate", "n": "candidate"},
}
CARRIES = {"rnn": "carries h", "lstm": "carries h and c", "gru": "carries h"}
COLUMNS = {"rnn": 60.0, "lstm": 690.0, "gru": 1310.0}  # left ends
WIDE, FOOT = 510.0, 716.0  # of a column of blocks
GAP = 8.0  # between the parts of a block


@dataclass(frozen=True, eq=False)
class Run:
    """One cell's run on the sequence, sample 1 alone; ``counts`` are its parameters by biases."""

    trace: Trace
    counts: tuple[int, int, int]

    @property
    def cell(self) -> Cell:
        """Which cell it is."""
        return self.trace.cell

    @property
    def name(self) -> str:
        """The cell's name, with which all ids of its marks start."""
        return self.cell.name

    @property
    def units(self) -> range:
        """The units that are shown."""
        return range(min(UNITS, self.trace.sizes["H"]))

    def of(self, name: str, t: int, unit: int) -> float:
        """Return one value; t and unit from 0."""
        return float(self.trace[name][t, 0, unit])

    def course(self, name: str, unit: int) -> tuple[float, ...]:
        """Return a unit's value at all timesteps."""
        return tuple(map(float, self.trace[name][:, 0, unit]))


def runs(given: Trace) -> tuple[Run, ...]:
    """Return the three cells with the demo's weights on the first x of a trace, from its h_0."""
    x = given["x"][: min(given.length(), LONGEST), :1]
    inputs, hidden = given.sizes["I"], given.sizes["H"]
    h0, c0 = (given.states[name][:1] for name in LSTM.states)
    made = []
    for cell in CELLS.values():
        sized = [demo(MAKERS[cell.name](biases=k), 1, inputs, hidden).params.size for k in range(3)]
        params = demo(cell, 1, inputs, hidden).params
        run = trace(cell, x, params, h0=h0, c0=c0 if cell is LSTM else None)
        made.append(Run(run, (sized[0], sized[1], sized[2])))
    return tuple(made)


def title(run: Run, x: float, y: float) -> Words:
    """Return the cell's name."""
    return Words(f"{run.name}.title", run.cell.title, x, y, 34, bold=True)


def parts(run: Run, gate: str) -> dict[str, Array]:
    """Return a gate's weights (H, I), (H, H) and biases (H, 1), by the last part of their id."""
    blocks = run.trace.params.blocks(run.cell)
    return {
        "x": blocks[f"W_i{gate}"],
        "h": blocks[f"W_h{gate}"],
        "b": blocks[f"b_i{gate}"][:, None],
        "b2": blocks[f"b_h{gate}"][:, None],
    }


def block(run: Run, gate: str, left: float, top: float, side: float, biases: int) -> Iterator[Mark]:
    """Yield a gate's weights as cells of ``side`` pixels, with the gate's letter before them."""
    largest = max(float(np.abs(array).max()) for array in run.trace.params.arrays.values())
    scale = Scale(-largest, largest)
    high = side * run.trace.sizes["H"]
    size = 32.0 if side > 30 else 28.0
    stem = f"{run.name}.{gate}"
    yield Math(f"{stem}.name", gate, left, top + high / 2 + 0.3 * size, size, gate)
    x = left + 44.0
    for key, array in parts(run, gate).items():
        if key == "b2" and biases < 2:
            return
        area = Area(x, top, x + side * array.shape[1], top + high)
        rows = tuple(tuple(map(float, row)) for row in array)
        yield Heat(f"{stem}.{key}", rows, scale, area, f"{run.cell.title} {gate}.{key}", "drop")
        x = area.right + (GAP if side > 30 else GAP / 2)


def stack(run: Run, biases: int) -> Iterator[Mark]:
    """Yield all blocks of a cell, one a gate, on a common foot, with what their columns are for."""
    sizes = run.trace.sizes
    side = min(44.0, (WIDE - 70) / (sizes["I"] + sizes["H"] + 2), 86.0 / sizes["H"])
    pitch, left = side * sizes["H"] + 22.0, COLUMNS[run.name]
    top = FOOT - pitch * len(run.cell.gates) + 22.0
    heads = (("x", sizes["I"], "x"), ("h", sizes["H"], "h"), ("b", biases, "muted"))
    x = left + 44.0
    for letter, columns, role in heads:
        middle = x + side * columns / 2 + (GAP / 2 if columns == 2 and letter == "b" else 0.0)
        yield Math(f"{run.name}.head.{letter}", letter, middle, top - 12, 30, role, "centre")
        x += side * columns + GAP
    for k, gate in enumerate(run.cell.gates):
        yield from block(run, gate.key, left, top + pitch * k, side, biases)
        if x < left + 400:  # room for a word beside it
            y = top + pitch * k + side * sizes["H"] / 2 + 8
            said = DOES[run.name][gate.key]
            yield Words(f"{run.name}.does.{gate.key}", said, left + 396, y, 24, "muted")


def equations(run: Run) -> Iterator[Mark]:
    """Yield what makes a cell's state, in PyTorch's notation."""
    for k, text in enumerate(EQUATIONS[run.name]):
        yield Math(f"{run.name}.equation{k}", text, COLUMNS[run.name], 204 + 46 * k, 30)


def counted(run: Run, biases: int, most: int) -> Iterator[Mark]:
    """Yield how many parameters a cell has with one or two biases a block, as a sum and a bar."""
    sizes, left, y = run.trace.sizes, COLUMNS[run.name], 770.0 + 96 * (biases - 1)
    stem, count = f"{run.name}.count{biases}", run.counts[biases]
    gates, hidden = len(run.cell.gates), sizes["H"]
    text = f"{gates} · {hidden} · ({sizes['I']} + {hidden} + {biases}) = {count}"
    said = ("", "one bias", "two biases")[biases]
    yield Words(f"{stem}.said", said, left, y, 26, "muted")
    yield Math(f"{stem}.sum", text, left + 160, y, 30)
    ref = f"{run.cell.title} parameters, {said}"
    yield Bar(stem, count, Scale(0, most), left, y + 30, WIDE, 26, ref, "neutral", upright=False)


def card(run: Run, top: float) -> Iterator[Mark]:
    """Yield a cell's name, blocks and counts, small, at the left of its lane."""
    sizes = run.trace.sizes
    side = min(22.0, 150.0 / (sizes["I"] + sizes["H"] + 2), 44.0 / sizes["H"])
    pitch = side * sizes["H"] + 6.0
    yield title(run, 40, top + 34)
    yield Words(f"{run.name}.carries", CARRIES[run.name], 148, top + 34, 26, "muted")
    for k, gate in enumerate(run.cell.gates):
        yield from block(run, gate.key, 44, top + 52 + pitch * k, side, 2)
    middle = top + 52 + pitch * len(run.cell.gates) / 2
    _, one, two = run.counts
    text = f"{one} or {two}"
    size = 28.0 if len(text) < 9 else 24.0
    yield Words(f"{run.name}.counts", text, 258, middle - 4, size, bold=True)
    yield Words(f"{run.name}.counted", "parameters", 258, middle + 26, 24, "muted")


def fitting(names: Sequence[Run]) -> int:
    """Return the largest count, which is where the bars end."""
    return max(max(run.counts) for run in names)
