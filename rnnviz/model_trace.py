"""Run a model over a sequence: a trace for every layer and direction, and what comes out."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array, real_array
from rnnviz.cells import Cell
from rnnviz.checks import check_budget, checked_dtype, checked_lengths, needed_bytes
from rnnviz.errors import RnnvizError
from rnnviz.losses import log_softmax, softmax
from rnnviz.tracing import BUDGET, Trace, flipped, trace

if TYPE_CHECKING:
    from rnnviz.model import Model
    from rnnviz.model_gradients import ModelGradients

Key = tuple[int, str]  # a layer, from 0, and a direction
States = Mapping[Key, Mapping[str, Array]]
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda logits: logits,
    "softmax": softmax,
    "log_softmax": log_softmax,
}


@dataclass(frozen=True, eq=False)
class ModelTrace:
    """Every value of a model over T timesteps and B samples.

    ``traces`` are those of each layer and direction, ``x`` is what the first layer read (T, B, I),
    ``tokens`` (T, B) what the embedding looked up. ``hidden`` (T, B, D·H) is the last layer's h,
    both directions in the order of the sequence. ``logits`` and ``output`` (T, B, O) are the
    readout's before and after its activation; without a readout both are ``hidden``.
    """

    model: "Model"
    traces: Mapping[Key, Trace]
    x: Array
    tokens: NDArray[np.int64] | None
    hidden: Array
    logits: Array
    output: Array

    def __getitem__(self, key: int | Key) -> Trace:
        """Return the trace of a layer, from 0, and a direction, its first if left out."""
        return self.traces[self.key(key)]

    def key(self, key: int | Key) -> Key:
        """Return a key as layer and direction; RnnvizError if the model has no such part."""
        layer, *direction = (key,) if isinstance(key, int) else key
        if not 0 <= layer < len(self.model.layers):
            raise RnnvizError(f"layer: wanted 0 to {len(self.model.layers) - 1}, got {layer}")
        known = self.model.layers[layer].directions
        wanted = direction[0] if direction else known[0]
        if wanted not in known:
            raise RnnvizError(f"direction: wanted {' or '.join(known)}, got {wanted!r}")
        return layer, wanted

    @property
    def final(self) -> States:
        """The states after the last timestep, to carry into the next chunk (``states=``)."""
        return MappingProxyType({key: one.final for key, one in self.traces.items()})

    @property
    def lengths(self) -> NDArray[np.int64] | None:
        """The timesteps of each sample, (B,), where they differ."""
        return next(iter(self.traces.values())).lengths

    def backward(self, **given: Any) -> "ModelGradients":
        """Return dL/d of every value of every layer (see rnnviz.model_gradients.backward)."""
        from rnnviz.model_gradients import backward

        return backward(self, **given)

    def __repr__(self) -> str:
        parts = "; ".join(f"{k}, {way}: {one!r}" for (k, way), one in self.traces.items())
        return f"ModelTrace({parts})"


def run_model(
    model: "Model",
    x: Any,
    *,
    lengths: Any = None,
    states: States | None = None,
    h0: Any = None,
    c0: Any = None,
    dtype: Any = np.float64,
    keep: Collection[str] | None = None,
    budget: int = BUDGET,
) -> ModelTrace:
    """Run a model over x: see ``Model.trace``."""
    kind = checked_dtype(dtype)
    tokens = None
    if model.embedding is None:
        below = real_array("x", x, "(T, B, I) or (T, I)", (2, 3), kind)
        below = below if below.ndim == 3 else below[:, None, :]
    else:
        tokens = _tokens(x, len(model.embedding))
        below = model.embedding[tokens].astype(kind)
    first = below
    counts = None if lengths is None else checked_lengths(lengths, *below.shape[:2])
    kept = [None if keep is None else _kept(model, layer.cell, keep) for layer in model.layers]
    check_model_budget(model, len(below), below.shape[1], below.itemsize, budget, kept)
    started = _started(model, states, h0, c0, below.shape[1])
    traces: dict[Key, Trace] = {}
    for k, layer in enumerate(model.layers):
        outputs = []
        for direction, params in layer.params.items():
            reverse = direction == "backward"
            given = started.get((k, direction), {})
            try:
                made = trace(
                    layer.cell,
                    flipped(below, counts) if reverse else below,
                    params,
                    h0=given.get("h_prev"),
                    c0=given.get("c_prev"),
                    lengths=counts,
                    dtype=kind,
                    keep=kept[k],
                    budget=budget,
                )
            except RnnvizError as error:
                raise RnnvizError(_placed(model, k, direction, error)) from None
            traces[k, direction] = replace(made, reverse=reverse)
            outputs.append(traces[k, direction].aligned("h"))
        below = np.concatenate(outputs, axis=2) if len(outputs) > 1 else outputs[0]
    logits = below
    if model.readout is not None:
        logits = below @ model.readout.weight.T.astype(kind)
        if model.readout.bias is not None:
            logits = logits + model.readout.bias.astype(kind)
    activation = model.readout.activation if model.readout else "linear"
    output = ACTIVATIONS[activation](logits)
    return ModelTrace(model, MappingProxyType(traces), first, tokens, below, logits, output)


def _kept(model: "Model", cell: Cell, keep: Collection[str]) -> set[str]:
    """Return what of ``keep`` a layer has, and its h, which the next part reads."""
    known = {name for layer in model.layers for name in layer.cell.names}
    unknown = [keep] if isinstance(keep, str) else [name for name in keep if name not in known]
    if unknown:
        raise RnnvizError(f"keep: wanted a list of {', '.join(sorted(known))}, got {unknown[0]!r}")
    return {"h", *(name for name in keep if name in cell.names)}


def check_model_budget(
    model: "Model",
    steps: int,
    batch: int,
    itemsize: int,
    budget: int = BUDGET,
    kept: Sequence[Collection[str] | None] | None = None,
) -> None:
    """Raise RnnvizError where the values of all layers over T timesteps would not fit."""
    needed = 0
    for k, layer in enumerate(model.layers):
        shape, keep = (steps, batch, layer.input_size), kept[k] if kept else None
        once = needed_bytes(layer.cell, shape, layer.hidden_size, itemsize, keep)
        needed += once * len(layer.params)
    check_budget(needed, steps, budget)


def _placed(model: "Model", layer: int, direction: str, error: RnnvizError) -> str:
    if len(model.layers) == 1 and len(model.layers[0].params) == 1:
        return str(error)
    return f"layer {layer + 1}, {direction}: {error}"


def check_states(name: str, model: "Model", states: States) -> None:
    """Raise RnnvizError for a layer, direction or state that the model does not have."""
    keys = list(_keys(model))
    for key, given in states.items():
        if key not in keys:
            raise RnnvizError(f"{name}: wanted some of {keys}, got {key}")
        known = model.layers[key[0]].cell.states
        unknown = [state for state in given if state not in known]
        if unknown:
            wanted = " and ".join(known)
            raise RnnvizError(f"{name}: wanted {wanted} for {key}, got {unknown[0]!r}")


def _tokens(x: Any, size: int) -> NDArray[np.int64]:
    given = np.asarray(x)
    if given.dtype.kind not in "iu" or given.ndim not in (1, 2) or 0 in given.shape:
        raise RnnvizError(
            f"x: wanted whole numbers of shape (T, B) or (T,) for the embedding, "
            f"got {given.dtype} of shape {given.shape}"
        )
    if given.min() < 0 or given.max() >= size:
        bad = given.min() if given.min() < 0 else given.max()
        raise RnnvizError(f"x: wanted 0 to {size - 1} (the embedding's rows), got {bad}")
    tokens = given.astype(np.int64)
    return tokens if tokens.ndim == 2 else tokens[:, None]


def _keys(model: "Model") -> Iterator[Key]:
    for k, layer in enumerate(model.layers):
        for direction in layer.directions:
            yield k, direction


def _started(model: "Model", states: States | None, h0: Any, c0: Any, batch: int) -> States:
    """Return the initial states by layer and direction, from either way of giving them."""
    keys = list(_keys(model))
    if states is not None:
        if h0 is not None or c0 is not None:
            raise RnnvizError("states: wanted either states or h0 and c0, got both")
        check_states("states", model, states)
        return states
    started: dict[Key, dict[str, Array]] = {key: {} for key in keys}
    for name, value in (("h0", h0), ("c0", c0)):
        if value is None:
            continue
        array = real_array(name, value, "(L·D, B, H)", (3,))
        if array.shape[:2] != (len(keys), batch):
            raise RnnvizError(
                f"{name}: wanted shape (L·D, B, H) = ({len(keys)}, {batch}, H), got {array.shape}"
            )
        for key, state in zip(keys, array, strict=True):
            started[key][name.replace("0", "_prev")] = state
    return started
