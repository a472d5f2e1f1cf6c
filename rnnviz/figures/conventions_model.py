"""The runs that the figure of conventions compares: z keeps or replaces, reset after or before."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import Cell, gru
from rnnviz.conventions import CONVENTIONS, cell_named, convert
from rnnviz.errors import RnnvizError
from rnnviz.figures.marks import Mark, Math, Number
from rnnviz.ops import REALS
from rnnviz.params import Params
from rnnviz.tracing import Trace, trace

UNITS, INPUTS = 3, 3  # shown of each
ROUNDING = 1e-12  # below it two values count as the same: float64 rounds sums in another order
RESETS, UPDATES = ("after", "before"), ("keep", "replace")
TITLES = {
    "pytorch": "PyTorch, AI Summer",
    "keras": "Keras 3",
    "keras-v1": "Keras 1",
    "onnx": "ONNX",
    "guide": "the guide",
    "cho2014": "Cho 2014",
}


@dataclass(frozen=True, eq=False)
class Story:
    """Runs of sample 1: as given, the same weights under two other cells, and converted ones."""

    own: Trace
    updated: Trace  # the same weights, z with the other meaning
    converted: Trace  # z's weights and biases negated for it
    reset: Trace  # the same weights, reset on the other side of the product
    both: Trace  # the reset there, z converted
    units: tuple[int, ...]  # that are shown, from 0
    inputs: tuple[int, ...]

    @property
    def picked(self) -> bool:
        """Whether other units than the first are shown."""
        return self.units != tuple(range(len(self.units)))

    @property
    def corners(self) -> dict[tuple[str, str], Trace]:
        """One run for each reset and update, so that z's meaning changes no h."""
        runs = (self.own, self.converted, self.reset, self.both)
        return {(choice(run.cell, "reset"), choice(run.cell, "update")): run for run in runs}


def story(given: Trace) -> Story:
    """Return the runs of a GRU's trace; RnnvizError where reset before or after is the same."""
    params, steps = given.params, given.length()
    weight = params.blocks(given.cell)["W_hn"]
    if not np.count_nonzero(weight - np.diag(np.diag(weight))):
        raise RnnvizError(
            "conventions: wanted a W_hn that mixes units, for the reset before and after the "
            f"product to differ, got {'one unit' if len(weight) == 1 else 'a diagonal one'}"
        )

    def run(cell: Cell, weights: Params) -> Trace:
        return trace(cell, given["x"][:steps, :1], weights, h0=given.states["h_prev"][:1])

    own = run(given.cell, params)
    if not np.any(own["h_prev"]):
        raise RnnvizError(
            "conventions: wanted 2 timesteps or an h0, since the reset gate has nothing to reset "
            "in a state of zero, got one timestep"
        )
    updated, reset = (other(given.cell, key) for key in ("update", "reset"))
    both = other(reset, "update")
    return Story(
        own,
        run(updated, params),
        run(updated, convert(params, given.cell, updated)),
        run(reset, params),
        run(both, convert(params, reset, both)),
        _units(given),
        tuple(given.shown("x"))[:INPUTS],
    )


def _units(given: Trace) -> tuple[int, ...]:
    """Return the first shown units; one alone gets another, as the reset compares two terms."""
    units = tuple(given.shown("h"))[:UNITS]
    return units if len(units) > 1 else (*units, 1 if units[0] == 0 else 0)


def choice(cell: Cell, key: str) -> str:
    """Return a cell's choice by name."""
    return str(dict(cell.choices)[key])


def other(cell: Cell, key: str) -> Cell:
    """Return a GRU that differs from another one in its update or its reset alone."""
    reset, update = choice(cell, "reset"), choice(cell, "update")
    if key == "reset":
        reset = RESETS[1 - RESETS.index(reset)]
    else:
        update = UPDATES[1 - UPDATES.index(update)]
    return gru(reset, update, cell.biases)


def first_difference(
    one: Trace, two: Trace, units: Iterable[int] | None = None
) -> tuple[str, int, int]:
    """Return the name, timestep and unit, from 0, that differs first, of some units or of all."""
    seen = list(range(one.sizes["H"]) if units is None else units)
    for t in range(one.sizes["T"]):
        for step in one.cell.steps:
            pairs = zip(one[step.name][t, 0][seen], two[step.name][t, 0][seen], strict=True)
            for unit, (left, right) in zip(seen, pairs, strict=True):
                if left != right:
                    return step.name, t, unit
    raise RnnvizError("conventions: wanted weights under which z and 1 − z differ, got z = 0.5")


def furthest(one: Trace, two: Trace) -> float:
    """Return the largest difference of h over all timesteps and units."""
    return float(np.abs(one["h"] - two["h"]).max())


def z_weights(run: Trace) -> tuple[Array, ...]:
    """Return z's weights (H, I) and (H, H) and the sum of its biases (H, 1), if it has any."""
    blocks = run.params.blocks(run.cell)
    biases = [blocks[name] for name in ("b_z", "b_iz", "b_hz") if name in blocks]
    summed = (np.sum(biases, axis=0)[:, None],) if biases else ()
    return blocks["W_iz"], blocks["W_hz"], *summed


def names(reset: str = "", update: str = "") -> str:
    """Return who writes a GRU with a reset and an update so; "" stands for either."""
    found = []
    for name, cells in CONVENTIONS.items():
        if "gru" in cells:
            cell = cell_named("gru", name)
            same = reset in ("", choice(cell, "reset")) and update in ("", choice(cell, "update"))
            found += [TITLES[name]] if same else []
    return ", ".join(found)


def distance(
    name: str, value: float, x: float, y: float, digits: int, role: str = "ink", size: float = 30.0
) -> Mark:
    """Return a difference as it is: 0, a power of ten where it is tiny, else a number."""
    if value == 0 or value < ROUNDING:
        text = "0"
        if value:
            mantissa, _, exponent = f"{value:.0e}".partition("e")
            text = f"≈ {mantissa} · 10^{{−{abs(int(exponent))}}}"
        return Math(name, text, x, y, size, role)
    return Number(name, value, x, y, "max |Δh|", size, role, signed=False, within=REALS,
                  digits=digits)  # fmt: skip


def ids(marks: Iterable[Mark]) -> tuple[str, ...]:
    """Return the ids of marks, for a wave."""
    return tuple(mark.id for mark in marks)
