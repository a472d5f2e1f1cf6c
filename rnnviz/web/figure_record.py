"""What the player of figures is given: every mark once as pieces to draw, and what each beat shows.

A record::

    {"format": "rnnviz-figure", "schema": 1, "name": "bptt", "title": ..., "notes": [...],
     "marks": [{"id": "h1", "pieces": [...],       see rnnviz.web.figure_shapes
                "said": "h[1,1] = 0.1234567",      of data: what it is, with more digits
                "lines": ["h[1,1] = 0.123"]}],     what it says, as in a transcript
     "beats": [{"id": ..., "title": ..., "caption": ..., "lead": ...,
                "marks": [indices from back to front],
                "waves": [{"ids": [...], "flights": {id: [x, y]}, "pulses": [...]}]}]}

All values and places are computed here; the player only draws and moves them.
"""

from typing import Any

from rnnviz.cells import Cell
from rnnviz.cues import heading
from rnnviz.figures.figure import Figure, Keyframe, Wave
from rnnviz.figures.marks import Bar, Curve, Heat, Mark, Number, Pill
from rnnviz.figures.transcript import lines
from rnnviz.rounding import MINUS
from rnnviz.theme import LIGHT
from rnnviz.web.figure_shapes import pieces

FORMAT, SCHEMA = "rnnviz-figure", 1
OWN = ("ink", "muted", "faint", "background", "band")
LISTED = 12  # values of a curve up to which all are said
EXACT = 7  # digits of a value that is pointed at
Json = dict[str, Any]


def figure_record(figure: Figure, name: str, cell: Cell | None = None) -> Json:
    """Return what the player needs of a figure, ready for JSON.

    ``name`` is its id on a page; ``cell`` is that of its trace, whose gates have colours of their
    own (a GRU's z may keep or write).
    """
    roles = LIGHT.of(cell).roles if cell else LIGHT.roles
    places: dict[Mark, int] = {}
    for frame in figure:
        for mark in frame.marks:
            places.setdefault(mark, len(places))

    def coloured(role: str) -> str:
        return role if role in OWN or role in LIGHT.hues else roles.get(role, "neutral")

    def drawn(mark: Mark) -> Json:
        made = [*pieces(mark)]
        for piece in made:
            for key in {"role", "negative"} & {*piece}:
                piece[key] = coloured(piece[key])
        told = {"said": said(mark), "lines": [*lines([mark])]}
        return {"id": mark.id, "pieces": made, **{key: text for key, text in told.items() if text}}

    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "name": name,
        "title": figure.title,
        "notes": list(figure.notes),
        "marks": [drawn(mark) for mark in places],
        "beats": [_beat(frame, places) for frame in figure],
    }


def said(mark: Mark) -> str:
    """Return what a mark of data holds, with more digits than are shown; empty for another one."""
    match mark:
        case Number() | Pill() if mark.value is not None:
            return f"{mark.ref} = {_exact(mark.value)}"
        case Bar():
            return f"{mark.ref} = {_exact(mark.value)}"
        case Curve():
            return f"{mark.ref}: {_listed(mark.values)}"
        case Heat():
            values = [value for row in mark.values for value in row]
            size = f"{len(mark.values)} × {len(mark.values[0])} values"
            return f"{mark.ref}: {size}, {_exact(min(values))} to {_exact(max(values))}"
    return ""


def _listed(values: tuple[float, ...]) -> str:
    if len(values) <= LISTED:
        return ", ".join(map(_exact, values))
    return f"{len(values)} values, {_exact(min(values))} to {_exact(max(values))}"


def _exact(value: float) -> str:
    return f"{value:.{EXACT}g}".replace("-", MINUS)


def _beat(frame: Keyframe, places: dict[Mark, int]) -> Json:
    beat = frame.beat
    return {
        "id": beat.id,
        "title": heading(beat),
        "caption": beat.caption,
        "lead": beat.lead,
        "marks": [places[mark] for mark in frame.marks],
        "waves": [_wave(wave) for wave in frame.waves],
    }


def _wave(wave: Wave) -> Json:
    flights = {key: [round(float(n), 1) for n in at] for key, at in wave.flights.items()}
    return {"ids": list(wave.ids), "flights": flights, "pulses": list(wave.pulses)}
