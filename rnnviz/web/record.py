"""What the player is given: one sample of a trace, and every variant of its cell, as plain data.

The player computes values by running the steps that are in here on x, the initial states and the
parameters; ``final`` are those of the trace, against which it checks itself. A trace of few numbers
comes with its ``values`` too, which are shown until something is edited: a sum that is added up in
another order may differ in its last bit, and so where it is rounded.

An array is ``{"shape": [...], "f8": base64 of little-endian float64}``. A record::

    {"format": "rnnviz-player", "schema": 1, "title": ..., "where": ...,
     "dtype": "float64", "digits": 3, "detail": "full", "sample": 1 of
     "batch": 1, or 0 where it is the only one,
     "x": array (T, I), "states": {"h_prev": array (H,), ...},
     "params": {"W_if": array (H, I), "b_if": array (H,), ...},
     "final": {"h_prev": array (H,), ...}, "values": {"x": array (T, I), ...} or null,
     "loss": {"said": ..., "h": array (T, H), "final": {"h_prev": array (H,)}, "truncate": null},
     "units": [...], "inputs": [...],              which are shown, from 0
     "captions": {beat id: text},                  a lecturer's own words
     "ops": {op: {"text": "σ({0})", "range": [low, high] or null}},
     "variant": 0, "variants": [...],              the trace's own, and all that it can become
     "beats": [...]}                               what the variants' walks are made of

Of a variant but the first, only what differs from the first is there. It holds ``names``
(conventions), ``python`` (how to make its cell), ``choices``, ``convention``, the fields of
``Cell``, ``roles`` (value -> colour), ``symbols``, ``equations`` and ``made`` (texts by value),
``gates_shown``, ``diagram`` and ``walks``: for each level of detail the indices in ``beats`` of a
``first`` timestep and of a ``later`` one, and ``recap``, one index. A beat has all fields of
``Beat`` but id, t and caption, and instead ``key`` and ``told``: a template, or a list of
[template, value, place of the unit among those shown].
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np

from rnnviz.arrays import Array
from rnnviz.captions import shown_gates, wording
from rnnviz.cells import CELLS, MAKERS, Cell, Choice
from rnnviz.conventions import CONVENTIONS, cell_named
from rnnviz.diagram import Diagram
from rnnviz.equations import equation, steps_written, symbol
from rnnviz.errors import RnnvizError
from rnnviz.excerpt import FIRST
from rnnviz.gradients import Gradients
from rnnviz.ops import OPS, REALS
from rnnviz.params import MAX_DRAWN
from rnnviz.placement import place
from rnnviz.rounding import DIGITS
from rnnviz.stepping import whole
from rnnviz.storyboard import DETAILS, MOST_DIGITS, Beat, check_telling, recap, timestep
from rnnviz.theme import LIGHT
from rnnviz.tracing import Trace
from rnnviz.web.walks import check_beat

FORMAT, SCHEMA = "rnnviz-player", 1
LAST = "L = sum of h at the last timestep"
GIVEN = "dL/dh as given"
FEW = 5000  # values that a record has room for
Json = dict[str, Any]


def record(
    trace: Trace,
    *,
    b: int = 0,
    gradients: Gradients | None = None,
    digits: int = DIGITS,
    detail: str = "full",
    captions: Mapping[str, str] | None = None,
    title: str = "",
    where: str = "",
) -> Json:
    """Return what the player needs of sample b (from 0) of a trace, ready for JSON.

    Of more than 8 units or inputs the first 4 are shown at the start, unless some were picked.
    ``gradients`` say which loss the backward pass starts from, else it is the sum of h at the last
    timestep. ``captions`` replace default ones by beat id. Raises RnnvizError for an index, a
    number of digits, a detail or a beat id that is not there, for gradients of another trace, a
    trace that did not keep its inputs, and for what is of another type.
    """
    _check_types(trace, gradients, captions, {"detail": detail, "title": title, "where": where})
    b = whole("b", b, 0, trace.sizes["B"] - 1)
    trace.check_index("b", b, trace.sizes["B"])
    digits = whole("digits", digits, 1, MOST_DIGITS)
    check_telling(digits, detail)
    shown = roomy(trace)
    _check_captions(trace, captions or {})
    steps = trace.length(b)
    sizes = len(shown.shown("x")), len(shown.shown("h_prev"))
    variants, beats = json.loads(_told(trace.cell, *sizes))
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "title": title or f"{trace.cell.title} cell",
        "where": where or ("from the end" if trace.reverse else ""),
        "dtype": str(trace["x"].dtype),
        "digits": digits,
        "detail": detail,
        "sample": b + 1 if trace.sizes["B"] > 1 else 0,
        "batch": trace.sizes["B"],
        "x": packed(trace["x"][:steps, b]),
        "states": {name: packed(state[b]) for name, state in trace.states.items()},
        "params": {name: packed(a) for name, a in trace.params.blocks(trace.cell).items()},
        "final": {name: packed(state[b]) for name, state in trace.final.items()},
        "values": _values(trace, b, steps),
        "loss": _loss(trace, b, steps, gradients),
        "units": list(shown.shown(trace.cell.states[0])),
        "inputs": list(shown.shown(trace.cell.inputs[0])),
        "captions": dict(captions or {}),
        "ops": {name: {"text": op.text, "range": _range(op.range)} for name, op in OPS.items()},
        "variant": 0,
        "variants": variants,
        "beats": beats,
    }


def roomy(trace: Trace) -> Trace:
    """Return a trace of which at most 8 units and inputs are shown: the first 4 of more."""
    sizes = {"units": trace.shown(trace.cell.states[0]), "inputs": trace.shown("x")}
    picks = {name: range(FIRST) for name, all_ in sizes.items() if len(all_) > MAX_DRAWN}
    return trace.pick(**picks) if picks else trace


def _values(trace: Trace, b: int, steps: int) -> Json | None:
    """Return the values of one sample by name; None where they are many, or not all kept."""
    count = sum(trace[name].shape[2] for name in trace.names) * steps
    if count > FEW or trace.names != trace.cell.names:
        return None
    return {name: packed(trace[name][:steps, b]) for name in trace.names}


def packed(array: Array) -> Json:
    """Return an array as its shape and the base64 of its numbers."""
    data = np.ascontiguousarray(array, "<f8").tobytes()
    return {"shape": list(np.shape(array)), "f8": base64.b64encode(data).decode("ascii")}


def _range(ends: tuple[float, float]) -> list[float] | None:
    return None if ends == REALS else list(ends)


def _check_types(trace: Any, gradients: Any, captions: Any, texts: Mapping[str, Any]) -> None:
    def wanted(name: str, what: str, got: Any) -> RnnvizError:
        return RnnvizError(f"{name}: wanted {what}, got {type(got).__name__}")

    if not isinstance(trace, Trace):
        raise wanted("trace", "a Trace", trace)
    if "x" not in trace.names:
        left_out = ", ".join(name for name in trace.cell.names if name not in trace.names)
        raise RnnvizError(f"trace: wanted one that keeps every value, got one without {left_out}")
    if not isinstance(gradients, Gradients | None):
        raise wanted("gradients", "what tr.backward(...) returns", gradients)
    if not isinstance(captions, Mapping | None):
        raise wanted("captions", "texts by beat id", captions)
    for name, text in texts.items():
        if not isinstance(text, str):
            raise wanted(name, "a text", text)


def _check_captions(trace: Trace, captions: Mapping[str, str]) -> None:
    for beat_id, text in captions.items():
        check_beat(trace.cell, trace.sizes["T"], beat_id)
        if not isinstance(text, str):
            raise RnnvizError(f"caption of {beat_id}: wanted a text, got {text!r}")


def _loss(trace: Trace, b: int, steps: int, gradients: Gradients | None) -> Json:
    """Return where the backward pass starts: dL/dh_t and dL/d of the final states."""
    if gradients is None:
        return {
            "said": LAST,
            "h": packed(np.zeros((steps, trace.sizes["H"]))),
            "final": {"h_prev": packed(np.ones(trace.sizes["H"]))},
            "truncate": None,
        }
    if gradients.trace.sizes != trace.sizes or gradients.trace.cell != trace.cell:
        raise RnnvizError("gradients: wanted those of this trace, got another's")
    return {
        "said": GIVEN,
        "h": packed(gradients.outside[:steps, b]),
        "final": {name: packed(end[b]) for name, end in gradients.final.items()},
        "truncate": gradients.truncate,
    }


@lru_cache(maxsize=64)
def _told(cell: Cell, inputs: int, hidden: int) -> str:
    """Return the variants of a cell and the beats of their walks as JSON, the same of any trace."""
    beats: list[Json] = []
    drawn = ((place(one, inputs, hidden), names) for one, names in _variants(cell))
    first, *others = (_variant(one, names, beats) for one, names in drawn)
    differing = ({k: v for k, v in other.items() if v != first[k]} for other in others)
    return json.dumps([[first, *differing], beats])


def _variants(cell: Cell) -> Iterator[tuple[Cell, tuple[str, ...]]]:
    """Yield the cell and then every other that a convention makes of it, with their names."""
    named: dict[tuple[tuple[str, Choice], ...], list[str]] = {cell.choices: []}
    for convention, cells in CONVENTIONS.items():
        if cell.name in cells:
            other = cell_named(cell.name, convention)
            named.setdefault(other.choices, []).append(convention)
    for choices, names in named.items():
        yield MAKERS[cell.name](**dict(choices)), tuple(names)


def _variant(drawn: Diagram, names: tuple[str, ...], beats: list[Json]) -> Json:
    cell = drawn.cell
    walks: Json = {
        detail: {
            "first": [_kept(beat, cell, beats) for beat in timestep(drawn, 0, detail, 0)],
            "later": [_kept(beat, cell, beats) for beat in timestep(drawn, 1, detail, 0)],
        }
        for detail in DETAILS
    }
    walks["recap"] = _kept(recap(drawn, 0), cell, beats)
    steps = [step.name for step in cell.steps]
    return {
        "names": list(names),
        "python": _made_in_python(cell, names),
        "choices": dict(cell.choices),
        "convention": cell.convention,
        "cell": cell.name,
        "title": cell.title,
        "inputs": list(cell.inputs),
        "states": list(cell.states),
        "next_state": list(cell.next_state),
        "params": list(cell.params),
        "gates": [asdict(gate) for gate in cell.gates],
        "gates_shown": list(shown_gates(cell)),
        "steps": [asdict(step) for step in cell.steps],
        "roles": {name: LIGHT.of(cell).roles.get(name, "neutral") for name in cell.names},
        "symbols": {
            name: symbol(cell, name, "text") for name in (*cell.inputs, *cell.states, *steps)
        },
        "equations": {name: equation(cell, name, "text") for name in steps},
        "made": steps_written(cell),
        "diagram": _diagram(drawn),
        "walks": walks,
    }


def _made_in_python(cell: Cell, names: tuple[str, ...]) -> str:
    """Return the arguments of ``rv.trace`` that make this cell: what comes before and after x."""
    if cell == CELLS[cell.name]:
        return f'"{cell.name}"'
    if names:
        return f'rv.cell_named("{cell.name}", "{names[0]}")'
    plain = dict(CELLS[cell.name].choices)
    changed = ", ".join(f"{k}={v!r}" for k, v in cell.choices if plain[k] != v)
    return f'rv.cell_named("{cell.name}", {changed})'


def _diagram(drawn: Diagram) -> Json:
    edge = drawn.boundary
    return {
        "boundary": [edge.left, edge.top, edge.right, edge.bottom],
        "pitch": drawn.pitch,
        "nodes": [asdict(node) for node in drawn.nodes],
        "wires": [asdict(wire) for wire in drawn.wires],
    }


def _kept(beat: Beat, cell: Cell, beats: list[Json]) -> int:
    """Return the index of a beat among those kept, where alike ones are kept once."""
    told = wording(cell, beat.key, beat.t)
    made: Json = {
        "key": beat.key,
        "title": beat.title.replace(f"Timestep {beat.t + 1}", "Timestep {t}"),
        "lead": beat.lead,
        "told": told.whole or [list(part) for part in told.parts],
        "equation": beat.equation,
        "lights": list(beat.lights),
        "flows": [list(flow) for flow in beat.flows],
        "reveals": list(beat.reveals),
        "focus": beat.focus.name if beat.focus else None,
    }
    if made not in beats:
        beats.append(made)
    return beats.index(made)
