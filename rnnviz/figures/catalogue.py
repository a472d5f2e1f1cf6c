"""The figures by name; each module is loaded when its figure is drawn.

A module has ``CELL`` (rnn, lstm, gru, or "" for any), ``TAKES`` (which of --weights, --input and
other options of a source make sense), ``demo()`` (the trace that is shown unless one is given) and
``figure(trace, digits)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rnnviz.errors import RnnvizError
from rnnviz.figures.figure import Figure
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace

FIGURES = (
    "compare",
    "dense",
    "feedforward",
    "unroll",
    "architectures",
    "bptt",
    "batching",
    "vanishing",
    "lstm-gates",
    "gru-gates",
    "conventions",
    "stacked",
    "bidirectional",
    "heat",
)


@dataclass(frozen=True)
class Kind:
    """A figure that can be drawn: the cell of its trace, the options it takes, its demo."""

    name: str
    cell: str
    takes: frozenset[str]
    demo: Callable[[], Trace]
    figure: Callable[[Trace, int], Figure]

    def drawn(self, trace: Trace | None = None, digits: int = DIGITS) -> Figure:
        """Return the figure of a trace, or of the demo; RnnvizError for another cell's."""
        trace = trace or self.demo()
        if self.cell and trace.cell.name != self.cell:
            wanted = self.cell.upper()
            raise RnnvizError(f"{self.name}: wanted a trace of {_article(wanted)}, "
                              f"got {_article(trace.cell.title)}")  # fmt: skip
        return self.figure(trace, digits)


def _article(title: str) -> str:
    return f"a {title}" if title == "GRU" else f"an {title}"


def figure_named(name: str) -> Kind:
    """Return what can be drawn under a name; RnnvizError if there is none."""
    if name not in FIGURES:
        raise RnnvizError(f"figure: wanted one of {', '.join(FIGURES)}, got {name!r}")
    module: Any = import_module(f"rnnviz.figures.{name.replace('-', '_')}")
    return Kind(name, module.CELL, frozenset(module.TAKES), module.demo, module.figure)
