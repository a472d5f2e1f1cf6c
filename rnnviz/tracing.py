"""Run a cell over a sequence and keep every named value.

The module is not called ``trace`` because the function is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array, ReadOnly, real_array
from rnnviz.cells import Cell
from rnnviz.checks import (
    check_budget,
    check_keep,
    checked_dtype,
    checked_lengths,
    checked_state,
    needed_bytes,
)
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.evaluation import check_finite, run
from rnnviz.params import MAX_DRAWN, Params, demo
from rnnviz.rounding import DIGITS

if TYPE_CHECKING:
    from rnnviz.excerpt import Excerpt
    from rnnviz.gradients import Gradients
    from rnnviz.scalars import Neuron
    from rnnviz.stepping import Computed

BUDGET = 4 * 2**30  # bytes of values, unless a larger budget is asked for


@dataclass(frozen=True, eq=False)
class Trace(ReadOnly):
    """The values of a cell over T timesteps and B samples, read-only, float64 unless asked.

    ``params`` and ``states`` (each (B, H), by name: h_prev, c_prev) are what it started from,
    ``final`` are the states after the last timestep. ``lengths`` (B,) are the timesteps of each
    sample, where they differ: behind its end a sample's values are 0 and mean nothing. A
    ``reverse`` trace is one that read its sequence from the end; t counts in the order of reading.
    """

    cell: Cell
    params: Params
    states: Mapping[str, Array]
    values: Mapping[str, Array]
    final: Mapping[str, Array]
    lengths: NDArray[np.int64] | None = None
    reverse: bool = False

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, as a dict does."""
        return iter(self.names)

    def __getitem__(self, name: str) -> Array:
        """Return a value at all timesteps, (T, B, H) or (T, B, I); RnnvizError if unknown."""
        try:
            return self.values[name]
        except KeyError:
            names = ", ".join(self.names)
            kept = " (keep= left it out)" if name in self.cell.names else ""
            raise RnnvizError(f"name: wanted one of {names}, got {name!r}{kept}") from None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in order of computation."""
        return tuple(name for name in self.cell.names if name in self.values)

    @property
    def sizes(self) -> dict[str, int]:
        """T timesteps, B samples, I inputs and H hidden units."""
        steps, batch = next(iter(self.values.values())).shape[:2]
        return {"T": steps, "B": batch, "I": self.params.input_size, "H": self.params.hidden_size}

    @property
    def nbytes(self) -> int:
        """Bytes of all values; h and h_prev, which are the same numbers, count once."""
        owners = [value if value.base is None else value.base for value in self.values.values()]
        return sum({id(owner): owner.nbytes for owner in owners}.values())

    def at(self, t: int, b: int = 0) -> dict[str, Array]:
        """Return one timestep of one sample, name -> vector (H,) or (I,), in order; t, b from 0."""
        self.check_index("b", b, self.sizes["B"])
        self.check_index("t", t, self.length(b))
        return {name: self.values[name][t, b] for name in self.names}

    def length(self, b: int = 0) -> int:
        """Return how many timesteps sample b has."""
        return self.sizes["T"] if self.lengths is None else int(self.lengths[b])

    def aligned(self, name: str) -> Array:
        """Return a value in the order of the sequence, also where this trace read it reversed."""
        return flipped(self[name], self.lengths) if self.reverse else self[name]

    def backward(
        self, dh: Any = None, *, dh_T: Any = None, dc_T: Any = None, truncate: int | None = None
    ) -> "Gradients":
        """Return dL/d of every value, from dL/dh_t (T, B, H) and dL/d of the final states (B, H).

        With ``truncate`` the gradient is cut in front of every so many timesteps (see
        rnnviz.gradients, also for the errors).
        """
        from rnnviz.gradients import backward

        return backward(self, dh, {"h_prev": dh_T, "c_prev": dc_T}, truncate)

    @staticmethod
    def check_index(name: str, index: int, size: int) -> None:
        """Raise RnnvizError unless 0 <= index < size."""
        if not 0 <= index < size:
            raise RnnvizError(f"{name}: wanted 0 to {size - 1}, got {index}")

    def neuron(self, name: str, unit: int, t: int, b: int = 0) -> "Neuron":
        """Return one unit of a gate: its products, biases, sum, activation (see rnnviz.scalars)."""
        from rnnviz.scalars import neuron

        return neuron(self, name, unit, t, b)

    def shown(self, name: str) -> Sequence[int]:
        """Return the indices that a face shows of a value: all, in an excerpt the picked ones."""
        return range(self.sizes["I" if name in self.cell.inputs else "H"])

    def pick(
        self, units: Iterable[int] | None = None, inputs: Iterable[int] | None = None
    ) -> "Excerpt":
        """Return an excerpt that shows up to 8 units and inputs, from 0 (see rnnviz.excerpt)."""
        from rnnviz.excerpt import pick

        return pick(self, units, inputs)

    def step(self, t: int | None = None, b: int = 0, digits: int = DIGITS) -> "Iterator[Computed]":
        """Return each value with what makes it, in order, to read one by one (rnnviz.stepping)."""
        from rnnviz.stepping import step

        return step(self, t, b, digits)

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

    def to_html(
        self, path: str | Path, *, b: int = 0, gradients: "Gradients | None" = None,
        digits: int = DIGITS, detail: str = "full", captions: Mapping[str, str] | None = None,
        title: str = "", theme: str = "",
    ) -> None:  # fmt: skip
        """Write a page that steps through sample b, one file that loads nothing.

        ``theme`` is light, dark or "" for the reader's own; the rest is as in rnnviz.explore.
        """
        from rnnviz.web.page import write_page

        write_page(self, path, theme, b=b, gradients=gradients, digits=digits, detail=detail,
                   captions=captions, title=title)  # fmt: skip

    def __repr__(self) -> str:
        sizes = ", ".join(f"{letter}={size}" for letter, size in self.sizes.items())
        return f"Trace({self.cell.name}, {sizes}: {' '.join(self.names)})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from rnnviz.reprs import bundle

        return bundle(self)


def trace(
    cell: str | Cell,
    x: Any = None,
    params: Params | None = None,
    *,
    h0: Any = None,
    c0: Any = None,
    convention: str = "pytorch",
    lengths: Any = None,
    dtype: Any = np.float64,
    keep: Collection[str] | None = None,
    budget: int = BUDGET,
) -> Trace:
    """Run an RNN, LSTM or GRU over x (T, B, I) or (T, I), keeping every named value.

    ``convention`` chooses the variant of a cell given by name (see rnnviz.conventions). h0 and c0
    are (B, H) or (H,), zeros if left out. With neither x nor params this is the demo, whose initial
    states are not zero; with one of them the other comes from the demo, at the width of what was
    given. ``lengths`` (B,) are the timesteps of each sample, T if left out. ``dtype`` is float64 or
    float32; ``keep`` names the values to keep, all if left out. Raises RnnvizError for an unknown
    cell or name, shapes that do not go together, NaN or Inf, c0 given to a cell that has no cell
    state, and for values that would take more bytes than ``budget``.
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
    kind = checked_dtype(dtype)
    lasting = keep is None or "x" in keep
    x = real_array("x", x, "(T, B, I) or (T, I)", (2, 3), kind, copy=lasting)
    x = x if x.ndim == 3 else x[:, None, :]
    if params is None:
        _demo_width("params", x.shape[2])
        params = demo(cell, input_size=x.shape[2]).params
    if not isinstance(params, Params):
        raise RnnvizError(
            f"params: wanted rnnviz.Params (rnnviz.load reads files), got {type(params).__name__}"
        )
    params = params.filled(cell)
    if x.shape[2] != params.input_size:
        raise RnnvizError(
            f"x: wanted {params.input_size} inputs a timestep (the columns of weight_ih), "
            f"got {x.shape[2]}"
        )
    if c0 is not None and "c_prev" not in cell.states:
        raise RnnvizError(f"c0: wanted none ({cell.title} has no cell state), got one")
    shape = (x.shape[1], params.hidden_size)
    states = {name: checked_state(name, given[name], shape, kind) for name in cell.states}
    check_keep(cell, keep)
    needed = needed_bytes(cell, x.shape, params.hidden_size, x.itemsize, keep)
    check_budget(needed, len(x), budget)
    counts = None if lengths is None else checked_lengths(lengths, *x.shape[:2])
    return _traced(cell, params, x, states, counts, keep)


def _traced(
    cell: Cell,
    params: Params,
    x: Array,
    states: Mapping[str, Array],
    lengths: NDArray[np.int64] | None,
    keep: Collection[str] | None,
) -> Trace:
    weights = {name: block.astype(x.dtype) for name, block in params.blocks(cell).items()}
    if lengths is None:
        values, final = _run(cell, weights, x, states, keep)
    else:
        ended = np.arange(len(x))[:, None] >= lengths
        x = np.where(ended[..., None], x.dtype.type(0), x)
        everything = keep if keep is None else {*keep, *cell.next_state}
        values, _ = _run(cell, weights, x, states, everything, False)
        pairs = zip(cell.states, cell.next_state, strict=True)
        final = {old: values[new][lengths - 1, np.arange(len(lengths))] for old, new in pairs}
        values = {name: value for name, value in values.items() if keep is None or name in keep}
        before = np.zeros_like(ended)  # h_prev is the h before, so it ends one timestep later
        before[1:] = ended[:-1]
        for name, value in values.items():
            value[before if name in cell.states else ended] = 0.0
        check_finite(values)  # what lies behind a sample's end may be anything
    for array in (*values.values(), *final.values()):
        array.flags.writeable = False
    return Trace(
        cell,
        params,
        MappingProxyType(dict(states)),
        MappingProxyType(values),
        MappingProxyType(final),
        lengths,
    )


def _run(*given: Any) -> tuple[dict[str, Array], dict[str, Array]]:
    with np.errstate(over="ignore", invalid="ignore"):  # said by name and index
        return run(*given)


def flipped(array: Array, lengths: NDArray[np.int64] | None) -> Array:
    """Return (T, B, ·) with each sample's timesteps reversed, those behind its end left alone."""
    if lengths is None:
        return array[::-1]
    t = np.arange(len(array))[:, None]
    rows = np.where(t < lengths, lengths - 1 - t, t)
    return np.asarray(np.take_along_axis(array, rows[..., None], axis=0))


def _demo_width(name: str, width: int) -> None:
    if width > MAX_DRAWN:
        raise RnnvizError(
            f"{name}: wanted for {width} inputs (the demo has up to {MAX_DRAWN}), got none"
        )
