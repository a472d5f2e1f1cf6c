"""Every variant of the cells that there is, for tests that must hold for all of them."""

from functools import cache

import rnnviz as rv
from rnnviz.cells import Cell, gru, lstm, rnn


def _named(cell: Cell) -> str:
    """``gru-after-keep-2``: the cell and its choices."""
    return "-".join([cell.name, *(str(choice) for _, choice in cell.choices)])


_CELLS = (
    *(rnn(activation, biases) for activation in ("tanh", "relu") for biases in (0, 1, 2)),
    *(rnn(activation, biases, "dense") for activation in ("tanh", "relu") for biases in (0, 2)),
    *(lstm(biases, peepholes) for biases in (0, 1, 2) for peepholes in (False, True)),
    *(
        gru(reset, update, biases)
        for reset in ("after", "before")
        for update in ("keep", "replace")
        for biases in (0, 1, 2)
    ),
)
VARIANTS: dict[str, Cell] = {_named(cell): cell for cell in _CELLS}
FEW = (  # one of each kind of wiring, where every variant at every size would take too long
    "rnn-tanh-2-sum",
    "rnn-tanh-2-dense",
    "lstm-2-False",
    "lstm-2-True",
    "gru-after-keep-2",
    "gru-before-replace-0",
)


@cache
def traced(
    cell: Cell, steps: int = 2, inputs: int = 3, hidden: int = 2, seed: int = 1016
) -> rv.Trace:
    """Return the demo of a variant."""
    made = rv.demo(cell, steps, inputs, hidden, seed)
    states = made.states
    return rv.trace(cell, made.x, made.params, h0=states["h_prev"], c0=states.get("c_prev"))
