"""Several renders in one queue: the next begins while the last is still drawn; each is as alone."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from manim import RIGHT, Square, UpdateFromAlphaFunc

import rnnviz.video.studio as studio
from picture import view
from rnnviz.errors import RnnvizError
from rnnviz.stage import TracedScene
from rnnviz.video.render import in_one_queue, render, rendering
from rnnviz.video.settings import Settings
from rnnviz.video.studio import How

SMALL = Settings(96, 64, 5)
OLD = b"old"


class Slides(TracedScene):
    """Two sections, each with a square that moves."""

    cell = "rnn"
    reach = 1.0

    def construct(self):
        for k in range(2):
            self.next_section(f"part {k + 1}")
            square = Square(fill_opacity=1)
            self.play(square.animate.shift(self.reach * RIGHT), run_time=0.6)
            self.remove(square)


class Fails(Slides):
    def construct(self):
        super().construct()
        raise RnnvizError("scene: wanted an end, got none")


class Stops(Slides):
    def construct(self):
        super().construct()
        raise KeyboardInterrupt


SCENES = tuple(type(f"Slides{k}", (Slides,), {"reach": 1.0 + k}) for k in range(3))


@pytest.fixture
def told(monkeypatch):
    """What the renders do: each begins to play a scene, and waits for what draws it."""
    said = []
    for name, scene_of in (("play", lambda scene, *_: scene), ("complete", lambda crew: crew)):
        real = getattr(studio, name)

        def seen(*args, real=real, name=name, scene_of=scene_of):
            said.append((name, scene_of(*args)))
            return real(*args)

        monkeypatch.setattr(studio, name, seen)
    return said


def queue(scenes, folder, how):
    shown = view("rnn")
    return in_one_queue(
        rendering(scene, shown, folder / f"{scene.__name__}.mp4", SMALL, how=how)
        for scene in scenes
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_next_scene_begins_before_the_last_is_over(tmp_path, told, jobs):
    made = list(queue(SCENES, tmp_path, How(jobs)))
    assert [one.path.name for one in made] == [f"Slides{k}.mp4" for k in range(3)]
    assert [name for name, _ in told] == ["play", "play", "complete", "play", *["complete"] * 2]
    for scene, one in zip(SCENES, made, strict=True):
        alone = render(scene, view("rnn"), tmp_path / "alone.mp4", SMALL, how=How(1))
        assert alone.path.read_bytes() == one.path.read_bytes()
        alone.path.unlink()


def test_pieces_of_the_next_are_sent_before_those_of_the_last_are_back(tmp_path, monkeypatch):
    said = []
    real = studio.film_elsewhere

    def seen(executor, pieces, order, *rest):
        said.append(("sent", order.scene))
        yield from real(executor, pieces, order, *rest)
        said.append(("back", order.scene))

    monkeypatch.setattr(studio, "film_elsewhere", seen)
    with ThreadPoolExecutor(1) as executor:
        made = list(queue(SCENES[:2], tmp_path, How(2, executor)))
    one, other = SCENES[:2]
    assert said == [("sent", one), ("sent", other), ("back", one), ("back", other)]
    assert [one.sections for one in made] == [2, 2]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_fails_does_not_take_the_one_before_it_along(tmp_path, jobs):
    (tmp_path / "Fails.mp4").write_bytes(OLD)
    how, made = How(jobs), []
    renders = queue([SCENES[0], Fails, SCENES[1]], tmp_path, how)
    with pytest.raises(RnnvizError, match="wanted an end"):
        made.extend(one.path.name for one in renders)
    assert made == ["Slides0.mp4"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Fails.mp4", "Slides0.mp4"]
    assert (tmp_path / "Fails.mp4").read_bytes() == OLD
    assert not how.running


@pytest.mark.parametrize("left", [Stops, None])
def test_an_interrupt_leaves_no_process_and_no_file(tmp_path, monkeypatch, left):
    forked, real = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(real()) or forked[-1])
    how = How(2)
    renders = queue([SCENES[0], *([left] if left else SCENES[1:])], tmp_path, how)
    if left:
        with pytest.raises(KeyboardInterrupt):
            next(renders)
        assert list(tmp_path.iterdir()) == []
    else:  # whoever wanted them goes after the first
        next(renders)
        renders.close()
        assert [path.name for path in tmp_path.iterdir()] == ["Slides0.mp4"]
    assert not how.running
    for process in forked:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)


class MuteError(Exception):
    """An error that says nothing any more where it has been sent."""

    def __reduce__(self):
        return type(self), ()


class Mutes(Slides):
    def construct(self):
        self.next_section("part 1")
        self.play(UpdateFromAlphaFunc(Square(), self.mute), run_time=0.6)

    def mute(self, square, alpha):
        if 0 < alpha < 1:  # in the process that draws
            raise MuteError("what went wrong")


def test_what_an_error_says_is_not_lost_on_its_way(tmp_path):
    with pytest.raises(RuntimeError, match="MuteError: what went wrong"):
        render(Mutes, view("rnn"), tmp_path / "x.mp4", SMALL, how=How(2))
