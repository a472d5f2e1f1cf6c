"""The LSTM's cases of open and closed gates: constructed biases, run through the core."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import lstm
from rnnviz.errors import RnnvizError
from rnnviz.params import Params, gathered
from rnnviz.tracing import Trace, trace

BIAS = 8.0  # σ(8) is 0.9997: open or shut, but not quite
GATES = ("f", "i", "o")


@dataclass(frozen=True)
class Case:
    """What is done with some gates: +1 opens one, -1 closes it; the others have a bias of 0."""

    id: str
    title: str
    gates: Mapping[str, int]
    outcome: str
    nearly: str = ""  # the value, or the difference of two, that is almost zero

    def bias(self, gate: str) -> float:
        """Return the bias of a gate, that of each of its units."""
        return BIAS * self.gates.get(gate, 0)


CASES = (
    Case("on", "Output on", {"o": 1}, "h_t ≈ tanh c_t", "h_t − tanh c_t"),
    Case("off", "Output off", {"o": -1}, "h_t ≈ 0"),
    Case("reset", "Reset the memory", {"f": -1, "i": -1}, "c_t ≈ 0"),
    Case("keep", "Keep the memory", {"f": 1, "i": -1}, "c_t ≈ c_{t-1}", "c_t − c_{t-1}"),
    Case("write", "Write the memory", {"f": -1, "i": 1}, "c_t ≈ g", "c_t − g"),
)


@dataclass(frozen=True, eq=False)
class Ran:
    """A case and every value of its one timestep, by name, each (H,) or (I,)."""

    case: Case
    values: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.values[name]

    @property
    def left(self) -> Array:
        """By how much the case misses what it would do with gates of exactly 0 and 1, (H,)."""
        parts = {"on": ("h", "tanh_c"), "keep": ("c", "c_prev"), "write": ("c", "g")}
        more, less = parts[self.case.id]
        return self[more] - self[less]


def demo() -> Trace:
    """Return an LSTM of 2 units on one timestep, gate weights small and biases 0."""
    small = {"f": ((0.1, 0.2), (-0.2, 0.1)), "i": ((0.2, -0.1), (0.1, 0.2)),
             "o": ((-0.1, 0.1), (0.2, -0.1)), "g": ((0.5, 0.3), (0.9, -0.6))}  # fmt: skip
    blocks = {}
    for gate, weights in small.items():
        blocks[f"W_i{gate}"] = np.array(weights)
        blocks[f"W_h{gate}"] = np.array(weights).T
        blocks[f"b_{gate}"] = np.zeros(2)
    cell = lstm(biases=1)
    return trace(cell, [[1.0, -0.5]], gathered(cell, blocks), h0=[0.4, -0.2], c0=[0.9, -0.6])


def run(base: Trace, case: Case) -> Ran:
    """Return a case on the weights, the first input and the states of a trace."""
    h, c = base.states["h_prev"][:1], base.states["c_prev"][:1]
    made = trace(base.cell, base["x"][:1, :1], biased(base, case), h0=h, c0=c)
    return Ran(case, MappingProxyType(made.at(0)))


def biased(base: Trace, case: Case) -> Params:
    """Return a trace's weights with the biases of a case; RnnvizError for a cell without biases."""
    if not base.cell.biases:
        raise RnnvizError("lstm-gates: wanted a cell with biases, got one without")
    blocks = dict(base.params.blocks(base.cell))
    for gate in GATES:
        names = [name for name in (f"b_{gate}", f"b_i{gate}", f"b_h{gate}") if name in blocks]
        for k, name in enumerate(names):
            blocks[name] = np.full_like(blocks[name], 0.0 if k else case.bias(gate))
    return gathered(base.cell, blocks)
