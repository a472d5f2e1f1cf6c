"""What the walks show: every value, and nothing before what it is made of."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.equations import equation
from rnnviz.storyboard import DETAILS, walk
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
every_detail = pytest.mark.parametrize("detail", DETAILS)


def demo(cell, steps=3, inputs=3, hidden=2, seed=1016):
    made = rv.demo(rv.CELLS[cell], steps, inputs, hidden, seed)
    states = made.states
    return rv.trace(cell, made.x, made.params, h0=states["h_prev"], c0=states.get("c_prev"))


def text():
    """Return walks as text: id, title, lead, caption, equation, lights, flows, reveals, focus."""
    lines = []
    boards = {cell: walk(demo(cell)) for cell in CELLS}
    boards |= {name: walk(traced(VARIANTS[name])) for name in WRITTEN}
    boards |= {f"{cell} in gates": walk(demo(cell, 2), detail="gates") for cell in CELLS}
    boards |= {f"{cell} in brief": walk(demo(cell, 2), detail="brief") for cell in CELLS}
    for cell, board in boards.items():
        for beat in board:
            written = equation(board.trace.cell, beat.equation, "text") if beat.equation else "-"
            flows = " ".join(f"{source}→{target}" for source, target in beat.flows) or "-"
            focus = f"{beat.focus.name}[{beat.focus.unit}]" if beat.focus else "-"
            lines += [
                f"{cell} {beat.id} · {beat.title}",
                f"    {beat.lead or '-'}",
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
@given(
    steps=st.integers(1, 6),
    inputs=st.integers(1, 8),
    hidden=st.integers(1, 8),
    detail=st.sampled_from(DETAILS),
)
def test_nothing_is_revealed_before_what_it_is_made_of(cell, steps, inputs, hidden, detail):
    check_order(walk(demo(cell, steps, inputs, hidden), detail=detail))


@every_variant
@every_detail
def test_no_variant_reveals_a_value_before_what_it_is_made_of(cell, detail):
    for hidden in (1, 8):
        check_order(walk(traced(cell, hidden=hidden), detail=detail))


def check_order(board):
    """Whatever is revealed, lit or flows is made of what is known."""
    known = set()
    for beat in board:
        if beat.key in ("in", "all"):
            known = set()
        for name in beat.reveals:
            if name not in board.trace.cell.inputs + board.trace.cell.states:
                step = board.trace.cell.step(name)
                missing = set(step.args) - known - set(board.trace.cell.params)
                assert not missing, (beat.id, name, missing)
            known.add(name)
        assert set(beat.lights) <= known, beat.id
        check_lights(beat)
        for source, target in beat.flows:
            assert beat.key == "in" or (source in known and target in known), beat.id


def check_lights(beat):
    """A node is lit after the nodes of the same beat whose values flow to it."""
    place = {name: k for k, name in enumerate(beat.lights)}
    for source, target in beat.flows:
        if beat.key != "in" and not target.endswith("_prev") and source in place:
            assert place[source] < place[target], (beat.id, source, target)


@every_variant
@every_detail
def test_every_value_of_every_timestep_is_revealed_exactly_once(cell, detail):
    board = walk(traced(cell, steps=4), detail=detail)
    revealed = [(beat.t, name) for beat in board for name in beat.reveals]
    assert len(revealed) == len(set(revealed))
    assert set(revealed) == {(t, name) for t in range(4) for name in board.trace.names}


@every_variant
@every_detail
def test_every_wire_carries_its_value_in_every_timestep(cell, detail):
    board = walk(traced(cell, steps=3), detail=detail)
    wires = {(wire.source, wire.target) for wire in board.diagram.wires if wire.target != "next"}
    back = set(zip(cell.next_state, cell.states, strict=True))
    for t in range(3):
        flows = [flow for beat in board if beat.t == t for flow in beat.flows]
        assert len(flows) == len(set(flows))
        assert set(flows) == wires | (back if t else set())


def test_the_states_come_back_in_the_next_timestep():
    board = walk(demo("lstm"))
    assert board["t1.in"].flows == ()
    assert board["t2.in"].flows == (("h", "h_prev"), ("c", "c_prev"))
    assert board["t3.all"].flows[:2] == (("h", "h_prev"), ("c", "c_prev"))


@pytest.mark.parametrize(
    ("cell", "detail", "keys"),
    [
        ("lstm", "full", ["in f fc i g ig c o tanh_c h", "in gates c h", "all", "all"]),
        ("lstm", "gates", ["in gates c h", "all", "all", "all"]),
        ("lstm", "brief", ["all", "all", "all", "all"]),
        ("gru", "full", ["in r n_h rn n z z_not zn zh h", "in gates h", "all", "all"]),
        ("rnn", "full", ["in h_h h_x h_pre h", "in h", "all", "all"]),
        ("rnn", "gates", ["in h", "all", "all", "all"]),
    ],
)
def test_each_timestep_is_told_in_less_detail_than_the_one_before(cell, detail, keys):
    board = walk(demo(cell, steps=4), detail=detail)
    told = [" ".join(beat.key for beat in board.beats[:-1] if beat.t == t) for t in range(4)]
    assert told == keys
    assert [beat.id for beat in board if beat.focus and beat.t] == []
    assert bool([beat for beat in board if beat.focus]) == (detail == "full")


def test_a_whole_timestep_is_one_beat():
    beat = walk(demo("gru"))["t3.all"]
    assert (beat.title, beat.equation, beat.focus) == ("Timestep 3", "", None)
    assert beat.lights == ("x", "h_prev", "r", "n_h", "rn", "n", "z", "z_not", "zn", "zh", "h")
    assert beat.reveals[:5] == ("x", "h_prev", "r_x", "r_h", "r_pre")


@every_variant
@every_detail
def test_ids_are_unique_and_say_their_timestep(cell, detail):
    beats = walk(traced(cell), detail=detail).beats
    assert len({beat.id for beat in beats}) == len(beats)
    for beat in beats[:-1]:
        assert beat.id.startswith(f"t{beat.t + 1}.")
        assert beat.id == f"t{beat.t + 1}.{beat.key}"
    assert beats[-1].id == beats[-1].key == "recap"


def test_a_lecture_replaces_captions_by_id():
    board = walk(demo("lstm"))
    own = board.captioned({"t1.f": "What is forgotten?"})
    assert own["t1.f"].caption == "What is forgotten?"
    assert own["t1.f"].lead == board["t1.f"].lead
    assert own["t1.i"] == board["t1.i"]
    assert "19.0 %" in board["t1.f"].caption


def test_an_empty_caption_takes_the_lead_away():
    silent = walk(demo("lstm")).captioned({"t1.f": ""})["t1.f"]
    assert (silent.caption, silent.lead) == ("", "")


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
        ({"detail": "short"}, "detail: wanted one of full, gates, brief, got 'short'"),
        ({"detail": ""}, "detail: wanted one of full, gates, brief, got ''"),
    ],
)
def test_what_cannot_be_shown_is_refused(change, message):
    with pytest.raises(rv.RnnvizError, match=message):
        walk(demo("gru"), **change)


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("biases", [0, 1, 2])
def test_headings_say_which_share_goes_where(reset, biases):
    keeps, replaces = (
        walk(traced(VARIANTS[f"gru-{reset}-{update}-{biases}"])) for update in ("keep", "replace")
    )
    titles = [[board[f"t1.{name}"].title for name in ("zn", "zh")] for board in (keeps, replaces)]
    assert titles == [
        ["(1 − z) ⊙ candidate", "z ⊙ old hidden state"],
        ["z ⊙ candidate", "(1 − z) ⊙ old hidden state"],
    ]


def test_a_reset_before_the_product_comes_before_the_candidate():
    before = walk(traced(VARIANTS["gru-before-keep-2"]))
    assert [beat.key for beat in before][1:4] == ["r", "rh", "n"]


def test_an_output_gate_with_a_peephole_waits_for_the_new_cell_state():
    plain, peeping = (walk(traced(VARIANTS[f"lstm-2-{peepholes}"])) for peepholes in (False, True))
    assert plain["t2.gates"].lights == ("f", "i", "g", "o")
    assert peeping["t2.gates"].lights == ("f", "i", "g")
    assert peeping["t2.h"].lights == ("o", "tanh_c", "h")
    assert ("c", "o") in peeping["t1.o"].flows
    assert peeping["t1.c"].lights == ("c",)


if __name__ == "__main__":
    SNAPSHOT.write_text(text(), encoding="utf-8")


def test_what_is_no_trace_and_no_text_is_refused():
    with pytest.raises(rv.RnnvizError, match=r"^trace: wanted a Trace, got str$"):
        walk("lstm")
    with pytest.raises(rv.RnnvizError, match=r"^caption of t1.f: wanted a text, got 5$"):
        walk(rv.trace("lstm")).captioned({"t1.f": 5})
