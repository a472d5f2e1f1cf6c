"""Models: parts that fit, states that are carried, gradients that reach every part."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
from models import layer, model, slope
from rnnviz.cells import CELLS, GRU, LSTM, RNN, gru, lstm
from rnnviz.losses import log_softmax, softmax
from rnnviz.model import READOUTS
from rnnviz.tracing import flipped
from runs import EVERY, message

RNG = np.random.default_rng(3)
CLOSE = {"rtol": 1e-12, "atol": 1e-13}


SMOOTH = [cell for cell in EVERY if "relu" not in {step.op for step in cell.steps}]


@st.composite
def models(draw, cells=EVERY, two=(False, True), outputs=(0, 3)):
    """A model of any variant and x that fits."""
    made = model(
        draw(st.sampled_from(cells)),
        inputs=draw(st.integers(1, 3)),
        hidden=draw(st.integers(1, 3)),
        layers=draw(st.integers(1, 3)),
        two=draw(st.sampled_from(two)),
        outputs=draw(st.sampled_from(outputs)),
        seed=draw(st.integers(0, 2**32)),
    )
    steps, batch = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return made, rng.standard_normal((steps, batch, made.layers[0].input_size)), rng


# What comes out


@given(case=models(outputs=(0,)))
@settings(max_examples=30)
def test_a_model_is_its_layers_one_after_the_other(case):
    made, x, _ = case
    mt, below = made.trace(x), x
    for k, each in enumerate(made.layers):
        outputs = []
        for way, params in each.params.items():
            back = way == "backward"
            alone = rv.trace(each.cell, below[::-1] if back else below, params)
            for name in each.cell.names:
                np.testing.assert_allclose(mt[k, way][name], alone[name], **CLOSE)
            assert mt[k, way].reverse is back
            outputs.append(alone["h"][::-1] if back else alone["h"])
        below = np.concatenate(outputs, axis=2)
    np.testing.assert_allclose(mt.hidden, below, **CLOSE)
    assert mt.logits is mt.output
    np.testing.assert_array_equal(mt.output, mt.hidden)
    np.testing.assert_array_equal(mt.x, x)


@given(case=models(), data=st.data())
@settings(max_examples=30)
def test_each_padded_sample_is_as_if_alone(case, data):
    made, x, rng = case
    lengths = rng.integers(1, len(x) + 1, x.shape[1])
    together = made.trace(x, lengths=lengths)
    for b, length in enumerate(lengths.tolist()):
        alone = made.trace(x[:length, b : b + 1])
        np.testing.assert_allclose(together.output[:length, b], alone.output[:, 0], **CLOSE)
        for key, states in alone.final.items():
            for name, state in states.items():
                np.testing.assert_allclose(together.final[key][name][b], state[0], **CLOSE)


@pytest.mark.parametrize("activation", READOUTS)
def test_a_readout_is_a_linear_layer_and_its_activation(activation):
    made = model(outputs=4, activation=activation)
    mt = made.trace(RNG.standard_normal((5, 2, 3)))
    logits = mt.hidden @ made.readout.weight.T + made.readout.bias
    np.testing.assert_allclose(mt.logits, logits, **CLOSE)
    functions = {"linear": lambda v: v, "softmax": softmax, "log_softmax": log_softmax}
    np.testing.assert_allclose(mt.output, functions[activation](logits), **CLOSE)


def test_a_readout_may_have_no_bias():
    made = model(outputs=4)
    without = replace(made, readout=rv.Readout(made.readout.weight))
    x = RNG.standard_normal((2, 1, 3))
    np.testing.assert_allclose(
        made.trace(x).logits - without.trace(x).logits,
        np.broadcast_to(made.readout.bias, (2, 1, 4)),
        **CLOSE,
    )


def test_an_embedding_looks_tokens_up():
    made = model(words=5)
    tokens = np.array([[4, 0], [1, 1], [0, 3]])
    mt = made.trace(tokens)
    np.testing.assert_array_equal(mt.tokens, tokens)
    np.testing.assert_array_equal(mt.x, made.embedding[tokens])
    without = replace(made, embedding=None)
    np.testing.assert_array_equal(mt.hidden, without.trace(made.embedding[tokens]).hidden)
    assert without.trace(made.embedding[tokens]).tokens is None


def test_a_sequence_without_a_batch_axis_is_a_batch_of_one():
    made = model(words=5)
    np.testing.assert_array_equal(made.trace([4, 1, 0]).hidden, made.trace([[4], [1], [0]]).hidden)
    plain, x = model(), RNG.standard_normal((4, 3))
    np.testing.assert_array_equal(plain.trace(x).hidden, plain.trace(x[:, None]).hidden)


def test_layers_of_different_cells():
    rng = np.random.default_rng(1)
    made = rv.Model((layer(LSTM, 3, 2, rng, True), layer(gru("before"), 4, 5, rng)))
    mt = made.trace(RNG.standard_normal((3, 2, 3)))
    assert [mt[k].cell.name for k in range(2)] == ["lstm", "gru"]
    assert mt.hidden.shape == (3, 2, 5)


def test_float32_stays_float32():
    made = model(LSTM, layers=2, two=True, words=5, outputs=5, activation="softmax")
    mt = made.trace([[0, 1], [2, 3]], dtype=np.float32)
    g = mt.backward(doutput=RNG.standard_normal((2, 2, 5)))
    for array in (mt.x, mt.hidden, mt.logits, mt.output, g.x, g.hidden, g.logits, g.embedding):
        assert array.dtype == np.float32
    assert {one["h"].dtype for one in mt.traces.values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(mt.output, made.trace([[0, 1], [2, 3]]).output, rtol=1e-4)


def test_the_number_of_parameters():
    assert rv.Model((rv.Layer(LSTM, {"forward": rv.demo(LSTM).params}),)).parameters == 56
    assert model(GRU, inputs=3, hidden=2).parameters == 42
    # 2 directions of an RNN, then of one that reads 4; tables of 5·3, 6·4 and 6
    assert model(RNN, layers=2, two=True, words=5, outputs=6).parameters == (
        2 * 14 + 2 * (8 + 4 + 2 + 2) + 15 + 24 + 6
    )


# Parts by their keys


def test_a_layer_is_found_by_number_and_direction():
    mt = model(layers=2, two=True).trace(np.ones((2, 1, 3)))
    assert list(mt.traces) == [(0, "forward"), (0, "backward"), (1, "forward"), (1, "backward")]
    assert mt[1] is mt[1, "forward"]
    assert mt[0, "backward"] is mt.traces[0, "backward"]
    g = mt.backward(doutput=np.ones_like(mt.output))
    assert g[1, "backward"].trace is mt[1, "backward"]
    assert g[0] is g.gradients[0, "forward"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (2, "layer: wanted 0 to 1, got 2"),
        (-1, "layer: wanted 0 to 1, got -1"),
        ((0, "backward"), "direction: wanted forward, got 'backward'"),
        ((1, "up"), "direction: wanted forward, got 'up'"),
    ],
)
def test_a_part_that_is_not_there(key, expected):
    mt = model(layers=2).trace(np.ones((2, 1, 3)))
    assert message(mt.__getitem__, key) == expected
    assert message(mt.backward(dlogits=np.ones_like(mt.logits)).__getitem__, key) == expected


def test_a_layer_that_only_reads_backward_is_found_by_its_number():
    params = {"backward": rv.demo(GRU).params}
    mt = rv.Model((rv.Layer(GRU, params),)).trace(np.arange(6.0).reshape(2, 3) / 10)
    assert mt[0].reverse
    np.testing.assert_array_equal(mt.hidden, mt[0]["h"][::-1])
    np.testing.assert_array_equal(mt[0].aligned("x")[:, 0], np.arange(6.0).reshape(2, 3) / 10)


def test_directions_are_in_order_however_they_were_given():
    params = rv.demo(GRU).params
    assert rv.Layer(GRU, {"backward": params, "forward": params}).directions == (
        *("forward", "backward"),
    )


def test_repr_says_what_it_is():
    text = repr(model(RNN, layers=2).trace(np.ones((2, 1, 3))))
    assert text.startswith("ModelTrace(0, forward: Trace(rnn, T=2, B=1, I=3, H=2: x h_prev")
    assert "; 1, forward: Trace(rnn, T=2, B=1, I=2, H=2" in text


# States


@given(case=models(two=(False,)), cut=st.integers(1, 5))
@settings(max_examples=25)
def test_chunks_whose_states_are_carried_equal_one_run(case, cut):
    made, x, _ = case
    whole, states, outputs = made.trace(x), None, []
    for first in range(0, len(x), cut):
        chunk = made.trace(x[first : first + cut], states=states)
        states = chunk.final
        outputs.append(chunk.output)
    np.testing.assert_allclose(np.concatenate(outputs), whole.output, **CLOSE)
    for key, kept in whole.final.items():
        for name, state in kept.items():
            np.testing.assert_allclose(states[key][name], state, **CLOSE)


def test_h0_and_c0_are_in_pytorchs_order():
    """(L·D, B, H): layer by layer, forward before backward."""
    made = model(LSTM, layers=2, two=True)
    h0, c0 = RNG.standard_normal((2, 4, 3, 2))
    mt = made.trace(RNG.standard_normal((5, 3, 3)), h0=h0, c0=c0)
    for row, key in enumerate([(0, "forward"), (0, "backward"), (1, "forward"), (1, "backward")]):
        np.testing.assert_array_equal(mt[key]["h_prev"][0], h0[row])
        np.testing.assert_array_equal(mt[key]["c_prev"][0], c0[row])


def test_states_of_some_layers_may_be_left_out():
    made = model(GRU, layers=2)
    mt = made.trace(np.ones((2, 1, 3)), states={(1, "forward"): {"h_prev": np.ones((1, 2))}})
    assert not mt[0]["h_prev"][0].any()
    np.testing.assert_array_equal(mt[1]["h_prev"][0], [[1.0, 1.0]])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"h0": np.ones((2, 1, 2)), "states": {}},
            "states: wanted either states or h0 and c0, got both",
        ),
        (
            {"states": {(2, "forward"): {}}},
            "states: wanted some of [(0, 'forward'), (1, 'forward')], got (2, 'forward')",
        ),
        ({"h0": np.ones((1, 2))}, "h0: wanted shape (L·D, B, H) with no empty axis, got (1, 2)"),
        (
            {"h0": np.ones((3, 1, 2))},
            "h0: wanted shape (L·D, B, H) = (2, 1, H), got (3, 1, 2)",
        ),
        (
            {"c0": np.ones((2, 2, 2))},
            "c0: wanted shape (L·D, B, H) = (2, 1, H), got (2, 2, 2)",
        ),
        (
            {"h0": np.ones((2, 1, 3))},
            "layer 1, forward: h0: wanted shape (B, H) = (1, 2) or (H,), got (1, 3)",
        ),
        ({"lengths": [4]}, "lengths: wanted 1 to 2 (T), got 4"),
        ({"dtype": "int32"}, "dtype: wanted float64 or float32, got int32"),
    ],
)
def test_what_a_model_cannot_start_from(given, expected):
    assert message(model(LSTM, layers=2).trace, np.ones((2, 1, 3)), **given) == expected


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_c0_for_cells_without_a_cell_state(cell):
    text = message(model(CELLS[cell]).trace, np.ones((2, 1, 3)), c0=np.ones((1, 1, 2)))
    assert text.startswith("c0: wanted none")


def test_the_budget_is_that_of_all_layers():
    made, x = model(GRU, layers=3, two=True), np.ones((10, 2, 3))
    needed = sum(one.nbytes for one in made.trace(x).traces.values())
    assert made.trace(x, budget=needed).hidden.shape == (10, 2, 4)
    text = message(made.trace, x, budget=needed // 2)
    assert text.startswith(f"trace: wanted at most {needed // 2:,} bytes (budget=), got ")


# Parts that do not fit


def test_parts_whose_widths_do_not_go_together():
    rng = np.random.default_rng(0)
    one, other = layer(LSTM, 3, 2, rng, True), layer(LSTM, 5, 2, rng)
    assert message(rv.Model, (one, other)) == (
        "layer 2: wanted 5 inputs (its weight's columns), got 4"
    )
    assert message(rv.Model, (one,), np.ones((7, 2))) == (
        "layer 1: wanted 3 inputs (its weight's columns), got 2"
    )
    assert message(rv.Model, (one,), None, rv.Readout(np.ones((2, 2)))) == (
        "readout: wanted 2 inputs (its weight's columns), got 4"
    )
    assert message(rv.Model, ()) == "layers: wanted at least one, got none"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "direction: wanted forward or backward, got []"),
        ({"up": rv.demo(LSTM).params}, "direction: wanted forward or backward, got ['up']"),
        (
            {"forward": rv.demo(LSTM).params, "backward": rv.demo(LSTM, hidden_size=3).params},
            "layer: wanted both directions of one size, got [(3, 2), (3, 3)]",
        ),
    ],
)
def test_what_is_no_layer(given, expected):
    assert message(rv.Layer, LSTM, given) == expected


def test_a_layer_refuses_weights_of_another_cell():
    params = rv.demo(GRU).params
    assert message(rv.Layer, LSTM, {"forward": params}).startswith("weight_hh: wanted shape")
    one_bias = rv.demo(lstm(1)).params
    assert "convert changes their number" in message(rv.Layer, LSTM, {"forward": one_bias})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            (np.ones(3),),
            "readout weight: wanted shape (O, H) with no empty axis, got (3,)",
        ),
        ((np.ones((3, 2)), np.ones(2)), "readout bias: wanted 3 values, got 2"),
        (
            (np.ones((3, 2)), None, "sigmoid"),
            "readout: wanted one of linear, softmax, log_softmax, got 'sigmoid'",
        ),
    ],
)
def test_what_is_no_readout(given, expected):
    assert message(rv.Readout, *given) == expected


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([[5]], "x: wanted 0 to 4 (the embedding's rows), got 5"),
        ([[0], [-1]], "x: wanted 0 to 4 (the embedding's rows), got -1"),
        (
            [[1.0]],
            "x: wanted whole numbers of shape (T, B) or (T,) for the embedding, "
            "got float64 of shape (1, 1)",
        ),
        (
            np.zeros((0, 1), int),
            "x: wanted whole numbers of shape (T, B) or (T,) for the embedding, "
            "got int64 of shape (0, 1)",
        ),
        (
            [[[1]]],
            "x: wanted whole numbers of shape (T, B) or (T,) for the embedding, "
            "got int64 of shape (1, 1, 1)",
        ),
    ],
)
def test_tokens_that_are_none(x, expected):
    assert message(model(words=5).trace, x) == expected


def test_an_error_in_a_layer_names_it():
    text = message(model(two=True).trace, np.ones((2, 1, 4)))
    assert text == (
        "layer 1, forward: x: wanted 3 inputs a timestep (the columns of weight_ih), got 4"
    )
    assert message(model().trace, np.ones((2, 1, 4))).startswith("x: wanted 3 inputs")


# Backwards


@given(case=models(SMOOTH), activation=st.sampled_from(READOUTS))
@settings(max_examples=12)
def test_gradients_by_central_differences(case, activation):
    """Of x, through all layers and directions, the readout and its activation; padded."""
    made, x, rng = case
    if made.readout is not None:
        made = replace(made, readout=replace(made.readout, activation=activation))
    lengths = rng.integers(1, len(x) + 1, x.shape[1])
    mt = made.trace(x, lengths=lengths)
    doutput = rng.standard_normal(mt.output.shape)
    inside = (np.arange(len(x))[:, None] < lengths)[..., None]

    def loss(at):
        return (inside * doutput * made.trace(at, lengths=lengths).output).sum()

    g = mt.backward(doutput=doutput)
    largest = 1 + np.abs(g.x).max()
    np.testing.assert_allclose(g.x, slope(loss, x), rtol=1e-6, atol=1e-7 * largest)


def test_the_readouts_and_the_embeddings_gradients_by_central_differences():
    made = model(LSTM, layers=2, two=True, words=4, outputs=3, activation="softmax", seed=2)
    tokens = np.array([[0, 1], [2, 0], [0, 0]])  # word 0 four times, word 3 never
    doutput = RNG.standard_normal((3, 2, 3))
    g = made.trace(tokens).backward(doutput=doutput)

    def loss(**parts):
        return (doutput * replace(made, **parts).trace(tokens).output).sum()

    def by_weight(weight):
        return loss(readout=replace(made.readout, weight=weight))

    def by_bias(bias):
        return loss(readout=replace(made.readout, bias=bias))

    tolerance = {"rtol": 1e-6, "atol": 1e-8}
    np.testing.assert_allclose(g.readout_weight, slope(by_weight, made.readout.weight), **tolerance)
    np.testing.assert_allclose(g.readout_bias, slope(by_bias, made.readout.bias), **tolerance)
    found = slope(lambda table: loss(embedding=table), made.embedding)
    np.testing.assert_allclose(g.embedding, found, **tolerance)
    assert not g.embedding[3].any()


def test_final_states_have_gradients_too():
    """What a decoder gives back to its encoder, layer by layer."""
    made = model(LSTM, layers=2, seed=4)
    x = RNG.standard_normal((3, 2, 3))
    mt = made.trace(x)
    final = {
        key: {name: RNG.standard_normal((2, 2)) for name in ("h_prev", "c_prev")}
        for key in mt.traces
    }

    def loss(at):
        ended = made.trace(at).final
        return sum(
            (end * ended[key][n]).sum() for key, ends in final.items() for n, end in ends.items()
        )

    found = mt.backward(final=final).x
    np.testing.assert_allclose(found, slope(loss, x), rtol=1e-6, atol=1e-8)


def test_dlogits_is_what_comes_through_the_activation():
    mt = model(outputs=3, activation="log_softmax").trace(RNG.standard_normal((4, 2, 3)))
    doutput = RNG.standard_normal((4, 2, 3))
    whole = mt.backward(doutput=doutput)
    again = mt.backward(dlogits=whole.logits)
    np.testing.assert_array_equal(again.x, whole.x)
    np.testing.assert_allclose(whole.logits.sum(axis=-1), 0, atol=1e-12)


def test_gradients_of_states_are_by_layer_and_direction():
    mt = model(LSTM, layers=2, two=True).trace(np.ones((2, 1, 3)))
    g = mt.backward(doutput=np.ones((2, 1, 4)))
    assert list(g.states) == list(mt.traces)
    np.testing.assert_array_equal(g.states[1, "backward"]["c_prev"], g[1, "backward"].c0)
    assert g.readout_weight is g.readout_bias is g.embedding is None


def test_padding_gets_no_gradient_and_gives_none():
    mt = model(GRU, two=True, outputs=3).trace(RNG.standard_normal((4, 2, 3)), lengths=[4, 2])
    dlogits = np.ones((4, 2, 3))
    g = mt.backward(dlogits=dlogits)
    assert not g.x[2:, 1].any()
    dlogits[2:, 1] = 1e6
    np.testing.assert_array_equal(mt.backward(dlogits=dlogits).readout_weight, g.readout_weight)
    np.testing.assert_array_equal(mt.lengths, [4, 2])


def test_a_truncated_walk_cuts_every_layer_at_the_same_timesteps():
    made, x = model(GRU, layers=2), RNG.standard_normal((4, 1, 3))
    mt, doutput = made.trace(x), RNG.standard_normal((4, 1, 2))
    g = mt.backward(doutput=doutput, truncate=2)
    first = made.trace(x[:2])
    second = made.trace(x[2:], states=first.final)
    parts = [first.backward(doutput=doutput[:2]), second.backward(doutput=doutput[2:])]
    np.testing.assert_allclose(g.x, np.concatenate([part.x for part in parts]), **CLOSE)
    total = sum(part[0].params.weight_hh for part in parts)
    np.testing.assert_allclose(g[0].params.weight_hh, total, **CLOSE)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "backward: wanted dlogits, doutput or final, got none"),
        (
            {"dlogits": np.ones((2, 1, 5)), "doutput": np.ones((2, 1, 5))},
            "backward: wanted either dlogits or doutput, got both",
        ),
        (
            {"dlogits": np.ones((2, 1, 4))},
            "dlogits: wanted shape (T, B, O) = (2, 1, 5), got (2, 1, 4)",
        ),
        (
            {"doutput": np.ones((2, 5))},
            "doutput: wanted shape (T, B, O) = (2, 1, 5) with no empty axis, got (2, 5)",
        ),
        (
            {"final": {(1, "forward"): {}}},
            "final: wanted some of [(0, 'forward')], got (1, 'forward')",
        ),
        (
            {"dlogits": np.ones((2, 1, 5)), "truncate": 0},
            "truncate: wanted at least 1 timestep, got 0",
        ),
    ],
)
def test_what_is_no_gradient_of_a_model(given, expected):
    assert message(model(outputs=5).trace(np.ones((2, 1, 3))).backward, **given) == expected


def test_a_model_that_reads_backward_cannot_be_truncated():
    mt = model(two=True).trace(np.ones((2, 1, 3)))
    assert message(mt.backward, dlogits=np.ones((2, 1, 4)), truncate=1) == (
        "truncate: wanted a model that only reads forward, got a backward layer"
    )


def test_the_backward_layer_reads_each_sample_from_its_own_end():
    made, x = model(RNN, two=True), RNG.standard_normal((5, 2, 3))
    mt = made.trace(x, lengths=[5, 2])
    read = flipped(x, np.array([5, 2]))
    np.testing.assert_array_equal(mt[0, "backward"]["x"][:2, 1], read[:2, 1])
    np.testing.assert_array_equal(mt.hidden[0, 1, 2:], mt.final[0, "backward"]["h_prev"][1])


@pytest.mark.parametrize("where", ["states", "final"])
def test_a_state_that_the_model_does_not_have_is_named(where):
    layer = rv.Layer(rv.CELLS["gru"], {"forward": rv.demo(rv.CELLS["gru"]).params})
    model = rv.Model((layer,))
    x = np.ones((2, 1, 3))

    def give(value):
        if where == "states":
            return model.trace(x, states=value)
        return model.trace(x).backward(final=value)

    with pytest.raises(rv.RnnvizError, match=rf"{where}: wanted h_prev for .*, got 'c_prev'"):
        give({(0, "forward"): {"c_prev": np.ones((1, 2))}})
    with pytest.raises(rv.RnnvizError, match=rf"{where}: wanted some of .*, got \(1, 'forward'\)"):
        give({(1, "forward"): {"h_prev": np.ones((1, 2))}})


def test_some_values_are_kept_of_each_layer_and_h_always():
    made, x = model(GRU, layers=2), np.ones((4, 1, 3))
    whole, some = made.trace(x), made.trace(x, keep=["z"])
    assert some[0].names == some[1].names == ("z", "h")
    np.testing.assert_allclose(some[1]["z"], whole[1]["z"], rtol=1e-12)
    np.testing.assert_allclose(some.output, whole.output, rtol=1e-12)
    assert message(made.trace, x, keep=["f"]).startswith("keep: wanted a list of ")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: rv.Layer("gru", {}), "cell: wanted a cell such as rnnviz.CELLS['gru'], got 'gru'"),
        (lambda: rv.Layer(GRU, None), "params: wanted a dict from direction to rnnviz.Params, got"),
        (lambda: rv.Model(model(GRU).layers[0]), "layers: wanted a sequence of layers, got a"),
        (lambda: rv.trace("gru", [[1.0]], {}), "params: wanted rnnviz.Params (rnnviz.load reads"),
        (lambda: rv.trace("gru", budget="1 GB"), "budget: wanted a number of bytes above 0, got"),
        (lambda: rv.trace("gru", budget=-1), "budget: wanted a number of bytes above 0, got -1"),
        (lambda: model(GRU).generate([[1.0] * 3], 2, "x"), "feed: wanted a function from an"),
    ],
)
def test_other_kinds_of_things_are_named(make, expected):
    assert message(make).startswith(expected)
