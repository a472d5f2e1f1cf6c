"""The figure conventions: what differs first, what converts, and what does not."""

import numpy as np
import pytest

import rnnviz as rv
from figure_lint import faults
from rnnviz.cells import gru
from rnnviz.conventions import cell_named, convert
from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.conventions_model import first_difference, story
from rnnviz.figures.marks import Heat, Number, Pill, Words
from rnnviz.params import demo
from rnnviz.theme import LIGHT


@pytest.fixture(scope="module")
def given():
    return figure_named("conventions").demo()


@pytest.fixture(scope="module")
def drawn():
    return figure_named("conventions").drawn()


def run(given, cell, params=None):
    return rv.trace(cell, given["x"], params or given.params, h0=given.states["h_prev"])


def by_id(frame, kind):
    return {mark.id: mark for mark in frame.marks if isinstance(mark, kind)}


def test_the_lit_value_is_the_first_that_differs(given, drawn):
    replaced = run(given, gru(update="replace"))
    apart = [
        (name, unit)
        for name in given.names
        for unit in range(given[name].shape[2])
        if given[name][0, 0, unit] != replaced[name][0, 0, unit]
    ]
    assert apart[0] == ("zn", 0)
    pills = by_id(drawn["first"], Pill)
    lit = {name for name, pill in pills.items() if pill.lit}
    assert lit == {"left.zn1", "right.zn1"}
    assert pills["left.zn1"].value == given["zn"][0, 0, 0]
    assert pills["right.zn1"].value == replaced["zn"][0, 0, 0]
    assert "first" in by_id(drawn["first"], Words)


def test_all_that_comes_before_it_is_equal(drawn):
    pills, signs = by_id(drawn["state"], Pill), by_id(drawn["state"], Words)
    for name in ("r", "z", "n", "z_not"):
        assert signs[f"sign.{name}.text"].text == "="
        assert pills[f"left.{name}1"].value == pills[f"right.{name}1"].value
    for name in ("zn", "zh", "h"):
        assert signs[f"sign.{name}.text"].text == "≠"
        assert pills[f"left.{name}1"].value != pills[f"right.{name}1"].value


def test_one_minus_z_makes_h_equal(given, drawn):
    told = story(given)
    np.testing.assert_allclose(told.converted["h"], given["h"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(told.converted["z"], 1 - given["z"], rtol=0, atol=1e-12)
    # by hand: the rows of z, with the other sign, in both weights and both biases
    sign = np.array([1, 1, -1, -1, 1, 1])
    params = given.params
    by_hand = rv.Params(
        params.weight_ih * sign[:, None],
        params.weight_hh * sign[:, None],
        params.bias_ih * sign,
        params.bias_hh * sign,
    )
    negated = run(given, gru(update="replace"), by_hand)
    np.testing.assert_allclose(negated["h"], given["h"], rtol=0, atol=1e-12)
    pills, signs = by_id(drawn["equal"], Pill), by_id(drawn["equal"], Words)
    assert signs["sign.z.text"].text == "⇄"
    for name in ("r", "n", "zn", "zh", "h"):
        assert signs[f"sign.{name}.text"].text == "="
        assert pills[f"right.{name}2"].value == pytest.approx(given[name][0, 0, 1], abs=1e-12)
    maps = by_id(drawn["equal"], Heat)
    np.testing.assert_array_equal(
        maps["weights1.W_hz"].values, -np.array(maps["weights0.W_hz"].values)
    )


def test_reset_before_and_after_give_other_sums_and_other_h(given, drawn):
    before = run(given, gru(reset="before"))
    blocks = given.params.blocks(given.cell)
    h, r = given["h_prev"][0, 0], given["r"][0, 0]
    pills = by_id(drawn["products"], Pill)
    assert pills["left.sum"].value == pytest.approx((r * (blocks["W_hn"] @ h))[0], abs=1e-12)
    assert pills["right.sum"].value == pytest.approx((blocks["W_hn"] @ (r * h))[0], abs=1e-12)
    # the same as what the runs themselves add to n_x, without b_hn
    assert pills["left.sum"].value == pytest.approx(
        given["rn"][0, 0, 0] - r[0] * blocks["b_hn"][0], abs=1e-12
    )
    assert pills["right.sum"].value == pytest.approx(
        before["n_h"][0, 0, 0] - blocks["b_hn"][0], abs=1e-12
    )
    far = np.abs(given["h"] - before["h"]).max()
    assert by_id(drawn["refused"], Number)["courses.max"].value == far > 0.1
    with pytest.raises(RnnvizError, match="wanted the reset on the same side"):
        convert(given.params, given.cell, gru(reset="before"))


@pytest.mark.parametrize("name", ["pytorch", "guide", "keras-v1", "onnx"])
def test_any_gru_tells_the_same_story(name):
    cell = cell_named("gru", name)
    x = np.random.default_rng(3).normal(size=(5, 4))
    given = rv.trace(cell, x, demo(cell, input_size=4, hidden_size=5).params)
    told = story(given)
    assert first_difference(told.own, told.updated)[0] == "zn"
    for one, other in ((told.own, told.converted), (told.reset, told.both)):
        np.testing.assert_allclose(one["h"], other["h"], rtol=0, atol=1e-12)
    assert {*told.corners} == {(a, b) for a in ("after", "before") for b in ("keep", "replace")}
    assert figure_named("conventions").drawn(given).beats[-1].id == "recap"


def test_three_of_many_units_have_room_beside_their_formulas():
    cell = cell_named("gru")
    x = np.random.default_rng(3).normal(size=(5, 4))
    given = rv.trace(cell, x, demo(cell, input_size=4, hidden_size=8).params)
    assert list(faults(figure_named("conventions").drawn(given), LIGHT)) == []


def test_what_cannot_be_shown_is_said():
    cell = cell_named("gru")
    with pytest.raises(RnnvizError, match=r"W_hn that mixes units.*got one unit"):
        story(rv.trace(cell, np.ones((2, 3)), demo(cell, hidden_size=1).params))
    with pytest.raises(RnnvizError, match="wanted 2 timesteps or an h0"):
        story(rv.trace(cell, np.ones((1, 3)), demo(cell).params))


def test_of_an_excerpt_the_picked_units_are_shown_under_their_own_numbers():
    rng = np.random.default_rng(3)
    x, shapes = rng.normal(size=(5, 16)), ((72, 16), (72, 24), (72,), (72,))
    whole = rv.trace("gru", x, rv.Params(*(rng.normal(0, 0.5, shape) for shape in shapes)))
    given = whole.pick(units=[4, 11, 20], inputs=[2, 9])
    figure = figure_named("conventions").drawn(given)
    assert figure.notes[1] == "input 16 (3, 10 shown) · hidden 24 (5, 12, 21 shown)"
    pills, words = by_id(figure["state"], Pill), by_id(figure["state"], Words)
    for unit in (5, 12, 21):
        assert pills[f"left.h{unit}"].value == given["h"][0, 0, unit - 1]
        assert pills[f"left.h{unit}"].ref == f"h[1,{unit}], z keeps"
        assert words[f"left.unit{unit}"].text == f"unit {unit}"
    assert pills["shared.x10"].value == x[0, 9]
    row = given.params.blocks(given.cell)["W_hn"][4]
    products = row * given["r"][1, 0, 4] * given["h"][0, 0]
    assert by_id(figure["products"], Pill)["left.sum"].value == pytest.approx(products.sum())
    alone = figure_named("conventions").drawn(whole.pick(units=[4]))
    assert "(5, 1 shown)" in alone.notes[1]
    for one in (figure, alone):
        assert list(faults(one, LIGHT)) == []
