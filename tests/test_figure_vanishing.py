"""Vanishing gradients: every size on the screen against float64 PyTorch's autograd."""

from functools import cache

import numpy as np
import pytest
import torch

from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Curve, Disc, Heat, Math, Number, Pill
from rnnviz.figures.vanishing_models import (
    BIASES,
    Row,
    demo,
    highways,
    opened_and_closed,
    radius,
    rows,
)
from rnnviz.figures.vanishing_rows import scientific

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
ROWS = ("below", "above", "loud", "lstm", "gru")


@cache
def drawn():
    return figure_named("vanishing").drawn()


@cache
def networks() -> dict[str, Row]:
    return {row.id: row for row in rows(demo())}


def torch_cell(run):
    """PyTorch's cell with the weights of a trace, in float64."""
    made = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
    sizes = run.sizes
    cell = made[run.cell.name](sizes["I"], sizes["H"], dtype=torch.float64)
    with torch.no_grad():
        for name in NAMES:
            getattr(cell, name).copy_(torch.tensor(getattr(run.params, name).copy()))
    return cell


def unrolled(run):
    """Every h and, of an LSTM, every c of a trace as tensors that keep their gradient."""
    cell, hs, cs = torch_cell(run), [], []
    state = torch.zeros(1, run.sizes["H"], dtype=torch.float64)
    state = (state, state) if run.cell.name == "lstm" else state
    for x in torch.tensor(run["x"].copy()):
        state = cell(x, state)
        h, *c = state if isinstance(state, tuple) else (state,)
        for kept, some in ((hs, [h]), (cs, c)):
            for one in some:
                one.retain_grad()
                kept.append(one)
    return hs, cs


def joined(beat, prefix):
    """The values of a row's cells from t = 1 to the end."""
    cells = [mark for mark in drawn()[beat].marks if mark.id.startswith(f"{prefix}.t")]
    cells = sorted(
        (mark for mark in cells if isinstance(mark, Heat)), key=lambda mark: mark.area.left
    )
    return np.concatenate([mark.values[0] for mark in cells])


def marked(beat, name):
    return next(mark for mark in drawn()[beat].marks if mark.id == name)


@pytest.mark.parametrize("name", ROWS)
def test_sizes_of_gradients_are_those_of_autograd(name):
    hs, _ = unrolled(networks()[name].trace)
    hs[-1][0, 0].backward()
    wanted = np.array([float(h.grad.norm()) for h in hs])
    assert len(wanted) == 50
    np.testing.assert_allclose(joined("recap", name), wanted, rtol=1e-9)
    np.testing.assert_allclose(marked("recap", f"{name}.curve").values, wanted, rtol=1e-9)
    rate = (wanted[0] / wanted[-1]) ** (1 / 49)
    assert marked("recap", f"{name}.rate").value == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize(("name", "size"), [("below", 0.8), ("above", 1.2), ("loud", 1.2)])
def test_radii_are_those_of_the_weights(name, size):
    found = max(abs(np.linalg.eigvals(networks()[name].trace.params.weight_hh)))
    assert found == pytest.approx(size, rel=1e-12)
    assert marked("recap", f"{name}.keeps").value == pytest.approx(found, rel=1e-12)


def test_the_radius_of_a_rotation_is_its_scale():
    assert radius(np.array([[0.0, -0.5], [0.5, 0.0]])) == pytest.approx(0.5)


def test_one_rnn_vanishes_and_one_explodes_with_the_same_matrix_and_input():
    found = networks()
    assert found["below"].norms[0] < 1e-4 < 1e2 < found["above"].norms[0]
    assert found["loud"].norms[0] < 1e-4
    scaled = found["below"].trace.params.weight_hh * 1.5
    np.testing.assert_allclose(found["above"].trace.params.weight_hh, scaled, rtol=1e-12)
    for row in found.values():
        np.testing.assert_array_equal(row.trace["x"], demo()["x"])


@pytest.mark.parametrize("place", range(len(BIASES)))
def test_gradients_of_c_are_those_of_autograd_and_products_those_of_f(place):
    one = highways(demo()["x"])[place]
    _, cs = unrolled(one.trace)
    cs[-1][0, 0].backward()
    wanted = np.array([float(c.grad[0, 0]) for c in cs])
    np.testing.assert_allclose(one.gradient, wanted, rtol=1e-9)
    name = f"bias{BIASES[place]:.0f}"
    np.testing.assert_allclose(joined("product", name), abs(wanted), rtol=1e-9)
    f = one.trace["f"][:, 0, 0]
    products = [np.prod(f[t + 1 :]) for t in range(len(f))]
    np.testing.assert_allclose(marked("product", f"{name}.product").values, products, rtol=1e-12)
    assert marked("product", f"{name}.mean").value == pytest.approx(f.mean(), rel=1e-12)


def test_small_values_keep_their_sign_and_their_digits():
    assert scientific(-5.6476e-11, 3) == "−5.65 · 10^{−11}"
    assert scientific(9.9996e-4, 3) == "1.00 · 10^{−3}"
    assert scientific(-0.1117, 3) == "−0.112"
    shown = {mark.text for mark in drawn()["product"].marks if isinstance(mark, Math)}
    assert {scientific(one.gradient[0], 3) for one in highways(demo()["x"])} <= shown


@pytest.mark.parametrize(("beat", "read"), [("late", (6,)), ("both", (3, 6))])
def test_gradients_between_gates_are_those_of_autograd(beat, read):
    hs, cs = unrolled(opened_and_closed())
    sum(hs[t].sum() for t in read).backward()
    for t, c in enumerate(cs):
        pill = marked(beat, f"c{t + 1}")
        assert isinstance(pill, Pill)
        assert pill.value == pytest.approx(float(c.grad), rel=1e-9)
        assert marked(beat, f"h{t + 1}").value == float(t in read)


def test_signs_are_those_of_the_gates():
    run = opened_and_closed()
    for frame in (drawn()["gates"], drawn()["both"]):
        signs = [mark for mark in frame.marks if isinstance(mark, Disc) and mark.id[0] in "ofi"]
        assert len(signs) == 7 + 6 + 7
        for mark in signs:
            value = run[mark.id[0]][int(mark.id[1:]) - 1, 0, 0]
            assert mark.text == ("○" if value > 0.5 else "−")
            number = marked(frame.beat.id, f"{mark.id}.value")
            assert isinstance(number, Number)
            assert number.value == value


def test_all_sizes_lie_within_the_scale():
    for frame in drawn():
        for mark in frame.marks:
            if isinstance(mark, Curve):
                assert all(mark.scale.low <= value <= mark.scale.high for value in mark.values)
