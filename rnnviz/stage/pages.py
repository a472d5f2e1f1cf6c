"""Typst source as outlines."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import typst
from manim import VMobjectFromSVGPath
from manim.typing import Point3D_Array
from numpy.typing import NDArray
from svgelements import Matrix as SvgMatrix
from svgelements import Path as SvgPath

from rnnviz.theme import Rgb

EM, BASELINE = 10.0, 8.0  # points in the compiled page
_HEAD = (
    "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
    f"#set text(size: {EM}pt, top-edge: {BASELINE}pt, bottom-edge: -3pt, "
    'number-width: "tabular")\n'
)
_SVG, _HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Page:
    """A compiled line: outlines by colour with the baseline at y = 0, and its width, both in em."""

    outlines: dict[Rgb, Point3D_Array]
    advance: float


@lru_cache(maxsize=4096)
def page(body: str) -> Page:
    """Return a line of Typst as outlines; the same line is compiled once a process."""
    return _compiled(_HEAD + body)


@cache
def _compiler() -> typst.Compiler:
    """Return a compiler that keeps its fonts and library, for which it would else look anew."""
    return typst.Compiler(b"", font_paths=typst.Fonts())


def _compiled(source: str) -> Page:
    svg = _compiler().compile(source.encode(), format="svg")
    assert isinstance(svg, bytes), "it is one page"
    root = ElementTree.fromstring(svg)
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
            points[:, 1] = BASELINE - points[:, 1]  # from the baseline, upwards
            outlines.setdefault(element.get("fill", "#000000"), []).append(points / EM)
    width = float(root.get("width", "0").removesuffix("pt"))
    return Page({fill: np.concatenate(parts) for fill, parts in outlines.items()}, width / EM)


def _leaves(parent: Element, matrix: Matrix) -> Iterator[tuple[Element, Matrix]]:
    """Yield every glyph and path that is drawn, with its transform."""
    for element in parent:
        if element.tag == f"{_SVG}defs":
            continue
        placed = matrix
        if "transform" in element.attrib:
            placed = placed @ _matrix(element.attrib["transform"])
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        if x or y:
            placed = placed @ np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
        if element.tag in (f"{_SVG}use", f"{_SVG}path"):
            yield element, placed
        yield from _leaves(element, placed)


@lru_cache(maxsize=4096)
def _matrix(transform: str) -> Matrix:
    made = SvgMatrix(transform)
    return np.array([[made.a, made.c, made.e], [made.b, made.d, made.f], [0, 0, 1]])


@lru_cache(maxsize=4096)
def _outline(path: str) -> Point3D_Array:
    """Return a path as manim's curves, in the path's own coordinates; a glyph is parsed once."""
    return VMobjectFromSVGPath(SvgPath(path)).points
