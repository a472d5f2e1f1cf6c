"""Two inputs in both orders through one network, with its recurrent weights and without them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.model import Layer, Model, Readout
from rnnviz.params import demo as drawn
from rnnviz.tracing import Trace, trace

SIZE = 2  # inputs and hidden units
SEED = 514  # the order shows in y, and no unit is saturated
NAMES = ("a", "b")
ORDERS = ((0, 1), (1, 0))


@dataclass(frozen=True, eq=False)
class Step:
    """One input in its place: x (2,), h (2,), y."""

    x: Array
    h: Array
    y: float


Run = tuple[Step, Step]


def demo() -> Trace:
    """Return the trace of a and b, in this order, with seeded weights and one bias."""
    cell = cell_named("rnn", "guide")
    made = drawn(cell, 2, SIZE, SIZE, SEED)
    return trace(cell, made.x, made.params)


def network(given: Trace) -> Model:
    """Return the network with a trace's weights and a readout; RnnvizError for other sizes."""
    sizes = given.sizes
    if (sizes["I"], sizes["H"]) != (SIZE, SIZE) or sizes["T"] < len(NAMES):
        raise RnnvizError(
            f"feedforward: wanted {len(NAMES)} timesteps, {SIZE} inputs and {SIZE} hidden units, "
            f"got {sizes['T']}, {sizes['I']} and {sizes['H']}"
        )
    readout = Readout(np.array([[0.9, -0.8]]), np.array([0.1]))
    return Model((Layer(given.cell, {"forward": given.params}),), readout=readout)


def runs(given: Trace) -> tuple[tuple[Run, Run], tuple[Run, Run]]:
    """Return the runs over a, b and over b, a: of the vanilla network, then of the recurrent one.

    The vanilla network is the same one over each input by itself: h before it is 0, so that the
    recurrent weights have nothing to multiply.
    """
    model, inputs = network(given), given["x"][: len(NAMES), 0]

    def steps(x: Array) -> list[Step]:
        made = model.trace(x)
        return [
            Step(one, h, float(y))
            for one, h, y in zip(x, made.hidden[:, 0], made.output[:, 0, 0], strict=True)
        ]

    def pair(found: Sequence[Step]) -> Run:
        first, second = found
        return first, second

    vanilla, recurrent = (
        [pair([step for k in order for step in steps(inputs[[k]])]) for order in ORDERS],
        [pair(steps(inputs[[*order]])) for order in ORDERS],
    )
    return (vanilla[0], vanilla[1]), (recurrent[0], recurrent[1])


def of_b(pair: tuple[Run, Run]) -> tuple[float, float]:
    """Return y for b where it comes after a, and where it comes first."""
    return pair[0][1].y, pair[1][0].y
