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
_PARTS = (
    "x",
    "h_prev",
    "c_prev",
    "weights",
    "biases",
    "peepholes",
)  # a stream each: x is the same in all cells
DEMO_SEED = 1016  # its gates differ visibly in all three cells
MAX_DRAWN = 8  # hidden units and inputs that the picture draws as pills


@dataclass(frozen=True, eq=False)
class Params:
    """Weights of one cell: weight_ih (G·H, I), weight_hh (G·H, H), bias_ih and bias_hh (G·H,).

    Gates are stacked in PyTorch's order (LSTM i, f, g, o; GRU r, z, n). A single bias is bias_ih;
    peepholes (3·H,) are those of i, f and o. Raises RnnvizError for anything but finite real
    numbers or for shapes that do not go together.
    """

    weight_ih: Array
    weight_hh: Array
    bias_ih: Array | None = None
    bias_hh: Array | None = None
    peepholes: Array | None = None

    def __post_init__(self) -> None:
        rows = 0
        for name, shape, ndim in zip(NAMES, _SHAPES, (2, 2, 1, 1), strict=True):
            value: Any = getattr(self, name)
            if value is None and ndim == 1:
                continue
            array = real_array(name, value, shape, (ndim,))
            rows = rows or len(array)
            if len(array) != rows:
                raise RnnvizError(
                    f"{name}: wanted {rows} rows (G·H) like weight_ih, got {len(array)}"
                )
            object.__setattr__(self, name, array)
        if self.peepholes is not None:
            held = real_array("peepholes", self.peepholes, "(3·H,)", (1,))
            object.__setattr__(self, "peepholes", held)

    @property
    def input_size(self) -> int:
        """I, the width of the input."""
        return int(self.weight_ih.shape[1])

    @property
    def hidden_size(self) -> int:
        """H, the number of hidden units."""
        return int(self.weight_hh.shape[1])

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays that there are, by name."""
        named = ((name, getattr(self, name)) for name in (*NAMES, "peepholes"))
        return {name: array for name, array in named if array is not None}

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(array.size for array in self.arrays.values())

    def check(self, cell: Cell) -> None:
        """Raise RnnvizError unless the rows are G·H and the biases and peepholes the cell's."""
        gates, hidden = len(cell.gates), self.hidden_size
        if len(self.weight_hh) != gates * hidden:
            raise RnnvizError(
                f"weight_hh: wanted shape (G·H, H) = ({gates * hidden}, {hidden}) for "
                f"{cell.title} (G = {gates}) with H = {hidden} columns, got {self.weight_hh.shape}"
                f"{_whose(len(self.weight_hh) / hidden)}"
            )
        given = [name for name in NAMES[2:] if getattr(self, name) is not None]
        if given and len(given) != cell.biases:
            wanted = ("none", "bias_ih alone", "bias_ih and bias_hh, or none")[cell.biases]
            raise RnnvizError(
                f"biases: wanted {wanted} for {cell.title} ({cell.convention}), "
                f"got {' and '.join(given)}; rnnviz.convert changes their number"
            )
        if cell.biases == 1 and "bias_hh" in given:
            raise RnnvizError("biases: wanted a single bias as bias_ih, got bias_hh")
        rows = len(cell.peepholes) * hidden
        found = 0 if self.peepholes is None else len(self.peepholes)
        if found != rows:
            wanted = f"({rows},) = 3·H" if rows else f"none for {cell.title} ({cell.convention})"
            raise RnnvizError(f"peepholes: wanted {wanted}, got {found or 'none'}")

    def filled(self, cell: Cell) -> "Params":
        """Return the same with zeros for biases that the cell has and that were left out."""
        self.check(cell)
        if self.bias_ih is not None or not cell.biases:
            return self
        zeros = np.zeros(len(self.weight_ih))
        second = zeros if cell.biases == 2 else None
        return Params(self.weight_ih, self.weight_hh, zeros, second, self.peepholes)

    def blocks(self, cell: Cell) -> Mapping[str, Array]:
        """Return each block by its name: W_i· (H, I), W_h· (H, H), biases and peepholes (H,)."""
        arrays, hidden = self.filled(cell).arrays, self.hidden_size
        blocks: dict[str, Array] = {}
        kinds = ("W_i", "W_h", "b_i" if cell.biases == 2 else "b_", "b_h")
        for k, gate in enumerate(cell.gates):
            rows = slice(k * hidden, (k + 1) * hidden)
            for kind, name in zip(kinds, NAMES, strict=True):
                if name in arrays:
                    blocks[f"{kind}{gate.key}"] = arrays[name][rows]
        for k, name in enumerate(cell.peepholes):
            blocks[name] = arrays["peepholes"][k * hidden : (k + 1) * hidden]
        return blocks


def gathered(cell: Cell, blocks: Mapping[str, Array]) -> Params:
    """Return the blocks of a cell as Params, the inverse of ``Params.blocks``."""

    def stacked(kind: str) -> Array:
        return np.concatenate([blocks[f"{kind}{gate.key}"] for gate in cell.gates])

    biases = [stacked(kind) for kind in ((), ("b_",), ("b_i", "b_h"))[cell.biases]]
    peepholes = [blocks[name] for name in cell.peepholes]
    return Params(
        stacked("W_i"),
        stacked("W_h"),
        *biases,
        **({"peepholes": np.concatenate(peepholes)} if peepholes else {}),
    )


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

    drawn = {
        "weight_ih": decimals("weights", 120, 100, rows, input_size),
        "weight_hh": decimals("weights", 120, 100, rows, hidden_size),
    }
    drawn |= {name: decimals("biases", 40, 100, rows) for name in NAMES[2 : 2 + cell.biases]}
    if cell.peepholes:
        drawn["peepholes"] = decimals("peepholes", 120, 100, len(cell.peepholes) * hidden_size)
    params = Params(**drawn)
    x = decimals("x", 12, 10, steps, 1, input_size)
    states = {name: decimals(name, 9, 10, 1, hidden_size) for name in cell.states}
    return Demo(params, x, states)
