"""Architectures: vector and sequence to sequence, to vector and back, each run by a small model.

Answers NYU's lecture, figures 5 to 16 (the four types of RNN architectures and their examples),
its signal echoing, and the note on teacher forcing in the PyTorch guide.
"""

from rnnviz.stage import FigureScene


class Architectures(FigureScene):
    """Four ways from inputs to outputs, and a decoder with teacher forcing and without."""

    figure = "architectures"
