"""Only what looks different is filmed again, whoever films, and the video is the same."""

from dataclasses import replace

import av
import numpy as np
import pytest
from manim import RIGHT, Square, ValueTracker

import rnnviz as rv
from picture import view
from rnnviz.stage import TracedScene
from rnnviz.video.cache import Cache
from rnnviz.video.render import render
from rnnviz.video.settings import Settings
from rnnviz.video.studio import How
from scenes.rnn import RNNCell

SMALL = Settings(96, 64, 5)


class Squares(TracedScene):
    """Three sections, each with a square that moves from where the last one ended."""

    cell = "rnn"
    reach = (1.0, 1.0, 1.0)

    def construct(self):
        at = 0.0
        for k, reach in enumerate(self.reach):
            self.next_section(f"part {k + 1}")
            square = Square(fill_opacity=1).shift(at * RIGHT)
            self.play(square.animate.shift(reach * RIGHT), run_time=0.6)
            self.wait(0.6)
            self.remove(square)


@pytest.fixture
def film(tmp_path):
    """Render into one cache; return what was made and the frames of the video."""

    def made(scene, shown=None, settings=SMALL, jobs=2, cached=True):
        how = How(jobs=jobs, cache=Cache(tmp_path / "cache") if cached else None)
        path = tmp_path / f"x.{settings.format}"
        done = render(scene, shown or view("rnn"), path, settings, lambda *_: None, how)
        with av.open(str(path)) as file:
            frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
        return done, frames

    return made


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_unchanged_video_is_put_together_again(film, jobs):
    first, frames = film(Squares, jobs=jobs)
    again, same = film(Squares, jobs=3 - jobs)
    assert (first.sections, first.filmed) == (3, 3)
    assert (again.sections, again.filmed) == (3, 0)
    assert first.frames == again.frames == len(frames) == len(same) == 15
    assert np.array_equal(frames, same)


def test_only_the_sections_that_look_different_are_filmed(film):
    film(Squares)
    changed, frames = film(type("Squares", (Squares,), {"reach": (1.0, 2.0, 1.0)}))
    assert (changed.sections, changed.filmed) == (3, 1)
    whole, fresh = film(type("Squares", (Squares,), {"reach": (1.0, 2.0, 1.0)}), cached=False)
    assert whole.filmed == 3
    assert np.array_equal(frames, fresh)


def test_a_caption_or_a_value_touches_the_beats_that_show_it(film):
    shown = view("rnn", steps=2, pace=0.1)
    first, _ = film(RNNCell, shown, jobs=1)
    assert first.filmed == first.sections > 6

    class Told(RNNCell):
        def plan(self, given):
            return super().plan(given).captioned({"t1.h_h": "Other words."})

    Told.__module__, Told.__qualname__ = RNNCell.__module__, RNNCell.__qualname__
    told, _ = film(Told, shown, jobs=1)
    assert told.filmed == 2  # the beat, and the next one, in which its caption fades

    x = shown.trace["x"].copy()
    x[-1, 0, 0] += 0.25
    trace = rv.trace("rnn", x, shown.trace.params, h0=shown.trace.states["h_prev"])
    later, frames = film(RNNCell, replace(shown, trace=trace))
    assert 0 < later.filmed < later.sections - 3
    _, fresh = film(RNNCell, replace(shown, trace=trace), jobs=1, cached=False)
    assert np.array_equal(frames, fresh)


def test_another_size_rate_or_format_is_another_film(film):
    film(Squares)
    for settings in (Settings(64, 64, 5), Settings(96, 64, 4), Settings(96, 64, 5, "webm")):
        assert film(Squares, settings=settings)[0].filmed == 3


def test_a_damaged_film_is_made_again(film, tmp_path):
    _, frames = film(Squares)
    for path in tmp_path.rglob("*.rnnviz"):
        data = bytearray(path.read_bytes())
        data[-20] ^= 1
        path.write_bytes(data)
    again, same = film(Squares)
    assert again.filmed == 3
    assert np.array_equal(frames, same)


class Counting(TracedScene):
    """What moves by itself: each frame depends on those before."""

    cell = "rnn"

    def construct(self):
        steps = ValueTracker()
        square = Square(fill_opacity=1, color="#ffffff").shift(-3 * RIGHT)
        square.add_updater(lambda one, dt: one.shift(dt * RIGHT))
        square.add_updater(lambda one, dt: steps.increment_value(1) if dt else None)
        self.add(square)
        for k in range(3):
            self.next_section(f"part {k + 1}")
            self.wait(1.0)
        assert steps.get_value() > 10


def test_what_goes_on_by_itself_is_the_same_in_every_process(film):
    _, alone = film(Counting, jobs=1, cached=False)
    _, forked = film(Counting, jobs=2, cached=False)
    assert len(alone) == len(forked) == 15
    assert np.array_equal(alone, forked)
    middles = [np.average(np.arange(96), weights=frame[32, :, 0] + 1e-9) for frame in alone]
    assert np.all(np.diff(middles) > 0)


class Told(TracedScene):
    cell = "rnn"

    def construct(self):
        print("once")
        self.wait(0.4)


def test_what_a_scene_prints_is_printed_once(film, capfd):
    film(Told, cached=False)
    assert capfd.readouterr().out == "once\n"
