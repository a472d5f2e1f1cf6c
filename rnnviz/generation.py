"""Models that read what they wrote: autoregressive running, and an encoder with a decoder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array
from rnnviz.errors import RnnvizError
from rnnviz.model import Model
from rnnviz.model_trace import ModelTrace, States, check_model_budget
from rnnviz.tracing import BUDGET

if TYPE_CHECKING:
    from rnnviz.model_gradients import ModelGradients

Feed = Callable[[Array], NDArray[Any]]  # an output (B, O) -> the next input (B, I) or tokens (B,)


def most_likely(output: Array) -> NDArray[np.int64]:
    """Return the index of the largest output of each sample, (B,)."""
    return np.asarray(output.argmax(axis=-1), dtype=np.int64)


def one_hot(output: Array) -> Array:
    """Return a 1 for the largest output of each sample and 0 for the others, (B, O)."""
    return np.asarray(np.eye(output.shape[-1])[most_likely(output)])


def generate(
    model: Model,
    x: Any,
    steps: int,
    feed: Feed | None = None,
    states: States | None = None,
    *,
    dtype: Any = np.float64,
    budget: int = BUDGET,
) -> ModelTrace:
    """Run a model over x, then ``steps`` timesteps more on its own outputs: see Model.generate.

    The result is one trace over all inputs, those of x and those fed back. Raises RnnvizError for
    a model that reads backward, fewer than one step, more values than ``budget`` bytes, and for an
    output that is no input.
    """
    if any("backward" in layer.params for layer in model.layers):
        raise RnnvizError("generate: wanted a model that only reads forward, got a backward layer")
    if steps < 1:
        raise RnnvizError(f"steps: wanted at least 1, got {steps}")
    if feed is None:
        feed = _default_feed(model)
    if not callable(feed):
        raise RnnvizError(f"feed: wanted a function from an output to an input, got {feed!r:.40}")
    chunk = model.trace(x, states=states, dtype=dtype, budget=budget)
    check_model_budget(model, len(chunk.x) + steps, chunk.x.shape[1], chunk.x.itemsize, budget)
    inputs: list[NDArray[Any]] = [chunk.x if chunk.tokens is None else chunk.tokens]
    for _ in range(steps):
        inputs.append(np.asarray(feed(chunk.output[-1]))[None])
        chunk = model.trace(inputs[-1], states=chunk.final, dtype=dtype)
    return model.trace(np.concatenate(inputs), states=states, dtype=dtype, budget=budget)


def _default_feed(model: Model) -> Feed:
    if model.embedding is not None:
        return most_likely
    made = model.layers[-1].output_size if model.readout is None else len(model.readout.weight)
    wanted = model.layers[0].input_size
    if made != wanted:
        raise RnnvizError(
            f"feed: wanted a function from an output (B, {made}) to an input (B, {wanted}), "
            f"since they differ, got none"
        )
    return lambda output: output


@dataclass(frozen=True, eq=False)
class PairTrace:
    """The traces of an encoder and of the decoder that started from its final states."""

    encoder: ModelTrace
    decoder: ModelTrace

    def backward(self, *, truncate: int | None = None, **given: Any) -> "PairGradients":
        """Return the gradients of both, from dL/d of the decoder's logits or output.

        Inputs that were fed back count as given: no gradient passes through them.
        """
        decoder = self.decoder.backward(truncate=truncate, **given)
        encoder = self.encoder.backward(final=decoder.states, truncate=truncate)
        return PairGradients(encoder, decoder)


@dataclass(frozen=True, eq=False)
class PairGradients:
    """The gradients of an encoder and its decoder."""

    encoder: "ModelGradients"
    decoder: "ModelGradients"


@dataclass(frozen=True, eq=False)
class EncoderDecoder:
    """Two models: the decoder starts, layer by layer, from the encoder's final states.

    Raises RnnvizError unless both have as many layers, of the same states and sizes, and the
    decoder only reads forward.
    """

    encoder: Model
    decoder: Model

    def __post_init__(self) -> None:
        pair = (self.encoder, self.decoder)
        found = [
            [(layer.cell.states, layer.hidden_size, layer.directions) for layer in model.layers]
            for model in pair
        ]
        if found[0] != found[1]:
            told = [", ".join(f"{len(s)} × {h} ({'+'.join(d)})" for s, h, d in f) for f in found]
            raise RnnvizError(
                f"decoder: wanted layers with the encoder's states ({told[0]}), got {told[1]}"
            )
        if any("backward" in layer.params for layer in self.decoder.layers):
            raise RnnvizError("decoder: wanted a model that only reads forward, got a backward one")

    def trace(
        self,
        x: Any,
        start: Any,
        *,
        steps: int | None = None,
        targets: Any = None,
        lengths: Any = None,
        feed: Feed | None = None,
    ) -> PairTrace:
        """Encode x, then decode from ``start`` (B, I), or tokens (B,).

        With teacher forcing, ``targets`` (T, B, ·) are what the decoder should have written: it
        reads ``start`` and then all of them but the last, whatever it writes. Without, it runs on
        its own outputs for ``steps`` timesteps (see Model.generate). ``lengths`` (B,) are those of
        x. Raises RnnvizError unless one of ``steps`` and ``targets`` is given.
        """
        if (steps is None) == (targets is None):
            got = "none" if steps is None else "both"
            raise RnnvizError(f"decoder: wanted either steps or targets, got {got}")
        if steps is not None and steps < 1:
            raise RnnvizError(f"steps: wanted at least 1, got {steps}")
        encoder = self.encoder.trace(x, lengths=lengths)
        states: Mapping[Any, Any] = encoder.final
        first = np.asarray(start)[None]
        batch = encoder.hidden.shape[1]
        if first.ndim < 2 or first.shape[1] != batch:
            raise RnnvizError(
                f"start: wanted an input (B, I) or a token (B,) for each of {batch} samples, "
                f"got shape {first.shape[1:]}"
            )
        if targets is not None:
            written = np.asarray(targets)
            if written.shape[1:] != first.shape[1:] or not len(written):
                raise RnnvizError(
                    f"targets: wanted timesteps of shape {first.shape[1:]} like start, "
                    f"got shape {written.shape}"
                )
            inputs = np.concatenate([first, written[:-1]])
            return PairTrace(encoder, self.decoder.trace(inputs, states=states))
        if steps == 1:
            return PairTrace(encoder, self.decoder.trace(first, states=states))
        more = 0 if steps is None else steps - 1
        return PairTrace(encoder, self.decoder.generate(first, more, feed, states))
