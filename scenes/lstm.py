"""LSTM cell: every sum, gate and state of one sequence."""

from rnnviz.stage import CellScene


class LSTMCell(CellScene):
    """The walk through the LSTM cell."""

    cell = "lstm"
