"""The op table: values at the extremes, ranges, derivatives by complex step, notation."""

import inspect
from string import Formatter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.ops import ACTIVATIONS, OPS, PRODUCTS, REALS, SUMS, linear, relu, sigmoid

HUGE = 1e308
finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-30, 30)
ELEMENTWISE = [name for name in OPS if name not in PRODUCTS]


def operand_names(name):
    """What the op's forward calls its operands, not counting where its result goes."""
    forward = OPS[name].forward
    if isinstance(forward, np.ufunc):
        return [f"x{k}" for k in range(forward.nin)]
    return [key for key in inspect.signature(forward).parameters if key != "out"]


def arity(name):
    return len(operand_names(name))


def slots(template):
    return [field for _, field, _, _ in Formatter().parse(template) if field is not None]


@pytest.mark.parametrize(
    ("v", "expected"),
    [(0.0, 0.5), (-0.0, 0.5), (HUGE, 1.0), (-HUGE, 0.0), (1000.0, 1.0), (-1000.0, 0.0)],
)
def test_sigmoid_at_the_extremes_without_a_warning(v, expected):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert sigmoid(np.array([v])) == [expected]


def test_sigmoid_keeps_its_precision_where_it_is_tiny():
    # written as 1 - sigmoid(-v) it would be exactly 0 here
    np.testing.assert_allclose(sigmoid(np.array([-50.0, -700.0])), np.exp([-50.0, -700.0]), 1e-14)


@given(finite)
def test_sigmoid_is_symmetric(v):
    value, mirrored = sigmoid(np.array([v, -v]))
    assert mirrored == pytest.approx(1.0 - value, abs=2e-16)


@given(st.lists(moderate, min_size=2, max_size=2))
def test_sigmoid_and_tanh_grow(pair):
    low, high = sorted(pair)
    for name in ACTIVATIONS:
        a, b = OPS[name].forward(np.array([low, high]))
        assert a <= b


@given(v=finite)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_stays_in_its_range(name, v):
    # in exact arithmetic the interval is open; in float64 saturation reaches its ends
    low, high = OPS[name].range
    (value,) = OPS[name].forward(np.array([v]))
    assert low <= value <= high


@given(v=st.floats(-15, 15))
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_that_is_not_saturated_is_strictly_inside(name, v):
    low, high = OPS[name].range
    (value,) = OPS[name].forward(np.array([v]))
    assert low < value < high


@given(v=moderate)
def test_one_minus_of_a_gate_stays_in_its_range(v):
    low, high = OPS["one_minus"].range
    (value,) = OPS["one_minus"].forward(sigmoid(np.array([v])))
    assert low <= value <= high


def test_only_what_squashes_claims_a_range():
    assert {name for name in OPS if OPS[name].range != REALS} == {"sigmoid", "tanh", "one_minus"}


def test_the_groups_of_ops_are_all_of_their_kind():
    assert set(PRODUCTS) == {name for name in OPS if "weight" in operand_names(name)}
    written_with_plus = {name for name in OPS if set(OPS[name].text) <= set("{012} +")}
    assert set(SUMS) == written_with_plus - {*PRODUCTS}
    assert set(ACTIVATIONS) == {name for name in OPS if OPS[name].binds == 3}


def test_relu_cuts_at_zero_and_has_no_slope_there():
    v = np.array([-2.0, -0.0, 0.0, 3.0])
    np.testing.assert_array_equal(relu(v), [0.0, 0.0, 0.0, 3.0])
    (slope,) = OPS["relu"].vjp(np.ones(4), relu(v), v)
    np.testing.assert_array_equal(slope, [0.0, 0.0, 0.0, 1.0])  # PyTorch's choice at 0


# Derivatives


def operands(name, seed, batch=3, inputs=4, hidden=2):
    """Random operands of an op, away from 0, where relu has no derivative.

    A product's are a weight, a vector and a bias, any other op's all alike.
    """
    shapes = [(batch, hidden)] * arity(name)
    if name in PRODUCTS:
        shapes = [(hidden, inputs), (batch, inputs), (hidden,)][: arity(name)]
    rng = np.random.default_rng(seed)
    return [rng.choice([-1, 1], shape) * rng.uniform(0.1, 3.0, shape) for shape in shapes]


def by_complex_step(forward, args, k, grad):
    """dL/d of operand k, a number at a time, from dL/d of the value."""
    step, slope = 1e-30, np.empty_like(args[k])
    for index in np.ndindex(slope.shape):
        nudged = [arg.astype(complex) for arg in args]
        nudged[k][index] += 1j * step
        slope[index] = (grad * forward(*nudged).imag).sum() / step
    return slope


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
@pytest.mark.parametrize("name", OPS)
def test_the_derivative_of_every_op_by_complex_step(name, seed):
    op, args = OPS[name], operands(name, seed)
    value = op.forward(*args)
    grad = np.random.default_rng(seed + 1).standard_normal(value.shape)
    parts = op.vjp(grad, value, *args)
    assert len(parts) == len(args)
    for k, part in enumerate(parts):
        # 1 − s² loses up to 2e-16 where s is nearly 1
        expected = by_complex_step(op.forward, args, k, grad)
        np.testing.assert_allclose(part, expected, rtol=1e-12, atol=1e-14, strict=True)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("v", [HUGE, -HUGE, 1000.0, -1000.0])
def test_a_saturated_activation_has_a_finite_derivative(name, v):
    op, args = OPS[name], np.array([v])
    (slope,) = op.vjp(np.ones(1), op.forward(args), args)
    assert slope == (v > 0 if name == "relu" else 0.0)


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_an_op_writes_the_same_where_it_is_told(name, dtype):
    args = [arg.astype(dtype) for arg in operands(name, seed=1)]
    kept = [arg.copy() for arg in args]
    expected = OPS[name].forward(*args)
    out = np.full_like(expected, 7)
    assert OPS[name].forward(*args, out=out) is out
    np.testing.assert_array_equal(out, expected, strict=True)
    for arg, copy in zip(args, kept, strict=True):
        np.testing.assert_array_equal(arg, copy)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_an_op_keeps_dtype_and_shape(name, dtype):
    args = (np.full((2, 3), 0.25, dtype),) * arity(name)
    made = OPS[name].forward(*args)
    assert made.dtype == dtype
    assert made.shape == (2, 3)


def test_linear_is_rows_of_the_weights_times_the_vector_plus_bias():
    weight = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    v = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    bias = np.array([10.0, 20.0])
    np.testing.assert_array_equal(linear(weight, v, bias), [[8.0, 18.0], [12.0, 25.0]])


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("markup", ["typst", "text"])
def test_notation_has_a_slot_for_each_operand_in_order(name, markup):
    assert slots(getattr(OPS[name], markup)) == [str(k) for k in range(arity(name))]


@pytest.mark.parametrize("name", OPS)
def test_binding_is_one_of_sum_product_call(name):
    template, binds = OPS[name].text, OPS[name].binds
    if template.endswith(")"):
        assert binds == 3
    elif "⊙" in template or name == "matmul":
        assert binds == 2
    else:
        assert binds == 1
