"""ONNX files: the RNN, LSTM and GRU nodes of a graph, with weights in ONNX's order of gates."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import Cell, gru, lstm, rnn
from rnnviz.errors import RnnvizError, RnnvizWarning
from rnnviz.model import Layer, Model
from rnnviz.params import Params
from rnnviz.readers.checks import library, reason
from rnnviz.readers.onnx_links import Sequences, source
from rnnviz.readers.onnx_tensors import UnreadableError, Values, attributes, is_float, texts
from rnnviz.readers.onnx_values import Graph
from rnnviz.readers.parts import Contents, Part, listed

ORDERS = {"RNN": (0,), "LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2)}  # PyTorch's gates in ONNX's order
_ACTIVATIONS = {"RNN": ("tanh",), "LSTM": ("sigmoid", "tanh", "tanh"), "GRU": ("sigmoid", "tanh")}
_DIRECTIONS = {
    "forward": ("forward",),
    "reverse": ("backward",),
    "bidirectional": ("forward", "backward"),
}
_ATTRIBUTES = {"activations": tuple, "direction": str, "hidden_size": int, "layout": int}
_ATTRIBUTES |= {"input_forget": int, "linear_before_reset": int, "output_sequence": int}
_SWITCHES = {"input_forget", "linear_before_reset"}  # off, but for linear_before_reset of a GRU
_RECURRENT = re.compile(r"\w*(RNN|GRU|LSTM)")
_ROLES = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
MAX_FILE = 2**31  # bytes, which is what protobuf holds


def read_onnx(path: Path) -> Contents:
    """Return what an .onnx file holds: a part for each recurrent node, or for nodes in a stack.

    Raises RnnvizError for a broken file, for data that are missing or outside of its folder and
    more than fits; warns with RnnvizWarning of 16-bit weights.
    """
    with library("onnx", ".onnx", "onnx"):
        import onnx
    if path.stat().st_size >= MAX_FILE:
        raise RnnvizError(f"{path}: wanted less than {MAX_FILE} bytes, got {path.stat().st_size}")
    try:
        model = onnx.load_model(str(path), format="protobuf", load_external_data=False)
    except Exception as error:  # whatever protobuf's implementation raises
        line = (reason(error).splitlines() or [""])[0]
        raise RnnvizError(f"{path}: wanted an ONNX model, got: {line}") from None
    if not model.HasField("graph") or not model.ir_version:
        raise RnnvizError(f"{path}: wanted an ONNX model, got one without a graph")
    for one in (model.graph, *model.functions):
        if not all(isinstance(text, str) for text in texts(one)):
            raise RnnvizError(f"{path}: wanted names in UTF-8, got other bytes")
    graph = Graph(path, model.graph)
    parts = tuple(_parts(graph, _named(_recurrent(model))))
    if graph.halves:
        held = listed(tuple(dict.fromkeys(graph.halves)))
        said = f"16-bit weights ({held}), raised to float64 without rounding"
        warnings.warn(f"{path}: {said}", RnnvizWarning, stacklevel=4)  # where load is called
    others = (
        (tensor.name, tuple(tensor.dims))
        for tensor in model.graph.initializer
        if tensor.name not in graph.used and is_float(tensor)
    )
    return Contents("ONNX", parts, tuple(others))


def _recurrent(model: Any) -> Iterator[tuple[Any, str]]:
    """Yield each recurrent node of a model, with a refusal where it is not in the main graph."""
    for node in model.graph.node:
        if _RECURRENT.fullmatch(node.op_type):
            foreign = node.op_type not in ORDERS or node.domain not in ("", "ai.onnx")
            domain = f" of {node.domain}" if node.domain else ""
            yield node, f"the operator {node.op_type}{domain}" if foreign else ""
    for node in _inside(model.graph.node):
        yield node, "a node inside another node"
    for function in model.functions:
        for node in (*function.node, *_inside(function.node)):
            if _RECURRENT.fullmatch(node.op_type):
                yield node, f"a node inside the function {function.name}"


def _inside(nodes: Iterable[Any]) -> Iterator[Any]:
    """Yield the recurrent nodes of graphs within nodes, such as a loop's."""
    for node in nodes:
        for one in node.attribute:
            for graph in (*([one.g] if one.HasField("g") else []), *one.graphs):
                yield from (n for n in graph.node if _RECURRENT.fullmatch(n.op_type))
                yield from _inside(graph.node)


def _named(nodes: Iterable[tuple[Any, str]]) -> dict[str, tuple[Any, str]]:
    """Return nodes by name, their own or their operator's with a number, each once."""
    named: dict[str, tuple[Any, str]] = {}
    for k, (node, refusal) in enumerate(nodes):
        name = node.name or f"{node.op_type}_{k}"
        named[f"{name}_{k}" if name in named else name] = node, refusal
    return named


def _parts(graph: Graph, named: Mapping[str, tuple[Any, str]]) -> Iterator[Part]:
    """Yield a part for each node that no other one feeds, with all those on top of it."""
    layers: dict[str, Layer] = {}
    refusals: dict[str, str] = {}
    for name, (node, refusal) in named.items():
        try:
            if refusal:
                raise RnnvizError(refusal)
            layers[name] = _layer(graph, node)
        except UnreadableError:
            raise
        except RnnvizError as error:
            refusals[name] = str(error)
    nodes = {name: named[name][0] for name in layers}
    above = _above(graph, nodes, layers)
    for name in named:
        if name in refusals:
            yield Part(name, None, refusals[name])
        elif name not in above.values():
            stack = [name]
            while stack[-1] in above:
                stack.append(above[stack[-1]])
            started = any(_starts(graph, nodes[one]) for one in stack)
            assumed = "initial states of zero: the file has others" if started else ""
            yield Part(name, Model(tuple(layers[one] for one in stack)), assumed=assumed)


def _above(graph: Graph, nodes: Mapping[str, Any], layers: Mapping[str, Layer]) -> dict[str, str]:
    """Return node -> the node that reads its sequence, where one does and it alone."""
    sequences: dict[str, Sequences] = {}
    owners: dict[str, str] = {}
    readers: dict[str, list[str]] = {}
    for name, node in nodes.items():  # in the graph's order: a node reads earlier ones
        layout = int(attributes(node).get("layout", 0))
        below = source(graph, sequences, node.input[0], layout)
        if below and layers[owners[below]].output_size == layers[name].input_size:
            readers.setdefault(owners[below], []).append(name)
        if node.output and node.output[0]:
            layer = layers[name]
            shape = Sequences(len(layer.directions), layer.hidden_size, layout)
            sequences[node.output[0]], owners[node.output[0]] = shape, name
    return {below: names[0] for below, names in readers.items() if len(names) == 1}


def _starts(graph: Graph, node: Any) -> bool:
    """Whether a node starts from constant states that are not zero."""
    for name in node.input[5:7]:
        try:
            if name and np.any(graph.constant(name)):
                return True
        except UnreadableError:
            raise
        except RnnvizError:
            continue  # computed, as by exporters that make zeros
    return False


def _layer(graph: Graph, node: Any) -> Layer:
    """Return a node as a layer; RnnvizError names what it asks for that rnnviz does not compute."""
    given = attributes(node)
    activation = _checked(node.op_type, given)
    ways = _DIRECTIONS[given.get("direction", "forward")]
    weights: dict[str, Values] = {}
    for role, name in zip(_ROLES, node.input, strict=False):
        if name and len(role) == 1 and role != "X":
            try:
                weights[role] = graph.constant(name)
            except UnreadableError:
                raise
            except RnnvizError as error:
                raise RnnvizError(f"weights {role} that are {error}") from None
    _check_shapes(node.op_type, len(ways), weights, given)
    cell = _cell(node.op_type, activation, weights, bool(given.get("linear_before_reset")))
    order = ORDERS[node.op_type]
    return Layer(cell, {way: _params(order, weights, k) for k, way in enumerate(ways)})


def _checked(kind: str, given: Mapping[str, Any]) -> str:
    """Return the activation of the last gate, or raise RnnvizError for what there is not."""
    for name, value in given.items():
        known = name in _ATTRIBUTES and isinstance(value, _ATTRIBUTES[name])
        on = bool(value) and name in _SWITCHES and (kind, name) != ("GRU", "linear_before_reset")
        if not known or on:
            raise RnnvizError(f"{name} {' '.join(repr(value).split()):.60}")
    direction = given.get("direction", "forward")
    if direction not in _DIRECTIONS:
        raise RnnvizError(f"direction {direction!r:.60}")
    default = _ACTIVATIONS[kind] * len(_DIRECTIONS[direction])
    found = tuple(str(name).lower() for name in given.get("activations") or default)
    relus = ("relu",) * len(found)
    if len(found) != len(default) or (found != default and (kind != "RNN" or found != relus)):
        raise RnnvizError(f"activations {', '.join(found):.80}")
    return found[-1]


def _check_shapes(
    kind: str, ways: int, weights: Mapping[str, Values], given: Mapping[str, Any]
) -> None:
    for role in ("W", "R"):
        if role not in weights or weights[role].ndim != 3:
            shape = weights[role].shape if role in weights else "nothing"
            raise RnnvizError(f"weights {role} of shape {shape}, wanted three axes")
    hidden, inputs = weights["R"].shape[2], weights["W"].shape[2]
    rows = len(ORDERS[kind]) * hidden
    wanted = {"W": (rows, inputs), "R": (rows, hidden), "B": (2 * rows,), "P": (3 * hidden,)}
    for role, array in weights.items():
        if not array.size:
            raise RnnvizError(f"weights {role} with an empty axis, shape {array.shape}")
        if array.shape != (ways, *wanted[role]):
            raise RnnvizError(
                f"weights {role} of shape {array.shape}, wanted {(ways, *wanted[role])}"
            )
        if array.dtype.kind != "f":
            raise RnnvizError(f"weights {role} of {array.dtype}")
    if given.get("hidden_size", hidden) != hidden:
        raise RnnvizError(f"hidden_size {given['hidden_size']}, wanted {hidden} as R has")


def _cell(kind: str, activation: str, weights: Mapping[str, Values], after: bool) -> Cell:
    biases = 2 if "B" in weights else 0
    if kind == "RNN":
        return rnn(activation, biases)
    if kind == "LSTM":
        return lstm(biases, peepholes="P" in weights)
    return gru("after" if after else "before", biases=biases)


def _params(order: Sequence[int], weights: Mapping[str, Values], way: int) -> Params:
    """Return one direction's weights in PyTorch's order; peepholes are i, o, f in ONNX."""

    def arranged(array: Values, wanted: Sequence[int] = order) -> Array:
        with np.errstate(invalid="ignore"):  # NaN is refused by name, behind this
            blocks = np.split(array.astype(np.float64), len(wanted))
        return np.concatenate([blocks[k] for k in wanted])

    pair = np.split(weights["B"][way], 2) if "B" in weights else ()
    return Params(
        arranged(weights["W"][way]),
        arranged(weights["R"][way]),
        *(arranged(bias) for bias in pair),
        **({"peepholes": arranged(weights["P"][way], (0, 2, 1))} if "P" in weights else {}),
    )
