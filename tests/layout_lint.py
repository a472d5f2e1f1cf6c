"""Faults of a picture that a viewer would see.

Texts that overlap, are too small, too faint or out of the frame, or whose glyphs are missing;
numbers that the trace does not hold; wires that end nowhere or run through a text.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from addresses import DECIMAL, decimals, spoken, wordings
from picture import Picture, Text
from rnnviz.diagram import HEIGHT, RADIUS, WIDTH, Box, Point
from rnnviz.errors import RnnvizError
from rnnviz.spacing import EXIT_X
from rnnviz.stage import View
from rnnviz.stage.frame import BAND_TOP
from rnnviz.theme import contrast
from wiring import Line, Wiring

SMALLEST, SMALLEST_NUMBER, CONTRAST = 20.0, 24.0, 4.5
NEAR = 1.5  # from the end of a wire to the edge that it reaches


def faults(picture: Picture) -> list[str]:
    """Return every fault of one beat's picture, as sentences."""
    found = [fault for text in picture.texts for fault in alone(text)]
    for one, other in combinations(picture.texts, 2):
        if one.box.overlaps(other.box, -0.5):
            found.append(f"{one.text!r} overlaps {other.text!r}")
    if picture.shown is not None:
        for text in picture.texts:
            found += untrue(text, picture.shown, picture.beat.t)
    for text in picture.texts:
        if text.box.bottom > BAND_TOP and text.text not in picture.beat.caption:
            found.append(f"{text.text!r} stands in the band of the caption")
    found += loose_ends(picture.wiring)
    found += crossings(picture)
    return [f"{picture.beat.id}: {fault}" for fault in found]


def alone(text: Text) -> Iterator[str]:
    """Yield the faults of one text by itself."""
    box = text.box
    if box.left < 0 or box.top < 0 or box.right > WIDTH or box.bottom > HEIGHT:
        yield f"{text.text!r} leaves the frame"
    smallest = SMALLEST_NUMBER if text.ref else SMALLEST
    if text.size < smallest - 1e-6:
        yield f"{text.text!r} is {text.size:.1f} px, wanted {smallest}"
    ratio = contrast(text.colour, text.ground)
    if ratio < CONTRAST:
        yield f"{text.text!r} has contrast {ratio:.2f} ({text.colour} on {text.ground})"
    if text.covered:
        yield f"{text.text!r} is behind something solid"
    if text.missing:
        yield f"{text.text!r} has no glyph for {text.missing!r}"


def untrue(text: Text, shown: View, t: int) -> Iterator[str]:
    """Yield the numbers of a text that the trace does not hold: at its address, or at timestep t.

    A number by itself has to have an address; ticks and counts are whole numbers.
    """
    trace, digits, b = shown.trace, shown.digits, shown.b
    if not text.ref:
        if DECIMAL.fullmatch(text.text.strip("()")):
            yield f"{text.text!r} does not say where it comes from"
            return
        for number in decimals(text.text):
            if number not in spoken(trace, t, digits, b):
                yield f"{number!r} in {text.text!r} is no value of t = {t + 1}"
        return
    try:
        allowed = wordings(trace, text.ref, digits, b)
    except (IndexError, RnnvizError, ValueError):
        yield f"{text.text!r} has the address {text.ref!r}, where the trace holds nothing"
        return
    if text.text not in allowed:
        yield f"{text.text!r} is not what {text.ref} holds, {min(allowed, key=len)}"


def loose_ends(wiring: Wiring) -> Iterator[str]:
    """Yield the wires that do not reach something at both ends, and circles that nothing lights."""
    for end, k in (("start", 0), ("end", -1)):
        points = [line.points[k] for line in wiring.lines]
        for line, point, reaches in zip(wiring.lines, points, reached(points, wiring), strict=True):
            leaves = line.target == "next" and k == -1 and abs(point[0] - EXIT_X) <= NEAR
            if not (reaches or leaves):
                yield f"{called(line)} has its {end} at ({point[0]:.0f}, {point[1]:.0f}), nowhere"
    lit = {line.target for line in wiring.lines if line.lit and line.kind == "vector"}
    stubs = {line.target for line in wiring.lines if line.lit and line.kind == "stub"}
    for name in sorted((wiring.lit | stubs) - lit):
        yield f"the circle of {name} is lit, but no wire to it"


def reached(points: list[Point], wiring: Wiring) -> NDArray[np.bool_]:
    """Return which points lie on the edge of a pill or frame, or on a circle."""
    x, y = np.reshape(points, (-1, 2)).T[:, :, None]
    boxes, circles = (
        np.reshape([(box.left, box.top, box.right, box.bottom) for box in made], (-1, 4)).T
        for made in (wiring.boxes, wiring.circles.values())
    )
    left, top, right, bottom = boxes
    outside = np.maximum(np.maximum(left - x, x - right), np.maximum(top - y, y - bottom))
    left, top, right, bottom = circles
    away = np.hypot(x - (left + right) / 2, y - (top + bottom) / 2) - RADIUS
    return (np.abs(np.hstack((outside, away))) <= NEAR).any(axis=1)


def crossings(picture: Picture) -> Iterator[str]:
    """Yield the wires that run through a text, not behind what it stands on or its halo."""
    parts = [
        (line, *part)
        for line in picture.wiring.lines
        if line.kind != "dense"  # they are faint, and too many for room between them
        for part in pairwise(line.points)
    ]
    through = crossed([part[1:] for part in parts], [text.box for text in picture.texts])
    pairs = {(parts[k][0], picture.texts[m]): None for k, m in np.argwhere(through)}
    for line, text in pairs:
        if line.place >= text.over:
            yield f"{called(line)} runs through {text.text!r}"


def crossed(parts: list[tuple[Point, Point]], boxes: list[Box]) -> NDArray[np.bool_]:
    """Return which straight lines, one a row, have a part of themselves inside of which boxes."""
    first, last = 0.0, 1.0
    corners = np.reshape([(box.left, box.top, box.right, box.bottom) for box in boxes], (-1, 4))
    for k, (start, end) in enumerate(np.reshape(parts, (-1, 2, 2)).transpose(2, 1, 0)):
        along = np.where(start == end, 1e-12, end - start)[:, None]
        ends = (corners[:, [k, k + 2]].T[:, None, :] - start[:, None]) / along
        first, last = np.maximum(first, ends.min(axis=0)), np.minimum(last, ends.max(axis=0))
    return np.asarray(first < last)


def called(line: Line) -> str:
    """Return what a fault calls a wire."""
    ends = f" {line.source} → {line.target}" if line.source else ""
    return f"the {line.kind} wire{ends}"
