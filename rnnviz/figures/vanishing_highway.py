"""An LSTM's gradient of c beside the product of its forget gates, for three biases of f."""

from collections.abc import Iterator

import numpy as np

from rnnviz.figures import vanishing_rows as rows
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Anchor, Curve, Mark, Math, Number, Scale, Words
from rnnviz.figures.vanishing_models import BIASES, Highway
from rnnviz.rounding import show

HIGH = 400.0  # where the curves begin under three rows
X = rows.RIGHT + 54
TAGS: dict[float, tuple[int, float, Anchor]] = {
    0.0: (13, -16, "right"),
    2.0: (6, 72, "centre"),
    5.0: (6, 34, "centre"),
}  # by bias: where a curve has its name: timestep, how far from it


def put_biases(sheet: Sheet, found: tuple[Highway, ...], digits: int) -> None:
    """Show ∂c_T/∂c_t of one unit, as rows and as curves, then the products of f."""
    steps = len(found[0].gradient)
    scale = rows.decades(
        [values for one in found for values in (np.abs(one.gradient), one.product)]
    )
    sheet.put(
        rows.plot("ways", steps, HIGH, scale, "size, in one unit, of", f"∂c_{{{steps}}}/∂c_t")
    )
    sheet.put(Math("gradient.head", f"∂c_{{{steps}}}/∂c_1", X, 452, 30, "candidate"))
    coming: list[str] = []
    for k, one in enumerate(found):
        sheet.put(rows.named(_id(one), k, "LSTM", f"bias of f: {one.bias:.0f}", steps))
        row = _gradient(one, k, scale, digits)
        sheet.put(row)
        coming += [mark.id for mark in row]
    arrived = [
        f"{show(one.mean, digits, within=(0, 1))}: {rows.said(abs(one.gradient[0]), digits)}"
        for one in found
    ]
    sheet.beat(
        "biases",
        "The forget gate's bias",
        f"What is left at t = 1, with mean f {'; '.join(arrived)}.",
        "The same LSTM with three biases of its forget gate",
        waves=[Wave(tuple(coming))],
    )
    sheet.put(_direct())
    sheet.put(Math("product.head", f"f_{{{steps}}} ⋯ f_2", X, 702, 30, "f"))
    for one in found:
        ref = f"product of f[t+1,1] to f[{steps},1], {_id(one)}"
        line = rows.curve(f"{_id(one)}.product", one.product, scale, HIGH, ref, "f", True)
        sheet.put(line, _beside(one, "product", one.product[0], digits))
    signs = ", minus signs too," if any(one.gradient[0] < 0 for one in found) else ""
    sheet.beat(
        "product",
        "The product of the forget gates",
        f"Dots: the product of f, the direct way. The rest{signs} came through h and the gates.",
        "Beside it the product of f alone",
    )


def _id(one: Highway) -> str:
    return f"bias{one.bias:.0f}"


def _direct() -> list[Mark]:
    """Return where the product of f comes from."""
    return [
        Math("direct.of", "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t", 40, 640, 28),
        Words("direct.said", "one step of the direct way:", 40, 704, 26, "f"),
        Math("direct", "∂c_t/∂c_{t−1} = f_t", 40, 750, 32, "f"),
        Words("other.said", "other ways: c, h, then gates", 40, 814, 26, "muted"),
    ]


def _gradient(one: Highway, place: int, scale: Scale, digits: int) -> list[Mark]:
    """Return a row of cells, its curve with a name, its mean of f and its value at t = 1."""
    name, sizes, steps = _id(one), np.abs(one.gradient), len(one.gradient)
    ref = f"|∂c[{steps},1]/∂c[t,1]|, {name}"
    line = rows.curve(f"{name}.curve", sizes, scale, HIGH, ref, "candidate")
    y = rows.top(place) + rows.HIGH / 2 + 9
    return [
        *rows.cells(name, place, sizes, scale, ref),
        Words(f"{name}.mean.name", "mean f", rows.RIGHT, y, 25, "muted"),
        Number(f"{name}.mean", one.mean, rows.RIGHT + 90, y, f"{name} mean f", 25, "f",
               signed=False, within=(0.0, 1.0), digits=digits),
        line,
        _tag(one, line),
        *_beside(one, "gradient", one.gradient[0], digits),
    ]  # fmt: skip


def _tag(one: Highway, line: Curve) -> Words:
    """Return the name of a gradient's curve."""
    t, off, anchor = TAGS[one.bias]
    x, y = line.points[t - 1]
    return Words(
        f"{_id(one)}.tag", f"bias {one.bias:.0f}", x, y + off, 26, "ink", anchor, bold=True
    )


def _beside(one: Highway, kind: str, value: float, digits: int) -> Iterator[Mark]:
    """Yield a value at t = 1 in the column beside the curves."""
    y = (502 if kind == "gradient" else 752) + 44 * BIASES.index(one.bias)
    role = "candidate" if kind == "gradient" else "f"
    yield Words(f"{_id(one)}.{kind}.name", f"bias {one.bias:.0f}", X, y, 26, "muted")
    text = rows.scientific(value, digits)
    yield Math(f"{_id(one)}.{kind}.value", text, X + 110, y, 28, role)
