"""The command line with weights of one's own: which part, layer, direction, sample and variant."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import rnnviz as rv
from rnnviz.cli import cli
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source
from weight_files import state, write

X = np.random.default_rng(5).normal(size=(4, 3, 3)).round(2)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, arrays in {
        "one.npz": state("gru"),
        "deep.npz": state("lstm", 2, two=True, prefix="enc."),
        "many.npz": state("gru", 2, prefix="a.") | state("lstm", prefix="b."),
        "rnn.npz": state("rnn"),
        "halves.npz": {name: array.astype("f2") for name, array in state("gru").items()},
        "odd.npz": state("gru", prefix="good.")
        | state("lstm", prefix="bad\nname.")
        | {"bad\nname.weight_hr_l0": np.ones((1, 2))}
        | {f"other{k}.weight": np.ones((k, 2)) for k in range(1, 16)},
        "none.npz": {"fc.weight": np.ones((2, 2))},
    }.items():
        write(tmp_path / name, arrays)
    np.save("batch.npy", X)
    np.save("x.npy", X[:, 0])
    (tmp_path / "batch.json").write_text(json.dumps(X.tolist()))
    return tmp_path


def run(*args):
    return CliRunner().invoke(cli, args)


def traced(*args):
    """What ``rnnviz trace`` writes: read back."""
    result = run("trace", *args, "-o", "out.json", "--force")
    assert (result.exit_code, result.output) == (0, "out.json\n")
    return rv.from_json("out.json")


def failure(*args):
    result = run(*args)
    assert result.stdout == ""
    assert re.fullmatch(r"Error: [^\n]+\n", result.stderr)
    return result.exit_code, result.stderr.removeprefix("Error: ").rstrip("\n")


# What runs


def test_one_layer_runs_on_the_sequence_from_the_states_given():
    tr = traced("gru", "--weights", "one.npz", "--input", "x.npy", "--h0", "0.5,-0.25")
    expected = rv.load("one.npz").trace(X[:, 0], h0=[[[0.5, -0.25]]])
    np.testing.assert_array_equal(tr["h"], expected[0]["h"])


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_layer_runs_on_what_those_below_make(layer, direction):
    at = ("--layer", str(layer), "--direction", direction)
    tr = traced("lstm", "--weights", "deep.npz", "--input", "batch.npy", *at)
    expected = rv.load("deep.npz").trace(X)[layer - 1, direction]
    for name in expected.names:
        np.testing.assert_array_equal(tr[name], expected[name], name)


def test_without_an_input_the_demos_sequence_is_drawn():
    tr = traced("lstm", "--weights", "deep.npz", "--steps", "5", "--seed", "3", "--layer", "2")
    x = rv.demo(rv.CELLS["lstm"], steps=5, seed=3).x
    np.testing.assert_array_equal(tr["h"], rv.load("deep.npz").trace(x)[1]["h"])


def test_a_part_is_chosen_by_name():
    tr = traced("gru", "--weights", "many.npz", "--part", "a", "--layer", "2", "--input", "x.npy")
    np.testing.assert_array_equal(tr["h"], rv.load("many.npz", "a").trace(X[:, 0])[1]["h"])
    assert traced("lstm", "--weights", "many.npz", "--part", "b").cell.name == "lstm"


def test_the_convention_is_that_of_the_weights_or_of_the_demo():
    relu = traced("rnn", "--weights", "rnn.npz", "--input", "x.npy", "--convention", "relu")
    assert dict(relu.cell.choices)["activation"] == "relu"
    expected = rv.load("rnn.npz", convention="relu").trace(X[:, 0])[0]
    np.testing.assert_array_equal(relu["h"], expected["h"])
    demo = run("show", "gru", "--convention", "guide", "--t", "1").stdout
    assert demo.startswith("GRU · reset before the product · z replaces h · no biases\n")


def test_a_sample_of_a_batch():
    for name in ("batch.npy", "batch.json"):
        tr = traced("gru", "--weights", "one.npz", "--input", name, "--sample", "2")
        np.testing.assert_array_equal(tr["x"], X[:, 1:2])
    assert traced("gru", "--weights", "one.npz", "--input", "batch.npy").sizes["B"] == 3
    assert (
        traced("gru", "--weights", "one.npz", "--input", "x.npy", "--sample", "1")["x"].size == 12
    )


def test_the_heading_says_which_layer_it_is():
    args = ("show", "lstm", "--weights", "deep.npz", "--t", "1")
    head = lambda *more: run(*args, *more).stdout.splitlines()[0]  # noqa: E731
    assert head().endswith(" · layer 1 of 2, forward")
    assert head("--layer", "2", "--direction", "backward").endswith(
        " · layer 2 of 2, backward from the end"
    )
    assert "layer" not in run("show", "gru", "--weights", "one.npz").stdout


def test_16_bits_are_one_line_on_stderr():
    for args in (("show", "gru", "--weights", "halves.npz"), ("inspect", "halves.npz")):
        result = run(*args)
        assert result.exit_code == 0
        assert re.fullmatch(r"Warning: halves\.npz: float16 weights [^\n]+\n", result.stderr)
        assert "Warning" not in result.stdout


# What is refused


USAGE = [
    (("--part", "a"), "--part: wanted with --weights, got 'a' alone"),
    (("--layer", "1"), "--layer: wanted with --weights, got 1 alone"),
    (("--direction", "forward"), "--direction: wanted with --weights, got 'forward' alone"),
    (("--sample", "1"), "--sample: wanted with --input, got 1 alone"),
    (("--convention", "relu"), "--convention: wanted one of pytorch, keras, keras-v1, onnx, guide"),
    (("--convention", "torch"), "Invalid value for '--convention': 'torch' is not one of"),
    (("--weights", "one.npz", "--layer", "2"), "--layer: wanted 1 to 1, got 2"),
    (("--weights", "one.npz", "--layer", "0"), "Invalid value for '--layer': 0 is not in the"),
    (
        ("--weights", "one.npz", "--direction", "backward"),
        "--direction: wanted forward, got 'backward'",
    ),
    (
        ("--weights", "one.npz", "--input", "batch.npy"),
        "--sample: wanted 1 to 3, since --input holds 3 samples, got none",
    ),
    (
        ("--weights", "one.npz", "--input", "batch.npy", "--sample", "4"),
        "--sample: wanted 1 to 3, got 4",
    ),
    (
        ("--weights", "many.npz", "--part", "a", "--h0", "0,0"),
        "--h0: wanted for a single layer that reads forward, got a GRU of 2 layers",
    ),
]
BAD = [
    (
        ("--weights", "many.npz"),
        "many.npz: wanted the name of one part of 'a', 'b', got none",
    ),
    (("--weights", "many.npz", "--part", "c"), "wanted one of the parts 'a', 'b', got 'c'"),
    (
        ("--weights", "many.npz", "--part", "b"),
        "many.npz: wanted the weights of a GRU, got an LSTM",
    ),
    (
        ("--weights", "deep.npz"),
        "deep.npz: wanted the weights of a GRU, got an LSTM of 2 layers in two directions",
    ),
    (("--weights", "one.npz", "--c0", "1,1"), "--c0: wanted none (GRU has no cell state)"),
    (
        ("--weights", "one.npz", "--convention", "guide"),
        "one.npz: biases: wanted none for GRU (reset before the product",
    ),
    (
        ("--weights", "odd.npz", "--part", "bad\nname"),
        "part 'bad\\nname': wanted what rnnviz computes, got projection (weight_hr_l0)",
    ),
    (("--weights", "none.npz"), "(PyTorch's names), got 'fc.weight'"),
]


@pytest.mark.parametrize(
    ("args", "wanted", "code"),
    [(*case, 2) for case in USAGE] + [(*case, 3) for case in BAD],
)
@pytest.mark.parametrize("command", ["show", "render"])
def test_wrong_requests_are_one_line(folder, command, args, wanted, code):
    more = ("--still", "-o", "out.png") if command == "render" else ()
    before = sorted(path.name for path in folder.iterdir())
    found, said = failure(command, "gru", *args, *more)
    assert found == code
    assert wanted in said
    assert sorted(path.name for path in folder.iterdir()) == before


# inspect


def test_inspect_lists_parts_and_other_entries():
    result = run("inspect", "odd.npz")
    assert (result.exit_code, result.stderr) == (0, "")
    head, blank, columns, row, *rest = result.stdout.splitlines()
    assert (head, blank) == ("odd.npz: npz, 2 recurrent parts", "")
    names = ["part", "cell", "layers", "directions", "I", "H", "parameters", "convention"]
    assert columns.split() == names
    assert row.split(maxsplit=7)[:7] == ["good", "GRU", "1", "forward", "3", "2", "42"]
    assert row.endswith("PyTorch: reset after the product · z keeps h")
    assert "bad\\nname: refused, projection (weight_hr_l0)" in rest
    others = " ".join(rest).partition("other entries: ")[2]
    assert others.startswith("other1.weight (1, 2), other2.weight (2, 2), ")
    assert others.endswith("other12.weight (12, 2) and 3 more")


def test_inspect_says_what_is_assumed_and_counts_layers():
    assert "(no name): assumed tanh: the file does not say which activation" in (
        run("inspect", "rnn.npz").stdout
    )
    row = run("inspect", "deep.npz").stdout.splitlines()[3]
    assert row.startswith("enc   LSTM       2  forward + backward  3  2         240  PyTorch gates")
    assert run("inspect", "none.npz").stdout.splitlines() == [
        "none.npz: npz, no recurrent parts",
        "",
        "other entries: fc.weight (2, 2)",
    ]


def test_inspect_as_json():
    record = json.loads(run("inspect", "odd.npz", "--json").stdout)
    assert (record["file"], record["format"]) == ("odd.npz", "npz")
    good, bad = record["parts"]
    assert bad == {"name": "bad\nname", "refusal": "projection (weight_hr_l0)", "assumed": ""}
    assert (good["name"], good["parameters"]) == ("good", 42)
    assert good["layers"] == [
        {
            "cell": "gru",
            "convention": "PyTorch: reset after the product · z keeps h",
            "choices": {"reset": "after", "update": "keep", "biases": 2},
            "directions": ["forward"],
            "input_size": 3,
            "hidden_size": 2,
        }
    ]
    assert len(record["others"]) == 15
    assert record["others"][1] == {"name": "other2.weight", "shape": [2, 2]}


def test_a_picture_is_headed_by_the_layer_it_shows():
    deep = Source(weights=Path("deep.npz"), layer=2, direction="backward")
    assert read_trace("lstm", deep).title == "LSTM, layer 2, backward"
    assert read_trace("gru", Source(weights=Path("one.npz"))).title == ""
