"""Bidirectional: one pass from each end, both hidden states concatenated at every timestep.

Answers AI Summer's sentence on bidirectional GRUs and the guide's key takeaway: real values of a
forward and a backward pass, what each has read so far, and which of them PyTorch's h_n holds.
"""

from rnnviz.stage import FigureScene


class Bidirectional(FigureScene):
    """Both passes over four inputs, the outputs and the last states."""

    figure = "bidirectional"
