"""Losses: their values by hand, their gradients by central differences, and what they refuse."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
from models import slope
from rnnviz.losses import log_softmax, softmax
from runs import message

REDUCTIONS = ["mean", "sum"]


def sizes():
    return st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 4))


# Softmax


def test_softmax_by_hand():
    logits = np.array([[0.0, log(2.0), log(5.0)]])
    np.testing.assert_allclose(softmax(logits), [[0.125, 0.25, 0.625]], rtol=1e-15)
    expected = [[log(0.125), log(0.25), log(0.625)]]
    np.testing.assert_allclose(log_softmax(logits), expected, rtol=1e-15)


@pytest.mark.parametrize("large", [1e3, 1e300])
def test_softmax_of_large_numbers_does_not_overflow(large):
    logits = np.array([[large, large, -large]])
    np.testing.assert_array_equal(softmax(logits), [[0.5, 0.5, 0.0]])
    np.testing.assert_array_equal(log_softmax(logits), [[-log(2), -log(2), -2 * large - log(2)]])


@given(logits=st.lists(st.floats(-700, 700), min_size=1, max_size=5), shift=st.floats(-100, 100))
def test_softmax_adds_up_to_1_and_ignores_a_shift(logits, shift):
    v = np.array([logits])
    shares = softmax(v)
    assert shares.sum() == pytest.approx(1.0, rel=1e-14)
    np.testing.assert_allclose(softmax(v + shift), shares, rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(np.exp(log_softmax(v)), shares, rtol=1e-10, atol=1e-300)


# Cross entropy


def test_cross_entropy_by_hand():
    """Two timesteps, one sample, three classes with softmax 1/8, 1/4, 5/8 and 1/3 each."""
    logits = np.array([[[0.0, log(2.0), log(5.0)]], [[0.0, 0.0, 0.0]]])
    total = rv.cross_entropy(logits, [[1], [2]], reduction="sum")
    np.testing.assert_allclose(total.each, [[log(4)], [log(3)]], rtol=1e-14)
    assert total.value == pytest.approx(log(12), rel=1e-14)
    expected = [[[1 / 8, 1 / 4 - 1, 5 / 8]], [[1 / 3, 1 / 3, 1 / 3 - 1]]]
    np.testing.assert_allclose(total.grad, expected, rtol=1e-14)
    mean = rv.cross_entropy(logits, [[1], [2]])
    assert mean.value == pytest.approx(total.value / 2)
    np.testing.assert_allclose(mean.each, total.each / 2)
    np.testing.assert_allclose(mean.grad, total.grad / 2)


@given(shape=sizes(), seed=st.integers(0, 2**32), reduction=st.sampled_from(REDUCTIONS))
@settings(max_examples=25)
def test_the_gradient_of_the_cross_entropy_of_padded_samples(shape, seed, reduction):
    rng = np.random.default_rng(seed)
    logits, targets = rng.standard_normal(shape), rng.integers(0, shape[2], shape[:2])
    given_too = {"lengths": rng.integers(1, shape[0] + 1, shape[1]), "reduction": reduction}
    loss = rv.cross_entropy(logits, targets, **given_too)
    assert loss.value == pytest.approx(loss.each.sum())
    found = slope(lambda v: rv.cross_entropy(v, targets, **given_too).value, logits)
    np.testing.assert_allclose(loss.grad, found, rtol=1e-6, atol=1e-8)


@given(shape=sizes(), seed=st.integers(0, 2**32), reduction=st.sampled_from(REDUCTIONS))
@settings(max_examples=25)
def test_what_is_behind_the_end_counts_nothing(shape, seed, reduction):
    """Padding may even be no class, as where a tokenizer fills up with −1."""
    rng = np.random.default_rng(seed)
    steps, batch, classes = shape
    logits, targets = rng.standard_normal(shape), rng.integers(0, classes, shape[:2])
    lengths = rng.integers(1, steps + 1, batch)
    behind = np.arange(steps)[:, None] >= lengths
    loss = rv.cross_entropy(logits, targets, lengths=lengths, reduction=reduction)
    assert not loss.each[behind].any()
    assert not loss.grad[behind].any()
    logits[behind], targets[behind] = 1e3, -100
    again = rv.cross_entropy(logits, targets, lengths=lengths, reduction=reduction)
    assert again.value == loss.value
    np.testing.assert_array_equal(again.grad, loss.grad)
    alone = sum(
        rv.cross_entropy(logits[:n, b : b + 1], targets[:n, b : b + 1], reduction="sum").value
        for b, n in enumerate(lengths)
    )
    count = lengths.sum() if reduction == "mean" else 1
    assert loss.value == pytest.approx(alone / count, rel=1e-12)


def test_log_probabilities_are_logits_too():
    logits = np.random.default_rng(0).standard_normal((3, 2, 4))
    targets = np.array([[0, 1], [2, 3], [1, 1]])
    loss = rv.cross_entropy(log_softmax(logits), targets)
    assert loss.value == pytest.approx(rv.cross_entropy(logits, targets).value, rel=1e-14)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([[3]], "targets: wanted 0 to 2 (O − 1), got 3"),
        ([[-1]], "targets: wanted 0 to 2 (O − 1), got -1"),
        (
            [[1.0]],
            "targets: wanted whole numbers of shape (T, B) = (1, 1), got float64 of shape (1, 1)",
        ),
        ([1], "targets: wanted whole numbers of shape (T, B) = (1, 1), got int64 of shape (1,)"),
        (
            [[[0, 1, 0]]],
            "targets: wanted whole numbers of shape (T, B) = (1, 1), got int64 of shape (1, 1, 3)",
        ),
    ],
)
def test_targets_that_are_none(targets, expected):
    assert message(rv.cross_entropy, np.zeros((1, 1, 3)), targets) == expected


# Squared error


def test_squared_error_by_hand():
    made, wanted = np.array([[[1.0, 2.0]], [[0.0, 0.0]]]), np.array([[[0.0, 4.0]], [[0.0, 1.0]]])
    total = rv.squared_error(made, wanted, reduction="sum")
    assert total.value == 6.0
    np.testing.assert_array_equal(total.each, [[5.0], [1.0]])
    np.testing.assert_array_equal(total.grad, [[[2.0, -4.0]], [[0.0, -2.0]]])
    mean = rv.squared_error(made, wanted)
    assert mean.value == 1.5
    np.testing.assert_array_equal(mean.grad, total.grad / 4)
    assert rv.squared_error(made, wanted, lengths=[1]).value == 2.5


@given(shape=sizes(), seed=st.integers(0, 2**32), reduction=st.sampled_from(REDUCTIONS))
@settings(max_examples=25)
def test_the_gradient_of_the_squared_error_of_padded_samples(shape, seed, reduction):
    rng = np.random.default_rng(seed)
    made, wanted = rng.standard_normal((2, *shape))
    given_too = {"lengths": rng.integers(1, shape[0] + 1, shape[1]), "reduction": reduction}
    loss = rv.squared_error(made, wanted, **given_too)
    assert loss.value == pytest.approx(loss.each.sum())
    found = slope(lambda v: rv.squared_error(v, wanted, **given_too).value, made)
    np.testing.assert_allclose(loss.grad, found, rtol=1e-6, atol=1e-8)


# Both


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_has_the_dtype_of_the_scores(dtype):
    scores = np.ones((2, 1, 3), dtype)
    assert rv.cross_entropy(scores, [[0], [1]], lengths=[1]).grad.dtype == dtype
    assert rv.squared_error(scores, 0 * scores).grad.dtype == dtype
    assert isinstance(rv.cross_entropy(scores, [[0], [1]]).value, float)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            lambda: rv.cross_entropy(np.zeros((2, 3)), [[0]]),
            "logits: wanted shape (T, B, O) with no empty axis, got (2, 3)",
        ),
        (
            lambda: rv.cross_entropy([[[np.nan]]], [[0]]),
            "logits: wanted finite numbers, got nan at index [0, 0, 0]",
        ),
        (
            lambda: rv.cross_entropy(np.zeros((1, 1, 3)), [[0]], reduction="none"),
            "reduction: wanted one of mean, sum, got 'none'",
        ),
        (
            lambda: rv.cross_entropy(np.zeros((1, 1, 3)), [[0]], lengths=[2]),
            "lengths: wanted 1 to 1 (T), got 2",
        ),
        (
            lambda: rv.squared_error(np.zeros((1, 1, 3)), np.zeros((1, 1, 2))),
            "target: wanted shape (T, B, O) = (1, 1, 3) like the prediction, got (1, 1, 2)",
        ),
        (
            lambda: rv.squared_error(np.zeros((1, 3)), np.zeros((1, 1, 3))),
            "prediction: wanted shape (T, B, O) with no empty axis, got (1, 3)",
        ),
        (
            lambda: rv.squared_error(np.zeros((1, 1, 3)), [[["a", "b", "c"]]]),
            "target: wanted real numbers of shape (T, B, O), got text",
        ),
    ],
)
def test_what_a_loss_refuses(call, expected):
    assert message(call) == expected


def test_a_loss_too_large_to_hold_is_refused_without_a_warning():
    with pytest.raises(rv.RnnvizError, match="loss: wanted one that float64 can hold"):
        rv.squared_error(np.full((1, 1, 1), 1e200), np.zeros((1, 1, 1)))
