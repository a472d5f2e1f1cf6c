"""Keras' files: what Keras 3 wrote and computed (tools/keras_files.py), and what is refused."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from keras_made import CUSTOM, LSTM, cell, keras, layer, sequential
from rnnviz.errors import RnnvizWarning
from rnnviz.readers.keras_files import read_keras

FILES = Path(__file__).parent / "files"
# all is in float64 but gru; what Keras multiplies itself, with torch, goes through float32 though
ROUGH = {"plain", "relu", "before", "wrapped", "gru"}
CELLS = {
    "plain": "tanh · one bias",
    "relu": "relu · one bias",
    "long": "PyTorch gates · one bias a gate",
    "unbiased": "PyTorch gates · no biases",
    "after": "PyTorch: reset after the product · z keeps h",
    "before": "Keras 1: reset before the product · z keeps h",
    "unbiased_after": "reset after the product · z keeps h · no biases",
    "both": "PyTorch gates · one bias a gate",
    "wrapped": "PyTorch gates · one bias a gate",
}


def stored(name):
    with np.load(FILES / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


def assert_keras(made, expected, name):
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-6 if name in ROUGH else 1e-12)


def parts(path):
    return {part.name: part for part in read_keras(path).parts}


def hidden(model, x):
    """The last layer's h (B, T, D·H) of x (B, T, I), as Keras has it."""
    return np.swapaxes(model.trace(np.swapaxes(x, 0, 1)).hidden, 0, 1)


# What Keras wrote


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("kind", [".keras", ".h5"])
def test_every_kind_of_layer_gives_keras_output(kind, name):
    part = parts(FILES / f"parallel{kind}")[name]
    kept = stored("parallel")
    assert [layer.cell.convention for layer in part.model.layers] == [CELLS[name]]
    assert part.assumed == ""
    assert_keras(hidden(part.model, kept["x"]), kept[name], name)


@pytest.mark.parametrize("kind", [".keras", ".h5"])
def test_layers_of_a_sequential_are_one_part(kind):
    contents = read_keras(FILES / f"stacked{kind}")
    (part,) = contents.parts
    kept = stored("stacked")
    assert part.name == "lower+upper"
    made = part.model.trace(np.swapaxes(kept["x"], 0, 1))
    assert_keras(np.swapaxes(made[0]["h"], 0, 1), kept["lower"], "lower")
    assert_keras(np.swapaxes(made.hidden, 0, 1), kept["upper"], "upper")
    assert sorted(shape for _, shape in contents.others) == [(4,), (5, 3), (6, 4)]


@pytest.mark.parametrize("name", ["parallel", "stacked", "single"])
def test_weights_alone_are_told_by_their_shapes(name):
    found = parts(FILES / f"{name}.weights.h5")
    kept = stored(name)
    x = kept.pop("x")
    assert {*kept} == {*found}
    for key, expected in kept.items():
        assert "the file does not say" in found[key].assumed
        if key not in ("relu", "hard"):  # which look like others
            read = kept["lower"] if key == "upper" else x
            assert_keras(hidden(found[key].model, read), expected, key)


def test_what_weights_alone_leave_open_is_said():
    found = parts(FILES / "parallel.weights.h5")
    assumed = {name: found[name].assumed.partition(": the file")[0] for name in found}
    assert assumed["plain"] == assumed["relu"] == "tanh, read forward"
    assert assumed["long"] == assumed["after"] == "tanh and sigmoid, read forward"
    assert assumed["unbiased_after"] == "tanh and sigmoid, read forward, reset after the product"
    assert assumed["both"] == "tanh and sigmoid, directions concatenated"


@pytest.mark.parametrize("kind", [".keras", ".h5"])
def test_float32_is_keras_default(kind):
    (part,) = read_keras(FILES / f"single{kind}").parts
    kept = stored("single")
    assert part.name == "gru"
    assert_keras(hidden(part.model, kept["x"]), kept["gru"], "gru")


def test_what_rnnviz_does_not_compute_is_refused_by_name_and_the_rest_is_there():
    part = parts(FILES / "parallel.keras")["hard"]
    assert part.model is None
    assert part.refusal == "recurrent_activation 'hard_sigmoid'"


# What a configuration asks for; a model is made of a configuration and plain datasets


REFUSED = {
    "activation": (layer(activation="relu"), "activation 'relu'"),
    "recurrent activation": (
        layer(recurrent_activation="hard_sigmoid"),
        "recurrent_activation 'hard_sigmoid'",
    ),
    "activation of one's own": (
        layer(activation={"class_name": "function", "config": "snake"}),
        "activation 'snake'",
    ),
    "linear": (layer("SimpleRNN", activation="linear"), "activation 'linear'"),
    "go_backwards": (layer(go_backwards=True), "go_backwards True"),
    "merge": (
        layer("Bidirectional", merge_mode="sum", layer=layer()),
        "merge_mode 'sum'",
    ),
    "no merge": (layer("Bidirectional", merge_mode=None, layer=layer()), "merge_mode None"),
    "other backward layer": (
        layer("Bidirectional", layer=layer(), backward_layer=layer("GRU", go_backwards=True)),
        "a backward layer that is not like the forward one",
    ),
    "backward layer that reads forward": (
        layer("Bidirectional", layer=layer(), backward_layer=layer()),
        "go_backwards None",
    ),
    "bidirectional convolution": (
        layer("Bidirectional", layer=layer("ConvLSTM1D")),
        "a layer of class ConvLSTM1D",
    ),
    "convolution": (layer("ConvLSTM2D"), "a layer of class ConvLSTM2D"),
    "cudnn": (layer("CuDNNLSTM"), "a layer of class CuDNNLSTM"),
    "custom cell": (
        layer("RNN", cell=layer("TreeCell")),
        "a cell of class TreeCell",
    ),
    "registered cell": (
        layer("RNN", cell={**layer("LSTMCell"), "registered_name": "mine>LSTMCell"}),
        "the custom class LSTMCell",
    ),
    "stacked cells": (layer("RNN", cell=layer("StackedRNNCells")), "stacked cells"),
    "list of cells": (layer("RNN", cell=[layer("LSTMCell")]), "stacked cells"),
    "custom class": ({**layer(), **CUSTOM}, "the custom class LSTM"),
    "registered class": (layer("mine>LSTM"), "the custom class LSTM"),
    "wrapped": (layer("TimeDistributed", layer=layer()), "a layer inside TimeDistributed"),
    "no cell": (layer("RNN"), "wanted a model's configuration, got NoneType in it"),
    "other shapes": (
        layer("GRU"),
        "a bias (8,), wanted (6,) for GRU",
    ),
    "more weights": (
        layer(use_bias=False),
        "kernel, recurrent_kernel, bias in 'layers/lstm_1/cell', ",
    ),
    "no weights": (layer("SimpleRNN"), "no weights, wanted those of 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_layer_is_refused_by_name_and_the_others_are_there(tmp_path, case):
    one, wanted = REFUSED[case]
    weights = {
        "layers/lstm/cell/vars": cell(4),
        "layers/lstm_1/cell/vars": cell(4),
        "layers/gru/cell/vars": [*cell(3)[:2], np.ones(8)],
    }
    path = keras(tmp_path, sequential(layer(name="good"), one), weights)
    good, bad = read_keras(path).parts
    assert good.model.layers[0].cell.name == "lstm"
    assert (good.name, good.refusal) == ("good", "")
    assert bad.model is None
    assert bad.refusal.startswith(wanted)


def test_what_does_not_matter_in_use_is_no_reason_to_refuse(tmp_path):
    one = layer(dropout=0.5, recurrent_dropout=0.1, unit_forget_bias=True, implementation=1)
    one["config"] |= {"stateful": True, "unroll": True, "return_state": True, "time_major": True}
    (part,) = read_keras(keras(tmp_path, sequential(one), LSTM)).parts
    assert part.model.layers[0].cell.name == "lstm"


def test_a_layer_between_two_others_parts_them(tmp_path):
    weights = {
        "layers/lstm/cell/vars": cell(4),
        "layers/lstm_1/cell/vars": cell(4, inputs=2),
        "layers/lstm_2/cell/vars": cell(4, inputs=2),
    }
    ones = [layer(name=name, return_sequences=True) for name in ("a", "b", "c")]
    dropout, dense = layer("Dropout", "d"), layer("Dense", "e")
    for between, wanted in (([dropout], "a+b"), ([dense], "a"), ([dropout, dense], "a")):
        config = sequential(ones[0], *between, ones[1])
        names = [part.name for part in read_keras(keras(tmp_path, config, weights)).parts]
        assert names == [wanted, "b"][: 1 + (wanted == "a")]
    last = {**ones[0], "config": {**ones[0]["config"], "return_sequences": False}}
    found = read_keras(keras(tmp_path, sequential(last, *ones[1:]), weights)).parts
    assert [part.name for part in found] == ["a", "b+c"]
    functional = {**sequential(*ones), "class_name": "Functional"}
    found = read_keras(keras(tmp_path, functional, weights)).parts
    assert [part.name for part in found] == ["a", "b", "c"]


def test_models_in_models_have_their_names_in_front(tmp_path):
    inner = {**sequential(layer(name="deep")), "name": "inner"}
    weights = {
        "layers/sequential/layers/lstm/cell/vars": cell(4),
        "layers/lstm/cell/vars": cell(4),
    }
    found = read_keras(keras(tmp_path, sequential(inner, layer()), weights)).parts
    assert [part.name for part in found] == ["inner/deep", "one"]
    assert all(part.model for part in found)


def test_weights_that_carry_the_name_of_another_layer_are_refused(tmp_path):
    def edit(store):
        store.create_group("layers/lstm/vars").attrs["name"] = "two"

    (part,) = read_keras(keras(tmp_path, sequential(layer()), LSTM, edit)).parts
    assert part.refusal == "weights of another layer, 'two'"


def test_a_lambda_layer_never_runs(tmp_path):
    canary = tmp_path / "canary"
    code = f"__import__('pathlib').Path({str(canary)!r}).touch()"
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None}}
    lambda_ = layer("Lambda", "evil", function=function)
    config = sequential(lambda_, layer(), lambda_)
    (part,) = read_keras(keras(tmp_path, config, LSTM)).parts
    assert part.model.layers[0].cell.name == "lstm"
    assert not canary.exists()


def test_a_model_with_code_of_its_own_is_read_like_weights_alone(tmp_path):
    config = {"class_name": "Mine", "config": {"trainable": True}, **CUSTOM}
    (part,) = read_keras(keras(tmp_path, config, LSTM)).parts
    assert (part.name, part.assumed) == (
        "lstm",
        "tanh and sigmoid, read forward: the file does not say",
    )


def test_files_of_older_keras(tmp_path):
    path = tmp_path / "old.h5"
    with h5py.File(path, "w") as store:
        for role, array in zip(("kernel", "recurrent_kernel", "bias"), cell(3), strict=True):
            store[f"gru_1/gru_1/{role}:0"] = array
        for way in ("forward", "backward"):
            group = f"bidirectional/bidirectional/{way}_lstm/lstm_cell_1"
            for role, array in zip(("kernel", "recurrent_kernel", "bias"), cell(4), strict=True):
                store[f"{group}/{role}:0"] = array
    found = {part.name: part for part in read_keras(path).parts}
    assert {*found} == {"gru_1", "bidirectional"}
    assert dict(found["gru_1"].model.layers[0].cell.choices)["reset"] == "before"
    assert found["bidirectional"].model.layers[0].directions == ("forward", "backward")


def test_orders_of_gates(tmp_path):
    marks = np.repeat([1.0, 2.0, 3.0, 4.0], 2)
    weights = {
        "layers/lstm/cell/vars": [np.tile(marks, (3, 1)), np.tile(marks, (2, 1)), marks],
        "layers/gru/cell/vars": [
            np.tile(marks[:6], (3, 1)),
            np.tile(marks[:6], (2, 1)),
            np.stack([marks[:6], -marks[:6]]),
        ],
    }
    config = sequential(layer(), layer("GRU", "two"))
    found = [part.model.layers[0] for part in read_keras(keras(tmp_path, config, weights)).parts]
    blocks = [one.params["forward"].blocks(one.cell) for one in found]
    assert {key: block[0] for key, block in blocks[0].items() if key.startswith("b_")} == {
        "b_i": 1, "b_f": 2, "b_g": 3, "b_o": 4,
    }  # fmt: skip
    assert {key: block[0] for key, block in blocks[1].items() if key.startswith("b_")} == {
        "b_iz": 1, "b_ir": 2, "b_in": 3, "b_hz": -1, "b_hr": -2, "b_hn": -3,
    }  # fmt: skip


def test_half_precision_is_raised_and_said(tmp_path):
    weights = {"layers/lstm/cell/vars": [one.astype(np.float16) for one in cell(4)]}
    with pytest.warns(RnnvizWarning, match="float16 weights"):
        (part,) = read_keras(keras(tmp_path, sequential(layer()), weights)).parts
    np.testing.assert_array_equal(
        part.model.layers[0].params["forward"].weight_ih,
        weights["layers/lstm/cell/vars"][0].T.astype(np.float64),
    )


def test_a_weight_that_is_not_finite_refuses_its_layer(tmp_path):
    kernel, recurrent, bias = cell(4)
    kernel[1, 2] = np.nan
    weights = {"layers/lstm/cell/vars": [kernel, recurrent, bias]}
    (part,) = read_keras(keras(tmp_path, sequential(layer()), weights)).parts
    assert part.refusal == "kernel: wanted finite numbers, got nan at index [1, 2]"
