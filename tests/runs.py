"""Random runs of any cell, and the plainest evaluation of one, for the tests of the core."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.cells import Cell
from rnnviz.ops import OPS
from variants import VARIANTS

EVERY = tuple(VARIANTS.values())
STEP = 1e-30  # of a complex step: its square is nothing beside 1, so the derivative is exact


@dataclass(frozen=True)
class Run:
    """A cell with weights, x, initial states by name, and dL/d of h and of the final states."""

    cell: Cell
    params: rv.Params
    x: np.ndarray
    states: dict
    dh: np.ndarray
    ends: dict

    def trace(self, **given):
        h0, c0 = self.states["h_prev"], self.states.get("c_prev")
        return rv.trace(self.cell, self.x, self.params, h0=h0, c0=c0, **given)

    def backward(self, tr=None, **given):
        """The gradients with everything from outside, unless told otherwise."""
        all_given = {
            "dh": self.dh,
            "dh_T": self.ends["h_prev"],
            "dc_T": self.ends.get("c_prev"),
            **given,
        }
        return (tr or self.trace()).backward(**all_given)

    def loss(self, h, states):
        """The loss whose gradient is asked for: what is given from outside times the values."""
        return (self.dh * h).sum() + sum((self.ends[key] * states[key]).sum() for key in self.ends)

    def samples(self, chosen, steps=None):
        """The run of some samples alone, an index or a slice of the batch, and their start."""
        rows = slice(chosen, chosen + 1) if isinstance(chosen, int) else chosen
        return replace(
            self,
            x=self.x[:steps, rows],
            states={key: state[rows] for key, state in self.states.items()},
            dh=self.dh[:steps, rows],
            ends={key: end[rows] for key, end in self.ends.items()},
        )


def weights(cell, inputs, hidden, rng, scale=1.0):
    """Random weights of a cell: all biases and peepholes that it has."""
    rows = len(cell.gates) * hidden

    def normal(*shape):
        return scale * rng.standard_normal(shape)

    biases = [normal(rows) for _ in range(cell.biases)]
    peepholes = {"peepholes": normal(3 * hidden)} if cell.peepholes else {}
    return rv.Params(normal(rows, inputs), normal(rows, hidden), *biases, **peepholes)


def drawn(cell, steps=4, batch=2, inputs=3, hidden=2, seed=0, scale=1.0):
    """A run with random numbers everywhere."""
    rng = np.random.default_rng(seed)
    params = weights(cell, inputs, hidden, rng, scale)
    x = scale * rng.standard_normal((steps, batch, inputs))
    states = {name: rng.standard_normal((batch, hidden)) for name in cell.states}
    dh = rng.standard_normal((steps, batch, hidden))
    ends = {name: rng.standard_normal((batch, hidden)) for name in cell.states}
    return Run(cell, params, x, states, dh, ends)


def runs(cells=EVERY, steps=5, batch=3, size=4, scales=(0.3, 1.0, 3.0)):
    """Runs of any variant with sizes from 1."""
    return st.builds(
        drawn,
        cell=st.sampled_from(cells),
        steps=st.integers(1, steps),
        batch=st.integers(1, batch),
        inputs=st.integers(1, size),
        hidden=st.integers(1, size),
        seed=st.integers(0, 2**32),
        scale=st.sampled_from(scales),
    )


@st.composite
def padded(draw, **limits):
    """A run and the lengths of its samples."""
    run = draw(runs(**limits))
    steps, batch = run.x.shape[:2]
    lengths = st.lists(st.integers(1, steps), min_size=batch, max_size=batch)
    return run, np.array(draw(lengths))


def interpreted(cell, blocks, x, states, read=lambda t, reader, name, value: value):
    """Every value of a cell, and the final states: its steps one after the other, nothing else.

    ``read`` may change what the step ``reader`` reads of a value.
    """
    made, now = [], dict(states)
    for t, x_t in enumerate(x):
        values = {**blocks, "x": x_t, **now}
        for step in cell.steps:
            args = [read(t, step.name, name, values[name]) for name in step.args]
            values[step.name] = OPS[step.op].forward(*args)
        now = {old: values[new] for old, new in zip(cell.states, cell.next_state, strict=True)}
        made.append(values)
    return {name: np.stack([values[name] for values in made]) for name in cell.names}, now


def assert_close(given, rtol):
    """Assert for each name that both of its arrays agree.

    A sum whose terms nearly cancel has no relative precision of its own: it is as precise as its
    terms, which are about as large as the largest number here. Hence an absolute tolerance of
    1e-13 of that, some hundred times the rounding of one operation.
    """
    largest = max(np.abs(theirs).max() for _, theirs in given.values())
    for name, (ours, theirs) in given.items():
        assert ours.shape == theirs.shape, name
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-13 * largest, err_msg=name)


def message(call, *args, **kwargs):
    """The one line with which a call is refused."""
    with pytest.raises(rv.RnnvizError) as caught:
        call(*args, **kwargs)
    text = str(caught.value)
    assert "\n" not in text
    return text
