"""The unrolled RNN: what is carried from copy to copy, and what all copies share."""

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Bar, Box, Heat, Number, Pill, Words

UNROLL = figure_named("unroll")


def stands(figure, beat="recap"):
    return {mark.id: mark for mark in figure[beat].marks}


def by_hand(trace):
    """Return h_0 to h_T of sample 0, by a loop."""
    params, h = trace.params, trace["h_prev"][0, 0]
    found = [h]
    for x in trace["x"][:, 0]:
        a = params.weight_ih @ x + params.bias_ih + params.weight_hh @ h + params.bias_hh
        h = np.tanh(a)
        found.append(h)
    return np.array(found)


def sized(steps, inputs, hidden):
    made = rv.demo(rv.CELLS["rnn"], steps, inputs, hidden)
    return rv.trace("rnn", made.x, made.params, h0=made.states["h_prev"])


def wide(steps, inputs, hidden):
    rng = np.random.default_rng(1016)
    weights = rv.Params(rng.normal(0, 0.1, (hidden, inputs)), rng.normal(0, 0.1, (hidden, hidden)))
    return rv.trace("rnn", rng.normal(size=(steps, inputs)), weights)


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 9])
def test_every_h_is_that_of_a_loop_over_time(steps):
    trace = sized(steps, 3, 2)
    expected = by_hand(trace)
    for frame in UNROLL.drawn(trace):
        for mark in frame.marks:
            if isinstance(mark, Pill) and mark.ref.startswith("h") and mark.value is not None:
                t, unit = map(int, mark.ref[2:-1].split(","))
                assert mark.value == pytest.approx(expected[t, unit - 1], rel=1e-12)
    assert {f"h{steps}.1", f"h{steps}.2"} <= {*stands(UNROLL.drawn(trace))}


def test_h_has_the_same_values_in_the_loop_where_it_is_overwritten_and_in_the_row():
    figure = UNROLL.drawn()
    first, loop, row = (stands(figure, beat) for beat in ("turn1", "turn2", "open"))
    for unit in (1, 2):
        assert first[f"out.{unit}"].value == loop[f"in.{unit}"].value == row[f"h1.{unit}"].value
        assert loop[f"out.{unit}"].value == row[f"h2.{unit}"].value
    assert not {"in.1", "out.1", "x.1"} & {*row}


def test_a_value_stands_only_once_it_was_computed():
    figure = UNROLL.drawn()
    known = {
        frame.beat.id: {mark.ref for mark in frame.marks if isinstance(mark, Pill) and mark.text}
        for frame in figure
    }
    assert not any(ref.startswith(("h[1", "x")) for ref in known["weights"])
    assert "h[1,1]" in known["turn1"]
    assert "h[3,1]" not in known["open"]
    assert "h[3,1]" in known["copy3"]


def test_the_weights_stand_once_as_numbers_and_in_every_copy_as_the_same_colours():
    trace = UNROLL.demo()
    marks = stands(UNROLL.drawn(trace))
    numbers = [mark.value for mark in marks.values() if isinstance(mark, Number)]
    assert sorted(numbers) == sorted(
        value for array in trace.params.arrays.values() for value in array.flat
    )
    tables = {mark.values for mark in marks.values() if isinstance(mark, Heat)}
    assert len(tables) == 1
    assert sorted(value for row in tables.pop() for value in row) == sorted(numbers)


def test_each_copy_is_lit_in_its_turn_and_then_all_at_once():
    figure = UNROLL.drawn()
    assert [wave.ids for wave in figure["shared"].waves] == [(f"badge{t}",) for t in range(1, 6)]
    assert [wave.pulses for wave in figure["shared"].waves] == [(f"tap{t}",) for t in range(1, 6)]
    (at_once,) = figure["at-once"].waves
    assert {f"badge{t}" for t in range(1, 6)} <= {*at_once.ids}
    lit = [mark for mark in figure["at-once"].marks if mark.id.startswith("badge")]
    assert {mark.fill for mark in lit if isinstance(mark, Box)} == {0.75}


def test_what_is_computed_grows_with_t_and_the_parameters_do_not():
    trace = UNROLL.demo()
    marks = stands(UNROLL.drawn(trace))
    size = sum(trace[name].size for name in trace.names if name not in ("x", "h_prev"))
    bars = {mark.id: mark.value for mark in marks.values() if isinstance(mark, Bar)}
    assert bars == {"bar.computed": size, "bar.parameters": trace.params.size}
    words = {mark.id: mark.text for mark in marks.values() if isinstance(mark, Words)}
    assert [words[f"count{t}.new"] for t in range(1, 6)] == ["8", "16", "24", "32", "40"]
    assert {words[f"count{t}.old"] for t in range(1, 6)} == {"14"}


def test_of_a_long_sequence_the_first_three_and_the_last_copy_are_shown_and_it_says_so():
    figure = UNROLL.drawn(sized(60, 3, 2))
    copies = [mark.id for mark in figure["recap"].marks if mark.id.endswith(".t")]
    assert copies == ["copy1.t", "copy2.t", "copy3.t", "copy60.t"]
    assert "4 of 60 timesteps shown" in figure.notes[1]
    assert {"h59.1", "h60.1", "dots"} <= {*stands(figure)}


def test_of_a_wide_cell_the_first_units_are_shown_and_it_says_so():
    figure = UNROLL.drawn(wide(5, 100, 64))
    units = [mark.id for mark in figure["recap"].marks if mark.id.startswith("h5.")]
    assert units == ["h5.1", "h5.2", "h5.3", "h5.4"]
    assert "4 of 64 units shown" in figure.notes[1]
    assert "3 of 100 inputs shown" in figure.notes[1]


def test_picked_units_are_the_ones_shown():
    figure = UNROLL.drawn(wide(4, 5, 12).pick(units=(0, 7, 11)))
    units = [mark.id for mark in figure["recap"].marks if mark.id.startswith("h4.")]
    assert units == ["h4.1", "h4.8", "h4.12"]


def test_it_wants_a_cell_that_reads_forward():
    made = rv.demo(rv.CELLS["rnn"])
    layer = rv.Layer(rv.CELLS["rnn"], {"backward": made.params})
    backward = rv.Model((layer,)).trace(made.x)[0]
    with pytest.raises(RnnvizError, match="reads forward"):
        UNROLL.drawn(backward)
