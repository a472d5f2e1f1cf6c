"""Every number on the screen is a value of the trace, rounded once, and appears only once known."""

import re
from decimal import Decimal

import numpy as np
import pytest

from addresses import decimals, parts, spoken, wordings
from picture import pictures, view
from rnnviz.rounding import ALMOST, DIGITS, MINUS, number

WALKS = {  # cell, inputs, units, timesteps
    "rnn-small": ("rnn", 3, 2, 3),
    "rnn-large": ("rnn", 5, 6, 2),
    "lstm-small": ("lstm", 3, 2, 2),
    "lstm-large": ("lstm", 5, 6, 2),
    "gru-small": ("gru", 3, 2, 2),
    "gru-large": ("gru", 5, 6, 2),
}
every_walk = pytest.mark.parametrize("walk", WALKS, scope="module")


@pytest.fixture(scope="module")
def walked(walk):
    """A trace and the pictures of its beats, which take the time: all tests look at the same."""
    cell, inputs, hidden, steps = WALKS[walk]
    shown = view(cell, inputs=inputs, hidden=hidden, steps=steps)
    return shown.trace, pictures(cell, shown)


@every_walk
def test_every_number_on_screen_is_that_value_rounded_once(walked):
    check_values(*walked)


def check_values(trace, seen):
    """Every number on the screen is the value at its address, rounded once."""
    checked = 0
    for picture in seen:
        for text in picture.texts:
            if not text.ref:
                continue
            assert text.text in wordings(trace, text.ref, DIGITS), (picture.beat.id, text.ref)
            checked += 1
    assert checked > 100


@every_walk
def test_no_number_is_shown_before_its_value_is_revealed(walked):
    check_revealed(*walked)


def check_revealed(trace, seen):
    """No number stands on the screen whose value has not been revealed by then."""
    known, weights = set(), trace.params.blocks(trace.cell)
    for picture in seen:
        beat = picture.beat
        known |= {(name, beat.t) for name in beat.reveals}
        for text in picture.texts:
            for name, index in parts(text.ref) if text.ref else ():
                assert name in weights or (name, int(index[0])) in known, (beat.id, text.ref)


@every_walk
def test_all_values_that_a_beat_reveals_are_in_their_pills(walked):
    trace, seen = walked
    for picture in seen:
        beat, refs = picture.beat, {text.ref for text in picture.texts}
        for name in beat.lights if beat.reveals else ():
            for unit in range(trace[name].shape[2]):
                assert f"{name}[{beat.t},{unit}]" in refs, (beat.id, name)


@every_walk
def test_the_numbers_of_every_caption_are_values_of_its_timestep(walked):
    trace, seen = walked
    for picture in seen:
        beat = picture.beat
        for found in decimals(beat.caption):
            assert found in spoken(trace, beat.t, DIGITS), (beat.id, found)


@every_walk
def test_a_shown_sum_adds_up_or_says_that_it_does_not(walked):
    """Read the rows of each worked example from the screen and do the arithmetic again."""
    check_sums(*walked)


def check_sums(trace, seen):
    """Each worked example has all terms of its neuron, and says = exactly where they add up."""
    sums = 0
    for picture in seen:
        if picture.beat.focus is None:
            continue
        panel = [text for text in picture.texts if text.box.right < 610]
        products = [t for t in panel if "*" in t.ref]
        biases = [t for t in panel if t.ref.startswith("b_")]
        name = picture.beat.focus.name
        made = trace.neuron(name, 0, 0)
        assert len(products) == len(made.products)
        assert [t.ref.partition("[")[0] for t in biases] == [bias.ref.name for bias in made.biases]
        sum_name = name if made.activation is None else f"{name}_pre"
        refs = f"{sum_name}[0,0]"
        total = next(t for t in panel if t.ref == refs and not t.text.startswith("("))
        terms = [number(t.text) for t in (*products, *biases)]
        sign = next(
            t.text
            for t in sorted(panel, key=lambda t: abs(t.box.top - total.box.top))
            if t.text in ("=", ALMOST)
        )
        assert (sign == "=") == (sum(terms, Decimal(0)) == number(total.text)), picture.beat.id
        assert abs(sum(terms, Decimal(0)) - number(total.text)) <= Decimal("0.0005") * len(terms)
        sums += 1
    assert sums >= 2


@every_walk
def test_a_shown_row_is_true_or_says_that_it_is_not_exact(walked):
    """Read each element-wise row from left to right off the screen and evaluate it."""
    trace, seen = walked
    assert check_rows(seen) >= 2 * trace.sizes["H"]


def check_rows(seen):
    """Each element-wise row says what its numbers give; return how many there are."""
    rows = 0
    for picture in seen:
        if picture.beat.focus is not None or not picture.beat.equation:
            continue
        panel = [text for text in picture.texts if text.box.right < 610]
        for first in (text for text in panel if re.fullmatch(r"unit \d", text.text)):
            level = [t for t in panel if t.box.left > first.box.left
                     and t.box.bottom > first.box.top and t.box.top < first.box.bottom]  # fmt: skip
            words = [t.text for t in sorted(level, key=lambda t: t.box.left)]
            sign, result = words[-2:]
            assert sign in ("=", ALMOST), words
            rows += 1
            if words[0] == "relu":
                exact = max(number(words[1].strip("()")), Decimal(0))
                assert (sign == "=") == (exact == number(result)), words
                continue
            if words[0] == "tanh":
                assert sign == ALMOST
                value = np.tanh(float(number(words[1].strip("()"))))
                assert abs(value - float(number(result))) < 0.0011, words
                continue
            left, operation, right = words[:-2]
            one, other = number(left), number(right.strip("()"))
            exact = {"×": one * other, "+": one + other, MINUS: one - other}[operation]
            assert (sign == "=") == (exact == number(result)), words
            assert abs(exact - number(result)) < Decimal("0.0021"), words
    return rows


@every_walk
def test_minus_is_a_minus_everywhere(walked):
    for picture in walked[1]:
        for text in picture.texts:
            if text.ref:
                assert "-" not in text.text
                assert f"{MINUS}0.000" not in text.text
