"""The alphabet in a batch of four columns, run chunk by chunk, with its gradients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array
from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.gradients import Gradients
from rnnviz.losses import cross_entropy
from rnnviz.model import Layer, Model, Readout
from rnnviz.params import Params
from rnnviz.tracing import Trace

LETTERS = "abcdefghijklmnopqrstuvwx"
BATCH, PERIOD, UNITS = 4, 3, 2
ROWS = len(LETTERS) // BATCH
STEPS = ROWS - 1  # the last row of letters is only a target
SEED = 18


@dataclass(frozen=True, eq=False)
class Batched:
    """Two chunks of a batch: inputs and targets (T, B), values, losses and gradients.

    ``h`` (T, B, H) is that of the chunks, one after the other, ``carried`` (B, H) what the second
    started from, ``losses`` (T,) are sums over the batch. ``back`` (B, H) is dL/d of ``carried``,
    ``through`` and ``cut`` (B, H) what the second chunk's losses add to dL/dh at the end of the
    first, without the cut and with it; ``weight`` and ``weight_cut`` are both ways' dL/dW_hh.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    h: Array
    carried: Array
    losses: Array
    back: Array
    through: Array
    cut: Array
    weight: Array
    weight_cut: Array


def letter_model(cell: Cell, params: Params) -> Model:
    """Return an RNN between an embedding and a readout of 24 letters, both seeded."""
    if params.hidden_size < UNITS:
        raise RnnvizError(f"batching: wanted at least {UNITS} hidden units, got 1")
    rng = np.random.default_rng(SEED)
    table = rng.normal(size=(len(LETTERS), params.input_size)).round(1)
    readout = Readout(rng.normal(size=(len(LETTERS), params.hidden_size)).round(1))
    return Model((Layer(cell, {"forward": params}),), table, readout)


def columns() -> NDArray[np.int64]:
    """Return the letters, 0 to 23, folded into columns, (rows, B): time runs down."""
    return np.arange(len(LETTERS)).reshape(BATCH, ROWS).T


def batched(trace: Trace) -> Batched:
    """Run both chunks, the second from the first's last h, and both ways of going back."""
    model, rows = letter_model(trace.cell, trace.params), columns()
    inputs, targets = rows[:-1], rows[1:]
    first = model.trace(inputs[:PERIOD])
    second = model.trace(inputs[PERIOD:], states=first.final)
    after = cross_entropy(second.logits, targets[PERIOD:], reduction="sum")
    before = cross_entropy(first.logits, targets[:PERIOD], reduction="sum")
    whole = model.trace(inputs)
    loss = cross_entropy(whole.logits, targets, reduction="sum")
    chain = whole.backward(dlogits=loss.grad)[0]
    cut = whole.backward(dlogits=loss.grad, truncate=PERIOD)[0]
    return Batched(
        inputs=inputs,
        targets=targets,
        h=np.concatenate((first.hidden, second.hidden)),
        carried=second[0].states["h_prev"],
        losses=np.concatenate((before.each, after.each)).sum(axis=1),
        back=second.backward(dlogits=after.grad)[0].h0,
        through=_later(chain),
        cut=_later(cut),
        weight=chain.params.weight_hh,
        weight_cut=cut.params.weight_hh,
    )


def _later(gradients: Gradients) -> Array:
    """Return what the second chunk's losses add to dL/dh at the end of the first, (B, H)."""
    return np.asarray(gradients.by_loss("h")[PERIOD:, PERIOD - 1].sum(axis=0))
