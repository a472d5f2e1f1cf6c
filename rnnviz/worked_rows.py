"""One unit's sums as rows of text: every product, the biases, their sum and what it becomes."""

from collections.abc import Iterable, Iterator
from functools import cache

from rnnviz.cells import Cell
from rnnviz.equations import worked
from rnnviz.ops import OPS, PRODUCTS, REALS
from rnnviz.rounding import product as exactly
from rnnviz.rounding import relation, show, total
from rnnviz.scalars import Neuron, Ref, Rest
from rnnviz.tracing import Trace

SumRow = tuple[str, str, str, str, str, str]  # label, left, sign, right, relation, result
StateRow = tuple[str, str, str, str]  # label, what it is made of, relation, result


def sum_rows(trace: Trace, name: str, unit: int, t: int, b: int, digits: int) -> Iterator[SumRow]:
    """Yield how unit ``unit`` of a gate or a linear part comes about; indices from 0.

    A part that has no place of its own, such as the GRU's n_h in n, comes before the term that it
    is in. Raises RnnvizError for what is no such sum and for an index out of range.
    """
    neuron = trace.neuron(name, unit, t, b)
    for product in neuron.products:
        for ref in (product.left_ref, product.right_ref):
            yield from _part(trace, ref, t, b, digits)
    yield from _sum(trace, neuron, digits)


def state_rows(
    trace: Trace, names: Iterable[str], unit: int, t: int, b: int, digits: int
) -> Iterator[StateRow]:
    """Yield how unit ``unit`` of each of these element-wise steps comes about; indices from 0."""
    for name in names:
        step = trace.cell.step(name)
        made = OPS[step.op].text.format(*(_named(Ref(arg, (unit,))) for arg in step.args))
        line = worked(trace, name, unit, t, b, digits)
        label = f"{_named(Ref(name, (unit,)))} = {made}"
        yield label, " ".join(line.parts()), line.relation, line.result


@cache
def parts(cell: Cell) -> frozenset[str]:
    """Return the steps on the way to a gate: neither a gate nor a state themselves."""
    gates = {gate.key for gate in cell.gates}
    found: set[str] = set()
    for step in reversed(cell.steps):
        if step.name in gates | found:
            found.update(set(step.args) - gates - set(cell.next_state))
    return frozenset(found & {step.name for step in cell.steps})


def _part(trace: Trace, ref: Ref, t: int, b: int, digits: int) -> Iterator[SumRow]:
    if ref.name not in parts(trace.cell):
        return
    step = trace.cell.step(ref.name)
    if step.op in PRODUCTS:
        yield from _sum(trace, trace.neuron(ref.name, ref.index[0], t, b), digits)
        return
    args = [Ref(arg, ref.index) for arg in step.args]
    for arg in args:
        yield from _part(trace, arg, t, b, digits)
    line = worked(trace, ref.name, ref.index[0], t, b, digits)
    label = f"{_named(ref)} = "
    if len(args) == 1:
        yield label + line.parts()[0], "", "", "", line.relation, line.result
        return
    left, right = line.operands
    sign = "×" if step.op == "mul" else "+"
    made = OPS[step.op].text.format(*map(_named, args))
    yield label + made, left, sign, right, line.relation, line.result


def _sum(trace: Trace, neuron: Neuron, digits: int) -> Iterator[SumRow]:
    def shown(ref: Ref, value: float) -> str:
        within = trace.cell.range(ref.name) if ref.name in trace.names else REALS
        return show(value, digits, within=within)

    terms = []
    for product in neuron.terms:
        if isinstance(product, Rest):
            terms.append(show(product.value, digits))
            label = f"{product.count} more {product.weight.name} × {product.source}"
            yield label, "", "", "", "", terms[-1]
            continue
        left = shown(product.left_ref, product.left)
        right = shown(product.right_ref, product.right)
        result = show(product.product, digits)
        terms.append(result)
        label = f"{_named(product.left_ref)} × {_named(product.right_ref)}"
        yield label, left, "×", right, relation(exactly(left, right), result), result
    for bias in neuron.biases:
        terms.append(show(bias.value, digits))
        yield _named(bias.ref), "", "", "", "", terms[-1]
    shown_sum = show(neuron.sum, digits)
    label = "sum" if neuron.activation else _named(neuron.ref)
    yield label, "", "", "", relation(total(terms), shown_sum), shown_sum
    if neuron.activation:
        line = worked(trace, neuron.ref.name, neuron.ref.index[0], neuron.t, neuron.b, digits)
        label = f"{_named(neuron.ref)} = {line.parts()[0]}"
        yield label, "", "", "", line.relation, line.result


def _named(ref: Ref) -> str:
    return f"{ref.name}[{','.join(str(k + 1) for k in ref.index)}]"
