"""Heat strips: every unit of the states and gates of a long sequence, and one unit followed.

Answers NYU's lecture, figures 29 and 32 (one-hot symbols, and hidden states over time, where a
unit is triggered by an X and goes quiet at the next), for any model of the user's own.
"""

from rnnviz.stage import FigureScene


class Heat(FigureScene):
    """The input, the states and the gates as strips of cells, then one unit's curves."""

    figure = "heat"
