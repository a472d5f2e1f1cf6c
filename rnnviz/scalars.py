"""One neuron's sum, product by product: the worked example of the picture and the terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from rnnviz.arrays import Array
from rnnviz.errors import RnnvizError
from rnnviz.ops import ACTIVATIONS, PRODUCTS, SUMS
from rnnviz.tracing import Trace


@dataclass(frozen=True)
class Ref:
    """One scalar by its address: a value (``x``, unit 0) or a parameter (``W_if``, row, column)."""

    name: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class Product:
    """One ``left × right`` of a sum: the scalars, where they come from and their product."""

    left_ref: Ref
    right_ref: Ref
    left: float
    right: float
    product: float


@dataclass(frozen=True)
class Bias:
    """One bias of a sum: where it comes from and its value."""

    ref: Ref
    value: float


@dataclass(frozen=True)
class Rest:
    """The products of one weight matrix that an excerpt does not show: how many, and their sum."""

    weight: Ref
    source: str
    count: int
    value: float


@dataclass(frozen=True)
class Neuron:
    """All that makes one unit of a gate: its products, biases, sum, activation and value.

    ``sum`` is the trace's pre-activation; ``activation`` is the op's name, or None where the sum
    itself is the value (a linear part such as the GRU's n_h). Products, rests and biases add up to
    the sum; only an excerpt has rests (see rnnviz.excerpt).
    """

    ref: Ref
    t: int
    b: int
    products: tuple[Product, ...]
    biases: tuple[Bias, ...]
    sum: float
    activation: str | None
    value: float
    rests: tuple[Rest, ...] = ()

    @property
    def terms(self) -> tuple[Product | Rest, ...]:
        """The products, and after those of each weight matrix the rest that is not shown."""
        names = [product.left_ref.name for product in self.products]

        def place(term: Product | Rest) -> int:
            return names.index(term.weight.name if isinstance(term, Rest) else term.left_ref.name)

        return tuple(sorted((*self.products, *self.rests), key=place))


def neuron(trace: Trace, name: str, unit: int, t: int, b: int = 0) -> Neuron:
    """Return unit ``unit`` of gate ``name`` at timestep t of sample b, all from 0.

    ``name`` is a gate (``f``), its pre-activation (``f_pre``) or a linear part (``f_x``). Raises
    RnnvizError for a value that is no such sum and for an index out of range.
    """
    trace.check_index("t", t, trace.sizes["T"])
    trace.check_index("b", b, trace.sizes["B"])
    trace.check_index("unit", unit, trace.sizes["H"])
    step = trace.cell.step(name)
    activation = None
    if step.op in ACTIVATIONS:
        activation = step.op
        step = trace.cell.step(step.args[0]) if _is_step(trace, step.args[0]) else step
    terms = _terms(trace, step.name, unit, t, b)
    return Neuron(
        ref=Ref(name, (unit,)),
        t=t,
        b=b,
        products=tuple(term for term in terms if isinstance(term, Product)),
        biases=tuple(term for term in terms if isinstance(term, Bias)),
        sum=float(trace[step.name][t, b, unit]),
        activation=activation,
        value=float(trace[name][t, b, unit]),
        rests=tuple(term for term in terms if isinstance(term, Rest)),
    )


def _is_step(trace: Trace, name: str) -> bool:
    return any(step.name == name for step in trace.cell.steps)


def _terms(trace: Trace, name: str, unit: int, t: int, b: int) -> list[Product | Rest | Bias]:
    step = trace.cell.step(name)
    blocks = trace.params.blocks(trace.cell)
    if step.op in PRODUCTS:
        weight, source, *bias = step.args
        row, vector = blocks[weight][unit], trace[source][t, b]
        biases = [Bias(Ref(name, (unit,)), float(blocks[name][unit])) for name in bias]
        return [*_products(weight, unit, row, source, vector, trace.shown(source)), *biases]
    if step.op == "mul":
        left, right = (
            float(blocks[arg][unit] if arg in blocks else trace[arg][t, b, unit])
            for arg in step.args
        )
        left_ref, right_ref = (Ref(arg, (unit,)) for arg in step.args)
        made = float(trace[name][t, b, unit])
        return [Product(left_ref, right_ref, left, right, made)]
    if step.op not in SUMS:
        raise RnnvizError(f"name: wanted a gate, its pre-activation or a linear part, got {name!r}")
    made_by_steps = (arg for arg in step.args if arg not in blocks and _is_step(trace, arg))
    return [term for arg in made_by_steps for term in _terms(trace, arg, unit, t, b)]


def _products(
    weight: str, unit: int, row: Array, source: str, vector: Array, shown: Sequence[int]
) -> Iterator[Product | Rest]:
    """Yield the products of a row of weights and a vector that are shown, then the rest as one."""
    for k in shown:
        w, v = float(row[k]), float(vector[k])
        yield Product(Ref(weight, (unit, k)), Ref(source, (k,)), w, v, w * v)
    if len(shown) < len(row):
        made = np.delete(row * vector, shown)
        yield Rest(Ref(weight, (unit,)), source, len(made), fsum(made))
