"""Text as shapes: Typst for words and mathematics, glyphs compiled once for numbers.

Every label is placed by its baseline, as on a page, so rows line up whatever they contain. Text
from outside is passed to Typst as a string and never as markup. All glyphs of one colour are one
shape, which manim copies and draws far faster than a shape a glyph.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
import typst
from manim import SVGMobject, VGroup, VMobject
from manim.typing import Point3D_Array

from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.theme import Rgb

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
    """Compiles each piece of text once and makes labels from it."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}

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

    def _page(self, body: str) -> Page:
        if body not in self._pages:
            self._pages[body] = _compile(_PAGE + body)
        return self._pages[body]


def _compile(source: str) -> Page:
    svg = typst.compile(source.encode(), format="svg")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.svg"
        path.write_bytes(svg)
        drawn = SVGMobject(
            str(path), should_center=False, height=None, width=None, use_svg_cache=False
        )
    # manim mirrors the page about its shapes' middle; measure from the baseline, upwards
    middle = drawn.get_bottom()[1] + drawn.get_top()[1] if drawn.submobjects else 0.0
    outlines: dict[Rgb, list[Point3D_Array]] = {}
    for shape in drawn.submobjects:
        points = (shape.points + (0, _BASELINE - middle, 0)) / _EM
        outlines.setdefault(shape.get_fill_color().to_hex().lower(), []).append(points)
    width = float(svg.split(b'width="', 1)[1].split(b'pt"', 1)[0])
    return Page({fill: np.concatenate(parts) for fill, parts in outlines.items()}, width / _EM)
