"""GRU gates: z near 1 and near 0, r near 0, where z keeps and where z replaces.

Answers AI Summer's extreme cases of its equations 1 to 4 and the guide's GRU, side by side: the
same constructed weights, but z is a factor of h_{t-1} in one convention and of n in the other.
"""

from rnnviz.stage import FigureScene


class GRUGates(FigureScene):
    """The extreme cases under both conventions, with gates, candidate and result."""

    figure = "gru-gates"
