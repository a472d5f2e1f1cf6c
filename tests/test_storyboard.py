"""What the walks show: every value, and nothing before what it is made of."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.captions import caption
from rnnviz.equations import equation
from rnnviz.rounding import percent, show
from rnnviz.storyboard import walk
from variants import VARIANTS, traced

CELLS = ("rnn", "lstm", "gru")
WRITTEN = (  # variants whose walks are in the snapshot, too
    "rnn-relu-1-sum",
    "rnn-tanh-2-dense",
    "lstm-2-True",
    "gru-before-keep-2",
    "gru-before-replace-0",
    "gru-after-replace-1",
)
SNAPSHOT = Path(__file__).parent / "snapshots" / "storyboards.txt"
every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)


def demo(cell, steps=3, inputs=3, hidden=2, seed=1016):
    made = rv.demo(rv.CELLS[cell], steps, inputs, hidden, seed)
    states = made.states
    return rv.trace(cell, made.x, made.params, h0=states["h_prev"], c0=states.get("c_prev"))


def text():
    """Return every walk as text: id, title, caption, equation, lights, flows, reveals, focus."""
    lines = []
    boards = {cell: walk(demo(cell)) for cell in CELLS}
    for cell, board in (boards | {name: walk(traced(VARIANTS[name])) for name in WRITTEN}).items():
        for beat in board:
            written = equation(board.trace.cell, beat.equation, "text") if beat.equation else "-"
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
    check_order(walk(demo(cell, steps, inputs, hidden)))


@every_variant
def test_no_variant_reveals_a_value_before_what_it_is_made_of(cell):
    for hidden in (1, 8):
        check_order(walk(traced(cell, hidden=hidden)))


def check_order(board):
    """Whatever is revealed, lit or flows is made of what is known."""
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


@every_variant
def test_every_value_of_every_timestep_is_revealed_exactly_once(cell):
    board = walk(traced(cell, steps=4))
    revealed = [(beat.t, name) for beat in board for name in beat.reveals]
    assert len(revealed) == len(set(revealed))
    assert set(revealed) == {(t, name) for t in range(4) for name in board.trace.names}


@every_variant
def test_every_wire_carries_its_value_in_every_timestep(cell):
    board = walk(traced(cell))
    wires = {(wire.source, wire.target) for wire in board.diagram.wires if wire.target != "next"}
    for t in range(2):
        flows = {flow for beat in board if beat.t == t and beat.key != "in" for flow in beat.flows}
        assert flows == wires


def test_the_states_come_back_in_the_next_timestep():
    board = walk(demo("lstm"))
    assert board["t1.in"].flows == ()
    assert board["t2.in"].flows == (("h", "h_prev"), ("c", "c_prev"))


@every_variant
def test_ids_are_unique_and_say_their_timestep(cell):
    beats = walk(traced(cell)).beats
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


@every_variant
def test_the_numbers_of_every_caption_are_values_of_its_timestep(cell):
    trace = traced(cell, hidden=3)
    for beat in walk(trace):
        allowed = set()
        for name, vector in trace.at(beat.t).items():
            within = cell.range(name)
            signed = within[0] < 0
            allowed |= {show(float(value), signed=signed, within=within) for value in vector}
            if within == (0.0, 1.0):
                allowed |= {percent(float(value)).removesuffix(" %") for value in vector}
        found = re.findall(r"[+−<>]*\d+\.\d+", beat.caption)
        assert set(found) <= allowed, beat.id
        assert found or beat.t == 0, beat.id


@every_variant
def test_a_caption_names_the_activation_that_its_cell_has(cell):
    ops = {step.op for step in cell.steps}
    said = " ".join(beat.caption for beat in walk(traced(cell)))
    for op in ("tanh", "relu"):
        assert (op in said) == (op in ops)
    if cell.name == "rnn":
        assert cell.step("h").op in walk(traced(cell))["t2.h"].caption


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("biases", [0, 1, 2])
def test_what_z_does_is_said_and_not_its_opposite(reset, biases):
    keeps, replaces = (
        walk(traced(VARIANTS[f"gru-{reset}-{update}-{biases}"])) for update in ("keep", "replace")
    )
    z = percent(float(keeps.trace["z"][0, 0, 0]))
    assert z == percent(float(replaces.trace["z"][0, 0, 0]))  # the same weights
    assert f"keeps {z} of the old hidden state" in keeps["t1.z"].caption
    assert f"takes {z} of the candidate" in replaces["t1.z"].caption
    assert "left for the candidate" in keeps["t1.z_not"].caption
    assert "left for the old hidden state" in replaces["t1.z_not"].caption
    titles = [[board[f"t1.{name}"].title for name in ("zn", "zh")] for board in (keeps, replaces)]
    assert titles == [
        ["(1 − z) ⊙ candidate", "z ⊙ old hidden state"],
        ["z ⊙ candidate", "(1 − z) ⊙ old hidden state"],
    ]


def test_a_reset_before_the_product_is_one_of_the_old_state():
    after, before = (walk(traced(VARIANTS[f"gru-{kind}-keep-2"])) for kind in ("after", "before"))
    assert "of the recurrent part in unit 1" in after["t1.r"].caption
    assert "of the old hidden state in unit 1" in before["t1.r"].caption
    assert [beat.key for beat in before][1:4] == ["r", "rh", "n"]


def test_an_output_gate_with_a_peephole_waits_for_the_new_cell_state():
    plain, peeping = (walk(traced(VARIANTS[f"lstm-2-{peepholes}"])) for peepholes in (False, True))
    assert plain["t2.gates"].lights == ("f", "i", "g", "o")
    assert peeping["t2.gates"].lights == ("f", "i", "g")
    assert peeping["t2.h"].lights == ("o", "tanh_c", "h")
    assert "o = " in plain["t2.gates"].caption
    assert "o = " not in peeping["t2.gates"].caption
    assert ("c", "o") in peeping["t1.o"].flows
    for name in ("f", "i", "o"):
        assert "cell state too" in peeping[f"t1.{name}"].caption
        assert "cell state too" not in plain[f"t1.{name}"].caption


def test_no_caption_says_solves():
    for cell in CELLS:
        for beat in walk(demo(cell)):
            assert "solve" not in beat.caption.lower()


if __name__ == "__main__":
    SNAPSHOT.write_text(text(), encoding="utf-8")
