"""The layout lint over many scenes, at the end of every beat."""

from itertools import combinations, product

import numpy as np
import pytest

import rnnviz as rv
from layout_cases import CHOICES, EXTREMES, everything, few, pairwise_cover
from layout_lint import faults
from picture import pictures, view
from rnnviz.stage import View
from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.typeset import Typesetter

CELLS = ("rnn", "lstm", "gru")


@pytest.mark.parametrize("case", few(), ids=str)
def test_no_beat_has_a_fault(case):
    seen = pictures(case.scene, case.view())
    assert len(seen) > 1
    assert [fault for picture in seen for fault in faults(picture)] == []


def test_the_few_cases_hold_each_choice_and_the_extremes_of_every_cell():
    cases = few()
    for kind, choices in CHOICES.items():
        assert {getattr(case, kind) for case in cases} == set(choices)
    met = {(case.scene, case.inputs, case.hidden) for case in cases}
    assert {(cell, *sizes) for cell in CELLS for sizes in EXTREMES} <= met
    longer = {(case.inputs, case.hidden) for case in cases if case.steps == 2}
    assert set(EXTREMES) <= longer


def test_the_sweep_holds_every_two_choices_together():
    cases = pairwise_cover()
    for one, other in combinations(CHOICES, 2):
        met = {(getattr(case, one), getattr(case, other)) for case in cases}
        assert met == set(product(CHOICES[one], CHOICES[other])), (one, other)
    assert set(cases) <= set(everything())
    assert len(cases) < 0.02 * len(everything())


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_the_legend_has_no_fault(theme):
    seen = pictures("legend", view("lstm", theme))
    assert len(seen) == 4
    assert [fault for picture in seen for fault in faults(picture)] == []


@pytest.mark.parametrize(("inputs", "hidden"), [(1, 1), (8, 8)])
def test_the_legend_has_no_fault_at_other_sizes(inputs, hidden):
    seen = pictures("legend", view("lstm", "light", inputs, hidden))
    assert [fault for picture in seen for fault in faults(picture)] == []


def test_digits_and_signs_have_tabular_widths():
    """Numbers that count up or down do not jitter."""
    types = Typesetter()
    widths = {c: types.number(c, 1000, "#000000").advance for c in "0123456789+−<>.()"}
    assert max(widths[c] for c in "0123456789") - min(widths[c] for c in "0123456789") < 1e-3
    assert widths["+"] == pytest.approx(widths["−"], abs=1e-3)
    assert widths["<"] == pytest.approx(widths[">"], abs=1e-3)
    assert widths["("] == pytest.approx(widths[")"], abs=1e-3)
    number = types.number("+0.125", 1000, "#000000").advance
    assert number == pytest.approx(sum(widths[c] for c in "+0.125"), abs=1e-3)


def test_canvas_points_and_manim_points_agree():
    left_top, middle = at(0, 0), at(960, 540)
    assert list(left_top) == pytest.approx([-64 / 9, 4, 0])
    assert list(middle) == [0, 0, 0]
    assert pytest.approx(8) == UNIT * 1080


@pytest.mark.parametrize(("digits", "cell"), [(1, "gru"), *((4, cell) for cell in CELLS)])
def test_large_tiny_and_saturated_values_have_no_fault(cell, digits):
    """Numbers with exponents, gates at > 0.9999 and 1e-9 are no wider than there is room."""
    rows = {"rnn": 2, "lstm": 8, "gru": 6}[cell]
    weights = np.resize([12.5, -0.003, 8.0, -40.0, 1.0], (rows, 3))
    recurrent = np.resize([-25.0, 0.5, 3.0], (rows, 2))
    params = rv.Params(weights, recurrent, np.resize([300.0, -7.0], rows), np.full(rows, 1e-9))
    trace = rv.trace(cell, [[12345.678, -99.996, 1e-7], [0.0, -1.0, 2.5]], params, h0=[-1.0, 1.0])
    seen = pictures(cell, View(trace, digits=digits))
    assert [fault for picture in seen for fault in faults(picture)] == []
