"""The player says what Python says: captions, worked examples and rows, of whatever is computed.

Until something is edited it shows the trace's own values. What it computes itself it adds up in
another order, so a value may differ in its last bit, and on a tie its text then differs: so words
are then compared on the player's own values, which are compared apart.
"""

import numpy as np
import pytest

import rnnviz as rv
from browser import parts, start
from player_said import edits_of, recomputed, retraced, said
from rnnviz.captions import caption
from rnnviz.cells import MAKERS
from rnnviz.equations import worked
from rnnviz.scalars import neuron
from rnnviz.storyboard import DETAILS, walk
from rnnviz.web.record import record
from rnnviz.worked_rows import sum_rows
from variants import FEW, VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
SIZES = [(2, 3, 2), (3, 1, 1), (2, 5, 4), (2, 3, 3)]  # timesteps, inputs, hidden units


@pytest.fixture(scope="module")
def page():
    with parts("session", "numbers", "words", "captions", "worked") as page:
        yield page


def check_words(found, trace, digits=3, b=0):
    """All that a player said is what Python says of the same values; returns how much it was."""
    for detail, beat, key, t, text in found["captions"]:
        assert text == caption(trace, key, t, b, digits), (detail, beat)
    for (name, t, unit), text in found["lines"]:
        assert text == worked(trace, name, unit, t, b, digits).text(), (name, t, unit)
    for (name, t, unit), rows in found["sums"]:
        wanted = list(sum_rows(trace, name, unit, t, b, digits))  # parts come before its own rows
        assert [tuple(row) for row in rows] == wanted[-len(rows) :], (name, t, unit)
        own = neuron(trace, name, unit, t, b)
        count = len(own.terms) + len(own.biases) + 1 + (own.activation is not None)
        assert len(rows) == count, name
    return len(found["captions"]) + len(found["lines"]) + sum(len(r) for _, r in found["sums"])


def check_values(found, trace, b=0):
    for name, numbers in found["values"].items():
        wanted = trace[name][:, b].ravel()
        np.testing.assert_allclose(numbers, wanted, rtol=1e-12, atol=1e-13, err_msg=name)


# Every variant


@pytest.mark.parametrize(
    ("cell", "sizes"),
    [
        *((cell, SIZES[0]) for cell in VARIANTS.values()),
        *((VARIANTS[name], sizes) for name in FEW for sizes in SIZES[1:]),
    ],
)
def test_the_player_says_what_python_says(page, cell, sizes):
    trace = traced(cell, *sizes)
    found = said(page, trace)
    assert check_words(found, trace) > 60


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        *((cell, 2) for cell in VARIANTS.values()),
        *((VARIANTS[name], digits) for name in FEW for digits in (1, 4)),
    ],
)
def test_it_does_so_at_other_digits(page, cell, digits):
    trace = traced(cell, 2, 3, 2, seed=3)
    check_words(said(page, trace, digits), trace, digits)


@pytest.mark.parametrize(
    ("cell", "digits"),
    [*((cell, 3) for cell in VARIANTS.values()), *((VARIANTS[name], 2) for name in FEW)],
)
def test_it_does_so_of_an_excerpt(page, cell, digits):
    trace = traced(cell, 2, 7, 6).pick(units=[1, 4, 5], inputs=[0, 3])
    found = said(page, trace, digits)
    check_words(found, trace, digits)
    rests = [row for _, rows in found["sums"] for row in rows if " more " in row[0]]
    assert rests
    assert {row[0].split(" ")[0] for row in rests} == {"5", "3"}
    assert "…" in found["captions"][0][-1]


@every_variant
def test_a_walk_has_the_beats_of_python(page, cell):
    trace = traced(cell, 1)
    found = said(page, trace)
    for detail in DETAILS:
        ids = [beat for level, beat, *_ in found["captions"] if level == detail]
        assert ids == [beat.id for beat in walk(trace, detail=detail)]


def test_a_sample_of_a_batch_is_told_of_itself(page):
    x = np.arange(24).reshape(3, 2, 4) / 10 - 1
    trace = rv.trace("lstm", x)
    found = said(page, trace, b=1)
    check_words(found, trace, b=1)
    assert found["captions"] != said(page, trace, b=0)["captions"]


# Edits


@pytest.mark.parametrize(
    ("cell", "seed"),
    [*((cell, 0) for cell in VARIANTS.values()), *((VARIANTS[name], 1) for name in FEW)],
)
def test_after_edits_it_says_what_python_says_of_the_edited_numbers(page, cell, seed):
    trace = traced(cell, 3)
    edits = edits_of(trace, seed)
    found = said(page, trace, edits=edits)
    edited = retraced(cell, found["arrays"], 3)
    for address, value in edits.items():
        name, _, index = address.rstrip("]").partition("[")
        held = {**edited.params.blocks(cell), **edited.states, "x": edited["x"][:, 0]}[name]
        assert np.squeeze(held)[tuple(map(int, index.split(",")))] == value
    check_values(found, edited)
    check_words(found, recomputed(edited, found))
    assert found["captions"] != said(page, trace)["captions"]


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_every_variant_that_a_player_can_turn_into_is_told_as_python_tells_it(page, name):
    trace = rv.trace(name)
    variants = record(trace)["variants"]
    assert len(variants) > 3
    for k, variant in enumerate(variants):
        cell = MAKERS[name](**variant["choices"])
        found = said(page, trace, variant=k)
        turned = retraced(cell, found["arrays"], trace.sizes["T"])
        check_values(found, turned)
        check_words(found, recomputed(turned, found))


# Rows for the panel


ROWS = """([name, unit]) => worked.sumRows(s, name, 0, unit, { signed: true }).map((row) => [
  row.kind, row.leftPlace, row.rightPlace, row.place, row.left, row.right, row.result, row.value,
  [row.leftPlace, row.rightPlace, row.place].map((place) => place && worked.numberAt(s, place)),
])"""


@every_variant
def test_rows_lead_to_the_places_of_their_numbers(page, cell):
    trace = traced(cell, 2, 4, 3).pick(inputs=[1, 3])
    start(page, trace)
    blocks = trace.params.blocks(cell)

    def number(place):
        if "address" not in place:
            return trace[place["name"]][place["t"], 0, place["unit"]]
        name, _, index = place["address"].rstrip("]").partition("[")
        return blocks[name][tuple(map(int, index.split(",")))]

    for gate in cell.gates:
        rows = page.evaluate(ROWS, [gate.key, 2])
        assert [row[0] for row in rows][-2:] == ["sum", "value"]
        for kind, left, right, place, *texts, value, numbers in rows:
            places = (left, right, place)
            assert [p is not None for p in places] == HAS_PLACES[kind]
            for one, found in zip(places, numbers, strict=True):
                assert one is None or found == pytest.approx(number(one), rel=1e-12, abs=1e-13)
            if kind == "product":
                assert value == pytest.approx(number(left) * number(right), rel=1e-12, abs=1e-13)
            for text, one in zip(texts, places, strict=True):
                if one and text:
                    squeezed = one.get("name") in cell.names and cell.range(one["name"])[0] == 0
                    shown = float(text.replace("−", "-"))
                    assert text.startswith("+") == (shown > 0 and not squeezed), (gate.key, text)


HAS_PLACES = {
    "product": [True, True, False],
    "rest": [False, False, False],
    "bias": [False, False, True],
    "sum": [False, False, True],
    "value": [False, False, True],
}


@every_variant
def test_a_value_has_rows_where_a_row_of_weights_is_in_it(page, cell):
    start(page, traced(cell))
    names = list(cell.names)
    found = page.evaluate("(names) => names.filter((name) => worked.isSum(s, name))", names)
    gates = [gate.key for gate in cell.gates]
    layers = [name for name in ("u",) if name in names]  # the first dense layer of two
    parts = [f"{key}_{part}" for key in gates for part in ("x", "h", "pre")]
    assert set(found) == {*gates, *layers, *parts} & set(names)


def test_what_has_no_rows_is_refused(page):
    start(page, rv.trace("lstm"))
    said = """(call) => {
      try { call === "sum" ? worked.sumRows(s, "x", 0, 0) : worked.worked(s, "h_prev", 0, 0); }
      catch (error) { return error.message; }
    }"""
    assert page.evaluate(said, "sum") == "name: wanted a value that a step makes, got x"
    assert page.evaluate(said, "worked") == "name: wanted a value that a step makes, got h_prev"
