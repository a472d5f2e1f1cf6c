"""The widget from Python's side: what may be set, what moves with it, and what it hands over."""

import base64
import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import traitlets

import rnnviz as rv
from browser import parts, start
from rnnviz.conventions import CONVENTIONS, cell_named
from rnnviz.storyboard import DETAILS
from rnnviz.web.edits import edited, starting
from rnnviz.web.frame import framed
from rnnviz.web.page import page_of
from rnnviz.web.record import record
from rnnviz.web.walks import VIEWS, walk_of
from runs import drawn
from variants import VARIANTS, traced


@pytest.fixture
def widget():
    return rv.explore(rv.trace("lstm"))


# Where it is


def test_it_starts_at_the_first_beat_with_the_numbers_of_the_trace(widget):
    assert (widget.t, widget.beat, widget.edits) == (0, "t1.in", {})
    assert (widget.convention, widget.view, widget.detail) == ("", "values", "full")
    assert widget.record == record(rv.trace("lstm"))
    assert rv.explore(rv.trace("gru"), detail="brief").beat == "t1.all"


def test_setting_t_goes_to_its_first_beat_and_setting_a_beat_to_its_t(widget):
    widget.t = 2
    assert widget.beat == "t3.in"
    widget.beat = "t2.f"
    assert widget.t == 1
    widget.t = 1
    assert widget.beat == "t2.f"
    widget.beat = "recap"
    assert widget.t == 2


def test_a_beat_that_is_no_longer_there_gives_way_to_the_nearest(widget):
    widget.beat = "t2.f"
    widget.detail = "gates"
    assert (widget.beat, widget.t) == ("t2.in", 1)
    widget.detail = "brief"
    assert widget.beat == "t2.all"
    widget.view = "gradients"
    assert (widget.beat, widget.t) == ("t2.h", 1)
    widget.beat = "recap"
    assert widget.t == 0


def test_a_step_of_the_browser_moves_both(widget):
    widget.set_state({"t": 2, "beat": "t3.c"})
    assert (widget.t, widget.beat) == (2, "t3.c")
    widget.set_state({"beat": "t1.all", "t": 0, "detail": "brief"})
    assert (widget.t, widget.beat, widget.detail) == (0, "t1.all", "brief")
    widget.set_state({"beat": "t3.h", "t": 2, "view": "gradients"})
    assert (widget.t, widget.beat, widget.view) == (2, "t3.h", "gradients")


BEATS = """(ways) => ways.map(([view, detail]) => {
    s.view = view;
    s.detail = detail;
    return Object.fromEntries(s.walk().map((beat) => [beat.id, beat.t]));
})"""


@pytest.mark.parametrize("kind", rv.CELLS)
def test_its_beats_are_those_of_the_player(kind):
    with parts("session") as page:
        for cell in VARIANTS.values():
            if cell.name != kind:
                continue
            start(page, traced(cell, steps=2))
            ways = [[view, detail] for view in VIEWS for detail in DETAILS]
            for way, beats in zip(ways, page.evaluate(BEATS, ways), strict=True):
                assert [*beats.items()] == [*walk_of(cell, 2, *way).items()]


# What cannot be


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("t", 3, "t: wanted 0 to 2, got 3"),
        ("t", -1, "t: wanted 0 to 2, got -1"),
        ("beat", "t4.f", "beat: wanted one of t1.in, t1.f, "),
        ("beat", "", "beat: wanted one of t1.in, t1.f, "),
        ("view", "both", "view: wanted one of values, gradients, got 'both'"),
        ("detail", "long", "detail: wanted one of full, gates, brief, got 'long'"),
        ("convention", "cho2014", "convention: wanted one of pytorch, keras, "),
        ("convention", "torch", "convention: wanted one of pytorch, keras, "),
        ("edits", {"x[3,0]": 1.0}, "address: wanted x"),
        ("edits", {"x[0,0]": float("nan")}, r"x\[0,0\]: wanted a finite number, got nan"),
        ("edits", [1], "edits: wanted numbers by address, got list"),
        ("x", [[1.0, 2.0]], r"x: wanted shape \(3, 3\), got \(1, 2\)"),
        ("h0", [1.0], r"h0: wanted shape \(2,\), got \(1,\)"),
        ("h0", None, r"h0: wanted real numbers of shape \(2,\), got objects"),
        ("c0", None, r"c0: wanted real numbers of shape \(2,\), got objects"),
        ("params", 3, r"params: wanted rnnviz\.Params, got int"),
        ("t", "a", "t: wanted a whole number from 0 to 2, got 'a'"),
        ("t", np.ones((2, 2)), "t: wanted a whole number from 0 to 2, got ndarray"),
        ("beat", 3, "beat: wanted a text, got int"),
        ("view", None, "view: wanted a text, got NoneType"),
        ("convention", 0, "convention: wanted a text, got int"),
        ("detail", [], "detail: wanted a text, got list"),
        ("edits", {"h0[0]": 1.0}, r"address: wanted initial states as h_prev\[k\] and c_prev"),
        ("edits", {"b_if[0]": 1.7e308, "b_hf[0]": 1.7e308}, "f_pre: wanted sums that float64 can"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(widget, name, value, message):
    before = {trait: getattr(widget, trait) for trait in ("t", "beat", "view", "detail", "edits")}
    with pytest.raises(rv.RnnvizError, match=message) as raised:
        setattr(widget, name, value)
    assert "\n" not in str(raised.value)
    assert {trait: getattr(widget, trait) for trait in before} == before
    assert np.array_equal(widget.trace["h"], rv.trace("lstm")["h"])


@pytest.mark.parametrize(("name", "value"), [("t", "1"), ("beat", 3), ("edits", {"x[9,9]": 1})])
def test_a_refusal_is_a_trait_s_error_too(widget, name, value):
    with pytest.raises(traitlets.TraitError):
        setattr(widget, name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", "x"), ("digits", 4), ("foo", 3), ("edit", {}), ("trace", None), ("record", {})],
)
def test_what_cannot_be_set_is_told_from_what_can(widget, name, value):
    before = widget.record
    with pytest.raises(rv.RnnvizError) as raised:
        setattr(widget, name, value)
    can = "t, beat, edits, convention, view, detail, x, h0, c0, params"
    assert str(raised.value) == f"attribute: wanted one of {can}, got {name!r}"
    assert widget.record is before


def test_what_every_widget_has_can_be_set(widget):
    widget.layout = {"width": "50%"}
    assert widget.layout.width == "50%"


def test_what_overflows_is_refused_and_nothing_changes():
    widget = rv.explore(rv.trace("rnn", convention="relu"))
    for change in (
        lambda: setattr(widget, "edits", {"W_hh[0,0]": 1e200, "h_prev[0]": 1.0}),
        lambda: widget.edits.update({"h_prev[0]": 1.0, "W_hh[0,0]": 1e200}),
    ):
        before = dict(widget.edits)
        with pytest.raises(rv.RnnvizError, match=r"^h\w*: wanted sums that float64 can [^\n]*$"):
            change()
        assert widget.edits.items() <= {**before, "h_prev[0]": 1.0}.items()
        assert np.isfinite(widget.trace["h"]).all()


def test_an_edit_that_holds_others_in_bounds_is_taken_back_with_them():
    widget = rv.explore(rv.trace("gru"))
    edits = {"b_in[0]": 1.2e308, "b_hn[0]": 1.2e308, "b_ir[0]": -50}  # r is 0, so n is finite
    widget.edits = edits
    with pytest.raises(rv.RnnvizError, match="n_pre: wanted sums"):
        widget.edits["b_ir[0]"] = 50.0
    with pytest.raises(rv.RnnvizError, match="n_pre: wanted sums"):
        widget.edits = {**edits, "b_ir[0]": 50.0}
    assert widget.edits == edits
    widget.edits.clear()
    assert widget.edits == {}


def test_a_convention_that_overflows_is_refused_and_nothing_changes():
    widget = rv.explore(rv.trace("gru"))
    edits = {"b_in[0]": 1.2e308, "b_hn[0]": 1.2e308, "b_ir[0]": -50}
    widget.edits = edits
    for change in (
        lambda: setattr(widget, "convention", "onnx"),
        lambda: widget.set_state({"convention": "onnx", "beat": "t2.in", "t": 1}),
    ):
        with pytest.raises(rv.RnnvizError, match=r"^n_pre: wanted sums [^\n]*$"):
            change()
        assert (widget.convention, widget.beat, widget.edits) == ("", "t1.in", edits)
        assert widget.trace.cell == rv.CELLS["gru"]
    widget.reset()
    assert widget.edits == {}


def test_a_trace_is_computed_once_for_each_edit(widget, monkeypatch):
    made = []

    def counted(*args):
        made.append(args)
        return edited(*args)

    monkeypatch.setattr("rnnviz.web.widget.edited", counted)
    widget.edits["x[0,1]"] = 0.5
    assert widget.trace is widget.trace
    assert widget.x[0, 1] == 0.5
    assert len(made) == 1
    widget.convention = "keras"
    assert widget.trace.cell == cell_named("lstm", "keras")
    assert len(made) == 2
    widget.reset()
    assert widget.trace.cell == rv.CELLS["lstm"]
    assert len(made) == 3


@pytest.mark.parametrize(
    "state",
    [{"beat": "t2.f", "convention": "no"}, {"t": 7}, {"beat": "t9.f"}, {"edits": {"x[9,9]": 1}}],
)
def test_what_a_browser_sends_is_checked_too(widget, state):
    with pytest.raises(traitlets.TraitError):
        widget.set_state(state)
    assert (widget.t, widget.beat, widget.edits) == (0, "t1.in", {})


def test_explore_checks_what_it_is_given():
    trace = rv.trace("lstm")
    for wrong in (
        {"b": 1},
        {"digits": 9},
        {"detail": "all"},
        {"gradients": np.ones(3)},
        {"captions": "mine"},
        {"b": "a"},
        {"title": 3},
        {"captions": {"t9.f": "?"}},
        {"gradients": rv.trace("gru").backward(dh_T=[[1, 1]])},
    ):
        with pytest.raises(rv.RnnvizError, match=r"^\w+: wanted"):
            rv.explore(trace, **wrong)
    with pytest.raises(rv.RnnvizError, match="trace: wanted a Trace, got str"):
        rv.explore("lstm")
    with pytest.raises(rv.RnnvizError, match="keeps every value, got one without x, h_prev"):
        rv.explore(rv.trace("rnn", keep=["h"]))


# What if


def test_an_edit_gives_the_trace_of_the_new_number(widget):
    widget.edits = {"x[0,1]": 0.5}
    assert widget.x[0, 1] == 0.5
    expected = edited(rv.trace("lstm"), 0, {"x[0,1]": 0.5})
    assert np.array_equal(widget.trace["h"], expected["h"])
    widget.edits = {}
    assert np.array_equal(widget.trace["h"], rv.trace("lstm")["h"])


def test_edits_can_be_set_and_taken_back_one_by_one(widget):
    widget.edits["x[0,1]"] = 0.5
    widget.edits["W_if[1,0]"] = 2
    assert widget.edits == {"x[0,1]": 0.5, "W_if[1,0]": 2.0}
    assert widget.get_state("edits") == {"edits": {"x[0,1]": 0.5, "W_if[1,0]": 2.0}}
    del widget.edits["x[0,1]"]
    assert repr(widget.edits) == "{'W_if[1,0]': 2.0}"
    with pytest.raises(rv.RnnvizError):
        widget.edits["x[9,0]"] = 1
    held = widget.edits
    held["h_prev[0]"] = 1.0
    held["h_prev[1]"] = 1.0
    assert len(widget.edits) == len(held) == 3
    widget.edits.clear()
    assert widget.edits == {}


def test_arrays_are_read_and_set_as_a_whole(widget):
    widget.x = np.where(widget.x > 0.9, 0.0, widget.x)
    assert widget.edits == {"x[0,2]": 0.0}
    widget.h0 = [0.25, -0.3]
    widget.c0 = [0.7, 0.6]
    assert widget.edits == {"x[0,2]": 0.0, "h_prev[0]": 0.25}
    assert widget.h0.tolist() == [0.25, -0.3]
    assert widget.c0.tolist() == [0.7, 0.6]
    with pytest.raises(ValueError, match="read-only"):
        widget.x[0, 0] = 1.0
    widget.x = rv.trace("lstm")["x"][:, 0]
    assert widget.edits == {"h_prev[0]": 0.25}


def test_weights_are_read_and_set_as_a_whole(widget):
    params = widget.params
    bias = params.bias_ih.copy()
    bias[2] += 1  # of the forget gate's first unit
    widget.params = rv.Params(params.weight_ih, params.weight_hh, bias, params.bias_hh)
    assert widget.edits == {"b_if[0]": bias[2]}
    assert widget.params.bias_ih[2] == bias[2]
    with pytest.raises(rv.RnnvizError):
        widget.params = rv.demo(rv.CELLS["gru"]).params


def test_a_cell_without_a_cell_state_has_no_c0():
    widget = rv.explore(rv.trace("gru"))
    assert widget.c0 is None
    widget.c0 = None
    with pytest.raises(rv.RnnvizError, match="c0: wanted none"):
        widget.c0 = [0.0, 0.0]


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_convention_can_be_looked_at(convention):
    for kind in rv.CELLS:
        if kind not in CONVENTIONS[convention]:
            continue
        widget = rv.explore(rv.trace(kind))
        widget.convention = convention
        wanted = cell_named(kind, convention)
        assert widget.trace.cell == wanted
        names = [one["names"] for one in widget.record["variants"] if convention in one["names"]]
        expected = "" if wanted == rv.CELLS[kind] else names[0][0]
        assert widget.convention == expected  # as the player says it
        assert starting(rv.trace(kind), 0, wanted).keys() == {
            "x",
            *wanted.states,
            *widget.trace.params.blocks(wanted),
        }


def test_reset_takes_edits_and_convention_back(widget):
    widget.edits, widget.convention = {"b_f[0]": 1.0}, "keras"
    assert widget.params.bias_ih[2] == 1.0
    widget.reset()
    assert (widget.edits, widget.convention) == ({}, "")
    assert np.array_equal(widget.trace["h"], rv.trace("lstm")["h"])


def test_a_sample_of_a_batch_is_explored_up_to_its_end():
    run = drawn(rv.CELLS["gru"], steps=4, batch=2)
    widget = rv.explore(run.trace(lengths=[4, 2]), b=1)
    np.testing.assert_allclose(widget.trace["h"][:, 0], run.trace()["h"][:2, 1], rtol=1e-12)
    with pytest.raises(rv.RnnvizError, match="t: wanted 0 to 1"):
        widget.t = 2


def test_units_of_a_wide_model_are_explored():
    run = drawn(rv.CELLS["lstm"], inputs=20, hidden=18)
    widget = rv.explore(run.trace().pick(units=[0, 5, 17]))
    widget.edits["x[0,0]"] = 1
    assert widget.trace["x"][0, 0, 0] == 1.0
    assert list(widget.trace.shown("h")) == [0, 5, 17]
    assert widget.trace.shown("x") == tuple(range(20))
    assert "<table>" in widget._repr_mimebundle_()[0]["text/html"]


# What is shown without a kernel


def test_its_output_has_the_live_view_a_page_a_table_and_a_picture(widget):
    data, metadata = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"].keys() == {"width", "height"}
    assert data["text/plain"].startswith("LSTM · PyTorch gates")
    assert "<table>" in data["text/html"]
    assert 'title="LSTM cell"' in data["text/html"]
    json.dumps(data, allow_nan=False)


def test_what_is_shown_without_a_kernel_are_the_edited_numbers(widget):
    before = widget._repr_mimebundle_()[0]
    widget.edits, widget.convention = {"x[0,0]": 0.123456}, "keras"
    after = widget._repr_mimebundle_()[0]
    for kind in ("text/plain", "text/html", "image/png"):
        assert after[kind] != before[kind]
    assert "0.123" in after["text/plain"]
    assert "one bias" in after["text/plain"]


def test_the_frame_is_closed_to_the_page_around_it():
    made = record(rv.trace("rnn"), title='<b>"&')
    text = framed([made], made["title"], "<p>instead</p>")
    assert 'sandbox="allow-scripts allow-downloads"' in text
    assert "allow-same-origin" not in text
    assert 'title="&lt;b&gt;&quot;&amp;"' in text
    assert text.count("<script") == 0  # all of the page is in an attribute
    assert len(text) > len(page_of([made]))


# Without its library


def test_without_anywidget_explore_is_there_and_says_what_to_install():
    code = """
        import sys

        class Block:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "anywidget":
                    raise ImportError("blocked", name=name)

        sys.meta_path.insert(0, Block())
        import rnnviz as rv

        assert callable(rv.explore)
        try:
            rv.explore(rv.trace("rnn"))
        except rv.RnnvizError as error:
            print(error)
        """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "explore: wanted anywidget (pip install 'rnnviz[widget]'), got: blocked\n"
