"""Vanishing gradients: their size at 50 timesteps in an RNN, an LSTM and a GRU, and their gates.

Answers NYU's lecture, figures 20 and 21 (brightness that fades from timestep to timestep; gates
that let a gradient pass or block it), and the guide's box on vanishing gradients.
"""

from rnnviz.stage import FigureScene


class Vanishing(FigureScene):
    """Gradients over 50 timesteps, then what the forget gate and all gates do to them."""

    figure = "vanishing"
