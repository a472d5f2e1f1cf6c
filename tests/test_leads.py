"""What leads say: short, true of the variant, and nothing that has yet to be computed."""

import re

import pytest

from rnnviz.leads import lead
from rnnviz.storyboard import DETAILS, walk
from variants import VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)


def leads(cell, **sizes):
    """Return id and lead of every beat at every detail, in a list."""
    boards = [walk(traced(cell, 3, **sizes), detail=detail) for detail in DETAILS]
    return [(beat.id, beat.lead) for board in boards for beat in board]


@every_variant
def test_every_beat_that_moves_has_a_short_lead_without_a_value(cell):
    for beat_id, text in leads(cell):
        assert bool(text) == (beat_id != "recap"), beat_id
        assert len(text) <= 60, text
        assert not re.search(r"\d\.\d|[₀-₉{}]", text), text


@every_variant
def test_leads_say_nothing_of_sizes_and_seeds(cell):
    assert leads(cell) == leads(cell, inputs=5, hidden=7, seed=3)


@every_variant
def test_biases_are_named_as_many_as_the_worked_sum_has(cell):
    trace = traced(cell)
    for beat in walk(trace):
        if beat.t == 0:
            focus = beat.focus
            count = len(trace.neuron(focus.name, focus.unit, 0).biases) if focus else 0
            said = re.findall(r"a bias\b|biases", beat.lead)
            assert said == ([], ["a bias"], ["biases"])[count], (beat.id, beat.lead)


@pytest.mark.parametrize("peepholes", [False, True])
def test_a_gate_with_a_peephole_looks_at_the_right_cell_state(peepholes):
    cell = VARIANTS[f"lstm-2-{peepholes}"]
    seen = {
        key: [state for state in ("old c", "new c") if state in lead(cell, key, 0)]
        for key in ("f", "i", "g", "o")
    }
    if peepholes:
        assert seen == {"f": ["old c"], "i": ["old c"], "g": [], "o": ["new c"]}
        assert "o" not in re.findall(r"\b[figo]\b", lead(cell, "gates", 1))
    else:
        assert seen == {"f": [], "i": [], "g": [], "o": []}


@pytest.mark.parametrize(
    ("variant", "key", "words"),
    [
        ("gru-after-keep-2", "z", "What to keep?"),
        ("gru-after-replace-2", "z", "What to replace?"),
        ("gru-after-keep-2", "z_not", "is for n"),
        ("gru-after-replace-2", "z_not", "is for old h"),
        ("gru-after-keep-2", "zn", "1 − z meets n"),
        ("gru-after-replace-2", "zn", "z meets n"),
        ("gru-after-keep-2", "zh", "z meets old h"),
        ("gru-after-replace-2", "zh", "1 − z meets old h"),
        ("rnn-relu-2-sum", "h", "relu of each sum"),
        ("rnn-tanh-2-sum", "h", "tanh of each sum"),
        ("rnn-relu-2-dense", "h", "weigh s, add a bias, then relu"),
        ("rnn-tanh-0-dense", "h", "weigh s, then tanh"),
    ],
)
def test_a_variant_has_its_own_words(variant, key, words):
    text = lead(VARIANTS[variant], key, 0)
    assert text.startswith(words) or words[0].islower()
    assert words in text


def test_the_first_timestep_has_nothing_that_comes_back():
    for cell in (VARIANTS["lstm-2-False"], VARIANTS["gru-after-keep-2"]):
        for key in ("in", "all"):
            assert "back" not in lead(cell, key, 0)
            assert "back" in lead(cell, key, 1)
        assert "before" not in lead(cell, "gates", 0)
