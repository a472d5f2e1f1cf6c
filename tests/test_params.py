"""Weights: their layout, what is refused and why, and the demo's numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cells import CELLS, GRU, LSTM, RNN, gru, lstm, rnn
from rnnviz.errors import RnnvizError
from rnnviz.params import DEMO_SEED, MAX_DRAWN, NAMES, Params, demo, gathered
from runs import weights
from variants import VARIANTS

variants = st.sampled_from(list(VARIANTS.values()))
cells = st.sampled_from(list(CELLS.values()))
sizes = st.integers(1, MAX_DRAWN)
seeds = st.integers(0, 2**32)
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def numbered(cell, inputs, hidden):
    """Parameters whose every entry is a number of its own, so that a misplaced row shows."""
    rows = len(cell.gates) * hidden
    shapes = ((rows, inputs), (rows, hidden), (rows,), (rows,))
    return Params(*(1000 * k + np.arange(np.prod(s)).reshape(s) for k, s in enumerate(shapes)))


def message(*args, **kwargs):
    with pytest.raises(RnnvizError) as caught:
        Params(*args, **kwargs)
    text = str(caught.value)
    assert "\n" not in text
    return text


# Layout


@given(cell=cells, inputs=sizes, hidden=sizes)
def test_blocks_are_the_rows_in_pytorchs_gate_order(cell, inputs, hidden):
    params = numbered(cell, inputs, hidden)
    blocks = params.blocks(cell)
    assert tuple(sorted(blocks)) == tuple(sorted(cell.params))
    for kind, name in zip(("W_i", "W_h", "b_i", "b_h"), NAMES, strict=True):
        stacked = np.concatenate([blocks[f"{kind}{gate.key}"] for gate in cell.gates])
        np.testing.assert_array_equal(stacked, getattr(params, name))


def test_lstm_rows_by_hand():
    params = Params(np.arange(8.0)[:, None], np.zeros((8, 2)))
    blocks = params.blocks(LSTM)
    assert {key: blocks[f"W_i{key}"].ravel().tolist() for key in "ifgo"} == {
        "i": [0, 1],
        "f": [2, 3],
        "g": [4, 5],
        "o": [6, 7],
    }


def test_gru_rows_by_hand():
    params = Params(np.zeros((3, 4)), np.zeros((3, 1)), [1, 2, 3], [7, 8, 9])
    blocks = params.blocks(GRU)
    assert [blocks[f"b_h{key}"].tolist() for key in "rzn"] == [[7], [8], [9]]


def test_a_single_bias_is_bias_ih():
    params = Params(np.zeros((4, 1)), np.zeros((4, 1)), [1, 2, 3, 4])
    blocks = params.blocks(lstm(biases=1))
    assert {key: blocks[f"b_{key}"].tolist() for key in "ifgo"} == {
        "i": [1],
        "f": [2],
        "g": [3],
        "o": [4],
    }
    assert tuple(sorted(blocks)) == tuple(sorted(lstm(biases=1).params))


def test_peepholes_are_those_of_i_f_and_o():
    params = Params(np.zeros((8, 1)), np.zeros((8, 2)), peepholes=range(6))
    blocks = params.blocks(lstm(peepholes=True))
    assert [blocks[f"p_{key}"].tolist() for key in "ifo"] == [[0, 1], [2, 3], [4, 5]]


@given(cell=variants, inputs=sizes, hidden=sizes, seed=seeds)
def test_gathered_blocks_are_the_parameters_again(cell, inputs, hidden, seed):
    params = weights(cell, inputs, hidden, np.random.default_rng(seed))
    again = gathered(cell, params.blocks(cell))
    assert list(again.arrays) == list(params.arrays)
    for name, array in params.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)
    assert again.size == sum(block.size for block in params.blocks(cell).values())


def test_sizes_come_from_the_columns():
    params = numbered(LSTM, 5, 3)
    assert (params.input_size, params.hidden_size) == (5, 3)


@pytest.mark.parametrize(
    ("cell", "count"), [(RNN, 14), (LSTM, 56), (GRU, 42)], ids=["rnn", "lstm", "gru"]
)
def test_the_demo_has_pytorchs_number_of_parameters(cell, count):
    params = demo(cell).params
    assert sum(getattr(params, name).size for name in NAMES) == count


def test_biases_left_out_are_zero_where_the_cell_has_some():
    params = Params(np.ones((4, 3)), np.ones((4, 1)))
    assert params.bias_ih is params.bias_hh is None
    for cell, biases in ((LSTM, 2), (lstm(biases=1), 1), (lstm(biases=0), 0)):
        filled = params.filled(cell)
        assert len(filled.arrays) == 2 + biases
        assert not any(filled.arrays[name].any() for name in NAMES[2 : 2 + biases])


def test_parameters_are_read_only_float64_copies():
    given_weight = np.ones((2, 3), dtype=np.float32)
    params = Params(given_weight, np.ones((2, 2), dtype=int)).filled(RNN)
    given_weight[0, 0] = 99
    assert params.weight_ih[0, 0] == 1
    for name in NAMES:
        array = getattr(params, name)
        assert array.dtype == np.float64
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        params.blocks(RNN)["W_hh"][0, 0] = 0


# Refusals: each names the parameter, what was wanted and what was given


def test_unequal_rows():
    assert message(np.ones((8, 3)), np.ones((6, 2))) == (
        "weight_hh: wanted 8 rows (G·H) like weight_ih, got 6"
    )
    assert message(np.ones((8, 3)), np.ones((8, 2)), np.ones(7)) == (
        "bias_ih: wanted 8 rows (G·H) like weight_ih, got 7"
    )


def test_wrong_number_of_axes():
    assert message(np.ones(8), np.ones((8, 2))) == (
        "weight_ih: wanted shape (G·H, I) with no empty axis, got (8,)"
    )
    assert message(np.ones((8, 3)), np.ones((8, 2)), np.ones((8, 1))) == (
        "bias_ih: wanted shape (G·H,) with no empty axis, got (8, 1)"
    )


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        ([["a", "b"]], "text"),
        ([[None, 1.0]], "objects"),
        ([[1j, 1.0]], "complex numbers"),
        ([[1.0, 2.0], [3.0]], "ragged rows"),
    ],
)
def test_what_is_no_table_of_real_numbers(bad, found):
    text = message(bad, np.ones((1, 1)))
    assert text.startswith("weight_ih: wanted ")
    assert "(G·H, I)" in text
    assert text.endswith(f"got {found}")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_named_by_its_index(bad):
    weight = np.ones((4, 2))
    weight[3, 1] = bad
    assert message(np.ones((4, 3)), weight) == (
        f"weight_hh: wanted finite numbers, got {bad} at index [3, 1]"
    )


@pytest.mark.parametrize(
    ("cell", "rows", "hidden", "wanted"),
    [
        (LSTM, 6, 2, "(8, 2) for LSTM (G = 4)"),
        (GRU, 8, 2, "(6, 2) for GRU (G = 3)"),
        (RNN, 2, 3, "(3, 3) for RNN (G = 1)"),
    ],
)
def test_rows_that_are_not_gates_times_units(cell, rows, hidden, wanted):
    hint = {3.0: ", which is that of GRU weights", 4.0: ", which is that of LSTM weights"}
    params = Params(np.ones((rows, 3)), np.ones((rows, hidden)))
    for use in (params.check, params.blocks):
        with pytest.raises(RnnvizError) as caught:
            use(cell)
        text = str(caught.value).replace(" an ", " a ")
        assert text.startswith("weight_hh: wanted shape (G·H, H) = ")
        assert wanted in text
        assert text.endswith(f"got {(rows, hidden)}" + hint.get(rows / hidden, ""))


@pytest.mark.parametrize(("name", "shape"), [("weight_ih", "(G·H, I)"), ("weight_hh", "(G·H, H)")])
def test_only_biases_may_be_left_out(name, shape):
    weights = {"weight_ih": np.ones((4, 3)), "weight_hh": np.ones((4, 1)), name: None}
    text = message(**weights)
    assert text.startswith(f"{name}: wanted ")
    assert shape in text


@pytest.mark.parametrize(
    ("cell", "biases", "wanted"),
    [
        (LSTM, ["bias_ih"], "bias_ih and bias_hh, or none for LSTM"),
        (lstm(biases=1), ["bias_ih", "bias_hh"], "bias_ih alone for LSTM"),
        (lstm(biases=0), ["bias_ih"], "none for LSTM"),
        (gru("before", "keep", 1), ["bias_ih", "bias_hh"], "bias_ih alone for GRU"),
        (rnn(biases=0), ["bias_hh"], "none for RNN"),
    ],
    ids=lambda value: value.convention if hasattr(value, "convention") else None,
)
def test_biases_that_the_cell_does_not_have(cell, biases, wanted):
    rows = len(cell.gates)
    params = Params(
        np.ones((rows, 3)), np.ones((rows, 1)), **{name: np.ones(rows) for name in biases}
    )
    with pytest.raises(RnnvizError) as caught:
        params.check(cell)
    assert str(caught.value) == (
        f"biases: wanted {wanted} ({cell.convention}), got {' and '.join(biases)}; "
        "rnnviz.convert changes their number"
    )


def test_a_single_bias_under_the_other_name():
    params = Params(np.ones((1, 3)), np.ones((1, 1)), bias_hh=[1.0])
    with pytest.raises(RnnvizError, match="wanted a single bias as bias_ih, got bias_hh"):
        params.check(rnn(biases=1))


def test_peepholes_that_are_missing_or_too_many():
    table = np.ones((8, 3)), np.ones((8, 2))
    peeping = lstm(peepholes=True)
    for given_peepholes, cell, expected in (
        (None, peeping, "peepholes: wanted (6,) = 3·H, got none"),
        (np.ones(8), peeping, "peepholes: wanted (6,) = 3·H, got 8"),
        (np.ones(6), LSTM, f"peepholes: wanted none for LSTM ({LSTM.convention}), got 6"),
    ):
        with pytest.raises(RnnvizError) as caught:
            Params(*table, peepholes=given_peepholes).check(cell)
        assert str(caught.value) == expected
    assert message(*table, peepholes=[[1.0]]) == (
        "peepholes: wanted shape (3·H,) with no empty axis, got (1, 1)"
    )


# The demo


@given(cell=variants, steps=st.integers(1, 5), inputs=sizes, hidden=sizes, seed=seeds)
def test_the_demo_is_short_decimals_without_a_zero(cell, steps, inputs, hidden, seed):
    made = demo(cell, steps, inputs, hidden, seed)
    made.params.check(cell)
    assert made.x.shape == (steps, 1, inputs)
    assert set(made.states) == set(cell.states)
    for array, digits in (
        (made.x, 1),
        *((state, 1) for state in made.states.values()),
        *((array, 2) for array in made.params.arrays.values()),
    ):
        assert np.all(array != 0)
        # exactly the float that a person gets by typing the digits
        assert all(v == float(f"{v:.{digits}f}") for v in array.ravel().tolist())
    assert all(state.shape == (1, hidden) for state in made.states.values())


@given(cell=cells, seed=seeds)
def test_the_demo_is_the_same_for_the_same_seed(cell, seed):
    first, second = demo(cell, seed=seed), demo(cell, seed=seed)
    np.testing.assert_array_equal(first.x, second.x)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(first.params, name), getattr(second.params, name))
    for name in cell.states:
        np.testing.assert_array_equal(first.states[name], second.states[name])


@every_cell
def test_another_seed_is_another_demo(cell):
    first, second = demo(cell), demo(cell, seed=DEMO_SEED + 1)
    assert not np.array_equal(first.x, second.x)
    assert not np.array_equal(first.params.weight_ih, second.params.weight_ih)
    assert not np.array_equal(first.params.weight_ih[:, :2], first.params.weight_hh)
    assert not np.array_equal(first.params.bias_ih, first.params.bias_hh)


@given(steps=st.integers(1, 5), inputs=sizes, hidden=st.lists(sizes, min_size=3, max_size=3))
def test_x_is_the_same_in_every_cell_whatever_the_hidden_size(steps, inputs, hidden):
    xs = [
        demo(cell, steps, inputs, size).x for cell, size in zip(CELLS.values(), hidden, strict=True)
    ]
    np.testing.assert_array_equal(xs[0], xs[1])
    np.testing.assert_array_equal(xs[0], xs[2])


@given(cell=cells, steps=st.integers(1, 6), more=st.integers(1, 6))
def test_more_timesteps_only_add_timesteps(cell, steps, more):
    short, long = demo(cell, steps), demo(cell, steps + more)
    np.testing.assert_array_equal(short.x, long.x[:steps])
    for name in NAMES:
        np.testing.assert_array_equal(getattr(short.params, name), getattr(long.params, name))
    for name in cell.states:
        np.testing.assert_array_equal(short.states[name], long.states[name])


@every_cell
@pytest.mark.parametrize("size", range(1, MAX_DRAWN + 1))
def test_sizes_from_1_to_8(cell, size):
    params = demo(cell, input_size=size, hidden_size=MAX_DRAWN + 1 - size).params
    assert (params.input_size, params.hidden_size) == (size, MAX_DRAWN + 1 - size)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"input_size": 0}, "input_size: wanted 1 to 8, got 0"),
        ({"input_size": 9}, "input_size: wanted 1 to 8, got 9"),
        ({"hidden_size": -1}, "hidden_size: wanted 1 to 8, got -1"),
        ({"hidden_size": 9}, "hidden_size: wanted 1 to 8, got 9"),
        ({"steps": 0}, "steps: wanted at least 1, got 0"),
        ({"seed": -1}, "seed: wanted a number from 0, got -1"),
    ],
)
def test_what_the_demo_refuses(wrong, expected):
    with pytest.raises(RnnvizError) as caught:
        demo(RNN, **wrong)
    assert str(caught.value) == expected
