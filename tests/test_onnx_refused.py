"""ONNX files that ask for what there is not, are broken, lie, or reach outside of their folder."""

import os
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from onnx_made import OPSET, Case, refusal, save, value
from rnnviz import RnnvizError
from rnnviz.readers.npy import MAX_BYTES
from rnnviz.readers.onnx_files import read_onnx

LSTM, GRU, RNN = Case("LSTM"), Case("GRU"), Case("RNN")


def option(kind, name, given):
    return Case(kind, options=((name, given),))


ASKED = {
    "clip": (option("LSTM", "clip", 3.0), "clip 3.0"),
    "clip of zero": (option("GRU", "clip", 0.0), "clip 0.0"),
    "input_forget": (option("LSTM", "input_forget", 1), "input_forget 1"),
    "reset in an LSTM": (option("LSTM", "linear_before_reset", 1), "linear_before_reset 1"),
    "activations": (
        option("GRU", "activations", ["HardSigmoid", "Tanh"]),
        "activations hardsigmoid, tanh",
    ),
    "other order": (option("GRU", "activations", ["Tanh", "Sigmoid"]), "activations tanh, sigmoid"),
    "too few": (option("LSTM", "activations", ["Sigmoid", "Tanh"]), "activations sigmoid, tanh"),
    "relu in an LSTM": (option("LSTM", "activations", ["Relu"] * 3), "activations relu, relu"),
    "two in one layer": (
        Case("RNN", "bidirectional", options=(("activations", ["Tanh", "Relu"]),)),
        "activations tanh, relu",
    ),
    "alpha": (option("RNN", "activation_alpha", [0.5]), "activation_alpha (0.5,)"),
    "unknown": (option("RNN", "zoneout", 0.5), "zoneout 0.5"),
    "direction": (Case("RNN", "sideways"), "direction 'sideways'"),
}


@pytest.mark.parametrize("case", ASKED)
def test_what_rnnviz_does_not_compute_is_refused_by_name(tmp_path, case):
    asked, wanted = ASKED[case]
    nodes = [asked.node("bad", y="other", prefix="b"), GRU.node("good", prefix="g")]
    held = [*asked.tensors("b"), *GRU.tensors("g")]
    bad, good = read_onnx(save(tmp_path / "m.onnx", nodes, held)).parts
    assert (bad.name, bad.model, good.name, good.refusal) == ("bad", None, "good", "")
    assert bad.refusal.startswith(wanted)


def tensors(case, **changed):
    arrays = {**case.weights(), **changed}
    return [numpy_helper.from_array(one, name) for name, one in arrays.items() if one is not None]


def zeros(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


WEIGHTS = {
    "another cell": (GRU, {"R": zeros(1, 8, 2)}, "weights R of shape (1, 8, 2), wanted (1, 6, 2)"),
    "two axes": (GRU, {"W": zeros(6, 3)}, "weights W of shape (6, 3), wanted three axes"),
    "one way more": (GRU, {"W": zeros(2, 6, 3)}, "weights W of shape (2, 6, 3), wanted (1, 6, 3)"),
    "one bias": (LSTM, {"B": zeros(1, 8)}, "weights B of shape (1, 8), wanted (1, 16)"),
    "empty": (RNN, {"W": zeros(1, 2, 0)}, "weights W with an empty axis, shape (1, 2, 0)"),
    "integers": (RNN, {"W": zeros(1, 2, 3, dtype=np.int64)}, "weights W of int64"),
    "bytes": (RNN, {"W": zeros(1, 2, 3, dtype=np.uint8)}, "weights W that are a tensor of ONNX "),
    "not there": (RNN, {"R": None}, "weights R that are no constant, 'R' is no plain tensor"),
    "nan": (RNN, {"W": zeros(1, 2, 3) * np.nan}, "weight_ih: wanted finite numbers, got nan at"),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_weights_that_do_not_fit_are_refused(tmp_path, case):
    made, changed, wanted = WEIGHTS[case]
    path = save(tmp_path / "m.onnx", [made.node("n")], tensors(made, **changed))
    (part,) = read_onnx(path).parts
    assert part.refusal.startswith(wanted)


def test_weights_that_are_inputs_or_computed_are_refused(tmp_path):
    held = tensors(RNN, W=None)
    path = save(tmp_path / "m.onnx", [RNN.node("n")], held, given=("X", "W"))
    assert read_onnx(path).parts[0].refusal == "weights W that are no constant, 'W' is an input"
    node = helper.make_node("Tanh", ["R"], ["W"])
    path = save(tmp_path / "m.onnx", [node, RNN.node("n")], held)
    wanted = "weights W that are no constant, 'W' is made by Tanh"
    assert read_onnx(path).parts[0].refusal == wanted
    node = helper.make_node("Concat", ["R", "B"], ["W"], axis=7)
    path = save(tmp_path / "m.onnx", [node, RNN.node("n")], held)
    wanted = "weights W that are no constant, Concat cannot be: "
    assert read_onnx(path).parts[0].refusal.startswith(wanted)


def test_another_hidden_size_is_refused(tmp_path):
    node = GRU.node("n")
    next(one for one in node.attribute if one.name == "hidden_size").i = 3
    (part,) = read_onnx(save(tmp_path / "m.onnx", [node], GRU.tensors())).parts
    assert part.refusal == "hidden_size 3, wanted 2 as R has"


def test_nodes_that_are_not_in_the_main_graph_or_not_onnxs_are_refused(tmp_path):
    inner = helper.make_graph([GRU.node("deep")], "body", [], [value("Y")])
    foreign = GRU.node("quick")
    foreign.op_type, foreign.domain = "DynamicQuantizeLSTM", "com.microsoft"
    own = GRU.node("own")
    own.domain = "mine"
    nodes = [helper.make_node("Loop", ["X"], ["Y"], body=inner), foreign, own]
    path = save(tmp_path / "m.onnx", nodes, GRU.tensors())
    model = onnx.load(path)
    model.functions.append(
        helper.make_function("mine", "Block", ["X"], ["Y"], [GRU.node("called")], OPSET)
    )
    onnx.save(model, path)
    found = {part.name: part.refusal for part in read_onnx(path).parts}
    assert found == {
        "quick": "the operator DynamicQuantizeLSTM of com.microsoft",
        "own": "the operator GRU of mine",
        "deep": "a node inside another node",
        "called": "a node inside the function Block",
    }


def test_a_graph_without_recurrent_nodes_has_no_parts(tmp_path):
    contents = read_onnx(save(tmp_path / "m.onnx", [], RNN.tensors(), made=()))
    assert contents.parts == ()
    assert contents.others == (("W", (1, 2, 3)), ("R", (1, 2, 2)), ("B", (1, 4)))


@pytest.mark.parametrize("content", [b"hello", b"\x00" * 99, b"\x08\x07", b"{}", b"\xff" * 10])
def test_files_that_are_no_models(tmp_path, content):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    assert refusal(path).startswith("wanted an ONNX model, got")


def test_without_onnx_the_extra_is_named(tmp_path, monkeypatch):
    path = save(tmp_path / "m.onnx", [RNN.node("n")], RNN.tensors())
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(RnnvizError, match=r"onnx: wanted for .onnx files.*rnnviz\[onnx\]"):
        read_onnx(path)


# Files that promise what they do not have


def claimed(tmp_path, shape, content=b"", **fields):
    """A model whose W says ``shape`` and has ``content``."""
    tensor = TensorProto(name="W", dims=shape, data_type=1, raw_data=content, **fields)
    return save(tmp_path / "m.onnx", [RNN.node("n")], [tensor, *tensors(RNN, W=None)])


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((1, 2, 3), "'W': wanted 24 bytes for shape (1, 2, 3) (float32), got 8"),
        ((1, 2**20, 2**20), f"wanted at most {MAX_BYTES} bytes a tensor and"),
        ((2**62, 2**62, 2**62), f"wanted at most {MAX_BYTES} bytes a tensor and"),
        ((1, -2, 3), "'W': wanted a shape, got [1, -2, 3]"),
    ],
)
def test_a_shape_cannot_ask_for_more_than_there_is(tmp_path, shape, wanted):
    path = claimed(tmp_path, shape, bytes(8))
    assert wanted in refusal(path)


def test_nodes_cannot_make_more_than_fits(tmp_path):
    nodes = [helper.make_node("Concat", ["W"] * 2, ["a0"], axis=0)]
    nodes += [helper.make_node("Concat", [f"a{k}"] * 2, [f"a{k + 1}"], axis=0) for k in range(50)]
    node = RNN.node("n")
    node.input[1] = "a50"
    path = save(tmp_path / "m.onnx", [*nodes, node], RNN.tensors())
    assert f"wanted at most {MAX_BYTES} bytes a tensor and" in refusal(path)


def test_a_graph_in_a_circle_is_refused(tmp_path):
    nodes = [helper.make_node("Identity", [a], [b]) for a, b in (("W", "V"), ("V", "W"))]
    path = save(tmp_path / "m.onnx", [*nodes, RNN.node("n")], tensors(RNN, W=None))
    assert refusal(path) == "wanted a graph, got a circle at 'W'"


def test_a_long_graph_is_read(tmp_path):
    nodes = [helper.make_node("Identity", [f"W{k or ''}"], [f"W{k + 1}"]) for k in range(20_000)]
    node = RNN.node("n")
    node.input[1] = "W20000"
    (part,) = read_onnx(save(tmp_path / "m.onnx", [*nodes, node], RNN.tensors())).parts
    assert part.model is not None


# External data


def external(tmp_path, location="w.bin", name="models/m.onnx", **entries):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    tensor = TensorProto(name="W", dims=(1, 2, 3), data_type=1, data_location=1)
    for key, text in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=str(text))
    return save(path, [RNN.node("n")], [tensor, *tensors(RNN, W=None)])


def test_external_data_are_read_from_the_models_folder(tmp_path):
    content = RNN.weights()["W"].tobytes()
    path = external(tmp_path, "in/w.bin", offset=8, length=24)
    (path.parent / "in").mkdir()
    (path.parent / "in" / "w.bin").write_bytes(bytes(8) + content)
    os.symlink(path.parent / "in" / "w.bin", path.parent / "w.bin")
    for location in ("in/w.bin", "in/../in/w.bin", "w.bin"):
        external(tmp_path, location, offset=8)
        (part,) = read_onnx(path).parts
        weight = part.model.layers[0].params["forward"].weight_ih
        np.testing.assert_array_equal(weight, RNN.weights()["W"][0])


def test_external_data_elsewhere_are_refused(tmp_path):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(24))
    path = external(tmp_path)
    os.symlink(secret, path.parent / "link.bin")
    os.symlink(tmp_path, path.parent / "up")
    wanted = "'W': wanted data inside of the model's folder, got "
    for location in (
        "../secret.bin",
        str(secret),
        "link.bin",
        "up/secret.bin",
        "a/../../secret.bin",
    ):
        external(tmp_path, location)
        assert refusal(path).startswith(wanted)


def test_external_data_that_are_not_there_are_refused(tmp_path):
    path = external(tmp_path)
    assert refusal(path) == "'W': wanted the file 'w.bin', found none"
    (path.parent / "w.bin").write_bytes(bytes(24))
    os.mkfifo(path.parent / "pipe")
    for entries, wanted in (
        ({"offset": 1}, "wanted 24 bytes in 'w.bin', got 24 from 1 of 24"),
        ({"offset": -24}, "wanted 24 bytes in 'w.bin', got 24 from -24 of 24"),
        ({"length": 20}, "wanted 24 bytes in 'w.bin', got 20 from 0 of 24"),
        ({"offset": "x"}, "wanted data in 'w.bin', got: invalid literal"),
        ({"location": "pipe"}, "wanted the file 'pipe', found none"),
        ({"location": ""}, "wanted the file '', found none"),
        ({"location": "x" * 5000}, "wanted data in 'xxx"),
        ({"location": "a\0b"}, "wanted data in 'a\\x00b', got: embedded null byte"),
    ):
        external(tmp_path, **entries)
        assert wanted in refusal(path)
