"""The figure ``feedforward``: both networks against sums by hand, and what the order changes."""

from functools import cache

import numpy as np
import pytest

from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.feedforward_runs import demo, network
from rnnviz.figures.marks import Number, Pill
from rnnviz.tracing import trace


@cache
def marks(beat="recap"):
    return {mark.id: mark for mark in figure_named("feedforward").drawn()[beat].marks}


def vector(name, count):
    return [marks()[f"{name}.{k}"].value for k in range(1, count + 1)]


def by_hand(inputs, recurrent):
    """Return h and y after each input, with products and sums spelt out."""
    made = demo()
    params, out = made.params, network(made).readout
    h, found = np.zeros(2), []
    for x in inputs:
        before = h if recurrent else np.zeros(2)
        h = np.array(
            [
                np.tanh(sum(w * v for w, v in zip(row, x, strict=True)) + bias + back @ before)
                for row, back, bias in zip(
                    params.weight_ih, params.weight_hh, params.bias_ih, strict=True
                )
            ]
        )
        found.append((h, float(out.weight[0] @ h + out.bias[0])))
    return found


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("key", ["v", "r"])
def test_every_h_and_y_is_the_sum_by_hand(key, order):
    inputs = demo()["x"][:, 0]
    inputs = inputs if order == 1 else inputs[::-1]
    for step, (h, y) in enumerate(by_hand(inputs, key == "r"), 1):
        assert vector(f"{key}{order}.x{step}", 2) == list(inputs[step - 1])
        assert vector(f"{key}{order}.h{step}", 2) == pytest.approx(list(h), rel=1e-12)
        assert vector(f"{key}{order}.y{step}", 1) == pytest.approx([y], rel=1e-12)


def test_the_vanilla_output_is_exactly_the_same_in_both_orders_and_the_recurrent_is_not():
    for first, second in (("1.y2", "2.y1"), ("1.y1", "2.y2")):  # b, then a
        assert vector(f"v{first}", 1) == vector(f"v{second}", 1)
        assert abs(vector(f"r{first}", 1)[0] - vector(f"r{second}", 1)[0]) > 0.1
    assert marks()["v.value.difference"].value == 0.0
    after, alone, gap = (marks()[f"r.value.{name}"] for name in ("after a", "first", "difference"))
    assert isinstance(gap, Number)
    assert [after.value] == vector("r1.y2", 1)
    assert [alone.value] == vector("r2.y1", 1)
    assert gap.value == after.value - alone.value


def test_the_first_input_is_read_alike_by_both_networks():
    for order in (1, 2):
        assert vector(f"v{order}.y1", 1) == vector(f"r{order}.y1", 1)


def test_nothing_of_the_recurrent_network_stands_before_it_is_computed():
    found = marks("orders-vanilla").values()
    known = [m.id for m in found if isinstance(m, Pill) and m.value is not None]
    assert {one.split(".")[1][0] for one in known if one.startswith("r")} == {"x"}


def test_other_sizes_are_refused():
    with pytest.raises(RnnvizError, match="2 inputs and 2 hidden units"):
        figure_named("feedforward").drawn(trace("rnn"))
