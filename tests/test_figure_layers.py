"""Stacked and bidirectional layers: what stands on the screen against cells traced by hand."""

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.figures import bidirectional, bidirectional_grid, stacked
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Pill


def shown(figure, beat, name):
    """Return the values of the pills of a vector in a beat, by the start of their ids."""
    ids = {m.id: m.value for m in figure[beat].marks if isinstance(m, Pill)}
    return np.array([ids[f"{name}.1"], ids[f"{name}.2"]])


def states(trace):
    return np.asarray(trace["h"][:, 0])


@pytest.fixture(scope="module")
def layers():
    """The figure of two layers, and the states of both by two traces, one on the other."""
    base = stacked.demo()
    second = rv.demo(base.cell, 1, 2, 2, rv.params.DEMO_SEED + 1).params
    first = rv.trace(base.cell, base["x"], base.params)
    above = rv.trace(base.cell, first["h"], second)
    return figure_named("stacked").drawn(), states(first), states(above)


@pytest.fixture(scope="module")
def ways():
    """The figure of two directions, and the states of both by two traces, one of x reversed."""
    base = bidirectional.demo()
    other = rv.demo(base.cell, 1, 2, 2, rv.params.DEMO_SEED + 2).params
    forward = rv.trace(base.cell, base["x"], base.params)
    backward = rv.trace(base.cell, base["x"][::-1], other)
    return figure_named("bidirectional").drawn(), states(forward), states(backward)[::-1]


def test_layer_2_is_a_gru_on_the_hidden_states_of_layer_1(layers):
    figure, first, second = layers
    for t in range(stacked.STEPS):
        np.testing.assert_allclose(shown(figure, "recap", f"l1.t{t + 1}.h"), first[t], atol=1e-12)
        np.testing.assert_allclose(shown(figure, "recap", f"l2.t{t + 1}.h"), second[t], atol=1e-12)
        np.testing.assert_allclose(shown(figure, "recap", f"out{t + 1}"), second[t], atol=1e-12)
    for layer, made in enumerate((first, second), 1):
        np.testing.assert_allclose(shown(figure, "recap", f"last{layer}"), made[-1], atol=1e-12)


@pytest.mark.parametrize("step", range(1, stacked.FINISHED + 1))
def test_a_cell_is_computed_only_when_what_it_needs_is_there(layers, step):
    figure, _, _ = layers

    def known(beat):
        return {
            (layer, t)
            for layer in (1, 2)
            for t in range(1, stacked.STEPS + 1)
            if shown(figure, beat, f"l{layer}.t{t}.h")[0] is not None
        }

    before = known(f"step{step - 1}" if step > 1 else "layers")
    now = known(f"step{step}") - before
    assert {layer + t - 1 for layer, t in now} == {step}
    for layer, t in now:
        assert t == 1 or (layer, t - 1) in before
        assert layer == 1 or (1, t) in before
    numbers = {m.id: m.text for m in figure[f"step{step}"].marks if m.id.endswith(".order")}
    assert all(numbers[f"l{layer}.t{t}.order"] == str(step) for layer, t in now)


def test_backward_reads_the_reversed_inputs(ways):
    figure, forward, backward = ways
    for t in range(bidirectional_grid.STEPS):
        for way, made in (("forward", forward), ("backward", backward)):
            for name in (f"{way}.t{t + 1}.h", f"out{t + 1}.{way}"):
                np.testing.assert_allclose(shown(figure, "recap", name), made[t], atol=1e-12)


def test_h_n_holds_forward_at_the_end_and_backward_at_the_start(ways):
    figure, forward, backward = ways
    np.testing.assert_allclose(shown(figure, "recap", "forward.n"), forward[-1], atol=1e-12)
    np.testing.assert_allclose(shown(figure, "recap", "backward.n"), backward[0], atol=1e-12)
    assert not np.allclose(shown(figure, "recap", "out4.backward"), backward[0])


@pytest.mark.parametrize("way", bidirectional_grid.WAYS)
@pytest.mark.parametrize("changed", range(4))
def test_squares_tell_which_inputs_a_state_depends_on(ways, way, changed):
    base = bidirectional.demo()
    x = np.array(base["x"])
    x[changed] += 0.5
    before = bidirectional.model(base)
    after = bidirectional.model(rv.trace(base.cell, x, base.params))
    figure, _, _ = ways
    for t in range(4):
        pair = (made[0, way].aligned("h")[t] for made in (before, after))
        depends = not np.array_equal(*pair)
        square = f"{way}.t{t + 1}.read{changed + 1}"
        marks = {m.id: m for m in figure["recap"].marks}
        assert (marks[square].fill > 0) == depends == (changed in bidirectional_grid.read(way, t))


@pytest.mark.parametrize("name", ["stacked", "bidirectional"])
def test_fewer_timesteps_than_are_shown_are_refused(name):
    with pytest.raises(rv.RnnvizError, match="wanted at least 4 timesteps, got 3"):
        figure_named(name).drawn(rv.trace("gru"))
