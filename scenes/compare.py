"""Compare: RNN, LSTM and GRU side by side on the same input, with gates and h over time.

Answers "RNN, LSTM & GRU — Complete Guide", AI Summer's comparison of LSTM and GRU, and figures 1 to
3 of "Animated RNN, LSTM and GRU": parameters, what each carries, and all gates on one sequence.
"""

from rnnviz.stage import FigureScene


class Compare(FigureScene):
    """The three cells on one sequence."""

    figure = "compare"
