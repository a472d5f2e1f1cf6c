"""The op table: what each operation computes, its derivative, how it is written, its range.

Every cell is a list of these operations, so values, gradients, equations and the ranges that
rounding must respect come from one place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]  # float64 or float32 in a trace; complex in a derivative by complex step
REALS = (-float("inf"), float("inf"))


def linear(weight: Values, v: Values, bias: Values, out: Values | None = None) -> Values:
    """Return ``v @ weight.T + bias``; weight (H, K), v (B, K), bias (H,), result (B, H)."""
    out = np.matmul(v, weight.T, out=out)
    out += bias
    return out


def matmul(weight: Values, v: Values, out: Values | None = None) -> Values:
    """Return ``v @ weight.T``; weight (H, K), v (B, K), result (B, H)."""
    product: Values = np.matmul(v, weight.T, out=out)
    return product


def add3(a: Values, b: Values, c: Values, out: Values | None = None) -> Values:
    """Return ``a + b + c``."""
    out = np.add(a, b, out=out)
    out += c
    return out


def one_minus(v: Values, out: Values | None = None) -> Values:
    """Return ``1 - v``."""
    difference: Values = np.subtract(1.0, v, out=out)
    return difference


def sigmoid(v: Values, out: Values | None = None) -> Values:
    """Return 1 / (1 + exp(-v)) element by element, in (0, 1); beyond float's exp it is 0."""
    with np.errstate(over="ignore"):  # exp(-v) = inf gives the right 0
        out = np.negative(v, out=out)
        np.exp(out, out=out)
    out += 1.0
    return np.divide(1.0, out, out=out)


def relu(v: Values, out: Values | None = None) -> Values:
    """Return v where its real part is above 0, else 0."""
    out = np.empty_like(v) if out is None else out
    out[...] = np.where(v.real > 0, v, 0.0)
    return out


Gradient = Callable[..., tuple[Values, ...]]


@dataclass(frozen=True)
class Op:
    """One operation: its function, its derivative, its notation and its open range.

    ``forward(*operands, out=None)`` computes it. ``vjp(grad, value, *operands)`` returns dL/d of
    each operand from dL/d of the value; (B, ·) arrays, and the weight's and bias's are summed over
    the batch. ``typst`` and ``text`` are templates; ``binds`` is how tightly the notation holds
    its operands together: 1 for a sum, 2 for a product, 3 for a function call; an operand that
    binds less is put in parentheses.
    """

    forward: Callable[..., Values]
    vjp: Gradient
    typst: str
    text: str
    binds: int
    range: tuple[float, float] = REALS


OPS: dict[str, Op] = {
    "linear": Op(
        linear,
        lambda grad, _, weight, v, bias: (grad.T @ v, grad @ weight, grad.sum(axis=0)),
        "{0} {1} + {2}",
        "{0} {1} + {2}",
        1,
    ),
    "matmul": Op(
        matmul, lambda grad, _, weight, v: (grad.T @ v, grad @ weight), "{0} {1}", "{0} {1}", 2
    ),
    "add": Op(np.add, lambda grad, _, a, b: (grad, grad), "{0} + {1}", "{0} + {1}", 1),
    "add3": Op(
        add3,
        lambda grad, _, a, b, c: (grad, grad, grad),
        "{0} + {1} + {2}",
        "{0} + {1} + {2}",
        1,
    ),
    "mul": Op(
        np.multiply, lambda grad, _, a, b: (grad * b, grad * a), "{0} dot.o {1}", "{0} ⊙ {1}", 2
    ),
    "one_minus": Op(one_minus, lambda grad, _, v: (-grad,), "1 - {0}", "1 − {0}", 1, (0.0, 1.0)),
    "sigmoid": Op(
        sigmoid,
        lambda grad, s, v: (grad * s * (1.0 - s),),
        "sigma({0})",
        "σ({0})",
        3,
        (0.0, 1.0),
    ),
    "tanh": Op(
        np.tanh,
        lambda grad, t, v: (grad * (1.0 - t * t),),
        "tanh({0})",
        "tanh({0})",
        3,
        (-1.0, 1.0),
    ),
    "relu": Op(
        relu,
        lambda grad, _, v: (grad * (v.real > 0),),
        'op("relu")({0})',
        "relu({0})",
        3,
    ),
}
ACTIVATIONS = ("sigmoid", "tanh", "relu")
SUMS = ("add", "add3")
PRODUCTS = ("linear", "matmul")  # of a weight matrix and a vector
