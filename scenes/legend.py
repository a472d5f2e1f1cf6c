"""Legend: what the colours, shapes, wires and names of all scenes mean."""

from rnnviz.stage import LegendScene


class Legend(LegendScene):
    """The legend, with values of the LSTM demo."""

    cell = "lstm"
