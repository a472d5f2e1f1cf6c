"""Which steps are evaluated together: a shortcut that leaves no step out and reads none early."""

from itertools import pairwise

import pytest

from rnnviz.cells import gru, lstm, rnn
from rnnviz.ops import PRODUCTS
from rnnviz.schedule import schedule
from variants import VARIANTS

every_cell = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)


def names(cell):
    return [block.names for block in schedule(cell)]


@every_cell
def test_every_step_is_in_one_block(cell):
    scheduled = [step for block in schedule(cell) for step in block.steps]
    assert len(scheduled) == len(cell.steps)
    assert set(scheduled) == set(cell.steps)


@every_cell
def test_a_block_only_needs_earlier_blocks(cell):
    known = {*cell.inputs, *cell.states, *cell.params}
    for block in schedule(cell):
        for step in block.steps:
            assert set(step.args) <= known, step
        known |= set(block.names)


@every_cell
def test_the_steps_of_a_block_are_one_op_or_products_of_one_vector(cell):
    for block in schedule(cell):
        ops = {step.op for step in block.steps}
        if block.source:
            assert ops <= set(PRODUCTS)
            assert {step.args[1] for step in block.steps} == {block.source}
        else:
            assert ops == {block.op}
            assert block.op not in PRODUCTS


@every_cell
def test_operands_lie_side_by_side(cell):
    """What a block's steps read one after the other, another block wrote one after the other."""
    place = {
        name: (k, slot)
        for k, block in enumerate(schedule(cell))
        for slot, name in enumerate(block.names)
    }
    for block in schedule(cell):
        if block.source:
            continue
        for one, other in pairwise(block.steps):
            for before, behind in zip(one.args, other.args, strict=True):
                block_of, slot = place[before]
                assert place[behind] == (block_of, slot + 1)


@every_cell
def test_a_state_has_a_block_of_its_own(cell):
    for state in cell.next_state:
        assert (state,) in names(cell)


@every_cell
def test_the_products_of_x_are_one_block(cell):
    assert [block.source for block in schedule(cell)].count("x") == 1


def test_an_lstm_multiplies_h_once_and_calls_sigmoid_once():
    blocks = {frozenset(each) for each in names(lstm())}
    for kind in ("_x", "_h", "_pre"):
        assert {f"{key}{kind}" for key in "ifgo"} in blocks
    assert {"i", "f", "o"} in blocks
    assert len(names(lstm())) == 10  # of 21 steps


def test_a_gru_multiplies_h_once_where_it_resets_after_the_product_and_twice_where_before():
    def sources(cell):
        return [block.source for block in schedule(cell) if block.source not in ("", "x")]

    assert sources(gru("after")) == ["h_prev"]
    assert sources(gru("before")) == ["h_prev", "rh"]
    assert {"r", "z"} in [set(each) for each in names(gru())]


def test_an_rnn_has_nothing_to_put_together():
    assert sorted(names(rnn())) == [("h",), ("h_h",), ("h_pre",), ("h_x",)]


def test_a_schedule_is_made_once():
    assert schedule(lstm()) is schedule(lstm(2, peepholes=False))
