"""ONNX files: what torch's exporters wrote and torch computed (tools/onnx_files.py), and more."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from onnx_made import Case, save
from rnnviz import RnnvizError
from rnnviz.errors import RnnvizWarning
from rnnviz.readers.onnx_files import read_onnx

FILES = Path(__file__).parent / "files"
EXPORTED = sorted(FILES.glob("onnx_*.onnx"))
LAYERS = {"deep": (2, 2), "first": (2, 1), "cut": (1, 2)}  # layers and directions, else one


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def names(path):
    return [part.name for part in read_onnx(path).parts]


# What torch wrote


@pytest.mark.parametrize(
    "path",
    [path for path in EXPORTED if path.stem != "onnx_rnn_dynamo"],
    ids=lambda path: path.stem,
)
def test_an_exported_module_gives_torchs_output(path):
    name = path.stem.split("_")[1]
    contents = read_onnx(path)
    (part,) = contents.parts
    with np.load(FILES / "onnx.npz", allow_pickle=False) as kept:
        x, y = kept[f"{name}/x"], kept[f"{name}/y"]
    made = part.model.trace(x)
    sizes = len(part.model.layers), len(part.model.layers[0].directions)
    assert sizes == LAYERS.get(name, (1, 1))
    assert (part.assumed, contents.others) == ("", ())
    np.testing.assert_allclose(made.hidden, y, rtol=0, atol=1e-6 if name == "single" else 1e-12)


def test_an_rnn_that_the_exporter_unrolled_has_no_part():
    contents = read_onnx(FILES / "onnx_rnn_dynamo.onnx")
    assert contents.parts == ()
    assert ("rnn.bias_ih_l0", (2,)) in contents.others


def test_no_exported_file_is_missing():
    stems = {path.stem.removeprefix("onnx_") for path in EXPORTED}
    assert {"rnn_legacy", "relu_legacy", "lstm_dynamo", "gru_dynamo", "deep_dynamo"} <= stems
    assert {"deep_legacy", "lstm_legacy", "gru_legacy", "first_dynamo", "cut_dynamo"} <= stems


# Layouts


def test_orders_of_gates(tmp_path):
    marks = np.repeat(np.arange(1.0, 5.0, dtype=np.float32), 2)
    for case, order in (
        (Case("LSTM", peepholes=True), "iofg"),
        (Case("GRU", options=(("linear_before_reset", 1),)), "zrn"),
        (Case("RNN"), "h"),
    ):
        rows = marks[: 2 * len(order)]
        tensors = {
            "W": np.tile(rows[:, None], (1, 1, 3)),
            "R": np.tile(rows[:, None], (1, 1, 2)),
            "B": np.concatenate([rows, -rows])[None],
            "P": np.repeat(np.float32([1, 2, 3]), 2)[None],
        }
        held = [numpy_helper.from_array(tensors[name], name) for name in case.weights()]
        (part,) = read_onnx(save(tmp_path / "m.onnx", [case.node("n")], held)).parts
        layer = part.model.layers[0]
        blocks = layer.params["forward"].blocks(layer.cell)
        first = {name: block.flat[0] for name, block in blocks.items()}
        for k, key in enumerate(order, start=1):
            found = [first[f"{kind}{key}"] for kind in ("W_i", "W_h", "b_i", "b_h")]
            assert found == [k, k, k, -k]
        if case.peepholes:
            assert [first[f"p_{key}"] for key in "iof"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("case", "convention"),
    [
        (Case("RNN"), "tanh · two biases"),
        (Case("RNN", biases=False), "tanh · no biases"),
        (Case("RNN", options=(("activations", ["ReLU"]),)), "relu · two biases"),
        (Case("LSTM"), "PyTorch gates · two biases a gate"),
        (Case("LSTM", peepholes=True), "peepholes · two biases a gate"),
        (Case("GRU"), "ONNX: reset before the product · z keeps h"),
        (
            Case("GRU", options=(("linear_before_reset", 1), ("layout", 1))),
            "PyTorch: reset after the product · z keeps h",
        ),
        (
            Case("LSTM", options=(("activations", ["sigmoid", "TANH", "Tanh"]),)),
            "PyTorch gates · two biases a gate",
        ),
        (
            Case("LSTM", options=(("input_forget", 0), ("layout", 0))),
            "PyTorch gates · two biases a gate",
        ),
    ],
)
def test_options_choose_the_cell(tmp_path, case, convention):
    (part,) = read_onnx(save(tmp_path / "m.onnx", [case.node("n")], case.tensors())).parts
    assert part.model.layers[0].cell.convention == convention


def test_a_reverse_node_has_a_backward_direction_alone(tmp_path):
    case = Case("GRU", "reverse")
    (part,) = read_onnx(save(tmp_path / "m.onnx", [case.node("n")], case.tensors())).parts
    assert part.model.layers[0].directions == ("backward",)


def test_nodes_without_a_name_or_with_anothers_get_one(tmp_path):
    case = Case("GRU")
    nodes = [case.node("", y="a"), case.node("x", y="b"), case.node("x", y="c")]
    assert names(save(tmp_path / "m.onnx", nodes, case.tensors())) == ["GRU_0", "x", "x_2"]


# Weights that are not simply there


def pieces(case):
    """R cut in two, and put together by nodes."""
    whole = case.weights()["R"]
    held = [one for one in case.tensors() if one.name != "R"]
    held += [numpy_helper.from_array(whole[0, ::-1].T.copy(), "turned")]
    held += [ints("axis", 0), ints("start", -1), ints("end", -(2**62)), ints("step", -1)]
    return [
        helper.make_node("Transpose", ["turned"], ["upright"], perm=[1, 0]),
        helper.make_node("Slice", ["upright", "start", "end", "axis", "step"], ["rows"]),
        helper.make_node("Identity", ["rows"], ["same"]),
        helper.make_node("Unsqueeze", ["same", "axis"], ["R"]),
    ], held


def test_weights_may_be_put_together_in_the_graph(tmp_path):
    case = Case("LSTM")
    nodes, held = pieces(case)
    (part,) = read_onnx(save(tmp_path / "m.onnx", [*nodes, case.node("n")], held)).parts
    (plain,) = read_onnx(save(tmp_path / "p.onnx", [case.node("n")], case.tensors())).parts
    found, wanted = (one.model.layers[0].params["forward"] for one in (part, plain))
    np.testing.assert_array_equal(found.weight_hh, wanted.weight_hh)


def test_weights_may_be_constants(tmp_path):
    case = Case("GRU")
    nodes = [
        helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in case.tensors()
    ]
    assert names(save(tmp_path / "m.onnx", [*nodes, case.node("n")])) == ["n"]


@pytest.mark.parametrize("dtype", [np.float16, "bfloat16", np.float64])
def test_weights_of_other_types_are_read(tmp_path, dtype):
    case = Case("GRU")
    held = case.tensors()
    if dtype == "bfloat16":
        bits = {name: array.view(np.uint32) >> 16 for name, array in case.weights().items()}
        wanted = (bits["W"] << 16).view(np.float32)
        held = [
            helper.make_tensor(
                name, onnx.TensorProto.BFLOAT16, one.shape, one.astype("<u2").tobytes(), raw=True
            )
            for name, one in bits.items()
        ]
    else:
        arrays = {name: array.astype(dtype) for name, array in case.weights().items()}
        wanted = arrays["W"]
        held = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    path = save(tmp_path / "m.onnx", [case.node("n")], held)
    if dtype is np.float64:
        (part,) = read_onnx(path).parts
    else:
        with pytest.warns(RnnvizWarning, match="16-bit weights"):
            (part,) = read_onnx(path).parts
    z = part.model.layers[0].params["forward"].weight_ih[2:4]
    np.testing.assert_array_equal(z, wanted[0, :2].astype(np.float64))


def test_typed_fields_count_like_raw_data(tmp_path):
    case = Case("RNN")
    held = [
        helper.make_tensor(name, onnx.TensorProto.FLOAT, array.shape, array.ravel().tolist())
        for name, array in case.weights().items()
    ]
    (part,) = read_onnx(save(tmp_path / "m.onnx", [case.node("n")], held)).parts
    np.testing.assert_array_equal(
        part.model.layers[0].params["forward"].weight_ih, case.weights()["W"][0]
    )


def test_initial_states_of_the_file_are_said_to_be_left_out(tmp_path):
    case = Case("GRU")
    for number, assumed in ((0, ""), (1, "initial states of zero: the file has others")):
        state = numpy_helper.from_array(np.full((1, 1, 2), number, np.float32), "H")
        node = case.node("n", more=("", "H", ""))
        (part,) = read_onnx(save(tmp_path / "m.onnx", [node], [*case.tensors(), state])).parts
        assert part.assumed == assumed


# Layers on each other


UPPER = Case("LSTM", inputs=4, seed=1)
LOWER = Case("LSTM", "bidirectional")


def stack(tmp_path, *between, upper=UPPER, lower=LOWER, more=(), tensors=()):
    """Two nodes with others in between, which make "mid" of "low"."""
    nodes = [lower.node("low", y="low", prefix="l"), *between]
    nodes += [upper.node("up", x="mid", prefix="u"), *more]
    held = [*lower.tensors("l"), *upper.tensors("u"), *tensors]
    return names(save(tmp_path / "m.onnx", nodes, held))


def swap(perm=(0, 2, 1, 3), data="low", made="swapped"):
    return helper.make_node("Transpose", [data], [made], perm=list(perm))


def reshape(*lengths, data="swapped", made="mid", **more):
    return helper.make_node("Reshape", [data, "to"], [made], **more), ints("to", *lengths)


@pytest.mark.parametrize("lengths", [(0, 0, -1), (0, 0, 4), (-1, 3, 4), (7, 5, 4), (5, -1, 4)])
def test_layers_on_each_other_are_one_part(tmp_path, lengths):
    node, to = reshape(*lengths)
    assert stack(tmp_path, swap(), node, tensors=[to]) == ["low"]


def test_what_changes_nothing_may_be_between(tmp_path):
    node, to = reshape(0, 0, -1, made="flat")
    more = [
        helper.make_node("Dropout", ["flat"], ["dropped", "mask"]),
        helper.make_node("Cast", ["dropped"], ["cast"], to=1),
        helper.make_node("Identity", ["cast"], ["mid"]),
    ]
    assert stack(tmp_path, swap(), node, *more, tensors=[to]) == ["low"]


def test_a_squeeze_is_enough_between_single_directions(tmp_path):
    lower, upper = replace(LOWER, direction="reverse"), replace(UPPER, inputs=2)
    node = helper.make_node("Squeeze", ["low", "axis"], ["mid"])
    assert stack(tmp_path, node, lower=lower, upper=upper, tensors=[ints("axis", 1)]) == ["low"]


def test_layout_1_has_the_directions_behind_the_timesteps(tmp_path):
    lower, upper = (replace(one, options=(("layout", 1),)) for one in (LOWER, UPPER))
    node, to = reshape(0, 0, -1, data="low")
    assert stack(tmp_path, node, lower=lower, upper=upper, tensors=[to]) == ["low"]
    turned = [swap((0, 1, 3, 2)), reshape(0, 0, -1)[0]]
    found = stack(tmp_path, *turned, lower=lower, upper=upper, tensors=[to])
    assert found == ["low", "up"]


BETWEEN = {
    "units before directions": [swap((0, 2, 3, 1)), reshape(0, 0, -1)[0]],
    "timesteps for samples": [swap((2, 0, 1, 3)), reshape(0, 0, -1)[0]],
    "no swap": [reshape(-1, 3, 4, data="low")[0]],
    "an activation": [
        swap(),
        reshape(0, 0, -1, made="flat")[0],
        helper.make_node("Relu", ["flat"], ["mid"]),
    ],
    "a second input": [
        swap(),
        reshape(0, 0, -1, made="flat")[0],
        helper.make_node("Add", ["flat", "X"], ["mid"]),
    ],
    "the last state": [helper.make_node("Identity", ["lY_h"], ["mid"])],
}


@pytest.mark.parametrize("case", BETWEEN)
def test_what_changes_something_parts_the_layers(tmp_path, case):
    lengths = (-1, 3, 4) if case == "no swap" else (0, 0, -1)
    assert stack(tmp_path, *BETWEEN[case], tensors=[ints("to", *lengths)]) == ["low", "up"]


def test_two_layers_on_one_are_parts_of_their_own(tmp_path):
    node, to = reshape(0, 0, -1)
    other = UPPER.node("beside", x="mid", y="Y2", prefix="u")
    other.output[1:] = ["", ""]
    assert stack(tmp_path, swap(), node, more=[other], tensors=[to]) == ["low", "up", "beside"]


@settings(max_examples=60)
@given(data=st.data(), path=st.sampled_from(EXPORTED))
def test_broken_files_are_refused_or_read(tmp_path_factory, data, path):
    content = bytearray(path.read_bytes())
    positions = st.integers(0, len(content) - 1)
    for at, byte in data.draw(st.lists(st.tuples(positions, st.integers(0, 255)), max_size=8)):
        content[at] = byte
    length = data.draw(st.just(len(content)) | st.integers(1, len(content)))
    broken = tmp_path_factory.mktemp("broken") / "x.onnx"
    broken.write_bytes(content[:length])
    try:
        contents = read_onnx(broken)
    except RnnvizError as caught:
        error = str(caught)
    else:
        assert contents.format == "ONNX"
        return
    assert error.startswith(f"{broken}: ")
    assert "\n" not in error
