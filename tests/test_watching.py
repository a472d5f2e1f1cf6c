"""``rnnviz render --watch`` as a program: what makes it render again, and how it ends."""

import contextlib
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

SECONDS = 60
WAITING = "waiting for a change; Ctrl-C ends this"
SCENE = """
from manim import Dot
from rnnviz.stage import CellScene


class Lecture(CellScene):
    def construct(self):
        self.add(Dot([{x}, 0, 0], radius=1))
        self.wait(0.5)
"""


class Watching:
    """A render that watches, and the lines that it writes as they come."""

    def __init__(self, *args):
        command = [sys.executable, "-u", "-m", "rnnviz", "render", *map(str, args), "--watch"]
        self.process = subprocess.Popen(
            [*command, "-r", "64,64", "--fps", "4", "--no-cache", "-o", "x.mp4"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def until(self, wanted):
        """Return the lines up to one that is wanted."""
        found = []
        while not found or wanted not in found[-1]:
            found.append(self.lines.get(timeout=SECONDS))
        return found

    def is_quiet(self):
        """Tell whether a second goes by without a line."""
        with contextlib.suppress(queue.Empty):
            return not self.lines.get(timeout=1)
        return True


@pytest.fixture
def watching(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    started = []

    def start(*args):
        started.append(Watching(*args))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        one.process.stdout.close()


def eventually(holds):
    """Wait until something holds: one change may be noticed, and rendered, more than once."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_lecture_is_rendered_again_when_it_or_what_it_imports_changes(watching):
    lecture, helper, output = Path("lecture.py"), Path("helper.py"), Path("x.mp4")
    lecture.write_text(SCENE.format(x=0))
    one = watching("lecture.py")
    assert "x.mp4" in one.until(WAITING)
    first = output.read_bytes()

    helper.write_text("PLACE = 1\n")  # it may be imported next
    one.until(WAITING)
    assert output.read_bytes() == first
    lecture.write_text("from helper import PLACE\n" + SCENE.format(x="PLACE"))
    eventually(lambda: output.read_bytes() != first)
    second = output.read_bytes()

    helper.write_text("PLACE = 2\n")
    eventually(lambda: output.read_bytes() not in (first, second))

    lecture.write_text("what is this\n")
    assert one.until("lecture.py")[-1].startswith("Error: lecture.py")
    lecture.write_text(SCENE.format(x=0))
    eventually(lambda: output.read_bytes() == first)

    while not one.is_quiet():
        pass
    Path("notes.txt").write_text("not a part of it")
    assert one.is_quiet()
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(SECONDS) == 130


def test_an_input_is_read_again_and_what_it_lacks_is_said(watching):
    output = Path("x.mp4")
    np.savetxt("x.csv", [[1, 2, 3]], delimiter=",")
    one = watching("rnn", "--input", "x.csv", "--detail", "brief", "--pace", "0.1")
    one.until(WAITING)
    first = output.read_bytes()
    np.savetxt("x.csv", [[1, 2, 4]], delimiter=",")
    eventually(lambda: output.read_bytes() != first)
    Path("x.csv").write_text("1,nan,3\n")
    one.until("wanted a finite number, got 'nan'")
    assert output.stat().st_size > 0
