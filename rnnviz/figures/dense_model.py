"""The character model of the figure ``dense``: embedding, two dense layers, readout; seeded."""

import numpy as np

from rnnviz.arrays import Array
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.model import Layer, Model, Readout
from rnnviz.model_trace import ModelTrace
from rnnviz.params import Params
from rnnviz.tracing import Trace

LETTERS = "amps"  # none of them is the name of a value
WORD = "map"
WIDTH, UNITS = 3, 3  # of the embedding and of the hidden state
SEED = 2015  # some neuron is cut off by relu at each letter, and no unit of h is saturated


def model() -> Model:
    """Return the model: embedding (4, 3), one cell with I = H = 3, log-softmax of 4 scores."""
    rng = np.random.default_rng(SEED)

    def drawn(limit: int, *shape: int) -> Array:
        tenths = rng.integers(-limit, limit, size=shape)
        return np.asarray(np.where(tenths < 0, tenths, tenths + 1) / 10)  # without zero

    table = drawn(9, len(LETTERS), WIDTH)
    weights = drawn(12, UNITS, WIDTH), drawn(12, UNITS, UNITS)
    params = Params(*weights, drawn(4, UNITS), drawn(4, UNITS))
    readout = Readout(drawn(15, len(LETTERS), UNITS), drawn(4, len(LETTERS)), "log_softmax")
    return Model((Layer(cell_named("rnn", "unmasking"), {"forward": params}),), table, readout)


def tokens() -> list[int]:
    """Return the rows of the embedding that the word's letters look up."""
    return [LETTERS.index(letter) for letter in WORD]


def demo() -> Trace:
    """Return the trace of the model's cell over the word, from a hidden state of zeros."""
    return model().trace(tokens())[0]


def run(trace: Trace) -> ModelTrace:
    """Return the model over the word with a trace's weights; RnnvizError for another cell."""
    made, params = model(), trace.params
    if dict(trace.cell.choices).get("form") != "dense" or trace.cell.biases != 2:
        raise RnnvizError(f"dense: wanted an RNN of two dense layers, got {trace.cell.convention}")
    if (params.input_size, params.hidden_size) != (WIDTH, UNITS):
        raise RnnvizError(
            f"dense: wanted {WIDTH} inputs and {UNITS} hidden units, "
            f"got {params.input_size} and {params.hidden_size}"
        )
    cell = Layer(trace.cell, {"forward": params})
    return Model((cell,), made.embedding, made.readout).trace(tokens())
