"""The cells as plain data: their names, their order and how their parts fit together."""

from dataclasses import FrozenInstanceError

import pytest

from rnnviz.cells import CELLS, GRU, LSTM, MAKERS, RNN, gru, lstm, rnn
from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS, PRODUCTS, REALS
from variants import VARIANTS

NAMES = {
    "rnn": "x h_prev h_x h_h h_pre h",
    "rnn, dense": "x h_prev h_x u s h_pre h",
    "lstm": (
        "x h_prev c_prev "
        "i_x i_h i_pre i f_x f_h f_pre f g_x g_h g_pre g o_x o_h o_pre o "
        "fc ig c tanh_c h"
    ),
    "lstm, peepholes": (
        "x h_prev c_prev "
        "i_x i_h i_c i_pre i f_x f_h f_c f_pre f g_x g_h g_pre g "
        "fc ig c o_x o_h o_c o_pre o tanh_c h"
    ),
    "gru, after": "x h_prev r_x r_h r_pre r z_x z_h z_pre z n_x n_h rn n_pre n z_not zn zh h",
    "gru, before": "x h_prev r_x r_h r_pre r z_x z_h z_pre z n_x rh n_h n_pre n z_not zn zh h",
}

every_cell = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
every_count = pytest.mark.parametrize("biases", [0, 1, 2])


def expected_names(cell):
    choices = dict(cell.choices)
    kind = cell.name
    if choices.get("form") == "dense":
        kind = "rnn, dense"
    elif choices.get("peepholes"):
        kind = "lstm, peepholes"
    elif "reset" in choices:
        kind = f"gru, {choices['reset']}"
    return tuple(NAMES[kind].split())


def args_of(cell):
    return [arg for step in cell.steps for arg in step.args]


def biases_of(cell, *names):
    """The bias that each product adds, None for one without."""
    steps = [cell.step(name) for name in names]
    return [step.args[2] if step.op == "linear" else None for step in steps]


def test_there_are_three_cells():
    assert list(CELLS) == list(MAKERS) == ["rnn", "lstm", "gru"]
    assert all(CELLS[name].name == name for name in CELLS)
    assert list(CELLS.values()) == [RNN, LSTM, GRU] == [make() for make in MAKERS.values()]


def test_there_are_28_variants():
    assert [sum(cell.name == name for cell in VARIANTS.values()) for name in CELLS] == [10, 6, 12]


@every_cell
def test_names_are_the_public_ones_in_order(cell):
    assert cell.names == expected_names(cell)


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
    assert len(cell.params) == (2 + cell.biases) * len(cell.gates) + len(cell.peepholes)


@every_cell
def test_every_value_is_used_or_carried_on(cell):
    used = {*args_of(cell), *cell.next_state}
    assert set(cell.names) <= used


@every_cell
def test_each_gate_multiplies_x_and_h_by_its_own_blocks(cell):
    for gate in cell.gates:
        sources = {step.args[0]: step.args[1] for step in cell.steps if step.op in PRODUCTS}
        assert sources[f"W_i{gate.key}"] == "x"
        instead = {"n": "rh"} if "rh" in cell.names else {"h": "s"} if "s" in cell.names else {}
        assert sources[f"W_h{gate.key}"] == instead.get(gate.key, "h_prev")


@every_count
@pytest.mark.parametrize(
    "cell", [rnn, lambda n: rnn("relu", n), lstm, gru, lambda n: gru("before", biases=n)]
)
def test_the_biases_that_a_gate_adds(cell, biases):
    made = cell(biases=biases) if cell in (rnn, lstm, gru) else cell(biases)
    for gate in made.gates:
        key = gate.key
        if made.name == "gru" and dict(made.choices)["reset"] == "after" and key == "n":
            continue  # below
        expected = ([None, None], [None, f"b_{key}"], [f"b_i{key}", f"b_h{key}"])[biases]
        assert biases_of(made, f"{key}_x", f"{key}_h") == expected


@every_count
def test_a_grus_only_bias_of_n_stays_outside_of_the_reset(biases):
    expected = ([None, None], ["b_n", None], ["b_in", "b_hn"])[biases]
    assert biases_of(gru(biases=biases), "n_x", "n_h") == expected


@pytest.mark.parametrize("biases", [0, 2])
def test_each_dense_layer_has_a_bias_or_none(biases):
    expected = ["b_ih", "b_hh"] if biases else [None, None]
    assert biases_of(rnn(biases=biases, form="dense"), "h_x", "h_pre") == expected


@every_cell
def test_ops_exist(cell):
    assert {step.op for step in cell.steps} <= set(OPS)


@every_cell
def test_states_are_replaced_by_the_values_of_the_same_letter(cell):
    made = {step.name for step in cell.steps}
    assert set(cell.next_state) <= made
    assert cell.states == tuple(f"{name}_prev" for name in cell.next_state)


@every_cell
def test_gates_are_in_pytorchs_order_with_their_activations(cell):
    activation = dict(cell.choices).get("activation")
    expected = {
        "rnn": [("h", activation)],
        "lstm": [("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid")],
        "gru": [("r", "sigmoid"), ("z", "sigmoid"), ("n", "tanh")],
    }
    assert [(gate.key, cell.step(gate.key).op) for gate in cell.gates] == expected[cell.name]


# What the choices change


def test_a_gru_resets_after_the_product_or_before():
    after, before = gru("after"), gru("before")
    assert after.step("n_h").args[1] == "h_prev"
    assert after.step("rn").args == ("r", "n_h")
    assert after.step("n_pre").args == ("n_x", "rn")
    assert before.step("rh").args == ("r", "h_prev")
    assert before.step("n_h").args[1] == "rh"
    assert before.step("n_pre").args == ("n_x", "n_h")


def test_z_keeps_h_or_replaces_it():
    keep, replace = gru(update="keep"), gru(update="replace")
    assert (keep.step("zh").args, keep.step("zn").args) == (("z", "h_prev"), ("z_not", "n"))
    assert (replace.step("zh").args, replace.step("zn").args) == (("z_not", "h_prev"), ("z", "n"))
    assert gru("after", "keep", 2) == GRU


def test_peepholes_look_at_the_old_cell_state_and_the_output_gate_at_the_new_one():
    cell = lstm(peepholes=True)
    assert cell.peepholes == ("p_i", "p_f", "p_o")
    assert cell.step("i_c").args == ("p_i", "c_prev")
    assert cell.step("f_c").args == ("p_f", "c_prev")
    assert cell.step("o_c").args == ("p_o", "c")
    assert cell.step("o_pre").args == ("o_x", "o_h", "o_c")
    assert lstm().peepholes == RNN.peepholes == ()


def test_the_dense_form_adds_h_to_a_layer_of_x_and_puts_a_layer_on_the_sum():
    cell = rnn(form="dense")
    written = [(step.name, step.op, *step.args) for step in cell.steps]
    assert written == [
        ("h_x", "linear", "W_ih", "x", "b_ih"),
        ("u", "relu", "h_x"),
        ("s", "add", "u", "h_prev"),
        ("h_pre", "linear", "W_hh", "s", "b_hh"),
        ("h", "tanh", "h_pre"),
    ]


def test_cells_differ_in_their_choices_and_are_equal_when_made_again():
    again = {name: MAKERS[cell.name](**dict(cell.choices)) for name, cell in VARIANTS.items()}
    assert again == VARIANTS
    assert [hash(cell) for cell in again.values()] == [hash(cell) for cell in VARIANTS.values()]
    assert len(set(VARIANTS.values())) == len(VARIANTS)


def test_each_variant_says_in_words_which_one_it_is():
    said = [(cell.name, cell.convention) for cell in VARIANTS.values()]
    assert len(set(said)) == len(VARIANTS)
    assert lstm(1).convention == "PyTorch gates · one bias a gate"
    assert gru("before", "keep", 1).convention == "Keras 1: reset before the product · z keeps h"


@pytest.mark.parametrize(
    ("make", "given", "expected"),
    [
        (rnn, {"activation": "sigmoid"}, "activation: wanted one of tanh, relu, got 'sigmoid'"),
        (rnn, {"form": "elman"}, "form: wanted one of sum, dense, got 'elman'"),
        (rnn, {"biases": 3}, "biases: wanted one of 0, 1, 2, got 3"),
        (rnn, {"biases": 1, "form": "dense"}, "biases: wanted one of 0, 2, got 1"),
        (lstm, {"biases": -1}, "biases: wanted one of 0, 1, 2, got -1"),
        (lstm, {"peepholes": "yes"}, "peepholes: wanted one of False, True, got 'yes'"),
        (gru, {"reset": "never"}, "reset: wanted one of after, before, got 'never'"),
        (gru, {"update": "add"}, "update: wanted one of keep, replace, got 'add'"),
        (lstm, {"biases": 2.0}, "biases: wanted one of 0, 1, 2, got 2.0"),
        (gru, {"biases": "two"}, "biases: wanted one of 0, 1, 2, got 'two'"),
    ],
)
def test_a_choice_that_does_not_exist(make, given, expected):
    with pytest.raises(RnnvizError) as caught:
        make(**given)
    assert str(caught.value) == expected


# Looking things up


def test_range_is_the_ops_and_states_have_none():
    assert LSTM.range("f") == (0.0, 1.0)
    assert LSTM.range("g") == (-1.0, 1.0)
    assert LSTM.range("f_pre") == REALS
    assert LSTM.range("x") == LSTM.range("c_prev") == REALS
    assert GRU.range("z_not") == (0.0, 1.0)
    assert rnn("relu").range("h") == REALS


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


def test_a_cell_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        RNN.steps = ()
    with pytest.raises(FrozenInstanceError):
        RNN.steps[0].op = "add"
