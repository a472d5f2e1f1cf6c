"""The op table: values at the extremes, ranges, derivatives by complex step, notation."""

import inspect
from string import Formatter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.ops import ACTIVATIONS, OPS, PRODUCTS, REALS, linear, sigmoid

HUGE = 1e308
finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-30, 30)
ELEMENTWISE = [name for name in OPS if name not in PRODUCTS]


def arity(name):
    """How many operands the op's forward takes, not counting where its result goes."""
    forward = OPS[name].forward
    if isinstance(forward, np.ufunc):
        return forward.nin
    return len(inspect.signature(forward).parameters.keys() - {"out"})


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


def test_sums_and_products_claim_no_range():
    assert {name for name in OPS if OPS[name].range == REALS} == {"linear", "add", "mul"}


@given(v=moderate)
@pytest.mark.parametrize(
    ("name", "slope"),
    [("sigmoid", lambda y: y * (1.0 - y)), ("tanh", lambda y: 1.0 - y * y)],
)
def test_complex_step_gives_the_derivative_of_an_activation(name, slope, v):
    step = 1e-30
    forward = OPS[name].forward
    derivative = forward(np.array([v + 1j * step])).imag / step
    # 1 - y loses up to one unit of 1.0 in the last place: 2.2e-16
    np.testing.assert_allclose(derivative, slope(forward(np.array([v]))), rtol=1e-12, atol=5e-16)


@given(a=moderate, b=moderate)
@pytest.mark.parametrize(
    ("name", "slopes"), [("add", lambda a, b: (1, 1)), ("mul", lambda a, b: (b, a))]
)
def test_complex_step_passes_through_sums_and_products(name, slopes, a, b):
    step, forward = 1e-30, OPS[name].forward
    by_a = forward(np.array([a + 1j * step]), np.array([b])).imag / step
    by_b = forward(np.array([a]), np.array([b + 1j * step])).imag / step
    # a slope below 1e-270 times the step is below the smallest float
    np.testing.assert_allclose((by_a[0], by_b[0]), slopes(a, b), rtol=1e-12, atol=1e-270)


def test_complex_step_passes_through_a_product_with_a_matrix():
    weight, v, bias = np.array([[2.0, -3.0]]), np.array([[0.5, 0.25]]), np.array([1.0])
    for k in range(2):
        nudged = v.astype(complex)
        nudged[0, k] += 1e-30j
        assert linear(weight, nudged, bias).imag / 1e-30 == pytest.approx(weight[:, k : k + 1])


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
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
