"""The way into the notebook's player, which can be looked at where its library is missing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rnnviz.gradients import Gradients
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace
from rnnviz.web.record import record

if TYPE_CHECKING:
    from rnnviz.web.widget import Explorer


def explore(
    trace: Trace,
    *,
    b: int = 0,
    gradients: Gradients | None = None,
    captions: Mapping[str, str] | None = None,
    digits: int = DIGITS,
    detail: str = "full",
    title: str = "",
) -> "Explorer":
    """Return a widget that steps through sample b (from 0) of a trace, in a notebook.

    ``gradients`` say which loss the gradient view starts from, ``captions`` replace default ones by
    beat id, ``detail`` is full, gates or brief. Raises RnnvizError as rnnviz.web.record does, and
    where anywidget is not installed.
    """
    from rnnviz.web.widget import Explorer

    made = record(
        trace,
        b=b,
        gradients=gradients,
        captions=captions,
        digits=digits,
        detail=detail,
        title=title,
    )
    return Explorer(trace, made, b)
