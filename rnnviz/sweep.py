"""The walk backwards through a cell's steps and a sequence's timesteps.

Each op brings its own derivative. Values that are only added to something share its gradient, and
the weights' gradients are one product over all timesteps.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from rnnviz.cells import Cell, Step
from rnnviz.evaluation import stacked
from rnnviz.ops import OPS, PRODUCTS, SUMS, Values
from rnnviz.schedule import Block, schedule
from rnnviz.tracing import Trace


@cache
def _owners(cell: Cell) -> dict[str, str]:
    """Return, for each step, the value whose gradient is its own: the sum that alone uses it."""
    owners: dict[str, str] = {}
    for step in reversed(cell.steps):
        users = [user for user in cell.steps if step.name in user.args]
        alone = len(users) == 1 and users[0].op in SUMS and step.name not in cell.next_state
        owners[step.name] = owners[users[0].name] if alone else step.name
    return owners


Slabs = dict[tuple[str, ...], Values]  # gradients that lie side by side, by their owners


def _allocate(
    trace: Trace, lead: tuple[int, ...], dtype: np.dtype[Any]
) -> tuple[dict[str, Values], Slabs]:
    """Return memory for dL/d of every value, (T, *lead, B, ·), and what of it lies side by side."""
    sizes, cell = trace.sizes, trace.cell
    steps, hidden, owners = sizes["T"], sizes["H"], _owners(cell)
    shape = (steps, *lead, sizes["B"])
    grads: dict[str, Values] = {}
    slabs: Slabs = {}
    for block in schedule(cell):
        if block.op in PRODUCTS and block.source not in cell.inputs:
            mine = tuple(owners[name] for name in block.names)
            slabs[mine] = np.empty((*shape, len(mine) * hidden), dtype)
            for slot, owner in enumerate(mine):
                grads[owner] = slabs[mine][..., slot * hidden : (slot + 1) * hidden]
    for name in cell.names:
        owner = owners.get(name, name)
        if owner not in grads:
            wide = sizes["I"] if name in cell.inputs else hidden
            grads[owner] = np.empty((*shape, wide), dtype)
    return {name: grads[owners.get(name, name)] for name in cell.names}, slabs


def _side_by_side(cell: Cell, grads: Mapping[str, Values], slabs: Slabs, block: Block) -> Values:
    """Return the gradients of a block's values as rows, (T · lead · B, k·H)."""
    slab = slabs.get(tuple(_owners(cell)[name] for name in block.names))
    if slab is None:
        slab = np.concatenate([grads[name] for name in block.names], axis=-1)
    return slab.reshape(-1, slab.shape[-1])


def sweep(
    trace: Trace, outside: Values, final: Mapping[str, Values], truncate: int | None
) -> tuple[dict[str, Values], Slabs]:
    """Return dL/d of every value, (T, *lead, B, ·), for an ``outside`` of (T, *lead, B, H)."""
    cell, steps = trace.cell, len(outside)
    weights = {k: v.astype(outside.dtype) for k, v in trace.params.blocks(cell).items()}
    grads, slabs = _allocate(trace, outside.shape[1:-2], outside.dtype)
    program = _program(trace, weights, grads, slabs)
    ends = np.array([steps]) if trace.lengths is None else trace.lengths
    for t in reversed(range(steps)):
        for new, old in zip(cell.next_state, cell.states, strict=True):
            grad = grads[new][t]
            grad[...] = 0.0 if _is_cut(t + 1, steps, truncate) else grads[old][t + 1]
            if new == "h":
                grad += outside[t]
            ending = ends == t + 1
            if old in final and ending.any():
                grad += np.where(ending[:, None], final[old], 0)
        for back in program:
            back(t)
    for block in schedule(cell):
        if block.source in cell.inputs:
            out = grads[block.source]
            rows = _side_by_side(cell, grads, slabs, block)
            np.matmul(rows, stacked(block, weights), out=out.reshape(-1, out.shape[-1]))
    return grads, slabs


def _is_cut(t: int, steps: int, truncate: int | None) -> bool:
    """Whether no gradient passes from timestep t to the one before it."""
    return t == steps or (truncate is not None and t % truncate == 0)


def _program(
    trace: Trace, weights: Mapping[str, Values], grads: Mapping[str, Values], slabs: Slabs
) -> list[Callable[[int], None]]:
    """Return what to do at each timestep, from the last step of the cell to the first."""
    cell, owners = trace.cell, _owners(trace.cell)
    shape = tuple(trace.sizes[letter] for letter in "TBH")
    operands = {name: np.broadcast_to(weights[name], shape) for name in cell.peepholes}
    operands |= trace.values
    reached = set(cell.next_state)  # what has a gradient already, to which the next is added
    program: list[Callable[[int], None]] = []
    for block in reversed(schedule(cell)):
        if block.source in cell.inputs:
            continue  # after all timesteps, in one product
        if block.op in PRODUCTS:
            mine = tuple(owners[name] for name in block.names)
            sink, weight = grads[block.source], stacked(block, weights)
            program.append(_back_product(slabs[mine], weight, sink, block.source in reached))
            reached.add(block.source)
            continue
        for step in reversed(block.steps):
            sinks = []
            for k, arg in enumerate(step.args):
                if arg in grads and owners.get(arg, arg) != owners[step.name]:
                    sinks.append((k, grads[arg], arg in reached))
                    reached.add(arg)
            if sinks:
                args = [operands[arg] for arg in step.args]
                back = _back_step(step, grads[step.name], operands[step.name], args, sinks)
                program.append(back)
    return program


def _back_product(slab: Values, weight: Values, sink: Values, add: bool) -> Callable[[int], None]:
    def back(t: int) -> None:
        product = slab[t].reshape(-1, slab.shape[-1]) @ weight
        if add:
            sink[t] += product.reshape(sink[t].shape)
        else:
            sink[t] = product.reshape(sink[t].shape)

    return back


def _back_step(
    step: Step,
    grad: Values,
    value: Values,
    args: list[Values],
    sinks: list[tuple[int, Values, bool]],
) -> Callable[[int], None]:
    vjp = OPS[step.op].vjp

    def back(t: int) -> None:
        parts = vjp(grad[t], value[t], *[arg[t] for arg in args])
        for k, sink, add in sinks:
            if add:
                sink[t] += parts[k]
            else:
                sink[t] = parts[k]

    return back


def block_gradients(trace: Trace, grads: Mapping[str, Values], slabs: Slabs) -> dict[str, Values]:
    """Return dL/d of every block of weights, summed over all timesteps and samples."""
    made: dict[str, Values] = {}
    hidden = trace.sizes["H"]
    for block in schedule(trace.cell):
        if block.op not in PRODUCTS:
            for step in block.steps:
                if step.args[0] in trace.cell.peepholes:
                    name, state = step.args
                    products = grads[step.name] * trace[state]
                    made[name] = products.sum(axis=(0, 1))
            continue
        rows = _side_by_side(trace.cell, grads, slabs, block)
        source = trace[block.source]
        weight = rows.T @ source.reshape(-1, source.shape[-1])
        bias = rows.sum(axis=0)
        for slot, step in enumerate(block.steps):
            mine = slice(slot * hidden, (slot + 1) * hidden)
            made[step.args[0]] = weight[mine]
            if step.op == "linear":
                made[step.args[2]] = bias[mine]
    return made
