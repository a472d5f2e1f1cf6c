"""Run a cell over a sequence and keep every named value.

The module is not called ``trace`` because the function is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.arrays import Array, real_array
from rnnviz.cells import Cell
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS, Values
from rnnviz.params import MAX_DRAWN, Params, demo

if TYPE_CHECKING:
    from rnnviz.scalars import Neuron


@dataclass(frozen=True, eq=False)
class Trace:
    """Every value of a cell over T timesteps and B samples, float64, read-only.

    ``params`` and ``states`` (each (B, H), by name: h_prev, c_prev) are what it started from.
    """

    cell: Cell
    params: Params
    states: Mapping[str, Array]
    values: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        """Return a value at all timesteps, (T, B, H) or (T, B, I); RnnvizError if unknown."""
        try:
            return self.values[name]
        except KeyError:
            names = ", ".join(self.names)
            raise RnnvizError(f"name: wanted one of {names}, got {name!r}") from None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in order of computation."""
        return self.cell.names

    @property
    def sizes(self) -> dict[str, int]:
        """T timesteps, B samples, I inputs and H hidden units."""
        steps, batch, inputs = self.values["x"].shape
        return {"T": steps, "B": batch, "I": inputs, "H": self.params.hidden_size}

    def at(self, t: int, b: int = 0) -> dict[str, Array]:
        """Return one timestep of one sample, name -> vector (H,) or (I,), in order; t, b from 0."""
        self.check_index("t", t, self.sizes["T"])
        self.check_index("b", b, self.sizes["B"])
        return {name: self.values[name][t, b] for name in self.names}

    @staticmethod
    def check_index(name: str, index: int, size: int) -> None:
        """Raise RnnvizError unless 0 <= index < size."""
        if not 0 <= index < size:
            raise RnnvizError(f"{name}: wanted 0 to {size - 1}, got {index}")

    def neuron(self, name: str, unit: int, t: int, b: int = 0) -> "Neuron":
        """Return one unit of a gate: its products, biases, sum, activation (see rnnviz.scalars)."""
        from rnnviz.scalars import neuron

        return neuron(self, name, unit, t, b)

    def to_json(self, path: str | Path) -> None:
        """Write every value as JSON (rnnviz.export documents the schema)."""
        from rnnviz.export import to_json

        to_json(self, path)

    def to_csv(self, path: str | Path) -> None:
        """Write one line a number: t, b, name, unit, value."""
        from rnnviz.export import to_csv

        to_csv(self, path)

    def to_npz(self, path: str | Path) -> None:
        """Write every value as npz."""
        from rnnviz.export import to_npz

        to_npz(self, path)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{letter}={size}" for letter, size in self.sizes.items())
        return f"Trace({self.cell.name}, {sizes}: {' '.join(self.names)})"


def run(
    cell: Cell, blocks: Mapping[str, Values], x: Values, states: Mapping[str, Values]
) -> dict[str, Values]:
    """Evaluate the steps over x (T, B, I) from states (B, H): name -> (T, B, ·), any dtype."""
    kept: dict[str, list[Values]] = {name: [] for name in cell.names}
    carried = dict(states)
    for x_t in x:
        env: dict[str, Values] = {**blocks, **carried, "x": x_t}
        for step in cell.steps:
            env[step.name] = OPS[step.op].forward(*(env[arg] for arg in step.args))
        for name in cell.names:
            kept[name].append(env[name])
        carried = {old: env[new] for old, new in zip(cell.states, cell.next_state, strict=True)}
    return {name: np.stack(rows) for name, rows in kept.items()}


def trace(
    cell: str | Cell,
    x: Any = None,
    params: Params | None = None,
    *,
    h0: Any = None,
    c0: Any = None,
    convention: str = "pytorch",
) -> Trace:
    """Run an RNN, LSTM or GRU over x (T, B, I) or (T, I), float64, keeping every named value.

    ``convention`` chooses the variant of a cell given by name (see rnnviz.conventions). h0 and c0
    are (B, H) or (H,), zeros if left out. With neither x nor params this is the demo, whose initial
    states are not zero; with one of them the other comes from the demo, at the width of what was
    given. Raises RnnvizError for an unknown cell, shapes that do not go together, NaN or Inf, and
    for c0 given to a cell that has no cell state.
    """
    cell = cell_named(cell, convention) if isinstance(cell, str) else cell
    given = {"h_prev": h0, "c_prev": c0}
    if x is None and params is None:
        example = demo(cell)
        x, params = example.x, example.params
        given = {name: example.states.get(name) if v is None else v for name, v in given.items()}
    if x is None and params is not None:
        _demo_width("x", params.input_size)
        x = demo(cell, input_size=params.input_size).x
    x = _sequence(x)
    if params is None:
        _demo_width("params", x.shape[2])
        params = demo(cell, input_size=x.shape[2]).params
    params = params.filled(cell)
    if x.shape[2] != params.input_size:
        raise RnnvizError(
            f"x: wanted {params.input_size} inputs a timestep (the columns of weight_ih), "
            f"got {x.shape[2]}"
        )
    if c0 is not None and "c_prev" not in cell.states:
        raise RnnvizError(f"c0: wanted none ({cell.title} has no cell state), got one")
    shape = (x.shape[1], params.hidden_size)
    states = {name: _state(name, given[name], shape) for name in cell.states}
    with np.errstate(over="ignore", invalid="ignore"):  # said below, by name and index
        values = run(cell, params.blocks(cell), x, states)
    for name, array in values.items():
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            raise RnnvizError(
                f"{name}: wanted sums that float64 can hold, got {array[tuple(bad[0])]} "
                f"at index {bad[0].tolist()}"
            )
        array.flags.writeable = False
    return Trace(cell, params, MappingProxyType(states), MappingProxyType(values))


def _demo_width(name: str, width: int) -> None:
    if width > MAX_DRAWN:
        raise RnnvizError(
            f"{name}: wanted for {width} inputs (the demo has up to {MAX_DRAWN}), got none"
        )


def _sequence(x: Any) -> Array:
    array = real_array("x", x, "(T, B, I) or (T, I)", (2, 3))
    return array if array.ndim == 3 else array[:, None, :]


def _state(name: str, value: Any, shape: tuple[int, int]) -> Array:
    label = name.replace("_prev", "0")
    if value is None:
        return np.broadcast_to(0.0, shape)  # read-only, like a state that was given
    array = real_array(label, value, f"(B, H) = {shape} or (H,)", (1, 2))
    if array.shape[-1] != shape[1] or (array.ndim == 2 and array.shape[0] != shape[0]):
        raise RnnvizError(f"{label}: wanted shape (B, H) = {shape} or (H,), got {array.shape}")
    return np.broadcast_to(array, shape)
