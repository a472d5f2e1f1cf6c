"""Losses of a sequence, with their gradients: where a walk backwards through time starts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array, real_array
from rnnviz.checks import checked_lengths
from rnnviz.errors import RnnvizError

REDUCTIONS = ("mean", "sum")


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss: its value, that of each timestep and sample (T, B), and dL/d of its argument.

    ``each`` adds up to ``value``: with a mean, each is divided already.
    """

    value: float
    each: Array
    grad: Array


def softmax(logits: Array) -> Array:
    """Return exp(v) / Σ exp(v) over the last axis, without overflow."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def log_softmax(logits: Array) -> Array:
    """Return v − log Σ exp(v) over the last axis, without overflow."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def cross_entropy(
    logits: Any, targets: Any, *, lengths: Any = None, reduction: str = "mean"
) -> Loss:
    """Return −log softmax(logits)[target], from logits (T, B, O) and targets (T, B), whole numbers.

    The mean is over all timesteps and samples, up to each sample's end where ``lengths`` (B,) are
    given; log-softmax outputs are logits too. The gradient is dL/dlogits, (softmax − one-hot) over
    the count. Raises RnnvizError for shapes that do not go together and targets outside 0 to O − 1.
    """
    scores = _scores("logits", logits)
    wanted = np.asarray(targets)
    if wanted.dtype.kind not in "iu" or wanted.shape != scores.shape[:2]:
        raise RnnvizError(
            f"targets: wanted whole numbers of shape (T, B) = {scores.shape[:2]}, "
            f"got {wanted.dtype} of shape {wanted.shape}"
        )
    weight = _weights(scores, lengths, reduction)
    outside = (wanted < 0) | (wanted >= scores.shape[2])
    if (outside & (weight > 0)).any():
        raise RnnvizError(
            f"targets: wanted 0 to {scores.shape[2] - 1} (O − 1), "
            f"got {wanted[outside & (weight > 0)][0]}"
        )
    wanted = np.where(outside, 0, wanted)[..., None]  # padding behind a sample's end
    each = -np.take_along_axis(log_softmax(scores), wanted, axis=-1)[..., 0] * weight
    grad = softmax(scores)
    np.put_along_axis(grad, wanted, np.take_along_axis(grad, wanted, -1) - 1.0, axis=-1)
    return _loss(each, grad * weight[..., None])


def squared_error(
    prediction: Any, target: Any, *, lengths: Any = None, reduction: str = "mean"
) -> Loss:
    """Return (prediction − target)² of two (T, B, O), its mean over all of them or its sum.

    The gradient is dL/dprediction. Raises RnnvizError for shapes that do not go together.
    """
    made, wanted = _scores("prediction", prediction), _scores("target", target)
    if made.shape != wanted.shape:
        raise RnnvizError(
            f"target: wanted shape (T, B, O) = {made.shape} like the prediction, got {wanted.shape}"
        )
    weight = _weights(made, lengths, reduction)
    if reduction == "mean":
        weight = weight / made.shape[2]
    difference = made - wanted
    with np.errstate(over="ignore"):  # said by _loss
        each = (difference**2).sum(axis=-1) * weight
    return _loss(each, 2.0 * difference * weight[..., None])


def _loss(each: Array, grad: Array) -> Loss:
    if not np.isfinite(each.sum()):
        raise RnnvizError(f"loss: wanted one that {each.dtype} can hold, got an overflow")
    return Loss(float(each.sum()), each, grad)


def _scores(name: str, value: Any) -> Array:
    kind = np.asarray(value).dtype
    dtype = kind if kind == np.float32 else np.float64
    return real_array(name, value, "(T, B, O)", (3,), dtype)


def _weights(scores: Array, lengths: Any, reduction: str) -> NDArray[Any]:
    """Return what each timestep and sample counts, (T, B): 0 behind its end."""
    if reduction not in REDUCTIONS:
        raise RnnvizError(f"reduction: wanted one of {', '.join(REDUCTIONS)}, got {reduction!r}")
    steps, batch = scores.shape[:2]
    weight = np.ones((steps, batch), scores.dtype)
    if lengths is not None:
        weight[np.arange(steps)[:, None] >= checked_lengths(lengths, steps, batch)] = 0.0
    return weight / weight.sum() if reduction == "mean" else weight
