"""Dense: an RNN cell as two dense layers, neuron by neuron, folded, unrolled and read out.

Answers "Unmasking a vanilla RNN", all its figures: the cell under the hood as two fully connected
layers and an addition, the closed cell with its loop, and the graph unrolled over the letters; with
the values of every neuron up to the log probabilities.
"""

from rnnviz.stage import FigureScene


class Dense(FigureScene):
    """The walk from neurons to the cell, and to the sequence."""

    figure = "dense"
