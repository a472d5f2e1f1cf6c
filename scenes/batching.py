"""Batching: a text folded into columns, read chunk by chunk; h is carried, the gradient is cut.

Answers NYU's lecture, figures 18 and 19 (batch-ification with a batch of 4 and a BPTT period of 3).
"""

from rnnviz.stage import FigureScene


class Batching(FigureScene):
    """Truncated backpropagation through time on a batch of four columns of letters."""

    figure = "batching"
