"""A process forked from this one, and the line over which the two talk."""

import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from io import StringIO
from multiprocessing.connection import Connection, Pipe
from typing import NoReturn

from rnnviz.errors import RnnvizError
from rnnviz.guard import ENDING, forked, waited


class Child:
    """A forked process, as the one that forked it knows it."""

    def __init__(self, process: int, line: Connection) -> None:
        self.process, self.line = process, line
        self._code: int | None = None

    def over(self) -> int:
        """Wait until the process is over; return its exit code, -N if signal N killed it."""
        if self._code is None:
            self._code = waited(self.process)
        return self._code

    def end(self) -> None:
        """End the process at once."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
        self.over()
        self.line.close()


class Parent:
    """The process that forked this one, as this one knows it."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def tell(self, said: object) -> None:
        """Tell the other process something."""
        self._line.send(said)

    def asked(self) -> None:
        """Wait until the other process wants this one to go on; end it when that is gone."""
        try:
            self._line.recv()
        except (EOFError, OSError):
            os._exit(1)

    def end(self, error: BaseException) -> NoReturn:
        """Tell what went wrong, and end this process."""
        try:
            self._line.send(_told(error))
            os._exit(0)
        finally:
            os._exit(1)


def fork(what: str, others: Iterable[Connection]) -> Child | Parent:
    """Fork this process: return the child in this one, and the parent in the child.

    ``others`` are lines that are none of the child's business. Raises RnnvizError, which names
    ``what`` it is for, where there is no process to be had.
    """
    parent = os.getpid()
    ours, theirs = Pipe()
    try:
        process = forked()
    except OSError as error:
        ours.close()
        theirs.close()
        said = f"render: wanted a process for {what}, got {error.strerror}"
        raise RnnvizError(f"{said} (--jobs 1 needs none)") from error
    if process:
        theirs.close()
        return Child(process, ours)
    gc.freeze()  # looking through what is inherited would copy it
    for line in (ours, *others):
        line.close()
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    _die_with(parent)
    sys.stdout = sys.stderr = StringIO()  # what a scene prints is printed once
    return Parent(theirs)


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
