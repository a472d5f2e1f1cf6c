"""Tensors and attributes of an ONNX file, as many numbers as their shapes say and no more.

External data are read from inside of the file's own folder only.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import reason

Values = NDArray[Any]

# onnx's number of a type -> its name, numpy's code, the field that has it where raw_data does not
TYPES = {
    1: ("float32", "<f4", "float_data"),
    6: ("int32", "<i4", "int32_data"),
    7: ("int64", "<i8", "int64_data"),
    10: ("float16", "<f2", "int32_data"),
    11: ("float64", "<f8", "double_data"),
    16: ("bfloat16", "<u2", "int32_data"),  # numpy has no such type
}
_EXTERNAL = 1


class UnreadableError(RnnvizError):
    """A file that promises data it does not have, or has them where they may not be read."""


def is_half(tensor: Any) -> bool:
    """Whether a tensor holds numbers of 16 bits."""
    return type_name(tensor).endswith("float16")


def is_float(tensor: Any) -> bool:
    """Whether a tensor holds floating-point numbers, not a shape or axes."""
    return "float" in type_name(tensor)


def type_name(tensor: Any) -> str:
    """Return the name of a tensor's type, empty where it is none that is read."""
    return TYPES[tensor.data_type][0] if tensor.data_type in TYPES else ""


def promised(path: Path, tensor: Any) -> int:
    """Return how many bytes a tensor's shape says; RnnvizError for a type that is not read."""
    if tensor.data_type not in TYPES or tensor.HasField("segment"):
        raise RnnvizError(f"a tensor of ONNX type {tensor.data_type}, {tensor.name!r:.60}")
    if any(length < 0 for length in tensor.dims):
        raise UnreadableError(
            f"{path}: {tensor.name!r:.60}: wanted a shape, got {list(tensor.dims)}"
        )
    return int(math.prod(tensor.dims)) * np.dtype(TYPES[tensor.data_type][1]).itemsize


def numbers(path: Path, tensor: Any) -> Values:
    """Return a tensor's numbers; UnreadableError unless there are as many as its shape says."""
    where, size = f"{path}: {tensor.name!r:.60}", promised(path, tensor)
    name, code, field = TYPES[tensor.data_type]
    if tensor.data_location == _EXTERNAL:
        content = external(path, where, tensor.external_data, size)
    elif tensor.HasField("raw_data"):
        content = tensor.raw_data
    else:  # 16 bits are in integers of 32
        wide = np.array(getattr(tensor, field))
        content = wide.astype("<u2" if is_half(tensor) else code).tobytes()
    if len(content) != size:
        shape = tuple(tensor.dims)
        raise UnreadableError(
            f"{where}: wanted {size} bytes for shape {shape} ({name}), got {len(content)}"
        )
    array = np.frombuffer(content, code)
    if name == "bfloat16":  # the upper half of a float32
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return array.reshape(tuple(tensor.dims))


def external(path: Path, where: str, record: Any, wanted: int) -> bytes:
    """Return data from another file, which has to be inside of the folder of the first.

    Raises UnreadableError for another place, also by a symbolic link, and for another length.
    """
    entries = {entry.key: entry.value for entry in record}
    location = entries.get("location", "")
    folder = path.parent.resolve()
    try:
        start, length = int(entries.get("offset", 0)), int(entries.get("length", wanted))
        target = (folder / location).resolve()
        if Path(location).is_absolute() or not target.is_relative_to(folder):
            raise UnreadableError(
                f"{where}: wanted data inside of the model's folder, got {location!r:.80}"
            )
        if not target.is_file():
            raise UnreadableError(f"{where}: wanted the file {location!r:.80}, found none")
        size = target.stat().st_size
        if length != wanted or start < 0 or start + length > size:
            raise UnreadableError(
                f"{where}: wanted {wanted} bytes in {location!r:.80}, "
                f"got {length} from {start} of {size}"
            )
        with target.open("rb") as file:
            file.seek(start)
            content: bytes = file.read(length)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise UnreadableError(
            f"{where}: wanted data in {location!r:.80}, got: {reason(error)}"
        ) from None
    return content


def attributes(node: Any) -> dict[str, Any]:
    """Return a node's attributes by name, lists as tuples and bytes as text."""
    found: dict[str, Any] = {}
    for one in node.attribute:
        kind = one.type  # AttributeProto's numbers
        if kind in (1, 2):
            found[one.name] = one.f if kind == 1 else one.i
        elif kind == 3:
            found[one.name] = one.s.decode(errors="replace")
        elif kind in (6, 7):
            found[one.name] = tuple(one.floats if kind == 6 else one.ints)
        elif kind == 8:
            found[one.name] = tuple(text.decode(errors="replace") for text in one.strings)
        else:
            found[one.name] = one
    return found


def texts(graph: Any) -> Iterator[Any]:
    """Yield every name in a graph or function, in the graphs within it too.

    Where a file's bytes are no UTF-8, protobuf has bytes in their place.
    """
    yield graph.name
    for node in graph.node:
        yield from (node.op_type, node.domain, node.name, *node.input, *node.output)
        for one in node.attribute:
            yield one.name
            for inner in (*([one.g] if one.HasField("g") else []), *one.graphs):
                yield from texts(inner)
            if one.HasField("t"):
                yield from _tensor_texts(one.t)
    if hasattr(graph, "initializer"):
        yield from (one.name for one in graph.input)
        for tensor in graph.initializer:
            yield from _tensor_texts(tensor)


def _tensor_texts(tensor: Any) -> Iterator[Any]:
    yield tensor.name
    for entry in tensor.external_data:
        yield from (entry.key, entry.value)
