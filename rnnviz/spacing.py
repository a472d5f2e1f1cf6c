"""Levels, distances and wires that the pictures of all cells have in common."""

from rnnviz.cells import Cell
from rnnviz.diagram import PAD, PILL_WIDTH, RADIUS, Point, Wire

HIGHWAY = 146.0  # height at which the carried state runs straight through
TOP, BOTTOM = 86.0, 985.0  # of the cell's boundary
GATES_TOP = HIGHWAY + RADIUS + 22
LEFT_X, OUT_X, EXIT_X = 762.0, 1800.0, 1908.0  # what comes in, what comes out, where it leaves
SIDE = PILL_WIDTH / 2 + PAD  # from the middle of a stack to its frame
MARKS = {"mul": "⊙", "add": "+", "tanh": "tanh", "relu": "relu", "one_minus": "1−"}


def height(units: int, pitch: float) -> float:
    """Return the height of a stack's frame."""
    return units * pitch + 2 * PAD - 4


def spread(heights: list[float], top: float, bottom: float, most: float = 70.0) -> list[float]:
    """Return the centres of boxes of these heights, evenly spaced between two levels."""
    gap = min(most, (bottom - top - sum(heights)) / max(1, len(heights) - 1))
    y = (top + bottom - sum(heights) - gap * (len(heights) - 1)) / 2
    centres = []
    for high in heights:
        centres.append(y + high / 2)
        y += high + gap
    return centres


def on_highway(units: int, pitch: float) -> float:
    """Return the centre of a stack on the highway: high stacks hang from it, low ones straddle."""
    return HIGHWAY + max(0.0, units * pitch / 2 - (HIGHWAY - TOP - 8))


def gate_steps(cell: Cell, key: str) -> tuple[str, ...]:
    """Return the steps that a gate's node stands for: its parts, its sum and itself."""
    parts = (f"{key}_x", f"{key}_h", f"{key}_c", f"{key}_pre", key)
    return tuple(name for name in parts if name in cell.names)


def dense(sources: tuple[str, ...], targets: tuple[str, ...]) -> tuple[Wire, ...]:
    """Return the wires from every pill of the sources to every pill of the targets."""
    return tuple(Wire(source, target, "dense") for target in targets for source in sources)


def vector(source: str, target: str, *points: Point) -> Wire:
    """Return the wire of one vector through these points."""
    return Wire(source, target, "vector", points)
