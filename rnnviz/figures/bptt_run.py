"""A sequence's loss and its gradient, split by path, by loss and by timestep."""

from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.gradients import OUTSIDE
from rnnviz.losses import squared_error
from rnnviz.model import Layer, Model, Readout
from rnnviz.params import Params
from rnnviz.tracing import Trace

STEPS, UNITS, INPUTS = 3, 2, 2  # that there is room for
WEIGHTS, BIAS = (0.8, -0.6), 0.1  # of the readout
TARGETS = (0.5, -0.5, 0.5)


@dataclass(frozen=True, eq=False)
class Unrolled:
    """The first timesteps of one sample, forwards and backwards: T of ``whole``, all H units.

    ``own`` and ``later`` (T, H) add up to ``dh``: what comes from the loss at t, and through the
    next timestep. ``by_loss`` (S, T, H) adds up to it over S. ``da`` (T, H) is that of the
    activation's argument, ``source`` (T, H) what W_hh multiplies there, and ``terms`` (T, H, H)
    their outer products, which add up to ``weight``. ``units`` are those that are shown, from 0.
    """

    cell: Cell
    params: Params
    readout: Readout
    whole: int
    units: tuple[int, ...]
    x: Array
    h0: Array
    h: Array
    made: Array
    wanted: Array
    losses: Array
    loss: float
    dy: Array
    dh: Array
    own: Array
    later: Array
    by_loss: Array
    da: Array
    source: Array
    terms: Array
    weight: Array

    @property
    def steps(self) -> int:
        """T, the timesteps that are run and shown."""
        return len(self.h)

    @property
    def reach(self) -> Array:
        """How long the share of the last loss in dL/dh_t is, over all units, (T,)."""
        return np.asarray(np.linalg.norm(self.by_loss[-1], axis=-1))

    @property
    def is_dense(self) -> bool:
        """Whether W_hh multiplies a sum with h_{t-1} in it, and not h_{t-1} itself."""
        return dict(self.cell.choices).get("form") == "dense"


def unrolled(trace: Trace) -> Unrolled:
    """Run the first timesteps of a trace's first sample under a loss at each; RnnvizError if one.

    The readout and the targets are constructed.
    """
    length = trace.length()
    if length < 2:
        raise RnnvizError(f"bptt: wanted at least 2 timesteps, got {length}")
    steps, hidden = min(STEPS, length), trace.sizes["H"]
    weights = np.resize(WEIGHTS, (1, hidden)) * min(1.0, (UNITS / hidden) ** 0.5)
    readout = Readout(weights, np.array([BIAS]))
    model = Model((Layer(trace.cell, {"forward": trace.params}),), None, readout)
    start = trace.states["h_prev"][0]
    run = model.trace(trace["x"][:steps, 0], h0=start[None, None])
    wanted = np.resize(TARGETS, (steps, 1, 1))
    loss = squared_error(run.output, wanted, reduction="sum")
    gradients = run.backward(dlogits=loss.grad)
    inside, forward = gradients[0], run[0]
    paths = {name: part[:, 0] for name, part in inside.paths("h").items()}
    product = next(step for step in trace.cell.steps if step.args[0] == "W_hh")
    da, source = inside[product.name][:, 0], forward[product.args[1]][:, 0]
    return Unrolled(
        cell=trace.cell,
        params=trace.params,
        readout=readout,
        whole=length,
        units=tuple(trace.shown("h"))[:UNITS],
        x=forward["x"][:, 0],
        h0=start,
        h=forward["h"][:, 0],
        made=run.output[:, 0, 0],
        wanted=wanted[:, 0, 0],
        losses=loss.each[:, 0],
        loss=loss.value,
        dy=gradients.logits[:, 0, 0],
        dh=inside["h"][:, 0],
        own=paths.pop(OUTSIDE),
        later=np.sum([*paths.values()], axis=0),
        by_loss=inside.by_loss("h")[:, :, 0],
        da=da,
        source=source,
        terms=da[:, :, None] * source[:, None, :],
        weight=inside.params.weight_hh,
    )
