"""GRU cell: every sum, gate and state of one sequence."""

from rnnviz.stage import CellScene


class GRUCell(CellScene):
    """The walk through the GRU cell."""

    cell = "gru"
