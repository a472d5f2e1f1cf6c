"""What the player of figures is given: pieces, texts with more digits, and what moves when."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import rnnviz as rv
from rnnviz.cli import cli
from rnnviz.cli.figure_source import figure_read
from rnnviz.cli.picks import Picks
from rnnviz.cli.source import Source
from rnnviz.diagram import Box as Area
from rnnviz.figures.catalogue import FIGURES, Kind, figure_named
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Bar, Box, Curve, Disc, Heat, Math, Number, Pill, Scale, Wire, Words
from rnnviz.rounding import DIGITS
from rnnviz.web.figure_record import figure_record
from rnnviz.web.figure_shapes import LEVELS, pieces, runs
from rnnviz.web.module import KINDS, module, style
from rnnviz.web.page import embedded, page_of
from rnnviz.web.record import record

GRU = Path(__file__).parent / "golden" / "gru_state.npz"
UNIT = Scale(0.0, 1.0)
AREA = Area(100, 200, 300, 400)


def small():
    """A figure with a mark of every kind, in two beats."""
    sheet = Sheet("Small", ("note",))
    sheet.put(
        Box("box", 90, 190, 310, 410),
        Wire("wire", ((0, 0), (100, 0))),
        Pill("pill", None, 100, 300, "h[1,1]", "h"),
        Words("words", "Some  words", 100, 100, bold=True),
    )
    sheet.beat("start", "Start", "Nothing is known.")
    sheet.change("pill", value=-0.123456789)
    sheet.put(
        Number("number", 0.5, 100, 500, "f[1,1]", within=(0, 1)),
        Math("math", "h_t", 100, 600),
        Disc("disc", 50, 50, text="⊙"),
        Bar("bar", 0.25, UNIT, 100, 400, 200, 20, "f[1,2]", "f"),
        Curve("curve", (0.0, 1.0), UNIT, AREA, "z over t", "z"),
        Heat("heat", ((-0.5, 1.0),), Scale(-1.0, 1.0), AREA, "h", "h"),
    )
    waves = (Wave(("pill",), pulses=("-wire",)), Wave(("number",), {"number": (1, 2)}))
    sheet.beat("end", "End", "h is known.", "Computing", t=1, waves=waves)
    return sheet.figure()


@pytest.fixture(scope="module")
def made():
    return figure_record(small(), "small")


def mark(made, name, place=-1):
    return [one for one in made["marks"] if one["id"] == name][place]


def test_a_record_is_json_and_holds_every_mark_once(made):
    assert json.loads(embedded(made)) == made
    first, last = made["beats"]
    assert [made["marks"][k]["id"] for k in first["marks"]] == ["box", "wire", "pill", "words"]
    assert len(made["marks"]) == 11  # the pill twice
    assert {*first["marks"]} - {*last["marks"]} == {2}
    assert (last["lead"], last["caption"]) == ("Computing", "h is known.")
    assert last["waves"] == [
        {"ids": ["pill"], "flights": {}, "pulses": ["-wire"]},
        {"ids": ["number"], "flights": {"number": [1.0, 2.0]}, "pulses": []},
    ]


def test_data_say_what_they_are_with_more_digits(made):
    assert "said" not in mark(made, "pill", 0)
    assert mark(made, "pill")["said"] == "h[1,1] = −0.1234568"
    assert mark(made, "pill")["lines"] == ["h[1,1] = −0.123"]
    assert mark(made, "bar")["said"] == "f[1,2] = 0.25"
    assert mark(made, "curve")["said"] == "z over t: 0, 1"
    assert mark(made, "heat")["said"] == "h: 1 × 2 values, −0.5 to 1"


def test_shapes_are_where_their_marks_say():
    (bar,) = pieces(Bar("bar", 0.25, UNIT, 100, 400, 200, 20, "f", "f"))
    assert [bar[key] for key in ("x", "y", "width", "height")] == [90, 350, 20, 50]
    (curve,) = pieces(Curve("curve", (0.0, 1.0), UNIT, AREA, "z", "z"))
    assert curve["points"] == [100, 400, 300, 200]
    (heat,) = pieces(Heat("heat", ((-0.5, 1.0),), Scale(-1.0, 1.0), AREA, "h", "h"))
    assert (heat["levels"], heat["wide"], heat["high"]) == ([[-LEVELS // 2, LEVELS]], 100, 200)
    line, head = pieces(Wire("wire", ((0, 0), (100, 0))))
    assert head["points"][:2] == [100, 0]
    assert 80 < line["points"][2] < 100
    box, text = pieces(Pill("pill", 0.5, 100, 300, "h", "h"))
    assert (box["fill"], text["runs"]) == (0.26, [["+0.500", 0, False]])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("h_{t-1}", [["h", 0, True], ["t", -1, True], ["−1", -1, False]]),
        ("W_{hh}x", [["W", 0, True], ["hh", -1, True], ["x", 0, True]]),
        ("ŷ", [["y\u0302", 0, True]]),
        ("10^{-3}", [["10", 0, False], ["−3", 1, False]]),
        ("a = tanh b", [["a", 0, True], ["\u2005=\u2005tanh\u00a0", 0, False], ["b", 0, True]]),
        ("-a+b", [["−", 0, False], ["a", 0, True], ["\u2009+\u2009", 0, False], ["b", 0, True]]),
    ],
)  # fmt: skip
def test_mathematics_comes_in_runs(text, wanted):
    assert runs(text) == wanted


def test_a_grus_gates_have_the_colours_of_what_they_do():
    sheet = Sheet("z")
    sheet.put(Pill("z", 0.5, 100, 300, "z[1,1]", "z"))
    sheet.beat("all", "All", "z")
    hues = [
        figure_record(sheet.figure(), "z", rv.cell_named("gru", name))["marks"][0]["pieces"][0]
        for name in ("pytorch", "cho2014")
    ]
    assert [piece["role"] for piece in hues] == ["drop", "drop"]
    assert figure_record(sheet.figure(), "z")["marks"][0]["pieces"][1]["role"] == "ink"


def test_a_page_carries_only_the_players_that_it_shows(made):
    page = page_of([made])
    assert '<rnnviz-figure id="small">' in page
    assert page.count('type="application/gzip">') == 1
    assert len(module("rnnviz-figure")) < len(module()) / 4
    assert ".rv-marks" not in style()
    both = page_of([made, record(rv.trace("rnn")), made])
    assert both.count('type="application/gzip">') == len(KINDS)
    assert [name for name in ("small", "rnn", "small-2") if f' id="{name}">' in both] == [
        "small",
        "rnn",
        "small-2",
    ]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_record_that_fits_on_a_page(name):
    kind = figure_named(name)
    trace = kind.demo()
    made = figure_record(kind.drawn(trace), name, trace.cell)
    assert made["beats"][-1]["id"] == "recap"
    assert len(page_of([made]).encode()) < 500_000


# What a figure is drawn of


def kind(cell="lstm", takes=("weights", "input")):
    demo = lambda: rv.trace(cell or "rnn")  # noqa: E731
    return Kind("some", cell, frozenset(takes), demo, lambda trace, digits: small())


def test_without_options_a_figure_shows_its_demo():
    assert figure_read(kind(), Source(), Picks()).trace.cell.name == "lstm"
    assert figure_read(kind(), Source(budget=1.0), Picks()).trace.sizes["T"] == 3
    assert figure_read(kind(), Source(steps=7), Picks()).trace.sizes["T"] == 7
    assert figure_read(kind(""), Source(steps=7), Picks()).trace.cell.name == "rnn"


def test_any_cells_weights_will_do_where_a_figure_names_none():
    source = Source(weights=GRU)
    assert figure_read(kind(""), source, Picks(units=(1,))).trace.cell.name == "gru"
    with pytest.raises(rv.RnnvizError, match="wanted the weights of an LSTM, got a GRU"):
        figure_read(kind("lstm"), source, Picks())


def test_more_inputs_than_its_own_models_have_are_refused(tmp_path):
    (tmp_path / "wide.csv").write_text("1,2,3,4,5,6,7,8,9\n")
    source = Source(input=tmp_path / "wide.csv")
    with pytest.raises(rv.RnnvizError, match=r"wide\.csv: wanted at most 8 inputs for some, got"):
        figure_read(kind("lstm", ("input",)), source, Picks())


def test_a_layer_of_several_is_named_in_the_title():
    files = Path(__file__).parent / "files"
    given = {"weights": files / "lstm.safetensors", "input": files / "input.npy", "sample": 2}
    source = Source(**given, layer=2, direction="backward")
    assert figure_read(kind(), source, Picks()).title == "LSTM, layer 2, backward"


@pytest.mark.parametrize(
    ("takes", "source", "picks", "said"),
    [
        ((), Source(seed=3), Picks(), "--seed: some shows its own model and takes none"),
        ((), Source(h0=(1.0, 2.0)), Picks(), "--h0: some shows its own model and takes none"),
        ((), Source(), Picks(units=(0,)), "--units: some shows its own model and takes none"),
        (("weights",), Source(steps=4), Picks(),
         "--steps: some runs on its own input and takes none"),
        (("input",), Source(hidden_size=4), Picks(),
         "--hidden-size: some shows its own model and takes none"),
    ],
)  # fmt: skip
def test_what_a_figure_has_no_use_for_is_refused(takes, source, picks, said):
    with pytest.raises(click.UsageError) as refused:
        figure_read(kind("rnn", takes), source, picks)
    assert refused.value.message == said


def test_pages_take_figures_beside_cells(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = lambda *args: CliRunner().invoke(cli, [*args], prog_name="rnnviz")  # noqa: E731
    done = run("page", "unroll", "rnn", "-o", "both.html", "--digits", str(DIGITS - 1))
    assert (done.exit_code, done.output) == (0, "both.html\n")
    text = (tmp_path / "both.html").read_text("utf-8")
    assert '<rnnviz-figure id="unroll">' in text
    assert '<rnnviz-player id="rnn">' in text
    assert "<title>Recurrent networks</title>" in text
    refused = run("page", "unroll", "-o", "a.html", "--detail", "brief")
    assert refused.output == "Error: --detail: unroll has its own beats and takes none\n"
    refused = run("open", "unroll", "--beat", "no")
    assert (refused.exit_code, refused.output.partition(" ")[2][:19]) == (3, "beat: wanted one of")
