"""Unroll: the loop of an RNN opens into a row of copies that share one set of weights.

Answers NYU's lecture, figure 17 (loop representation at the left, unfolded row at the right), and
the rolled and unrolled figures of "Unmasking a vanilla RNN".
"""

from rnnviz.stage import FigureScene


class Unroll(FigureScene):
    """A loop, its copies over time, and the weights that all of them read."""

    figure = "unroll"
