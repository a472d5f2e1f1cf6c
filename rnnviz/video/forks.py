"""Films the sections of a scene in forked processes, while this one goes through the scene.

A fork has the state of the scene for nothing, where any other process has to play it up to there.
So one is forked at the start of each section and waits there until it is its turn; one that has
filmed a section goes on with the next, unless another has taken it.
"""

import signal
import time
from collections.abc import Collection
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rnnviz.guard import uninterrupted
from rnnviz.video.child import Child, Parent, fork
from rnnviz.video.crews import Alone, Done, Segment
from rnnviz.video.filming import Cut, Film
from rnnviz.video.settings import Settings
from rnnviz.video.spent import Spent
from rnnviz.video.turns import next_turn

AHEAD = 4  # processes that may wait, for each that films
BEAT = 10  # frames that take as long as all that a section takes besides


class Forks(Alone):
    """Films each wanted section in a forked process; ``jobs`` of them film at a time.

    ``running`` are all forked processes with the films that they are for, by the lines over which
    they talk. Those of other films count as well.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        wanted: Collection[int] | None,
        done: Done,
        spent: Spent,
        jobs: int,
        running: "dict[Connection, Forks]",
    ) -> None:
        super().__init__(settings, folder, wanted, done, spent)
        self.jobs, self._running = jobs, running
        self._parent: Parent | None = None  # in a forked process
        self._clock = 0.0  # and its processor's seconds when it told something last
        self._children: dict[Connection, Child] = {}
        self._sections: list[int] = []  # those that are wanted, as far as the scene was played
        self._waiting: dict[int, Connection] = {}  # who waits at the start of which section
        self._busy: dict[int, Connection] = {}  # who films which
        self._ahead: Connection | None = None  # who has filmed the last before the next was reached
        self._spare: list[Connection] = []  # who is not needed any more
        self._work: dict[int, float] = {}  # how long a section takes to film
        self._told: list[tuple[Segment, Spent] | BaseException] = []  # what is yet to be taken
        self._over = False  # the scene

    # While the scene is played

    def start(self, number: int) -> Film | None:
        """See that a process is at the start of a wanted section; it returns at its turn."""
        if self._parent is None:
            with self._noted(Exception):
                if self.wanted is None or number in self.wanted:
                    self._reach(number)
                if self._parent is None:
                    while len(self._waiting) > AHEAD * self.jobs:
                        self._serve(self.jobs, None)
                    return None
        return super().start(number)

    def meanwhile(self) -> None:
        """Let processes film, less the one that is here, and take what they tell."""
        if self._parent is None:
            with self._noted(Exception):
                self._serve(max(1, self.jobs - 1), 0)

    def end(self, cut: Cut) -> None:
        """Note a section; a process that filmed it tells so, and waits for its turn."""
        if self._parent is None:
            self.cuts.append(cut)
            self._work[cut.number] = cut.work
            return
        filmed, self.done = self._take is not None, self._deliver
        super().end(cut)
        if filmed:
            self._parent.asked()

    def played(self) -> None:
        """End a process that has not found the section that it was to film."""
        if self._parent is not None:
            self._parent.end(RuntimeError("scene: wanted as many sections as before, got fewer"))

    def failed(self, error: BaseException) -> None:
        """In a forked process, tell what went wrong and end it."""
        if self._parent is not None:
            self._parent.end(self._error or error)
        super().failed(error)

    def _reach(self, number: int) -> None:
        """Let a process wait at the start of a section; in a new one, return at its turn."""
        self._sections.append(number)
        if self._ahead is not None:
            self._waiting[number], self._ahead = self._ahead, None
            return
        with uninterrupted():
            made = fork(f"section {number + 1}", self._running)
            if isinstance(made, Child):
                self._children[made.line], self._running[made.line] = made, self
                self._waiting[number] = made.line
            else:
                self._children.clear()
                self._running.clear()
                self.spent.clear()
                self._parent = made
        if self._parent is not None:
            self._parent.asked()

    def _deliver(self, segment: Segment) -> None:
        """Tell what was filmed, and the seconds of this process since it told something last."""
        assert self._parent is not None
        now = time.process_time()
        self.spent["motion"] += now - self._clock - sum(self.spent.values())
        self._parent.tell((segment, self.spent))
        self._clock = now
        self.spent.clear()

    # What the processes do

    def wait(self) -> None:
        """Wait for all processes of this film."""
        super().wait()
        self._over = True
        if self._ahead is not None:
            self._release(self._ahead)
        self._take_all()
        while self._children:
            self._serve(self.jobs, None)

    def stop(self) -> None:
        """End all processes of this film at once."""
        for line in [*self._children]:
            self._release(line)
        super().stop()

    def _serve(self, jobs: int, seconds: float | None) -> None:
        """Let ``jobs`` processes film; take what is told within so many seconds, or by the first.

        Raises what a process of this film raised.
        """
        self._turns(jobs)
        for line in wait([*self._running], seconds):
            assert isinstance(line, Connection)
            if line in self._running:  # not released since
                self._running[line]._hear(line)
        for film in self._turns(jobs):
            while film._spare:  # only now: whoever goes on does not wait for that
                film._release(film._spare[-1])
        self._take_all()

    def _turns(self, jobs: int) -> "list[Forks]":
        """Let processes film until ``jobs`` do, or none waits; return all films that have any."""
        films = [*dict.fromkeys(self._running.values())]
        while sum(len(film._busy) for film in films) < jobs and any(film._turn() for film in films):
            pass
        return films

    def _turn(self) -> bool:
        """Let a process that waits film its section, if there is one."""
        weight, jobs = self._weight, self.jobs
        number = next_turn(self._sections, self._waiting, self._busy, weight, jobs)
        if number is None:
            return False
        line = self._busy[number] = self._waiting.pop(number)
        with suppress(OSError):  # it is dead, which is heard of next
            line.send("your turn")
        return True

    def _weight(self, number: int) -> float:
        return BEAT + self._work.get(number, 0)

    def _hear(self, line: Connection) -> None:
        """Note what a process tells; one that has filmed a section waits at the next."""
        with uninterrupted():
            try:
                said = line.recv()
            except (EOFError, OSError):
                said = self._lost(line)
            self._told.append(said)
            if isinstance(said, BaseException):
                self._release(line)
                return
            number = said[0].cut.number
            del self._busy[number]
            following = self._sections[self._sections.index(number) + 1 :]
            if following and following[0] in self._waiting:
                self._spare.append(self._waiting[following[0]])
                self._waiting[following[0]] = line
            elif following or self._over:
                self._spare.append(line)
            else:
                self._ahead = line

    def _lost(self, line: Connection) -> BaseException:
        """Return the error that a process was over which was not to be."""
        places = [*self._waiting.items(), *self._busy.items()]
        section = next((number for number, one in places if one is line), self._sections[-1])
        code = self._children[line].over()
        if -code in (signal.SIGINT, signal.SIGTERM):  # as this process is, just now
            return KeyboardInterrupt()
        how = f"killed by signal {-code}" if code < 0 else f"over with status {code}"
        return RuntimeError(f"section {section + 1}: its process was {how}")

    def _release(self, line: Connection) -> None:
        """End a process that is not needed any more."""
        with uninterrupted():
            for table in (self._waiting, self._busy):
                for number in [number for number, one in table.items() if one is line]:
                    del table[number]
            self._ahead = None if self._ahead is line else self._ahead
            self._spare = [one for one in self._spare if one is not line]
            self._children.pop(line).end()
            del self._running[line]

    def _take_all(self) -> None:
        """Take what processes filmed; raise what they raised."""
        while self._told:
            said = self._told.pop(0)
            if isinstance(said, BaseException):
                raise said
            segment, spent = said
            self.spent.add(spent)
            self.done(segment)
