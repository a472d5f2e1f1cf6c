"""Small random models, for the tests of whole models, and derivatives by central differences."""

import numpy as np

import rnnviz as rv
from rnnviz.cells import LSTM
from runs import weights


def layer(cell, inputs, hidden, rng, two=False):
    """One layer with random weights, reading in both directions or only forward."""
    ways = ("forward", "backward")[: 1 + two]
    return rv.Layer(cell, {way: weights(cell, inputs, hidden, rng, 0.7) for way in ways})


def model(
    cell=LSTM, inputs=3, hidden=2, layers=1, two=False, words=0, outputs=0, seed=0, **readout
):
    """A model; with ``words`` it has an embedding, with ``outputs`` a readout."""
    rng = np.random.default_rng(seed)
    widths = [inputs, *[hidden * (1 + two)] * (layers - 1)]
    return rv.Model(
        tuple(layer(cell, width, hidden, rng, two) for width in widths),
        rng.standard_normal((words, inputs)) if words else None,
        rv.Readout(
            rng.standard_normal((outputs, hidden * (1 + two))),
            rng.standard_normal(outputs),
            **readout,
        )
        if outputs
        else None,
    )


def slope(function, at, nudge=1e-5):
    """dL/d of each number by central differences, right to about 1e-9 of the largest."""
    at, found = np.array(at, dtype=float), np.empty(np.shape(at))
    for index in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[index] += nudge
        down[index] -= nudge
        found[index] = (function(up) - function(down)) / (2 * nudge)
    return found
