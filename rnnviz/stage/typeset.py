"""Text as shapes: Typst for words and mathematics, glyphs compiled once for numbers.

Every label is placed by its baseline, as on a page, so rows line up whatever they contain. Text
from outside is passed to Typst as a string and never as markup. All glyphs of one colour are one
shape, which manim copies and draws far faster than a shape a glyph.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Self
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import typst
from manim import VGroup, VMobject, VMobjectFromSVGPath
from manim.typing import Point3D_Array
from numpy.typing import NDArray
from svgelements import Matrix as SvgMatrix
from svgelements import Path as SvgPath

from rnnviz.stage.canvas import UNIT, at
from rnnviz.theme import Rgb

Matrix = NDArray[np.float64]
_SVG, _HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
Anchor = Literal["left", "centre", "right"]
_EM, _BASELINE = 10.0, 8.0  # points in the compiled page
_PAGE = (
    "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
    f"#set text(size: {_EM}pt, top-edge: {_BASELINE}pt, bottom-edge: -3pt, "
    'number-width: "tabular")\n'
)


@dataclass(frozen=True)
class Page:
    """A compiled line: outlines by colour with the baseline at y = 0, and its width, both in em."""

    outlines: dict[Rgb, Point3D_Array]
    advance: float


class Label(VGroup):
    """The shapes of one text, what it says, its size in canvas pixels and its width.

    ``ref`` is the address of the value that a number shows (``f[0,1]``, ``W_if[0,1]``), or empty.
    """

    def __init__(self, page: Page, text: str, size: float, colour: Rgb | None = None) -> None:
        super().__init__()
        for own, points in page.outlines.items():
            shape = VMobject().set_points(points * size * UNIT)
            self.add(shape.set_fill(colour or own, 1).set_stroke(width=0))
        self.text, self.size, self.advance = text, size, page.advance * size
        self.ref = ""

    def put(self, x: float, y: float, anchor: Anchor = "left") -> Self:
        """Move a new label so that its baseline stands at a canvas point."""
        share = {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor]
        self.shift(at(x - share * self.advance, y))
        return self


def quote(text: str) -> str:
    """Return any text as a Typst string, shown literally; white space is folded."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    escaped = " ".join(printable.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Typesetter:
    """Makes labels from words, formulas and numbers."""

    def words(self, text: str, size: float, colour: Rgb, weight: str = "regular") -> Label:
        """Return plain text; ``size`` is the font size in pixels of a 1080-pixel frame."""
        body = f'#text({quote(text)}, weight: "{weight}")'
        return Label(self._page(body), text, size, colour)

    def math(self, formula: str, size: float, colour: Rgb, text: str = "") -> Label:
        """Return a Typst formula in one colour; ``text`` is how it reads."""
        return Label(self._page(f"${formula}$"), text or formula, size, colour)

    def painted_math(self, formula: str, size: float, colour: Rgb, text: str = "") -> Label:
        """Return a formula that keeps the colours written in it; the rest is in ``colour``."""
        body = f'#text(fill: rgb("{colour}"), ${formula}$)'
        return Label(self._page(body), text or formula, size)

    def number(self, shown: str, size: float, colour: Rgb, ref: str = "") -> Label:
        """Return a number as shown, assembled from glyphs of tabular width."""
        glyphs, x = [], 0.0
        for character in shown:
            page = self._page(f"#{quote(character)}")
            glyphs += [points + (x, 0, 0) for points in page.outlines.values()]
            x += page.advance
        label = Label(Page({colour: np.concatenate(glyphs)}, x), shown, size)
        label.ref = ref
        return label

    @staticmethod
    def _page(body: str) -> Page:
        return compiled(_PAGE + body)


@lru_cache(maxsize=4096)
def compiled(source: str) -> Page:
    """Return a Typst page as outlines; the same source is compiled once a process."""
    root = ElementTree.fromstring(typst.compile(source.encode(), format="svg"))
    symbols = {
        "#" + symbol.get("id", ""): symbol.find(f"{_SVG}path")
        for symbol in root.iter(f"{_SVG}symbol")
    }
    outlines: dict[Rgb, list[Point3D_Array]] = {}
    for element, matrix in _leaves(root, np.eye(3)):
        path = symbols[element.get(_HREF, "")] if element.tag == f"{_SVG}use" else element
        if path is not None:
            points = _outline(path.get("d", "")).copy()
            points[:, :2] = points[:, :2] @ matrix[:2, :2].T + matrix[:2, 2]
            points[:, 1] = _BASELINE - points[:, 1]  # from the baseline, upwards
            outlines.setdefault(element.get("fill", "#000000"), []).append(points / _EM)
    width = float(root.get("width", "0").removesuffix("pt"))
    return Page({fill: np.concatenate(parts) for fill, parts in outlines.items()}, width / _EM)


def _leaves(parent: Element, matrix: Matrix) -> Iterator[tuple[Element, Matrix]]:
    """Yield every glyph and path that is drawn, with its transform."""
    for element in parent:
        if element.tag == f"{_SVG}defs":
            continue
        a, b, c, d, e, f = _numbers(element.get("transform", "matrix(1 0 0 1 0 0)"))
        local = np.array([[a, c, e], [b, d, f], [0, 0, 1]])
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        placed = matrix @ local @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
        if element.tag in (f"{_SVG}use", f"{_SVG}path"):
            yield element, placed
        yield from _leaves(element, placed)


def _numbers(transform: str) -> tuple[float, ...]:
    matrix = SvgMatrix(transform)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


@lru_cache(maxsize=4096)
def _outline(path: str) -> Point3D_Array:
    """Return a path as manim's curves, in the path's own coordinates; a glyph is parsed once."""
    return VMobjectFromSVGPath(SvgPath(path)).points
