"""Dense layers neuron by neuron: pills in columns, a wire for every weight, one neuron worked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnviz.arrays import Array
from rnnviz.diagram import Point
from rnnviz.figures.marks import Box, Disc, Mark, Number, Pill, Wire, Words
from rnnviz.rounding import relation, show, total

PILL = 104.0
BUBBLE = 20.0  # radius of the 1 that a bias multiplies


@dataclass(frozen=True)
class Column:
    """A column of units: ids ``{key}1`` on, their values' name and the middles of their pills."""

    key: str
    ref: str
    role: str
    places: tuple[Point, ...]
    width: float = PILL
    signed: bool = True

    def pills(
        self, values: Sequence[float] | Array | None, t: int, digits: int
    ) -> tuple[Pill, ...]:
        """Return the pills at timestep t from 1, empty without values; t = 0 has no timestep."""
        index = f"{t}," if t else ""
        return tuple(
            Pill(
                f"{self.key}{k}",
                None if values is None else float(values[k - 1]),
                x,
                y,
                f"{self.ref}[{index}{k}]",
                self.role,
                self.width,
                signed=self.signed,
                digits=digits,
            )
            for k, (x, y) in enumerate(self.places, 1)
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the pills from top to bottom."""
        return tuple(f"{self.key}{k}" for k in range(1, len(self.places) + 1))


@dataclass(frozen=True, eq=False)
class Dense:
    """A dense layer (H, I) between two columns, its bias from a bubble 1; role of its lit wires."""

    key: str
    weight: Array
    bias: Array
    source: Column
    target: Column
    one: Point
    role: str

    def neuron(self, k: int, role: str) -> tuple[Wire, ...]:
        """Return the wires into neuron k from 1: wide where |w| is large, dashed below zero."""
        right = [(x + self.source.width / 2, y) for x, y in self.source.places]
        starts = [*right, (self.one[0] + BUBBLE, self.one[1])]
        x, y = self.target.places[k - 1]
        end = (x - self.target.width / 2, y)
        names = (*map(str, range(1, len(right) + 1)), "b")
        return tuple(
            Wire(
                f"{self.key}.{k}.{name}",
                (start, end),
                role,
                1.4 + 3.4 * abs(float(w)),
                arrow=False,
                dashed=bool(w < 0),
            )
            for name, start, w in zip(names, starts, self.row(k), strict=True)
        )

    def wires(self, role: str = "faint") -> tuple[Wire, ...]:
        """Return the wires into all neurons."""
        return tuple(wire for k in self.neurons for wire in self.neuron(k, role))

    def names(self, k: int) -> tuple[str, ...]:
        """Return the ids of the wires into neuron k."""
        return tuple(wire.id for wire in self.neuron(k, self.role))

    def row(self, k: int) -> list[float]:
        """Return the weights of neuron k and, last, its bias."""
        return [*map(float, self.weight[k - 1]), float(self.bias[k - 1])]

    @property
    def neurons(self) -> range:
        """The numbers of the neurons, from 1."""
        return range(1, len(self.bias) + 1)

    @property
    def bubble(self) -> Disc:
        """The 1 that the biases multiply."""
        return Disc(f"{self.key}.one", *self.one, BUBBLE, text="1", size=24)


@dataclass(frozen=True)
class Neuron:
    """One neuron worked out: its layer's name, the values it reads, its sum, its activation."""

    layer: str
    k: int
    source: str
    weights: Sequence[float]
    values: Sequence[float]
    before: float
    activation: str
    after: float


COLUMNS = (850.0, 1000.0, 1150.0, 1300.0)  # right ends of a worked neuron's numbers
LINES = (797.0, 848.0, 893.0, 952.0)  # baselines: head, weights, values, products
RESULT = (1750.0, 943.0)  # where the value of a worked neuron stands


def worked(neuron: Neuron, t: int, digits: int) -> Iterator[Mark]:
    """Yield the panel of one neuron: weights times values, their sum, and what becomes of it."""
    head, first, second, third = LINES
    yield Box("worked", 480, 752, 1880, 982, "faint", None)
    yield Words("worked.title", f"Neuron {neuron.k} of {neuron.layer}", 506, head, 26, bold=True)
    labels = ("weight", f"× {neuron.source}", "product")
    for name, y in zip(labels, LINES[1:], strict=True):
        yield Words(f"worked.{name}", name, 506, y, 26, "muted")
    yield Wire("worked.rule", ((740, 910), (1310, 910)), "muted", 1.5, arrow=False)
    values = [*neuron.values, 1.0]
    products = [w * v for w, v in zip(neuron.weights, values, strict=True)]
    for j, x in enumerate(COLUMNS):
        bias = j == len(COLUMNS) - 1
        name = "bias" if bias else str(j + 1)
        layer, source = f"{neuron.layer}[{neuron.k},{name}]", f"{neuron.source}[{t},{name}]"
        yield Words(f"worked.head{j}", name, x, head, 26, "muted", "right")
        yield Number(f"worked.w{j}", neuron.weights[j], x, first, layer, 28, anchor="right",
                     digits=digits)  # fmt: skip
        if bias:
            yield Words(f"worked.v{j}", "1", x, second, 28, anchor="right")
        else:
            yield Number(f"worked.v{j}", values[j], x, second, source, 28, anchor="right",
                         digits=digits)  # fmt: skip
        yield Number(f"worked.p{j}", products[j], x, third, f"{layer} × {source}", 28,
                     anchor="right", digits=digits)  # fmt: skip
    yield from _outcome(neuron, [show(one, digits) for one in products], t, digits)


def _outcome(neuron: Neuron, products: list[str], t: int, digits: int) -> Iterator[Mark]:
    """Yield the sum of the products, and under it the activation."""
    third, place = LINES[-1], f"{neuron.layer}[{t},{neuron.k}]"
    sign = relation(total(products), show(neuron.before, digits))
    x, y = RESULT
    yield Words("worked.sum", "sum", 1480, LINES[0], 26, "muted", "right")
    yield Words("worked.sign", sign, 1330, third, 28, "muted", "centre")
    yield Number("worked.before", neuron.before, 1480, third, f"sum of {place}", 28,
                 anchor="right", digits=digits)  # fmt: skip
    yield Words("worked.name", f"{neuron.activation}(sum)", x, LINES[0], 26, "muted", "centre")
    yield Wire("worked.way", ((1492, y), (x - 64, y)), "muted")
    yield Pill("worked.after", neuron.after, x, y, f"{neuron.activation} of {place}",
               "x" if neuron.activation == "relu" else "h", 128, 54, 30,
               signed=neuron.activation != "relu", digits=digits, lit=True)  # fmt: skip
