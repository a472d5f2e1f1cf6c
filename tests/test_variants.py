"""The pictures of the variants: no fault, true numbers, all terms of each sum, none too early."""

import pytest

from layout_lint import faults
from picture import pictures
from rnnviz.stage import View, theme_named
from rnnviz.theme import LIGHT
from test_stage_numbers import check_revealed, check_rows, check_sums, check_values
from variants import VARIANTS, traced

CASES = [
    ("rnn-relu-1-sum", "light", 3, 2),
    ("rnn-tanh-2-dense", "dark", 8, 8),
    ("rnn-relu-0-dense", "print", 2, 5),
    ("lstm-2-True", "light", 3, 2),
    ("lstm-1-True", "dark", 8, 8),
    ("gru-before-keep-1", "print", 3, 2),
    ("gru-before-replace-0", "light", 8, 6),
    ("gru-after-replace-1", "dark", 3, 2),
]


@pytest.mark.parametrize(("name", "theme", "inputs", "hidden"), CASES)
def test_the_picture_of_a_variant(name, theme, inputs, hidden):
    """One walk, looked at in every way, since drawing it is what takes the time."""
    trace = traced(VARIANTS[name], inputs=inputs, hidden=hidden)
    seen = pictures(trace.cell.name, View(trace, theme=theme_named(theme)))
    assert [fault for picture in seen for fault in faults(picture)] == []
    check_values(trace, seen)
    check_revealed(trace, seen)
    check_sums(trace, seen)
    assert check_rows(seen) >= 2 * hidden
    said = [text.text for text in seen[0].texts]
    weights = f"{trace.params.size} weights{' and biases' if trace.cell.biases else ''}"
    assert weights in said
    assert any("peepholes p_i" in text for text in said) == bool(trace.cell.peepholes)


@pytest.mark.parametrize("reset", ["after", "before"])
def test_what_keeps_and_what_writes_have_their_hues(reset):
    lstm, keep, replace = (
        LIGHT.of(VARIANTS[name])
        for name in ("lstm-2-False", f"gru-{reset}-keep-2", f"gru-{reset}-replace-2")
    )
    assert keep.hue("z") == replace.hue("z_not") == lstm.hue("f")
    assert keep.hue("z_not") == replace.hue("z") == lstm.hue("i")
    assert lstm.hue("f") != lstm.hue("i")
