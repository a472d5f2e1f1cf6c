"""A trace value by value as text: everything, in order, and no line that does not add up."""

import re
from decimal import Decimal

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.ops import PRODUCTS, SUMS
from rnnviz.rounding import number, show
from runs import drawn
from variants import VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
SUM = re.compile(r"(?:unit|input) \d+: (?P<left>.*) (?P<relation>[=≈]) (?P<result>\S+)")


def exactly(left):
    """The exact value of a left side that is a sum of products and numbers."""
    total = Decimal(0)
    for term in left.split(" + "):
        factors = [number(part.strip("()")) for part in term.split(" from ")[0].split(" × ")]
        total += factors[0] * factors[1] if len(factors) == 2 else factors[0]
    return total


def check_sums(trace):
    """Every sum says = only where the numbers that stand there add up exactly; how many there are.

    What is rounded is at most so far away as its terms can take it.
    """
    seen = 0
    for one in trace.step():
        made = {step.name: step for step in trace.cell.steps}.get(one.name)
        if made is None or made.op not in (*SUMS, *PRODUCTS, "mul"):
            continue
        for line in one.lines:
            found = SUM.fullmatch(line)
            assert found, line
            exact = exactly(found["left"])
            assert (found["relation"] == "=") == (exact == number(found["result"])), line
            assert abs(exact - number(found["result"])) < Decimal("0.05"), line
            seen += 1
    return seen


@every_variant
def test_every_value_comes_once_a_timestep_in_order(cell):
    trace = traced(cell, steps=3)
    steps = list(trace.step())
    assert [one.name for one in steps] == 3 * [*trace.names]
    assert [one.t for one in steps] == sorted(one.t for one in steps)
    for one in steps:
        assert np.array_equal(one.values, trace[one.name][one.t, 0])
        shown = [show(float(v), within=cell.range(one.name)) for v in one.values]
        assert [line.split(" ")[-1] for line in one.lines] == shown


@every_variant
def test_a_sum_adds_up_or_is_marked(cell):
    assert check_sums(traced(cell, steps=3)) >= 18


def test_a_long_sum_adds_up_with_what_the_others_bring():
    trace = drawn(rv.CELLS["lstm"], inputs=20, hidden=12).trace()
    assert check_sums(trace) > 100
    line = next(one for one in trace.step(1) if one.name == "f_x").lines[0]
    assert line.count(" × ") == 4
    assert "from 16 more" in line
    row = trace.params.blocks(trace.cell)["W_if"][0] * trace["x"][1, 0]
    assert show(float(row[4:].sum())) in line


def test_what_was_picked_is_what_is_shown():
    trace = drawn(rv.CELLS["gru"], inputs=20, hidden=12).trace().pick(units=[2, 11], inputs=[7])
    by_name = {one.name: one for one in trace.step(0)}
    assert [line.partition(":")[0] for line in by_name["r"].lines] == ["unit 3", "unit 12"]
    assert [line.partition(":")[0] for line in by_name["x"].lines] == ["input 8"]
    assert len(by_name["r"].values) == 12
    assert "from 19 more" in by_name["r_x"].lines[0]
    assert "from 10 more" in by_name["r_h"].lines[0]
    assert check_sums(trace) > 20


def test_of_many_units_eight_are_shown():
    trace = drawn(rv.CELLS["rnn"], hidden=9).trace()
    assert {len(one.lines) for one in trace.step(0) if one.name != "x"} == {8}


def test_it_prints_as_on_paper():
    found = {one.name: one for one in rv.trace("lstm").step(0)}
    assert (
        str(found["f"])
        == "t = 1 · f = σ(f_pre)\n  unit 1: σ(−1.448) ≈ 0.190\n  unit 2: σ(1.100) ≈ 0.750"
    )
    assert repr(found["f"]) == str(found["f"])
    assert str(found["x"]).splitlines() == [
        "t = 1 · x",
        "  input 1: 0.400",
        "  input 2: −0.700",
        "  input 3: 1.000",
    ]
    assert found["c"].equation == "c = fc + ig"


def test_one_timestep_one_sample_and_digits_can_be_chosen():
    trace = drawn(rv.CELLS["rnn"], steps=4, batch=2).trace()
    assert {one.t for one in trace.step(2)} == {2}
    only = next(trace.step(1, b=1, digits=5))
    assert np.array_equal(only.values, trace["x"][1, 1])
    assert re.fullmatch(r"input 1: −?\d\.\d{5}", only.lines[0])


def test_a_sample_ends_where_it_ends():
    made = rv.demo(rv.CELLS["rnn"], steps=4)
    trace = rv.trace("rnn", np.repeat(made.x, 2, axis=1), made.params, lengths=[4, 2])
    assert {one.t for one in trace.step(b=1)} == {0, 1}


@pytest.mark.parametrize("asked", [{"t": 3}, {"t": -1}, {"b": 1}, {"t": 0, "b": -1}])
def test_an_index_that_is_not_there_is_refused_at_once(asked):
    with pytest.raises(rv.RnnvizError, match=r"^[tb]: wanted 0 to"):
        rv.trace("gru").step(**asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"t": "a"}, "t: wanted a whole number from 0 to 2, got 'a'"),
        ({"t": 1.0}, "t: wanted a whole number from 0 to 2, got 1.0"),
        ({"t": np.ones(3)}, "t: wanted a whole number from 0 to 2, got ndarray"),
        ({"b": None}, "b: wanted a whole number from 0 to 0, got NoneType"),
        ({"digits": "3"}, "digits: wanted a whole number from 0 to 17, got '3'"),
        ({"digits": -1}, "digits: wanted 0 to 17, got -1"),
    ],
)
def test_what_is_no_whole_number_is_refused_at_once(asked, said):
    with pytest.raises(rv.RnnvizError) as raised:
        rv.trace("gru").step(**asked)
    assert str(raised.value) == said


def test_numpys_whole_numbers_are_whole_numbers():
    assert next(rv.trace("gru").step(np.int64(1))).t == 1


def test_a_value_cannot_be_changed():
    one = next(rv.trace("gru").step())
    with pytest.raises(AttributeError):
        one.name = "h"
    with pytest.raises(ValueError, match="read-only"):
        one.values[0] = 1.0
