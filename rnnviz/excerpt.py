"""Some units and inputs of a trace, for faces that have no room for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import index

from rnnviz.errors import RnnvizError
from rnnviz.params import MAX_DRAWN
from rnnviz.tracing import Trace

FIRST = 4  # inputs that a picture shows where they are too many and none were picked


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Excerpt(Trace):
    """A trace of which a face shows only these units and inputs, counted from 0.

    All values are still there. A neuron has the products of what is shown, and what is left of its
    sum as rests.
    """

    units: tuple[int, ...]
    inputs: tuple[int, ...]

    def shown(self, name: str) -> Sequence[int]:
        """Return the indices that a face shows of a value: the picked inputs or units."""
        return self.inputs if name in self.cell.inputs else self.units

    @property
    def whole(self) -> Trace:
        """The same trace with nothing picked."""
        return Trace(**{field.name: getattr(self, field.name) for field in fields(Trace)})

    def __repr__(self) -> str:
        units, inputs = f"{len(self.units)} of the units", f"{len(self.inputs)} of the inputs"
        return f"{super().__repr__()} ({units} and {inputs} shown)"


def pick(
    trace: Trace, units: Iterable[int] | None = None, inputs: Iterable[int] | None = None
) -> Excerpt:
    """Return an excerpt that shows these of H units and I inputs, from 0, or those shown so far.

    Raises RnnvizError for more than 8, none, one twice and one out of range.
    """
    sizes = trace.sizes
    return Excerpt(
        **{field.name: getattr(trace, field.name) for field in fields(Trace)},
        units=_picked("units", units, sizes["H"], trace.shown(trace.cell.states[0])),
        inputs=_picked("inputs", inputs, sizes["I"], trace.shown(trace.cell.inputs[0])),
    )


def pictured(trace: Trace) -> Trace:
    """Return what a picture has room for: of more than 8 inputs the first 4, if none were picked.

    Raises RnnvizError for more than 8 units to show.
    """
    units, inputs = (len(trace.shown(names[0])) for names in (trace.cell.states, trace.cell.inputs))
    if units > MAX_DRAWN:
        wanted = f"wanted at most {MAX_DRAWN} hidden units in a picture, or some of them"
        raise RnnvizError(f"units: {wanted} with trace.pick(units=[0, 1, …]), got {units}")
    return trace if inputs <= MAX_DRAWN else trace.pick(inputs=range(FIRST))


def _picked(
    name: str, picks: Iterable[int] | None, size: int, before: Sequence[int]
) -> tuple[int, ...]:
    if picks is None:
        return tuple(before)
    picked = []
    for one in picks:
        try:
            picked.append(index(one))
        except TypeError:
            raise RnnvizError(f"{name}: wanted whole numbers, got {one!r}") from None
        if not 0 <= picked[-1] < size:
            raise RnnvizError(f"{name}: wanted numbers from 0 to {size - 1}, got {one}")
    if not 1 <= len(picked) <= MAX_DRAWN:
        raise RnnvizError(f"{name}: wanted 1 to {MAX_DRAWN}, got {len(picked)}")
    if len(set(picked)) < len(picked):
        raise RnnvizError(f"{name}: wanted each once, got {', '.join(map(str, picked))}")
    return tuple(sorted(picked))
