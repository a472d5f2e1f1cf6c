"""The core against float64 PyTorch, by stored vectors (tools/golden.py makes them)."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import rnnviz as rv
from runs import assert_close

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*_*_*_*_*.npz"))
PARAMS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
RTOL, ATOL = 1e-12, 1e-14  # a sum that cancels to nearly nothing has no relative precision left


def load(path):
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def traced(stored, **changed):
    given = {**stored, **changed}
    return rv.trace(
        str(given["cell"]),
        given["x"],
        rv.Params(*(given[name] for name in PARAMS)),
        h0=given["h0"],
        c0=given.get("c0"),
    )


def gradients(stored):
    """PyTorch's gradients by name: one row of numbers, cut into the shapes of what they are of."""
    states = [name for name in ("h0", "c0") if name in stored]
    names = ["x", *states, *PARAMS]
    cuts = np.cumsum([stored[name].size for name in names])
    assert cuts[-1] == len(stored["gradients"])
    parts = np.split(stored["gradients"], cuts[:-1])
    return {n: part.reshape(stored[n].shape) for n, part in zip(names, parts, strict=True)}


def worst(tr, stored):
    """The largest difference from PyTorch's h over all timesteps."""
    return float(np.abs(tr["h"] - stored["module/h"]).max())


def swapped(array, hidden, first, second):
    """The array with the rows of two gates exchanged."""
    blocks = list(np.split(array, len(array) // hidden))
    blocks[first], blocks[second] = blocks[second], blocks[first]
    return np.concatenate(blocks)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def stored(request):
    return load(request.param)


def test_the_files_cover_what_shapes_can_break():
    shapes = {}
    for path in FILES:
        cell, *sizes = path.stem.split("_")
        shapes.setdefault(cell, []).append(tuple(int(size) for size in sizes))
    assert set(shapes) == set(rv.CELLS)
    for cell_shapes in shapes.values():
        assert (3, 1, 3, 2) in cell_shapes
        assert any(batch > 1 for _, batch, _, _ in cell_shapes)
        assert any(inputs == 1 for _, _, inputs, _ in cell_shapes)
        assert any(hidden == 1 for _, _, _, hidden in cell_shapes)


def test_the_data_are_float64_and_name_their_torch(stored):
    assert str(stored["torch"]).startswith("2.")
    numbers = {name: a for name, a in stored.items() if name not in ("torch", "cell")}
    assert {a.dtype for a in numbers.values()} == {np.dtype(np.float64)}
    assert np.all(stored["h0"] != 0)


def test_states_equal_those_of_the_torch_module(stored):
    tr = traced(stored)
    states = [name for name in stored if name.startswith("module/")]
    assert len(states) == len(tr.cell.next_state)
    for name in states:
        np.testing.assert_allclose(
            tr[name.removeprefix("module/")], stored[name], rtol=RTOL, atol=ATOL, err_msg=name
        )


def test_every_step_equals_torch_operations(stored):
    tr = traced(stored)
    loop = {name.removeprefix("loop/") for name in stored if name.startswith("loop/")}
    assert loop == {step.name for step in tr.cell.steps}
    for name in loop:
        np.testing.assert_allclose(
            tr[name], stored[f"loop/{name}"], rtol=RTOL, atol=ATOL, err_msg=name
        )


def test_gradients_equal_those_of_autograd(stored):
    g = traced(stored).backward(stored["dh"])
    theirs = gradients(stored)
    ours = {"x": g["x"], "h0": g.h0, **{name: getattr(g.params, name) for name in PARAMS}}
    if "c0" in stored:
        ours["c0"] = g.c0
    assert set(ours) == set(theirs)
    assert_close({name: (ours[name], theirs[name]) for name in ours}, rtol=1e-10)


def test_the_gradients_see_each_part(stored):
    """None is trivially zero, and each depends on dL/dh at the first and the last timestep."""
    theirs, tr = gradients(stored), traced(stored)
    assert all(np.abs(gradient).max() > 1e-6 for gradient in theirs.values())
    for t in (0, -1):
        dh = stored["dh"].copy()
        dh[t] = 0.0
        assert np.abs(tr.backward(dh).params.weight_ih - theirs["weight_ih"]).max() > 1e-3


@pytest.mark.parametrize(
    "path", [p for p in FILES if not p.stem.startswith("rnn")], ids=lambda path: path.stem
)
def test_the_data_see_swapped_gates(path):
    stored = load(path)
    hidden = stored["weight_hh"].shape[1]
    gates = len(stored["weight_hh"]) // hidden
    assert worst(traced(stored), stored) < 1e-12
    for first, second in combinations(range(gates), 2):
        changed = {name: swapped(stored[name], hidden, first, second) for name in PARAMS}
        assert worst(traced(stored, **changed), stored) > 1e-3, (first, second)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", PARAMS)
def test_the_data_see_each_parameter(path, name):
    stored = load(path)
    reordered = np.roll(stored[name], 1, axis=0)
    changed = traced(stored, **{name: reordered if len(reordered) > 1 else 2 * reordered})
    assert worst(changed, stored) > 1e-3


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.stem.startswith("gru")], ids=lambda path: path.stem
)
def test_the_data_see_which_bias_the_reset_gate_multiplies(path):
    stored = load(path)
    changed = traced(stored, bias_ih=stored["bias_hh"], bias_hh=stored["bias_ih"])
    assert worst(changed, stored) > 1e-3


@pytest.mark.parametrize(
    "path", [p for p in FILES if not p.stem.endswith("_1")], ids=lambda path: path.stem
)  # H = 1 has nothing to transpose
def test_the_data_see_rows_taken_for_columns(path):
    stored = load(path)
    hidden = stored["weight_hh"].shape[1]
    blocks = np.split(stored["weight_hh"], len(stored["weight_hh"]) // hidden)
    transposed = np.concatenate([block.T for block in blocks])
    assert worst(traced(stored, weight_hh=transposed), stored) > 1e-3


def test_a_users_gru_gives_pytorchs_h():
    state = load(GOLDEN / "gru_state.npz")
    params = rv.Params(*(state[f"{name}_l0"] for name in PARAMS))
    x = np.loadtxt(GOLDEN / "gru_input.csv", delimiter=",")
    expected = np.load(GOLDEN / "gru_expected_h.npy", allow_pickle=False)
    assert x.shape == (4, 3)
    assert expected.shape == (4, 2)
    np.testing.assert_allclose(
        rv.trace("gru", x, params)["h"][:, 0], expected, rtol=RTOL, atol=ATOL
    )
