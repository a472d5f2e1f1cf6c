"""The GRU's extreme cases under two conventions: constructed weights, run through the core."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import Cell
from rnnviz.conventions import cell_named
from rnnviz.figures.gate_marks import OPEN
from rnnviz.params import Params, gathered
from rnnviz.tracing import Trace, trace

WEIGHT = 8.0  # on the input that is 1, so that it does what a bias does
CONVENTIONS = ("pytorch", "guide")


@dataclass(frozen=True)
class Case:
    """What is done with r and z: +1 drives a gate to 1, -1 to 0; the other is left half-open."""

    id: str
    title: str
    gates: Mapping[str, int]


CASES = (
    Case("z1", "z near 1", {"z": 1}),
    Case("z0", "z near 0", {"z": -1}),
    Case("r0", "r near 0", {"r": -1}),
    Case("z0r0", "z and r near 0", {"z": -1, "r": -1}),
    Case("z1r0", "z near 1, r near 0", {"z": 1, "r": -1}),
)


@dataclass(frozen=True, eq=False)
class Ran:
    """A case under a convention, and every value of its one timestep, by name."""

    case: Case
    convention: str
    cell: Cell
    values: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.values[name]

    @property
    def keeps(self) -> str:
        """The name of the factor of h_{t-1}: z, or z_not for 1 − z."""
        return self.cell.step("zh").args[0]

    @property
    def writes(self) -> str:
        """The name of the factor of n."""
        return self.cell.step("zn").args[0]

    @property
    def after(self) -> bool:
        """Whether r multiplies after the recurrent product."""
        return "rn" in self.values

    @property
    def recurrent(self) -> Array:
        """What of h_{t-1} enters the candidate's sum, (H,)."""
        return self["rn"] if self.after else self["n_h"]

    @property
    def verdict(self) -> str:
        """What h_t comes close to, as a formula; empty if it lies in between."""
        if self[self.keeps].min() >= OPEN:
            return "h_t ≈ h_{t-1}"
        return "h_t ≈ n" if self[self.writes].min() >= OPEN else ""

    def ref(self, name: str) -> str:
        """Return how a value is called, with {} for its unit."""
        return f"{self.convention}, {self.case.title}: {name}[1,{{}}]"

    def distance(self, name: str) -> float:
        """Return how far h_t is from another value: the largest difference of a unit."""
        return float(np.abs(self["h"] - self[name]).max())


def demo() -> Trace:
    """Return a GRU of 2 units on one timestep whose second input is 1; it has no biases."""
    blocks = {
        "W_ir": np.array([[-0.9, 0.0], [0.2, 0.0]]), "W_hr": np.array([[0.1, 0.2], [0.2, -0.1]]),
        "W_iz": np.array([[-0.2, 0.0], [0.1, 0.0]]), "W_hz": np.array([[0.2, 0.1], [-0.1, 0.2]]),
        "W_in": np.array([[-0.5, 0.0], [0.9, 0.0]]), "W_hn": np.array([[-0.9, 0.4], [0.3, -0.8]]),
    }  # fmt: skip
    params = gathered(cell_named("gru", biases=0), blocks)
    return trace("gru", [[0.6, 1.0]], params, h0=[0.8, -0.5])


def run(base: Trace, case: Case, convention: str) -> Ran:
    """Return a case under a convention on a trace's weights, first input and state."""
    cell = cell_named("gru", convention)
    made = trace(cell, base["x"][:1, :1], driven(base, case), h0=base.states["h_prev"][:1])
    return Ran(case, convention, cell, MappingProxyType(made.at(0)))


def driven(base: Trace, case: Case) -> Params:
    """Return a trace's weights, without biases, with those on the last input set for a case."""
    blocks = {name: block.copy() for name, block in base.params.blocks(base.cell).items()}
    for gate in ("r", "z"):
        blocks[f"W_i{gate}"][:, -1] = WEIGHT * case.gates.get(gate, 0)
    return gathered(cell_named("gru", biases=0), blocks)
