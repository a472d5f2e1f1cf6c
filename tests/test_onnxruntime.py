"""ONNX's own runtime against the core: random weights, every option that both of them have.

onnxruntime computes in float32, so the bound is that of a float32 sum; weights are different
everywhere, so that swapped gates, biases, directions or peepholes show.
"""

from dataclasses import replace
from itertools import permutations

import numpy as np
import onnxruntime as runtime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnx_made import Case, save
from rnnviz.readers import onnx_files

WORST = 1e-5

CASES = st.builds(
    Case,
    kind=st.just("RNN"),
    direction=st.sampled_from(["forward", "reverse", "bidirectional"]),
    inputs=st.integers(1, 4),
    hidden=st.integers(1, 4),
    biases=st.booleans(),
    seed=st.integers(0, 2**16),
)


def kinds(case):
    relu = ("Relu",) * case.ways
    return {
        "tanh": {"kind": "RNN"},
        "relu": {"kind": "RNN", "options": (("activations", relu),)},
        "lstm": {"kind": "LSTM"},
        "peepholes": {"kind": "LSTM", "peepholes": True},
        "before": {"kind": "GRU"},
        "after": {"kind": "GRU", "options": (("linear_before_reset", 1),)},
    }


KINDS = tuple(kinds(Case("RNN")))


def run(path, given):
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(None, given), strict=True))


def ours(path, given):
    """The same outputs in ONNX's layout: Y (T, D, B, H), Y_h and Y_c (D, B, H)."""
    (part,) = onnx_files.read_onnx(path).parts
    layer = part.model.layers[0]
    made = part.model.trace(
        given["X"], lengths=given.get("lengths"), h0=given.get("H"), c0=given.get("C")
    )
    keys = [(0, way) for way in layer.directions]
    outputs = {
        "Y": np.stack([made[key].aligned("h") for key in keys], axis=1),
        "Y_h": np.stack([made[key].final["h_prev"] for key in keys]),
    }
    if layer.cell.name == "lstm":
        outputs["Y_c"] = np.stack([made[key].final["c_prev"] for key in keys])
    return outputs


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(
    case=CASES,
    steps=st.integers(1, 5),
    batch=st.integers(1, 3),
    states=st.booleans(),
    lengths=st.booleans(),
)
def test_a_node_gives_what_onnxruntime_gives(
    tmp_path_factory, kind, case, steps, batch, states, lengths
):
    case = replace(case, **kinds(case)[kind])
    rng = np.random.default_rng(case.seed + 1)
    shape = (case.ways, batch, case.hidden)
    fed = {"X": rng.normal(size=(steps, batch, case.inputs)).astype(np.float32)}
    if states:
        fed["H"] = rng.normal(size=shape).astype(np.float32)
        if case.kind == "LSTM":
            fed["C"] = rng.normal(size=shape).astype(np.float32)
    if lengths:
        fed["lengths"] = rng.integers(1, steps + 1, batch).astype(np.int32)
    more = ("lengths" * lengths, "H" * states, "C" * (states and case.kind == "LSTM"))
    made = ("Y", "Y_h", "Y_c")[: 3 if case.kind == "LSTM" else 2]
    path = save(
        tmp_path_factory.mktemp("onnx") / "m.onnx",
        [case.node("node", more=more)],
        case.tensors(),
        [name for name in fed if name != "lengths"],
        made,
        lengths=lengths,
    )
    expected = run(path, fed)
    found = ours(path, fed)
    for name in made:
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=WORST, err_msg=name)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_the_comparison_sees_gates_in_another_order(tmp_path, monkeypatch, kind):
    case = Case(kind, "bidirectional")
    path = save(tmp_path / "m.onnx", [case.node("node")], case.tensors())
    fed = {"X": np.random.default_rng(0).normal(size=(4, 2, 3)).astype(np.float32)}
    expected = run(path, fed)["Y"]
    right = onnx_files.ORDERS[kind]
    for order in permutations(right):
        monkeypatch.setitem(onnx_files.ORDERS, kind, order)
        off = float(np.abs(ours(path, fed)["Y"] - expected).max())
        assert (off < WORST) is (order == right)
        assert order == right or off > 1e-3
