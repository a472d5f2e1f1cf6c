"""ONNX models made by hand: recurrent nodes with random weights, as small as they can be."""

from dataclasses import dataclass

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rnnviz import RnnvizError
from rnnviz.readers.onnx_files import read_onnx

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
OPSET = [helper.make_opsetid("", 14)]


def refusal(path):
    """What the reader says of a bad file, without the file's name."""
    with pytest.raises(RnnvizError) as caught:
        read_onnx(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@dataclass(frozen=True)
class Case:
    """A recurrent node: what it is, its sizes and what it is given."""

    kind: str
    direction: str = "forward"
    inputs: int = 3
    hidden: int = 2
    biases: bool = True
    peepholes: bool = False
    options: tuple = ()  # (attribute, value)
    seed: int = 0
    dtype: type = np.float32

    @property
    def ways(self):
        return 2 if self.direction == "bidirectional" else 1

    def weights(self):
        """W, R, B and P by name, as far as the node has them; no two numbers are the same."""
        rng = np.random.default_rng(self.seed)
        rows = GATES[self.kind] * self.hidden
        shapes = {"W": (rows, self.inputs), "R": (rows, self.hidden)}
        shapes |= {"B": (2 * rows,)} if self.biases else {}
        shapes |= {"P": (3 * self.hidden,)} if self.peepholes else {}
        return {
            name: rng.normal(0, 0.7, (self.ways, *shape)).astype(self.dtype)
            for name, shape in shapes.items()
        }

    def node(self, name="", x="X", y="Y", more=("", "", ""), prefix=""):
        """The node; ``more`` are sequence_lens, initial_h and initial_c."""
        held = self.weights()
        names = [f"{prefix}{role}" if role in held else "" for role in ("W", "R", "B")]
        last = f"{prefix}P" if "P" in held else ""
        wanted = [x, *names, *more, last] if self.kind == "LSTM" else [x, *names, *more[:2]]
        states = ["Y_h", "Y_c"] if self.kind == "LSTM" else ["Y_h"]
        return helper.make_node(
            self.kind,
            wanted,
            [y, *(f"{prefix}{state}" for state in states)],
            name=name,
            direction=self.direction,
            hidden_size=self.hidden,
            **dict(self.options),
        )

    def tensors(self, prefix=""):
        return [
            numpy_helper.from_array(array, f"{prefix}{role}")
            for role, array in self.weights().items()
        ]


def value(name, dtype=np.float32):
    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), None
    )


def save(path, nodes, tensors=(), given=("X",), made=("Y",), dtype=np.float32, lengths=False):
    """Write a model of these nodes and return its path."""
    inputs = [value(name, dtype) for name in given]
    if lengths:
        inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, None))
    graph = helper.make_graph(
        list(nodes), "made", inputs, [value(name, dtype) for name in made], list(tensors)
    )
    onnx.save(helper.make_model(graph, opset_imports=OPSET, ir_version=8), path)
    return path
