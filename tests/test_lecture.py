"""Scenes as a lecturer writes them: chosen beats, own words, ordinary manim in between."""

from manim import Circumscribe, FadeIn, Square

from layout_lint import faults
from picture import pictures, view
from rnnviz.stage import CellScene
from rnnviz.storyboard import walk


class Chosen(CellScene):
    """Leaves out most beats, in an order that the default walk does not have."""

    cell = "lstm"

    def construct(self):
        for beat_id in ("t1.f", "t1.c", "t2.in", "t2.h", "t3.all", "recap"):
            self.stage.play(self.storyboard[beat_id])


class Mixed(CellScene):
    """Own captions, and own drawing between two beats."""

    cell = "gru"

    def plan(self, view):
        return walk(view.trace).captioned({"t1.r": "What is reset here?"})

    def construct(self):
        self.stage.play(self.storyboard["t1.in"])
        self.play(FadeIn(Square().scale(0.2)))
        self.stage.play(self.storyboard["t1.r"])
        self.play(Circumscribe(self.stage.drawing.frames["r"]))


def refs(picture):
    return {text.ref for text in picture.texts if text.ref}


def test_a_beat_brings_what_it_needs_where_other_beats_were_left_out():
    shown = {picture.beat.id: refs(picture) for picture in pictures(Chosen, view("lstm", steps=3))}
    assert list(shown) == ["t1.f", "t1.c", "t2.in", "t2.h", "t3.all", "recap"]
    assert {"x[0,0]", "h_prev[0,1]", "f[0,1]"} <= shown["t1.f"]
    assert not {"i[0,0]", "c_prev[0,0]"} & shown["t1.f"]
    assert {"fc[0,0]", "ig[0,0]", "c[0,1]"} <= shown["t1.c"]
    assert {"x[1,0]", "h_prev[1,0]", "c_prev[1,1]"} <= shown["t2.in"]
    assert {"o[1,0]", "c[1,0]", "tanh_c[1,1]", "h[1,1]"} <= shown["t2.h"]
    assert {"x[2,0]", "f[2,0]", "c_prev[2,0]", "c[2,1]", "h[2,0]"} <= shown["t3.all"]
    assert {"x[2,0]", "o[2,1]", "h[2,0]"} <= shown["recap"]


class Skipping(CellScene):
    """Goes to the middle of the next timestep without its arrival."""

    cell = "lstm"

    def construct(self):
        for beat_id in ("t1.f", "t2.c"):
            self.stage.play(self.storyboard[beat_id])


def test_a_timestep_that_is_entered_in_the_middle_shows_nothing_of_the_one_before():
    last = refs(pictures(Skipping, view("lstm"))[-1])
    assert {"f[1,0]", "c_prev[1,0]", "c[1,1]"} <= last
    assert not [ref for ref in last if "[0," in ref]


class Again(CellScene):
    """Plays a beat twice, and goes on."""

    cell = "gru"

    def construct(self):
        for beat_id in ("t1.in", "t1.r", "t1.r", "t1.n_h", "t1.rn", "t2.in"):
            self.stage.play(self.storyboard[beat_id])


def test_a_beat_played_again_leaves_no_number_behind():
    seen = pictures(Again, view("gru"))
    twice = [text.text for text in seen[2].texts if text.ref == "r[0,0]" and text.box.left > 610]
    assert len(twice) == 1
    assert not [ref for ref in refs(seen[-1]) if ref.startswith("r[")]
    assert [fault for picture in seen for fault in faults(picture)] == []


def test_own_words_and_own_drawing_mix_with_beats():
    first, second = pictures(Mixed, view("gru"))
    assert "What is reset here?" in [text.text for text in second.texts]
    assert "r[0,1]" in refs(second) - refs(first)
