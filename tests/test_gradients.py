"""Backpropagation through time, by complex step: no gradient here is compared with its own code."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.cells import GRU, LSTM, RNN, gru, lstm, rnn
from rnnviz.evaluation import run as evaluate
from runs import STEP, assert_close, drawn, interpreted, message, padded, runs
from variants import VARIANTS

every_cell = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
CLOSE = 1e-11


# Derivatives by complex step


def operands(run):
    """What a run depends on, by name: blocks of weights, x, initial states."""
    start = {f"start {name}": state for name, state in run.states.items()}
    return {**run.params.blocks(run.cell), "x": run.x, **start}


def loss_at(run, given):
    """The loss of a run whose operands are these, real or complex."""
    given = {name: value.astype(complex) for name, value in given.items()}
    states = {name: given.pop(f"start {name}") for name in run.states}
    values, final = evaluate(run.cell, given, given.pop("x"), states)
    return run.loss(values["h"], final)


def slopes(run, name):
    """dL/d of an operand, a number at a time."""
    given = operands(run)
    slope = np.empty_like(given[name])
    for index in np.ndindex(slope.shape):
        nudged = given[name].astype(complex)
        nudged[index] += 1j * STEP
        slope[index] = loss_at(run, {**given, name: nudged}).imag / STEP
    return slope


@every_cell
def test_weights_x_and_initial_states_by_complex_step(cell):
    """With dL/dh_t and dL/d of the final states; every number of every block."""
    run = drawn(cell, steps=3, batch=2, inputs=2, hidden=2, seed=11)
    g = run.backward()
    ours = {**g.params.blocks(cell), "x": g["x"], "start h_prev": g.h0}
    if "c_prev" in run.states:
        ours["start c_prev"] = g.c0
    assert set(ours) == set(operands(run))
    assert_close({name: (ours[name], slopes(run, name)) for name in ours}, rtol=1e-11)


def slope_through(run, name, reader):
    """dL/d of a value through one step that reads it, (T, B, ·): every number by complex step.

    Samples do not mix, so each copy of a sample can be nudged at another number.
    """
    steps, batch, width = (run.x if name in run.cell.inputs else run.dh).shape
    many = steps * width
    places = [divmod(copy, width) for copy in range(many)]
    copied = run.samples(np.repeat(np.arange(batch), many))

    def read(t, by, arg, value):
        if (by, arg) != (reader, name):
            return value
        nudged = value.copy()
        for copy, (when, unit) in enumerate(places * batch):
            if when == t:
                nudged[copy, unit] += 1j * STEP
        return nudged

    blocks, states = (
        {key: value.astype(complex) for key, value in part.items()}
        for part in (run.params.blocks(run.cell), copied.states)
    )
    values, final = interpreted(run.cell, blocks, copied.x.astype(complex), states, read)
    loss = (copied.dh * values["h"]).sum(axis=(0, 2))
    loss = loss + sum((end * final[key]).sum(axis=1) for key, end in copied.ends.items())
    slope = loss.imag.reshape(batch, steps, width) / STEP
    return np.moveaxis(slope, 0, 1)


def carried(cell):
    """Value -> the state that it is at the next timestep."""
    return dict(zip(cell.next_state, cell.states, strict=True))


@every_cell
def test_each_path_is_the_derivative_through_the_step_that_it_names(cell):
    run = drawn(cell, steps=3, batch=2, inputs=2, hidden=2, seed=12)
    g, found = run.backward(), {}
    for name in cell.names:
        for reader, path in g.paths(name).items():
            if reader == "outside":
                continue
            if name in cell.step(reader).args:
                theirs = slope_through(run, name, reader)
            else:  # read at the next timestep
                later = slope_through(run, carried(cell)[name], reader)
                theirs = np.concatenate([later[1:], np.zeros_like(later[:1])])
            found[f"{name} through {reader}"] = path, theirs
    assert_close(found, rtol=1e-11)


@given(case=padded(), truncate=st.none() | st.integers(1, 5))
@settings(max_examples=60)
def test_paths_add_up_to_the_gradient(case, truncate):
    run, lengths = case
    g = run.backward(run.trace(lengths=lengths), truncate=truncate)
    assert_close({name: (sum(g.paths(name).values()), g[name]) for name in run.cell.names}, CLOSE)


def test_the_paths_are_the_steps_that_use_a_value():
    def paths(cell, name):
        return " ".join(drawn(cell, seed=1).backward().paths(name))

    assert paths(RNN, "h") == "outside h_h"
    assert paths(LSTM, "c") == "outside fc tanh_c"
    assert paths(LSTM, "h") == "outside i_h f_h g_h o_h"
    assert paths(LSTM, "x") == "i_x f_x g_x o_x"
    assert paths(LSTM, "f") == "fc"
    assert paths(LSTM, "c_prev") == "fc"
    assert paths(lstm(peepholes=True), "c") == "outside i_c f_c fc o_c tanh_c"
    assert paths(GRU, "h") == "outside r_h z_h n_h zh"
    assert paths(GRU, "z") == "z_not zh"
    assert paths(gru("before"), "h_prev") == "r_h z_h rh zh"
    assert paths(rnn(form="dense"), "h") == "outside s"


def test_the_highway_of_c_is_the_forget_gate_times_the_next_gradient():
    run = drawn(LSTM, steps=4)
    tr = run.trace()
    g = run.backward(tr)
    paths = g.paths("c")
    np.testing.assert_allclose(paths["fc"][:-1], g["c"][1:] * tr["f"][1:], rtol=1e-14)
    expected = g["h"] * tr["o"] * (1 - tr["tanh_c"] ** 2)
    np.testing.assert_allclose(paths["tanh_c"], expected, rtol=1e-13)
    assert not paths["outside"][:-1].any()
    np.testing.assert_array_equal(paths["outside"][-1], run.ends["c_prev"])


def test_what_is_given_is_outside():
    run = drawn(GRU, steps=3, batch=2)
    g = run.backward(run.trace(lengths=[3, 2]))
    outside = run.dh.copy()
    outside[2, 1] = 0.0  # behind the end
    np.testing.assert_array_equal(g.outside, outside)
    outside[2, 0] += run.ends["h_prev"][0]
    outside[1, 1] += run.ends["h_prev"][1]
    np.testing.assert_array_equal(g.paths("h")["outside"], outside)


def test_outside_alone_is_the_gradient_of_the_last_h():
    run = drawn(LSTM)
    np.testing.assert_array_equal(run.backward(dh_T=None)["h"][-1], run.dh[-1])


def test_the_cell_state_alone_can_be_asked_for():
    run = drawn(LSTM, steps=3)
    g = run.trace().backward(dc_T=run.ends["c_prev"])
    assert not g["o"][-1].any()
    np.testing.assert_array_equal(g["c"][-1], run.ends["c_prev"])
    assert g["o"][0].any()


# by_loss: which timestep's loss a gradient comes from


@given(run=runs(), data=st.data())
@settings(max_examples=30)
def test_by_loss_is_a_backward_walk_for_each_timesteps_loss(run, data):
    name = data.draw(st.sampled_from(run.cell.names))
    tr = run.trace()
    g = tr.backward(run.dh)
    split = g.by_loss(name)
    assert split.shape == (len(run.dh), *g[name].shape)
    found = {"sum": (split.sum(axis=0), g[name])}
    for s in range(len(run.dh)):
        only = np.zeros_like(run.dh)
        only[s] = run.dh[s]
        found[f"loss {s}"] = split[s], tr.backward(only)[name]
        assert not split[s, s + 1 :].any()
    assert_close(found, CLOSE)


@given(case=padded(), truncate=st.none() | st.integers(1, 4))
@settings(max_examples=20)
def test_by_loss_adds_up_with_lengths_and_chunks_too(case, truncate):
    run, lengths = case
    g = run.trace(lengths=lengths).backward(run.dh, truncate=truncate)
    split = g.by_loss()
    assert_close({"split": (split, split), "sum": (split.sum(axis=0), g["h"])}, CLOSE)
    for s, t in np.argwhere(np.abs(split).sum(axis=(2, 3))):
        assert s >= t
        assert truncate is None or s // truncate == t // truncate


def test_by_loss_leaves_the_final_states_out():
    run = drawn(LSTM, steps=3)
    without = run.trace().backward(run.dh)
    np.testing.assert_array_equal(run.backward().by_loss("c"), without.by_loss("c"))


# Truncated: as chunks whose states are carried


@given(run=runs(steps=7), truncate=st.integers(1, 8))
@settings(max_examples=40)
def test_a_truncated_gradient_is_that_of_chunks_one_after_the_other(run, truncate):
    g = run.backward(truncate=truncate)
    assert g.truncate == truncate
    states, parts, total, steps = run.states, [], None, len(run.x)
    for first in range(0, steps, truncate):
        rows = slice(first, first + truncate)
        chunk = replace(run, x=run.x[rows], dh=run.dh[rows], states=states)
        tr = chunk.trace()
        last = {} if first + truncate >= steps else {"dh_T": None, "dc_T": None}
        parts.append(chunk.backward(tr, **last))
        states = tr.final
        found = parts[-1].params.arrays
        total = found if total is None else {key: total[key] + found[key] for key in found}
    found = {n: (g[n], np.concatenate([part[n] for part in parts])) for n in run.cell.names}
    found |= {f"start {n}": (start, parts[0].states[n]) for n, start in g.states.items()}
    found |= {n: (array, total[n]) for n, array in g.params.arrays.items()}
    assert_close(found, CLOSE)


def test_a_truncation_as_long_as_the_sequence_cuts_nothing_and_a_shorter_one_does():
    run = drawn(LSTM, steps=5)
    whole = run.backward()
    for name in run.cell.names:
        np.testing.assert_array_equal(run.backward(truncate=5)[name], whole[name])
    assert np.abs(run.backward(truncate=2)["c"][1] - whole["c"][1]).max() > 1e-3


# Padded samples


@given(case=padded())
@settings(max_examples=40)
def test_the_gradient_of_padded_samples_is_that_of_each_alone(case):
    run, lengths = case
    together = run.backward(run.trace(lengths=lengths))
    total, found = None, {}
    for b, length in enumerate(lengths.tolist()):
        alone = run.samples(b, length).backward()
        for name in run.cell.names:
            found[f"{name} of {b}"] = together[name][:length, b], alone[name][:, 0]
            assert not together[name][length:, b].any(), name
        for name, start in alone.states.items():
            found[f"start {name} of {b}"] = together.states[name][b], start[0]
        mine = alone.params.arrays
        total = mine if total is None else {key: total[key] + mine[key] for key in mine}
    found |= {name: (array, total[name]) for name, array in together.params.arrays.items()}
    assert_close(found, CLOSE)


# Looking things up


@every_cell
def test_every_gradient_has_the_shape_of_its_value(cell):
    run = drawn(cell, steps=3, batch=2, inputs=4, hidden=3)
    tr = run.trace()
    g = run.backward(tr)
    assert tuple(g.values) == cell.names
    for name in cell.names:
        assert g[name].shape == tr[name].shape
    assert tuple(g.params.arrays) == tuple(tr.params.arrays)
    for name, array in tr.params.arrays.items():
        assert g.params.arrays[name].shape == array.shape
    assert set(g.states) == set(cell.states)
    np.testing.assert_array_equal(g.h0, g["h_prev"][0])


@every_cell
def test_nothing_in_the_gradients_can_be_written(cell):
    run = drawn(cell, steps=3, batch=2)
    g = run.backward(run.trace(lengths=[3, 1]))
    kinds = (g.values, g.states, g.final, g.params.arrays, {"outside": g.outside})
    for arrays in kinds:
        for array in arrays.values():
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0.0
    for mapping in (g.values, g.states, g.final):
        with pytest.raises(TypeError):
            mapping["h"] = np.zeros(1)


def test_changing_what_was_given_changes_no_gradient():
    run = drawn(LSTM)
    dh = run.dh.copy()
    g = run.trace().backward(dh)
    dh[:] = 7.0
    np.testing.assert_array_equal(g.outside, run.dh)
    g.paths("h")["outside"][:] = 7.0
    g.by_loss("h")[:] = 7.0
    np.testing.assert_array_equal(g.paths("h")["outside"], run.dh)


@every_cell
def test_float32_gives_float32(cell):
    run = drawn(cell, steps=4, batch=2, seed=5)
    tr = run.trace(dtype=np.float32)
    single, double = run.backward(tr), run.backward()
    for name in cell.names:
        assert single[name].dtype == np.float32
        np.testing.assert_allclose(single[name], double[name], rtol=1e-3, atol=1e-4)
        for path in single.paths(name).values():
            assert path.dtype == np.float32
    assert single.by_loss("h").dtype == single.h0.dtype == np.float32


@every_cell
def test_the_gradient_of_saturated_values_is_finite(cell):
    """A gate at 0 or 1 passes nothing on, however large what it read; warnings are errors."""
    quarter = {name: 0.25 * np.sign(a) for name, a in drawn(cell).params.arrays.items()}
    x = np.array([[1e300, 0, 0], [0, -1e300, 0]])
    g = rv.trace(cell, x, rv.Params(**quarter)).backward(np.ones((2, 1, 2)))
    assert all(np.isfinite(g[name]).all() for name in cell.names)
    squashed = cell.name != "rnn" or dict(cell.choices)["activation"] == "tanh"
    assert not squashed or not g["x"].any()


# Refusals


@pytest.mark.parametrize("cell", [RNN, LSTM, GRU], ids=lambda cell: cell.name)
def test_a_gradient_has_to_start_somewhere(cell):
    tr = rv.trace(cell)
    assert message(tr.backward) == "backward: wanted dh, dh_T or dc_T, got none"
    assert message(tr.backward, truncate=2) == "backward: wanted dh, dh_T or dc_T, got none"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"dh": np.ones((2, 1, 2))}, "dh: wanted shape (T, B, H) = (3, 1, 2), got (2, 1, 2)"),
        ({"dh": np.ones((3, 1, 3))}, "dh: wanted shape (T, B, H) = (3, 1, 2), got (3, 1, 3)"),
        (
            {"dh": np.ones((3, 2))},
            "dh: wanted shape (T, B, H) = (3, 1, 2) with no empty axis, got (3, 2)",
        ),
        ({"dh_T": np.ones((2, 2))}, "dh_T: wanted shape (B, H) = (1, 2), got (2, 2)"),
        ({"dc_T": np.ones((1, 3))}, "dc_T: wanted shape (B, H) = (1, 2), got (1, 3)"),
        ({"dh_T": [[np.inf, 0]]}, "dh_T: wanted finite numbers, got inf at index [0, 0]"),
        (
            {"dh": [[["a", "b"]]] * 3},
            "dh: wanted real numbers of shape (T, B, H) = (3, 1, 2), got text",
        ),
        (
            {"dh": np.ones((3, 1, 2)), "truncate": 0},
            "truncate: wanted at least 1 timestep, got 0",
        ),
        (
            {"dh": np.ones((3, 1, 2)), "truncate": -1},
            "truncate: wanted at least 1 timestep, got -1",
        ),
    ],
)
def test_what_is_no_gradient_from_outside(given, expected):
    assert message(rv.trace("lstm").backward, **given) == expected


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_a_cell_without_a_cell_state_has_no_gradient_of_it(cell):
    tr = rv.trace(cell)
    title = tr.cell.title
    assert message(tr.backward, dc_T=np.ones((1, 2))) == (
        f"dc_T: wanted none ({title} has no cell state), got one"
    )
    g = tr.backward(np.ones((3, 1, 2)))
    with pytest.raises(rv.RnnvizError) as caught:
        _ = g.c0
    assert str(caught.value) == f"c0: wanted a cell with a cell state, got {title}"


def test_a_trace_that_left_values_out_has_no_gradient():
    tr = rv.trace("rnn", keep=["x", "h_prev", "h"])
    text = message(tr.backward, np.ones((3, 1, 2)))
    assert text == "backward: wanted every value kept, got none of h_x, h_h, h_pre"


def test_an_unknown_name_is_refused_with_the_list():
    g = rv.trace("rnn").backward(np.ones((3, 1, 2)))
    expected = "name: wanted one of x, h_prev, h_x, h_h, h_pre, h, got 'q'"
    for look in (g.__getitem__, g.paths, g.by_loss):
        assert message(look, "q") == expected


def test_a_gradient_too_large_to_compute_with_is_named():
    params = rv.Params([[1.0]], [[1e200]])
    tr = rv.trace(rnn("relu"), [[1.0], [0.0]], params, h0=[0.0])
    text = message(tr.backward, np.full((2, 1, 1), 1e200))
    assert text.endswith("wanted gradients that float64 can hold, got an overflow")
