"""Numbers as shown: true to half a unit of their last digit, and honest near an end of a range."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.rounding import ALMOST, MINUS, number, percent, relation, show, total

GATE, BALANCED = (0.0, 1.0), (-1.0, 1.0)
finite = st.floats(allow_nan=False, allow_infinity=False)
drawable = st.floats(-9999.4, 9999.4)
digits = st.integers(1, 5)
# many of the values that matter lie next to an end, next to zero, or on a tie
near = st.builds(
    lambda end, sign, exponent: end + sign * 10.0**exponent,
    st.sampled_from([-1.0, 0.0, 1.0, 0.5, 10.0, 100.0, 1000.0]),
    st.sampled_from([-1, 1]),
    st.floats(-17, -1),
)
ties = st.integers(-(10**5), 10**5).map(lambda k: k / 2000)
values = st.one_of(drawable, near, ties)


def unit(shown):
    """One unit in the last place of a shown number."""
    return Decimal(1).scaleb(number(shown).as_tuple().exponent)


def is_zero_with_a_sign(shown):
    return re.fullmatch(rf"[-+{MINUS}]0(\.0*)?", shown) is not None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.000"),
        (-0.0, "0.000"),
        (-0.0004, "0.000"),
        (0.0004, "0.000"),
        (-0.0006, f"{MINUS}0.001"),
        (1.0, "1.000"),
        (-1.0, f"{MINUS}1.000"),
        (0.1234567, "0.123"),
        (12.3456, "12.35"),
        (123.456, "123.5"),
        (1234.56, "1235"),
        (-1234.56, f"{MINUS}1235"),
        (9999.4, "9999"),
        (9999.5, "1.0e4"),
        (12345.6, "1.2e4"),
        (-6.7e9, f"{MINUS}6.7e9"),
        (1e100, "1.0e100"),
        (-1e308, f"{MINUS}1.0e308"),
        (5e-324, "0.000"),
    ],
)
def test_examples(value, shown):
    assert show(value) == shown


@pytest.mark.parametrize(
    ("value", "within", "shown"),
    [
        (0.9994, GATE, "0.999"),
        (0.9996, GATE, "0.9996"),
        (0.99996, GATE, ">0.9999"),
        (0.0004, GATE, "0.0004"),
        (0.00004, GATE, "<0.0001"),
        (5e-324, GATE, "<0.0001"),
        (1.0, GATE, "1.000"),
        (0.0, GATE, "0.000"),
        (-0.9996, BALANCED, f"{MINUS}0.9996"),
        (-0.99996, BALANCED, f"<{MINUS}0.9999"),
        (0.99996, BALANCED, ">0.9999"),
        (-0.00004, BALANCED, "0.000"),
        (-1.0, BALANCED, f"{MINUS}1.000"),
    ],
)
def test_examples_near_the_ends_of_a_range(value, within, shown):
    assert show(value, within=within) == shown


@given(value=st.one_of(finite, values), digits=digits, signed=st.booleans())
def test_zero_has_no_sign_and_minus_is_a_minus(value, digits, signed):
    shown = show(value, digits, signed=signed)
    assert not is_zero_with_a_sign(shown)
    assert "-" not in shown.partition("e")[0]
    assert (MINUS in shown) == (number(shown) < 0)


@given(value=st.one_of(finite, values), digits=digits)
def test_a_shown_number_is_within_half_a_unit_of_its_last_place(value, digits):
    shown = show(value, digits)
    assert abs(number(shown) - Decimal(value)) <= unit(shown) / 2


@given(value=drawable, digits=digits)
def test_small_numbers_have_all_their_digits(value, digits):
    if abs(value) < 9.9:
        assert number(show(value, digits)).as_tuple().exponent == -digits


@given(value=values, signed=st.booleans())
def test_a_number_fits_in_seven_characters(value, signed):
    assert len(show(value, signed=signed)) <= 7


@given(value=values.filter(lambda v: abs(v) <= 1))
def test_a_number_in_a_range_fits_in_its_pill(value):
    for within in (GATE, BALANCED):
        shown = show(value, within=within)
        assert len(shown.lstrip("<>")) <= 7


@given(value=st.one_of(near, st.floats(-1, 1)), digits=digits)
@pytest.mark.parametrize("within", [GATE, BALANCED])
def test_strictly_inside_a_range_is_never_shown_as_an_end(within, value, digits):
    low, high = within
    shown = show(value, digits, within=within)
    if low < value < high:
        assert Decimal(low) < number(shown) < Decimal(high)
    elif value in within:
        assert number(shown) == Decimal(value)  # a saturated gate is shown as what it is


@given(value=st.one_of(near, st.floats(-1, 1)), digits=digits)
@pytest.mark.parametrize("within", [GATE, BALANCED])
def test_a_number_or_a_bound_is_true(within, value, digits):
    shown = show(value, digits, within=within)
    if shown.startswith("<"):
        assert Decimal(value) < number(shown)
    elif shown.startswith(">"):
        assert Decimal(value) > number(shown)
    else:
        assert abs(number(shown) - Decimal(value)) <= unit(shown) / 2


@given(value=values, digits=digits)
def test_signed_only_adds_a_plus(value, digits):
    plain, signed = show(value, digits), show(value, digits, signed=True)
    assert signed == ("+" + plain if number(plain) > 0 else plain)


@given(value=values)
def test_showing_a_shown_number_changes_nothing(value):
    shown = show(value)
    assert show(float(number(shown))) == shown


@given(first=values, second=values)
def test_order_survives(first, second):
    low, high = sorted((first, second))
    assert number(show(low)) <= number(show(high))


# Percentages


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1756, "17.6 %"),
        (0.5, "50.0 %"),
        (0.9996, "99.96 %"),
        (0.99999, ">99.99 %"),
        (0.00001, "<0.01 %"),
        (1.0, "100.0 %"),
        (0.0, "0.0 %"),
    ],
)
def test_percent_examples(value, shown):
    assert percent(value) == shown


@given(value=st.floats(0, 1), digits=st.integers(2, 5))
def test_percent_says_what_show_says(value, digits):
    shown = percent(value, digits)
    match = re.fullmatch(r"([<>]?)(\d+(\.\d+)?) %", shown)
    assert match, shown
    as_share = show(value, digits, within=GATE)
    assert match[1] == (as_share[0] if as_share[0] in "<>" else "")
    assert Decimal(match[2]) == 100 * number(as_share)
    if 0 < value < 1:
        assert 0 < Decimal(match[2]) < 100


# Relations and totals


@given(a=values, b=values)
def test_equals_only_when_the_shown_operands_give_the_shown_result(a, b):
    exact = number(show(a)) + number(show(b))
    shown = show(a + b)
    assert relation(exact, shown) == ("=" if exact == number(shown) else ALMOST)


@pytest.mark.parametrize(
    ("exact", "shown", "sign"),
    [
        (Decimal("0.070"), "0.07", "="),
        (Decimal("0.07"), "0.070", "="),
        (Decimal("0.0704"), "0.070", ALMOST),
        (Decimal(10000), "1.0e4", "="),
        (Decimal(10001), "1.0e4", ALMOST),
        (Decimal("-0.5"), f"{MINUS}0.500", "="),
        (Decimal("0.9999"), ">0.9999", ALMOST),
        (Decimal("0.0001"), "<0.0001", ALMOST),
        (None, "0.500", ALMOST),
    ],
)
def test_relation(exact, shown, sign):
    assert relation(exact, shown) == sign


@given(st.lists(values, max_size=8))
def test_a_total_is_exact(terms):
    shown = [show(term) for term in terms]
    parsed = [int(number(text).scaleb(10)) for text in shown]  # in 1e-10: integers, so exact
    assert total(shown).scaleb(10) == sum(parsed)


def test_shown_terms_of_the_sketch_do_not_add_up_and_are_marked():
    terms = [show(v, signed=True) for v in (-0.0044, -0.0274, 0.0254, -1.0704, -0.0984, -0.3704)]
    assert total(terms) == Decimal("-1.544")
    assert relation(total(terms), f"{MINUS}1.546") == ALMOST
