"""What captions say: true, of the units that they name, in the words of the cell's variant."""

import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.captions import caption
from rnnviz.rounding import number, percent, show
from rnnviz.storyboard import DETAILS, walk
from variants import VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
NUMBER = r"\(?−?\d+\.\d+\)?"
FORMULA = re.compile(
    rf"(?:(?P<op>tanh|relu)\((?P<arg>−?\d+\.\d+)\)|(?P<left>1|{NUMBER}) (?P<sign>[×+−]) "
    rf"(?P<right>{NUMBER})) (?P<relation>[=≈]) (?P<result>−?\d+\.\d+)"
)


def boards(cell, steps=3, **sizes):
    return [walk(traced(cell, steps, **sizes), detail=detail) for detail in DETAILS]


def captions(cell, **sizes):
    return [beat.caption for board in boards(cell, **sizes) for beat in board]


def named(text):
    """Return the units, from 0, that a caption names by their subscripts."""
    return {int(found.translate(SUBSCRIPTS)) - 1 for found in re.findall(r"[₀-₉]+", text)}


def allowed(trace, t, units=None):
    """Return the numbers that may be said of some units, or of all, at one timestep."""
    texts = set()
    for name, vector in trace.at(t).items():
        within = trace.cell.range(name)
        for unit, value in enumerate(map(float, vector)):
            if units is not None and unit not in units:
                continue
            texts.add(show(value, within=within).lstrip("<>"))  # as in "f₁ > 0.9999"
            if within == (0.0, 1.0):
                texts.add(percent(value).strip("<> %"))
    return texts


@every_variant
@pytest.mark.parametrize("hidden", [1, 2, 3, 8])
def test_every_number_is_a_value_of_a_unit_that_is_named(cell, hidden):
    for board in boards(cell, hidden=hidden):
        for beat in board:
            units = named(beat.caption) or None
            assert (units is None) == (beat.key in ("in", "all", "recap")), beat.id
            found = re.findall(r"−?\d+\.\d+", beat.caption)
            assert found, beat.id
            assert set(found) <= allowed(board.trace, beat.t, units), (beat.id, beat.caption)


@every_variant
@pytest.mark.parametrize("seed", [1016, 3])
def test_a_formula_gives_what_it_says_or_is_marked(cell, seed):
    seen = 0
    for text in captions(cell, hidden=3, seed=seed):
        formulas = list(FORMULA.finditer(text))
        assert text.count("≈") <= len(formulas), text
        for formula in formulas:
            result = number(formula["result"])
            if formula["op"] == "tanh":
                assert formula["relation"] == "≈"
                value = np.tanh(float(number(formula["arg"])))
                assert abs(value - float(result)) < 0.0011, text
                continue
            if formula["op"] == "relu":
                exact = max(number(formula["arg"]), Decimal(0))
            else:
                left, right = (number(formula[side].strip("()")) for side in ("left", "right"))
                sums = {"×": left * right, "+": left + right, "−": left - right}
                exact = sums[formula["sign"]]
            assert (formula["relation"] == "=") == (exact == result), text
            assert abs(exact - result) < Decimal("0.003"), text
            seen += 1
    assert seen >= (6 if cell.name == "lstm" else 1)


def test_captions_follow_the_values():
    """The same beat of another trace says that trace's numbers."""
    one, other = (traced(VARIANTS["lstm-2-False"], seed=seed) for seed in (1016, 3))
    assert caption(one, "f", 0) != caption(other, "f", 0)
    assert f"keeps {float(other['f'][0, 0, 0]) * 100:.1f} % of old c₁" in caption(other, "f", 0)


def test_two_units_at_most_are_named_and_more_are_hinted_at():
    told = {
        hidden: caption(traced(VARIANTS["lstm-2-False"], hidden=hidden), "f", 0)
        for hidden in (1, 2, 3)
    }
    assert [sorted(named(told[hidden])) for hidden in (1, 2, 3)] == [[0], [0, 1], [0, 1]]
    assert told[1].endswith(" of old c₁.")
    assert told[2].endswith(" %.")
    assert told[3].endswith(" %, …")


@every_variant
def test_captions_are_short(cell):
    """Of two units about four seconds long; of eight they still fit on one line of the band."""
    for text in captions(cell, hidden=2):
        assert len(text) <= 60, text
    for text in captions(cell, inputs=8, hidden=8):
        assert len(text) <= 85, text


def test_the_default_lstm_is_read_in_42_seconds():
    assert sum(len(beat.caption) for beat in walk(rv.trace("lstm"))) <= 42 * 15


@given(value=st.floats(8, 15), sign=st.sampled_from([-1, 1]))  # of each of the two biases
def test_a_gate_that_is_saturated_keeps_more_or_less_than_a_bound(value, sign):
    made = rv.demo(rv.CELLS["lstm"], 1, 1, 1)
    weights = made.params.bias_ih * 0 + sign * value
    params = rv.Params(made.params.weight_ih, made.params.weight_hh, weights, weights)
    text = caption(rv.trace("lstm", made.x, params), "f", 0)
    if sign > 0:
        assert text == "f₁ > 0.9999 keeps >99.99 % of old c₁."
    else:
        assert text == "f₁ < 0.0001 keeps <0.01 % of old c₁."


@every_variant
def test_a_caption_names_the_activation_that_its_cell_has(cell):
    ops = {step.op for step in cell.steps}
    said = " ".join(beat.caption for beat in walk(traced(cell)))
    for op in ("tanh", "relu"):
        assert (op in said) == (op in ops)
    if cell.name == "rnn":
        assert cell.step("h").op in walk(traced(cell))["t2.h"].caption


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("biases", [0, 1, 2])
def test_what_z_does_is_said_and_not_its_opposite(reset, biases):
    keeps, replaces = (
        walk(traced(VARIANTS[f"gru-{reset}-{update}-{biases}"])) for update in ("keep", "replace")
    )
    z = percent(float(keeps.trace["z"][0, 0, 0]))
    assert z == percent(float(replaces.trace["z"][0, 0, 0]))  # the same weights
    assert f"keeps {z} of old h₁" in keeps["t1.z"].caption
    assert f"replaces {z} of old h₁" in replaces["t1.z"].caption
    assert keeps["t1.z_not"].caption.endswith("is left for n₁.")
    assert replaces["t1.z_not"].caption.endswith("is left for old h₁.")
    for board, kept in ((keeps, "z"), (replaces, "z_not")):
        share = show(float(board.trace[kept][0, 0, 0]))
        assert board["t1.zh"].caption.startswith(f"h₁ keeps {share} × ")


def test_a_reset_before_the_product_is_one_of_the_old_state():
    after, before = (walk(traced(VARIANTS[f"gru-{kind}-keep-2"])) for kind in ("after", "before"))
    assert "% of the recurrent part" in after["t1.r"].caption
    assert "% of old h₁" in before["t1.r"].caption


def test_an_output_gate_that_waits_is_not_told_with_the_others():
    plain, peeping = (walk(traced(VARIANTS[f"lstm-2-{peepholes}"])) for peepholes in (False, True))
    assert "o₁ = " in plain["t2.gates"].caption
    assert "o₁ = " not in peeping["t2.gates"].caption


def test_no_caption_says_solves():
    for cell in rv.CELLS.values():
        for text in captions(cell):
            assert "solve" not in text.lower()
