"""The fast evaluation gives what the steps say: in any dtype, kept or not, padded or not."""

import tracemalloc
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz import evaluation
from rnnviz.cells import LSTM, rnn
from rnnviz.tracing import flipped
from runs import assert_close, drawn, interpreted, message, padded, runs, weights
from variants import VARIANTS

every_cell = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
CLOSE = 1e-12  # BLAS sums in another order for other heights


# The same as step by step


def evaluate_both(run, dtype=float):
    """The values and final states of `run`, and those of one step after the other."""
    rng = np.random.default_rng(0)

    def cast(given):
        made = np.array(given, dtype)
        return made + 1j * rng.standard_normal(made.shape) if dtype is complex else made

    blocks = {name: cast(block) for name, block in run.params.blocks(run.cell).items()}
    x, states = cast(run.x), {name: cast(state) for name, state in run.states.items()}
    given = run.cell, blocks, x, states
    return evaluation.run(*given), interpreted(*given)


def pairs(ours, plain):
    """name -> both arrays, of values and final states."""
    for mine, theirs in zip(ours, plain, strict=True):
        assert list(mine) == list(theirs)
        assert [value.dtype for value in mine.values()] == [v.dtype for v in theirs.values()]
    (values, final), (plain_values, plain_final) = ours, plain
    last = {f"final {name}": (state, plain_final[name]) for name, state in final.items()}
    return {name: (value, plain_values[name]) for name, value in values.items()} | last


@every_cell
@pytest.mark.parametrize("dtype", [float, complex])
def test_every_variant_is_evaluated_like_step_by_step(cell, dtype):
    """In complex numbers too: a complex step through the evaluation gives derivatives."""
    run = drawn(cell, steps=5, batch=3, inputs=4, hidden=3, seed=3, scale=0.5)
    assert_close(pairs(*evaluate_both(run, dtype)), CLOSE)


@given(run=runs())
@settings(max_examples=50)
def test_whatever_the_shapes(run):
    assert_close(pairs(*evaluate_both(run)), CLOSE)


@every_cell
def test_float32_is_evaluated_in_float32(cell):
    run = drawn(cell, steps=5, batch=3, seed=4)
    for mine, theirs in pairs(*evaluate_both(run, np.float32)).values():
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)
    single, double = run.trace(dtype=np.float32), run.trace()
    for name in cell.names:
        assert single[name].dtype == np.float32
        np.testing.assert_allclose(single[name], double[name], rtol=1e-4, atol=1e-5)
    assert {state.dtype for state in single.final.values()} == {np.dtype(np.float32)}


def test_a_dtype_by_any_of_its_names():
    for name in ("float32", np.float32, np.dtype("float32")):
        assert rv.trace("gru", dtype=name)["h"].dtype == np.float32


def test_float16_is_raised_to_float32_with_a_warning():
    with pytest.warns(rv.RnnvizWarning, match="float16 is raised to float32"):
        tr = rv.trace("lstm", dtype=np.float16)
    np.testing.assert_array_equal(tr["h"], rv.trace("lstm", dtype=np.float32)["h"])


@pytest.mark.parametrize(
    ("dtype", "found"),
    [(complex, "complex128"), ("int64", "int64"), (np.longdouble, "longdouble"), ("q8", "'q8'")],
)
def test_another_dtype_is_refused(dtype, found):
    found = str(np.dtype(np.longdouble)) if found == "longdouble" else found
    text = message(rv.trace, "rnn", dtype=dtype)
    assert text == f"dtype: wanted float64 or float32, got {found}"


# keep: only some values


@every_cell
@pytest.mark.parametrize("length", [1, 3, 7, 8])
def test_each_value_that_is_kept_alone_is_the_same(cell, length):
    """Seven timesteps in chunks of one, of three (which leaves one over), of all, of more."""
    run = drawn(cell, steps=7, batch=2, inputs=3, hidden=2, seed=6)
    whole = run.trace()
    a_timestep = run.x[0].nbytes + len(cell.names) * run.dh[0].nbytes
    with patch.object(evaluation, "CHUNK_BYTES", length * a_timestep):
        for name in cell.names:
            tr = run.trace(keep=[name])
            assert tr.names == (name,)
            last = {f"final {key}": (state, whole.final[key]) for key, state in tr.final.items()}
            assert_close({name: (tr[name], whole[name]), **last}, CLOSE)


@given(case=padded(), data=st.data())
@settings(max_examples=40)
def test_kept_values_of_padded_samples_are_the_same(case, data):
    run, lengths = case
    names = data.draw(st.sets(st.sampled_from(run.cell.names), min_size=1))
    with patch.object(evaluation, "CHUNK_BYTES", 1):
        some, whole = run.trace(lengths=lengths, keep=names), run.trace(lengths=lengths)
    assert set(some.names) == names
    last = {f"final {key}": (state, whole.final[key]) for key, state in some.final.items()}
    assert_close({**{name: (some[name], whole[name]) for name in names}, **last}, CLOSE)


def test_names_are_in_order_whatever_the_order_of_keep():
    tr = rv.trace("lstm", keep=["h", "f", "x"])
    assert tr.names == ("x", "f", "h")
    assert tr.sizes == {"T": 3, "B": 1, "I": 3, "H": 2}
    assert list(tr.at(0)) == ["x", "f", "h"]
    assert tr.nbytes == (3 * 3 + 2 * 3 * 2) * 8


def test_a_value_that_was_not_kept_says_so():
    tr = rv.trace("lstm", keep=["h"])
    with pytest.raises(rv.RnnvizError) as caught:
        tr["f"]
    assert str(caught.value) == "name: wanted one of h, got 'f' (keep= left it out)"


@pytest.mark.parametrize(
    ("keep", "found"), [(["q"], "'q'"), (["h", "W_if"], "'W_if'"), ([], "[]"), ("h", "'h'")]
)
def test_what_cannot_be_kept(keep, found):
    text = message(rv.trace, "lstm", keep=keep)
    assert text == f"keep: wanted a list of {', '.join(LSTM.names)}, got {found}"


# lengths: samples that end earlier


@given(case=padded())
@settings(max_examples=60)
def test_each_padded_sample_is_as_if_alone_and_zero_behind_its_end(case):
    run, lengths = case
    together = run.trace(lengths=lengths)
    for b, length in enumerate(lengths.tolist()):
        alone = run.samples(b, length).trace()
        assert together.length(b) == length
        found = {
            f"final {key}": (together.final[key][b], state[0]) for key, state in alone.final.items()
        }
        for name in run.cell.names:
            found[name] = together[name][:length, b], alone[name][:, 0]
            # h_prev is the h before: it ends a timestep later
            assert not together[name][length + (name in run.cell.states) :, b].any()
        assert_close(found, CLOSE)


@given(case=padded(), filler=st.sampled_from([1e308, -1e308, 7.0]))
@settings(max_examples=25)
def test_what_is_behind_the_end_never_matters(case, filler):
    run, lengths = case
    x = run.x.copy()
    x[np.arange(len(x))[:, None] >= lengths] = filler
    one, other = run.trace(lengths=lengths), replace(run, x=x).trace(lengths=lengths)
    for name in run.cell.names:
        np.testing.assert_array_equal(one[name], other[name])


def test_nan_is_refused_even_as_padding():
    x = np.zeros((2, 1, 3))
    x[1] = np.nan
    text = message(rv.trace, "gru", x, lengths=[1])
    assert text == "x: wanted finite numbers, got nan at index [1, 0, 0]"


def test_full_lengths_change_nothing():
    run = drawn(LSTM, steps=3, batch=2)
    for name, value in run.trace(lengths=[3, 3]).values.items():
        np.testing.assert_array_equal(value, run.trace()[name])
    assert run.trace().lengths is None
    assert run.trace(lengths=[3, 3]).lengths.tolist() == [3, 3]


def test_there_is_no_timestep_behind_a_samples_end():
    tr = drawn(LSTM, steps=4, batch=2).trace(lengths=[4, 2])
    assert list(tr.at(3, 0)) == list(tr.at(1, 1)) == list(LSTM.names)
    assert message(tr.at, 2, 1) == "t: wanted 0 to 1, got 2"
    assert message(tr.at, 0, 2) == "b: wanted 0 to 1, got 2"


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([1], "lengths: wanted 2 whole numbers (B,), got int64 of shape (1,)"),
        (2, "lengths: wanted 2 whole numbers (B,), got int64 of shape ()"),
        ([[1, 2]], "lengths: wanted 2 whole numbers (B,), got int64 of shape (1, 2)"),
        ([1.0, 2.0], "lengths: wanted 2 whole numbers (B,), got float64 of shape (2,)"),
        ([True, True], "lengths: wanted 2 whole numbers (B,), got bool of shape (2,)"),
        ([3, 0], "lengths: wanted 1 to 3 (T), got 0"),
        ([4, 1], "lengths: wanted 1 to 3 (T), got 4"),
        ([-1, 1], "lengths: wanted 1 to 3 (T), got -1"),
    ],
)
def test_lengths_that_are_none(lengths, expected):
    assert message(drawn(LSTM, steps=3, batch=2).trace, lengths=lengths) == expected


def test_lengths_are_the_traces_own():
    lengths = np.array([1, 3])
    tr = drawn(LSTM, steps=3, batch=2).trace(lengths=lengths)
    lengths[0] = 2
    assert tr.length(0) == 1
    with pytest.raises(ValueError, match="read-only"):
        tr.lengths[0] = 2


# Reading from the end


@given(case=padded())
@settings(max_examples=25)
def test_flipping_reverses_each_sample_up_to_its_end_and_twice_is_nothing(case):
    run, lengths = case
    turned = flipped(run.x, lengths)
    for b, length in enumerate(lengths):
        np.testing.assert_array_equal(turned[:length, b], run.x[:length, b][::-1])
        np.testing.assert_array_equal(turned[length:, b], run.x[length:, b])
    np.testing.assert_array_equal(flipped(turned, lengths), run.x)
    np.testing.assert_array_equal(flipped(run.x, None), run.x[::-1])


def test_aligned_is_in_the_order_of_the_sequence():
    run = drawn(LSTM, steps=4, batch=2)
    lengths = np.array([4, 2])
    read = replace(run, x=flipped(run.x, lengths)).trace(lengths=lengths)
    turned = replace(read, reverse=True)
    np.testing.assert_array_equal(read.aligned("h"), read["h"])
    np.testing.assert_array_equal(turned.aligned("h"), flipped(read["h"], lengths))
    inside = np.arange(4)[:, None] < lengths
    np.testing.assert_array_equal(turned.aligned("x")[inside], run.x[inside])


# Limits


@every_cell
def test_huge_inputs_saturate_without_a_warning(cell):
    """All warnings are errors here."""
    quarter = {name: 0.25 * np.sign(a) for name, a in drawn(cell).params.arrays.items()}
    x = np.array([[1e308, 0, 0], [0, -1e308, 0]])
    tr = rv.trace(cell, x, rv.Params(**quarter))
    for name in tr.names:
        assert np.isfinite(tr[name]).all()
        low, high = cell.range(name)
        assert ((low <= tr[name]) & (tr[name] <= high)).all()


def test_a_sum_that_overflows_is_refused_also_where_relu_makes_0_of_it():
    with pytest.raises(rv.RnnvizError, match="h_x: wanted sums that float64 can hold, got -inf"):
        rv.trace(rnn(form="dense"), [[1e200]], rv.Params([[-1e200]], [[1.0]]))
    with pytest.raises(rv.RnnvizError, match="wanted sums that float32 can hold"):
        rv.trace("lstm", [[1e30]], rv.Params(np.full((4, 1), 1e30), np.ones((4, 1))), dtype="f4")


@every_cell
def test_values_that_do_not_fit_into_the_budget_are_refused_with_their_bytes(cell):
    run = drawn(cell, steps=6, batch=2)
    needed = run.trace().nbytes
    assert run.trace(budget=needed).names == cell.names
    text = message(run.trace, budget=needed - 1)
    assert text.startswith(
        f"trace: wanted at most {needed - 1:,} bytes (budget=), got {needed:,} for "
        "the values of 6 timesteps; keep= fewer values"
    )
    half = run.trace(budget=needed // 2, dtype=np.float32)
    assert half.names == cell.names
    few = run.trace(budget=run.dh.nbytes, keep=["h"])
    assert few.nbytes == run.dh.nbytes


@every_cell
def test_the_bytes_of_a_trace_count_a_state_and_the_one_before_once(cell):
    run, carried = drawn(cell, steps=6, batch=2, inputs=3, hidden=2), len(cell.states)
    others = len(cell.names) - 1 - 2 * carried
    assert run.trace().nbytes == 2 * (6 * 3 + 6 * 2 * others + 7 * 2 * carried) * 8


def test_the_budget_is_held_before_memory_is_asked_for():
    x = np.zeros((20_000, 1, 1))
    params = weights(LSTM, 1, 8, np.random.default_rng(0))
    tracemalloc.start()
    try:
        text = message(rv.trace, "lstm", x, params, budget=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    needed = (20_000 * (1 + 21 * 8) + 2 * 8) * 8
    assert f"got {needed:,} for the values of 20000 timesteps" in text
    assert peak < needed / 20  # x's own copy, not its values
