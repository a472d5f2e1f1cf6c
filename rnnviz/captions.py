"""What is seen, in one sentence with its numbers: the default caption of every beat."""

from dataclasses import dataclass

from rnnviz.cells import Cell
from rnnviz.equations import subscript, worked
from rnnviz.rounding import DIGITS, percent, show
from rnnviz.tracing import Trace

Captions = dict[str, tuple[str, ...]]

# A caption is written for one unit: the first wording names the first unit that is shown, the
# second the next one, and "…" stands for the others. What is put in: {k} the unit's number as a
# subscript, {value} its value, {is} the same after "=", {share} the value as per cent, {worked}
# what makes the value, with its result. "Old" is what comes from the timestep before.
_RNN: Captions = {
    "h_h": ("From old h: {value} for h{k}", "{value} for h{k}"),
    "h_x": ("From x: {value} for h{k}", "{value} for h{k}"),
    "h_pre": ("Sum for h{k}: {worked}",),
    "h": ("h{k}: {worked}",),
}
_TWO_LAYERS: Captions = {
    "h_x": ("From x: {value} for u{k}", "{value} for u{k}"),
    "u": ("u{k}: {worked}",),
    "s": ("s{k}: {worked}",),
}
_LSTM: Captions = {
    "f": ("f{k} {is} keeps {share} of old c{k}", "f{k} {share}"),
    "fc": ("c{k} keeps {worked}",),
    "i": ("i{k} {is} lets in {share} of g{k}", "i{k} {share}"),
    "g": ("Candidate g{k}: {worked}",),
    "ig": ("c{k} gets {worked}",),
    "c": ("c{k}: {worked}",),
    "o": ("o{k} {is} shows {share} of tanh(c{k})", "o{k} {share}"),
    "tanh_c": ("tanh(c{k}): {worked}",),
    "h": ("h{k}: {worked}",),
}
_GRU: Captions = {
    "r": ("r{k} {is} passes {share} of the recurrent part", "r{k} {share}"),
    "n_h": ("Recurrent part: {value} for n{k}", "{value} for n{k}"),
    "rn": ("{worked} gets through to n{k}",),
    "n": ("Candidate n{k}: {worked}",),
    "z": ("z{k} {is} keeps {share} of old h{k}", "z{k} {share}"),
    "z_not": ("{worked} is left for n{k}",),
    "zn": ("h{k} gets {worked}",),
    "zh": ("h{k} keeps {worked}",),
    "h": ("h{k}: {worked}",),
}
_RESET_BEFORE: Captions = {
    "r": ("r{k} {is} passes {share} of old h{k}", "r{k} {share}"),
    "rh": ("Old h{k} gets through as {worked}",),
}
_Z_REPLACES: Captions = {
    "z": ("z{k} {is} replaces {share} of old h{k}", "z{k} {share}"),
    "z_not": ("{worked} is left for old h{k}",),
}
# A caption of whole vectors: {states} are the names of what is carried, {new} names and values;
# any other name stands for the values of that vector.
_WHOLE = {
    "start": "x = {x} meets the initial {states}.",
    "in": "x = {x} meets old {states}.",
    "all": "x = {x} turns h into {h}.",
    "recap": "Handed on: {new}.",
}

_SHOWN_GATES = {"rnn": ("h",), "lstm": ("f", "i", "g", "o"), "gru": ("r", "z", "n")}
NAMED = 2  # units up to which a caption needs no "…"
LISTED = 2  # values of a vector of which a face shows only some
LISTED_OF_ALL = 3


@dataclass(frozen=True)
class Wording:
    """How a beat is told: a template of whole vectors, or one of a unit's numbers for each part.

    A part is its template, the value's name and the unit's place among those that are shown.
    """

    whole: str = ""
    parts: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Moment:
    """One sample at one timestep, both counted from 0, in words; digits as they are shown."""

    trace: Trace
    t: int
    b: int = 0
    digits: int = DIGITS

    def number(self, name: str, unit: int) -> str:
        """Return one value as shown."""
        value = float(self.trace[name][self.t, self.b, unit])
        return show(value, self.digits, within=self.trace.cell.range(name))

    def vector(self, name: str) -> str:
        """Return a vector's first values that are shown, in parentheses; … is what is left out."""
        parts: list[str] = []
        place = 0
        shown, size = self.trace.shown(name), self.trace[name].shape[2]
        for unit in shown[: LISTED_OF_ALL if len(shown) == size else LISTED]:
            parts += ["…"] * (unit > place) + [self.number(name, unit)]
            place = unit + 1
        parts += ["…"] * (place < size)
        return f"({', '.join(parts)})"

    def __getitem__(self, field: str) -> str:
        """Return what a template's field stands for."""
        cell = self.trace.cell
        if field == "states":
            return " and ".join(cell.next_state)
        if field == "new":
            return ", ".join(f"{name} = {self.vector(name)}" for name in cell.next_state)
        return self.vector(field)


@dataclass(frozen=True)
class Unit:
    """One unit of one value at a moment, in words; the unit counts from 0."""

    at: Moment
    name: str
    unit: int

    def __getitem__(self, field: str) -> str:
        """Return what a template's field stands for."""
        at, value = self.at, self.at.number(self.name, self.unit)
        if field == "k":
            return subscript(self.unit)
        if field == "is":  # "= 0.190", "> 0.9999"
            return f"{value[0]} {value[1:]}" if value[0] in "<>" else f"= {value}"
        if field == "share":
            return percent(float(at.trace[self.name][at.t, at.b, self.unit]), at.digits)
        if field == "worked":
            return worked(at.trace, self.name, self.unit, at.t, at.b, at.digits).text()
        if field == "value":
            return value
        raise KeyError(field)  # a wording that asks for what there is not


def caption(trace: Trace, key: str, t: int, b: int = 0, digits: int = DIGITS) -> str:
    """Return the caption of the beat ``key`` (``f``, ``in``, ``recap`` …) at timestep t from 0."""
    at, told = Moment(trace, t, b, digits), wording(trace.cell, key, t)
    if told.whole:
        return told.whole.format_map(at)
    units = trace.shown(trace.cell.states[0])
    parts = [
        template.format_map(Unit(at, name, units[place]))
        for template, name, place in told.parts
        if place < len(units)
    ]
    return ", ".join(parts) + (", …" if len(units) > NAMED else ".")


def wording(cell: Cell, key: str, t: int) -> Wording:
    """Return how the beat ``key`` of a cell is told at timestep t from 0, before the numbers."""
    if key in _WHOLE:
        return Wording(_WHOLE["start" if key == "in" and t == 0 else key])
    if key == "gates":
        return Wording(parts=tuple((f"{gate}{{k}} {{is}}", gate, 0) for gate in shown_gates(cell)))
    told = _wordings(cell)[key]
    return Wording(parts=tuple((template, key, place) for place, template in enumerate(told)))


def shown_gates(cell: Cell) -> tuple[str, ...]:
    """Return the gates that are shown together; with peepholes o waits for the new c."""
    keys = _SHOWN_GATES[cell.name]
    return keys[:-1] if cell.peepholes else keys


def _wordings(cell: Cell) -> Captions:
    """Return how each beat of a cell is told: a variant's own words in place of the usual ones."""
    told = {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}[cell.name]
    if "s" in cell.names:
        told = told | _TWO_LAYERS
    if "rh" in cell.names:
        told = told | _RESET_BEFORE
    if "zn" in cell.names and cell.step("zn").args[0] == "z":
        told = told | _Z_REPLACES
    return told
