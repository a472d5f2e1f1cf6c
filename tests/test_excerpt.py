"""An excerpt of a large model: what is shown are values of the whole, the rest is one term."""

import csv
import re
from dataclasses import replace
from decimal import Decimal
from math import fsum
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
import rnnviz.video.render
from addresses import wordings
from layout_lint import faults
from picture import pictures
from rnnviz.cells import CELLS
from rnnviz.cli import cli
from rnnviz.diagram import Box
from rnnviz.equations import worked
from rnnviz.excerpt import Excerpt
from rnnviz.rounding import ALMOST, DIGITS, number, percent, show
from rnnviz.scalars import Rest
from rnnviz.scene_list import load_scene
from rnnviz.stage import View, theme_named
from rnnviz.stage.canvas import at
from rnnviz.stage.pen import Pen
from rnnviz.stage.strip import strip
from rnnviz.stage.typeset import Typesetter
from rnnviz.storyboard import walk

TOLERANCE = 1e-12
SUMS = {
    "rnn": ("h_x", "h_h", "h"),
    "lstm": ("i", "f", "g", "o", "f_h"),
    "gru": ("r", "z", "n_h", "n"),
}
EIGHT = (0, 4, 16, 29, 40, 41, 50, 63)


def large(cell, hidden=64, inputs=20, steps=2, seed=0):
    """A seeded model of any size, with states that are not zero."""
    rng, rows = np.random.default_rng(seed), len(CELLS[cell].gates) * hidden
    shapes = ((rows, inputs), (rows, hidden), (rows,), (rows,))
    params = rv.Params(*(0.4 * rng.normal(size=shape) for shape in shapes))
    states = {"h0": rng.uniform(-0.9, 0.9, hidden)}
    if cell == "lstm":
        states["c0"] = rng.uniform(-1.5, 1.5, hidden)
    return rv.trace(cell, rng.normal(size=(steps, inputs)).round(2), params, **states)


def some(size):
    return st.none() | st.sets(st.integers(0, size - 1), min_size=1, max_size=min(8, size))


@st.composite
def excerpts(draw):
    cell = draw(st.sampled_from(sorted(CELLS)))
    hidden, inputs = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    trace = large(cell, hidden, inputs, seed=draw(st.integers(0, 99)))
    return trace, trace.pick(draw(some(hidden)), draw(some(inputs)))


# The numbers


@settings(max_examples=60)
@given(excerpts())
def test_products_rests_and_biases_add_up_to_the_sum_of_the_whole(pair):
    trace, excerpt = pair
    for name in SUMS[trace.cell.name]:
        for unit in range(trace.sizes["H"]):
            n, whole = excerpt.neuron(name, unit, 1), trace.neuron(name, unit, 1)
            assert (n.sum, n.value, n.biases) == (whole.sum, whole.value, whole.biases)
            terms = [term.value if isinstance(term, Rest) else term.product for term in n.terms]
            assert set(n.products) | set(n.rests) == set(n.terms)
            terms += [bias.value for bias in n.biases]
            assert abs(fsum(terms) - n.sum) <= TOLERANCE * (1 + fsum(map(abs, terms)))


@settings(max_examples=60)
@given(excerpts())
def test_the_products_are_those_of_what_is_shown_and_a_rest_stands_for_the_others(pair):
    trace, excerpt = pair
    for name in SUMS[trace.cell.name]:
        n, whole = excerpt.neuron(name, 0, 1), trace.neuron(name, 0, 1)
        left_out = [p for p in whole.products if p not in n.products]
        assert not whole.rests
        assert [p for p in whole.products if p not in left_out] == list(n.products)
        for p in n.products:
            if p.left_ref.name in trace.cell.params:
                assert p.right_ref.index[0] in excerpt.shown(p.right_ref.name)
        assert {r.weight.name for r in n.rests} == {p.left_ref.name for p in left_out}
        for rest in n.rests:
            mine = [p for p in left_out if p.left_ref.name == rest.weight.name]
            assert {p.right_ref.name for p in mine} == {rest.source}
            assert (rest.weight.index, rest.count) == ((0,), len(mine))
            assert rest.value == fsum(p.product for p in mine)


@settings(max_examples=20)
@given(excerpts())
def test_all_values_stay(pair):
    trace, excerpt = pair
    assert excerpt.sizes == trace.sizes
    assert excerpt.names == trace.names
    assert all(excerpt[name] is trace[name] for name in trace.names)
    for name in ("h", SUMS[trace.cell.name][0]):
        assert worked(excerpt, name, 0, 0) == worked(trace, name, 0, 0)
    whole = excerpt.whole
    assert type(whole) is rv.Trace
    assert list(whole.shown("x")) == list(range(trace.sizes["I"]))


def test_terms_are_in_the_order_of_the_sum():
    n = large("gru").pick([7, 2], [3]).neuron("n", 7, 0)
    told = [(t.weight.name, t.count) if isinstance(t, Rest) else t.right_ref for t in n.terms]
    assert [getattr(t, "name", t) for t in told] == ["x", ("W_in", 19), "n_h"]
    n = large("lstm").pick([7, 2], [3]).neuron("f", 7, 0)
    kinds = [type(term).__name__ for term in n.terms]
    assert kinds == ["Product", "Rest", "Product", "Product", "Rest"]


def test_picks_are_in_order_and_can_be_changed_one_by_one():
    excerpt = large("rnn").pick(units=[16, 3])
    assert (tuple(excerpt.shown("h")), len(excerpt.shown("x"))) == ((3, 16), 20)
    both = excerpt.pick(inputs=np.array([5]))
    assert (both.units, both.inputs) == ((3, 16), (5,))
    assert repr(both).endswith("(2 of the units and 1 of the inputs shown)")


@pytest.mark.parametrize(
    ("picks", "expected"),
    [
        ({"units": []}, "units: wanted 1 to 8, got 0"),
        ({"units": range(9)}, "units: wanted 1 to 8, got 9"),
        ({"units": [3, 3]}, "units: wanted each once, got 3, 3"),
        ({"units": [64]}, "units: wanted numbers from 0 to 63, got 64"),
        ({"inputs": [-1]}, "inputs: wanted numbers from 0 to 19, got -1"),
        ({"inputs": [0.5]}, "inputs: wanted whole numbers, got 0.5"),
    ],
)
def test_picks_that_cannot_be(picks, expected):
    with pytest.raises(rv.RnnvizError) as caught:
        large("lstm").pick(**picks)
    assert str(caught.value) == expected


def test_files_hold_the_whole_and_csv_what_is_shown(tmp_path):
    trace = large("gru", 12, 9)
    excerpt = trace.pick([3], [4])
    for name, read in (("a.json", rv.from_json), ("a.npz", rv.from_npz)):
        getattr(excerpt, f"to_{name[2:]}")(tmp_path / name)
        again = read(tmp_path / name)
        assert all((again[key] == trace[key]).all() for key in trace.names)
    excerpt.to_csv(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    steps = trace.sizes["T"] * trace.sizes["B"]
    assert len(rows) == steps * len(trace.names)
    for row in rows:
        t, b, unit = (int(row[key]) for key in ("t", "b", "unit"))
        assert unit == (4 if row["name"] == "x" else 3)
        assert float(row["value"]) == trace[row["name"]][t, b, unit]


# The walk


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_captions_name_the_units_that_are_shown(cell):
    trace = large(cell)
    board = walk(trace.pick([16, 29, 40]))
    units = {found for beat in board for found in re.findall("[₀-₉]+", beat.caption)}
    assert units == {"₁₇", "₃₀"}
    assert {beat.focus.unit for beat in board if beat.focus} == {16}
    assert list(board.trace.shown("x")) == [0, 1, 2, 3]
    for beat in board:
        allowed = set()
        for name, vector in trace.at(beat.t).items():
            for value in map(float, vector[list(board.trace.shown(name))]):
                within = trace.cell.range(name)
                allowed.add(show(value, within=within).lstrip("<>"))  # as in "f₁ > 0.9999"
                allowed |= {percent(value).strip("<> %")} if within == (0.0, 1.0) else set()
        for found in re.findall(r"−?\d+\.\d+", beat.caption):
            assert found in allowed, (beat.id, found)


def test_a_vector_in_a_caption_says_where_something_is_left_out():
    excerpt = large("rnn").pick([0, 1], [3, 4, 19])
    x = [show(float(v)) for v in excerpt["x"][0, 0]]
    h = [show(float(v), within=(-1.0, 1.0)) for v in excerpt["h"][0, 0]]
    caption = walk(excerpt, detail="brief")["t1.all"].caption
    assert caption == f"x = (…, {x[3]}, {x[4]}, …) turns h into ({h[0]}, {h[1]}, …)."


def test_a_picture_has_no_room_for_all_units():
    with pytest.raises(rv.RnnvizError, match=r"units: wanted at most 8 .*pick.*, got 64"):
        walk(large("lstm"))
    assert not isinstance(walk(large("lstm", 8, 8)).trace, Excerpt)


# The picture


def play(cell, trace, beats, theme="light"):
    def construct(self):
        for beat in beats:
            self.stage.play(self.storyboard[beat])

    scene = type("Some", (load_scene(cell),), {"construct": construct})
    return pictures(scene, View(trace, theme=theme_named(theme)))


CASES = [
    ("lstm", (0, 4, 16, 29), None, "light", ("t1.in", "t1.f", "t1.fc", "t2.gates", "recap")),
    ("gru", EIGHT, range(8), "dark", ("t1.in", "t1.r", "t1.n_h")),
    ("rnn", (63,), (19,), "print", ("t1.in", "t1.h_h", "t1.h", "recap")),
]


@pytest.fixture(scope="module", params=CASES, ids=[case[0] for case in CASES])
def played(request):
    cell, units, inputs, theme, beats = request.param
    excerpt = large(cell).pick(units, inputs)
    return walk(excerpt).trace, play(cell, excerpt, beats, theme)


def test_the_picture_has_no_fault(played):
    _, seen = played
    assert [fault for picture in seen for fault in faults(picture)] == []


def test_the_longest_line_of_sizes_does_not_meet_the_timestep():
    trace = replace(large("rnn", 1024, 1024), reverse=True)
    (seen,) = play("rnn", trace.pick(range(8), range(8)), ("t1.in",))
    (sizes,) = (text for text in seen.texts if text.text.endswith("from the end"))
    assert sizes.box.left > 1250  # where `t = 1000 of 1000` ends
    assert faults(seen) == []


def test_every_number_is_a_value_of_a_shown_unit_or_a_rest(played):
    excerpt, seen = played
    rests = 0
    for picture in seen:
        for text in (text for text in picture.texts if text.ref):
            assert text.text in wordings(excerpt, text.ref, DIGITS), (picture.beat.id, text.ref)
            rests += "…" in text.ref
    assert rests >= 1


def test_a_shown_sum_adds_up_or_says_that_it_does_not(played):
    excerpt, seen = played
    for picture in (picture for picture in seen if picture.beat.focus):
        panel = [text for text in picture.texts if text.box.right < 610]
        terms = [text for text in panel if "*" in text.ref or text.ref.startswith("b_")]
        name, unit = picture.beat.focus.name, picture.beat.focus.unit
        made = excerpt.neuron(name, unit, 0)
        assert len(terms) == len(made.terms) + len(made.biases)
        ref = f"{name if made.activation is None else f'{name}_pre'}[0,{unit}]"
        total = next(t for t in panel if t.ref == ref and not t.text.startswith("("))
        near = sorted(panel, key=lambda t: abs(t.box.top - total.box.top))
        sign = next(t.text for t in near if t.text in ("=", ALMOST))
        exact = sum((number(t.text) for t in terms), Decimal(0))
        assert (sign == "=") == (exact == number(total.text))
        assert abs(exact - number(total.text)) <= Decimal("0.0005") * (len(terms) + 1)


def test_the_picture_says_which_units_it_shows_and_how_many_it_does_not(played):
    excerpt, seen = played
    units, inputs = excerpt.shown("h"), excerpt.shown("x")
    for picture in seen:
        words = [text.text for text in picture.texts]
        said = f"input 20 ({len(inputs)} shown) · hidden 64 ({len(units)} shown) · batch 1"
        assert said in words
        assert {f"{64 - len(units)} more", f"{20 - len(inputs)} more"} <= set(words)
        assert {str(k + 1) for k in (*units, *inputs)} <= set(words)
        if picture.beat.focus:
            assert f"unit {units[0] + 1}" in words


def test_a_strip_has_a_bar_for_every_value_as_long_as_it_is_large():
    excerpt = large("lstm").pick(EIGHT)
    pen = Pen(walk(excerpt), theme_named("light"), Typesetter())
    others, shown, _ = strip(pen, "c_prev", 0, Box(100, 200, 740, 300))
    assert (len(others.get_subpaths()), len(shown.get_subpaths())) == (56, 8)
    values = excerpt["c_prev"][0, 0]
    reach = max(1.0, np.abs(values).max())
    bars = dict(zip(EIGHT, shown.get_subpaths(), strict=True))
    bars |= dict(zip(np.delete(np.arange(64), EIGHT), others.get_subpaths(), strict=True))
    for unit, bar in bars.items():
        assert bar[:, 0].mean() == pytest.approx(at(100 + 10 * (unit + 0.5), 0)[0], abs=0.02)
        ends = sorted((at(0, 250)[1], at(0, 250 - 50 * values[unit] / reach)[1]))
        assert [bar[:, 1].min(), bar[:, 1].max()] == pytest.approx(ends)


# The command line


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trace = large("lstm")
    np.savez("big.npz", **trace.params.arrays)
    np.savetxt("x.csv", trace["x"][:, 0], delimiter=",")
    zero = rv.trace("lstm", trace["x"], trace.params)
    return zero


def run(command, *args):
    source = ("--weights", "big.npz", "--input", "x.csv")
    return CliRunner().invoke(cli, [command, "lstm", *source, *args])


def test_show_has_the_picked_columns_under_their_own_numbers(files):
    done = run("show", "--units", "1-2,17", "--inputs", "5", "--t", "2")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[1].endswith("I = 20 inputs (1 shown), H = 64 hidden units (3 shown)")
    assert lines[3].split() == ["t", "=", "2", "input", "5"]
    heads = [line.split()[3:] for line in lines if line.startswith("t = 2")]
    assert heads == [["input", "5"], ["unit", "1", "2", "17"]]
    f = next(line for line in lines if line.startswith("f "))
    wanted = [show(float(files["f"][1, 0, k]), within=(0.0, 1.0)) for k in (0, 1, 16)]
    assert f.split()[-3:] == wanted


def test_show_works_out_one_unit_with_the_rest_as_one_row(files):
    done = run(
        "show", "--units", "3", "--inputs", "1,20", "--t", "2", "--unit", "17", "--gate", "f"
    )
    assert done.exit_code == 0, done.output
    n = files.pick([2], [0, 19]).neuron("f", 16, 1)
    rows = [line.split() for line in done.stdout.splitlines() if " more " in line]
    assert rows == [
        ["18", "more", "W_if", "×", "x", show(n.rests[0].value)],
        ["63", "more", "W_hf", "×", "h_prev", show(n.rests[1].value)],
    ]
    whole = run("show", "--t", "2", "--unit", "17", "--gate", "f")
    assert len(re.findall(r"^  W_", whole.stdout, re.M)) == 20 + 64


def test_render_shows_what_is_picked(files, monkeypatch):
    views = []

    def rendering(scene, view, output, *_):
        yield
        views.append(view.trace)
        return rnnviz.video.render.Made(output)

    monkeypatch.setattr(rnnviz.video.render, "rendering", rendering)
    for args in (("--units", "1-4, 17"), ("--units", "9", "--inputs", "20,1")):
        assert run("render", *args, "-o", "a.mp4", "--quiet").exit_code == 0
    assert [trace.units for trace in views] == [(0, 1, 2, 3, 16), (8,)]
    assert [len(trace.inputs) for trace in views] == [20, 2]  # the walk shows 4 of the 20


@pytest.mark.parametrize(
    ("command", "args", "expected"),
    [
        ("render", [], "--units: wanted at most 8 hidden units in a picture, such as"),
        ("render", ["--inputs", "1"], "--units 1-4,64, got 64"),
        ("show", ["--units", "65"], "--units: wanted 1 to 64, got 65"),
        ("render", ["--units", "1", "--inputs", "21"], "--inputs: wanted 1 to 20, got 21"),
        ("show", ["--units", "0"], "wanted numbers from 1 and ranges such as 1-4,17, got '0'"),
        ("show", ["--units", "4-1"], "ranges such as 1-4,17, got '4-1'"),
        ("show", ["--units", "1,,2"], "got '1,,2'"),
        ("show", ["--inputs", "1-99999999999"], "'--inputs': wanted at most 8, got"),
        ("show", ["--units", "2,1-3"], "wanted each once, got 2 twice"),
        ("trace", ["--units", "2", "-o", "a.npz"], "wanted with .csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(files, command, args, expected):
    done = run(command, *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path("a.csv").exists()
