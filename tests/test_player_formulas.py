"""Every formula that the player shows is true of the numbers in it, worked out again in decimal.

A shown number stands for all that round to it: a half unit of its last place to both sides, or
what lies beyond a bound. The result must be among what the operands can give, and be marked with ≈
unless the shown operands give exactly the shown result.
"""

import math
import re
from decimal import Decimal

import pytest

from browser import parts
from player_said import edits_of, said
from rnnviz.rounding import MINUS
from variants import VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
NUMBER = rf"[<>]?{MINUS}?\d+(?:\.\d+)?(?:e\d+)?"
OPERAND = rf"(?:{NUMBER}|\({NUMBER}\))"
FORMULA = re.compile(
    rf"(?:(?P<op>σ|tanh|relu)\((?P<arg>{NUMBER})\)|"
    rf"(?P<sum>(?<![\d.]){OPERAND}(?: [×+{MINUS}] {OPERAND})+)) (?P<sign>[=≈]) (?P<result>{NUMBER})"
)
FUNCTIONS = {
    "σ": lambda v: (1 + math.tanh(v / 2)) / 2,
    "tanh": math.tanh,
    "relu": lambda v: max(v, 0.0),
}
SLACK = Decimal("1e-9")  # for float64, relative


@pytest.fixture(scope="module")
def page():
    with parts("session", "numbers", "words", "captions", "worked") as page:
        yield page


def exact(text):
    """The number that a text is, None for a bound."""
    return None if text[0] in "<>" else Decimal(text.replace(MINUS, "-"))


def span(text):
    """The least and the largest number that a text can stand for."""
    bound = Decimal(text.lstrip("<>").replace(MINUS, "-"))
    if text in ("0", "1"):  # as in 1 − z: a shown number has decimals or more digits
        return bound, bound
    if text[0] == "<":
        return (Decimal(-1) if bound < 0 else Decimal(0)), bound
    if text[0] == ">":
        return bound, Decimal(1)
    half = Decimal(1).scaleb(bound.as_tuple().exponent) / 2
    return bound - half, bound + half


def times(one, other):
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def evaluated(text):
    """What a sum of products comes to: exactly, None if a bound is in it, and within what."""
    value, low, high = Decimal(0), Decimal(0), Decimal(0)
    sign = 1
    for term in re.split(rf" ([+{MINUS}]) ", text):
        if term in ("+", MINUS):
            sign = 1 if term == "+" else -1
            continue
        product, ends = Decimal(1), (Decimal(1), Decimal(1))
        for factor in term.split(" × "):
            number = factor.strip("()")
            one = exact(number)
            product = None if one is None or product is None else product * one
            ends = times(ends, span(number))
        value = None if product is None or value is None else value + sign * product
        low, high = (low + ends[0], high + ends[1]) if sign > 0 else (low - ends[1], high - ends[0])
    return value, (low, high)


def check(formula):
    """One formula, as FORMULA finds it: its sign is right and its result can be true."""
    text, result = formula[0], formula["result"]
    if formula["op"]:
        function = FUNCTIONS[formula["op"]]
        one = exact(formula["arg"])
        value = max(one, Decimal(0)) if formula["op"] == "relu" and one is not None else None
        ends = tuple(Decimal(function(float(end))) for end in span(formula["arg"]))
    else:
        value, ends = evaluated(formula["sum"])
    is_equal = value is not None and value == exact(result)
    assert formula["sign"] == ("=" if is_equal else "≈"), text
    low, high = span(result)
    slack = SLACK * max(1, *map(abs, ends))
    assert low - slack <= ends[1], text
    assert high + slack >= ends[0], text


def check_rows(rows):
    """The rows of one sum: each product, their total, and what becomes of it."""
    terms = []
    for label, left, sign, right, relation, result in rows:
        formulas = []
        if label.partition(" = ")[2]:
            formulas = [f"{label.partition(' = ')[2]} {relation} {result}"]
        elif sign:
            formulas = [f"{left} {sign} {right} {relation} {result}"]
            terms.append(result)
        elif relation:
            formulas = [f"{' + '.join([*terms, '0'])} {relation} {result}"]
        else:
            terms.append(result)
        for text in formulas:
            found = FORMULA.fullmatch(text)
            assert found, text
            check(found)
    return len(rows)


def check_all(found):
    """Check every formula of what a player said; returns how many were equal and how many not."""
    texts = [text for *_, text in found["captions"]] + [text for _, text in found["lines"]]
    formulas = [formula for text in texts for formula in FORMULA.finditer(text)]
    for formula in formulas:
        check(formula)
    signs = [formula["sign"] for formula in formulas]
    assert signs.count("≈") == sum(text.count("≈") for text in texts)
    assert len(formulas) > len(found["lines"])  # all of those, and some captions
    assert sum(check_rows(rows) for _, rows in found["sums"]) > 0
    return signs.count("="), signs.count("≈")


@every_variant
@pytest.mark.parametrize(("digits", "seed"), [(1, 5), (2, 1016), (3, 1016), (4, 5)])
def test_every_formula_is_true_or_marked(page, cell, digits, seed):
    equal, almost = check_all(said(page, traced(cell, 3, seed=seed), digits))
    assert min(equal, almost) > 0


@every_variant
@pytest.mark.parametrize("seed", [1, 2])
def test_so_it_is_after_edits_and_of_an_excerpt(page, cell, seed):
    trace = traced(cell, 2, 6, 5).pick(units=[0, 3], inputs=[1, 2])
    check_all(said(page, trace, edits=edits_of(trace, seed)))


@pytest.mark.parametrize(
    "text",
    [
        "0.190 × 0.700 = 0.133",
        "0.191 × 0.700 ≈ 0.134",
        "1 − 0.400 = 0.600",
        "0.100 × (−0.300) + 0.200 × 0.500 + (−0.100) = −0.030",
        "σ(−1.448) ≈ 0.190",
        "relu(−0.300) = 0.000",
        ">0.9999 × 0.500 ≈ 0.500",
    ],
)
def test_a_true_formula_passes(text):
    check(FORMULA.fullmatch(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.190 × 0.700 ≈ 0.133",
        "0.191 × 0.700 = 0.134",
        "1 − 0.400 ≈ 0.610",
        "0.500 + 0.500 ≈ 1.003",
        "σ(−1.448) ≈ 0.192",
        "relu(−0.300) ≈ 0.000",
        ">0.9999 × 0.500 = 0.500",
        ">0.9999 × 0.500 ≈ 0.498",
    ],
)
def test_a_false_formula_is_caught(text):
    with pytest.raises(AssertionError):
        check(FORMULA.fullmatch(text))
