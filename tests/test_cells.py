"""The cells as plain data: their names, their order and how their parts fit together."""

from dataclasses import FrozenInstanceError

import pytest

from rnnviz.cells import CELLS, GRU, LSTM, RNN
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS, REALS

EXPECTED = {
    "rnn": "x h_prev h_x h_h h_pre h",
    "lstm": (
        "x h_prev c_prev "
        "i_x i_h i_pre i f_x f_h f_pre f g_x g_h g_pre g o_x o_h o_pre o "
        "fc ig c tanh_c h"
    ),
    "gru": ("x h_prev r_x r_h r_pre r z_x z_h z_pre z n_x n_h rn n_pre n z_not zn zh h"),
}

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def args_of(cell):
    return [arg for step in cell.steps for arg in step.args]


def test_there_are_three_cells():
    assert list(CELLS) == ["rnn", "lstm", "gru"]
    assert all(CELLS[name].name == name for name in CELLS)


@every_cell
def test_names_are_the_public_ones_in_order(cell):
    assert cell.names == tuple(EXPECTED[cell.name].split())


@every_cell
def test_names_are_unique_and_differ_from_parameters(cell):
    everything = (*cell.names, *cell.params)
    assert len(set(everything)) == len(everything)


@every_cell
def test_a_step_needs_only_what_came_before(cell):
    known = {*cell.inputs, *cell.states, *cell.params}
    for step in cell.steps:
        assert set(step.args) <= known, step
        known.add(step.name)


@every_cell
def test_every_parameter_block_is_used_exactly_once(cell):
    used = [arg for arg in args_of(cell) if arg in cell.params]
    assert sorted(used) == sorted(cell.params)
    assert len(cell.params) == 4 * len(cell.gates)


@every_cell
def test_every_value_is_used_or_carried_on(cell):
    used = {*args_of(cell), *cell.next_state}
    assert set(cell.names) <= used


@every_cell
def test_each_gate_reads_its_own_blocks(cell):
    for gate in cell.gates:
        from_x, from_h = cell.step(f"{gate.key}_x"), cell.step(f"{gate.key}_h")
        assert from_x.op == from_h.op == "linear"
        assert from_x.args == (f"W_i{gate.key}", "x", f"b_i{gate.key}")
        assert from_h.args == (f"W_h{gate.key}", "h_prev", f"b_h{gate.key}")


@every_cell
def test_ops_exist(cell):
    assert {step.op for step in cell.steps} <= set(OPS)


@every_cell
def test_states_are_replaced_by_the_values_of_the_same_letter(cell):
    made = {step.name for step in cell.steps}
    assert set(cell.next_state) <= made
    assert cell.states == tuple(f"{name}_prev" for name in cell.next_state)


def test_gates_are_in_pytorchs_order_with_their_activations():
    def gates(cell):
        return {gate.key: cell.step(gate.key).op for gate in cell.gates}

    sigmoid, tanh = "sigmoid", "tanh"
    assert list(gates(RNN).items()) == [("h", tanh)]
    assert list(gates(LSTM).items()) == [
        ("i", sigmoid),
        ("f", sigmoid),
        ("g", tanh),
        ("o", sigmoid),
    ]
    assert list(gates(GRU).items()) == [("r", sigmoid), ("z", sigmoid), ("n", tanh)]


def test_gru_resets_after_the_product_and_z_keeps_h():
    assert GRU.step("n_h").args[1] == "h_prev"
    assert GRU.step("rn").args == ("r", "n_h")
    assert GRU.step("zh").args == ("z", "h_prev")
    assert GRU.step("zn").args == ("z_not", "n")


def test_range_is_the_ops_and_states_have_none():
    assert LSTM.range("f") == (0.0, 1.0)
    assert LSTM.range("g") == (-1.0, 1.0)
    assert LSTM.range("f_pre") == REALS
    assert LSTM.range("x") == LSTM.range("c_prev") == REALS
    assert GRU.range("z_not") == (0.0, 1.0)


@every_cell
def test_an_unknown_step_is_refused_with_the_list(cell):
    with pytest.raises(RnnvizError) as caught:
        cell.step("forget")
    for word in (cell.name, "'forget'", *(step.name for step in cell.steps)):
        assert word in str(caught.value)


@every_cell
def test_inputs_and_parameters_are_no_steps(cell):
    for name in ("x", "h_prev", cell.params[0]):
        with pytest.raises(RnnvizError, match="wanted one of the values"):
            cell.step(name)


@every_cell
def test_an_unknown_gate_is_refused_with_the_list(cell):
    keys = ", ".join(gate.key for gate in cell.gates)
    with pytest.raises(RnnvizError, match=f"wanted one of the gates {keys}, got 'q'"):
        cell.gate("q")


@every_cell
def test_step_and_gate_find_their_own(cell):
    assert [cell.step(step.name) for step in cell.steps] == list(cell.steps)
    assert [cell.gate(gate.key) for gate in cell.gates] == list(cell.gates)


@pytest.mark.parametrize("name", ["", "LSTM", "elman", "lstm "])
def test_an_unknown_cell_is_refused_with_the_list(name):
    with pytest.raises(RnnvizError) as caught:
        cell_named(name)
    assert str(caught.value) == f"cell: wanted one of rnn, lstm, gru, got {name!r}"


def test_a_cell_is_found_by_its_name():
    assert [cell_named(name) for name in CELLS] == [RNN, LSTM, GRU]


def test_a_cell_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        RNN.steps = ()
    with pytest.raises(FrozenInstanceError):
        RNN.steps[0].op = "add"
