"""The figure compare: its counts and h against the core by another route."""

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.cells import CELLS, MAKERS
from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Bar, Curve, Math, Pill
from rnnviz.params import demo

TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


@pytest.fixture(scope="module")
def drawn():
    return figure_named("compare").drawn()


def by_id(frame, kind):
    return {mark.id: mark for mark in frame.marks if isinstance(mark, kind)}


@pytest.mark.parametrize(
    ("name", "one", "two"), [("rnn", 12, 14), ("lstm", 48, 56), ("gru", 36, 42)]
)
def test_counts_are_those_of_the_weights(drawn, name, one, two):
    bars, sums = by_id(drawn["biases"], Bar), by_id(drawn["biases"], Math)
    for biases, count in ((1, one), (2, two)):
        assert demo(MAKERS[name](biases=biases)).params.size == count
        assert bars[f"{name}.count{biases}"].value == count
        shown, _, said = sums[f"{name}.count{biases}.sum"].text.partition(" = ")
        assert int(said) == count
        assert eval(shown.replace("·", "*")) == count


@pytest.mark.parametrize("name", TITLES)
def test_h_is_that_of_the_cell_by_itself(drawn, name):
    given = figure_named("compare").demo()
    alone = rv.trace(name, given["x"], demo(CELLS[name]).params)
    pills = by_id(drawn["t5"], Pill)
    for t in range(5):
        for unit in range(2):
            pill = pills[f"{name}{t + 1}.h{unit + 1}"]
            assert pill.value == alone["h"][t, 0, unit]
            assert pill.ref == f"{TITLES[name]} h[{t + 1},{unit + 1}]"
    curves = by_id(drawn["recap"], Curve)
    for unit in range(2):
        np.testing.assert_array_equal(
            curves[f"{name}.h.curves{unit + 1}"].values, alone["h"][:, 0, unit]
        )


@pytest.mark.parametrize(("name", "gates"), [("lstm", "fio"), ("gru", "zr")])
def test_gates_are_bars_and_curves_of_the_same_values(drawn, name, gates):
    given = figure_named("compare").demo()
    alone = rv.trace(name, given["x"], demo(CELLS[name]).params)
    bars, curves = by_id(drawn["t5"], Bar), by_id(drawn["recap"], Curve)
    for gate in gates:
        for unit in range(2):
            found = alone[gate][:, 0, unit]
            assert curves[f"{name}.{gate}.curves{unit + 1}"].values == tuple(found)
            for t in range(5):
                assert bars[f"{name}{t + 1}.{gate}{unit + 1}"].value == found[t]


def test_nothing_is_shown_before_its_timestep(drawn):
    pills = by_id(drawn["t2"], Pill)
    assert pills["lstm2.c1"].value is not None
    assert pills["lstm3.c1"].value is None
    assert "x3.1" not in pills


def test_any_input_runs_through_all_three():
    x = np.random.default_rng(7).normal(size=(40, 5))
    given = rv.trace("lstm", x)
    figure = figure_named("compare").drawn(given)
    assert "T = 40, the first 5 one by one" in figure.notes[0]
    assert "5 inputs (3 shown)" in figure.notes[1]
    curves = by_id(figure["recap"], Curve)
    for name in TITLES:
        alone = rv.trace(name, x, demo(CELLS[name], input_size=5).params)
        assert curves[f"{name}.h.curves1"].values == tuple(alone["h"][:, 0, 0])


@pytest.mark.parametrize(("steps", "dots", "thin"), [(12, True, False), (41, False, True)])
def test_curves_of_many_timesteps_are_thin_and_have_no_dots(steps, dots, thin):
    figure = figure_named("compare").drawn(rv.trace("lstm", np.ones((steps, 3))))
    for curve in by_id(figure["recap"], Curve).values():
        assert curve.dots is dots
        assert (curve.width < 2) is thin


def test_of_long_input_the_first_hundred_timesteps_are_shown():
    x = np.random.default_rng(7).normal(size=(400, 3))
    figure = figure_named("compare").drawn(rv.trace("lstm", x))
    assert "the first 100 of 400 timesteps shown" in figure.notes[1]
    alone = rv.trace("gru", x, demo(CELLS["gru"]).params)
    curve = by_id(figure["recap"], Curve)["gru.h.curves1"]
    assert curve.values == tuple(alone["h"][:100, 0, 0])


def test_other_cells_and_one_timestep():
    with pytest.raises(RnnvizError, match="compare: wanted a trace of an LSTM, got a GRU"):
        figure_named("compare").drawn(rv.trace("gru"))
    short = figure_named("compare").drawn(rv.trace("lstm", np.ones((1, 3))))
    assert [beat.id for beat in short.beats][3:] == ["t1", "gates", "states", "recap"]
