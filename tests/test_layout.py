"""The layout lint over all scenes at the end of every beat, and proof that it can find faults."""

import numpy as np
import pytest
from manim import WHITE, Scene

import rnnviz as rv
from layout_lint import alone, faults
from picture import Picture, Text, pictures, texts, view
from rnnviz.diagram import Box
from rnnviz.stage import View
from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.typeset import Typesetter

CASES = [
    ("rnn", "light", 3, 2),
    ("lstm", "light", 3, 2),
    ("gru", "light", 3, 2),
    ("rnn", "dark", 8, 8),
    ("lstm", "dark", 8, 8),
    ("gru", "dark", 8, 8),
    ("lstm", "print", 1, 1),
    ("gru", "print", 5, 4),
    ("rnn", "print", 1, 6),
]


@pytest.mark.parametrize(("cell", "theme", "inputs", "hidden"), CASES)
def test_no_beat_of_a_cell_has_a_fault(cell, theme, inputs, hidden):
    seen = pictures(cell, view(cell, theme, inputs, hidden))
    assert len(seen) > 5
    assert [fault for picture in seen for fault in faults(picture)] == []


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_the_legend_has_no_fault(theme):
    seen = pictures("legend", view("lstm", theme))
    assert len(seen) == 3
    assert [fault for picture in seen for fault in faults(picture)] == []


@pytest.mark.parametrize(("inputs", "hidden"), [(1, 1), (8, 8)])
def test_the_legend_has_no_fault_at_other_sizes(inputs, hidden):
    seen = pictures("legend", view("lstm", "light", inputs, hidden))
    assert [fault for picture in seen for fault in faults(picture)] == []


def text(**changed):
    plain = {
        "text": "0.5",
        "ref": "f[0,0]",
        "size": 30.0,
        "box": Box(100, 100, 150, 120),
        "colour": "#000000",
        "ground": "#ffffff",
    }
    return Text(**(plain | changed))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"box": Box(-5, 100, 50, 120)}, "leaves the frame"),
        ({"box": Box(100, 1070, 150, 1090)}, "leaves the frame"),
        ({"size": 23.0}, "23.0 px"),
        ({"size": 19.0, "ref": ""}, "19.0 px"),
        ({"colour": "#888888"}, "contrast"),
    ],
)
def test_the_lint_finds_a_planted_fault(changed, fault):
    assert alone(text()) == []
    (found,) = alone(text(**changed))
    assert fault in found


def test_the_lint_finds_two_texts_that_overlap():
    class Beat:
        id = "t1.x"

    apart = [text(), text(box=Box(160, 100, 210, 120))]
    over = [text(), text(box=Box(140, 110, 190, 130), text="0.7")]
    assert faults(Picture(Beat, apart)) == []
    assert faults(Picture(Beat, over)) == ["t1.x: '0.5' overlaps '0.7'"]


def test_the_lint_reads_place_size_and_colours_from_the_objects():
    types = Typesetter()
    label = types.number("+0.125", 40, "#112233", "x[0,0]").put(200, 300)
    (seen,) = texts([label], "#fafafa")
    assert (seen.text, seen.ref, seen.size) == ("+0.125", "x[0,0]", 40)
    assert (seen.colour, seen.ground) == ("#112233", "#fafafa")
    assert 195 < seen.box.left < 210
    assert 260 < seen.box.top < 285
    assert 295 < seen.box.bottom < 305
    assert list(texts([label.copy().set_fill(opacity=0)], "#fafafa")) == []


def test_the_lint_sees_a_label_that_a_scene_leaves_behind():
    class Careless(Scene):
        def construct(self):
            types = Typesetter()
            first = types.words("first", 30, "#000000").put(100, 100)
            second = types.words("second", 30, "#000000").put(110, 104)
            self.camera.background_color = WHITE
            self.add(first, second)
            self.wait(0.2)

            class Beat:
                id = "only"

            self.after(Beat)

    (picture,) = pictures(Careless)
    assert faults(picture) == ["only: 'first' overlaps 'second'"]


def test_canvas_points_and_manim_points_agree():
    left_top, middle = at(0, 0), at(960, 540)
    assert list(left_top) == pytest.approx([-64 / 9, 4, 0])
    assert list(middle) == [0, 0, 0]
    assert pytest.approx(8) == UNIT * 1080


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("digits", [1, 4])
def test_large_tiny_and_saturated_values_have_no_fault(cell, digits):
    """Numbers with exponents, gates at > 0.9999 and 1e-9 are no wider than there is room."""
    rows = {"rnn": 2, "lstm": 8, "gru": 6}[cell]
    weights = np.resize([12.5, -0.003, 8.0, -40.0, 1.0], (rows, 3))
    recurrent = np.resize([-25.0, 0.5, 3.0], (rows, 2))
    params = rv.Params(weights, recurrent, np.resize([300.0, -7.0], rows), np.full(rows, 1e-9))
    trace = rv.trace(cell, [[12345.678, -99.996, 1e-7], [0.0, -1.0, 2.5]], params, h0=[-1.0, 1.0])
    seen = pictures(cell, View(trace, digits=digits))
    assert [fault for picture in seen for fault in faults(picture)] == []
