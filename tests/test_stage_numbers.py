"""Every number on the screen is a value of the trace, rounded once, and appears only once known."""

import re
from decimal import Decimal

import numpy as np
import pytest

from picture import pictures, view
from rnnviz.rounding import ALMOST, MINUS, number, percent, show

CELLS = ("rnn", "lstm", "gru")
REF = re.compile(r"(?P<name>\w+)\[(?P<index>-?\d+(,\d+)?)\]")


def value(trace, ref):
    """Return the value at an address such as ``f[0,1]``, ``W_if[0,2]`` or ``b_if[1]``."""
    found = REF.fullmatch(ref)
    assert found, ref
    name, index = found["name"], tuple(int(k) for k in found["index"].split(","))
    if name in trace.params.blocks(trace.cell):
        return float(trace.params.blocks(trace.cell)[name][index])
    t, unit = index
    return float(trace[name][t, 0, unit])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sizes", [(3, 2), (5, 6)])
def test_every_number_on_screen_is_that_value_rounded_once(cell, sizes):
    shown = view(cell, inputs=sizes[0], hidden=sizes[1])
    check_values(shown.trace, pictures(cell, shown))


def check_values(trace, seen):
    """Every number on the screen is the value at its address, rounded once."""
    checked = 0
    for picture in seen:
        for text in picture.texts:
            if not text.ref:
                continue
            factors = [value(trace, ref) for ref in text.ref.split("*")]
            wanted = float(np.prod(factors))
            inside = (0.0, 1.0), (-1.0, 1.0), (-np.inf, np.inf)
            allowed = {
                show(wanted, signed=signed, within=within)
                for signed in (True, False)
                for within in inside
                if within[0] <= wanted <= within[1]
            }
            assert text.text.strip("()") in allowed, (picture.beat.id, text.ref)
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("cell", CELLS)
def test_a_text_that_looks_like_a_value_says_where_it_comes_from(cell):
    decimals = re.compile(r"^[(+<>−]*\d+\.\d+\)?$")
    for picture in pictures(cell, view(cell)):
        for text in picture.texts:
            assert text.ref or not decimals.match(text.text), text.text


@pytest.mark.parametrize("cell", CELLS)
def test_no_number_is_shown_before_its_value_is_revealed(cell):
    shown = view(cell)
    check_revealed(shown.trace, pictures(cell, shown))


def check_revealed(trace, seen):
    """No number stands on the screen whose value has not been revealed by then."""
    known, weights = set(), trace.params.blocks(trace.cell)
    for picture in seen:
        beat = picture.beat
        known |= {(name, beat.t) for name in beat.reveals}
        for text in picture.texts:
            for ref in filter(None, text.ref.split("*")):
                found = REF.fullmatch(ref)
                if found["name"] in weights:
                    continue
                t = int(found["index"].split(",")[0])
                assert (found["name"], t) in known, (beat.id, ref)


@pytest.mark.parametrize("cell", CELLS)
def test_all_values_that_a_beat_reveals_are_in_their_pills(cell):
    shown = view(cell)
    for picture in pictures(cell, shown):
        beat, refs = picture.beat, {text.ref for text in picture.texts}
        for name in beat.lights if beat.reveals else ():
            for unit in range(shown.trace[name].shape[2]):
                assert f"{name}[{beat.t},{unit}]" in refs, (beat.id, name)


@pytest.mark.parametrize("cell", CELLS)
def test_the_numbers_of_every_caption_are_values_of_its_timestep(cell):
    shown = view(cell, steps=3)
    trace = shown.trace
    for picture in pictures(cell, shown):
        beat = picture.beat
        allowed = set()
        for name, vector in trace.at(beat.t).items():
            for element in map(float, vector):
                within = trace.cell.range(name)
                allowed.add(show(element, signed=within[0] < 0, within=within))
                if within == (0.0, 1.0):
                    allowed.add(percent(element).removesuffix(" %"))
        for found in re.findall(r"[+−<>]*\d+\.\d+", beat.caption):
            assert found in allowed, (beat.id, found)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed_sizes", [(3, 2), (4, 5)])
def test_a_shown_sum_adds_up_or_says_that_it_does_not(cell, seed_sizes):
    """Read the rows of each worked example from the screen and do the arithmetic again."""
    shown = view(cell, inputs=seed_sizes[0], hidden=seed_sizes[1])
    check_sums(shown.trace, pictures(cell, shown))


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


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("hidden", [2, 5])
def test_a_shown_row_is_true_or_says_that_it_is_not_exact(cell, hidden):
    """Read each element-wise row from left to right off the screen and evaluate it."""
    assert check_rows(pictures(cell, view(cell, hidden=hidden))) >= 2 * hidden


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


def test_minus_is_a_minus_everywhere():
    for picture in pictures("lstm", view("lstm")):
        for text in picture.texts:
            if text.ref:
                assert "-" not in text.text
                assert f"{MINUS}0.000" not in text.text
