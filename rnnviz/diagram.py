"""The wiring of a cell: nodes and wires on a canvas of 1920 × 1080 units, y downwards.

A node is a vector: a stack of pills, one a unit, in a frame. Gates stand for all their steps;
an element-wise step also has the circle of its operation, which its operands' wires reach.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError

Point = tuple[float, float]
WIDTH, HEIGHT = 1920.0, 1080.0
PILL_WIDTH = 112.0
PAD = 7.0  # from the pills to their frame
RADIUS = 25.0  # of an operation's circle


@dataclass(frozen=True)
class Box:
    """A rectangle; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box", gap: float = 0.0) -> bool:
        """Whether two boxes come closer than ``gap``."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )

    def on_edge(self, point: Point, within: float = 1.0) -> bool:
        """Whether a point lies on the outline."""
        x, y = point
        across = self.left - within <= x <= self.right + within
        along = self.top - within <= y <= self.bottom + within
        upright = min(abs(x - self.left), abs(x - self.right)) <= within
        level = min(abs(y - self.top), abs(y - self.bottom)) <= within
        return across and along and (upright or level)


@dataclass(frozen=True)
class Node:
    """One vector of the picture: value, the steps it stands for, centre, and its operation's place.

    ``label`` is where the name stands: left, right, above or under (large), over or below (small),
    or none.
    """

    name: str
    steps: tuple[str, ...]
    units: int
    x: float
    y: float
    label: str = "none"
    mark: str = ""
    mark_at: Point | None = None


@dataclass(frozen=True)
class Wire:
    """From one node to another: ``dense`` from every pill to every pill, ``vector`` along points.

    The wire of a state that leaves the cell is a vector whose target is ``"next"``.
    """

    source: str
    target: str
    kind: str
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """Nodes and wires of one cell at given sizes; ``pitch`` is the distance between pills."""

    cell: Cell
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]
    boundary: Box
    pitch: float

    def node(self, name: str) -> Node:
        """Return the node that shows ``name``; RnnvizError if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        names = ", ".join(node.name for node in self.nodes)
        raise RnnvizError(f"node: wanted one of {names}, got {name!r}")

    def pill(self, name: str, unit: int) -> Point:
        """Return the centre of one unit's pill, units from 0."""
        node = self.node(name)
        return node.x, node.y + (unit - (node.units - 1) / 2) * self.pitch

    def frame(self, name: str) -> Box:
        """Return the outline of a node's stack of pills."""
        return _frame(self.node(name), self.pitch)

    def mark(self, name: str) -> Box | None:
        """Return the box of the node's operation circle, or None where it has none."""
        at = self.node(name).mark_at
        return None if at is None else _circle(at)

    def boxes(self) -> Iterator[tuple[str, Box]]:
        """Yield every frame and every circle with the name of its node."""
        for node in self.nodes:
            yield node.name, self.frame(node.name)
            mark = self.mark(node.name)
            if mark is not None:
                yield node.name, mark

    def stub(self, name: str) -> tuple[Point, ...]:
        """Return the short wire from a node's circle to its frame, empty without a circle."""
        node, frame = self.node(name), self.frame(name)
        if node.mark_at is None:
            return ()
        x, y = node.mark_at
        if abs(x - node.x) < 1:  # stacked: the frame is below the circle
            return (x, y + RADIUS), (x, frame.top)
        return (x + RADIUS, y), (frame.left, y)

    def check(self) -> None:
        """Raise RnnvizError if boxes overlap, a wire misses its node or wires differ from steps."""
        boxes = list(self.boxes())
        for k, (name, box) in enumerate(boxes):
            if box.left < 0 or box.right > WIDTH or box.top < 0 or box.bottom > HEIGHT:
                raise RnnvizError(f"diagram {self.cell.name}: {name} leaves the canvas: {box}")
            for other, second in boxes[k + 1 :]:
                if box.overlaps(second, 3.0):
                    raise RnnvizError(f"diagram {self.cell.name}: {name} overlaps {other}")
        for wire in self.wires:
            self._check_wire(wire)
        drawn = {(wire.source, wire.target) for wire in self.wires if wire.target != "next"}
        wanted = dependencies(self)
        if drawn != wanted:
            raise RnnvizError(
                f"diagram {self.cell.name}: wires differ from the steps: {sorted(drawn ^ wanted)}"
            )

    def _check_wire(self, wire: Wire) -> None:
        label = f"diagram {self.cell.name}: wire {wire.source} → {wire.target}"
        if wire.kind == "dense":
            self.node(wire.source), self.node(wire.target)
            return
        if not self.frame(wire.source).on_edge(wire.points[0]):
            raise RnnvizError(f"{label} does not start at its frame")
        if wire.target != "next":
            goal = self.mark(wire.target) or self.frame(wire.target)
            if not goal.on_edge(wire.points[-1]):
                raise RnnvizError(f"{label} does not reach its end")
        for start, end in zip(wire.points, wire.points[1:], strict=False):
            segment = Box(*map(min, start, end), *map(max, start, end))
            for name, box in self.boxes():
                if name not in (wire.source, wire.target) and segment.overlaps(box):
                    raise RnnvizError(f"{label} runs through {name}")


def dependencies(diagram: Diagram) -> set[tuple[str, str]]:
    """Return (source, target) for every node whose steps use another node's value."""
    owner = {step: node.name for node in diagram.nodes for step in node.steps}
    owner |= {name: name for name in (*diagram.cell.inputs, *diagram.cell.states)}
    pairs = set()
    for step in diagram.cell.steps:
        if step.name not in owner:
            raise RnnvizError(f"diagram {diagram.cell.name}: no node stands for {step.name}")
        for arg in step.args:
            if arg in owner and owner[arg] != owner[step.name]:
                pairs.add((owner[arg], owner[step.name]))
    return pairs


def _frame(node: Node, pitch: float) -> Box:
    half = node.units * pitch / 2 + PAD - 2
    side = PILL_WIDTH / 2 + PAD
    return Box(node.x - side, node.y - half, node.x + side, node.y + half)


def _circle(at: Point) -> Box:
    return Box(at[0] - RADIUS, at[1] - RADIUS, at[0] + RADIUS, at[1] + RADIUS)
