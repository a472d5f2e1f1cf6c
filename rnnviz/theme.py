"""Colours of the picture: one hue a role, the same in every cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from re import fullmatch

from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError

Rgb = str  # "#rrggbb"


@dataclass(frozen=True)
class Theme:
    """A palette; ``hues`` are the colours of text and lines by role, ``tints`` brighter for fills.

    Hues of one cell stay apart for colour-blind eyes too, so some are darker than a fill may be.
    """

    name: str
    background: Rgb
    ink: Rgb
    muted: Rgb
    faint: Rgb
    cell: Rgb
    band: Rgb
    positive: Rgb
    negative: Rgb
    hues: Mapping[str, Rgb]
    tints: Mapping[str, Rgb] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=lambda: _ROLES)

    def of(self, cell: Cell) -> "Theme":
        """Return the theme with the roles of a cell: z and 1 − z may keep or write."""
        if cell.name != "gru":
            return self
        keeps, writes = cell.step("zh").args[0], cell.step("zn").args[0]
        return replace(self, roles={**self.roles, keeps: "drop", writes: "write"})

    def hue(self, name: str) -> Rgb:
        """Return the colour of a value: that of its gate, state or input."""
        return self.hues[self.roles.get(name, "neutral")]

    def tint(self, name: str) -> Rgb:
        """Return the colour with which a value's area is filled."""
        return self.tints.get(self.roles.get(name, "neutral"), self.hue(name))

    def fill(self, name: str, size: float) -> Rgb:
        """Return a pill's fill for |value| = ``size``: the tint, stronger the larger it is."""
        return mix(self.cell, self.tint(name), 0.08 + 0.36 * min(1.0, size))

    def with_hues(self, **hues: Rgb) -> "Theme":
        """Return the theme with other colours (#rrggbb) for some roles, text and fills alike.

        Raises RnnvizError for a role that there is not and for what is no colour.
        """
        for role, hue in hues.items():
            if role not in self.hues:
                raise RnnvizError(f"role: wanted one of {', '.join(self.hues)}, got {role!r}")
            if not fullmatch("#[0-9a-fA-F]{6}", hue):
                raise RnnvizError(f"{role}: wanted a colour as #rrggbb, got {hue!r}")
        tints = {role: tint for role, tint in self.tints.items() if role not in hues}
        return replace(self, hues={**self.hues, **hues}, tints=tints)


_ROLES: Mapping[str, str] = {
    "x": "input",
    "h": "hidden",
    "h_prev": "hidden",
    "c": "cell",
    "c_prev": "cell",
    "tanh_c": "cell",
    "fc": "cell",
    "f": "drop",
    "r": "show",
    "rn": "candidate",
    "i": "write",
    "z": "drop",
    "z_not": "write",
    "g": "candidate",
    "n": "candidate",
    "n_h": "candidate",
    "ig": "candidate",
    "zn": "candidate",
    "zh": "hidden",
    "rh": "hidden",
    "o": "show",
    "h_pre": "neutral",
    "h_h": "hidden",
    "h_x": "input",
    "u": "input",
}

LIGHT = Theme(
    name="light",
    background="#ffffff",
    ink="#1c2030",
    muted="#5b6377",
    faint="#d4d9e4",
    cell="#f6f8fc",
    band="#edf1f7",
    positive="#1c2030",
    negative="#5b6377",
    hues={
        "input": "#077c50",
        "hidden": "#a8002c",
        "cell": "#1a67c9",
        "drop": "#a7570e",
        "write": "#473e00",
        "candidate": "#6616a1",
        "show": "#0b5a62",
        "neutral": "#4b5468",
    },
    tints={
        "hidden": "#d0244e",
        "drop": "#e07a1f",
        "write": "#d6ad00",
        "candidate": "#8740d0",
        "show": "#0f97a3",
    },
)
DARK = Theme(
    name="dark",
    background="#12151d",
    ink="#f2f4fa",
    muted="#a3acc0",
    faint="#39415a",
    cell="#191e2a",
    band="#1f2535",
    positive="#f2f4fa",
    negative="#a3acc0",
    hues={
        "input": "#63eaa4",
        "hidden": "#f46079",
        "cell": "#a3c8ff",
        "drop": "#f49c60",
        "write": "#f9d51a",
        "candidate": "#b683f7",
        "show": "#44b3b8",
        "neutral": "#b4bccc",
    },
)
PRINT = replace(
    LIGHT, name="print", muted="#454b5a", faint="#b4b9c4", cell="#ffffff", band="#ffffff"
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}


def theme_named(name: str) -> Theme:
    """Return the theme with this name; RnnvizError if there is none."""
    try:
        return THEMES[name]
    except KeyError:
        raise RnnvizError(f"theme: wanted one of {', '.join(THEMES)}, got {name!r}") from None


def channels(colour: Rgb) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return red, green, blue


def mix(base: Rgb, top: Rgb, share: float) -> Rgb:
    """Return ``top`` laid over ``base`` with the opacity ``share``, as one opaque colour."""
    pairs = zip(channels(base), channels(top), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""

    def luminance(colour: Rgb) -> float:
        parts = [value / 255 for value in channels(colour)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
