"""The gates of LSTM and GRU at their ends: what stands on the screen against numpy."""

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.figures import gru_gates_cases as gru
from rnnviz.figures import lstm_gates_cases as lstm
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Number, Pill, Wire

SIGNS = {1: 8.0, 0: 0.0, -1: -8.0}


def shown(frame, ref):
    """Return the values of the pills whose reference starts so, unit by unit."""
    return np.array(
        [
            m.value
            for m in frame.marks
            if isinstance(m, Pill) and m.text and m.ref.startswith(f"{ref}[")
        ]
    )


def mark(frame, name):
    return next(m for m in frame.marks if m.id == name)


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


@pytest.fixture(scope="module")
def of_lstm():
    return figure_named("lstm-gates").drawn()


@pytest.fixture(scope="module")
def of_gru():
    return figure_named("gru-gates").drawn()


@pytest.mark.parametrize("case", lstm.CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("gate", lstm.GATES)
def test_a_gate_of_the_lstm_is_the_sigmoid_of_its_constructed_sum(of_lstm, case, gate):
    base = lstm.demo()
    blocks, state = base.params.blocks(base.cell), base.at(0)
    total = blocks[f"W_i{gate}"] @ state["x"] + blocks[f"W_h{gate}"] @ state["h_prev"]
    total = total + SIGNS[case.gates.get(gate, 0)]
    frame = of_lstm[f"{case.id}.set"]
    np.testing.assert_allclose(shown(frame, f"{case.id}: {gate}_pre"), total, rtol=0, atol=1e-12)
    np.testing.assert_allclose(shown(frame, f"{case.id}: {gate}"), sigmoid(total), atol=1e-12)


@pytest.mark.parametrize("case", lstm.CASES, ids=lambda case: case.id)
def test_memory_and_output_of_the_lstm_follow_from_the_gates_on_the_screen(of_lstm, case):
    frame = of_lstm[f"{case.id}.run"]
    first = lstm.CASES[0].id  # what is the same in all cases has been put there with the first
    old, g = (shown(frame, f"{first}: {name}") for name in ("c_prev", "g"))
    f, i, o, fc, ig, c, tanh_c, h = (
        shown(frame, f"{case.id}: {name}")
        for name in ("f", "i", "o", "fc", "ig", "c", "tanh_c", "h")
    )
    assert h.shape == old.shape == (2,)
    np.testing.assert_allclose(fc, f * old, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ig, i * g, rtol=0, atol=1e-12)
    np.testing.assert_allclose(c, f * old + i * g, rtol=0, atol=1e-12)
    np.testing.assert_allclose(tanh_c, np.tanh(c), rtol=0, atol=1e-12)
    np.testing.assert_allclose(h, o * np.tanh(c), rtol=0, atol=1e-12)


def test_the_memory_is_kept_but_for_what_the_gates_leave(of_lstm):
    frame, made = of_lstm["keep.run"], lstm.run(lstm.demo(), lstm.CASES[3])
    left = np.array([mark(frame, f"left.{k}").value for k in (1, 2)])
    assert np.all(np.abs(left) < 1e-3)
    assert np.all(left != 0)
    np.testing.assert_array_equal(left, made["c"] - made["c_prev"])
    expected = (made["f"] - 1) * made["c_prev"] + made["i"] * made["g"]
    np.testing.assert_allclose(left, expected, rtol=0, atol=1e-12)


def test_saturated_gates_are_shown_as_they_are(of_lstm, of_gru):
    for figure in (of_lstm, of_gru):
        texts = {m.text for frame in figure for m in frame.marks if isinstance(m, Pill)}
        assert {"0.9997", "0.0003"} <= texts
        assert not {"1.000", "0.000", "+0.000"} & texts


def test_wires_are_thick_where_a_gate_passes_and_dashed_where_it_blocks(of_lstm):
    kept, written = of_lstm["keep.run"], of_lstm["write.run"]
    for one, other in (("w.fc", "w.ig"), ("w.fc+", "w.ig+")):
        assert mark(kept, one).width > 13
        assert mark(kept, other).dashed
        assert mark(written, other).width > 13
        assert mark(written, one).dashed


def test_nothing_runs_along_a_blocked_wire(of_lstm, of_gru):
    for figure in (of_lstm, of_gru):
        for frame in figure:
            wires = {m.id: m for m in frame.marks if isinstance(m, Wire)}
            pulses = [one for wave in frame.waves for one in wave.pulses]
            assert not [one for one in pulses if wires[one].dashed]


@pytest.mark.parametrize("convention", gru.CONVENTIONS)
@pytest.mark.parametrize("case", gru.CASES, ids=lambda case: case.id)
def test_the_gru_follows_from_the_same_weights_in_both_conventions(of_gru, case, convention):
    base = gru.demo()
    blocks, state = base.params.blocks(base.cell), base.at(0)
    x, old = state["x"], state["h_prev"]
    r, z = (
        sigmoid(blocks[f"W_i{k}"] @ x + blocks[f"W_h{k}"] @ old + SIGNS[case.gates.get(k, 0)])
        for k in ("r", "z")
    )
    inner = {"pytorch": r * (blocks["W_hn"] @ old), "guide": blocks["W_hn"] @ (r * old)}
    n = np.tanh(blocks["W_in"] @ x + inner[convention])
    h = {"pytorch": (1 - z) * n + z * old, "guide": (1 - z) * old + z * n}[convention]
    frame = of_gru["z1.run" if case.id == "z1" else case.id]
    for name, value in {"r": r, "z": z, "z_not": 1 - z, "n": n, "h": h}.items():
        found = shown(frame, f"{convention}, {case.title}: {name}")
        np.testing.assert_allclose(found, value, rtol=0, atol=1e-12)
    recurrent = "rn" if convention == "pytorch" else "n_h"
    found = shown(frame, f"{convention}, {case.title}: {recurrent}")
    np.testing.assert_allclose(found, inner[convention], rtol=0, atol=1e-12)


def test_verdicts_flip_with_the_convention(of_gru):
    said = {"z1": ("h_t ≈ h_{t-1}", "h_t ≈ n"), "z0": ("h_t ≈ n", "h_t ≈ h_{t-1}")}
    for case, texts in said.items():
        for convention, text in zip(gru.CONVENTIONS, texts, strict=True):
            assert mark(of_gru["recap"], f"{case}.{convention}.verdict").text == text
    near = {"z1": "h_prev", "z0": "n"}
    for case, name in near.items():
        frame = of_gru["z1.run" if case == "z1" else case]
        number = mark(frame, f"pytorch.verdict.{name}={case}")
        assert isinstance(number, Number)
        assert 0 < number.value < 1e-3


def test_almost_ignored_is_far_from_gone_unless_r_is_near_0(of_gru):
    part = shown(of_gru["almost"], "pytorch, z near 0: rn")
    assert np.abs(part).min() > 0.3
    assert np.abs(shown(of_gru["z0r0"], "pytorch, z and r near 0: rn")).max() < 1e-3


def test_no_number_of_one_case_stands_in_another(of_lstm, of_gru):
    for figure in (of_lstm, of_gru):
        found = []
        for frame in list(figure)[1:-1]:
            case = frame.beat.id.partition(".")[0].replace("almost", "z0")
            ids = [m.id for m in frame.marks if "=" in m.id]
            assert {one.partition("=")[2].partition(".")[0] for one in ids} <= {case}
            found += ids
        assert len(found) > 100


def test_a_cell_without_biases_is_refused():
    base = rv.trace(rv.cell_named("lstm", "guide"), rv.trace("lstm")["x"])
    with pytest.raises(rv.RnnvizError, match="wanted a cell with biases"):
        figure_named("lstm-gates").drawn(base)
