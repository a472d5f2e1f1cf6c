"""Feedforward: a vanilla network against a recurrent one on two inputs in both orders.

Answers NYU's lecture, figures 1 to 4: the vanilla and the recurrent architecture as bubbles, Yann's
affine maps between them, combinational against sequential logic with a flip-flop; and shows with
numbers that only the recurrent network's output depends on the order.
"""

from rnnviz.stage import FigureScene


class Feedforward(FigureScene):
    """The walk through both networks, their digital analogues and both orders."""

    figure = "feedforward"
