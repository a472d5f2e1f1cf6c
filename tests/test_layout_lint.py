"""Proof that the layout lint finds faults: each one is planted, and found."""

from dataclasses import replace

import pytest
from manim import RIGHT, WHITE, Scene, Square

import picture
from layout_lint import alone, crossings, faults, loose_ends, untrue
from picture import Picture, Text, pictures, texts, view
from rnnviz.diagram import Box
from rnnviz.scene_list import load_scene
from rnnviz.stage.typeset import Typesetter
from rnnviz.video.filming import at_once
from wiring import Line, Wiring


@pytest.mark.parametrize(("cell", "steps"), [("rnn", 2), ("lstm", 2), ("gru", 1)])
def test_the_lint_sees_the_same_as_where_fades_are_played(cell, steps, monkeypatch):
    short = pictures(cell, view(cell, steps=steps))
    monkeypatch.setattr(picture, "play", at_once)
    played = pictures(cell, view(cell, steps=steps))
    for one, other in zip(short, played, strict=True):
        assert sorted(map(unordered, one.texts)) == sorted(map(unordered, other.texts))
        assert set(map(unordered, one.wiring.lines)) == set(map(unordered, other.wiring.lines))
        assert faults(one) == faults(other)


def unordered(seen):
    """What is seen without its place in the order of drawing, which counts groups, too."""
    return repr(replace(seen, **({"over": 0} if isinstance(seen, Text) else {"place": 0})))


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
        ({"missing": "漢"}, "no glyph for '漢'"),
        ({"covered": True}, "behind something solid"),
    ],
)
def test_the_lint_finds_a_planted_fault(changed, fault):
    assert list(alone(text())) == []
    (found,) = alone(text(**changed))
    assert fault in found


def test_the_lint_finds_two_texts_that_overlap():
    class Beat:
        id, caption = "t1.x", ""

    apart = [text(), text(box=Box(160, 100, 210, 120))]
    over = [text(), text(box=Box(140, 110, 190, 130), text="0.7")]
    assert faults(Picture(Beat, apart)) == []
    assert faults(Picture(Beat, over)) == ["t1.x: '0.5' overlaps '0.7'"]


def test_the_lint_finds_a_text_that_stands_in_the_captions_band():
    class Beat:
        id, caption = "t1.x", "It is 0.5."

    seen = [text(text=said, box=Box(100, 980, 150, 1010)) for said in ("It is 0.5.", "0.5 = 0.5")]
    assert faults(Picture(Beat, seen[:1])) == []
    assert faults(Picture(Beat, seen[1:])) == [
        "t1.x: '0.5 = 0.5' stands in the band of the caption"
    ]


def test_the_lint_sees_a_number_that_is_behind_its_pill():
    number = Typesetter().number("+0.125", 40, "#112233", "x[0,0]").put(200, 300)
    pill = Square(14).set_fill(WHITE, 1)
    assert [seen.covered for seen in texts([pill, number], "#fafafa")] == [False]
    assert [seen.covered for seen in texts([number, pill], "#fafafa")] == [True]


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


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"text": "0.191"}, "is not what f[0,0] holds, 0.190"),
        ({"text": "0.2"}, "is not what f[0,0] holds"),
        ({"ref": "f[0,1]"}, "is not what f[0,1] holds, 0.750"),
        ({"ref": "W_if[0,0]*x[0,0]"}, "is not what W_if[0,0]*x[0,0] holds, −0.008"),
        ({"ref": "f[0,2]"}, "where the trace holds nothing"),
        ({"ref": "f[9,0]"}, "where the trace holds nothing"),
        ({"ref": "q[0,0]"}, "where the trace holds nothing"),
        ({"ref": "f"}, "where the trace holds nothing"),
        ({"ref": ""}, "does not say where it comes from"),
        ({"ref": "", "text": "(−0.190)"}, "does not say where it comes from"),
        ({"ref": "", "text": "f₁ = 0.191 keeps 19.0 %"}, "'0.191' in"),
        ({"ref": "", "text": "f₁ = 0.190 keeps 19.1 %"}, "'19.1' in"),
    ],
)
def test_the_lint_finds_a_number_that_is_not_in_the_trace(changed, fault):
    true = {"text": "0.190", "ref": "f[0,0]"}
    assert list(untrue(text(**true), view("lstm"), 0)) == []
    (found,) = untrue(text(**(true | changed)), view("lstm"), 0)
    assert fault in found


@pytest.mark.parametrize(
    ("shown", "ref"),
    [
        ("−0.008", "W_if[0,0]*x[0,0]"),
        ("(−1.448)", "f_pre[0,0]"),
        ("f₁ = 0.190 keeps 19.0 % of c₁, 2 of 3", ""),
        ("1", ""),
    ],
)
def test_the_lint_lets_true_numbers_and_counts_stand(shown, ref):
    assert list(untrue(text(text=shown, ref=ref), view("lstm"), 0)) == []


def test_the_lint_adds_up_the_rest_of_an_excerpt():
    whole = view("lstm", inputs=3)
    few_shown = replace(whole, trace=whole.trace.pick(inputs=[1]))
    ref = "W_if[0,…]*x[0,…]"
    assert list(untrue(text(text="−0.218", ref=ref), few_shown, 0)) == []
    assert list(untrue(text(text="−0.217", ref=ref), few_shown, 0))
    assert list(untrue(text(text="0.400", ref="x[0,0]"), whole, 0)) == []
    assert list(untrue(text(text="0.400", ref="x[0,0]"), few_shown, 0))  # it is not shown


@pytest.mark.parametrize("weight", ["regular", "bold"])
@pytest.mark.parametrize(
    "char", ["漢", "\N{GRINNING FACE}", "\N{MATHEMATICAL SCRIPT CAPITAL A}a漢"]
)
def test_the_lint_sees_a_character_that_no_font_has(char, weight):
    label = Typesetter().words(f"a{char}", 30, "#000000", weight).put(200, 300)
    (seen,) = texts([label], "#ffffff")
    assert seen.missing == char[-1]


def test_the_lint_sees_a_missing_glyph_in_a_formula():
    types = Typesetter()
    for formula, fine in (("x_t", True), ("x_漢", False), ("sqrt(漢)", False)):
        (seen,) = texts([types.math(formula, 30, "#000000", "x").put(200, 300)], "#ffffff")
        assert bool(seen.missing) is not fine


def moved_wire(stage):
    stage.drawing.wires["h_h", "h_pre"].shift(RIGHT * 0.1)


def short_exit(stage):
    stage.drawing.wires["h", "next"].scale(0.8)


def moved_stub(stage):
    stage.drawing.wires["h", "h"].shift(RIGHT * 0.05)


def moved_pill(stage):
    stage.drawing.pills["x", 1].shift(RIGHT * 0.05)


def lit_circle(stage):
    stage.drawing.circles["h"][0].set_stroke(width=4)


def lit_stub(stage):
    stage.drawing.wires["h", "h"].set_stroke(width=4)


@pytest.mark.parametrize(
    ("plant", "fault"),
    [
        (moved_wire, "vector wire h_h → h_pre"),
        (short_exit, "vector wire h → next"),
        (moved_stub, "stub wire h → h"),
        (moved_pill, "dense wire"),
        (lit_circle, "the circle of h is lit"),
        (lit_stub, "the circle of h is lit"),
    ],
)
def test_the_lint_finds_a_wire_that_ends_nowhere(plant, fault):
    def construct(self):
        self.stage.play(self.storyboard["t1.in"])
        plant(self.stage)
        self.after(self.storyboard["t1.in"])

    scene = type("Planted", (load_scene("rnn"),), {"construct": construct})
    before, after = pictures(scene, view("rnn"))
    assert faults(before) == []
    assert any(fault in found for found in loose_ends(after.wiring))


def test_the_lint_finds_a_wire_in_focus_that_ends_nowhere():
    def construct(self):
        self.stage.play(self.storyboard["t1.h_x"])
        self.stage.focus.shift(RIGHT * 0.1)
        self.after(self.storyboard["t1.h_x"])

    scene = type("Planted", (load_scene("rnn"),), {"construct": construct})
    before, after = pictures(scene, view("rnn"))
    assert faults(before) == []
    wires = [line for line in after.wiring.lines if line.kind == "focus"]
    assert len(wires) == 3
    assert len(list(loose_ends(after.wiring))) == 2 * len(wires)


def test_the_lint_finds_a_wire_through_a_text_unless_it_is_behind_what_hides_it():
    class Beat:
        id = "t1.x"

    wires = {
        "through": Line("f", "fc", "vector", ((20, 110), (275, 110)), place=5),
        "diagonal": Line("", "", "focus", ((90, 90), (160, 130)), lit=True, place=5),
        "above": Line("f", "fc", "vector", ((20, 99), (275, 99)), place=5),
        "around": Line("f", "fc", "vector", ((90, 130), (90, 90), (160, 90)), place=5),
        "dense": Line("", "", "dense", ((90, 110), (160, 110)), place=5),
    }

    def found(one):
        shown = {name: Picture(Beat, [one], Wiring((wire,))) for name, wire in wires.items()}
        return {name for name, picture in shown.items() if list(crossings(picture))}

    box = Box(100, 100, 150, 120)
    assert found(text(box=box)) == {"through", "diagonal"}
    assert found(text(box=box, over=5)) == {"through", "diagonal"}
    assert found(text(box=box, over=6)) == set()


def test_the_lint_sees_what_hides_the_wires_behind_a_text():
    types = Typesetter()
    for colour, width, over in (("#ffffff", 5, 1), ("#eeeeee", 5, 0), ("#ffffff", 1, 0)):
        label = types.words("b", 30, "#000000").put(200, 300)
        label.set_stroke(colour, width, background=True)
        assert [one.over for one in texts([Square(), label], "#ffffff")] == [over]
    label = types.words("b", 30, "#000000").put(960, 540)
    solid = Square().set_fill("#eeeeee", 1)
    assert [one.over for one in texts([Square(), solid, label], "#ffffff")] == [1]
    small = solid.copy().scale(0.01).move_to(label)
    assert [one.over for one in texts([Square(), small, label], "#ffffff")] == [0]
    assert [one.over for one in texts([label, solid.set_z_index(-1)], "#ffffff")] == [0]
    (seen,) = texts([label, solid], "#ffffff")
    assert seen.ground == "#eeeeee"
