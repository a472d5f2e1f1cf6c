"""Each player as one ES module, put together from its parts, and its style with the palette."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from rnnviz.theme import DARK, LIGHT, PRINT, Theme

# in an order in which each part only needs those before it
PARTS = (
    "dom",
    "transport",
    "hosting",
    "numbers",
    "evaluate",
    "addresses",
    "checks",
    "worked",
    "words",
    "chain",
    "backwards",
    "captions",
    "recast",
    "walks",
    "session",
    "geometry",
    "pills",
    "wires",
    "names",
    "look",
    "picture",
    "motion",
    "curve",
    "tables",
    "panel_numbers",
    "panel_sums",
    "panel_steps",
    "panel_tables",
    "panel_gradients",
    "provenance",
    "panel",
    "controls",
    "field",
    "snippet",
    "editing",
    "heat",
    "unitchart",
    "strips",
    "playing",
    "places",
    "choices",
    "player",
    "element",
    "widget",
    "figure_session",
    "figure_shapes",
    "figure_picture",
    "figure_motion",
    "figure",
    "figure_element",
)
SHEETS = ("player", "picture", "panel", "editing", "strips", "figure")
# The kinds of players, by what their elements are called: the parts that need all others of theirs.
KINDS = {"rnnviz-player": ("element", "widget"), "rnnviz-figure": ("figure_element",)}
_STYLED = {"rnnviz-player": SHEETS[:5], "rnnviz-figure": ("player", "figure")}
_COMMENT = re.compile(r"^\s*/\*.*?\*/|(?:^|(?<=[;,{}()])\s)\s*//.*?$", re.M | re.S)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CSS_SPACE = re.compile(r"(?<=[{};,:>]) +| +(?=[{};,>])")  # that separates nothing
_IMPORT = re.compile(r'^import\s[^;]*?from "\./(\w+)\.js";\n', re.M)


@cache
def module(kind: str = "rnnviz-player") -> str:
    """Return the ES module that defines an element; that of cells exports ``render`` for a widget.

    What only people need, comments and indentation, is left out.
    """
    needed = _needed(KINDS[kind])
    parts = (_IMPORT.sub("", _part(part)) for part in PARTS if part in needed)
    return _bare(_COMMENT.sub("", "\n".join(parts)))


@cache
def style(*kinds: str) -> str:
    """Return the style sheet of players: the palette of each theme, then the rules."""
    folder = files("rnnviz.web") / "player"
    wanted = {sheet for kind in kinds or ("rnnviz-player",) for sheet in _STYLED[kind]}
    sheets = (
        folder.joinpath(f"{sheet}.css").read_text("utf-8") for sheet in SHEETS if sheet in wanted
    )
    light, dark = _variables(LIGHT), _variables(DARK)
    printed = {name: value for name, value in _variables(PRINT).items() if light[name] != value}
    rules = (
        f".rv-player {{ color-scheme: light; {_css(light)} }}",
        "@media (prefers-color-scheme: dark) { @media not print { "
        f'.rv-player:not([data-theme="light"]) {{ color-scheme: dark; {_css(dark)} }} }} }}',
        "@media not print { "
        f'.rv-player[data-theme="dark"] {{ color-scheme: dark; {_css(dark)} }} }}',
        f"@media print {{ .rv-player {{ {_css(printed)} }} }}",
    )
    bare = _bare(_CSS_COMMENT.sub("", "\n".join((*rules, *sheets))))
    return _CSS_SPACE.sub("", bare.replace("\n", " ")) + "\n"


def _needed(parts: Iterable[str]) -> set[str]:
    """Return the parts with all those that they import."""
    found: set[str] = set()
    for part in parts:
        found |= {part, *_needed(_IMPORT.findall(_part(part)))}
    return found


@cache
def _part(name: str) -> str:
    return (files("rnnviz.web") / "player").joinpath(f"{name}.js").read_text("utf-8")


def _bare(text: str) -> str:
    """Return code without indentation and without empty lines."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _variables(theme: Theme) -> dict[str, str]:
    plain = {name: getattr(theme, name) for name in _PLAIN}
    hues = {f"hue-{role}": hue for role, hue in theme.hues.items()}
    tints = {f"tint-{role}": theme.tints.get(role, hue) for role, hue in theme.hues.items()}
    return {**plain, **hues, **tints}


def _css(variables: dict[str, str]) -> str:
    return " ".join(f"--rv-{name}: {colour};" for name, colour in variables.items())


_PLAIN = ("background", "ink", "muted", "faint", "cell", "band", "positive", "negative")
