"""Films the sections of a scene in processes, each forked as its section begins.

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
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import NoReturn

from rnnviz.errors import RnnvizError
from rnnviz.guard import ENDING, forked, uninterrupted, waited
from rnnviz.video.crews import Alone, Done, Segment
from rnnviz.video.filming import Cut, Film
from rnnviz.video.settings import Settings
from rnnviz.video.spent import Spent


@dataclass(frozen=True)
class Running:
    """A forked process: its number, what it films, and for whom."""

    process: int
    section: str
    crew: "Forks"


class Forks(Alone):
    """Films each wanted section in a process of its own, ``jobs`` at a time.

    ``running`` are all such processes by the pipe through which they tell what they did, also those
    of other films, which count as well.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        wanted: Container[int] | None,
        done: Done,
        spent: Spent,
        jobs: int,
        running: dict[int, Running],
    ) -> None:
        super().__init__(settings, folder, wanted, done, spent)
        self.jobs, self._running = jobs, running
        self._report: int | None = None  # where a forked process tells what it did
        self._told: list[tuple[Running, int, bytes]] = []  # what is yet to be taken

    def start(self, number: int) -> Film | None:
        """Fork a process for a wanted section, which goes on with the scene as if alone."""
        if self.wanted is not None and number not in self.wanted:
            return None
        with self._noted(Exception):
            while len(self._running) >= self.jobs:
                self._reap()
            self._take_all()
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
                self._running[pipe] = Running(process, section, self)
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
        """Wait for all processes of this film."""
        super().wait()
        self._take_all()
        while self._own():
            self._reap()
            self._take_all()

    def stop(self) -> None:
        """End all processes of this film at once."""
        with uninterrupted():
            own = self._own()
            for one in own.values():
                with suppress(ProcessLookupError):
                    os.kill(one.process, signal.SIGKILL)
            for pipe, one in own.items():
                waited(one.process)
                os.close(pipe)
                del self._running[pipe]

    def _own(self) -> dict[int, Running]:
        return {pipe: one for pipe, one in self._running.items() if one.crew is self}

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
        """Wait until a process is over, and let the film that it is for know what it told."""
        poll = select.poll()
        for pipe in self._running:
            poll.register(pipe, select.POLLIN)
        pipe = poll.poll()[0][0]
        with open(pipe, "rb", closefd=False) as file:
            message = file.read()
        with uninterrupted():
            one = self._running.pop(pipe)
            os.close(pipe)
            one.crew._told.append((one, waited(one.process), message))

    def _take_all(self) -> None:
        """Take what processes filmed; raise what they raised."""
        while self._told:
            one, code, message = self._told.pop(0)
            if -code in (signal.SIGINT, signal.SIGTERM):  # as this process is, just now
                raise KeyboardInterrupt
            if code or not message:
                how = f"killed by signal {-code}" if code < 0 else f"over with status {code}"
                raise RuntimeError(f"{one.section}: its process was {how}")
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
    # it cannot be sent, would end the other process, or has lost what it says on the way
    if not isinstance(told, Exception) or str(told) != str(error):
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
