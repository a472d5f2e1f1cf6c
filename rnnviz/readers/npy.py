"""numpy's array format, read so that a header cannot ask for more than the file holds."""

import math
import warnings
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError

MAX_BYTES = 2**30  # one array; the four gates of 4,096 units in float64 are half of this
_KINDS = {"O": "objects", "U": "text", "S": "text", "c": "complex numbers", "V": "records"}


def read_npy(name: str, file: IO[bytes], size: int) -> NDArray[Any]:
    """Return the array of real numbers in an .npy stream of ``size`` bytes, any number of axes.

    Nothing is read or reserved before the header agrees with ``size``. Raises RnnvizError, whose
    message starts with ``name``, for objects, text and records, and for a header that is broken,
    promises another size than there is, or more than one GiB.
    """
    shape, by_columns, dtype, start = _header(name, file)
    if dtype.kind not in "fiub":
        found = _KINDS.get(dtype.kind, str(dtype))
        raise RnnvizError(f"{name}: wanted an array of real numbers, got {found}")
    if any(length <= 0 for length in shape):
        raise RnnvizError(f"{name}: wanted no empty axis, got shape {shape}")
    promised = math.prod(shape) * dtype.itemsize
    if promised > MAX_BYTES:
        raise RnnvizError(f"{name}: wanted at most {MAX_BYTES} bytes, got shape {shape} ({dtype})")
    content = file.read(promised + 1) if promised == size - start else b""  # + 1: a zip's checksum
    if len(content) != promised:
        raise RnnvizError(
            f"{name}: wanted {promised} bytes for shape {shape} ({dtype}), got {size - start}"
        )
    try:
        return np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")
    except ValueError as error:  # more axes than numpy has
        raise RnnvizError(f"{name}: wanted an array, got: {error}") from None


def npy_header(name: str, file: IO[bytes]) -> tuple[tuple[int, ...], str]:
    """Return the shape and the type of number that an .npy stream promises; nothing else is read.

    Raises RnnvizError, whose message starts with ``name``, for a header that is broken.
    """
    shape, _, dtype, _ = _header(name, file)
    return shape, dtype.name


def _header(name: str, file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    try:
        version = npy.read_magic(file)
        if version not in ((1, 0), (2, 0)):  # 3.0 exists for field names of records only
            raise ValueError(f"format version {version[0]}.{version[1]}")
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as numpy's about a header that Python 2 wrote
            shape, by_columns, dtype = read(file)
    except Exception as error:  # the header is Python source: anything its parsers raise
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RnnvizError(f"{name}: wanted numpy's .npy format, got: {line}") from None
    return shape, by_columns, dtype, file.tell()
