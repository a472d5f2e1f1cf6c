"""Faults to inject into renders: disks that fail, commands to be killed."""

import faulthandler
import io
import mmap
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from manim import RIGHT, Square

from rnnviz import files
from rnnviz.cli import main
from rnnviz.guard import forked
from rnnviz.stage import TracedScene

SCENE = '''
"""A scene of two sections that takes no time: a square moves, and stands."""
from manim import RIGHT, Square
from rnnviz.stage import TracedScene


class Tiny(TracedScene):
    cell = "rnn"

    def construct(self):
        for k in range(2):
            self.next_section(f"part {k + 1}")
            square = Square(fill_opacity=1).shift(k * RIGHT)
            self.play(square.animate.shift(RIGHT), run_time=0.4)
            self.wait(0.2)
'''


class Tiny(TracedScene):
    """The same in this process."""

    cell = "rnn"

    def construct(self):
        for k in range(2):
            self.next_section(f"part {k + 1}")
            square = Square(fill_opacity=1).shift(k * RIGHT)
            self.play(square.animate.shift(RIGHT), run_time=0.4)
            self.wait(0.2)


class Disk:
    """Files that can be written ``room`` times, over all processes, and what happens then.

    They are full for good, after half of the bytes if ``half``, or refuse only ``once``.
    """

    def __init__(self, monkeypatch, how="full"):
        self.how = how
        self._count = mmap.mmap(-1, 8)  # forked processes share it
        self.fill(1 << 30)
        monkeypatch.setattr(files, "open", self.open, raising=False)

    def fill(self, room):
        self.room = room
        self._count[:] = bytes(8)

    def open(self, path, mode, buffering):
        assert (mode, buffering) == ("wb", 0)
        return _File(path, self)

    @property
    def used(self):
        return int.from_bytes(self._count[:], "little")

    def fails(self):
        before = self.used
        self._count[:] = (before + 1).to_bytes(8, "little")
        return before == self.room if self.how == "once" else before >= self.room


class _File(io.FileIO):
    def __init__(self, path, disk):
        super().__init__(path, "w")
        self.disk = disk

    def write(self, data):
        if self.disk.fails():
            if self.disk.how == "half" and self.disk.used == self.disk.room + 1 and len(data) > 1:
                return super().write(memoryview(data)[: len(data) // 2])
            raise OSError(28, "No space left on device")
        return super().write(data)

    def close(self):
        late = not self.closed and self.disk.fails()  # some file systems tell it only here
        super().close()
        if late:
            raise OSError(28, "No space left on device")


@dataclass
class Done:
    """A command that is over: its status, negative for a signal, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def line(self):
        """The one line of an error."""
        (line,) = self.err.splitlines()
        return line


class Command:
    """``rnnviz`` in a process of its own, forked from this one, and all that it forks.

    It is as one that was started, and has imported manim already.
    """

    def __init__(self, folder: Path, *args: str, before: Callable[[], object] = lambda: None):
        self.files = [folder / "stdout", folder / "stderr"]
        self._alive, other = os.pipe()
        self.process = forked()
        if self.process:
            os.close(other)
            return
        status: object = 99
        try:
            os.setsid()
            os.close(self._alive)
            faulthandler.disable()
            for number, path in enumerate(self.files, start=1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  (it is closed by the end)
            sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            sys.argv = ["rnnviz", *args]
            before()
            main()
        except SystemExit as error:
            status = error.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status if isinstance(status, int) else 98)

    def wait(self) -> Done:
        """Wait for the command and for every process that it started."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        orphans = not select.select([self._alive], [], [], 60)[0]
        os.close(self._alive)
        assert not orphans, "a process is left"
        return Done(status, *(path.read_text("utf-8") for path in self.files))
