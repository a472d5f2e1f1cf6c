"""Marks of figures: what they say and where they lie follows from their values."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.diagram import Box as Area
from rnnviz.errors import RnnvizError
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Bar, Curve, Heat, Number, Pill, Scale, Words, axis
from rnnviz.figures.notation import is_italic, lowered, parts, spoken, tokens, typst
from rnnviz.figures.transcript import lines, written

AREA = Area(100.0, 200.0, 500.0, 600.0)
REAL = st.floats(-50, 50)


@given(REAL, REAL)
def test_a_scale_keeps_the_order_and_stays_between_its_ends(a, b):
    scale = Scale(-50.0, 50.0)
    low, high = sorted((a, b))
    assert 0.0 <= scale.share(low) <= scale.share(high) <= 1.0
    assert scale.share(a) - scale.share(b) == pytest.approx((a - b) / 100)


@given(st.floats(-12, 0), st.floats(0.0, 1.0))
def test_a_logarithmic_scale_has_as_much_room_for_each_power_of_ten(low, at):
    scale = Scale(10.0 ** (low - 1), 1.0, log=True)
    assert scale.share(10.0 ** (at * (low - 1))) == pytest.approx(1 - at, abs=1e-9)
    assert scale.share(0.0) == scale.share(-1.0) == 0.0


@given(REAL.filter(lambda v: abs(v) > 1e-3), st.booleans())
def test_a_bar_is_as_long_as_its_value_and_starts_at_zero(value, upright):
    bar = Bar("b", value, Scale(-50.0, 50.0), 300.0, 900.0, 400.0, 20.0, "v", "h", upright)
    area = bar.area
    wide, high = area.right - area.left, area.bottom - area.top
    long, thick = (high, wide) if upright else (wide, high)
    assert long == pytest.approx(max(1.5, 4.0 * abs(value)))
    assert thick == pytest.approx(20.0)
    zero = 700.0 if upright else 500.0
    start = {
        True: area.bottom if value > 0 else area.top,
        False: area.left if value > 0 else area.right,
    }
    if 4.0 * abs(value) > 1.5:
        assert start[upright] == pytest.approx(zero)


@given(st.lists(REAL, min_size=2, max_size=20), st.integers(0, 30))
def test_a_curve_goes_from_left_to_right_through_its_values(values, more):
    scale = Scale(-50.0, 50.0)
    curve = Curve("c", tuple(values), scale, AREA, "h", "h", places=len(values) + more)
    assert curve.points[0][0] == AREA.left
    steps = [b[0] - a[0] for a, b in pairwise(curve.points)]
    assert steps == pytest.approx([400.0 / (len(values) + more - 1)] * len(steps))
    for value, (_, y) in zip(values, curve.points, strict=True):
        assert y == pytest.approx(600.0 - 400.0 * scale.share(value))


def test_a_heat_map_is_faintest_at_zero_or_at_its_low_end():
    signed = Heat("h", ((0.5, -1.0),), Scale(-2.0, 1.0), AREA, "h", "h")
    assert [signed.strength(v) for v in (0.0, 1.0, -1.0, -2.0, -9.0)] == [0, 0.5, -0.5, -1, -1]
    positive = Heat("h", ((1e-3, 1.0),), Scale(1e-3, 1.0, log=True), AREA, "h", "h")
    assert positive.strength(1e-3) == 0.0
    assert positive.strength(math.sqrt(1e-3)) == pytest.approx(0.5)
    assert positive.pitch == (200.0, 400.0)


def test_a_number_is_rounded_once_and_says_when_it_is_almost_an_end():
    assert Number(
        "n", 0.99996, 0, 0, "f[0,0]", within=(0, 1), signed=False
    ).text == "> 0.9999".replace(" ", "")
    assert Number("n", -0.0001, 0, 0, "h[0,0]").text == "0.000"
    assert Number("n", 0.25, 0, 0, "L", before="L = ", digits=2).text == "L = +0.25"
    assert Pill("p", None, 0, 0, "h[0,0]", "h").text == ""


def test_an_axis_has_its_labels_where_their_values_lie():
    scale = Scale(1e-4, 1.0, log=True)
    made = {mark.id: mark for mark in axis("a", scale, AREA, [(1.0, "1"), (1e-2, "10^{-2}")])}
    assert made["a.grid1"].points[0][1] == pytest.approx(400.0)
    assert made["a.tick0"].y == pytest.approx(208.0)


# --- the notation of symbols ---


@pytest.mark.parametrize(
    ("text", "read", "set_"),
    [
        ("h_{t-1}", "h_t-1", "h_(t - 1)"),
        ("W_{hh}", "W_hh", "W_(h h)"),
        ("h_{last}", "h_last", 'h_("last")'),
        ("∂L/∂h_1", "∂L/∂h_1", "∂ L \\/ ∂ h_(1)"),
        ("10^{-4}", "10^-4", "10^(- 4)"),
        ("ŷ_t", "ŷ_t", "hat(y)_(t)"),
        ("c̃", "c̃", "tilde(c)"),
        ("a ≠ é", "a ≠ é", "a ≠ é"),
        ('a"b#$', 'a"b#$', 'a \\" b \\# \\$'),
    ],
)
def test_notation_is_read_and_set(text, read, set_):
    assert spoken(text) == read
    assert typst(text) == set_


def test_indices_in_words_stand_below_the_line():
    said = "h_3 and ∂L/∂h_12 of h_t−1, x_t, W_hh, b_o, f_t2 and snake_t1_case"
    assert lowered(said) == "h₃ and ∂L/∂h₁₂ of hₜ₋₁, xₜ, W_hh, b_o, f_t2 and snake_t1_case"


def test_single_letters_are_italic_and_words_are_not():
    (base, below) = parts("h_{last}")
    assert [is_italic(token) for token in tokens(base)] == [True]
    assert [is_italic(token) for token in tokens(below)] == [False]
    assert not any(map(is_italic, "σ∂2+⊙"))


# --- a figure in the making ---


def test_what_marks_say_is_read_once_and_without_signs():
    marks = [
        Words("a", "unit 1", 0, 0),
        Words("b", "unit 1", 0, 40),
        Words("c", "≈", 0, 80),
        Number("n", 0.5, 0, 0, "h[1,1]"),
        Curve("few", (0.1, -0.2), Scale(-1, 1), AREA, "h[t,1]", "h"),
        Curve("many", tuple(k / 100 for k in range(50)), Scale(0, 1), AREA, "f[t,1]", "f"),
        Heat("heat", ((0.25,), (0.5,)), Scale(0, 1), AREA, "o", "o"),
    ]
    assert list(lines(marks)) == [
        "unit 1",
        "h[1,1] = +0.500",
        "h[t,1]: 0.100, \N{MINUS SIGN}0.200",
        "f[t,1]: 50 values from 0.000 to 0.490",
        "o: 0.250, 0.500",
    ]


def test_a_sheet_keeps_what_each_beat_ended_with():
    sheet = Sheet("A figure", ("a note",))
    sheet.put(Words("w.1", "one", 10, 10), Words("w.2", "two", 10, 50))
    sheet.beat("first", "First", "Two words.")
    sheet.change("w.*", role="muted")
    sheet.put(Number("n", 0.5, 10, 90, "h[1,1]"), Words("w.1", "three", 10, 10))
    sheet.beat("second", "Second", "A number.", waves=[Wave(("n",))])
    sheet.drop("w.1")
    sheet.beat("recap", "Recap", "The end.")
    figure = sheet.figure()
    assert [mark.text for mark in figure["first"].marks] == ["one", "two"]
    assert [mark.id for mark in figure["second"].marks] == ["w.1", "w.2", "n"]
    assert figure["second"].marks[0] == Words("w.1", "three", 10, 10)
    assert [mark.id for mark in figure["recap"].marks] == ["w.2", "n"]
    text = written(figure, figure, [0.0, 61.5, 70.0])
    assert text.startswith("A figure\na note\n\n0:00  First  [first]\nTwo words.\none\ntwo\n")
    assert "1:01  Second  [second]\nA number.\nthree\ntwo\nh[1,1] = +0.500\n" in text
    with pytest.raises(RnnvizError, match="beat: wanted one of first, second, recap, got 'last'"):
        figure["last"]
    for name in ("w.1", "x*"):
        with pytest.raises(ValueError, match="not on the sheet"):
            sheet.drop(name)
