"""The figure ``dense``: its values against the two layers multiplied out by hand."""

from functools import cache

import numpy as np
import pytest

from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.dense_model import model, tokens
from rnnviz.figures.marks import Bar, Number, Pill, Wire
from rnnviz.tracing import trace


@cache
def drawn():
    return figure_named("dense").drawn()


def marks(beat):
    return {mark.id: mark for mark in drawn()[beat].marks}


def column(beat, key, count=3):
    found = marks(beat)
    return [found[f"{key}{k}"].value for k in range(1, count + 1)]


def by_hand():
    """Return e(c), relu's and tanh's values of every letter, and the scores after the last."""
    made = model()
    params, out = made.layers[0].params["forward"], made.readout
    h, steps = [0.0] * 3, []
    for token in tokens():
        e = made.embedding[token]
        u = [
            max(0.0, b + sum(w * v for w, v in zip(row, e, strict=True)))
            for row, b in zip(params.weight_ih, params.bias_ih, strict=True)
        ]
        s = [a + b for a, b in zip(u, h, strict=True)]
        h = [
            float(np.tanh(b + sum(w * v for w, v in zip(row, s, strict=True))))
            for row, b in zip(params.weight_hh, params.bias_hh, strict=True)
        ]
        steps.append((e, u, s, h))
    scores = [
        b + sum(w * v for w, v in zip(row, h, strict=True))
        for row, b in zip(out.weight, out.bias, strict=True)
    ]
    return steps, np.array(scores)


def test_every_neuron_of_the_first_letter_and_of_the_second():
    steps, _ = by_hand()
    for beat, (e, u, s, h) in (("hidden", steps[0]), ("again", steps[1])):
        for key, wanted in (("e", e), ("u", u), ("s", s), ("h", h)):
            assert column(beat, key) == pytest.approx(list(wanted), rel=1e-12)
    assert column("again", "hp") == column("hidden", "h")
    assert column("hidden", "hp") == [0, 0, 0]
    assert 0 in column("hidden", "u")  # relu cuts one off


def test_the_neuron_that_is_worked_out_adds_up():
    for beat, activation in (("neuron", lambda v: max(0, v)), ("hidden", np.tanh)):
        found = marks(beat)
        parts = [found[f"worked.p{j}"].value for j in range(4)]
        assert found["worked.before"].value == pytest.approx(sum(parts), rel=1e-12)
        assert found["worked.after"].value == pytest.approx(activation(sum(parts)), rel=1e-12)


def test_wires_are_dashed_and_wide_as_their_weights_are():
    weight = model().layers[0].params["forward"].weight_ih
    found = marks("layer")
    for (k, j), w in np.ndenumerate(weight):
        wire = found[f"in.{k + 1}.{j + 1}"]
        assert isinstance(wire, Wire)
        assert wire.dashed == (w < 0)
        assert wire.width == pytest.approx(1.4 + 3.4 * abs(w))


def test_the_word_unrolled_and_the_log_probabilities():
    steps, scores = by_hand()
    found = marks("recap")
    for t, (e, _, _, h) in enumerate(steps, 1):
        assert column("recap", f"e{t}.") == pytest.approx(list(e))
        assert column("recap", f"h{t}.") == pytest.approx(h, rel=1e-12)
    assert column("recap", "out", 4) == pytest.approx(list(scores), rel=1e-12)
    logs = scores - np.log(np.exp(scores).sum())
    for letter, log in zip("amps", logs, strict=True):
        number, bar = found[f"log.n{letter}"], found[f"log.{letter}"]
        assert isinstance(number, Number)
        assert isinstance(bar, Bar)
        assert number.value == bar.value == pytest.approx(log, rel=1e-12)
        assert number.value <= 0
        assert found[f"p.n{letter}"].value == pytest.approx(np.exp(log), rel=1e-12)
    assert sum(np.exp(found[f"log.n{letter}"].value) for letter in "amps") == pytest.approx(1)
    assert found["p.whole"].value == pytest.approx(1, rel=1e-12)


def test_no_value_stands_before_it_is_computed():
    found = marks("lookup")
    pills = [mark for mark in found.values() if isinstance(mark, Pill)]
    shown = {mark.id for mark in pills if mark.value is not None}
    assert {name for name in shown if not name.startswith("table.")} == {"e1", "e2", "e3"}


def test_another_form_of_cell_or_size_is_refused():
    kind = figure_named("dense")
    with pytest.raises(RnnvizError, match="two dense layers"):
        kind.drawn(trace("rnn"))
    with pytest.raises(RnnvizError, match="3 inputs and 3 hidden units"):
        kind.drawn(trace("rnn", convention="unmasking"))
