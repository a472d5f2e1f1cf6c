"""Conventions: the same GRU weights under two conventions, what differs first and what converts.

Answers AI Summer's equations 1 to 4 and the GRU of "RNN, LSTM & GRU — Complete Guide", which write
the update gate and the reset gate differently.
"""

from rnnviz.stage import FigureScene


class Conventions(FigureScene):
    """One set of weights, four GRUs."""

    figure = "conventions"
