"""Backpropagation through a whole model: readout, layers, directions, embedding."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from rnnviz.arrays import Array, real_array
from rnnviz.errors import RnnvizError
from rnnviz.gradients import Gradients
from rnnviz.gradients import backward as backward_trace
from rnnviz.model_trace import Key, ModelTrace, States, check_states
from rnnviz.tracing import flipped


@dataclass(frozen=True, eq=False)
class ModelGradients:
    """dL/d of every value of a model, a Gradients for each layer and direction.

    ``x`` (T, B, I) is that of the first layer's input, ``hidden`` (T, B, D·H) of the last layer's
    h and ``logits`` (T, B, O) of the readout before its activation. ``readout_weight``,
    ``readout_bias`` and ``embedding`` are None where the model has no such part.
    """

    gradients: Mapping[Key, Gradients]
    model_trace: ModelTrace
    x: Array
    hidden: Array
    logits: Array
    readout_weight: Array | None
    readout_bias: Array | None
    embedding: Array | None

    def __getitem__(self, key: int | Key) -> Gradients:
        """Return the gradients of a layer, from 0, and a direction, its first if left out."""
        return self.gradients[self.model_trace.key(key)]

    @property
    def states(self) -> States:
        """dL/d of the initial states, by layer and direction."""
        return MappingProxyType({key: one.states for key, one in self.gradients.items()})


def backward(
    trace: ModelTrace,
    *,
    dlogits: Any = None,
    doutput: Any = None,
    final: States | None = None,
    truncate: int | None = None,
) -> ModelGradients:
    """Return the gradients of a model from dL/dlogits or dL/doutput, each (T, B, O).

    ``final`` is dL/d of the final states by layer and direction, as in ``ModelTrace.final``.
    ``truncate`` cuts the gradient as in ``Trace.backward``, in every layer at the same timesteps;
    it makes no sense for a model that also reads backward. Raises RnnvizError for wrong shapes, for
    two gradients or none.
    """
    model, ends = trace.model, final or {}
    if dlogits is not None and doutput is not None:
        raise RnnvizError("backward: wanted either dlogits or doutput, got both")
    if dlogits is None and doutput is None and not ends:
        raise RnnvizError("backward: wanted dlogits, doutput or final, got none")
    check_states("final", model, ends)
    if truncate is not None and any("backward" in layer.params for layer in model.layers):
        raise RnnvizError("truncate: wanted a model that only reads forward, got a backward layer")
    if doutput is not None:
        given = _given("doutput", doutput, trace)
        dlogits = _through_activation(trace, given)
    above = np.zeros_like(trace.logits) if dlogits is None else _given("dlogits", dlogits, trace)
    logits, weight, bias = above, None, None
    if model.readout is not None:
        rows, seen = above.reshape(-1, above.shape[2]), trace.hidden
        weight = rows.T @ seen.reshape(-1, seen.shape[2])
        bias = rows.sum(axis=0) if model.readout.bias is not None else None
        above = above @ model.readout.weight.astype(above.dtype)
    hidden, made = above, {}
    for k in reversed(range(len(model.layers))):
        width, below = model.layers[k].hidden_size, np.zeros((), above.dtype)
        for slot, direction in enumerate(model.layers[k].directions):
            one = trace.traces[k, direction]
            mine = above[..., slot * width : (slot + 1) * width]
            mine = flipped(mine, one.lengths) if one.reverse else mine
            given_ends = {name: ends.get((k, direction), {}).get(name) for name in one.states}
            made[k, direction] = backward_trace(one, mine, given_ends, truncate)
            passed = made[k, direction]["x"]
            below = below + (flipped(passed, one.lengths) if one.reverse else passed)
        above = below
    table = None
    if model.embedding is not None and trace.tokens is not None:
        table = np.zeros(model.embedding.shape, above.dtype)
        np.add.at(table, trace.tokens, above)
    ordered = MappingProxyType({key: made[key] for key in trace.traces})
    return ModelGradients(ordered, trace, above, hidden, logits, weight, bias, table)


def _given(name: str, value: Any, trace: ModelTrace) -> Array:
    shape, kind = trace.output.shape, trace.output.dtype
    array = real_array(name, value, f"(T, B, O) = {shape}", (3,), kind)
    if array.shape != shape:
        raise RnnvizError(f"{name}: wanted shape (T, B, O) = {shape}, got {array.shape}")
    if trace.lengths is None:
        return array
    behind = np.arange(shape[0])[:, None] >= trace.lengths
    return np.where(behind[..., None], kind.type(0), array)


def _through_activation(trace: ModelTrace, doutput: Array) -> Array:
    """Return dL/dlogits from dL/doutput: the derivative of the readout's activation."""
    activation = trace.model.readout.activation if trace.model.readout else "linear"
    if activation == "softmax":
        share = trace.output
        return np.asarray(share * (doutput - (doutput * share).sum(axis=-1, keepdims=True)))
    if activation == "log_softmax":
        return np.asarray(doutput - np.exp(trace.output) * doutput.sum(axis=-1, keepdims=True))
    return doutput
