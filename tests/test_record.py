"""The player's record: what is in it is the trace's, the diagram's and the storyboard's own."""

import base64
import json

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.conventions import CONVENTIONS
from rnnviz.placement import place
from rnnviz.storyboard import DETAILS, timestep
from rnnviz.web.record import packed, record
from runs import message
from variants import VARIANTS, traced

CELLS = ("rnn", "lstm", "gru")


def unpacked(array):
    return np.frombuffer(base64.b64decode(array["f8"]), "<f8").reshape(array["shape"])


def variants(made):
    """All variants of a record, those after the first filled up from it."""
    first, *others = made["variants"]
    return [first, *({**first, **other} for other in others)]


def test_arrays_keep_every_bit():
    array = np.array([[0.1, -0.0, 5e-324], [1e308, 1 / 3, -np.pi]])
    again = unpacked(packed(array))
    assert again.tobytes() == array.tobytes()
    assert again.shape == (2, 3)


def test_a_record_is_json_without_nan():
    for cell in CELLS:
        text = json.dumps(record(rv.trace(cell)), allow_nan=False)
        assert json.loads(text)["format"] == "rnnviz-player"


def test_a_sample_of_a_batch_with_its_own_length():
    x = np.arange(24.0).reshape(4, 2, 3) / 10
    tr = rv.trace("lstm", x, lengths=[4, 2])
    made = record(tr, b=1)
    assert made["sample"] == 2
    assert (unpacked(made["x"]) == x[:2, 1]).all()
    assert (unpacked(made["final"]["c_prev"]) == tr.final["c_prev"][1]).all()
    assert record(tr, b=0)["x"]["shape"] == [4, 3]


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_a_record_starts_with_the_trace_s_own_variant_and_has_every_other(cell):
    made = record(traced(cell))
    own, *others = variants(made)
    assert own["choices"] == dict(cell.choices)
    assert [step["name"] for step in own["steps"]] == [step.name for step in cell.steps]
    names = [name for variant in (own, *others) for name in variant["names"]]
    wanted = [name for name, cells in CONVENTIONS.items() if cell.name in cells]
    assert sorted(names) == sorted(wanted)
    for variant in (own, *others):
        again = eval(variant["python"], {"rv": rv})  # as the copied Python has it
        again = rv.cell_named(again) if isinstance(again, str) else again
        assert dict(again.choices) == variant["choices"]
        for name in variant["names"]:
            assert dict(rv.cell_named(cell.name, name).choices) == variant["choices"]


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_a_variant_s_walks_are_the_storyboard_s(cell):
    made = record(traced(cell))
    own = variants(made)[0]
    drawn = place(cell, 3, 2)
    for detail in DETAILS:
        for t, when in enumerate(("first", "later")):
            beats = [made["beats"][k] for k in own["walks"][detail][when]]
            wanted = list(timestep(drawn, t, detail, 0))
            assert [beat["key"] for beat in beats] == [beat.key for beat in wanted]
            for beat, one in zip(beats, wanted, strict=True):
                assert beat["lead"] == one.lead
                assert beat["reveals"] == list(one.reveals)
                assert beat["flows"] == [list(flow) for flow in one.flows]
                assert beat["focus"] == (one.focus.name if one.focus else None)


def test_the_wiring_is_the_diagram_s():
    own = record(rv.trace("gru"))["variants"][0]
    drawn = place(rv.CELLS["gru"], 3, 2)
    assert [node["name"] for node in own["diagram"]["nodes"]] == [n.name for n in drawn.nodes]
    points = [[list(point) for point in wire.points] for wire in drawn.wires]
    stored = json.loads(json.dumps(own["diagram"]["wires"]))
    assert [wire["points"] for wire in stored] == points


def test_of_a_large_model_the_first_four_are_shown_unless_picked():
    tr = rv.trace("lstm", np.ones((3, 12)), large(12, 20))
    made = record(tr)
    assert (made["units"], made["inputs"]) == ([0, 1, 2, 3], [0, 1, 2, 3])
    picked = record(tr.pick(units=[4, 19], inputs=[11]))
    assert (picked["units"], picked["inputs"]) == ([4, 19], [11])
    assert picked["params"]["W_ig"]["shape"] == [20, 12]


def large(inputs, hidden):
    rng = np.random.default_rng(0)
    shapes = (4 * hidden, inputs), (4 * hidden, hidden), (4 * hidden,), (4 * hidden,)
    return rv.Params(*(rng.standard_normal(shape) for shape in shapes))


def test_the_loss_is_the_sum_of_the_last_h_unless_gradients_are_given():
    tr = rv.trace("lstm")
    plain = record(tr)["loss"]
    assert plain["said"] == "L = sum of h at the last timestep"
    assert (unpacked(plain["final"]["h_prev"]) == 1).all()
    assert not unpacked(plain["h"]).any()
    g = tr.backward(np.full((3, 1, 2), 0.5), dc_T=[[0.25, 0.5]], truncate=2)
    given = record(tr, gradients=g)["loss"]
    assert (unpacked(given["h"]) == 0.5).all()
    assert unpacked(given["final"]["c_prev"]).tolist() == [0.25, 0.5]
    assert given["truncate"] == 2


def test_a_lecturer_s_captions_go_by_beat():
    made = record(rv.trace("lstm"), captions={"t2.f": "How much stays?", "recap": ""})
    assert made["captions"] == {"t2.f": "How much stays?", "recap": ""}


def test_what_cannot_be_shown_is_refused():
    tr = rv.trace("gru")
    assert message(record, tr, captions={"t1.q": "x"}).startswith("beat: wanted one of t1.in, t1.r")
    assert message(record, tr, captions={"t4.r": "x"}).endswith("got 't4.r'")
    assert message(record, tr, captions={"t1.r": 3}) == "caption of t1.r: wanted a text, got 3"
    assert message(record, tr, b=1) == "b: wanted 0 to 0, got 1"
    assert message(record, tr, digits=5) == "digits: wanted 1 to 4 in a picture, got 5"
    assert message(record, tr, detail="short").startswith("detail: wanted one of full, gates")
    other = rv.trace("lstm").backward(dh_T=np.ones((1, 2)))
    assert message(record, tr, gradients=other).startswith("gradients: wanted those of this trace")
    assert message(record, [1, 2]) == "trace: wanted a Trace, got list"


def test_what_is_of_another_type_is_refused_by_name():
    tr = rv.trace("gru")
    for wrong, kind in ((3, "int"), (np.ones((3, 1, 2)), "ndarray")):
        said = f"gradients: wanted what tr.backward(...) returns, got {kind}"
        assert message(record, tr, gradients=wrong) == said
    assert message(record, tr, captions="mine") == "captions: wanted texts by beat id, got str"
    assert message(record, tr, b="a") == "b: wanted a whole number from 0 to 0, got 'a'"
    assert message(record, tr, digits=2.5) == "digits: wanted a whole number from 1 to 4, got 2.5"
    assert message(record, tr, detail=None) == "detail: wanted a text, got NoneType"
    assert message(record, tr, title=3) == "title: wanted a text, got int"
    assert record(tr, digits=np.int64(2))["digits"] == 2


def test_a_trace_needs_its_inputs_and_no_more():
    made = record(rv.trace("rnn", keep=["x"]))
    assert made["values"] is None
    assert {**made, "values": 0} == {**record(rv.trace("rnn")), "values": 0}
    said = "trace: wanted one that keeps every value, got one without x, h_prev, h_pre"
    assert message(record, rv.trace("rnn", keep=["h"])).startswith(said[:64])
