"""Stacked: two GRU layers, the hidden states of the first are the inputs of the second.

Answers AI Summer's sentence on how GRU layers are put together and the guide's num_layers=2:
four timesteps of real values, in the order in which they can be computed.
"""

from rnnviz.stage import FigureScene


class Stacked(FigureScene):
    """Two layers over four timesteps, their output and their last states."""

    figure = "stacked"
