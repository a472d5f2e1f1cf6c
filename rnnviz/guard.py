"""Processes forked from this one, one that tidies up after it, and what must not be interrupted."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

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
            holding = False
            for number, handler in usual.items():
                signal.signal(number, handler)
            if came:
                usual[came[0]](came[0], None)


@contextmanager
def guarded(undo: Callable[[], None], finish: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Have another process tidy up if this one ends within the block.

    It calls ``undo``, or ``finish`` once this one has called what is yielded. Where processes
    cannot be forked there is no such guard.
    """
    process, alive = 0, -1
    if can_fork():
        with uninterrupted():
            watched, alive = os.pipe()
            try:
                process = forked()
            except OSError:  # no process is to be had
                os.close(alive)
            else:
                if not process:
                    os.close(alive)
                    _watch(watched, undo, finish)
            os.close(watched)
    if not process:
        yield lambda: None
        return
    try:
        yield lambda: _say(alive, b"c")
    finally:
        with uninterrupted():
            _say(alive, b".")
            os.close(alive)
            waited(process)


def waited(process: int) -> int:
    """Wait until a forked process is over and return its exit code; -N if signal N killed it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:  # whoever started this one had it ignore them
        return 0


def _say(pipe: int, what: bytes) -> None:
    with suppress(OSError):  # the guard itself was killed
        os.write(pipe, what)


def _watch(pipe: int, undo: Callable[[], None], finish: Callable[[], None]) -> None:
    """Wait for the end of the block, or of the process, and end this one."""
    try:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)  # they are meant for the other one
        with suppress(OSError):
            os.setpgid(0, 0)  # and so is what is sent to all of its group
        said = os.read(pipe, 1)
        if not said:
            undo()
        elif said == b"c" and not os.read(pipe, 1):
            finish()
    finally:
        os._exit(0)
