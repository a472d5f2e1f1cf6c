"""Whether the fonts that come with Typst can draw a label: what they cannot is a box, or nothing.

A machine's own fonts do not count, since they are not on every machine.
"""

import re
from functools import cache

import numpy as np
import typst
from manim import VMobject
from manim.typing import Point3D_Array
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rnnviz.stage.typeset import Label, Typesetter

NOWHERE = "\u0378"  # a character that no font has
GLYPH = re.compile(rb'<use xlink:href="(#\w+)"')


def missing(label: Label) -> str:
    """Return the characters of a label that cannot be drawn, or a box for one in a formula."""
    key = label.text, *(len(shape.points) for shape in label.submobjects)
    if key not in _KNOWN:  # labels of one text differ in size and colour; a bold one has its own
        found = "".join(char for char in dict.fromkeys(label.text) if not drawable(char))
        boxed = any(map(has_box, label.submobjects))
        _KNOWN[key] = found or ("\N{WHITE SQUARE}" if boxed else "")
    return _KNOWN[key]


_KNOWN: dict[tuple[object, ...], str] = {}


@cache
def drawable(char: str) -> bool:
    """Whether a character is white space or has a glyph of its own."""
    if char.isspace() or not char.isprintable():  # Typst is given a space instead
        return True
    drawn = glyphs(char)
    return bool(drawn) and not drawn & glyphs(NOWHERE)


@cache
def glyphs(char: str) -> frozenset[bytes]:
    """Return the names of the outlines that Typst's own fonts draw."""
    page = typst.compile(written(char).encode(), format="svg", ignore_system_fonts=True)
    return frozenset(GLYPH.findall(page))


def written(char: str) -> str:
    """Return a character as Typst code, even one that no label would be given."""
    return f'#"\\u{{{ord(char):x}}}"'


@cache
def boxes() -> tuple[Point3D_Array, ...]:
    """Return the outlines of what is drawn for a missing glyph, in words and in formulas."""
    word = written(NOWHERE)
    pages = map(Typesetter._page, (word, f'#set text(weight: "bold")\n{word}', f"${word}$"))
    return tuple(outline for page in pages for outline in page.outlines.values())


def has_box(shape: VMobject) -> bool:
    """Whether a shape, of any size and place, holds the outline of a missing glyph."""
    return any(holds(curves(shape.points), curves(box)) for box in boxes())


def curves(points: Point3D_Array) -> NDArray[np.float64]:
    """Return how far each curve of an outline goes, and where to."""
    return (points[3::4] - points[0::4])[:, :2]


def holds(whole: NDArray[np.float64], wanted: NDArray[np.float64]) -> bool:
    """Whether some curves in a row are those that are wanted, moved and scaled."""
    if len(whole) < len(wanted):
        return False
    runs = sliding_window_view(whole, len(wanted), axis=0).swapaxes(1, 2)
    scales = np.hypot(*runs[:, 0].T) / np.hypot(*wanted[0])
    far = np.abs(runs - scales[:, None, None] * wanted).max(axis=(1, 2))
    return bool(((far < 0.01 * scales * np.hypot(*wanted[0])) & (scales > 0)).any())
