"""The rows of ``feedforward``: an order of inputs through a network, step beside step."""

from collections.abc import Iterator
from dataclasses import dataclass

from rnnviz.figures.feedforward_runs import NAMES, ORDERS, Run
from rnnviz.figures.marks import Box, Mark, Math, Pill, Wire, Words

DOWN = {"y": 28.0, "Wy": 98.0, "h": 168.0, "Wx": 238.0, "x": 308.0}  # from the top of a row
BUBBLE_HIGH, MAP_WIDE, MAP_HIGH = 56.0, 88.0, 40.0
PITCH = 108.0  # of the pills in a bubble
WIDTHS = {"x": 226.0, "h": 226.0, "y": 118.0}
ROLES = {"x": "x", "h": "h", "y": "c"}
FIRST, SECOND, BETWEEN = 340.0, 710.0, 525.0  # from the left of a panel


@dataclass(frozen=True, eq=False)
class Row:
    """One order through one network; ids start with ``key``, h goes on where it is recurrent."""

    key: str
    left: float
    top: float
    order: int
    run: Run
    recurrent: bool
    digits: int

    def place(self, step: int) -> float:
        """Return the middle of a step, from 0."""
        return self.left + (FIRST, SECOND)[step]

    def ids(self, step: int, name: str) -> tuple[str, ...]:
        """Return the ids of the pills of x, h or y at a step from 0."""
        return tuple(mark.id for mark in self.pills(step, name))

    def pills(self, step: int, name: str, known: bool = True, lit: bool = False) -> list[Pill]:
        """Return the pills of x (2,), h (2,) or y at a step from 0, empty if not known yet."""
        found = self.run[step]
        values = {"x": [*map(float, found.x)], "h": [*map(float, found.h)], "y": [found.y]}[name]
        middle, y = self.place(step), self.top + DOWN[name]
        letter = NAMES[ORDERS[self.order][step]]
        whose = "RNN" if self.recurrent else "vanilla"
        return [
            Pill(
                f"{self.key}.{name}{step + 1}.{k}",
                value if known else None,
                middle + (k - (len(values) + 1) / 2) * PITCH,
                y,
                f"{whose} {name}[{step + 1},{k}] of {letter}",
                ROLES[name],
                digits=self.digits,
                lit=lit,
            )
            for k, value in enumerate(values, 1)
        ]

    def way(self, step: int, name: str) -> str:
        """Return the id of the wire that leads up to h or y at a step from 0."""
        return f"{self.key}.up{step + 1}.{name}"

    def frame(self) -> Iterator[Mark]:
        """Yield bubbles, affine maps, wires and names, before any h or y is computed."""
        first, second = (NAMES[k] for k in ORDERS[self.order])
        middle = self.top + DOWN["h"]
        yield Words(f"{self.key}.order", f"{first}, then {second}", self.left + 24, middle - 34, 30,
                    bold=True)  # fmt: skip
        for step in (0, 1):
            yield from self._ways(step)
        if self.recurrent:
            yield from self._across(middle)
        for step, name in ((s, n) for s in (0, 1) for n in ROLES):
            x, y, half = self.place(step), self.top + DOWN[name], WIDTHS[name] / 2
            yield Box(f"{self.key}.{name}{step + 1}", x - half, y - BUBBLE_HIGH / 2, x + half,
                      y + BUBBLE_HIGH / 2, ROLES[name], 0.04, BUBBLE_HIGH / 2)  # fmt: skip
            yield from self.pills(step, name, name == "x")
        for step in (0, 1):
            letter, x = NAMES[ORDERS[self.order][step]], self.place(step)
            y = self.top + DOWN["x"] + 10
            yield Math(f"{self.key}.name{step + 1}", f"{letter}", x + 126, y, 34, "x")
        for name in ROLES:
            y = self.top + DOWN[name] + 9
            x = self.place(0) - WIDTHS[name] / 2 - 14
            yield Math(f"{self.key}.{name}.name", name, x, y, 30, ROLES[name], "right")

    def _ways(self, step: int) -> Iterator[Mark]:
        x = self.place(step)
        for below, name, above in (("x", "Wx", "h"), ("h", "Wy", "y")):
            y = self.top + DOWN[name]
            low = (x, self.top + DOWN[below] - BUBBLE_HIGH / 2), (x, y + MAP_HIGH / 2)
            high = (x, y - MAP_HIGH / 2), (x, self.top + DOWN[above] + BUBBLE_HIGH / 2)
            yield Wire(f"{self.key}.into{step + 1}.{name}", low, arrow=False)
            yield Wire(self.way(step, above), high)
            yield from self._map(f"{self.key}.{name}{step + 1}", f"W_{name[1]}", x, y, "muted")

    def _across(self, y: float) -> Iterator[Mark]:
        x, half = self.left + BETWEEN, MAP_WIDE / 2
        start, end = self.place(0) + WIDTHS["h"] / 2, self.place(1) - WIDTHS["h"] / 2
        ways = ((start, y), (x - half + 16, y)), ((x + half - 16, y), (end, y))
        yield Wire(f"{self.key}.out", ways[0], "h", 3, arrow=False)
        yield Wire(f"{self.key}.on", ways[1], "h", 3)
        yield from self._map(f"{self.key}.Wh", "W_h", x, y, "h", MAP_WIDE - 32)
        yield Words(f"{self.key}.zero", "h before: 0", self.left + 24, y + 8, 24, "muted")

    def _map(
        self, key: str, text: str, x: float, y: float, role: str, wide: float = MAP_WIDE
    ) -> Iterator[Mark]:
        half = MAP_HIGH / 2
        yield Box(key, x - wide / 2, y - half, x + wide / 2, y + half, role, 0.1, 6)
        yield Math(f"{key}.text", text, x, y + 5, 26, "ink", "centre")
