"""Values of an ONNX graph that only operators which move numbers have a part in.

Exporters cut weights into gates and join them again in the graph, so a weight may be the result of
such operators as much as a tensor.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import reason
from rnnviz.readers.npy import MAX_BYTES
from rnnviz.readers.onnx_tensors import (
    TYPES,
    UnreadableError,
    Values,
    attributes,
    is_half,
    numbers,
    promised,
)
from rnnviz.readers.torch_names import MAX_TOTAL

MAX_MADE = 2**28  # bytes that operators may need, apart from
MAX_COPIES = 16  # copies of all tensors that were read
_BAD_NODE = (ValueError, LookupError, TypeError, OverflowError, AttributeError)
_ALONE = ("Cast", "Dropout", "Identity", "Transpose")  # whose first input is all that counts


class Graph:
    """The main graph of a model: its tensors by name, and what makes every other value."""

    def __init__(self, path: Path, graph: Any) -> None:
        self.path = path
        self.tensors = {tensor.name: tensor for tensor in graph.initializer}
        self.makers = {
            name: (node, k) for node in graph.node for k, name in enumerate(node.output) if name
        }
        self.inputs = {one.name for one in graph.input}
        self.used: set[str] = set()  # tensors that have been read
        self.halves: list[str] = []  # of these, those of 16 bits
        self.followed = 0  # numbers whose way through the graph was looked at
        self._bytes_read, self._bytes_made = 0, 0
        self._known: dict[str, Values] = {}

    def constant(self, name: str) -> Values:
        """Return a value that no input has a part in; RnnvizError says what made another."""
        return self.value(name, self._known)

    def value(self, name: str, known: dict[str, Values]) -> Values:
        """Return a value given some, to which all that is computed on the way is added."""
        pending, opened = [name], set()
        while pending:
            top = pending[-1]
            if top in known:
                pending.pop()
                continue
            if top in self.tensors:
                known[top] = self.tensor(self.tensors[top])
                continue
            node, k = self.makers.get(top, (None, 0))
            if node is None or k or not moves(node):
                made = f"made by {node.op_type}" if node else "no plain tensor"
                made = "an input" if top in self.inputs else made
                raise RnnvizError(f"no constant, {top!r:.60} is {made}")
            missing = [one for one in inputs(node) if one and one not in known]
            if missing and top in opened:
                raise UnreadableError(f"{self.path}: wanted a graph, got a circle at {top!r:.60}")
            opened.add(top)
            pending += missing
            if not missing:
                known[top] = self._made(node, [known[one] if one else None for one in inputs(node)])
        return known[name]

    def _made(self, node: Any, values: Sequence[Values | None]) -> Values:
        given = [np.empty(0) if value is None else value for value in values]
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                return np.asarray(OPERATORS[node.op_type](self, attributes(node), *given))
        except _BAD_NODE as error:
            line = (reason(error).splitlines() or [""])[0]
            raise RnnvizError(f"no constant, {node.op_type} cannot be: {line}") from None

    def tensor(self, tensor: Any) -> Values:
        """Return a tensor's numbers, which count as used."""
        size = promised(self.path, tensor)
        self._bytes_read += size
        self._check(size, self._bytes_read, MAX_TOTAL)
        self.used.add(tensor.name)
        if is_half(tensor):
            self.halves.append(tensor.name or "a constant")
        return numbers(self.path, tensor)

    def spend(self, size: int) -> None:
        """Count the bytes that an operator is about to need; UnreadableError for too many."""
        self._bytes_made += size
        self._check(size, self._bytes_made, MAX_MADE + MAX_COPIES * self._bytes_read)

    def _check(self, size: int, total: int, limit: int) -> None:
        if size > MAX_BYTES or total > limit:
            wanted = f"at most {MAX_BYTES} bytes a tensor and {limit} of all"
            raise UnreadableError(f"{self.path}: wanted {wanted}, got more")


def moves(node: Any) -> bool:
    """Whether a node only moves numbers, joins or cuts them."""
    return node.op_type in OPERATORS and node.domain in ("", "ai.onnx")


def inputs(node: Any) -> Sequence[str]:
    """Return the names of a node's inputs that its result depends on, empty for those left out."""
    names: Sequence[str] = node.input
    return names[:1] if node.op_type in _ALONE else names


def _cast(graph: Graph, given: Mapping[str, Any], data: Values) -> Values:
    if data.dtype.kind != "f":
        return data  # a shape, or places that are followed
    name, code, _ = TYPES.get(given["to"], ("", "", ""))
    if name not in ("float16", "float32", "float64"):
        raise ValueError(f"type {given['to']}")
    graph.spend(data.size * np.dtype(code).itemsize)
    return data.astype(code)


def _transpose(graph: Graph, given: Mapping[str, Any], data: Values) -> Values:
    return data.transpose(given.get("perm"))


def _reshape(graph: Graph, given: Mapping[str, Any], data: Values, shape: Values) -> Values:
    wanted = [int(length) for length in shape]
    if not given.get("allowzero"):
        wanted = [length or data.shape[k] for k, length in enumerate(wanted)]
    shaped = data.reshape(wanted)
    graph.spend(0 if np.may_share_memory(data, shaped) else data.nbytes)
    return shaped


def _axes(given: Mapping[str, Any], axes: Sequence[Values]) -> tuple[int, ...]:
    found = given.get("axes", ()) if not axes else axes[0].ravel()
    return tuple(int(axis) for axis in found)


def _squeeze(graph: Graph, given: Mapping[str, Any], data: Values, *axes: Values) -> Values:
    return np.squeeze(data, _axes(given, axes) or None)


def _unsqueeze(graph: Graph, given: Mapping[str, Any], data: Values, *axes: Values) -> Values:
    return np.expand_dims(data, _axes(given, axes))


def _slice(graph: Graph, given: Mapping[str, Any], data: Values, *where: Values) -> Values:
    if not where:  # before opset 10
        where = tuple(np.array(given.get(name, ())) for name in ("starts", "ends", "axes"))
    starts, ends, axes, steps = [*where, np.empty(0), np.empty(0)][:4]
    chosen = [slice(None)] * data.ndim
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        step = int(steps[k]) if steps.size else 1
        chosen[int(axes[k]) if axes.size else k] = slice(int(start), int(end), step)
    return data[tuple(chosen)]


def _concat(graph: Graph, given: Mapping[str, Any], *data: Values) -> Values:
    graph.spend(sum(one.nbytes for one in data))
    return np.concatenate(data, given["axis"])


def _expand(graph: Graph, given: Mapping[str, Any], data: Values, shape: Values) -> Values:
    wanted = np.broadcast_shapes(data.shape, tuple(int(length) for length in shape))
    graph.spend(math.prod(wanted) * data.itemsize)
    return np.broadcast_to(data, wanted)


def _gather(graph: Graph, given: Mapping[str, Any], data: Values, where: Values) -> Values:
    axis = given.get("axis", 0)
    graph.spend(data.nbytes // max(1, data.shape[axis]) * where.size)
    return np.asarray(np.take(data, where, axis))


def _product(graph: Graph, given: Mapping[str, Any], first: Values, second: Values) -> Values:
    if first.dtype.kind != "i" or second.dtype.kind != "i" or max(first.ndim, second.ndim) > 1:
        raise ValueError("wanted lengths")
    return np.asarray(first * second)


def _shape(graph: Graph, given: Mapping[str, Any], data: Values) -> Values:
    return np.array(data.shape, np.int64)[given.get("start", 0) : given.get("end")]


def _constant(graph: Graph, given: Mapping[str, Any]) -> Values:
    if "value" in given:
        return graph.tensor(given["value"].t)
    for name, value in given.items():
        if name in ("value_float", "value_floats", "value_int", "value_ints"):
            return np.array(value, np.float32 if "float" in name else np.int64)
    raise ValueError(", ".join(given) or "no value")


OPERATORS: dict[str, Callable[..., Values]] = {
    "Cast": _cast,
    "Concat": _concat,
    "Constant": _constant,
    "Dropout": lambda graph, given, data: data,
    "Expand": _expand,
    "Gather": _gather,
    "Identity": lambda graph, given, data: data,
    "Mul": _product,
    "Reshape": _reshape,
    "Shape": _shape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
