"""Arrays from outside: real, finite, rectangular float64, or one clear line why not."""

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError

Array = NDArray[np.float64]


def real_array(
    name: str,
    value: Any,
    shapes: str,
    ndim: tuple[int, ...],
    dtype: Any = np.float64,
    copy: bool = True,
) -> Array:
    """Return a read-only copy of ``value`` in ``dtype`` whose number of axes is one of ``ndim``.

    ``shapes`` says in words what is wanted, such as ``"(T, B, I) or (T, I)"``. Without ``copy`` it
    may be a view of what was given, for an array that is read once. Raises RnnvizError
    for ragged rows, text, objects, complex numbers, empty or too many axes, NaN and Inf.
    """
    try:
        given = np.asarray(value)
    except ValueError:
        raise RnnvizError(f"{name}: wanted numbers of shape {shapes}, got ragged rows") from None
    except (TypeError, RuntimeError) as error:  # such as torch's, of a tensor that has a gradient
        told = f"{type(value).__name__}: {error}".splitlines()[0]
        raise RnnvizError(f"{name}: wanted numbers of shape {shapes}, got {told}") from None
    if given.dtype.kind not in "fiub":
        kind = {"c": "complex numbers", "O": "objects", "U": "text", "S": "text"}
        found = kind.get(given.dtype.kind, str(given.dtype))
        raise RnnvizError(f"{name}: wanted real numbers of shape {shapes}, got {found}")
    if given.ndim not in ndim or 0 in given.shape:
        raise RnnvizError(f"{name}: wanted shape {shapes} with no empty axis, got {given.shape}")
    with np.errstate(over="ignore", invalid="ignore"):  # what becomes Inf or NaN is refused below
        array = np.array(given, dtype=dtype, copy=copy or None).view()
        total = array.sum()  # quick to look at; finite numbers too can have one that is not
    bad = np.empty((0, 1), int) if np.isfinite(total) else np.argwhere(~np.isfinite(array))
    if len(bad):
        index = tuple(int(k) for k in bad[0])
        raise RnnvizError(
            f"{name}: wanted finite numbers, got {array[index]} at index {list(index)}"
        )
    array.flags.writeable = False
    return array


class ReadOnly:
    """Fields that are read-only mappings of arrays, and are so again in another process."""

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields as what can be pickled."""
        fields = vars(self).items()
        return {k: dict(v) if isinstance(v, MappingProxyType) else v for k, v in fields}

    def __setstate__(self, fields: dict[str, Any]) -> None:
        """Take the fields back, read-only as they were."""
        for name, value in fields.items():
            if isinstance(value, dict):
                for array in value.values():
                    array.flags.writeable = False
                value = MappingProxyType(value)
            object.__setattr__(self, name, value)
