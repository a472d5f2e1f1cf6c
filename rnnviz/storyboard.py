"""What a walk through a cell shows, beat by beat; never how it moves or looks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rnnviz.captions import caption
from rnnviz.cells import Cell
from rnnviz.diagram import Diagram
from rnnviz.errors import RnnvizError
from rnnviz.excerpt import pictured
from rnnviz.placement import place
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace

MOST_DIGITS = 4  # decimals that a pill and a table have room for
# nodes in the order of a walk; a variant has some of them
GATE_BEATS = {
    "rnn": ("h_h", "h_x", "u", "s", "h_pre", "h"),
    "lstm": ("f", "fc", "i", "g", "ig", "c", "o", "tanh_c", "h"),
    "gru": ("r", "n_h", "rn", "rh", "n", "z", "z_not", "zn", "zh", "h"),
}
# later timesteps: the beat's key and the nodes that it computes, once it can: a peephole makes o
# wait for the new c
BRIEF_BEATS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
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

    ``t`` counts from 0, the id from 1 (``t1.f``). ``equation`` names the value whose equation
    is shown, or is empty. ``lights`` are nodes, ``flows`` are wires as (source, target), and
    ``reveals`` are names of values, in the order of computation.
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
        """Return the same walk with some captions replaced by id; RnnvizError for an unknown id."""
        for beat_id in captions:
            self[beat_id]
        beats = (replace(beat, caption=captions.get(beat.id, beat.caption)) for beat in self.beats)
        return replace(self, beats=tuple(beats))


def walk(trace: Trace, b: int = 0, digits: int = DIGITS) -> Storyboard:
    """Return the default walk: the first timestep in full, later ones compressed, then a recap.

    Of more than 8 inputs the first 4 are shown, unless some were picked. Raises RnnvizError for a
    sample that is not there, for more than 8 hidden units to show, and for digits outside 1 to 4.
    """
    sizes = trace.sizes
    trace.check_index("b", b, sizes["B"])
    if not 1 <= digits <= MOST_DIGITS:
        raise RnnvizError(f"digits: wanted 1 to {MOST_DIGITS} in a picture, got {digits}")
    trace = pictured(trace)
    drawn = place(trace.cell, *(len(trace.shown(name)) for name in ("x", "h_prev")))
    beats: list[Beat] = []
    for t in range(sizes["T"]):
        beats.append(_arrival(trace.cell, t, caption(trace, "in", t, b, digits)))
        if t == 0:
            for name in _in_full(drawn):
                text = caption(trace, name, t, b, digits)
                beats.append(_step_beat(drawn, name, text, trace.shown(name)[0]))
        else:
            for key, names in _in_brief(drawn):
                beats.append(_brief_beat(drawn, key, names, t, caption(trace, key, t, b, digits)))
    last = sizes["T"] - 1
    beats.append(
        Beat("recap", last, "Recap", caption(trace, "recap", last, b, digits),
             lights=tuple(node.name for node in drawn.nodes))
    )  # fmt: skip
    return Storyboard(trace, drawn, tuple(beats), b, digits)


def _in_full(drawn: Diagram) -> tuple[str, ...]:
    there = {node.name for node in drawn.nodes}
    return tuple(name for name in GATE_BEATS[drawn.cell.name] if name in there)


def _in_brief(drawn: Diagram) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the beats of a later timestep: each node once, when all its wires bring values."""
    known = {*drawn.cell.inputs, *drawn.cell.states}
    for key, names in BRIEF_BEATS[drawn.cell.name]:
        due: list[str] = []
        for name in names:
            sources = {wire.source for wire in drawn.wires if wire.target == name}
            if sources and sources <= known and name not in known:
                due.append(name)
                known.add(name)
        yield key, tuple(due)


def _arrival(cell: Cell, t: int, text: str) -> Beat:
    names = (*cell.inputs, *cell.states)
    carried = tuple(zip(cell.next_state, cell.states, strict=True)) if t else ()
    return Beat(f"t{t + 1}.in", t, "What comes in", text, "", names, carried, names)


def _step_beat(drawn: Diagram, name: str, text: str, unit: int) -> Beat:
    node = drawn.node(name)
    sums = any(wire.kind == "dense" and wire.target == name for wire in drawn.wires)
    return Beat(
        id=f"t1.{name}",
        t=0,
        title=title(drawn.cell, name),
        caption=text,
        equation=name,
        lights=(name,),
        flows=_flows(drawn, (name,)),
        reveals=node.steps,
        focus=Focus(name, unit) if sums else None,
    )


def _brief_beat(drawn: Diagram, key: str, names: tuple[str, ...], t: int, text: str) -> Beat:
    return Beat(
        id=f"t{t + 1}.{key}",
        t=t,
        title="Gates and candidate" if key == "gates" else title(drawn.cell, names[-1]),
        caption=text,
        equation="" if key == "gates" else names[-1],
        lights=names,
        flows=_flows(drawn, names),
        reveals=tuple(step for name in names for step in drawn.node(name).steps),
    )


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
