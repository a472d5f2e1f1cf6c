"""Sections filmed by forked processes: how many at a time, what each films, what becomes of it."""

import os
import signal
import time

import pytest
from manim import RIGHT, Square

import rnnviz.video.forks as forks
from picture import view
from rnnviz.stage import TracedScene
from rnnviz.video.render import render
from rnnviz.video.settings import Settings
from rnnviz.video.studio import How

SMALL = Settings(96, 64, 5)
HERE = os.getpid()


class Steps(TracedScene):
    """Twelve sections, in each of which a square moves."""

    cell = "rnn"
    count = 12

    def construct(self):
        square = Square(fill_opacity=1).shift(3 * RIGHT)
        for k in range(self.count):
            self.next_section(f"step {k + 1}")
            self.before(k)
            self.play(square.animate.shift(-0.5 * RIGHT), run_time=0.4)

    def before(self, k):
        """Take longer where it is filmed than where it is only played."""
        if os.getpid() != HERE:
            time.sleep(0.05)


@pytest.fixture
def crews(monkeypatch):
    """What films the scenes, with how many processes there were of each kind at each turn."""
    made = []
    real, turn = forks.Forks.__init__, forks.Forks._turn

    def init(self, *given):
        real(self, *given)
        self.seen, self.parents = [], {}
        made.append(self)

    def turned(self):
        taken = turn(self)
        self.seen.append((len(self._busy), len(self._waiting)))
        for number, line in self._busy.items():
            self.parents.setdefault(number, self._children[line].process)
        return taken

    monkeypatch.setattr(forks.Forks, "__init__", init)
    monkeypatch.setattr(forks.Forks, "_turn", turned)
    return made


def made(tmp_path, scene, jobs=2):
    path = tmp_path / f"{jobs}.mp4"
    done = render(scene, view("rnn"), path, SMALL, how=How(jobs))
    return done, path.read_bytes()


@pytest.mark.parametrize("jobs", [2, 3, 5])
def test_so_many_film_at_a_time_and_the_video_is_the_same(tmp_path, crews, jobs):
    _, alone = made(tmp_path, Steps, 1)
    done, video = made(tmp_path, Steps, jobs)
    assert video == alone
    assert done.filmed == done.sections == Steps.count
    assert 2 <= max(busy for busy, _ in crews[0].seen) <= jobs


def test_a_process_films_several_sections(tmp_path, crews):
    made(tmp_path, Steps)
    films = crews[0].parents
    assert sorted(films) == [*range(Steps.count)]
    assert len({*films.values()}) <= 2 + Steps.count.bit_length()
    assert any(films[k] == films[k + 1] for k in range(Steps.count - 1))


def test_of_long_scenes_few_processes_wait(tmp_path, crews, monkeypatch):
    _, alone = made(tmp_path, Steps, 1)
    monkeypatch.setattr(forks, "AHEAD", 1)
    _, video = made(tmp_path, Steps)
    assert video == alone
    assert max(waiting for _, waiting in crews[0].seen) <= 3


class Shrinks(Steps):
    """Ends early wherever it is filmed."""

    def construct(self):
        try:
            super().construct()
        except StopIteration:
            self.play(Square().animate.shift(RIGHT), run_time=0.4)

    def before(self, k):
        if os.getpid() != HERE and k == 3:
            raise StopIteration


def test_a_scene_that_has_fewer_sections_where_it_is_filmed_is_told(tmp_path):
    with pytest.raises(RuntimeError, match="scene: wanted as many sections as before, got fewer"):
        made(tmp_path, Shrinks)
    assert [*tmp_path.iterdir()] == []


class Falls(Steps):
    """A process that waits at a later section is killed from outside."""

    def before(self, k):
        super().before(k)
        if os.getpid() == HERE and k == 11:
            crew = self.renderer.crew
            line = crew._waiting[max(crew._waiting)]
            process = crew._children[line].process
            os.kill(process, signal.SIGKILL)
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)  # it is dead by then


def test_one_that_dies_while_it_waits_is_told(tmp_path):
    with pytest.raises(RuntimeError, match=r"section \d+: its process was killed by signal 9"):
        made(tmp_path, Falls)
    assert [*tmp_path.iterdir()] == []
