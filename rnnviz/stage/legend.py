"""What the colours, shapes, wires and names of all scenes mean, with values of an LSTM's trace."""

from manim import VMobject

from rnnviz.stage.legend_names import names, sizes
from rnnviz.stage.legend_operations import operations, terms, wires
from rnnviz.stage.legend_values import stacks, values
from rnnviz.stage.pen import Pen
from rnnviz.storyboard import Beat

HOLD = 4.0  # seconds after a beat's motion: a viewer can stop the video to read all of it
BEATS = (
    Beat(
        "legend.values",
        0,
        "Colours, pills and stacks",
        "A colour is a role, the same in every cell; a pill is one unit with its value.",
    ),
    Beat(
        "legend.operations",
        0,
        "Operations",
        "Circles act unit by unit; an activation squeezes or clips a sum.",
    ),
    Beat(
        "legend.wires",
        0,
        "Wires and sums",
        "A wire from pill to pill is one weight, one from stack to stack a vector.",
    ),
    Beat(
        "legend.names",
        0,
        "Sizes and names",
        "Libraries and papers have different names for the same things.",
    ),
)


def parts(pen: Pen) -> tuple[list[VMobject], ...]:
    """Return what each beat brings in, in the order in which it comes."""
    return (
        [*values(pen), *stacks(pen)],
        operations(pen),
        [*wires(pen), *terms(pen)],
        [*sizes(pen), *names(pen)],
    )
