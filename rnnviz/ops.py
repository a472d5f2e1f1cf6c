"""The op table: what each operation computes, how it is written and the range of its values.

Every cell is a list of these operations, so values, equations and the ranges that rounding must
respect come from one place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]  # float64 in a trace; complex in a derivative by complex step
REALS = (-float("inf"), float("inf"))


def sigmoid(v: Values) -> Values:
    """Return 1 / (1 + exp(-v)) element by element, in (0, 1), without overflow for any finite v."""
    small = np.exp(np.where(v.real < 0, v, -v))
    return np.where(v.real < 0, small, 1.0) / (1.0 + small)


def linear(weight: Values, v: Values, bias: Values) -> Values:
    """Return ``v @ weight.T + bias``; weight (H, K), v (B, K), bias (H,), result (B, H)."""
    return v @ weight.T + bias


@dataclass(frozen=True)
class Op:
    """One operation: its function, its notation in Typst and in plain text, and its open range.

    ``binds`` is how tightly the notation holds its operands together: 1 for a sum, 2 for a
    product, 3 for a function call; an operand that binds less is put in parentheses.
    """

    forward: Callable[..., Values]
    typst: str
    text: str
    binds: int
    range: tuple[float, float] = REALS


OPS: dict[str, Op] = {
    "linear": Op(linear, "{0} {1} + {2}", "{0} {1} + {2}", 1),
    "add": Op(np.add, "{0} + {1}", "{0} + {1}", 1),
    "mul": Op(np.multiply, "{0} dot.o {1}", "{0} ⊙ {1}", 2),
    "one_minus": Op(lambda v: 1.0 - v, "1 - {0}", "1 − {0}", 1, (0.0, 1.0)),
    "sigmoid": Op(sigmoid, "sigma({0})", "σ({0})", 3, (0.0, 1.0)),
    "tanh": Op(np.tanh, "tanh({0})", "tanh({0})", 3, (-1.0, 1.0)),
}
ACTIVATIONS = ("sigmoid", "tanh")
