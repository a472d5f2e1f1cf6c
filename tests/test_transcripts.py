"""The transcript: every beat, and every number that its picture reveals."""

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

import rnnviz as rv
from rnnviz.cli import cli
from rnnviz.equations import equation, steps_written
from rnnviz.rounding import show
from rnnviz.storyboard import Beat, walk
from rnnviz.transcripts import transcript, written
from variants import VARIANTS, traced


def sections(text):
    """The head's lines, and each beat's by its id."""
    head, *beats = [block.splitlines() for block in text.rstrip("\n").split("\n\n")]
    return head, {re.search(r"\[(.+)\]$", lines[0])[1]: lines for lines in beats}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_beat_has_its_words_and_all_its_numbers(variant):
    board = walk(traced(VARIANTS[variant]))
    cell = board.trace.cell
    head, found = sections(transcript(board))
    assert head[1] == f"{cell.title} · {cell.convention}"
    assert list(found) == [beat.id for beat in board]
    for beat in board:
        lines = found[beat.id]
        assert beat.title in lines[0]
        assert {beat.caption, beat.lead} <= {*lines, ""}
        if beat.equation:
            assert lines[1] == equation(cell, beat.equation, "text")
        for name in beat.reveals:
            within, vector = cell.range(name), board.trace[name][beat.t, 0]
            numbers = ", ".join(show(float(v), within=within) for v in vector)
            given = name in (*cell.inputs, *cell.states)
            made = "" if given else f"{steps_written(cell)[name]} = "
            assert f"{name} = {made}{numbers}" in lines
        assert not [line for line in lines if line.startswith("already there")]
        assert ("unit 1:" in lines) == (beat.focus is not None)


@pytest.mark.parametrize(("cell", "gate"), [("lstm", "f"), ("gru", "n")])
def test_the_neuron_in_focus_is_worked_out_as_show_does(cell, gate):
    _, found = sections(transcript(walk(rv.trace(cell), digits=4)))
    args = ["show", cell, "--t", "1", "--unit", "1", "--gate", gate, "--digits", "4"]
    rows = CliRunner().invoke(cli, args).stdout.splitlines()[5:]
    lines = found[f"t1.{gate}"]
    assert lines[lines.index("unit 1:") + 1 :] == rows
    assert len(rows) > 5


def test_times_are_those_of_the_video():
    board = walk(rv.trace("rnn"))
    some = replace(board, beats=board.beats[:3])
    lines = transcript(some, (0.0, 59.96, 3601.0), "Mine").splitlines()
    assert lines[0] == "Mine"
    assert [line.partition(" ")[0] for line in lines if line.endswith("]")] == [
        "0:00", "0:59", "60:01",
    ]  # fmt: skip
    assert "0:00" not in transcript(some)
    assert transcript(some).startswith("RNN cell\n")


def test_of_a_larger_model_it_says_what_is_shown():
    trace = traced(rv.CELLS["gru"], hidden=6, inputs=5).pick(units=[1, 4], inputs=[0, 2])
    head, found = sections(transcript(walk(trace)))
    assert head[-2:] == ["units shown: 2, 5", "inputs shown: 1, 3"]
    assert "I = 5 inputs (2 shown)" in head[2]
    z = trace["z"][0, 0]
    assert f"z = σ(z_pre) = {show(float(z[1]))}, {show(float(z[4]))}" in found["t1.z"]
    assert [line.split()[0] for line in found["t1.z"] if "more" in line] == ["3", "4"]
    assert "unit 2:" in found["t1.z"]


def test_one_sample_of_a_batch_is_named_and_its_numbers_told():
    made = rv.demo(rv.CELLS["rnn"])
    x = rv.demo(rv.CELLS["rnn"], seed=5).x
    both = rv.trace(
        "rnn", [[a, b] for a, b in zip(made.x[:, 0], x[:, 0], strict=True)], made.params
    )
    head, found = sections(transcript(walk(both, b=1)))
    assert "sample shown: 2" in head
    assert f"x = {', '.join(show(float(v)) for v in x[0, 0])}" in found["t1.in"]
    first = found["t1.h_x"][found["t1.h_x"].index("unit 1:") + 1]
    assert first.split()[5] == show(float(x[0, 0, 0]))


def test_words_are_folded_and_other_lines_follow_them():
    board = walk(rv.trace("lstm"))
    beat = Beat("legend.values", 0, "Values", "One\n\nand  two.")
    text = written("Legend", board, [beat], lambda beat: ["f_t forget", beat.key])
    assert text.endswith("Values  [legend.values]\nOne and two.\nf_t forget\nvalues\n")


def test_a_beat_of_several_values_has_all_their_equations():
    _, found = sections(transcript(walk(rv.trace("lstm"))))
    cell = rv.CELLS["lstm"]
    for beat_id, names in (("t2.gates", "figo"), ("t3.all", "figcoh")):
        lines = found[beat_id]
        assert lines[1 : 1 + len(names)] == [equation(cell, name, "text") for name in names]
    assert found["recap"][1].startswith("Handed on")


def test_values_of_beats_that_were_left_out_are_told_too():
    board = walk(rv.trace("lstm"))
    chosen = tuple(board[one] for one in ("t1.in", "t1.f", "t1.fc", "t1.c", "t2.c", "t3.all"))
    _, found = sections(transcript(replace(board, beats=chosen)))

    def there(beat_id):
        return [line for line in found[beat_id] if line.startswith("already there: ")]

    ig = ", ".join(show(float(v)) for v in board.trace["ig"][0, 0])
    assert there("t1.c") == [f"already there: ig = {ig}"]
    assert [line.split()[2] for line in there("t2.c")] == ["c_prev", "f", "i", "g"]
    assert [beat_id for beat_id in found if there(beat_id)] == ["t1.c", "t2.c"]


def test_the_first_beat_tells_the_weights_and_the_last_the_states():
    trace = rv.trace("lstm")
    _, found = sections(transcript(walk(trace)))
    assert found["t1.in"][-1].startswith("56 weights and biases: W_ii 2×3, W_hi 2×2, b_ii 2, ")
    told = found["recap"][found["recap"].index("c over time:") + 1 :]
    values = [trace["c_prev"][0, 0], *trace["c"][:, 0]]
    assert [line.split() for line in told] == [
        ["t", "=", str(t), *(show(float(v)) for v in vector)] for t, vector in enumerate(values)
    ]
    assert "weights" not in " ".join(found["t2.in"])
