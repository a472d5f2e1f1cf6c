"""The two networks of ``feedforward`` as bubbles and affine maps, and their digital analogues."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rnnviz.figures.marks import Box, Disc, Mark, Math, Wire, Words

LEVELS = {"x": 900.0, "Wx": 770.0, "h": 632.0, "Wy": 494.0, "y": 364.0}
ROLES = {"x": "x", "h": "h", "y": "c"}  # as in NYU's figures y is blue, and it has its name
RADIUS = 48.0
WIDE, HIGH = 120.0, 60.0  # of an affine map
GATES_WIDE, GATES_HIGH = 200.0, 150.0


@dataclass(frozen=True)
class Net:
    """A network upright around x: the ids of its marks start with ``key``."""

    key: str
    x: float
    recurrent: bool

    def wires(self) -> Iterator[Wire]:
        """Yield what leads from input to output, and from h back to itself."""
        half = {name: RADIUS if name in ROLES else HIGH / 2 for name in LEVELS}
        for a, b in pairwise(LEVELS):
            ends = ((self.x, LEVELS[a] - half[a]), (self.x, LEVELS[b] + half[b]))
            yield Wire(f"{self.key}.{a}{b}", ends, "muted", 3.5)
        if self.recurrent:
            y, near, far = LEVELS["h"], self.x + 43, self.loop - WIDE / 2
            yield Wire(f"{self.key}.to", ((near, y + 22), (far, y + 22)), "h", 3.5)
            yield Wire(f"{self.key}.from", ((far, y - 22), (near, y - 22)), "h", 3.5)

    @property
    def loop(self) -> float:
        """The middle of the recurrent affine map."""
        return self.x + 200

    def bubbles(self) -> Iterator[Mark]:
        """Yield the bubbles x, h, y and what they are called."""
        names = {"x": "input", "h": "hidden, tanh", "y": "output"}
        for name, role in ROLES.items():
            y = LEVELS[name]
            yield Disc(f"{self.key}.{name}", self.x, y, RADIUS, role, 0.28, name, 40, 3)
            if not (self.recurrent and name == "h"):
                yield Words(f"{self.key}.{name}.name", names[name], self.x + 70, y + 9, 28, "muted")

    def maps(self) -> Iterator[Mark]:
        """Yield the affine maps as shapes of their own."""
        for name in ("Wx", "Wy"):
            yield from _map(f"{self.key}.{name}", f"W_{name[1]}", self.x, LEVELS[name], "muted")
            y = LEVELS[name] + 9
            yield Words(f"{self.key}.{name}.name", "affine map", self.x + 76, y, 26, "muted")
        if self.recurrent:
            yield from _map(f"{self.key}.Wh", "W_h", self.loop, LEVELS["h"], "h", 100.0)
            yield Words(f"{self.key}.Wh.name", "h from before", self.loop, LEVELS["h"] - 68, 26,
                        "muted", "centre")  # fmt: skip


def _map(key: str, text: str, x: float, y: float, role: str, high: float = HIGH) -> Iterator[Mark]:
    yield Box(key, x - WIDE / 2, y - high / 2, x + WIDE / 2, y + high / 2, role, 0.1, 8, 2.5)
    yield Math(f"{key}.text", text, x, y + 10, 32, "ink", "centre")


@dataclass(frozen=True)
class Circuit:
    """Digital logic around x: gates, and beside them a flip-flop if it is sequential."""

    key: str
    x: float
    flip_flop: float | None = None

    def marks(self) -> Iterator[Mark]:
        """Yield the gates with what goes in and comes out, and the way through the flip-flop."""
        y, half = LEVELS["h"], GATES_HIGH / 2
        words = (("in", "input", LEVELS["x"]), ("out", "output", LEVELS["y"]))
        for name, text, place in words:
            yield Words(f"{self.key}.{name}", text, self.x, place + 9, 30, anchor="centre")
        yield Wire(f"{self.key}.up", ((self.x, LEVELS["x"] - 20), (self.x, y + half)), "muted", 3.5)
        yield Wire(f"{self.key}.on", ((self.x, y - half), (self.x, LEVELS["y"] + 24)), "muted", 3.5)
        left, right = self.x - GATES_WIDE / 2, self.x + GATES_WIDE / 2
        yield Box(self.key, left, y - half, right, y + half, "ink", 0.05, 4, 3)
        yield Words(f"{self.key}.text", "logic gates", self.x, y + 10, 30, anchor="centre")
        if self.flip_flop is not None:
            near = self.flip_flop - 80
            yield Wire(f"{self.key}.to", ((right, y + 38), (near, y + 38)), "h", 3.5)
            yield Wire(f"{self.key}.from", ((near, y - 38), (right, y - 38)), "h", 3.5)
            box = (near, y - half, self.flip_flop + 80, y + half)
            yield Box(f"{self.key}.ff", *box, "h", 0.12, 4, 3)
            yield Words(f"{self.key}.ff.text", "flip-flop", self.flip_flop, y, 30, anchor="centre")
            yield Words(f"{self.key}.ff.bit", "keeps a bit", self.flip_flop, y + 36, 24, "muted",
                        "centre")  # fmt: skip
