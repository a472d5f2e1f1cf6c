"""safetensors: a JSON header, then plain numbers; nothing in it can run."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import library, reason
from rnnviz.readers.parts import Contents, printable
from rnnviz.readers.torch_names import Entry, named_contents

_DTYPES = {
    "F64": ("float64", "<f8"),
    "F32": ("float32", "<f4"),
    "F16": ("float16", "<f2"),
    "BF16": ("bfloat16", "<u2"),  # numpy has no such type
    "I64": ("int64", "<i8"),
    "I32": ("int32", "<i4"),
    "I16": ("int16", "<i2"),
}
_LENGTH = 8  # bytes of the header's length, which come first


def read_safetensors(path: Path, convention: str | None = None) -> Contents:
    """Return what a .safetensors file holds, after the library has checked header and offsets.

    Raises RnnvizError for what it rejects (overlapping, missing or left-over bytes, a header that
    is no JSON or larger than 100 MB), for a name that is there twice and without the library.
    """
    with library("safetensors", ".safetensors", "safetensors"):
        import safetensors
    try:
        with safetensors.safe_open(path, framework="numpy"):
            pass  # opening is what checks
        start, header = _header(path)
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        raise RnnvizError(f"{path}: wanted a safetensors file, got: {reason(error)}") from None
    entries = {key: _entry(path, key, record, start) for key, record in header.items()}
    return named_contents(path, "safetensors", entries, convention)


def _header(path: Path) -> tuple[int, dict[str, Any]]:
    """Return where the numbers start, and the header without its notes."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):  # the library takes either of two with the same bytes
            raise ValueError("a name that is there twice")
        return dict(pairs)

    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
        header: dict[str, Any] = json.loads(file.read(length), object_pairs_hook=unique)
    header.pop("__metadata__", None)
    return _LENGTH + length, header


def _entry(path: Path, key: str, record: dict[str, Any], start: int) -> Entry:
    name = record["dtype"]
    dtype, code = _DTYPES.get(name, (name, ""))
    shape, begin = tuple(record["shape"]), start + record["data_offsets"][0]

    def read() -> NDArray[Any]:
        count = math.prod(shape)
        with path.open("rb") as file:
            file.seek(begin)
            numbers = np.fromfile(file, code, count)
        if len(numbers) < count:
            raise RnnvizError(
                f"{path}: {printable(key)}: wanted {count} numbers, got {len(numbers)}"
            )
        if dtype == "bfloat16":  # the upper half of a float32
            numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
        return numbers.reshape(shape)

    return Entry(shape, dtype, read, plain=name in _DTYPES)
