"""The recurrent cases of ONNX's own node tests: each is reproduced, none is refused.

Their weights are all the same number, so they see options and layouts, not the order of gates
(tests/test_onnxruntime.py does).
"""

import numpy as np
import onnx
import onnx.backend.test.case.node as node_tests
import pytest
from onnx import numpy_helper

# ``load_model_tests(kind="node")`` without the twenty seconds that all other operators take
from onnx.backend.test.case.node import gru, lstm, rnn  # noqa: F401

from rnnviz.readers.onnx_files import read_onnx

CASES = {case.name: case for case in node_tests._NodeTestCases}
SEES = {"defaults", "with_initial_bias", "seq_length", "with_peepholes"}
SEES |= {"batchwise", "reverse", "bidirectional"}


def with_weights(case, path):
    """Write the case with its weights in the model, not among its inputs; return the inputs."""
    (arrays, outputs), *more = case.data_sets
    assert not more
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    names = [one.name for one in model.graph.input]
    given = dict(zip(names, arrays, strict=True))
    for name in {*names} & {"W", "R", "B", "P"}:
        model.graph.initializer.append(numpy_helper.from_array(given.pop(name), name))
    onnx.save(model, path)
    wanted = [one.name for one in model.graph.output]
    return given, dict(zip(wanted, outputs, strict=True))


def test_all_kinds_of_cases_are_there():
    assert len(CASES) == 18
    kinds = {kind for kind in SEES for name in CASES if name.endswith(kind)}
    assert kinds == SEES


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_onnx_is_reproduced(tmp_path, name):
    case = CASES[name]
    given, expected = with_weights(case, tmp_path / "m.onnx")
    (part,) = read_onnx(tmp_path / "m.onnx").parts
    layer = part.model.layers[0]
    (node,) = case.model.graph.node
    batchwise = any(one.name == "layout" and one.i for one in node.attribute)
    x = np.swapaxes(given["X"], 0, 1) if batchwise else given["X"]
    made = part.model.trace(
        x,
        lengths=given.get("sequence_lens"),
        h0=given.get("initial_h"),
        c0=given.get("initial_c"),
    )
    keys = [(0, way) for way in layer.directions]
    found = {
        "Y": np.stack([made[key].aligned("h") for key in keys], axis=1),
        "Y_h": np.stack([made[key].final["h_prev"] for key in keys]),
    }
    if layer.cell.name == "lstm":
        found["Y_c"] = np.stack([made[key].final["c_prev"] for key in keys])
    axes = {"Y": (2, 0, 1, 3), "Y_h": (1, 0, 2)}
    for output, wanted in expected.items():
        array = found[output].transpose(axes[output]) if batchwise else found[output]
        np.testing.assert_allclose(array, wanted, rtol=0, atol=1e-6, err_msg=output)
