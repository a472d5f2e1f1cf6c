"""Processes forked from this one, one that tidies up after it, and what must not be interrupted."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


def can_fork() -> bool:
    """Tell whether a process can safely go on as two: not on macOS, whose libraries forbid it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def forked() -> int:
    """Fork this process as ``os.fork`` does, whatever threads its libraries have idle."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # there is none, it is full or closed
            stream.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back signals that raise an error in this process until the block is over.

    A process that is forked in the block has them held back for good: it is to set its own.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are handled by the main thread
        return
    owner, holding = os.getpid(), True
    came: list[int] = []
    usual = {n: handler for n in ENDING if callable(handler := signal.getsignal(n))}

    def hold(number: int, frame: object) -> None:
        if holding:
            came.append(number)
        else:
            usual[number](number, None)

    try:
        for number in usual:
            signal.signal(number, hold)
        yield
    finally:
        if os.getpid() == owner:
            try:
                for number in reversed(usual):  # Ctrl-C, the likeliest, last
                    signal.signal(number, usual[number])
            finally:
                holding = False
            if came:
                usual[came[0]](came[0], None)


@contextmanager
def guarded(
    undo: Callable[[], None], finish: Callable[[], None]
) -> Iterator[Callable[[str], None]]:
    """Have another process tidy up if this one does not come to it.

    What is yielded is to be told "changed" when all is changed and "tidy" when nothing is left to
    do. If the block, or the process, ends before, the other one calls ``undo``, or ``finish`` after
    a change. Where processes cannot be forked there is no such guard.
    """
    process = alive = 0

    def tell(what: str) -> None:
        if process:
            with suppress(OSError):  # the guard itself was killed
                os.write(alive, what[:1].encode())

    try:
        if can_fork():
            with uninterrupted():
                watched, alive = os.pipe()
                with suppress(OSError):  # no process is to be had
                    process = forked() or _watch(watched, alive, undo, finish)
                    os.setpgid(process, process)  # what is sent to this one's group is not for it
                os.close(watched)
                if not process:
                    os.close(alive)
        yield tell
    finally:
        if process:
            with uninterrupted():
                os.close(alive)
                waited(process)


def waited(process: int) -> int:
    """Wait until a forked process is over and return its exit code; -N if signal N killed it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:  # whoever started this one had it ignore them
        return 0


def _watch(pipe: int, other: int, undo: Callable[[], None], finish: Callable[[], None]) -> NoReturn:
    """Wait for the end of the block, or of the process, and end this one."""
    try:
        os.close(other)
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)  # they are meant for the other one
        said = b""
        while more := os.read(pipe, 9):
            said += more
        if not said:
            undo()
        elif said == b"c":
            finish()
    finally:
        os._exit(0)
