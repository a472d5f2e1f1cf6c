"""An RNN cell of two dense layers as one box, with its neurons and wires small in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rnnviz.diagram import Point
from rnnviz.figures.marks import Box, Disc, Mark, Wire, Words

COLUMNS = (("e", "x"), ("u", "x"), ("s", "neutral"), ("h", "h"))  # what the dots stand for
NAME = 46.0  # of the height of a box, below the dots, for its name


@dataclass(frozen=True)
class Cell:
    """A cell around a middle: the names of its dots are ``{key}.u1`` and so on."""

    key: str
    x: float
    y: float
    wide: float
    high: float
    units: int = 3

    def dot(self, column: int, k: int) -> Point:
        """Return where unit k from 1 of a column from 0 is."""
        step_x, step_y = self.wide * 0.25, (self.high - NAME) * 0.29
        middle = self.y - NAME / 2
        return self.x + (column - 1.5) * step_x, middle + (k - (self.units + 1) / 2) * step_y

    def marks(self) -> Iterator[Mark]:
        """Yield the box, its wires, its dots and its name."""
        left, top = self.x - self.wide / 2, self.y - self.high / 2
        yield Box(self.key, left, top, left + self.wide, top + self.high, "h", 0.06, 22, 3)
        radius, units = self.wide / 22, range(1, self.units + 1)
        for column, (a, b) in product(range(3), product(units, units)):
            if column == 1 and a != b:
                continue  # the addition is unit by unit
            (x, y), (to_x, to_y) = self.dot(column, a), self.dot(column + 1, b)
            ends = ((x + radius, y), (to_x - radius, to_y))
            yield Wire(f"{self.key}.w{column}{a}{b}", ends, "muted", 1.4, arrow=False)
        for (name, role), k in product(COLUMNS, units):
            x, y = self.dot([one for one, _ in COLUMNS].index(name), k)
            yield Disc(f"{self.key}.{name}{k}", x, y, radius, role, 0.45)
        bottom = top + self.high
        size = min(34.0, self.wide / 5.4)
        yield Words(
            f"{self.key}.name", "RNN cell", self.x, bottom - 16, size, "ink", "centre", True
        )
