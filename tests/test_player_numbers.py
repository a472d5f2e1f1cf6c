"""The player shows numbers as Python does: the same text for every number, ties and ends too."""

import json
import math
import random
from decimal import Decimal

import pytest

from browser import parts
from rnnviz.rounding import MINUS, percent, product, relation, show, total

DIGITS = range(1, 10)
RANGES = (None, (0.0, 1.0), (-1.0, 1.0))
LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324
SHOWN = """(values) => values.map((v) => DIGITS.map((digits) => [
  numbers.show(v, digits), numbers.show(v, digits, { signed: true }),
  numbers.show(v, digits, { within: [0, 1] }), numbers.show(v, digits, { within: [-1, 1] }),
]))""".replace("DIGITS", str(list(DIGITS)))


@pytest.fixture(scope="module")
def page():
    with parts("numbers") as page:
        yield page


def evaluated(page, function, values):
    """What a function in the page makes of values, which go there as JSON with all digits."""
    called = f"(text) => JSON.stringify(({function})(JSON.parse(text)))"
    return json.loads(page.evaluate(called, json.dumps(values)))


def around(value):
    return [math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)]


def ties(draw):
    """Numbers halfway between two shown ones, exactly: k / 2ⁿ, and d.d5 with an exponent."""
    dyadic = [draw.randrange(1, 10_000 << n) / 2**n for n in range(1, 12) for _ in range(60)]
    halves = [(k + 0.5) / 10**n for n in range(5) for k in range(40)]
    large = [
        (10 * k + 5) * 10.0**e for k in (10, 12, 13, 99, 98, *range(20, 60)) for e in range(2, 40)
    ]
    return [*dyadic, *halves, *large]


def adversarial():
    draw = random.Random(1016)
    powers = [draw.uniform(1, 10) * 10.0 ** draw.uniform(-20, 25) for _ in range(1200)]
    plain = [draw.uniform(0, 1) for _ in range(800)] + [draw.uniform(0, 12000) for _ in range(800)]
    near = [end + s * 10.0**-e for end in (0, 1, 10, 100, 1e3) for s in (-1, 1) for e in range(18)]
    grown = [10.0**k - 5 * 10.0 ** (k - n) for k in range(6) for n in range(1, 9)]  # 9.9995, 99.995
    edges = [9999.5, 9999.4999, 99.996, 999.96, 9.9996, 0.5, 1.0, LARGEST, SMALLEST, 1e21, 2.0**70]
    decimals = [round(draw.uniform(0, 100), n) for n in range(1, 8) for _ in range(100)]
    exact = [*powers, *plain, *near, *ties(draw), *decimals]
    close = [v for value in (*grown, *edges) for v in around(value)]
    close += [v for value in draw.sample(ties(draw), 300) for v in around(value)]
    unsigned = [v for v in (*exact, *close) if math.isfinite(v)]
    return [sign * v for v in unsigned for sign in (1.0, -1.0)] + [0.0, -0.0]


def expected(value):
    """What SHOWN should give of one value."""
    return [
        [
            show(value, digits),
            show(value, digits, signed=True),
            *(show(value, digits, within=within) for within in RANGES[1:]),
        ]
        for digits in DIGITS
    ]


def test_every_number_is_shown_as_python_shows_it(page):
    values = adversarial()
    assert len(values) > 10_000
    found = evaluated(page, SHOWN, values)
    wanted = [expected(value) for value in values]
    wrong = [
        (value, *pair)
        for value, *pair in zip(values, found, wanted, strict=True)
        if pair[0] != pair[1]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.125, 2, "0.12"),  # toFixed rounds an exact tie up: 0.13
        (0.375, 2, "0.38"),
        (-0.125, 2, f"{MINUS}0.12"),
        (2.5, 0, "2"),
        (12500.0, 3, "1.2e4"),
        (13500.0, 3, "1.4e4"),
        (1.25e22, 3, "1.2e22"),
        (99.996, 3, "100.0"),
        (9999.5, 3, "1.0e4"),
        (-1e-9, 3, "0.000"),
        (math.inf, 3, "∞"),
        (-math.inf, 3, f"{MINUS}∞"),
        (math.nan, 3, "NaN"),
    ],
)
def test_examples(page, value, digits, shown):
    assert page.evaluate("([v, digits]) => numbers.show(v, digits)", [value, digits]) == shown
    if digits and math.isfinite(value):
        assert show(value, digits) == shown


def test_shares_are_shown_as_python_shows_them(page):
    draw = random.Random(3)
    values = [*(draw.random() for _ in range(2000)), 0.0, 1.0, 0.125, 0.5, SMALLEST]
    values += [abs(end - 10.0 ** -draw.uniform(1, 17)) for end in (0, 1) for _ in range(500)]
    function = f"(all) => all.map((v) => {list(DIGITS)}.map((n) => numbers.percent(v, n)))"
    found = evaluated(page, function, values)
    assert found == [[percent(value, digits) for digits in DIGITS] for value in values]


def pairs():
    """Shown numbers two by two, with a third that is or is not what they give."""
    draw = random.Random(7)
    for _ in range(3000):
        digits = draw.choice(DIGITS)
        a, b = (draw.choice((-1, 1)) * 10.0 ** draw.uniform(-4, 5) for _ in range(2))
        left = show(a, digits, signed=draw.random() < 0.5)
        right = show(draw.choice((b, round(b, 1), round(b))), digits)
        for made in (a + b, a * b, float(product(left, right)), float(total([left, right]))):
            yield left, right, show(made, digits)


def test_relations_of_exact_decimals_are_those_of_python(page):
    triples = list(pairs())
    function = """(triples) => triples.map(([a, b, made]) => [
      numbers.relation(numbers.exactSum([a, b]), made),
      numbers.relation(numbers.exactProduct(a, b), made),
    ])"""
    found = evaluated(page, function, triples)
    wanted = [
        [relation(total([a, b]), made), relation(product(a, b), made)] for a, b, made in triples
    ]
    assert found == wanted
    assert min(sum("=" in row for row in found), sum("≈" in row for row in found)) > 500


@pytest.mark.parametrize("bound", ["<0.0001", ">0.9999", f"<{MINUS}0.9999", "∞", "NaN"])
def test_a_bound_is_never_equal(page, bound):
    made = page.evaluate(
        """(bound) => [
          numbers.relation(numbers.exactSum([bound, "0.500"]), "0.500"),
          numbers.relation(numbers.exactProduct("1.000", bound), "1.000"),
          numbers.relation(numbers.exactSum(["0.9999"]), bound),
          numbers.relation(null, "0.500"),
        ]""",
        bound,
    )
    assert made == ["≈"] * 4


def test_a_sum_of_no_terms_is_zero_and_exponents_count(page):
    made = page.evaluate(
        """() => [
          numbers.relation(numbers.exactSum([]), "0.000"),
          numbers.relation(numbers.exactSum(["1.0e4", "−9999"]), "1.000"),
          numbers.relation(numbers.exactProduct("1.0e4", "0.001"), "10.00"),
          numbers.relation(numbers.exactProduct("1.0e20", "1.0e20"), "1.0e40"),
        ]"""
    )
    assert made == ["="] * 4
    assert Decimal("1.0e4") * Decimal("0.001") == 10
