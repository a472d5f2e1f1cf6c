"""Which units an excerpt shows: their numbers beside the pills, and how many there are more."""

from rnnviz.diagram import Node
from rnnviz.stage.pen import RIGHT, Pen
from rnnviz.stage.strip import is_partial
from rnnviz.stage.typeset import Label

BESIDE = 6.0  # from a number to the frame of its pill
BELOW = 17.0  # from the frame to the baseline of what is not shown


def is_numbered(pen: Pen, node: Node) -> bool:
    """Whether a node's pills need their numbers, and have room for them on the left."""
    return node.label == "left" and is_partial(pen, node.name)


def numbers(pen: Pen, node: Node) -> list[Label]:
    """Return the number of each pill of a node, from 1, and how many more there are."""
    trace, diagram = pen.board.trace, pen.board.diagram
    frame, shown = diagram.frame(node.name), trace.shown(node.name)
    labels = []
    for place, unit in enumerate(shown):
        y = diagram.pill(node.name, place)[1]
        labels.append(pen.note(str(unit + 1)).put(frame.left - BESIDE, y + 8, "right"))
    more = trace[node.name].shape[2] - len(shown)
    y = frame.bottom + BELOW
    return [*labels, pen.note(f"{more} more").put(frame.left - BESIDE, y, "right")]


def room(pen: Pen, node: Node) -> tuple[float, float]:
    """Return where the name of a numbered node ends on the right, and how wide it should be."""
    widest = max(pen.note(str(unit + 1)).advance for unit in pen.board.trace.shown(node.name))
    right = pen.board.diagram.frame(node.name).left - BESIDE - widest - 14
    return right, right - RIGHT - 10
