"""The canvas draws only what changed, and every pixel is the one that manim's camera draws."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import (
    BLUE,
    Camera,
    Circle,
    Dot,
    FadeIn,
    ImageMobject,
    LaggedStart,
    Scene,
    Square,
    VGroup,
)

from picture import view
from rnnviz.video.filming import Filming, configured
from rnnviz.video.rects import Rect, merged
from rnnviz.video.settings import Settings
from scenes.gru import GRUCell
from scenes.lstm import LSTMCell

ROUNDED, FEW = 24, 0.001  # levels by which an edge may differ: cairo rounds to 1/256 pixel
SMALL = Settings(426, 240, 5)


class Compared:
    """A film that looks at each frame twice: as the canvas drew it and as the camera does."""

    def __init__(self, renderer):
        self.renderer = renderer
        self.frames, self.changed, self.worst = 0, [], 0
        self.before = None

    def start(self, number):
        return self

    def meanwhile(self):
        pass

    def end(self, cut):
        pass

    def hold(self, count):
        self.frames += count

    def show(self, canvas, shapes):
        self.frames += 1
        if shapes is None:
            return
        changed = canvas.draw(shapes)
        self.changed.append(sum(rect.area for rect in changed) / canvas.all.area)
        camera = Camera()
        camera.background_color = self.renderer.camera.background_color
        camera.reset()
        camera.capture_mobjects([shape.mobject for shape in shapes], include_submobjects=False)
        difference = np.abs(camera.pixel_array.astype(int) - canvas.pixels).max(axis=2)
        self.worst = max(self.worst, int(difference.max()))
        assert (difference > 2).mean() <= FEW
        if self.before is not None:  # what is said to stand has not changed
            same = np.ones(difference.shape, bool)
            for rect in changed:
                same[rect.top : rect.bottom, rect.left : rect.right] = False
            assert (canvas.pixels[same] == self.before[same]).all()
        self.before = canvas.pixels.copy()


def filmed(scene, folder, settings=SMALL, **attributes):
    with configured(settings, Path(folder)):
        renderer = Filming()
        renderer.crew = film = Compared(renderer)
        type(scene.__name__, (scene,), attributes)(renderer=renderer).render()
    assert film.frames == renderer.frames
    return film


@pytest.mark.parametrize(
    ("scene", "shown"),
    [
        (LSTMCell, {"cell": "lstm", "steps": 2, "pace": 0.4}),
        (GRUCell, {"cell": "gru", "steps": 1, "pace": 0.4, "theme": "dark"}),
    ],
)
def test_every_frame_is_the_one_that_the_camera_draws(tmp_path, scene, shown):
    film = filmed(scene, tmp_path, view=view(**shown))
    assert film.frames > 50
    assert film.worst <= ROUNDED
    assert np.median(film.changed) < 0.15  # most of a frame is that before it


class Overlapping(Scene):
    """Things before and behind each other, of all kinds that the stage does not use."""

    def construct(self):
        row = VGroup(*(Square(fill_opacity=0.5, color=BLUE).shift((k, 0, 0)) for k in (-1, 0, 1)))
        circle = Circle(stroke_width=12).set_z_index(-1)
        dots = VGroup(*(Dot((k / 3, 0, 0)).set_color_by_gradient("red", "blue") for k in range(4)))
        self.add(row, circle)
        self.play(circle.animate.shift((2, 1, 0)), LaggedStart(*map(FadeIn, dots)))
        self.remove(row[1])
        self.wait(0.4)
        self.bring_to_front(circle)
        dots.add_updater(lambda group, dt: group.rotate(dt))
        self.play(row.animate.set_opacity(0.2))
        self.wait(1.0)
        self.camera.background_color = BLUE
        self.add(Dot(radius=4.5))  # larger than the frame
        self.wait(0.4)


def test_what_overlaps_is_drawn_in_the_order_of_the_camera(tmp_path):
    film = filmed(Overlapping, tmp_path)
    assert film.frames > 10
    assert film.worst <= ROUNDED


class Photographed(Scene):
    def construct(self):
        self.add(ImageMobject(np.uint8([[0, 100], [200, 255]])))
        self.play(FadeIn(Dot()))


def test_what_is_no_outline_is_left_to_the_camera(tmp_path):
    film = filmed(Photographed, tmp_path)
    assert film.frames == 5
    assert not film.changed


boxes = st.builds(
    lambda x, y, w, h: Rect(x, y, x + w, y + h),
    *(st.integers(0, 60), st.integers(0, 60), st.integers(1, 30), st.integers(1, 30)),
)


@given(st.lists(boxes, max_size=12))
def test_merged_rectangles_cover_all_and_do_not_meet(given):
    found = merged(given)
    for box in given:
        assert any(one.joined(box) == one for one in found)
    for k, one in enumerate(found):
        assert not any(one.meets(other) for other in found[k + 1 :])
