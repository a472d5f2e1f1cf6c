"""How a figure's beats are played: what comes, goes and changes, in which order, and what stays."""

import numpy as np
import pytest
from manim import Scene, VMobject, tempconfig

import rnnviz as rv
from rnnviz.diagram import Box as Area
from rnnviz.errors import RnnvizError
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Bar, Box, Curve, Disc, Heat, Math, Number, Pill, Scale, Wire, Words
from rnnviz.stage import DARK, LIGHT, FigureScene, View
from rnnviz.stage.canvas import canvas_box
from rnnviz.stage.figures import FigureStage
from rnnviz.stage.marks import Brush
from rnnviz.stage.morph import alike, become
from rnnviz.stage.typeset import Label, Typesetter

AREA = Area(100.0, 200.0, 500.0, 600.0)
MARKS = (
    Words("words", "plain", 100, 200, anchor="right"),
    Math("math", "∂L/∂h_{t-1}", 100, 240),
    Number("number", -0.5, 100, 280, "h[1,1]"),
    Pill("pill", 0.5, 300, 300, "h[1,1]", "h"),
    Box("box", 100, 200, 300, 400, role="h", fill=0.1, dashed=True),
    Disc("disc", 300, 300, text="⊙"),
    Wire("wire", ((100, 100), (200, 100), (200, 300))),
    Bar("bar", -0.5, Scale(-1, 1), 300, 800, 400, 20, "h[1,1]", "h"),
    Curve("curve", (0.1, 0.5, 0.9), Scale(0, 1), AREA, "f", "f", dots=True),
    Heat("heat", ((0.1, -0.5), (0.9, 0.0)), Scale(-1, 1), AREA, "h", "h"),
)


@pytest.fixture(scope="module")
def brush():
    return Brush(LIGHT, Typesetter())


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.id)
def test_each_mark_is_drawn_where_it_is(brush, mark):
    drawn = brush.draw(mark)
    assert all(len(shape.points) for shape in drawn.get_family() if not shape.submobjects)
    box = canvas_box(drawn)
    if isinstance(mark, Bar | Heat):
        edge = mark.area
        found = (box.left, box.top, box.right, box.bottom)
        assert found == pytest.approx((edge.left, edge.top, edge.right, edge.bottom), abs=1.1)
    if isinstance(mark, Pill):
        assert ((box.left + box.right) / 2, (box.top + box.bottom) / 2) == pytest.approx((300, 300))
        (label,) = (one for one in drawn if isinstance(one, Label))
        assert (label.text, label.ref) == ("+0.500", "h[1,1]")
    if isinstance(mark, Wire):
        assert (box.left, box.bottom) == pytest.approx((100, 300), abs=1.0)


def test_a_heat_map_has_a_shape_a_shade_with_all_its_cells(brush):
    values = np.linspace(-1, 1, 200).reshape(4, 50)
    drawn = brush.draw(Heat("h", tuple(map(tuple, values)), Scale(-1, 1), AREA, "h", "h"))
    assert sum(len(shape.points) for shape in drawn) == 200 * 16
    fills = [shape.get_fill_color().to_hex() for shape in drawn]
    assert len(fills) == len({*fills}) <= 65


def test_alike_shapes_change_into_each_other_and_texts_cross_over(brush):
    low, high = (
        brush.draw(Bar("b", v, Scale(0, 1), 300, 800, 400, 20, "v", "h")) for v in (0.2, 0.9)
    )
    assert alike(low, high)
    (morph,) = become(low, high)
    end = high[0].points.copy()
    morph.begin()
    assert np.allclose(high[0].points, low[0].points)
    morph.finish()
    assert np.array_equal(high[0].points, end)
    one, other = (brush.draw(Pill("p", v, 300, 300, "h", "h")) for v in (0.2, 0.9))
    assert [type(step).__name__ for step in become(one, other)] == ["Morph", "Fade", "Fade"]


def figure():
    sheet = Sheet("Two beats", ("a note",))
    sheet.put(Box("box", 100, 200, 300, 400), Words("gone", "gone", 400, 300))
    sheet.beat("first", "First", "A box.")
    sheet.drop("gone")
    sheet.change("box", right=350.0)
    sheet.put(Wire("wire", ((350, 300), (600, 300))), Pill("pill", 0.5, 660, 300, "h[1,1]", "h"))
    sheet.beat(
        "second",
        "Second",
        "A value of 0.500 at the end of a wire.",
        "A value runs along a wire",
        waves=[Wave(("wire",), pulses=("wire",)), Wave(("pill",), {"pill": (350.0, 300.0)})],
    )
    sheet.beat("recap", "Recap", "All of it.")
    return sheet.figure()


class Watched(Scene):
    """A scene that keeps what was played and what stood then."""

    def __init__(self):
        super().__init__()
        self.played, self.waited = [], []

    def play(self, *animations, **options):
        self.played.append((len(animations), options["run_time"]))
        super().play(*animations, **options)

    def wait(self, seconds):
        self.waited.append(seconds)


@pytest.fixture
def scene():
    with tempconfig(
        {"dry_run": True, "progress_bar": "none", "frame_rate": 5, "verbosity": "ERROR"}
    ):
        yield Watched()


@pytest.mark.parametrize("pace", [1.0, 2.0])
def test_beats_are_played_in_waves_and_held_to_be_read(scene, pace):
    stood = []
    stage = FigureStage(scene, figure(), DARK, pace, after=lambda beat: stood.append(shown(scene)))
    for frame in figure():
        stage.play(frame)
    assert [len(texts) for texts in stood] == [4, 4, 4]  # title, note, caption and one text
    assert [text for text in stood[1] if text.startswith(("A value", "+"))] == [
        "+0.500", "A value of 0.500 at the end of a wire.",
    ]  # fmt: skip
    assert "gone" in stood[0]
    assert "gone" not in stood[1]
    assert scene.waited == pytest.approx([1.3 * pace, (38 / 16 - 0.45) * pace, 3.0 * pace])
    assert all(seconds <= 1.9 * pace for _, seconds in scene.played)
    starts, tolds, ends = zip(*((cue.start, cue.told, cue.end) for cue in stage.cues), strict=True)
    assert starts[0] == 0.0
    assert all(a < b <= c for a, b, c in zip(starts, tolds, ends, strict=True))


def shown(scene):
    return [
        one.text for top in scene.mobjects for one in top.get_family() if isinstance(one, Label)
    ]


def test_what_stands_is_in_the_order_of_the_sheet(scene):
    stage = FigureStage(scene, figure(), LIGHT)
    for frame in figure():
        stage.play(frame)
    standing = [one for one in scene.mobjects if one in stage.shapes.values()]
    assert standing == [stage.shapes[name] for name in ("box", "wire", "pill")]
    assert all(isinstance(one, VMobject) for one in standing)


def test_a_title_that_is_too_long_is_one_line(scene):
    with pytest.raises(RnnvizError, match="title: wanted at most 40 characters, got 80"):
        FigureStage(scene, figure().titled("long " * 16), LIGHT)


def test_a_lecture_can_show_a_figure_of_its_own():
    class Lecture(FigureScene):
        def seen(self):
            return self.view or View(rv.trace("rnn"))

        def plan(self, view):
            return figure().titled("A lecture")

    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 5, "verbosity": "ERROR",
                     "pixel_width": 64, "pixel_height": 36}):  # fmt: skip
        scene = Lecture()
        scene.render()
    assert scene.heading() == "A lecture"
    assert [cue.beat.id for cue in scene.cues()] == ["first", "second", "recap"]
    assert scene.transcript([cue.beat for cue in scene.cues()]).startswith("A lecture\na note\n\n")


def test_a_lecture_leaves_out_beats_and_has_captions_of_its_own():
    class Lecture(FigureScene):
        def seen(self):
            return self.view or View(rv.trace("rnn"))

        def plan(self, view):
            return figure().captioned({"second": "Watch the wire.", "recap": ""})

        def construct(self):
            self.play_beats("second", "recap")

    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 5, "verbosity": "ERROR",
                     "pixel_width": 64, "pixel_height": 36}):  # fmt: skip
        scene = Lecture()
        scene.render()
    told = [(cue.beat.id, cue.beat.caption, cue.beat.lead) for cue in scene.cues()]
    assert told == [("second", "Watch the wire.", "A value runs along a wire"), ("recap", "", "")]
    for wrong in (lambda: scene.play_beats("third"), lambda: figure().captioned({"third": "?"})):
        with pytest.raises(RnnvizError, match="beat: wanted one of first, second, recap"):
            wrong()


def test_a_figure_that_there_is_not_is_named():
    with pytest.raises(
        RnnvizError, match=r"figure: wanted one of compare, dense, .*, got 'nothing'"
    ):
        type("Wrong", (FigureScene,), {"figure": "nothing"})


def test_a_slot_keeps_its_outline_when_its_number_comes(brush):
    empty, full = (brush.draw(Pill("p", v, 300, 300, "h", "h")) for v in (None, 0.9))
    steps = [*become(empty, full)]
    assert [type(step).__name__ for step in steps] == ["Morph", "Fade"]
    assert [step.mobject for step in steps] == [*full]
    back = [*become(full, empty)]
    assert [step.mobject for step in back] == [empty[0], full[1]]


def test_nothing_runs_along_a_wire_that_is_not_there_nor_comes_before_it_was_brought(scene):
    sheet = Sheet("A wire", ())
    sheet.put(Wire("wire", ((350, 300), (600, 300))), Pill("pill", 0.5, 660, 300, "h[1,1]", "h"))
    sheet.beat("one", "One", "It is there.", waves=[Wave(("wire", "pill"), pulses=("wire",))])
    sheet.beat("recap", "Recap", "All of it.")
    stage, played = FigureStage(scene, sheet.figure(), LIGHT), []
    scene.play = lambda *animations, **options: played.append(animations)
    stage.play(sheet.figure()["one"])
    wire, pill = stage.shapes["wire"], stage.shapes["pill"]
    rates = {id(one.mobject): one.rate_func for one in played[-1]}
    (run,) = [one.rate_func for one in played[-1] if type(one).__name__ == "Travel"]
    at = [k / 20 for k in range(21)]
    assert all(run(t) == 0 or rates[id(wire)](t) == 1 for t in at)
    assert all(rates[id(pill)](t) <= run(t) for t in at)
    assert [rate(1) for rate in (run, rates[id(wire)], rates[id(pill)])] == [1, 1, 1]
