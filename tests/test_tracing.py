"""Traces: every value follows from the ones before, whatever the shapes; bad input is refused."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.cells import CELLS
from rnnviz.ops import OPS
from rnnviz.params import NAMES
from runs import EVERY

BASIC = tuple(CELLS.values())
every_cell = pytest.mark.parametrize("cell", CELLS)


@st.composite
def cases(draw, steps=4, batch=3, size=4, scales=(0.3, 1.0, 8.0), cells=BASIC):
    """A cell with random weights, inputs and states: (cell, x, params, initial states by name).

    Large scales saturate the gates. Other test files use it too.
    """
    cell = draw(st.sampled_from(cells))
    t, b = draw(st.integers(1, steps)), draw(st.integers(1, batch))
    inputs, hidden = draw(st.integers(1, size)), draw(st.integers(1, size))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from(scales))
    rows = len(cell.gates) * hidden

    def normal(*shape):
        return scale * rng.standard_normal(shape)

    biases = [normal(rows) for _ in range(cell.biases)]
    peepholes = {"peepholes": normal(3 * hidden)} if cell.peepholes else {}
    params = rv.Params(normal(rows, inputs), normal(rows, hidden), *biases, **peepholes)
    states = {name: normal(b, hidden) for name in cell.states}
    return cell, normal(t, b, inputs), params, states


def traced(case):
    cell, x, params, states = case
    return rv.trace(cell, x, params, h0=states["h_prev"], c0=states.get("c_prev"))


def traces(**limits):
    return cases(**limits).map(traced)


def message(*args, **kwargs):
    with pytest.raises(rv.RnnvizError) as caught:
        rv.trace(*args, **kwargs)
    text = str(caught.value)
    assert "\n" not in text
    return text


# What a trace holds


@given(tr=traces())
def test_each_step_is_its_op_on_the_stored_operands(tr):
    blocks = tr.params.blocks(tr.cell)
    for step in tr.cell.steps:
        for t in range(tr.sizes["T"]):
            args = [blocks[arg] if arg in blocks else tr[arg][t] for arg in step.args]
            again = OPS[step.op].forward(*args)
            np.testing.assert_allclose(tr[step.name][t], again, rtol=1e-13, atol=1e-13)


@given(tr=traces(cells=EVERY))
def test_gates_and_states_by_the_books_formulas(tr):
    """The documented equations of every variant written out here, a row of the weights at a time.

    A single bias is added once; PyTorch's second one is added to the recurrent product.
    """
    p, hidden, choices = tr.params, tr.sizes["H"], dict(tr.cell.choices)
    none = np.zeros(len(p.weight_ih))
    first, second = (none if b is None else b for b in (p.bias_ih, p.bias_hh))
    dense = choices.get("form") == "dense"

    def sums(weight, bias, k, batch):
        rows = range(k * hidden, (k + 1) * hidden)
        return np.stack([[weight[row] @ sample + bias[row] for row in rows] for sample in batch])

    def peep(k, state):
        return p.peepholes[k * hidden : (k + 1) * hidden] * state if choices["peepholes"] else 0

    def sigma(v):
        return 0.5 * (1 + np.tanh(v / 2))

    for t in range(tr.sizes["T"]):
        h = tr["h_prev"][t]
        a = [sums(p.weight_ih, first, k, tr["x"][t]) for k in range(len(tr.cell.gates))]
        u = [sums(p.weight_hh, second, k, h) for k in range(len(tr.cell.gates))]
        if tr.cell.name == "rnn":
            squash = {"tanh": np.tanh, "relu": lambda v: np.maximum(v, 0)}[choices["activation"]]
            inner = np.maximum(a[0], 0) + h
            total = sums(p.weight_hh, second, 0, inner) if dense else a[0] + u[0]
            expected = {"h": squash(total)}
        elif tr.cell.name == "lstm":
            before = tr["c_prev"][t]
            i, f = (sigma(a[k] + u[k] + peep(k, before)) for k in (0, 1))
            c = f * before + i * np.tanh(a[2] + u[2])
            o = sigma(a[3] + u[3] + peep(2, c))
            expected = {"i": i, "f": f, "o": o, "c": c, "h": o * np.tanh(c)}
        else:
            r, z = (sigma(a[k] + u[k]) for k in (0, 1))
            after = choices["reset"] == "after"
            n = np.tanh(a[2] + (r * u[2] if after else sums(p.weight_hh, second, 2, r * h)))
            kept = z if choices["update"] == "keep" else 1 - z
            expected = {"r": r, "z": z, "n": n, "h": (1 - kept) * n + kept * h}
        for name, value in expected.items():
            # relu lets h grow, and sums of large numbers may cancel
            near = {"rtol": 1e-11, "atol": 1e-12 * (1 + np.abs(tr["h"]).max())}
            np.testing.assert_allclose(tr[name][t], value, **near, err_msg=name)


@given(case=cases())
def test_states_are_carried_from_timestep_to_timestep(case):
    tr = traced(case)
    for old, new in zip(tr.cell.states, tr.cell.next_state, strict=True):
        np.testing.assert_array_equal(tr[old][0], case[3][old])
        np.testing.assert_array_equal(tr[old][1:], tr[new][:-1])


@given(case=cases())
def test_x_and_params_are_kept_as_given(case):
    _, x, params, _ = case
    tr = traced(case)
    np.testing.assert_array_equal(tr["x"], x)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(tr.params, name), getattr(params, name))


@given(tr=traces())
def test_shapes_names_and_dtype(tr):
    s = tr.sizes
    assert tuple(tr.values) == tr.names == tr.cell.names
    for name in tr.names:
        width = s["I"] if name == "x" else s["H"]
        assert tr[name].shape == (s["T"], s["B"], width)
        assert tr[name].dtype == np.float64


@given(tr=traces())
def test_values_respect_the_range_of_their_op(tr):
    for name in tr.names:
        low, high = tr.cell.range(name)
        assert np.all((low <= tr[name]) & (tr[name] <= high)), name


@given(case=cases(batch=1))
def test_a_sequence_without_a_batch_axis_is_a_batch_of_one(case):
    cell, x, params, states = case
    flat = {name: state[0] for name, state in states.items()}
    one = rv.trace(cell, x[:, 0], params, h0=flat["h_prev"], c0=flat.get("c_prev"))
    for name in cell.names:
        np.testing.assert_array_equal(one[name], traced(case)[name])


@given(case=cases())
def test_samples_of_a_batch_do_not_mix(case):
    cell, x, params, states = case
    together = traced(case)
    for b in range(x.shape[1]):
        rows = {name: state[b : b + 1] for name, state in states.items()}
        alone = rv.trace(cell, x[:, b : b + 1], params, h0=rows["h_prev"], c0=rows.get("c_prev"))
        for name in cell.names:
            np.testing.assert_allclose(
                together[name][:, b], alone[name][:, 0], rtol=1e-12, atol=1e-13
            )


@given(case=cases(), later=st.integers(0, 3))
def test_a_timestep_knows_nothing_of_later_ones(case, later):
    cell, x, params, states = case
    cut = 1 + later % len(x)
    short = traced((cell, x[:cut], params, states))
    whole = traced(case)
    for name in cell.names:  # BLAS sums in another order for another number of rows
        np.testing.assert_allclose(short[name], whole[name][:cut], rtol=1e-12, atol=1e-12)


@given(case=cases())
def test_one_state_serves_the_whole_batch(case):
    cell, x, params, states = case
    row = states["h_prev"][0]
    each = np.tile(row, (x.shape[1], 1))
    shared, repeated = rv.trace(cell, x, params, h0=row), rv.trace(cell, x, params, h0=each)
    np.testing.assert_array_equal(shared["h"], repeated["h"])
    np.testing.assert_array_equal(shared["h_prev"][0], each)


@every_cell
def test_states_left_out_are_zero_once_x_or_params_are_given(cell):
    made = rv.demo(CELLS[cell])
    for tr in (rv.trace(cell, made.x), rv.trace(cell, params=made.params)):
        for name in tr.cell.states:
            assert not tr[name][0].any()
        assert tr["h"].any()


@every_cell
def test_nothing_in_a_trace_can_be_written(cell):
    for tr in (rv.trace(cell), rv.trace(cell, [[1.0, 2.0, 3.0]])):
        for name in tr.names:
            with pytest.raises(ValueError, match="read-only"):
                tr[name][0] = 0.0
        for name in tr.cell.states:
            with pytest.raises(ValueError, match="read-only"):
                tr.states[name][0] = 0.0
        with pytest.raises(TypeError):
            tr.values["h"] = np.zeros(1)


def test_changing_what_was_given_changes_no_trace():
    x, h0 = np.ones((2, 1, 3)), np.ones((1, 2))
    tr = rv.trace("rnn", x, h0=h0)
    x[:], h0[:] = 7, 7
    assert np.all(tr["x"] == 1)
    assert np.all(tr["h_prev"][0] == 1)
    assert np.all(tr.states["h_prev"] == 1)


@pytest.mark.parametrize("kind", [int, bool, np.float32, list])
def test_numbers_of_any_real_kind_become_float64(kind):
    x = [[1, 0, 1], [0, 1, 1]] if kind is list else np.array([[1, 0, 1], [0, 1, 1]], kind)
    np.testing.assert_array_equal(rv.trace("gru", x)["x"][:, 0], [[1.0, 0, 1], [0, 1, 1]])


# The demo


@every_cell
def test_the_demo_has_no_value_that_is_trivially_zero(cell):
    tr = rv.trace(cell)
    assert tr.sizes == {"T": 3, "B": 1, "I": 3, "H": 2}
    for name in tr.names:
        assert np.all(tr[name] != 0), name


@every_cell
def test_the_gates_of_the_demo_differ_visibly(cell):
    tr = rv.trace(cell)
    firsts = [tr[gate.key][0, 0] for gate in tr.cell.gates]
    flat = np.sort(np.concatenate(firsts))
    assert np.all(np.diff(flat) > 0.01)


@every_cell
def test_what_is_left_out_comes_from_the_demo_at_the_width_of_what_is_given(cell):
    tr = rv.trace(cell, np.ones((4, 5)))
    assert tr.sizes == {"T": 4, "B": 1, "I": 5, "H": 2}
    params = rv.demo(CELLS[cell], input_size=6, hidden_size=3).params
    assert rv.trace(cell, params=params).sizes == {"T": 3, "B": 1, "I": 6, "H": 3}


@every_cell
def test_a_state_given_to_the_demo_replaces_only_that_one(cell):
    tr = rv.trace(cell, h0=[0.5, -0.5])
    assert tr["h_prev"][0, 0].tolist() == [0.5, -0.5]
    np.testing.assert_array_equal(tr["x"], rv.trace(cell)["x"])
    if cell == "lstm":
        np.testing.assert_array_equal(tr["c_prev"][0], rv.trace(cell)["c_prev"][0])


# Looking things up


@given(tr=traces(), data=st.data())
def test_at_gives_one_timestep_of_one_sample_in_order(tr, data):
    t = data.draw(st.integers(0, tr.sizes["T"] - 1))
    b = data.draw(st.integers(0, tr.sizes["B"] - 1))
    vectors = tr.at(t, b)
    assert tuple(vectors) == tr.names
    for name, vector in vectors.items():
        np.testing.assert_array_equal(vector, tr[name][t, b])


@pytest.mark.parametrize(
    ("t", "b", "expected"),
    [
        (3, 0, "t: wanted 0 to 2, got 3"),
        (-1, 0, "t: wanted 0 to 2, got -1"),
        (0, 1, "b: wanted 0 to 0, got 1"),
        (0, -1, "b: wanted 0 to 0, got -1"),
    ],
)
def test_at_refuses_what_is_out_of_range(t, b, expected):
    with pytest.raises(rv.RnnvizError) as caught:
        rv.trace("lstm").at(t, b)
    assert str(caught.value) == expected


@pytest.mark.parametrize("name", ["q", "", "W_if", 0])
def test_an_unknown_name_is_refused_with_the_list(name):
    tr = rv.trace("lstm")
    with pytest.raises(rv.RnnvizError) as caught:
        tr[name]
    assert str(caught.value) == f"name: wanted one of {', '.join(tr.names)}, got {name!r}"


def test_repr_says_what_it_is():
    assert repr(rv.trace("rnn")) == "Trace(rnn, T=3, B=1, I=3, H=2: x h_prev h_x h_h h_pre h)"


# Refusals


def test_an_unknown_cell():
    assert message("elman") == "cell: wanted one of rnn, lstm, gru, got 'elman'"


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_c0_for_a_cell_without_a_cell_state(cell):
    text = message(cell, c0=[0.1, 0.2])
    assert text.startswith("c0: wanted none")
    assert CELLS[cell].title in text


def test_x_of_another_width_than_the_weights():
    params = rv.demo(CELLS["lstm"]).params
    assert message("lstm", np.ones((2, 4)), params) == (
        "x: wanted 3 inputs a timestep (the columns of weight_ih), got 4"
    )


def test_weights_of_another_cell():
    params = rv.demo(CELLS["gru"]).params
    assert message("lstm", params=params).startswith("weight_hh: wanted shape (G·H, H) = (8, 2)")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_x_that_is_not_finite_is_named_by_its_index(bad):
    x = np.zeros((3, 2, 4))
    x[2, 1, 3] = bad
    assert message("rnn", x) == f"x: wanted finite numbers, got {bad} at index [2, 1, 3]"
    assert message("rnn", x[:, 1]).endswith("at index [2, 3]")


def test_h0_that_is_not_finite_is_named_by_its_index():
    text = message("lstm", h0=[0.0, np.nan])
    assert text == "h0: wanted finite numbers, got nan at index [1]"


@pytest.mark.parametrize(
    ("x", "found"),
    [
        ([[1.0, 2.0, 3.0], [4.0]], "got ragged rows"),
        ([["1", "2", "3"]], "got text"),
        (np.array([[b"1"]]), "got text"),
        ([[1.0, None, 3.0]], "got objects"),
        ([[{}]], "got objects"),
        ([[1j, 2.0, 3.0]], "got complex numbers"),
        ([], "got (0,)"),
        (np.zeros((0, 3)), "got (0, 3)"),
        (np.zeros((3, 0)), "got (3, 0)"),
        (np.zeros((2, 0, 3)), "got (2, 0, 3)"),
        (1.0, "got ()"),
        ([1.0, 2.0, 3.0], "got (3,)"),
        (np.zeros((1, 1, 1, 3)), "got (1, 1, 1, 3)"),
    ],
)
def test_x_that_is_no_sequence(x, found):
    text = message("gru", x)
    assert text.startswith("x: wanted ")
    assert "(T, B, I) or (T, I)" in text
    assert text.endswith(found)


@pytest.mark.parametrize("name", ["h0", "c0"])
@pytest.mark.parametrize(
    ("state", "found"),
    [
        ([1.0, 2.0, 3.0], "got (3,)"),
        ([[1.0, 2.0], [3.0, 4.0]], "got (2, 2)"),
        ([[1.0]], "got (1, 1)"),
        (0.5, "got ()"),
        (np.zeros((1, 1, 2)), "got (1, 1, 2)"),
        ("0.1", "got text"),
    ],
)
def test_a_state_of_another_shape(name, state, found):
    text = message("lstm", **{name: state})
    assert text.startswith(f"{name}: wanted ")
    assert "(B, H) = (1, 2) or (H,)" in text
    assert text.endswith(found)


@pytest.mark.parametrize("cell", CELLS)
def test_numbers_too_large_to_compute_with_are_refused(cell):
    """A trace has finite values only: a sum beyond 1e308 has no number to show."""
    rows, gates = np.array([[1e200]]), len(CELLS[cell].gates)
    params = rv.Params(np.repeat(rows, gates, axis=0), np.repeat(rows, gates, axis=0))
    message(cell, [[1e200]], params)


def test_a_trace_lists_its_names_like_a_dict():
    tr = rv.trace("rnn")
    assert list(tr) == list(tr.names)
    assert {name: tr[name].shape[2] for name in tr}["x"] == 3


def test_a_trace_is_the_same_and_read_only_in_another_process():
    trace = rv.trace("lstm")
    copy = pickle.loads(pickle.dumps(trace))
    assert copy.cell == trace.cell
    assert copy.names == trace.names
    for name in trace.names:
        np.testing.assert_array_equal(copy[name], trace[name])
        assert not copy[name].flags.writeable
    with pytest.raises(TypeError):
        copy.values["h"] = None
