"""BPTT: the losses' gradients back through time, by path and by loss, and their sum in W_hh.

Answers NYU's lecture, figure 17 (the loop and its unrolled graph) and its text on the chain that
makes gradients vanish, and "unmasking"'s unrolled graph, which is trained from the last timestep
back to the first.
"""

from rnnviz.stage import FigureScene


class BPTT(FigureScene):
    """Backpropagation through three timesteps of an RNN."""

    figure = "bptt"
