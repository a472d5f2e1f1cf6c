"""Heat strips: what is drawn is the trace, for any cell, and the demo's unit toggles at each X."""

from functools import cache

import numpy as np
import pytest

import rnnviz as rv
from figure_lint import faults
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.heat import indices
from rnnviz.figures.heat_demo import ALPHABET, TOGGLE, demo, one_hot, sequence, symbols_of, weights
from rnnviz.figures.heat_strips import LEFT, LONGEST, THINNEST, WIDE, Window
from rnnviz.figures.marks import Curve, Heat, Number, Words
from rnnviz.theme import LIGHT

GATES = {"rnn": ("h_pre",), "gru": ("r", "z", "n"), "lstm": ("c", "i", "f", "g", "o")}


def made(cell, hidden, steps, inputs=5):
    rng = np.random.default_rng(7)
    rows = len(rv.CELLS[cell].gates) * hidden
    shapes = ((rows, inputs), (rows, hidden), (rows,), (rows,))
    params = rv.Params(*(rng.normal(0, 0.6, shape) for shape in shapes))
    return rv.trace(cell, rng.normal(size=(steps, 1, inputs)), params)


@cache
def drawn(cell="", hidden=0, steps=0):
    kind = figure_named("heat")
    return kind.drawn(made(cell, hidden, steps) if cell else kind.demo())


def marks(figure, kind):
    """Marks of a kind as they stood in the last beat in which they did, by id."""
    return {mark.id: mark for frame in figure for mark in frame.marks if isinstance(mark, kind)}


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize(("hidden", "steps"), [(8, 40), (64, 300), (1, 1), (1, 30), (5, 1)])
def test_cells_and_curves_are_the_values_of_the_trace(cell, hidden, steps):
    run, figure = made(cell, hidden, steps), drawn(cell, hidden, steps)
    strips, curves = marks(figure, Heat), marks(figure, Curve)
    window = Window(run)
    assert figure.beats[-1].id == "recap"
    for name in ("h", *GATES[cell]):
        units = list(window.strips[name].units)
        np.testing.assert_array_equal(strips[f"{name}.strip"].values, run[name][:, 0, units].T)
        np.testing.assert_array_equal(curves[f"{name}.curve"].values, run[name][:, 0, window.unit])
    np.testing.assert_array_equal(strips["x.strip"].values, run["x"][:, 0].T)


def test_the_unit_that_varies_most_is_followed_unless_one_is_picked():
    run = made("gru", 64, 300)
    assert Window(run).unit == run["h"][:, 0].std(axis=0).argmax()
    assert Window(run.pick(units=[11, 40])).unit == 11
    assert Window(made("gru", 4, 9).pick(inputs=[0])).picked is False
    assert Window(demo()).unit == TOGGLE
    assert len(Window(demo()).strips["h"].units) == 8
    assert Window(demo().pick(units=[6])).unit == 6


def test_units_without_room_are_left_out_and_it_says_so():
    run = made("lstm", 64, 300)
    strip = Window(run).strips["h"]
    assert strip.high / len(strip.units) >= THINNEST
    assert len(strip.units) < 64
    assert Window(run).unit in strip.units
    last = Window(run).unit + 1
    first = len(strip.units) - 1
    assert f"units 1–{first} and {last} of 64 drawn" in drawn("lstm", 64, 300).notes[0]
    assert len(Window(made("rnn", 64, 20)).strips["h"].units) == 64


def test_timesteps_without_room_are_left_out_and_it_says_so():
    figure = figure_named("heat").drawn(made("rnn", 2, 1000))
    assert f"t = 1 to {LONGEST} of 1000" in figure.notes[1]
    assert len(marks(figure, Curve)["h.curve"].values) == LONGEST


def test_an_x_turns_the_demos_unit_on_and_the_next_off():
    h = demo()["h"][:, 0, TOGGLE]
    first, second = (t for t, symbol in enumerate(sequence()) if symbol == "X")
    assert (abs(h[:first]) < 0.01).all()
    assert (h[first:second] > 0.7).all()
    assert (abs(h[second:]) < 0.02).all()
    rise, fall = drawn()["rise"].beat, drawn()["fall"].beat
    assert (rise.t, fall.t) == (first + 1, second + 1)
    assert "(X)" in rise.caption
    assert "(X)" in fall.caption


def test_a_third_x_turns_it_on_again():
    run = rv.trace("lstm", one_hot("BXaXbXc"), weights())
    on = run["h"][:, 0, TOGGLE] > 0.5
    assert [*on] == [False, True, True, False, False, True, True]


def test_symbols_are_only_named_for_the_demos_weights_and_one_hot_inputs():
    assert symbols_of(demo()) == sequence()
    assert set(sequence()) <= set(ALPHABET)
    assert symbols_of(rv.trace("lstm", one_hot("BX") * 0.5, weights())) == ""
    assert symbols_of(made("lstm", 8, 5, 8)) == ""


def test_what_is_said_of_a_strip_is_of_all_units_also_of_those_without_room():
    run, figure = made("gru", 64, 10), drawn("gru", 64, 10)
    assert len(Window(run).strips["z"].units) < 64
    numbers = marks(figure, Number)
    for name in ("h", "r", "z", "n"):
        values = run[name][:, 0]
        assert numbers[f"{name}.mean"].value == values.mean()
        assert numbers[f"{name}.lowest"].value == values.min()
        assert numbers[f"{name}.highest"].value == values.max()
    t, unit = np.unravel_index(run["r"][:, 0].argmax(), (10, 64))
    assert f"in unit {unit + 1} at t = {t + 1}." in figure["r"].beat.caption


def test_of_an_excerpt_the_picked_units_and_inputs_are_rows():
    run = made("gru", 64, 10, 16).pick(units=[0, 1, 2, 3, 16], inputs=[4, 15])
    figure = figure_named("heat").drawn(run)
    strips = marks(figure, Heat)
    np.testing.assert_array_equal(strips["h.strip"].values, run["h"][:, 0, [0, 1, 2, 3, 16]].T)
    np.testing.assert_array_equal(strips["x.strip"].values, run["x"][:, 0, [4, 15]].T)
    assert "units 1, 2, 3, 4, 17 of 64" in figure.notes[0]
    assert "inputs 5, 16 of 16" in figure.notes[1]
    assert marks(figure, Words)["h.unit17"].text == "17"
    np.testing.assert_array_equal(marks(figure, Curve)["h.curve"].values, run["h"][:, 0, 0])
    assert marks(figure, Number)["z.mean"].value == run["z"].mean()


def test_an_excerpt_of_timesteps_is_said_with_its_statistics():
    figure = figure_named("heat").drawn(made("gru", 4, LONGEST + 50))
    for beat_id in ("h", "z", "pick", "recap"):
        assert "of the shown timesteps" in figure[beat_id].beat.caption
    assert "shown timesteps" not in drawn("gru", 8, 40)["h"].beat.caption


@pytest.mark.parametrize("steps", [1, 3, 12, 300])
def test_strips_fill_the_width(steps):
    area = marks(drawn("rnn", 5, steps), Heat)["h.strip"].area
    assert (area.left, area.right) == (LEFT, pytest.approx(LEFT + WIDE))


@pytest.mark.parametrize("units", [[5], [1, 5]])
def test_a_picked_unit_alone_leaves_room_for_what_is_said_of_all(units):
    figure = figure_named("heat").drawn(demo().pick(units=units))
    assert list(faults(figure, LIGHT)) == []


def test_indices_are_listed_or_put_into_ranges():
    assert indices((0, 1, 16)) == "1, 2, 17"
    assert indices((*range(51), 56)) == "1–51 and 57"
    assert indices(tuple(range(52))) == "1–52"
