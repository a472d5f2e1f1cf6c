"""Backpropagation through time: dL/d of every value at every timestep, exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from rnnviz.arrays import Array, real_array
from rnnviz.cells import Step
from rnnviz.checks import check_budget
from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS, PRODUCTS
from rnnviz.params import Params, gathered
from rnnviz.sweep import block_gradients, sweep
from rnnviz.tracing import BUDGET, Trace

OUTSIDE = "outside"


@dataclass(frozen=True, eq=False)
class Gradients:
    """dL/d of every value of a trace, each in the shape of its value, read-only.

    The gradient of h is the whole of dL/dh_t: what comes from outside and through all later
    timesteps. That of ``h_prev`` is the part that goes through timestep t. ``outside`` is the
    dL/dh_t that was given, ``final`` dL/d of the final states (B, H), ``states`` dL/d of the
    initial ones, ``params`` dL/d of the weights.
    """

    trace: Trace
    values: Mapping[str, Array]
    states: Mapping[str, Array]
    params: Params
    outside: Array
    final: Mapping[str, Array]
    truncate: int | None = None

    def __getitem__(self, name: str) -> Array:
        """Return dL/d of a value at all timesteps, (T, B, ·); RnnvizError if unknown."""
        try:
            return self.values[name]
        except KeyError:
            names = ", ".join(self.values)
            raise RnnvizError(f"name: wanted one of {names}, got {name!r}") from None

    @property
    def h0(self) -> Array:
        """dL/d of the initial hidden state, (B, H)."""
        return self.states["h_prev"]

    @property
    def c0(self) -> Array:
        """dL/d of the initial cell state, (B, H); RnnvizError for a cell that has none."""
        if "c_prev" not in self.states:
            raise RnnvizError(f"c0: wanted a cell with a cell state, got {self.trace.cell.title}")
        return self.states["c_prev"]

    def paths(self, name: str) -> dict[str, Array]:
        """Return dL/d of a value split by the steps that use it, (T, B, ·) each; they add up to it.

        What was given is ``outside``. A state is used by steps of the next timestep: h by each
        gate's recurrent part (``f_h``) and c by the highway (``fc``), beside c's own ``tanh_c``.
        """
        return dict(_paths(self, name))

    def by_loss(self, name: str = "h") -> Array:
        """Return (S, T, B, ·): how much the loss at timestep s contributes to dL/d of a value at t.

        It is zero for t > s. Over s they add up to the value's gradient, as far as that comes from
        dL/dh_t and not from dL/d of the final states. Raises RnnvizError where it would take more
        than 4 GiB.
        """
        steps = len(self.outside)
        check_budget(steps * self[name].nbytes, steps, BUDGET)
        split = np.zeros((steps, *self[name].shape), self.outside.dtype)
        group = max(1, 2**24 // max(1, self.outside.size * len(self.values)))
        for start in range(0, steps, group):
            chosen = np.arange(start, min(start + group, steps))
            # a loss a row, all carried through the same values at once
            outside = np.zeros((steps, len(chosen), *self.outside.shape[1:]), self.outside.dtype)
            outside[chosen, chosen - start] = self.outside[chosen]
            swept, _ = sweep(self.trace, outside, {}, self.truncate)
            split[chosen] = np.moveaxis(swept[name], 1, 0)
        return split


def backward(
    trace: Trace, dh: Any, final: Mapping[str, Any], truncate: int | None = None
) -> Gradients:
    """Return the gradients of a trace from dL/dh_t (T, B, H) and dL/d of its final states (B, H).

    ``final`` is by name of state, None for zero. With ``truncate`` = k the gradient does not pass
    from timestep k·n to the one before it, as if the sequence came in chunks whose states are
    carried (truncated BPTT). Raises RnnvizError if nothing is given, for wrong shapes, for a trace
    that does not keep every value, and for gradients too large to compute with.
    """
    sizes = trace.sizes
    missing = [name for name in trace.cell.names if name not in trace.values]
    if missing:
        raise RnnvizError(f"backward: wanted every value kept, got none of {', '.join(missing)}")
    if truncate is not None and (not isinstance(truncate, int) or truncate < 1):
        raise RnnvizError(f"truncate: wanted at least 1 timestep, got {truncate!r}")
    if dh is None and all(value is None for value in final.values()):
        raise RnnvizError("backward: wanted dh, dh_T or dc_T, got none")
    shape, kind = (sizes["T"], sizes["B"], sizes["H"]), trace["h"].dtype
    ends = {}
    for name, value in final.items():
        if value is not None and name not in trace.states:
            raise RnnvizError(f"dc_T: wanted none ({trace.cell.title} has no cell state), got one")
        if name in trace.states:
            label = f"d{name.replace('_prev', '_T')}"
            ends[name] = _given(label, value, "(B, H)", shape[1:], kind)
    outside = _given("dh", dh, "(T, B, H)", shape, kind)
    if trace.lengths is not None:
        behind = np.arange(shape[0])[:, None] >= trace.lengths
        outside = np.where(behind[..., None], kind.type(0), outside)
        outside.flags.writeable = False
    with np.errstate(over="ignore", invalid="ignore"):  # said below, by name
        grads, slabs = sweep(trace, outside, ends, truncate)
        blocks = block_gradients(trace, grads, slabs)
    states = {name: grads[name][0] for name in trace.states}
    # an overflow anywhere goes on into these
    telling = (*blocks.values(), *states.values(), *(grads[name] for name in trace.cell.inputs))
    if not all(np.isfinite(array).all() for array in telling):
        bad = [name for name, array in (grads | blocks).items() if not np.isfinite(array).all()]
        raise RnnvizError(f"d{bad[0]}: wanted gradients that {kind} can hold, got an overflow")
    for array in (*grads.values(), *blocks.values(), *states.values()):
        array.flags.writeable = False
    return Gradients(
        trace,
        MappingProxyType(grads),
        MappingProxyType(states),
        gathered(trace.cell, blocks),
        outside,
        MappingProxyType(ends),
        truncate,
    )


def _given(
    name: str, value: Any, wanted: str, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    if value is None:
        return np.broadcast_to(dtype.type(0), shape)
    array = real_array(name, value, f"{wanted} = {shape}", (len(shape),), dtype)
    if array.shape != shape:
        raise RnnvizError(f"{name}: wanted shape {wanted} = {shape}, got {array.shape}")
    return array


def _paths(gradients: Gradients, name: str) -> Iterator[tuple[str, Array]]:
    trace, cell = gradients.trace, gradients.trace.cell
    gradients[name]
    if name in cell.next_state:
        outside = np.zeros_like(gradients.outside)
        state = cell.states[cell.next_state.index(name)]
        if name == "h":
            outside += gradients.outside
        if state in gradients.final:
            last = [trace.length(b) - 1 for b in range(trace.sizes["B"])]
            outside[last, np.arange(len(last))] += gradients.final[state]
        yield OUTSIDE, outside
        for step in cell.steps:
            if state in step.args:
                later = _through(gradients, step, state)
                here = np.zeros_like(later)
                here[:-1] = later[1:]
                if gradients.truncate:
                    here[gradients.truncate - 1 :: gradients.truncate] = 0.0
                yield step.name, here
    for step in cell.steps:
        if name in step.args:
            yield step.name, _through(gradients, step, name)


def _through(gradients: Gradients, step: Step, name: str) -> Array:
    """Return the part of dL/d of a value that comes through one step that uses it, (T, B, ·)."""
    trace, grad = gradients.trace, gradients[step.name]
    blocks = trace.params.blocks(trace.cell)
    if step.op in PRODUCTS:
        return np.asarray(grad @ blocks[step.args[0]].astype(grad.dtype))
    args = [blocks[arg].astype(grad.dtype) if arg in blocks else trace[arg] for arg in step.args]
    parts = OPS[step.op].vjp(grad, trace[step.name], *args)
    return np.asarray(parts[step.args.index(name)])
