"""Evaluate a cell over a sequence, as many timesteps and steps at once as their order allows."""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.ops import ACTIVATIONS, OPS, PRODUCTS, SUMS, Values
from rnnviz.schedule import Block, schedule

CHUNK_BYTES = 2**22  # of timesteps that are evaluated before what is not kept is forgotten
AHEAD_BYTES = 2**20  # of the input's products that are made before they are used


def run(
    cell: Cell,
    blocks: Mapping[str, Values],
    x: Values,
    states: Mapping[str, Values],
    keep: Collection[str] | None = None,
    check: bool = True,
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Evaluate the steps over x (T, B, I) from states (B, H), in the dtype of x, real or complex.

    Returns the values by name, (T, B, ·), all or those in ``keep``, and the states after the last
    timestep, (B, H), under the names of ``cell.states``. With ``check`` it raises RnnvizError for a
    value that is too large for the dtype.
    """
    if keep is None:
        return _at_once(cell, blocks, x, states, 0 if check else None)
    steps, batch, inputs = x.shape
    hidden = next(iter(states.values())).shape[-1]
    a_timestep = batch * (inputs + len(cell.names) * hidden) * x.itemsize
    length = max(1, CHUNK_BYTES // a_timestep)
    kept = {
        name: x if name in cell.inputs else np.empty((steps, batch, hidden), x.dtype)
        for name in cell.names
        if name in keep
    }
    for start in range(0, steps, length):
        part = x[start : start + length]
        values, states = _at_once(cell, blocks, part, states, start if check else None)
        for name in kept:
            if name not in cell.inputs:
                kept[name][start : start + length] = values[name]
    return kept, dict(states)


def _at_once(
    cell: Cell,
    blocks: Mapping[str, Values],
    x: Values,
    states: Mapping[str, Values],
    start: int | None,
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Evaluate timesteps from ``start`` on, and look for what is too large unless that is None."""
    memory = Memory(cell, x, states)
    ahead: list[tuple[Callable[..., Values], Values]] = []
    program: list[tuple[Callable[..., Values], list[Values], Values]] = []
    for block in schedule(cell):
        out = memory.span(block.names)
        if block.source in cell.inputs:
            ahead.append((_product(block, blocks), out))
        elif block.op in PRODUCTS:
            program.append((_product(block, blocks), [memory.values[block.source]], out))
        else:
            args = zip(*(step.args for step in block.steps), strict=True)
            operands = [memory.span(names, blocks) for names in args]
            program.append((OPS[block.op].forward, operands, out))
    length = max(1, AHEAD_BYTES // sum(out[0].nbytes for _, out in ahead))
    telling = [memory.span(block.names) for block in schedule(cell) if _tells(cell, block)]
    for t in range(len(x)):
        if t % length == 0:  # the input's products for some timesteps at once, which fit the cache
            for function, out in ahead:
                rows = x[t : t + length].reshape(-1, x.shape[-1])
                function(rows, out=out[t : t + length].reshape(len(rows), -1))
        for function, operands, out in program:
            function(*[operand[t] for operand in operands], out=out[t])
        if start is not None and ((t + 1) % length == 0 or t + 1 == len(x)):
            done = slice(t - t % length, t + 1)  # still in the cache
            if not all(np.isfinite(out[done].sum()) for out in telling):
                check_finite(memory.values, done, start)
    return memory.values, memory.last


def _tells(cell: Cell, block: Block) -> bool:
    """Whether an overflow shows here: in a sum, or in what an activation would squeeze."""
    squeezed = {arg for step in cell.steps if step.op in ACTIVATIONS for arg in step.args}
    return block.op in SUMS or not squeezed.isdisjoint(block.names)


def check_finite(
    values: Mapping[str, Values], done: slice = slice(0, None), start: int = 0
) -> None:
    """Raise RnnvizError, naming the first value that is too large; their sum alone can be so too.

    ``done`` are the timesteps to look at and ``start`` is what their first one counts as.
    """
    for name, array in values.items():
        bad = np.argwhere(~np.isfinite(array[done]))
        if len(bad):
            first = bad[0] + [done.start, 0, 0]
            raise RnnvizError(
                f"{name}: wanted sums that {array.dtype} can hold, got {array[tuple(first)]} "
                f"at index {(first + [start, 0, 0]).tolist()}"
            )


class Memory:
    """The values of a run: a slab a block, of which each value is a slice.

    A state has a slab of its own with one timestep more, so that h and h_prev are the same numbers.
    """

    def __init__(self, cell: Cell, x: Values, states: Mapping[str, Values]) -> None:
        self.shape = (*x.shape[:2], next(iter(states.values())).shape[-1])
        self.values: dict[str, Values] = {"x": x}
        self.last: dict[str, Values] = {}
        self._spans: dict[tuple[str, ...], Values] = {}
        self._places: dict[str, tuple[Values, int]] = {}
        steps, batch, hidden = self.shape
        for new, old in zip(cell.next_state, cell.states, strict=True):
            slab = np.empty((steps + 1, batch, hidden), x.dtype)
            slab[0] = states[old]
            self.values[old], self.values[new], self.last[old] = slab[:-1], slab[1:], slab[-1]
        for block in schedule(cell):
            if block.names[0] in self.values:
                continue  # a state
            slab = np.empty((steps, batch, len(block.names) * hidden), x.dtype)
            for slot, name in enumerate(block.names):
                self.values[name] = slab[..., slot * hidden : (slot + 1) * hidden]
                self._places[name] = slab, slot
        self.values = {name: self.values[name] for name in cell.names}

    def span(self, names: tuple[str, ...], blocks: Mapping[str, Values] | None = None) -> Values:
        """Return values that lie side by side as one array (T, B, k·H), or a peephole's weights."""
        if len(names) == 1:
            if blocks and names[0] in blocks:  # a peephole
                return np.broadcast_to(blocks[names[0]], self.shape)
            return self.values[names[0]]
        slab, first = self._places[names[0]]
        hidden = self.shape[-1]
        return slab[..., first * hidden : (first + len(names)) * hidden]


def stacked(block: Block, blocks: Mapping[str, Values]) -> Values:
    """Return the weights of a block of products as one matrix (k·H, K)."""
    return np.concatenate([blocks[step.args[0]] for step in block.steps])


def _product(block: Block, blocks: Mapping[str, Values]) -> Callable[..., Values]:
    """Return the function that multiplies a vector by all of the block's weights."""
    weight = np.ascontiguousarray(stacked(block, blocks))
    if all(step.op == "matmul" for step in block.steps):
        return lambda v, out: OPS["matmul"].forward(weight, v, out=out)
    rows = weight[:, 0].reshape(len(block.steps), -1)
    bias = np.concatenate(
        [
            blocks[step.args[2]] if step.op == "linear" else np.zeros_like(row)
            for step, row in zip(block.steps, rows, strict=True)
        ]
    )
    return lambda v, out: OPS["linear"].forward(weight, v, bias, out=out)
