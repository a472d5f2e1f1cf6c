"""RNN cell: every sum, gate and state of one sequence."""

from rnnviz.stage import CellScene


class RNNCell(CellScene):
    """The walk through the RNN cell."""

    cell = "rnn"
