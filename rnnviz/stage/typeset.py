"""Text as shapes: Typst for words and mathematics, glyphs compiled once for numbers.

Every label is placed by its baseline, as on a page, so rows line up whatever they contain. Text
from outside is passed to Typst as a string and never as markup. All glyphs of one colour are one
shape, which manim copies and draws far faster than a shape a glyph.
"""

from functools import cache
from typing import Literal, Self

import numpy as np
from manim import VGroup

from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.pages import Page, page
from rnnviz.stage.twins import filled, twin
from rnnviz.theme import Rgb

SPACE = 0.25  # em, between a number and what stands beside it
Anchor = Literal["left", "centre", "right"]


class Label(VGroup):
    """The shapes of one text, what it says, its size in canvas pixels and its width.

    ``ref`` is the address of the value that a number shows (``f[0,1]``, ``W_if[0,1]``), or empty.
    """

    text: str
    size: float
    advance: float
    ref: str

    def put(self, x: float, y: float, anchor: Anchor = "left") -> Self:
        """Move a new label so that its baseline stands at a canvas point."""
        share = {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor]
        self.shift(at(x - share * self.advance, y))
        return self


def labelled(page: Page, text: str, size: float, colour: Rgb | None = None, ref: str = "") -> Label:
    """Return a page as a label, in a colour or its own."""
    label = twin(_empty())
    label.text, label.size, label.advance, label.ref = text, size, page.advance * size, ref
    for own, points in page.outlines.items():
        label.submobjects.append(filled(points * size * UNIT, colour or own))
    return label


@cache
def _empty() -> Label:
    return Label()


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
        return labelled(self._page(body), text, size, colour)

    def math(self, formula: str, size: float, colour: Rgb, text: str = "") -> Label:
        """Return a Typst formula in one colour; ``text`` is how it reads."""
        return labelled(self._page(f"${formula}$"), text or formula, size, colour)

    def painted_math(self, formula: str, size: float, colour: Rgb, text: str = "") -> Label:
        """Return a formula that keeps the colours written in it; the rest is in ``colour``."""
        body = f'#text(fill: rgb("{colour}"), ${formula}$)'
        return labelled(self._page(body), text or formula, size)

    def number(self, shown: str, size: float, colour: Rgb, ref: str = "") -> Label:
        """Return a number as shown, assembled from glyphs of tabular width."""
        glyphs, x = [], 0.0
        for character in shown:
            if character == " ":  # a page with nothing on it has no width
                x += SPACE
                continue
            page = self._page(f"#{quote(character)}")
            glyphs += [points + (x, 0, 0) for points in page.outlines.values()]
            x += page.advance
        return labelled(Page({colour: np.concatenate(glyphs)}, x), shown, size, ref=ref)

    @staticmethod
    def _page(body: str) -> Page:
        return page(body)
