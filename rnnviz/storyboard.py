"""What a walk through a cell shows, beat by beat; never how it moves or looks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rnnviz.captions import caption, shown_gates
from rnnviz.cells import Cell
from rnnviz.diagram import Diagram
from rnnviz.errors import RnnvizError
from rnnviz.excerpt import pictured
from rnnviz.leads import lead
from rnnviz.placement import place
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace

MOST_DIGITS = 4  # decimals that a pill and a table have room for
DETAILS = ("full", "gates", "brief")  # how a timestep is told, from slow to quick
# full, a beat each: nodes in the order of a walk; a variant has some of them
NODE_BEATS = {
    "rnn": ("h_h", "h_x", "u", "s", "h_pre", "h"),
    "lstm": ("f", "fc", "i", "g", "ig", "c", "o", "tanh_c", "h"),
    "gru": ("r", "n_h", "rn", "rh", "n", "z", "z_not", "zn", "zh", "h"),
}
# gates: a beat's key and the nodes that it computes, once it can: a peephole makes o wait for the
# new c
GROUP_BEATS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "rnn": (("h", ("h_h", "h_x", "u", "s", "h_pre", "h")),),
    "lstm": (
        ("gates", ("f", "i", "g", "o")),
        ("c", ("fc", "ig", "c")),
        ("h", ("o", "tanh_c", "h")),
    ),
    "gru": (("gates", ("r", "n_h", "rn", "rh", "n", "z")), ("h", ("z_not", "zn", "zh", "h"))),
}


@dataclass(frozen=True)
class Focus:
    """The neuron whose sum is worked out: the value it makes and its unit, from 0."""

    name: str
    unit: int


@dataclass(frozen=True)
class Beat:
    """One idea: what lights up, along which wires values flow, which values appear.

    ``t`` counts from 0, the id from 1 (``t1.f``). ``lead`` says what the motion shows, without the
    numbers that it has yet to compute; ``caption`` what is seen then. ``equation`` names the value
    whose equation is shown, or is empty. ``lights`` are nodes, ``flows`` are wires as (source,
    target), and ``reveals`` are names of values, in the order of computation.
    """

    id: str
    t: int
    title: str
    caption: str
    equation: str = ""
    lights: tuple[str, ...] = ()
    flows: tuple[tuple[str, str], ...] = ()
    reveals: tuple[str, ...] = ()
    focus: Focus | None = None
    lead: str = ""

    @property
    def key(self) -> str:
        """The id without its timestep: ``f`` of ``t1.f``."""
        return self.id.partition(".")[2] or self.id


@dataclass(frozen=True, eq=False)
class Storyboard:
    """The beats of one walk over one sample of a trace, and the diagram that they light up."""

    trace: Trace
    diagram: Diagram
    beats: tuple[Beat, ...]
    b: int = 0
    digits: int = DIGITS

    def __iter__(self) -> Iterator[Beat]:
        return iter(self.beats)

    def __len__(self) -> int:
        return len(self.beats)

    def __getitem__(self, beat_id: str) -> Beat:
        """Return the beat with this id; RnnvizError if there is none."""
        for beat in self.beats:
            if beat.id == beat_id:
                return beat
        ids = ", ".join(beat.id for beat in self.beats)
        raise RnnvizError(f"beat: wanted one of {ids}, got {beat_id!r}")

    def captioned(self, captions: Mapping[str, str]) -> "Storyboard":
        """Return the same walk with some captions replaced by id; an empty one takes the lead away.

        Raises RnnvizError for an unknown id and for what is no text.
        """
        beats = {beat.id: beat for beat in self.beats}
        for beat_id, text in captions.items():
            beat = self[beat_id]
            if not isinstance(text, str):
                raise RnnvizError(f"caption of {beat_id}: wanted a text, got {text!r}")
            beats[beat_id] = replace(beat, caption=text, lead=beat.lead if text else "")
        return replace(self, beats=tuple(beats.values()))


def walk(trace: Trace, b: int = 0, digits: int = DIGITS, detail: str = "full") -> Storyboard:
    """Return the default walk: each timestep in less detail than the one before, then a recap.

    ``detail`` is that of the first timestep: ``full`` has a beat a node, ``gates`` one for all
    gates, ``brief`` one for everything. Of more than 8 inputs the first 4 are shown, unless some
    were picked. Raises RnnvizError for another detail, a sample that is not there, more than 8
    hidden units to show, and digits outside 1 to 4.
    """
    if not isinstance(trace, Trace):
        raise RnnvizError(f"trace: wanted a Trace, got {type(trace).__name__}")
    steps = trace.sizes["T"]
    trace.check_index("b", b, trace.sizes["B"])
    check_telling(digits, detail)
    trace = pictured(trace)
    cell, shown = trace.cell, trace.shown("h_prev")
    drawn = place(cell, len(trace.shown("x")), len(shown))
    beats: list[Beat] = []
    for t in range(steps):
        level = DETAILS[min(DETAILS.index(detail) + t, len(DETAILS) - 1)]
        beats += timestep(drawn, t, level, shown[0])
    beats.append(recap(drawn, steps - 1))
    told = (replace(beat, caption=caption(trace, beat.key, beat.t, b, digits)) for beat in beats)
    return Storyboard(trace, drawn, tuple(told), b, digits)


def check_telling(digits: int, detail: str) -> None:
    """Raise RnnvizError for digits outside 1 to 4 and for another level of detail."""
    if not 1 <= digits <= MOST_DIGITS:
        raise RnnvizError(f"digits: wanted 1 to {MOST_DIGITS} in a picture, got {digits}")
    if detail not in DETAILS:
        raise RnnvizError(f"detail: wanted one of {', '.join(DETAILS)}, got {detail!r}")


def timestep(drawn: Diagram, t: int, detail: str, unit: int) -> Iterator[Beat]:
    """Yield the beats of timestep t from 0, without captions; ``unit`` is the one in focus."""
    if detail == "brief":
        yield _told(drawn, _whole_beat(drawn, t))
        return
    yield _told(drawn, _arrival(drawn.cell, t))
    if detail == "full":
        for name in _nodes(drawn):
            yield _told(drawn, _step_beat(drawn, name, t, unit))
    else:
        for key, names in _groups(drawn):
            yield _told(drawn, _group_beat(drawn, key, names, t))


def recap(drawn: Diagram, t: int) -> Beat:
    """Return the last beat of a walk that ends at timestep t from 0, without its caption."""
    return Beat("recap", t, "Recap", "", lights=tuple(node.name for node in drawn.nodes))


def _told(drawn: Diagram, beat: Beat) -> Beat:
    return replace(beat, lead=lead(drawn.cell, beat.key, beat.t))


def _nodes(drawn: Diagram) -> tuple[str, ...]:
    """Return the nodes that are computed, in the order of a walk."""
    there = {node.name for node in drawn.nodes}
    return tuple(name for name in NODE_BEATS[drawn.cell.name] if name in there)


def _groups(drawn: Diagram) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is computed together: each node once, when all its wires bring values."""
    known = {*drawn.cell.inputs, *drawn.cell.states}
    for key, names in GROUP_BEATS[drawn.cell.name]:
        due: list[str] = []
        for name in names:
            sources = {wire.source for wire in drawn.wires if wire.target == name}
            if sources and sources <= known and name not in known:
                due.append(name)
                known.add(name)
        yield key, tuple(due)


def _arrival(cell: Cell, t: int) -> Beat:
    names = (*cell.inputs, *cell.states)
    return Beat(f"t{t + 1}.in", t, "What comes in", "", "", names, _carried(cell, t), names)


def _step_beat(drawn: Diagram, name: str, t: int, unit: int) -> Beat:
    sums = any(wire.kind == "dense" and wire.target == name for wire in drawn.wires)
    beat = _group_beat(drawn, name, (name,), t)
    return replace(beat, focus=Focus(name, unit) if sums else None)


def _group_beat(drawn: Diagram, key: str, names: tuple[str, ...], t: int) -> Beat:
    return Beat(
        id=f"t{t + 1}.{key}",
        t=t,
        title="Gates and candidate" if key == "gates" else title(drawn.cell, names[-1]),
        caption="",
        equation="" if key == "gates" else names[-1],
        lights=names,
        flows=_flows(drawn, names),
        reveals=_steps(drawn, names),
    )


def _whole_beat(drawn: Diagram, t: int) -> Beat:
    given, names = (*drawn.cell.inputs, *drawn.cell.states), _nodes(drawn)
    return Beat(
        id=f"t{t + 1}.all",
        t=t,
        title=f"Timestep {t + 1}",
        caption="",
        equation="h" if shown_gates(drawn.cell) == ("h",) else "",
        lights=(*given, *names),
        flows=(*_carried(drawn.cell, t), *_flows(drawn, names)),
        reveals=(*given, *_steps(drawn, names)),
    )


def _carried(cell: Cell, t: int) -> tuple[tuple[str, str], ...]:
    """Return where the states of the timestep before come back; the first has none before it."""
    return tuple(zip(cell.next_state, cell.states, strict=True)) if t else ()


def _steps(drawn: Diagram, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for name in names for step in drawn.node(name).steps)


def _flows(drawn: Diagram, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((wire.source, wire.target) for wire in drawn.wires if wire.target in names)


_TITLES = {
    "h": "New hidden state",
    "c": "New cell state",
    "fc": "Forget gate ⊙ old cell state",
    "ig": "Input gate ⊙ candidate",
    "tanh_c": "Cell state through tanh",
    "h_h": "Dense layer on h",
    "h_x": "Dense layer on x",
    "u": "Dense layer through relu",
    "s": "Plus the old hidden state",
    "h_pre": "Sum",
    "n_h": "Recurrent part of n",
    "rn": "Reset gate ⊙ recurrent part",
    "rh": "Reset gate ⊙ old hidden state",
    "z_not": "What is left: 1 − z",
    "zn": "{} ⊙ candidate",
    "zh": "{} ⊙ old hidden state",
}
_SHARES = {"z": "z", "z_not": "(1 − z)"}


def title(cell: Cell, name: str) -> str:
    """Return what a value is called in a heading."""
    if name not in _TITLES:
        return cell.gate(name).title
    return _TITLES[name].format(_SHARES.get(cell.step(name).args[0], ""))
