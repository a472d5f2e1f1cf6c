"""Colours of the picture: one hue a role, the same in every cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError

Rgb = str  # "#rrggbb"


@dataclass(frozen=True)
class Theme:
    """A palette; ``hues`` are the base colours by role, text on any of them keeps 4.5:1."""

    name: str
    background: Rgb
    ink: Rgb
    muted: Rgb
    faint: Rgb
    cell: Rgb
    band: Rgb
    positive: Rgb
    negative: Rgb
    hues: dict[str, Rgb]
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

    def fill(self, name: str, size: float) -> Rgb:
        """Return a pill's fill for |value| = ``size``: the hue, stronger the larger it is."""
        return mix(self.cell, self.hue(name), 0.08 + 0.36 * min(1.0, size))


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
        "input": "#0f7a55",
        "hidden": "#b8274c",
        "cell": "#1f5fae",
        "drop": "#b04a0a",
        "write": "#7a6000",
        "candidate": "#7443b0",
        "show": "#0b7480",
        "neutral": "#4b5468",
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
        "input": "#4fd0a0",
        "hidden": "#ff8098",
        "cell": "#7fb2f0",
        "drop": "#f0a060",
        "write": "#e0c44a",
        "candidate": "#c0a0f5",
        "show": "#55cbd8",
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
