"""One neuron's sum, product by product: it adds up, and each number is where its address says."""

from math import fsum, tanh

import numpy as np
import pytest
from hypothesis import given

import rnnviz as rv
from rnnviz.cells import CELLS
from rnnviz.scalars import Ref
from test_tracing import traces
from variants import VARIANTS, traced

TOLERANCE = 1e-12
every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)


def sums_of(cell):
    """The gates, pre-activations and linear parts: what neuron() is documented to take."""
    keys = {gate.key for gate in cell.gates}
    return [
        name
        for name in (step.name for step in cell.steps)
        if name.partition("_")[0] in keys
        and name.partition("_")[2] in ("", "x", "h", "pre")
        and not (name == "h" and "h" not in keys)
    ]


def everywhere(tr):
    s = tr.sizes
    return [(unit, t, b) for unit in range(s["H"]) for t in range(s["T"]) for b in range(s["B"])]


def looked_up(tr, ref, t, b):
    """The number at an address, from the parameters or from the trace."""
    blocks = tr.params.blocks(tr.cell)
    if ref.name in blocks:
        return blocks[ref.name][ref.index]
    return tr[ref.name][t, b][ref.index]


def sigma(v):
    return 0.5 * (1 + tanh(v / 2))


def added(n):
    return fsum([*(p.product for p in n.products), *(bias.value for bias in n.biases)])


def size(n):
    """How large the terms are: what the rounding of a sum is relative to."""
    return 1 + fsum(abs(p.product) for p in n.products) + fsum(abs(b.value) for b in n.biases)


def test_the_names_that_this_file_goes_through():
    assert sums_of(CELLS["rnn"]) == ["h_x", "h_h", "h_pre", "h"]
    assert len(sums_of(CELLS["lstm"])) == 16
    assert " ".join(sums_of(CELLS["gru"])) == "r_x r_h r_pre r z_x z_h z_pre z n_x n_h n_pre n"


@given(tr=traces(steps=3, batch=2, size=3))
def test_products_and_biases_add_up_to_the_stored_sum(tr):
    for name in sums_of(tr.cell):
        for unit, t, b in everywhere(tr):
            n = rv.neuron(tr, name, unit, t, b)
            assert abs(added(n) - n.sum) <= TOLERANCE * size(n), (name, unit, t, b)
            pre = name if f"{name}_pre" not in tr.names else f"{name}_pre"
            assert n.sum == tr[pre][t, b, unit]


@given(tr=traces(steps=3, batch=2, size=3))
def test_the_activation_of_the_sum_is_the_value(tr):
    for name in sums_of(tr.cell):
        for unit, t, b in everywhere(tr):
            n = rv.neuron(tr, name, unit, t, b)
            assert n.value == tr[name][t, b, unit]
            function = {None: float, "sigmoid": sigma, "tanh": tanh}[n.activation]
            assert function(n.sum) == pytest.approx(n.value, rel=1e-12, abs=1e-15)


@given(tr=traces(steps=3, batch=2, size=3))
def test_an_address_leads_to_the_number(tr):
    for name in sums_of(tr.cell):
        for unit, t, b in everywhere(tr):
            n = rv.neuron(tr, name, unit, t, b)
            assert (n.ref, n.t, n.b) == (Ref(name, (unit,)), t, b)
            for p in n.products:
                assert p.left == looked_up(tr, p.left_ref, t, b)
                assert p.right == looked_up(tr, p.right_ref, t, b)
                assert p.product == p.left * p.right
            for bias in n.biases:
                assert bias.value == looked_up(tr, bias.ref, t, b)


@given(tr=traces(steps=2, batch=2, size=3))
def test_every_weight_of_the_row_has_its_product_once(tr):
    s = tr.sizes
    for gate in tr.cell.gates:
        for unit, t, b in everywhere(tr):
            n = rv.neuron(tr, gate.key, unit, t, b)
            refs = [p.left_ref for p in n.products] + [bias.ref for bias in n.biases]
            assert len(set(refs)) == len(refs)
            expected = [Ref(f"W_i{gate.key}", (unit, k)) for k in range(s["I"])]
            expected.append(Ref(f"b_i{gate.key}", (unit,)))
            if (tr.cell.name, gate.key) == ("gru", "n"):
                expected.append(Ref("r", (unit,)))
            else:
                expected += [Ref(f"W_h{gate.key}", (unit, k)) for k in range(s["H"])]
                expected.append(Ref(f"b_h{gate.key}", (unit,)))
            assert set(refs) == set(expected)


@given(tr=traces(steps=2, batch=2, size=3).filter(lambda tr: tr.cell.name == "gru"))
def test_the_grus_candidate_takes_r_times_n_h_as_one_term(tr):
    for unit, t, b in everywhere(tr):
        n = rv.neuron(tr, "n", unit, t, b)
        resets = [p for p in n.products if "r" in (p.left_ref.name, p.right_ref.name)]
        assert [(p.left_ref, p.right_ref) for p in resets] == [
            (Ref("r", (unit,)), Ref("n_h", (unit,)))
        ]
        assert resets[0].product == tr["rn"][t, b, unit]
        # the recurrent part has its own worked example, with its own bias
        inner = rv.neuron(tr, "n_h", unit, t, b)
        assert resets[0].right == inner.value == inner.sum
        assert [bias.ref.name for bias in inner.biases] == ["b_hn"]
        assert inner.activation is None


def parts(refs):
    """Names of weights and values as often as they are there."""
    return sorted(ref.name for ref in refs)


@every_variant
def test_a_gate_of_a_variant_has_exactly_its_own_terms(cell):
    tr = traced(cell, inputs=4, hidden=3)
    for gate in cell.gates:
        key = gate.key
        n = rv.neuron(tr, key, 1, 1)
        names = {"b_" + key, f"b_i{key}", f"b_h{key}"} & set(cell.params)
        weights = 3 * [f"W_h{key}"]
        values = 3 * ["h_prev"]
        if "s" in cell.names:  # the second layer, with its own bias; the first has the other
            values, names = 3 * ["s"], names - {"b_ih"}
        elif (cell.name, key) == ("gru", "n") and "rh" in cell.names:
            values = 3 * ["rh"]
        elif (cell.name, key) == ("gru", "n"):
            weights, values, names = ["r"], ["n_h"], names - {"b_hn"}
        if "s" not in cell.names:
            weights, values = weights + 4 * [f"W_i{key}"], values + 4 * ["x"]
        if f"p_{key}" in cell.params:
            weights, values = [*weights, f"p_{key}"], [*values, "c" if key == "o" else "c_prev"]
        assert parts(p.left_ref for p in n.products) == sorted(weights)
        assert parts(p.right_ref for p in n.products) == sorted(values)
        assert parts(bias.ref for bias in n.biases) == sorted(names)
        for p in n.products:
            assert p.left == looked_up(tr, p.left_ref, 1, 0)
            assert p.right == looked_up(tr, p.right_ref, 1, 0)


def test_a_peephole_looks_at_its_own_unit_alone():
    tr = traced(VARIANTS["lstm-2-True"], hidden=3)
    for key, state in (("i", "c_prev"), ("f", "c_prev"), ("o", "c")):
        looks = [p for p in rv.neuron(tr, key, 2, 0).products if p.left_ref.name.startswith("p_")]
        assert [(p.left_ref, p.right_ref) for p in looks] == [
            (Ref(f"p_{key}", (2,)), Ref(state, (2,)))
        ]


@every_variant
def test_whatever_else_it_takes_adds_up_too(cell):
    """A value that is no sum of products is refused, never explained by another value's terms."""
    tr = traced(cell)
    wrong = []
    for name in tr.names:
        try:
            n = rv.neuron(tr, name, 0, 0)
        except rv.RnnvizError:
            continue
        if abs(added(n) - n.sum) > TOLERANCE * size(n):
            wrong.append(name)
    assert wrong == []


def test_by_hand():
    params = rv.Params([[2.0, -1.0]], [[0.5]], [0.25], [-0.5])
    n = rv.trace("rnn", [[3.0, 4.0]], params, h0=[8.0]).neuron("h", unit=0, t=0)
    assert [(p.left, p.right, p.product) for p in n.products] == [
        (2.0, 3.0, 6.0),
        (-1.0, 4.0, -4.0),
        (0.5, 8.0, 4.0),
    ]
    assert [bias.value for bias in n.biases] == [0.25, -0.5]
    assert n.sum == 5.75
    assert n.activation == "tanh"
    assert n.value == np.tanh(5.75)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("f", 2, 0), "unit: wanted 0 to 1, got 2"),
        (("f", -1, 0), "unit: wanted 0 to 1, got -1"),
        (("f", 0, 3), "t: wanted 0 to 2, got 3"),
        (("f", 0, 0, 1), "b: wanted 0 to 0, got 1"),
    ],
)
def test_an_index_out_of_range(args, expected):
    with pytest.raises(rv.RnnvizError) as caught:
        rv.neuron(rv.trace("lstm"), *args)
    assert str(caught.value) == expected


@pytest.mark.parametrize("name", ["x", "h_prev", "W_if", "q"])
def test_what_no_step_makes(name):
    with pytest.raises(rv.RnnvizError, match=f"got '{name}'"):
        rv.neuron(rv.trace("lstm"), name, 0, 0)
