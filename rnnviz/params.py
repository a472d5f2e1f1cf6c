"""The weights of one cell in PyTorch's layout, their validation, and those of the demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.arrays import Array, real_array
from rnnviz.cells import CELLS, Cell
from rnnviz.errors import RnnvizError

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_SHAPES = ("(G·H, I)", "(G·H, H)", "(G·H,)", "(G·H,)")
_PARTS = ("x", "h_prev", "c_prev", "weights", "biases")  # a stream each: x is the same in all cells
DEMO_SEED = 1016  # its gates differ visibly in all three cells
MAX_DRAWN = 8  # hidden units and inputs that the picture draws as pills


@dataclass(frozen=True, eq=False)
class Params:
    """Weights of one cell: weight_ih (G·H, I), weight_hh (G·H, H), bias_ih and bias_hh (G·H,).

    Gates are stacked in PyTorch's order (LSTM i, f, g, o; GRU r, z, n). A bias left out is zero,
    which is what ``bias=False`` computes. Raises RnnvizError for anything but finite real numbers
    or for shapes that do not go together.
    """

    weight_ih: Array
    weight_hh: Array
    bias_ih: Array | None = None
    bias_hh: Array | None = None

    def __post_init__(self) -> None:
        rows = 0
        for name, shape, ndim in zip(NAMES, _SHAPES, (2, 2, 1, 1), strict=True):
            value: Any = getattr(self, name)
            if value is None and ndim == 1:
                value = np.zeros(rows)
            array = real_array(name, value, shape, (ndim,))
            rows = rows or len(array)
            if len(array) != rows:
                raise RnnvizError(
                    f"{name}: wanted {rows} rows (G·H) like weight_ih, got {len(array)}"
                )
            object.__setattr__(self, name, array)

    @property
    def input_size(self) -> int:
        """I, the width of the input."""
        return int(self.weight_ih.shape[1])

    @property
    def hidden_size(self) -> int:
        """H, the number of hidden units."""
        return int(self.weight_hh.shape[1])

    def check(self, cell: Cell) -> None:
        """Raise RnnvizError unless the rows are G·H for this cell's G gates."""
        gates, hidden = len(cell.gates), self.hidden_size
        if len(self.weight_hh) != gates * hidden:
            raise RnnvizError(
                f"weight_hh: wanted shape (G·H, H) = ({gates * hidden}, {hidden}) for "
                f"{cell.title} (G = {gates}) with H = {hidden} columns, got {self.weight_hh.shape}"
                f"{_whose(len(self.weight_hh) / hidden)}"
            )

    def blocks(self, cell: Cell) -> Mapping[str, Array]:
        """Return each block by its name: W_i· (H, I), W_h· (H, H), b_i· and b_h· (H,)."""
        self.check(cell)
        hidden = self.hidden_size
        blocks: dict[str, Array] = {}
        for k, gate in enumerate(cell.gates):
            rows = slice(k * hidden, (k + 1) * hidden)
            for kind, name in zip(("W_i", "W_h", "b_i", "b_h"), NAMES, strict=True):
                blocks[f"{kind}{gate.key}"] = getattr(self, name)[rows]
        return blocks


def _whose(gates: float) -> str:
    """Return a hint at the cell that has so many gates."""
    titles = [cell.title for cell in CELLS.values() if len(cell.gates) == gates]
    return f", which is that of {titles[0]} weights" if titles else ""


@dataclass(frozen=True, eq=False)
class Demo:
    """What the demo runs on: params, x (T, 1, I) and the initial states (1, H) by name."""

    params: Params
    x: Array
    states: Mapping[str, Array]


def demo(
    cell: Cell, steps: int = 3, input_size: int = 3, hidden_size: int = 2, seed: int = DEMO_SEED
) -> Demo:
    """Return seeded weights (two decimals), inputs and initial states (one decimal, none zero).

    With so few decimals the first timestep's products and sums are exact at three digits, so that
    a person can follow them. Raises RnnvizError for sizes outside 1 to 8, no steps or a negative
    seed.
    """
    for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
        if not 1 <= size <= MAX_DRAWN:
            raise RnnvizError(f"{name}: wanted 1 to {MAX_DRAWN}, got {size}")
    if steps < 1:
        raise RnnvizError(f"steps: wanted at least 1, got {steps}")
    if seed < 0:
        raise RnnvizError(f"seed: wanted a number from 0, got {seed}")
    rows = len(cell.gates) * hidden_size
    draws = {part: np.random.default_rng([seed, k]) for k, part in enumerate(_PARTS)}

    def decimals(part: str, limit: int, scale: int, *shape: int) -> Array:
        drawn = draws[part].integers(-limit, limit, size=shape)  # -limit..limit-1
        return np.asarray(np.where(drawn < 0, drawn, drawn + 1) / scale)  # without zero

    params = Params(
        decimals("weights", 120, 100, rows, input_size),
        decimals("weights", 120, 100, rows, hidden_size),
        decimals("biases", 40, 100, rows),
        decimals("biases", 40, 100, rows),
    )
    x = decimals("x", 12, 10, steps, 1, input_size)
    states = {name: decimals(name, 9, 10, 1, hidden_size) for name in cell.states}
    return Demo(params, x, states)
