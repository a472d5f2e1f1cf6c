"""What-if in Python: a trace whose numbers are changed by address, as the player changes them.

An address is ``x[t,i]``, ``h_prev[k]`` and ``c_prev[k]`` (where the sequence starts),
``W_if[j,k]``, ``b_if[j]`` or ``p_f[j]``, with all indices from 0.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from numbers import Real
from typing import Any

import numpy as np

from rnnviz.arrays import Array, real_array
from rnnviz.cells import Cell
from rnnviz.conventions import CONVENTIONS, cell_named
from rnnviz.errors import RnnvizError
from rnnviz.params import gathered
from rnnviz.tracing import Trace
from rnnviz.tracing import trace as run_trace

_STATE = re.compile(r"[hc]_?0\b")  # what PyTorch calls h_prev and c_prev at the start
_ADDRESS = re.compile(r"([A-Za-z_]+)\[((?:0|[1-9][0-9]{0,8})(?:,(?:0|[1-9][0-9]{0,8}))?)\]")


def edited(trace: Trace, b: int, edits: Mapping[str, float], cell: Cell | None = None) -> Trace:
    """Return a trace of sample b alone, with some numbers changed and perhaps of another variant.

    A number that only another variant of the cell has changes nothing. Raises RnnvizError for an
    address that no variant has, for what is no finite number, for numbers that overflow and for
    another kind of cell.
    """
    cell = trace.cell if cell is None else cell
    numbers = starting(trace, b, cell)
    for address, value in checked(trace, edits).items():
        name, index = parsed(address)
        if name in numbers:
            numbers[name][index] = value
    with np.errstate(over="ignore", invalid="ignore"):  # refused by name and index
        made = run_trace(
            cell,
            numbers["x"][:, None, :],
            gathered(cell, numbers),
            h0=numbers["h_prev"],
            c0=numbers.get("c_prev"),
            dtype=trace["x"].dtype,
        )
    new = {field.name: getattr(made, field.name) for field in fields(Trace)}
    return replace(trace, **{**new, "reverse": trace.reverse})  # an excerpt shows what it showed


def starting(trace: Trace, b: int, cell: Cell) -> dict[str, Array]:
    """Return what a variant starts from before any edit, by name: x (T, I), states, parameters.

    Two biases become their sum where one is wanted, one becomes the first of two, and what the
    trace has not is zero. Raises RnnvizError for another kind of cell.
    """
    if cell.name != trace.cell.name:
        raise RnnvizError(f"cell: wanted a variant of {trace.cell.title}, got {cell.title}")
    trace.check_index("b", b, trace.sizes["B"])
    given = trace.params.blocks(trace.cell)
    hidden = trace.sizes["H"]

    def recast(name: str) -> Array:
        if name in given:
            return given[name]
        key = name[-1]
        if name == f"b_{key}" and f"b_i{key}" in given:
            with np.errstate(over="ignore"):  # refused as a parameter that is not finite
                return np.asarray(given[f"b_i{key}"] + given[f"b_h{key}"])
        if name == f"b_i{key}" and f"b_{key}" in given:
            return given[f"b_{key}"]
        return np.zeros(hidden)

    numbers = {
        "x": trace["x"][: trace.length(b), b],
        **{name: state[b] for name, state in trace.states.items()},
        **{name: recast(name) for name in cell.params},
    }
    return {name: np.array(array, dtype=np.float64) for name, array in numbers.items()}


def checked(trace: Trace, edits: Mapping[str, Any]) -> dict[str, float]:
    """Return edits as floats; RnnvizError for a bad address or what is no finite number."""
    if not isinstance(edits, Mapping):
        raise RnnvizError(f"edits: wanted numbers by address, got {type(edits).__name__}")
    shapes = _shapes(trace)
    return {_place(shapes, address): _number(address, v) for address, v in edits.items()}


def differences(
    name: str, before: Array, after: Any, label: str = ""
) -> Iterator[tuple[str, float]]:
    """Yield (address, number) of all that is new in ``after``; RnnvizError for another shape.

    ``label`` is what an error calls it, where that is not its name in an address.
    """
    label = label or name
    shape = f"({', '.join(map(str, before.shape))}{',' * (before.ndim == 1)})"
    new = real_array(label, after, shape, (before.ndim,))
    if new.shape != before.shape:
        raise RnnvizError(f"{label}: wanted shape {shape}, got {new.shape}")
    for index in map(tuple, np.argwhere(new != before)):
        yield f"{name}[{','.join(map(str, index))}]", float(new[index])


def parsed(address: Any) -> tuple[str, tuple[int, ...]]:
    """Return the name and the indices of an address; RnnvizError for what is none."""
    found = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    if isinstance(address, str) and _STATE.match(address):
        wanted = "initial states as h_prev[k] and c_prev[k]"
        raise RnnvizError(f"address: wanted {wanted}, got {address!r}")
    if found is None:
        raise RnnvizError(f"address: wanted one such as x[0,1] or b_if[0], got {address!r}")
    return found[1], tuple(map(int, found[2].split(",")))


def variant(cell: Cell, convention: str) -> Cell:
    """Return the cell under a named convention, the same cell for an empty name; else an error."""
    return cell_named(cell.name, convention) if convention else cell


def name_of(wanted: Cell, own: Cell) -> str:
    """Return the first convention that makes a cell, none for a trace's own cell."""
    if wanted == own:
        return ""
    for convention, cells in CONVENTIONS.items():
        if wanted.name in cells and variant(wanted, convention) == wanted:
            return convention
    raise AssertionError("a variant that has no name is the trace's own")


def _shapes(trace: Trace) -> dict[str, tuple[int, ...]]:
    """Return the shape of all that can be edited, of every variant of the cell."""
    steps, inputs, hidden = trace.sizes["T"], trace.sizes["I"], trace.sizes["H"]

    def shape(param: str) -> tuple[int, ...]:
        if param.startswith("W_"):
            return hidden, inputs if param[2] == "i" else hidden
        return (hidden,)

    cell = trace.cell
    names = (*cell.states, *_params(cell))
    return {"x": (steps, inputs), **{name: shape(name) for name in names}}


def _place(shapes: Mapping[str, tuple[int, ...]], address: Any) -> str:
    name, index = parsed(address)
    if name not in shapes:
        raise RnnvizError(f"address: wanted one of {', '.join(shapes)}, got {address!r}")
    shape = shapes[name]
    if len(index) != len(shape) or any(k >= size for k, size in zip(index, shape, strict=True)):
        ranges = ",".join(f"0…{size - 1}" for size in shape)
        raise RnnvizError(f"address: wanted {name}[{ranges}], got {address!r}")
    return str(address)


def _params(cell: Cell) -> dict[str, None]:
    """Return the names of all parameters that some variant of the cell has."""
    named = (cell_named(cell.name, c) for c, cells in CONVENTIONS.items() if cell.name in cells)
    return dict.fromkeys(name for one in (cell, *named) for name in one.params)


def _number(address: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise RnnvizError(f"{address}: wanted a finite number, got {value!r}")
    return float(value)
