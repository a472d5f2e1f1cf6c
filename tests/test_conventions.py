"""Conventions: which variant each name means, and weights that mean the same under another."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.cells import CELLS, GRU, LSTM, RNN, gru, lstm, rnn
from rnnviz.conventions import CONVENTIONS, cell_named, convert
from runs import EVERY, drawn, message
from variants import VARIANTS

# what libraries and papers mean, as they document it, and their number of parameters at I=3, H=2
MEANT = {
    ("pytorch", "rnn"): (rnn("tanh", 2), 14),
    ("pytorch", "lstm"): (lstm(2), 56),
    ("pytorch", "gru"): (gru("after", "keep", 2), 42),
    ("keras", "rnn"): (rnn("tanh", 1), 12),
    ("keras", "lstm"): (lstm(1), 48),
    ("keras", "gru"): (gru("after", "keep", 2), 42),
    ("keras-v1", "rnn"): (rnn("tanh", 1), 12),
    ("keras-v1", "lstm"): (lstm(1), 48),
    ("keras-v1", "gru"): (gru("before", "keep", 1), 36),
    ("onnx", "rnn"): (rnn("tanh", 2), 14),
    ("onnx", "lstm"): (lstm(2), 56),
    ("onnx", "gru"): (gru("before", "keep", 2), 42),
    ("guide", "rnn"): (rnn("tanh", 1), 12),
    ("guide", "lstm"): (lstm(0), 40),
    ("guide", "gru"): (gru("before", "replace", 0), 30),
    ("cho2014", "gru"): (gru("before", "keep", 0), 30),
    ("relu", "rnn"): (rnn("relu", 2), 14),
    ("unmasking", "rnn"): (rnn("tanh", 2, "dense"), 14),
    ("peepholes", "lstm"): (lstm(2, peepholes=True), 62),
}


def test_every_convention_is_in_the_table():
    assert list(MEANT) == [(key, name) for key, cells in CONVENTIONS.items() for name in cells]


@pytest.mark.parametrize(("convention", "name"), MEANT)
def test_what_a_convention_means(convention, name):
    cell, parameters = MEANT[convention, name]
    assert cell_named(name, convention) == cell
    assert rv.demo(cell).params.size == parameters


def test_pytorch_is_meant_where_nothing_is_said():
    assert [cell_named(name) for name in CELLS] == [RNN, LSTM, GRU]


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_every_variant_can_be_named(cell):
    assert cell_named(cell.name, **dict(cell.choices)) == cell


def test_a_choice_changes_one_point_of_a_convention():
    assert cell_named("gru", "guide", biases=2) == gru("before", "replace", 2)
    assert cell_named("lstm", "keras", peepholes=True) == lstm(1, peepholes=True)


@pytest.mark.parametrize("convention", ["keras-v1", "guide", "onnx"])
def test_trace_takes_a_convention(convention):
    tr = rv.trace("gru", convention=convention)
    assert tr.cell == cell_named("gru", convention)
    assert "rh" in tr.names


@pytest.mark.parametrize("name", ["", "LSTM", "elman", "lstm "])
def test_an_unknown_cell_is_refused_with_the_list(name):
    assert message(cell_named, name) == f"cell: wanted one of rnn, lstm, gru, got {name!r}"


@pytest.mark.parametrize("convention", ["", "Keras", "tensorflow"])
def test_an_unknown_convention_is_refused_with_the_list(convention):
    wanted = ", ".join(CONVENTIONS)
    text = message(cell_named, "gru", convention)
    assert text == f"convention: wanted one of {wanted}, got {convention!r}"
    assert message(rv.trace, "gru", convention=convention) == text


@pytest.mark.parametrize(
    ("name", "convention", "having"),
    [
        ("lstm", "cho2014", "pytorch, keras, keras-v1, onnx, guide, peepholes"),
        ("gru", "relu", "pytorch, keras, keras-v1, onnx, guide, cho2014"),
        ("rnn", "peepholes", "pytorch, keras, keras-v1, onnx, guide, relu, unmasking"),
    ],
)
def test_a_convention_without_this_cell_is_refused_with_those_that_have_it(
    name, convention, having
):
    expected = f"convention: wanted one of {having} for {name}, got {convention!r}"
    assert message(cell_named, name, convention) == expected


def test_a_choice_of_another_cell_is_refused_with_the_cells_own():
    assert message(cell_named, "lstm", reset="before") == (
        "lstm: wanted one of biases, peepholes, got 'reset'"
    )
    assert message(cell_named, "gru", reset="never") == (
        "reset: wanted one of after, before, got 'never'"
    )


# Weights for another convention

PAIRS = [(old, new) for old in EVERY for new in EVERY if old.name == new.name]


def never(old, new):
    """Whether no weights at all make up for the difference."""
    was, will = dict(old.choices), dict(new.choices)
    return any(was.get(choice) != will.get(choice) for choice in ("activation", "form"))


def lost(old, new):
    """What of the weights has no place under ``new`` and has to be zero."""
    was, will = dict(old.choices), dict(new.choices)
    named = set()
    if old.biases and not new.biases:
        named.add("biases")
    elif old.biases == 2 and was.get("reset") == "after":
        named |= {"b_hn"} if new.biases == 1 or will["reset"] == "before" else set()
    if old.peepholes and not new.peepholes:
        named.add("peepholes")
    if was.get("reset") != will.get("reset"):
        named.add("what mixes units in W_hn")
    return named


def without(run, parts):
    """The run with zeros for what would have no place."""
    params, hidden = run.params, run.params.hidden_size
    given = dict(params.arrays)
    if "biases" in parts:
        given |= {name: 0 * given[name] for name in given if name.startswith("bias")}
    if "b_hn" in parts:
        given["bias_hh"] = np.concatenate([given["bias_hh"][:-hidden], np.zeros(hidden)])
    if "peepholes" in parts:
        given["peepholes"] = 0 * given["peepholes"]
    if "what mixes units in W_hn" in parts:
        diagonal = given["weight_hh"][-hidden:] * np.eye(hidden)
        given["weight_hh"] = np.concatenate([given["weight_hh"][:-hidden], diagonal])
    return replace(run, params=rv.Params(**given))


def test_there_are_pairs_of_each_kind():
    assert len(PAIRS) == 10**2 + 6**2 + 12**2
    assert {part for pair in PAIRS for part in lost(*pair)} == {
        *("biases", "b_hn", "peepholes", "what mixes units in W_hn")
    }


@given(data=st.data(), seed=st.integers(0, 2**32), hidden=st.integers(1, 4))
@settings(max_examples=150)
def test_converted_weights_give_the_same_h_under_the_other_convention(data, seed, hidden):
    old, new = data.draw(st.sampled_from([pair for pair in PAIRS if not never(*pair)]))
    run = without(drawn(old, hidden=hidden, seed=seed), lost(old, new))
    other = replace(run, cell=new, params=convert(run.params, old, new))
    np.testing.assert_allclose(other.trace()["h"], run.trace()["h"], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("old", EVERY, ids=VARIANTS)
def test_weights_with_something_that_has_no_place_are_refused(old):
    words = {
        "biases": "biases of zero",
        "b_hn": "b_hn = 0",
        "peepholes": "peepholes of zero",
        "what mixes units in W_hn": "same side of the product",
    }
    run = drawn(old, hidden=3, seed=5)
    for new in (new for was, new in PAIRS if was == old and not never(old, new)):
        parts = lost(old, new)
        for part in parts:  # all but this one are zero
            params = without(run, parts - {part}).params
            assert words[part] in message(convert, params, old, new), new.convention


@pytest.mark.parametrize("old", [c for c in EVERY if c.name == "rnn"], ids=lambda c: c.convention)
def test_no_weights_make_up_for_another_activation_or_form(old):
    params = drawn(old).params
    for new in (new for was, new in PAIRS if was == old and never(old, new)):
        text = message(convert, params, old, new)
        assert text.startswith("convert: wanted the same ")
        assert "no weights make up for another" in text


def test_what_each_refusal_says():
    params = drawn(gru(), hidden=2).params
    assert message(convert, params, "pytorch", "keras-v1") == (
        "convert: wanted the reset on the same side of the product, got after and before: "
        "r ⊙ (W_hn h) and W_hn (r ⊙ h) differ for every W_hn that mixes units"
    )
    assert message(convert, params, gru(), gru(biases=1)) == (
        "convert: wanted b_hn = 0, since the reset gate multiplies it and "
        f"{gru(biases=1).convention!r} has no such bias, got {params.bias_hh[-2]}"
    )
    peeping = drawn(lstm(peepholes=True)).params
    assert message(convert, peeping, "peepholes", "pytorch") == (
        "convert: wanted peepholes of zero for a cell without, got others"
    )
    assert message(convert, drawn(lstm()).params, "pytorch", "guide") == (
        "convert: wanted biases of zero for a cell without, got others"
    )
    assert message(convert, drawn(rnn()).params, "pytorch", "relu") == (
        "convert: wanted the same activation on both sides (no weights make up for another), "
        "got tanh and relu"
    )
    assert message(convert, drawn(rnn()).params, "pytorch", "unmasking") == (
        "convert: wanted the same form on both sides (no weights make up for another), "
        "got sum and dense"
    )


def test_biases_of_dense_layers_are_not_added_up():
    """Between them there is a relu."""
    run = drawn(rnn(form="dense"))
    same = convert(run.params, run.cell, run.cell)
    np.testing.assert_array_equal(same.bias_ih, run.params.bias_ih)
    np.testing.assert_array_equal(same.bias_hh, run.params.bias_hh)
    cancelling = rv.Params([[1.0]], [[1.0]], [0.5], [-0.5])
    assert "biases of zero" in message(convert, cancelling, run.cell, rnn(biases=0, form="dense"))


def test_two_biases_become_one_and_one_becomes_two():
    params = drawn(lstm(), seed=2).params
    one = convert(params, "pytorch", "keras")
    assert one.bias_hh is None
    np.testing.assert_array_equal(one.bias_ih, params.bias_ih + params.bias_hh)
    two = convert(one, "keras", "pytorch")
    np.testing.assert_array_equal(two.bias_ih, one.bias_ih)
    assert not two.bias_hh.any()


def test_biases_that_cancel_are_none():
    params = rv.Params(np.ones((4, 1)), np.ones((4, 1)), np.ones(4), -np.ones(4))
    assert convert(params, lstm(), lstm(biases=0)).bias_ih is None


def test_z_that_keeps_and_z_that_replaces_have_weights_of_opposite_sign():
    params = drawn(gru(), hidden=2, seed=3).params
    other = convert(params, gru(), gru(update="replace"))
    sign = np.repeat([1.0, -1.0, 1.0], 2)  # r, z, n
    np.testing.assert_array_equal(other.weight_ih, sign[:, None] * params.weight_ih)
    np.testing.assert_array_equal(other.weight_hh, sign[:, None] * params.weight_hh)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (gru(), gru(update="replace")),
        (gru("before", "replace", 0), gru("before", "keep", 0)),
        (gru("before"), gru("before", biases=1)),
        (lstm(), lstm(1)),
        (rnn(), rnn(biases=1)),
    ],
    ids=lambda cell: cell.convention,
)
def test_converting_changes_weights_that_would_mean_something_else(old, new):
    """Taken as they are, the weights would not fit or give another h."""
    run = drawn(old, seed=4)
    converted = convert(run.params, old, new)
    if old.biases == new.biases:
        wrong = replace(run, cell=new).trace()
        back = replace(run, params=converted).trace()
        for tr in (wrong, back):
            assert np.abs(tr["h"] - run.trace()["h"]).max() > 0.01
    else:
        with pytest.raises(rv.RnnvizError, match="convert changes their number"):
            replace(run, cell=new).trace()
    again = convert(converted, new, old)
    np.testing.assert_array_equal(again.weight_ih, run.params.weight_ih)


def test_peepholes_of_zero_are_added_for_a_cell_that_has_them():
    run = drawn(lstm(), hidden=3)
    params = convert(run.params, "pytorch", "peepholes")
    np.testing.assert_array_equal(params.peepholes, np.zeros(9))


def test_a_diagonal_recurrent_matrix_lets_the_reset_change_sides():
    run = without(drawn(gru("before"), hidden=3), {"what mixes units in W_hn"})
    params = convert(run.params, "onnx", "pytorch")
    assert not params.bias_hh[-3:].any()  # b_hn was outside of the reset
    after = replace(run, cell=GRU, params=params)
    np.testing.assert_allclose(after.trace()["h"], run.trace()["h"], rtol=1e-12, atol=1e-13)


def test_names_mean_the_cell_that_has_so_many_rows():
    assert convert(rv.demo(LSTM).params, "pytorch", "keras").bias_hh is None
    assert "for lstm" in message(convert, rv.demo(LSTM).params, "pytorch", "relu")
    odd = rv.Params(np.ones((4, 3)), np.ones((4, 2)))
    assert message(convert, odd, "pytorch", "keras") == (
        "weight_hh: wanted 1, 3 or 4 times 2 rows (H), got shape (4, 2)"
    )


def test_weights_and_cells_that_do_not_go_together():
    params = rv.demo(LSTM).params
    assert message(convert, params, LSTM, GRU) == "convert: wanted LSTM on both sides, got GRU"
    assert message(convert, params, GRU, gru(update="replace")).startswith("weight_hh: wanted")
