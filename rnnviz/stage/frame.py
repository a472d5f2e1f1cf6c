"""What stands around the picture: title, timesteps, sizes and convention, caption."""

from manim import Circle, Rectangle, VGroup

from rnnviz.diagram import HEIGHT, WIDTH
from rnnviz.errors import RnnvizError
from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.pen import Pen
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.theme import Theme

BAND_TOP = 998.0
MOST_DOTS = 7
CAPTION_WIDTH = 1840.0
COUNT_WIDTH = 620.0  # of the sizes, which end at the right and must not meet the timestep


class Band:
    """The band at the foot of a scene, with its caption."""

    def __init__(self, types: Typesetter, theme: Theme) -> None:
        self.types, self.theme, self.captioned = types, theme, True
        self.band = Rectangle(width=WIDTH * UNIT, height=(HEIGHT - BAND_TOP) * UNIT)
        self.band.move_to(at(WIDTH / 2, (BAND_TOP + HEIGHT) / 2))
        self.band.set_fill(theme.band, 1).set_stroke(width=0)
        self.standing = grouped(self.band)

    def hide_captions(self) -> None:
        """Leave the caption band out, for captions that are shown in another way or not at all."""
        self.captioned = False
        self.standing.remove(self.band)

    def caption(self, text: str) -> VGroup:
        """Return the caption in the band, on one line or two; RnnvizError if it is longer.

        It is empty where captions are hidden.
        """
        if not self.captioned:
            return grouped()
        for size in (36.0, 33.0, 30.0):
            label = self._line(text, size)
            if label.advance <= CAPTION_WIDTH:
                return grouped(label.put(WIDTH / 2, 1050, "centre"))
        words = text.split()
        for k in range(len(words) // 2, len(words)):
            lines = [self._line(" ".join(part), 28) for part in (words[:k], words[k:])]
            if lines[0].advance <= CAPTION_WIDTH and lines[1].advance <= CAPTION_WIDTH:
                y = (1032, 1066)
                return grouped(
                    *(line.put(WIDTH / 2, y[k], "centre") for k, line in enumerate(lines))
                )
            if lines[0].advance > CAPTION_WIDTH:
                break
        raise RnnvizError(
            f"caption: wanted at most two lines of about 130 characters, got {len(text)}"
        )

    def _line(self, text: str, size: float) -> Label:
        return self.types.words(text, size, self.theme.ink)


class Frame(Band):
    """The title bar, the strip of timesteps and the caption band of one scene."""

    def __init__(self, pen: Pen, title: str) -> None:
        super().__init__(pen.types, pen.theme)
        self.pen = pen
        theme, trace = pen.theme, pen.board.trace
        sizes = trace.sizes
        heading = pen.types.words(title, 46, theme.ink, "bold").put(40, 58)
        if heading.advance > 700:
            raise RnnvizError(f"title: wanted at most about 30 characters, got {len(title)}")
        shown = {"I": len(trace.shown("x")), "H": len(trace.shown("h_prev"))}
        inputs, hidden = (
            f"{sizes[letter]}{f' ({count} shown)' if count < sizes[letter] else ''}"
            for letter, count in shown.items()
        )
        count = f"input {inputs} · hidden {hidden} · batch {sizes['B']}"
        if sizes["B"] > 1:
            count += f", sample {pen.board.b + 1}"
        if trace.reverse:
            count += " · from the end"
        told = pen.types.words(count, 24, theme.muted)
        if told.advance > COUNT_WIDTH:
            told = pen.types.words(count, 24 * COUNT_WIDTH / told.advance, theme.muted)
        self.standing.add(
            heading,
            told.put(1880, 34, "right"),
            pen.types.words(trace.cell.convention, 24, theme.muted).put(1880, 66, "right"),
        )

    def strip(self, t: int) -> VGroup:
        """Return the timesteps with the current one filled, and its name."""
        theme, steps = self.pen.theme, self.pen.board.trace.sizes["T"]
        text = f"t = {t + 1}" + (f" of {steps}" if steps > 1 else "")
        label = self.pen.types.math(f"t = {t + 1}", 30, theme.ink, f"t = {t + 1}")
        if steps > 1:
            markup = f'#text(fill: rgb("{theme.muted}"), size: 0.8em, "of {steps}")'
            label = self.pen.types.painted_math(f"t = {t + 1} space {markup}", 30, theme.ink, text)
        group = grouped(label.put(1040, 52))
        if steps <= MOST_DOTS:
            for k in range(steps):
                dot = Circle(radius=11 * UNIT).move_to(at(1020 - 34 * (steps - k), 42))
                dot.set_fill(theme.ink if k <= t else theme.background, 1 if k == t else 0.35)
                dot.set_stroke(theme.ink if k == t else theme.muted, 2)
                group.add(dot)
        return group
