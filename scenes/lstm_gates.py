"""LSTM gates: output on and off, memory reset, kept and written, by gates held open or closed.

Answers NYU's lecture, figures 22 to 28: one timestep of an LSTM with constructed biases of ±8,
run through the core, so that an open gate is 0.9997 and a closed one 0.0003.
"""

from rnnviz.stage import FigureScene


class LSTMGates(FigureScene):
    """The five cases of the lecture, each with its gates, products and result."""

    figure = "lstm-gates"
