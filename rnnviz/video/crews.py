"""Who films the sections of a scene: this process, or a process forked as each begins.

A fork has the state of the scene for nothing, where any other process has to play it up to there.
"""

import gc
import os
import pickle
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NoReturn

from rnnviz.errors import RnnvizError
from rnnviz.files import opened
from rnnviz.guard import ENDING, forked, uninterrupted, waited
from rnnviz.video.canvas import Canvas
from rnnviz.video.filming import Cut, Film
from rnnviz.video.settings import Settings
from rnnviz.video.shapes import Shape
from rnnviz.video.spent import Spent
from rnnviz.video.take import Take


@dataclass(frozen=True)
class Segment:
    """A section that was filmed: which, the key of its frames, the file (None: only the key)."""

    cut: Cut
    key: str
    file: Path | None


Done = Callable[[Segment], None]


class Alone:
    """Films the ``wanted`` sections (None: all) into ``folder`` (None: finds their keys) itself.

    What goes wrong here passes through the scene, which may catch it and is not to blame for it.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        wanted: Container[int] | None,
        done: Done,
        spent: Spent,
    ) -> None:
        self.settings, self.folder, self.wanted = settings, folder, wanted
        self.done, self.spent = done, spent
        self.cuts: list[Cut] = []
        self.expected = 0  # sections, as far as one can tell before they are played
        self._take: Take | None = None
        self._file: BinaryIO | None = None
        self._error: Exception | None = None  # the first that is not the scene's
        self._trace: TracebackType | None = None

    def start(self, number: int) -> Film | None:
        """Start filming a section if it is wanted."""
        if self.wanted is not None and number not in self.wanted:
            return None
        with self._noted(Exception):
            if self.folder is not None:
                self._file = opened(self.path(number))
            self._take = Take(self.settings, self.spent, self._file)
        return self

    def show(self, canvas: Canvas, shapes: Sequence[Shape] | None) -> None:
        """Film the next frame of the section."""
        assert self._take is not None
        with self._noted(OSError):
            self._take.show(canvas, shapes)

    def hold(self, count: int) -> None:
        """Film the last frame so many times again."""
        assert self._take is not None
        with self._noted(OSError):
            self._take.hold(count)

    def end(self, cut: Cut) -> None:
        """Close the film of a section."""
        self.cuts.append(cut)
        if self._take is None:
            return
        with self._noted(Exception):
            key = self._take.close()
            if self._file is not None:
                self._file.close()
            path = self.path(cut.number) if self._file is not None else None
            self._take = self._file = None
            self.done(Segment(cut, key, path))

    def path(self, number: int) -> Path:
        """Return the file of a section."""
        assert self.folder is not None
        return self.folder / f"{number:05d}.{self.settings.segment_format}"

    def wait(self) -> None:
        """Make sure that all is filmed; what went wrong is raised, even if the scene caught it."""
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Give up a film that has begun."""
        if self._file is not None:
            with suppress(OSError):  # a disk that is full
                self._file.close()

    def failed(self, error: BaseException) -> None:
        """Raise what went wrong here before as what it was; pass over errors of the scene."""
        if self._error is not None and isinstance(error, Exception):
            self.stop()
            raise self._error.with_traceback(self._trace)

    @contextmanager
    def _noted(self, kind: type[Exception]) -> Iterator[None]:
        try:
            yield
        except kind as error:
            if self._error is None:
                self._error, self._trace = error, error.__traceback__
            raise


class Forks(Alone):
    """Films each wanted section in a process of its own, ``jobs`` at a time."""

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        wanted: Container[int] | None,
        done: Done,
        spent: Spent,
        jobs: int,
    ) -> None:
        super().__init__(settings, folder, wanted, done, spent)
        self.jobs = jobs
        self._report: int | None = None  # where a forked process tells what it did
        self._running: dict[int, tuple[int, str]] = {}  # by pipe: process, what it films

    def start(self, number: int) -> Film | None:
        """Fork a process for a wanted section, which goes on with the scene as if alone."""
        if self.wanted is not None and number not in self.wanted:
            return None
        with self._noted(Exception):
            while len(self._running) >= self.jobs:
                self._reap()
            if self._fork(f"section {number + 1}"):
                return None
        return super().start(number)

    def _fork(self, section: str) -> int:
        """Fork this process; a process that is known is ended whatever happens."""
        parent = os.getpid()
        with uninterrupted():
            pipe, report = os.pipe()
            try:
                process = forked()
            except OSError as error:
                os.close(pipe)
                os.close(report)
                said = f"render: wanted a process for {section}, got {error.strerror}"
                raise RnnvizError(f"{said} (--jobs 1 needs none)") from error
            if process:
                os.close(report)
                self._running[pipe] = process, section
            else:
                os.close(pipe)
                self._become_child(parent, report)
        return process

    def end(self, cut: Cut) -> None:
        """Note a section; a forked process tells what it filmed and is over."""
        if self._report is None:
            self.cuts.append(cut)
            return
        self.done = self._deliver
        super().end(cut)

    def wait(self) -> None:
        """Wait for all processes."""
        super().wait()
        while self._running:
            self._reap()

    def stop(self) -> None:
        """End all processes at once."""
        with uninterrupted():
            for process, _ in self._running.values():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            for pipe, (process, _) in self._running.items():
                waited(process)
                os.close(pipe)
            self._running.clear()

    def failed(self, error: BaseException) -> None:
        """In a forked process, tell what went wrong and end it."""
        if self._report is not None:
            self._tell(_told(self._error or error))
        super().failed(error)

    def _become_child(self, parent: int, report: int) -> None:
        gc.freeze()  # looking through what is inherited would copy it
        self._report = report
        for pipe in self._running:
            os.close(pipe)
        self._running.clear()
        self.spent.clear()
        for number in ENDING:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        _die_with(parent)
        sys.stdout = sys.stderr = StringIO()  # what a scene prints is printed once

    def _deliver(self, segment: Segment) -> None:
        self.spent["motion"] += time.process_time() - sum(self.spent.values())
        self._tell((segment, self.spent))

    def _tell(self, said: object) -> NoReturn:
        assert self._report is not None
        try:
            with open(self._report, "wb") as report:
                report.write(pickle.dumps(said))
            os._exit(0)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        """Wait until a process is over and take what it filmed; raise what it raised."""
        poll = select.poll()
        for pipe in self._running:
            poll.register(pipe, select.POLLIN)
        pipe = poll.poll()[0][0]
        with open(pipe, "rb", closefd=False) as file:
            message = file.read()
        with uninterrupted():
            process, section = self._running.pop(pipe)
            os.close(pipe)
            code = waited(process)
        if -code in (signal.SIGINT, signal.SIGTERM):  # as this process is, just now
            raise KeyboardInterrupt
        if code or not message:
            how = f"killed by signal {-code}" if code < 0 else f"over with status {code}"
            raise RuntimeError(f"{section}: its process was {how}")
        said = pickle.loads(message)
        if isinstance(said, BaseException):
            raise said
        segment, spent = said
        self.spent.add(spent)
        self.done(segment)


def _told(error: BaseException) -> Exception:
    """Return an error as one that another process can raise, with the lines that led to it."""
    told: object = None
    with suppress(Exception):
        told = pickle.loads(pickle.dumps(error))
    if not isinstance(told, Exception):  # it cannot be sent, or would end the other process
        told = RuntimeError(f"{type(error).__name__}: {error}")
    told.add_note("".join(traceback.format_exception(error)))
    return told


def _die_with(parent: int) -> None:
    """Let the system kill this process when its parent is gone, where it can (Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
