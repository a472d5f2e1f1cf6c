"""Heat strips: what is drawn is the trace, for any cell, and the demo's unit toggles at each X."""

from functools import cache

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.heat_demo import ALPHABET, TOGGLE, demo, one_hot, sequence, symbols_of, weights
from rnnviz.figures.heat_strips import LONGEST, THINNEST, Window
from rnnviz.figures.marks import Curve, Heat

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


def test_units_without_room_are_left_out_and_it_says_so():
    run = made("lstm", 64, 300)
    strip = Window(run).strips["h"]
    assert strip.high / len(strip.units) >= THINNEST
    assert len(strip.units) < 64
    assert Window(run).unit in strip.units
    assert f"{len(strip.units)} of 64 units" in drawn("lstm", 64, 300).notes[1]
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
