"""What the walks show: every value, and nothing before what it is made of."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.captions import caption
from rnnviz.equations import equation
from rnnviz.storyboard import walk

CELLS = ("rnn", "lstm", "gru")
SNAPSHOT = Path(__file__).parent / "snapshots" / "storyboards.txt"


def demo(cell, steps=3, inputs=3, hidden=2, seed=1016):
    made = rv.demo(rv.CELLS[cell], steps, inputs, hidden, seed)
    states = made.states
    return rv.trace(cell, made.x, made.params, h0=states["h_prev"], c0=states.get("c_prev"))


def text():
    """Return every walk as text: id, title, caption, equation, lights, flows, reveals, focus."""
    lines = []
    for cell in CELLS:
        for beat in walk(demo(cell)):
            written = equation(rv.CELLS[cell], beat.equation, "text") if beat.equation else "-"
            flows = " ".join(f"{source}→{target}" for source, target in beat.flows) or "-"
            focus = f"{beat.focus.name}[{beat.focus.unit}]" if beat.focus else "-"
            lines += [
                f"{cell} {beat.id} · {beat.title}",
                f"    {beat.caption}",
                f"    {written}",
                f"    lights {' '.join(beat.lights)} | flows {flows}",
                f"    reveals {' '.join(beat.reveals) or '-'} | focus {focus}",
            ]
    return "\n".join(lines) + "\n"


def test_the_walks_are_those_of_the_snapshot():
    """Rewrite it with ``python tests/test_storyboard.py`` and read the difference."""
    assert text() == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("cell", CELLS)
@given(steps=st.integers(1, 6), inputs=st.integers(1, 8), hidden=st.integers(1, 8))
def test_nothing_is_revealed_before_what_it_is_made_of(cell, steps, inputs, hidden):
    board = walk(demo(cell, steps, inputs, hidden))
    known = set()
    for beat in board:
        if beat.key == "in":
            known = set()
        for name in beat.reveals:
            if name not in board.trace.cell.inputs + board.trace.cell.states:
                step = board.trace.cell.step(name)
                missing = set(step.args) - known - set(board.trace.cell.params)
                assert not missing, (beat.id, name, missing)
            known.add(name)
        assert set(beat.lights) <= known, beat.id
        for source, target in beat.flows:
            assert beat.key == "in" or (source in known and target in known), beat.id


@pytest.mark.parametrize("cell", CELLS)
def test_every_value_of_every_timestep_is_revealed_exactly_once(cell):
    board = walk(demo(cell, steps=4))
    revealed = [(beat.t, name) for beat in board for name in beat.reveals]
    assert len(revealed) == len(set(revealed))
    assert set(revealed) == {(t, name) for t in range(4) for name in board.trace.names}


@pytest.mark.parametrize("cell", CELLS)
def test_every_wire_carries_its_value_in_every_timestep(cell):
    board = walk(demo(cell, steps=2))
    wires = {(wire.source, wire.target) for wire in board.diagram.wires if wire.target != "next"}
    for t in range(2):
        flows = {flow for beat in board if beat.t == t and beat.key != "in" for flow in beat.flows}
        assert flows == wires


def test_the_states_come_back_in_the_next_timestep():
    board = walk(demo("lstm"))
    assert board["t1.in"].flows == ()
    assert board["t2.in"].flows == (("h", "h_prev"), ("c", "c_prev"))


@pytest.mark.parametrize("cell", CELLS)
def test_ids_are_unique_and_say_their_timestep(cell):
    beats = walk(demo(cell)).beats
    assert len({beat.id for beat in beats}) == len(beats)
    for beat in beats[:-1]:
        assert beat.id.startswith(f"t{beat.t + 1}.")
        assert beat.id == f"t{beat.t + 1}.{beat.key}"
    assert beats[-1].id == beats[-1].key == "recap"


def test_a_lecture_replaces_captions_by_id():
    board = walk(demo("lstm"))
    own = board.captioned({"t1.f": "What is forgotten?"})
    assert own["t1.f"].caption == "What is forgotten?"
    assert own["t1.i"] == board["t1.i"]
    assert "19.0 %" in board["t1.f"].caption


def test_an_unknown_id_is_refused_with_the_list():
    board = walk(demo("rnn", steps=1))
    with pytest.raises(rv.RnnvizError, match=r"wanted one of t1\.in, .*recap, got 't9\.f'"):
        board.captioned({"t9.f": "x"})
    with pytest.raises(rv.RnnvizError, match=r"got 't1\.g'"):
        board["t1.g"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": 1}, "b: wanted 0 to 0, got 1"),
        ({"digits": 0}, "digits: wanted 1 to 4 in a picture, got 0"),
        ({"digits": 5}, "digits: wanted 1 to 4 in a picture, got 5"),
    ],
)
def test_what_cannot_be_shown_is_refused(change, message):
    with pytest.raises(rv.RnnvizError, match=message):
        walk(demo("gru"), **change)


def test_captions_follow_the_values():
    """The same beat of another trace says that trace's numbers."""
    one, other = demo("lstm"), demo("lstm", seed=3)
    assert caption(one, "f", 0) != caption(other, "f", 0)
    share = float(other["f"][0, 0, 0])
    assert f"{share * 100:.1f} % of the old cell state in unit 1" in caption(other, "f", 0)


def test_no_caption_says_solves():
    for cell in CELLS:
        for beat in walk(demo(cell)):
            assert "solve" not in beat.caption.lower()


if __name__ == "__main__":
    SNAPSHOT.write_text(text(), encoding="utf-8")
