"""Which recurrent node of an ONNX graph reads what another one made, as layers on each other do.

An exporter puts a Transpose, Reshape or Squeeze between two layers, some with a shape that is
computed. What they do together is tried out: the places of Y, followed to X, have to arrive in
the order in which a second layer reads the first one's directions side by side.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.errors import RnnvizError
from rnnviz.readers.onnx_tensors import UnreadableError, Values
from rnnviz.readers.onnx_values import Graph, inputs, moves

MAX_NODES = 1_000  # between two layers; exporters write about a dozen
MAX_PLACES = 2**22  # numbers in the Y that is followed
MAX_FOLLOWED = 2**28  # in all of them
_TRIED = ((2, 3),)  # timesteps and batch, where the graph has no sizes of its own
_MAX_SIZES = 8  # that the graph has


@dataclass(frozen=True)
class Sequences:
    """The Y of a recurrent node: (T, D, B, H), or with layout 1 (B, T, D, H)."""

    directions: int
    hidden: int
    layout: int

    def places(self, steps: int, batch: int, layout: int) -> tuple[Values, Values]:
        """Return Y with a different number everywhere, and the X that a layer on it reads.

        ``layout`` is that of X, (T, B, D·H) or with 1 (B, T, D·H).
        """
        size = steps * batch * self.directions * self.hidden
        y = np.arange(size, dtype=np.int32).reshape(steps, self.directions, batch, self.hidden)
        x = y.transpose(0, 2, 1, 3).reshape(steps, batch, -1)
        return (
            y.transpose(2, 0, 1, 3) if self.layout else y,
            x.transpose(1, 0, 2) if layout else x,
        )


def source(graph: Graph, sequences: Mapping[str, Sequences], name: str, layout: int) -> str | None:
    """Return the Y that the value ``name`` is in another arrangement, None if it is none of them.

    ``sequences`` are those of the recurrent nodes, ``layout`` is that of the node that reads.
    """
    found = _reached(graph, sequences, name)
    if found is None:
        return None
    below, shapes = found
    made = sequences[below]
    for steps, batch in dict.fromkeys((*_TRIED, *_sizes(graph, shapes))):
        size = steps * batch * made.directions * made.hidden
        graph.followed += size
        if size > MAX_PLACES or graph.followed > MAX_FOLLOWED:
            return None
        y, wanted = made.places(steps, batch, layout)
        try:
            got = graph.value(name, {below: y})
        except UnreadableError:
            raise
        except RnnvizError:
            continue  # not of these sizes
        if np.array_equal(got, wanted):
            return below
    return None


def _reached(
    graph: Graph, sequences: Mapping[str, Sequences], name: str
) -> tuple[str, Sequence[str]] | None:
    """Return the only Y behind a value and the shapes on the way, None if there is more to it."""
    reached, shapes = set(), []
    pending, seen = [name], {name}
    while pending:
        one = pending.pop()
        if one in sequences:
            reached.add(one)
            continue
        if one in graph.tensors:
            continue
        node, k = graph.makers.get(one, (None, 0))
        if node is None or k or not moves(node) or len(seen) > MAX_NODES:
            return None
        if node.op_type == "Reshape":
            shapes += node.input[1:2]
        behind = {before for before in inputs(node) if before} - seen
        pending += behind
        seen |= behind
    return (reached.pop(), shapes) if len(reached) == 1 else None


def _sizes(graph: Graph, shapes: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield timesteps and batch that the shapes on the way were made for."""
    for name in shapes[:_MAX_SIZES]:
        try:
            lengths = [int(length) for length in graph.constant(name)]
        except UnreadableError:
            raise
        except (RnnvizError, TypeError):
            continue  # computed from what is not known, or a number
        if len(lengths) > 1:
            first, second = lengths[0], lengths[1]
            first = first if first > 0 else _TRIED[0][0]
            second = second if second > 0 else _TRIED[0][1]
            yield first, second
            yield second, first
