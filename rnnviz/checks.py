"""What a trace is asked for, checked before anything is computed."""

import warnings
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array, real_array
from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError, RnnvizWarning


def checked_dtype(dtype: Any) -> np.dtype[Any]:
    """Return float64 or float32; float16 is raised to float32 with a warning."""
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise RnnvizError(f"dtype: wanted float64 or float32, got {dtype!r}") from None
    if kind == np.float16:
        warnings.warn("dtype: float16 is raised to float32", RnnvizWarning, stacklevel=3)
        return np.dtype(np.float32)
    if kind not in (np.float64, np.float32):
        raise RnnvizError(f"dtype: wanted float64 or float32, got {kind}")
    return kind


def check_keep(cell: Cell, keep: Collection[str] | None) -> None:
    """Raise RnnvizError unless ``keep`` lists values of the cell, or is None."""
    names = cell.names if keep is None else (keep,) if isinstance(keep, str) else tuple(keep)
    unknown = [name for name in names if name not in cell.names]
    if unknown or not names or isinstance(keep, str):
        found = repr(unknown[0]) if unknown else repr(keep)
        raise RnnvizError(f"keep: wanted a list of {', '.join(cell.names)}, got {found}")


def needed_bytes(
    cell: Cell,
    shape: tuple[int, ...],
    hidden: int,
    itemsize: int,
    keep: Collection[str] | None = None,
) -> int:
    """Return the bytes of a cell's values over x of shape (T, B, I), all or those in ``keep``."""
    steps, batch, inputs = map(int, shape)
    wide = {name: inputs if name in cell.inputs else hidden for name in cell.names}
    if keep is not None:
        return steps * batch * sum(wide[name] for name in keep) * itemsize
    # h and h_prev are the same numbers, of one timestep more
    each = sum(wide[name] for name in cell.names if name not in cell.states)
    return (steps * each + hidden * len(cell.states)) * batch * itemsize


def check_budget(needed: int, steps: int, budget: int) -> None:
    """Raise RnnvizError where the values would not fit, before any memory is asked for."""
    if not isinstance(budget, int | float) or not budget > 0:
        raise RnnvizError(f"budget: wanted a number of bytes above 0, got {budget!r}")
    if needed > budget:
        raise RnnvizError(
            f"trace: wanted at most {budget:,} bytes (budget=), got {needed:,} for the values of "
            f"{steps} timesteps; keep= fewer values, dtype='float32', a shorter sequence or a "
            f"larger budget= would do"
        )


def checked_lengths(value: Any, steps: int, batch: int) -> NDArray[np.int64]:
    """Return the timesteps of each sample, (B,), each 1 to T; RnnvizError for anything else."""
    given = np.asarray(value)
    if given.shape != (batch,) or given.dtype.kind not in "iu":
        raise RnnvizError(
            f"lengths: wanted {batch} whole numbers (B,), got {given.dtype} of shape {given.shape}"
        )
    for length in given.tolist():
        if not 1 <= length <= steps:
            raise RnnvizError(f"lengths: wanted 1 to {steps} (T), got {length}")
    lengths = given.astype(np.int64)
    lengths.flags.writeable = False
    return lengths


def checked_state(name: str, value: Any, shape: tuple[int, int], dtype: np.dtype[Any]) -> Array:
    """Return an initial state (B, H), zeros for None, a state (H,) for every sample."""
    label = name.replace("_prev", "0")
    if value is None:
        return np.broadcast_to(dtype.type(0), shape)  # read-only, like a state that was given
    array = real_array(label, value, f"(B, H) = {shape} or (H,)", (1, 2), dtype)
    if array.shape[-1] != shape[1] or (array.ndim == 2 and array.shape[0] != shape[0]):
        raise RnnvizError(f"{label}: wanted shape (B, H) = {shape} or (H,), got {array.shape}")
    return np.broadcast_to(array, shape)
