"""The hues of each cell stay apart for every eye, and text in or on them stays readable."""

from dataclasses import replace
from itertools import combinations

import pytest

from colour_vision import VISIONS, Lab, distance, seen
from rnnviz.errors import RnnvizError
from rnnviz.storyboard import walk
from rnnviz.theme import DARK, LIGHT, THEMES, contrast
from variants import VARIANTS, traced

NORMAL, BLIND = 20.0, 10.0  # CIEDE2000 between any two hues of one cell
GATED = {"input", "hidden", "drop", "write", "candidate", "show"}
CELLS = {
    "rnn-tanh-2-sum": {"input", "hidden", "neutral"},
    "lstm-2-False": {*GATED, "cell"},
    "lstm-2-True": {*GATED, "cell"},
    "gru-after-keep-2": GATED,
    "gru-before-replace-2": GATED,
}


def hues(theme, trace):
    """Return the hues by role that meet in the picture of a cell."""
    theme = theme.of(trace.cell)
    names = [node.name for node in walk(trace).diagram.nodes]
    return {theme.roles.get(name, "neutral"): theme.hue(name) for name in names}


def confused(met):
    """Return every two roles whose hues come too close, with the eyes that confuse them."""
    found = []
    for vision in VISIONS:
        wanted = NORMAL if vision == "normal" else BLIND
        for (one, left), (other, right) in combinations(met.items(), 2):
            if distance(seen(left, vision), seen(right, vision)) < wanted:
                found.append((vision, one, other))
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CELLS)
def test_all_hues_of_a_cell_can_be_told_apart_by_every_eye(name, theme):
    met = hues(THEMES[theme], traced(VARIANTS[name]))
    assert set(met) == CELLS[name]
    assert confused(met) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ({"candidate": "#7443b0", "cell": "#1f5fae"}, ("deuteranopia", "cell", "candidate")),
        ({"write": "#7a6000", "drop": "#b04a0a"}, ("protanopia", "drop", "write")),
        ({"input": "#0f7a55", "show": "#0b7480"}, ("tritanopia", "input", "show")),
        ({"hidden": "#c0392b", "drop": "#c0482b"}, ("normal", "hidden", "drop")),
    ],
)
def test_the_check_finds_hues_that_some_eyes_confuse(planted, found):
    met = {**hues(LIGHT, traced(VARIANTS["lstm-2-False"])), **planted}
    vision, *pair = found
    assert (vision, set(pair)) in [(eyes, {one, other}) for eyes, one, other in confused(met)]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_in_a_hue_and_numbers_on_a_fill_are_readable(theme):
    grounds = theme.background, theme.cell, theme.band
    texts = [*theme.hues.values(), theme.ink, theme.muted]
    assert [t for t in texts for g in grounds if contrast(t, g) < 4.5] == []
    fills = [theme.fill(name, size) for name in ("u", *theme.roles) for size in (0, 0.5, 1, 9)]
    assert [fill for fill in fills if contrast(theme.ink, fill) < 4.5] == []
    assert set(theme.tints) <= set(theme.hues)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_fill_is_stronger_the_larger_the_value(theme):
    ratios = [contrast(theme.cell, theme.fill("i", size)) for size in (0, 0.3, 0.6, 1)]
    assert ratios == sorted(set(ratios))
    plain = replace(theme, tints={})
    assert (plain.fill("i", 1) != theme.fill("i", 1)) == ("write" in theme.tints)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [  # from table 1 of Sharma, Wu & Dalal 2005: each tells a wrong formula by its value
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ],
)
def test_the_distance_is_the_published_one(one, other, published):
    assert distance(Lab(*one), Lab(*other)) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("vision", VISIONS)
def test_no_eyes_give_a_hue_to_grey(vision):
    assert seen("#ffffff", vision) == pytest.approx((100, 0, 0), abs=0.01)
    assert seen("#808080", vision) == pytest.approx((53.6, 0, 0), abs=0.05)


def test_a_theme_of_ones_own_changes_text_and_fills():
    mine = LIGHT.with_hues(drop="#8A3FFC")
    assert (mine.hue("f"), mine.tint("f"), mine.hue("i")) == ("#8A3FFC", "#8A3FFC", LIGHT.hue("i"))
    assert LIGHT.tint("f") != "#8A3FFC"


@pytest.mark.parametrize("hues", [{"forget": "#000000"}, {"drop": "red"}, {"drop": "#12345"}])
def test_a_theme_refuses_what_is_no_role_and_no_colour(hues):
    given = hues.get("drop", "forget")
    with pytest.raises(RnnvizError, match=f"wanted .*, got '{given}'"):
        LIGHT.with_hues(**hues)
