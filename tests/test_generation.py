"""Models that run on what they wrote, and an encoder with a decoder."""

import numpy as np
import pytest

import rnnviz as rv
from models import model, slope
from rnnviz.cells import CELLS, GRU, LSTM
from runs import message

RNG = np.random.default_rng(5)
CLOSE = {"rtol": 1e-12, "atol": 1e-13}
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def by_hand(made, x, steps, feed, states=None):
    """A loop over single timesteps: outputs of all of them, and what was read."""
    chunk = made.trace(x, states=states)
    outputs, read = [chunk.output], [np.asarray(x)]
    for _ in range(steps):
        read.append(feed(chunk.output[-1])[None])
        chunk = made.trace(read[-1], states=chunk.final)
        outputs.append(chunk.output)
    return np.concatenate(outputs), np.concatenate(read)


# Feeding outputs back


@every_cell
def test_outputs_are_fed_back_as_they_are(cell):
    made, x = model(cell, layers=2, outputs=3), RNG.standard_normal((2, 2, 3))
    mt = made.generate(x, 4)
    outputs, read = by_hand(made, x, 4, lambda output: output)
    np.testing.assert_allclose(mt.output, outputs, **CLOSE)
    np.testing.assert_allclose(mt.x, read, **CLOSE)
    np.testing.assert_allclose(mt.x[2:], mt.output[1:-1], **CLOSE)
    assert len(mt.output) == 6  # two that were read, and four more


def test_hidden_states_are_fed_back_where_there_is_no_readout():
    made = model(GRU, inputs=2, hidden=2)
    mt = made.generate(RNG.standard_normal((1, 1, 2)), 3)
    np.testing.assert_allclose(mt.x[1:], mt.hidden[:-1], **CLOSE)


def test_an_embedding_is_fed_the_most_likely_token():
    made = model(LSTM, words=5, outputs=5, activation="softmax", seed=3)
    mt = made.generate([[1, 4], [2, 0]], 6)
    np.testing.assert_array_equal(mt.tokens[2:], mt.output[1:-1].argmax(axis=-1))
    _, read = by_hand(made, [[1, 4], [2, 0]], 6, rv.most_likely)
    np.testing.assert_array_equal(mt.tokens, read)
    assert len(np.unique(mt.tokens[2:])) > 1


def test_a_one_hot_of_the_output_is_fed_back():
    made = model(LSTM, outputs=3, seed=1)
    mt = made.generate(np.eye(3)[[[0]]], 5, feed=rv.one_hot)
    np.testing.assert_array_equal(mt.x[1:], np.eye(3)[mt.output[:-1].argmax(axis=-1)])


def test_a_function_of_ones_own_makes_inputs_of_another_width():
    made, seen = model(GRU, inputs=2, outputs=4), []

    def two_largest(output):
        seen.append(output.shape)
        return np.sort(output)[:, -2:]

    mt = made.generate(RNG.standard_normal((3, 2, 2)), 2, feed=two_largest)
    np.testing.assert_allclose(mt.x[3:], np.sort(mt.output[2:-1])[..., -2:], **CLOSE)
    assert seen == [(2, 4), (2, 4)]


def test_a_run_goes_on_from_given_states():
    made, x = model(LSTM, outputs=3), RNG.standard_normal((2, 1, 3))
    states = made.trace(RNG.standard_normal((4, 1, 3))).final
    mt = made.generate(x, 2, states=states)
    np.testing.assert_allclose(
        mt.output, by_hand(made, x, 2, lambda output: output, states)[0], **CLOSE
    )
    np.testing.assert_array_equal(mt[0]["c_prev"][0], states[0, "forward"]["c_prev"])


def test_what_was_generated_is_one_trace_with_gradients():
    mt = model(LSTM, outputs=3).generate(RNG.standard_normal((2, 1, 3)), 3)
    assert mt[0].sizes["T"] == 5
    g = mt.backward(doutput=np.ones_like(mt.output))
    again = mt.model.trace(mt.x).backward(doutput=np.ones_like(mt.output))
    np.testing.assert_array_equal(g.x, again.x)  # what was fed back counts as given


def test_the_most_likely_and_the_one_hot_of_outputs():
    output = np.array([[0.1, 0.7, 0.2], [3.0, -1.0, 2.0]])
    assert rv.most_likely(output).tolist() == [1, 0]
    assert rv.one_hot(output).tolist() == [[0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("made", "steps", "expected"),
    [
        (
            model(two=True),
            2,
            "generate: wanted a model that only reads forward, got a backward layer",
        ),
        (model(outputs=3), 0, "steps: wanted at least 1, got 0"),
        (model(outputs=3), -2, "steps: wanted at least 1, got -2"),
        (
            model(outputs=4),
            1,
            "feed: wanted a function from an output (B, 4) to an input (B, 3), "
            "since they differ, got none",
        ),
        (
            model(hidden=2),
            1,
            "feed: wanted a function from an output (B, 2) to an input (B, 3), "
            "since they differ, got none",
        ),
    ],
)
def test_what_cannot_be_generated(made, steps, expected):
    assert message(made.generate, np.ones((2, 1, 3)), steps) == expected


def test_a_feed_that_makes_inputs_of_another_width_is_refused():
    text = message(
        model(outputs=3).generate, np.ones((2, 1, 3)), 1, feed=lambda output: output[:, :2]
    )
    assert text == "x: wanted 3 inputs a timestep (the columns of weight_ih), got 2"


def test_a_token_that_the_embedding_does_not_have_is_refused():
    made = model(words=4, outputs=6)
    text = message(made.generate, [[1]], 1, feed=lambda output: np.array([5]))
    assert text == "x: wanted 0 to 3 (the embedding's rows), got 5"


# An encoder and a decoder


def pair(cell=LSTM, layers=2):
    encoder = model(cell, layers=layers, seed=7)
    return rv.EncoderDecoder(encoder, model(cell, inputs=4, layers=layers, outputs=4, seed=8))


@every_cell
def test_the_decoder_starts_from_the_encoders_final_states(cell):
    both, x = pair(cell), RNG.standard_normal((5, 2, 3))
    made = both.trace(x, np.zeros((2, 4)), steps=3)
    for key, states in both.encoder.trace(x).final.items():
        for name, state in states.items():
            np.testing.assert_array_equal(made.decoder[key][name][0], state)


def test_with_teacher_forcing_it_reads_what_it_should_have_written():
    both, x = pair(), RNG.standard_normal((5, 2, 3))
    start, targets = np.ones((2, 4)), RNG.standard_normal((3, 2, 4))
    made = both.trace(x, start, targets=targets)
    np.testing.assert_array_equal(made.decoder.x, [start, targets[0], targets[1]])
    alone = both.decoder.trace(made.decoder.x, states=made.encoder.final)
    np.testing.assert_array_equal(made.decoder.output, alone.output)


@pytest.mark.parametrize("steps", [1, 4])
def test_without_it_reads_what_it_wrote(steps):
    both, x = pair(), RNG.standard_normal((5, 2, 3))
    start = np.ones((2, 4))
    made = both.trace(x, start, steps=steps)
    assert made.decoder.output.shape == (steps, 2, 4)
    np.testing.assert_array_equal(made.decoder.x[0], start)
    np.testing.assert_allclose(made.decoder.x[1:], made.decoder.output[:-1], **CLOSE)


def test_samples_are_encoded_up_to_their_ends():
    both, x = pair(), RNG.standard_normal((5, 2, 3))
    made = both.trace(x, np.zeros((2, 4)), steps=2, lengths=[5, 3])
    alone = both.trace(x[:3, 1:], np.zeros((1, 4)), steps=2)
    np.testing.assert_allclose(made.decoder.output[:, 1], alone.decoder.output[:, 0], **CLOSE)


def test_words_are_translated_to_words():
    encoder = model(GRU, words=6, seed=1)
    both = rv.EncoderDecoder(encoder, model(GRU, words=4, outputs=4, seed=2))
    made = both.trace([[1, 5], [0, 2]], [0, 0], steps=3)
    np.testing.assert_array_equal(made.decoder.tokens[0], [0, 0])
    np.testing.assert_array_equal(made.decoder.tokens[1:], made.decoder.output[:-1].argmax(axis=-1))
    taught = both.trace([[1, 5], [0, 2]], [0, 0], targets=[[3, 1], [2, 2]])
    assert taught.decoder.tokens.tolist() == [[0, 0], [3, 1]]
    loss = rv.cross_entropy(taught.decoder.output, [[3, 1], [2, 2]])
    g = taught.backward(dlogits=loss.grad)
    assert g.encoder.embedding.shape == (6, 3)
    assert g.encoder.embedding[[1, 5, 0, 2]].any(axis=1).all()


@every_cell
def test_the_gradient_reaches_the_encoder_by_central_differences(cell):
    both, x = pair(cell), RNG.standard_normal((3, 2, 3))
    start, targets = RNG.standard_normal((2, 4)), RNG.standard_normal((2, 2, 4))
    doutput = RNG.standard_normal((2, 2, 4))

    def loss(at):
        return (doutput * both.trace(at, start, targets=targets).decoder.output).sum()

    g = both.trace(x, start, targets=targets).backward(doutput=doutput)
    np.testing.assert_allclose(g.encoder.x, slope(loss, x), rtol=1e-6, atol=1e-8)
    assert g.encoder.x.any()


def test_a_truncated_walk_cuts_in_both():
    both, x = pair(), RNG.standard_normal((4, 1, 3))
    made = both.trace(x, np.zeros((1, 4)), steps=4)
    g = made.backward(doutput=np.ones((4, 1, 4)), truncate=2)
    assert g.decoder[0].truncate == g.encoder[0].truncate == 2
    assert not g.encoder[0].paths("c")["fc"][1].any()


@pytest.mark.parametrize(
    ("decoder", "expected"),
    [
        (
            model(LSTM, layers=1),
            "decoder: wanted layers with the encoder's states (2 × 2 (forward), 2 × 2 (forward)), "
            "got 2 × 2 (forward)",
        ),
        (
            model(GRU, layers=2),
            "decoder: wanted layers with the encoder's states (2 × 2 (forward), 2 × 2 (forward)), "
            "got 1 × 2 (forward), 1 × 2 (forward)",
        ),
        (
            model(LSTM, hidden=3, layers=2),
            "decoder: wanted layers with the encoder's states (2 × 2 (forward), 2 × 2 (forward)), "
            "got 2 × 3 (forward), 2 × 3 (forward)",
        ),
    ],
)
def test_a_decoder_whose_states_are_not_the_encoders(decoder, expected):
    assert message(rv.EncoderDecoder, model(LSTM, layers=2), decoder) == expected


def test_a_decoder_reads_forward():
    text = message(rv.EncoderDecoder, model(two=True), model(two=True))
    assert text == "decoder: wanted a model that only reads forward, got a backward one"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "decoder: wanted either steps or targets, got none"),
        (
            {"steps": 2, "targets": np.ones((2, 1, 4))},
            "decoder: wanted either steps or targets, got both",
        ),
        ({"steps": 0}, "steps: wanted at least 1, got 0"),
        (
            {"targets": np.ones((2, 1, 5))},
            "targets: wanted timesteps of shape (1, 4) like start, got shape (2, 1, 5)",
        ),
        (
            {"targets": np.ones((0, 1, 4))},
            "targets: wanted timesteps of shape (1, 4) like start, got shape (0, 1, 4)",
        ),
        ({"steps": 1, "lengths": [9]}, "lengths: wanted 1 to 2 (T), got 9"),
    ],
)
def test_what_a_decoder_cannot_start_from(given, expected):
    assert message(pair().trace, np.ones((2, 1, 3)), np.zeros((1, 4)), **given) == expected


def test_more_steps_than_memory_are_refused_before_the_first():
    layer = rv.Layer(rv.CELLS["gru"], {"forward": rv.demo(rv.CELLS["gru"], input_size=2).params})
    with pytest.raises(rv.RnnvizError, match=r"trace: wanted at most 4,294,967,296 bytes"):
        rv.Model((layer,)).generate(np.ones((1, 2)), 10**9)
