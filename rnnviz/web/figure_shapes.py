"""Marks of figures as pieces of an SVG picture; rnnviz.stage.marks draws them alike in videos.

A piece is plain data: its kind (rect, circle, line, area, heat or text), numbers of the canvas, and
the role of its colour. ``fill`` is the share of the role's tint over ``ground``, ``solid`` fills
with the colour of lines, ``line`` is a stroke's width. Of two pieces that differ in numbers alone,
the player can show what lies between them.
"""

from collections.abc import Iterable, Iterator
from functools import singledispatch
from math import hypot
from typing import Any

from rnnviz.diagram import Point
from rnnviz.figures import marks
from rnnviz.figures.notation import Part, is_italic, parts, tokens
from rnnviz.rounding import MINUS

Json = dict[str, Any]
STROKE = 1.35  # pixels of the canvas that manim draws for a stroke of one
HEAD = 15.0  # length of an arrow's head
MIDDLE = 0.325  # of a text's size, from its middle to its baseline
LOW, SIGN = 0.24, 0.27  # the same of letters without ascenders and of the signs of operations
ROOM = 12.0  # in a pill beside its number
LEVELS = 32  # shades of a heat map's colour
SMALL = 8.0  # pixels of a cell from which on there are gaps between them
_ANCHORS = {"left": "start", "centre": "middle", "right": "end"}
_RELATIONS, _OPERATIONS, _OPENING = "=≈≠<>≤≥→←∈∝⇒", f"+{MINUS}⊙·×∗±", "([{|,"
_NARROW, _WIDE, _SPACE = "\u2009", "\u2005", "\u00a0"  # that SVG keeps
_SIGNS = {"-": MINUS, "*": "∗"}


@singledispatch
def pieces(mark: marks.Mark) -> Iterator[Json]:
    """Yield the pieces of a mark from back to front."""
    raise TypeError(f"{type(mark).__name__}: no mark")


@pieces.register
def _(mark: marks.Words) -> Iterator[Json]:
    words = " ".join(mark.text.split())
    yield {**_text(mark, [[words, 0, False]]), **({"bold": True} if mark.bold else {})}


@pieces.register
def _(mark: marks.Math) -> Iterator[Json]:
    yield _text(mark, runs(mark.text))


@pieces.register
def _(mark: marks.Number) -> Iterator[Json]:
    yield _text(mark, [[mark.text, 0, False]])


@pieces.register
def _(mark: marks.Pill) -> Iterator[Json]:
    half = mark.height / 2
    box: Json = {
        "kind": "rect",
        **_numbers(x=mark.x - mark.width / 2, y=mark.y - half, width=mark.width),
        **_numbers(height=mark.height, rx=half),
        "ground": "cell",
    }
    if mark.value is None:
        yield {**box, "role": "faint", "fill": 0, "line": _thick(1.5)}
        return
    fill = round(0.08 + 0.36 * min(1.0, abs(float(mark.value))), 3)
    yield {**box, "role": mark.role, "fill": fill, "line": _thick(4 if mark.lit else 1.8)}
    room = _numbers(room=mark.width - ROOM)
    yield {**_middle(mark.x, mark.y, mark.size, [[mark.text, 0, False]]), **room}


@pieces.register
def _(mark: marks.Box) -> Iterator[Json]:
    wide, high = mark.right - mark.left, mark.bottom - mark.top
    yield {
        "kind": "rect",
        "role": mark.role,
        **_numbers(x=mark.left, y=mark.top, width=wide, height=high),
        **_numbers(rx=min(mark.radius, min(wide, high) / 2)),
        **({} if mark.fill is None else {"fill": round(float(mark.fill), 3)}),
        "line": _thick(mark.width),
        **({"dash": [10.8, 7.2]} if mark.dashed else {}),
    }


@pieces.register
def _(mark: marks.Disc) -> Iterator[Json]:
    yield {
        "kind": "circle",
        "role": mark.role,
        **_numbers(cx=mark.x, cy=mark.y, r=mark.radius),
        "fill": round(float(mark.fill), 3),
        "line": _thick(mark.width),
    }
    if mark.text:
        drop = SIGN if mark.text in _OPERATIONS else LOW if mark.text in "σxzrcnoagmu" else MIDDLE
        yield _middle(mark.x, mark.y, mark.size, runs(mark.text), drop)


@pieces.register
def _(mark: marks.Wire) -> Iterator[Json]:
    points = list(mark.points)
    head: list[Json] = []
    if mark.arrow:
        (x0, y0), (x, y) = points[-2:]
        long = HEAD + mark.width
        length = max(hypot(x - x0, y - y0), 1e-9)
        dx, dy = (x - x0) / length * long, (y - y0) / length * long
        points[-1] = (x - 0.8 * dx, y - 0.8 * dy)
        corners = [(x, y), (x - dx - dy / 2, y - dy + dx / 2), (x - dx + dy / 2, y - dy - dx / 2)]
        head = [{"kind": "area", "role": mark.role, "points": _flat(corners), "solid": True}]
    dashes = {"dash": [8.4, 5.6]} if mark.dashed else {}
    yield {**_line(points, mark.role, mark.width), **dashes}
    yield from head


@pieces.register
def _(mark: marks.Bar) -> Iterator[Json]:
    area = mark.area
    yield {
        "kind": "rect",
        "role": mark.role,
        **_numbers(x=area.left, y=area.top, width=area.right - area.left),
        **_numbers(height=area.bottom - area.top),
        "fill": 0.85,
    }


@pieces.register
def _(mark: marks.Curve) -> Iterator[Json]:
    points = mark.points
    if len(points) > 1:
        yield _line(points, mark.role, mark.width)
    if mark.dots or len(points) == 1:
        for x, y in points:
            place = _numbers(cx=x, cy=y, r=2 * mark.width)
            yield {"kind": "circle", "role": mark.role, **place, "solid": True}


@pieces.register
def _(mark: marks.Heat) -> Iterator[Json]:
    wide, high = mark.pitch
    yield {
        "kind": "heat",
        "role": mark.role,
        "negative": mark.negative,
        **_numbers(x=mark.area.left, y=mark.area.top),
        "wide": round(wide, 3),
        "high": round(high, 3),
        "gap": 1 if min(wide, high) >= SMALL else 0,
        "most": LEVELS,
        "levels": [[round(LEVELS * mark.strength(one)) for one in row] for row in mark.values],
    }


def runs(text: str) -> list[list[Any]]:
    """Return a symbol or formula as runs [text, level, italic]; level -1 is lowered, 1 raised."""
    made: list[list[Any]] = []
    before = ""
    for part in parts(text):
        for written, italic in _spaced(part, before):
            before = written.strip()[-1:] or before
            if made and made[-1][1:] == [part.level, italic]:
                made[-1][0] += written
            else:
                made.append([written, part.level, italic])
    return made


def _spaced(part: Part, before: str) -> Iterator[tuple[str, bool]]:
    """Yield the tokens of a run, with the spaces that mathematics has around signs."""
    found = tokens(part)
    for k, token in enumerate(found):
        shown = _SIGNS.get(token, token)
        if token == " ":
            if _is_apart(found[max(0, k - 1) : k], found[k + 1 : k + 2]):
                yield _SPACE, False
            continue
        if part.level == 0 and shown in _RELATIONS:
            shown = f"{_WIDE}{shown}{_WIDE}"
        elif (
            part.level == 0 and shown in _OPERATIONS and before not in ("", *_OPENING, *_RELATIONS)
        ):
            shown = f"{_NARROW}{shown}{_NARROW}"
        elif shown in ",;":
            shown += _NARROW
        yield shown, is_italic(token)
        before = shown.strip()[-1:]


def _is_apart(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Tell whether a space is seen: beside a word, unless a sign there brings its own."""
    beside = [_SIGNS.get(token, token) for token in (*before, *after)]
    has_word = any(len(token) > 1 and token.isalpha() for token in beside)
    return has_word and not any(token in _RELATIONS + _OPERATIONS for token in beside)


def _text(mark: marks.Textual, written: list[list[Any]]) -> Json:
    return {
        "kind": "text",
        "role": mark.role,
        **_numbers(x=mark.x, y=mark.y, size=mark.size),
        "anchor": _ANCHORS[mark.anchor],
        "runs": written,
    }


def _middle(
    x: float, y: float, size: float, written: list[list[Any]], drop: float = MIDDLE
) -> Json:
    """Return a text around a point; ``drop`` is the share of its size to its baseline."""
    place = _numbers(x=x, y=y, size=size)
    return {"kind": "text", "role": "ink", **place, "drop": drop, "anchor": "middle",
            "runs": written}  # fmt: skip


def _line(points: Iterable[Point], role: str, width: float) -> Json:
    return {"kind": "line", "role": role, "points": _flat(points), "line": _thick(width)}


def _flat(points: Iterable[Point]) -> list[float]:
    return [round(float(one), 1) for point in points for one in point]


def _numbers(**given: float) -> Json:
    return {name: round(float(value), 1) for name, value in given.items()}


def _thick(width: float) -> float:
    return round(STROKE * width, 2)
