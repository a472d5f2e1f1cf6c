"""What stands under the graph of backpropagation: the parts that a gradient adds up from."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rnnviz.arrays import Array
from rnnviz.figures.bptt_graph import GRADIENT, HALF, gap, middle, slots
from rnnviz.figures.bptt_run import Unrolled
from rnnviz.figures.marks import Bar, Mark, Math, Number, Scale, Wire, Words
from rnnviz.rounding import ALMOST, MINUS, number, relation, show, total

HEAD, ROWS, RULE, SUM = 676.0, (734.0, 790.0, 846.0), 20.0, 62.0
SIZE = 29.0
MATRIX = (868.0, 920.0)  # the rows of a weight's gradient
EQUALS = 318.0  # after the sum at the left
LEFT = 40.0


def heading(run: Unrolled, text: str) -> Iterator[Mark]:
    """Yield the title of a ledger, and the units over the columns."""
    yield Words("ledger.title", text, LEFT, HEAD, 30.0, bold=True)
    for t in range(run.steps):
        for place, unit in zip(slots(run, middle(run, t)), run.units, strict=True):
            yield Words(f"ledger.unit{t + 1}.{unit + 1}", f"unit {unit + 1}", place, HEAD, 24.0,
                        "muted", "centre")  # fmt: skip


def labels(name: str, texts: Sequence[str], sums: str) -> Iterator[Mark]:
    """Yield the names of a ledger's rows, with the rule and the name of the sum under them."""
    for k, text in enumerate(texts):
        yield Math(f"{name}.name{k + 1}", text, LEFT, ROWS[k], 28.0)
    y = ROWS[len(texts) - 1]
    yield Wire(f"{name}.rule", ((LEFT, y + RULE), (1880, y + RULE)), "muted", 1.5, arrow=False)
    yield Math(f"{name}.sum", sums, LEFT, y + SUM, 30.0, GRADIENT)


def entries(
    run: Unrolled, t: int, k: int, values: Array, name: str, ref: str, digits: int
) -> Iterator[Mark]:
    """Yield one row of a column: a part of dL/dh_t, unit by unit."""
    for place, unit in zip(slots(run, middle(run, t)), run.units, strict=True):
        yield Number(f"{name}.{unit + 1}", float(values[unit]), place, ROWS[k],
                     f"{ref},{unit + 1}]", SIZE, GRADIENT, "centre", digits=digits)  # fmt: skip


def sums(run: Unrolled, t: int, parts: Sequence[Array], name: str, digits: int) -> Iterator[Mark]:
    """Yield dL/dh_t under its parts, after = where all rounded parts give it and else ≈."""
    y, places = ROWS[len(parts) - 1] + SUM, slots(run, middle(run, t))
    signs = [added([float(part[k]) for part in parts], float(run.dh[t, k]), digits)
             for k in run.units]  # fmt: skip
    sign = next((one for one in signs if one == ALMOST), signs[0])
    yield Words(f"{name}.sign", sign, places[0] - 76, y, SIZE + 3, anchor="centre")
    for place, unit in zip(places, run.units, strict=True):
        ref = f"∂L/∂h[{t + 1},{unit + 1}]"
        yield Number(f"{name}.{unit + 1}", float(run.dh[t, unit]), place, y, ref, SIZE + 1, "ink",
                     "centre", digits=digits)  # fmt: skip


def added(parts: Sequence[float], value: float, digits: int) -> str:
    """Return = if parts as they are shown add up to a value as it is shown, else ≈."""
    return relation(total([show(part, digits) for part in parts]), show(value, digits))


def chained(run: Unrolled) -> Iterator[Mark]:
    """Yield the names of the rows about the last loss's share, and how it gets to h_t."""
    last, hidden = run.steps, len(run.h0)
    share = f"∂L_{last}/∂h"
    yield Math("share.name1", f"{share}_t", LEFT, ROWS[0], 28.0, GRADIENT)
    every = f", all {hidden} units" if hidden > len(run.units) else ""
    yield Words("share.name2", f"its length{every}", LEFT, ROWS[1], 28.0)
    text = f"{share}_t = W_{{hh}}^T ({slope(run, 't+1')} ⊙ {share}_{{t+1}})"
    yield Math("share.rule", text, LEFT, 945, 30.0)


def slope(run: Unrolled, step: str) -> str:
    """Return the derivative of the activation at a timestep, as a formula."""
    name = str(dict(run.cell.choices)["activation"])
    return {"tanh": f"(1 − h_{{{step}}}^2)", "relu": f"[h_{{{step}}} > 0]"}[name]


def share(run: Unrolled, t: int, digits: int) -> Iterator[Mark]:
    """Yield the last loss's share in dL/dh_t, its length, and by how much that changed."""
    last, c = run.steps, middle(run, t)
    yield from entries(run, t, 0, run.by_loss[-1, t], f"share{t + 1}", f"∂L_{last}/∂h[{t + 1}",
                       digits)  # fmt: skip
    length, ref = float(run.reach[t]), f"‖∂L_{last}/∂h[{t + 1}]‖"
    scale = Scale(0.0, float(max(run.reach)) or 1.0)
    yield Bar(f"share{t + 1}.bar", length, scale, c - 60, ROWS[2] - 6, 232.0, 44.0, ref, GRADIENT,
              upright=False)  # fmt: skip
    yield Number(f"share{t + 1}.length", length, c + 56, ROWS[1], ref, SIZE, "ink", "centre",
                 signed=False, digits=digits)  # fmt: skip
    if t + 1 < last and run.reach[t + 1] > 0:
        behind = f"‖∂L_{last}/∂h[{t + 2}]‖"
        yield Number(f"share{t + 1}.ratio", float(length / run.reach[t + 1]), gap(run, t) + 8,
                     ROWS[2] + 4, f"{ref} / {behind}", 28.0, "ink", "centre", signed=False,
                     digits=digits, before="← × ")  # fmt: skip


def factors(run: Unrolled, t: int, digits: int) -> Iterator[Mark]:
    """Yield the two vectors whose outer product is a timestep's share in dL/dW_hh."""
    yield from entries(run, t, 0, run.da[t], f"da{t + 1}", f"δ[{t + 1}", digits)
    letter = "s" if run.is_dense else "h"
    step = t + 1 if run.is_dense else t
    for place, unit in zip(slots(run, middle(run, t)), run.units, strict=True):
        ref = f"{letter}[{step},{unit + 1}]"
        yield Number(f"source{t + 1}.{unit + 1}", float(run.source[t, unit]), place, ROWS[1], ref,
                     SIZE, "h", "centre", digits=digits)  # fmt: skip


def term(run: Unrolled, t: int, digits: int) -> Iterator[Mark]:
    """Yield a timestep's share in dL/dW_hh, with its sign of addition and its name."""
    c = middle(run, t)
    yield from matrix(f"term{t + 1}", slots(run, c), MATRIX, run.terms[t], run.units, run.units,
                      f"∂L/∂W_hh({t + 1})", GRADIENT, digits)  # fmt: skip
    source = f"s_{t + 1}" if run.is_dense else f"h_{t}"
    yield Math(f"term{t + 1}.name", f"δ_{t + 1} {source}^T", c + 56, MATRIX[1] + 54, 26.0, "muted",
               "centre")  # fmt: skip
    if t:
        yield Words(f"term{t + 1}.plus", "+", (gap(run, t - 1) + c - HALF) / 2, 906, 40.0,
                    anchor="centre")  # fmt: skip


def weight(run: Unrolled, digits: int) -> Iterator[Mark]:
    """Yield dL/dW_hh at the left of its shares."""
    places = {1: (170.0,), 2: (112.0, 234.0)}[len(run.units)]
    yield from matrix("weight", places, MATRIX, run.weight, run.units, run.units, "∂L/∂W_hh",
                      "ink", digits)  # fmt: skip
    yield Math("weight.name", "∂L/∂W_{hh}", 172, MATRIX[1] + 54, 28.0, GRADIENT, "centre")
    exact = all(
        added([float(one[j, k]) for one in run.terms], float(run.weight[j, k]), digits) != ALMOST
        for j in run.units
        for k in run.units
    )
    yield Words("weight.equals", "=" if exact else ALMOST, EQUALS + 14, 906, 40.0, anchor="centre")


def matrix(
    name: str, places: Sequence[float], lines: Sequence[float], values: Array,
    rows: Sequence[int], columns: Sequence[int], ref: str, role: str, digits: int,
) -> Iterator[Mark]:  # fmt: skip
    """Yield some rows and columns of a matrix in brackets, on baselines ``lines``."""
    places = places[: len(columns)]
    lines = lines if len(rows) == len(lines) else (sum(lines) / len(lines),)
    top, bottom = lines[0] - 34, lines[-1] + 16
    for k, (x, way) in enumerate(((places[0] - 62, 10), (places[-1] + 62, -10))):
        points = ((x + way, top), (x, top), (x, bottom), (x + way, bottom))
        yield Wire(f"{name}.bracket{k + 1}", points, "muted", arrow=False)
    for y, j in zip(lines, rows, strict=True):
        for x, k in zip(places, columns, strict=True):
            yield Number(f"{name}.{j + 1}.{k + 1}", float(values[j, k]), x, y,
                         f"{ref}[{j + 1},{k + 1}]", 27.0, role, "centre",
                         digits=digits)  # fmt: skip


def said(parts: Sequence[float], value: float, digits: int) -> str:
    """Return a sum of numbers as it is read: ``0.120 − 1.711 ≈ −1.591``."""
    first, *others = (show(part, digits) for part in parts)
    terms = [f"{MINUS if one[0] == MINUS else '+'} {one.lstrip(MINUS)}" for one in others]
    return " ".join((first, *terms, added(parts, value, digits), show(value, digits)))


def shrinks(values: Array, digits: int) -> bool:
    """Tell whether a length, as it is shown, gets smaller at each step back."""
    shown = [number(show(float(value), digits)) for value in values]
    return all(a < b for a, b in pairwise(shown))
