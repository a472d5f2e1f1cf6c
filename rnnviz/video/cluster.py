"""A Dask cluster as an executor: the machines that it has draw the beats."""

import logging
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from rnnviz.errors import RnnvizError
from rnnviz.video.versions import differences, versions

SECONDS = 10  # in which a scheduler has to answer
_LONGEST = 1 << 20  # bytes of a scheduler's greeting, and more
_NOISY = ("asyncio", "distributed", "tornado")


@contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """Yield the executor of the scheduler at HOST:PORT, and how many workers it has.

    Raises RnnvizError without the package ``distributed``, without an answer or a worker, where a
    worker has other versions of what the picture depends on, and for work that kills workers.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.utils import LoopRunner
    except ImportError:
        raise RnnvizError(
            "executor: wanted the package distributed, got none; "
            "pip install 'rnnviz[cluster]' brings it"
        ) from None
    _check_scheduler(address)
    with _quiet():
        runner: Any = LoopRunner()  # not the client's own, which it leaves running if it fails
        runner.start()
        try:
            with _client(Client, address, runner.loop) as client:
                workers = len(client.nthreads())
                if not workers:
                    raise RnnvizError(f"executor: wanted workers at {address!r}, got none")
                check_versions(client.run(versions, on_error="return"))
                # impure: what a scene draws may depend on more than what is sent
                yield client.get_executor(pure=False), workers
        except KilledWorker as error:
            died = (
                f"{error.allowed_failures + 1} that died, the last at {error.last_worker.address}"
            )
            raise RnnvizError(f"executor: wanted a worker that survives, got {died}") from None
        finally:
            runner.stop()


def check_versions(theirs: Mapping[str, object]) -> None:
    """Raise RnnvizError unless all workers have the versions of this process.

    ``theirs`` holds, by address, what a worker says: name -> version, or what it raised.
    """
    ours = versions()
    for worker, found in theirs.items():
        if not isinstance(found, Mapping):
            raise RnnvizError(f"worker {worker}: wanted rnnviz, got {_told(found)}")
        wrong = differences(ours, found)
        if wrong:
            raise RnnvizError(f"worker {worker}: wanted the same versions, got {'; '.join(wrong)}")


def _check_scheduler(address: str) -> None:
    """Raise RnnvizError unless somebody speaks there, as schedulers do: clients wait for ever."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise RnnvizError(f"executor: wanted HOST:PORT of a scheduler, got {address!r}")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), SECONDS) as connection:
            length = int.from_bytes(connection.recv(8), sys.byteorder)  # of its first message
        if not 0 < length < _LONGEST:
            raise ConnectionError("something else")
    except (OSError, OverflowError, UnicodeError) as error:
        raise _no_scheduler(address, error) from None


@contextmanager
def _client(client: Any, address: str, loop: object) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other versions: those that matter are compared here
        try:
            made = client(f"tcp://{address}", timeout=SECONDS, loop=loop, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise _no_scheduler(address, error) from None
    with made:
        yield made


def _no_scheduler(address: str, error: Exception) -> RnnvizError:
    return RnnvizError(f"executor: wanted a scheduler at {address!r}, got {_told(error)}")


def _told(error: object) -> str:
    said = getattr(error, "strerror", None) or str(error)
    return said.partition("\n")[0] or type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Let nobody but rnnviz tell what becomes of the connection."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in _NOISY]
    loggers = [logging.getLogger(name) for name in {*_NOISY, *names}]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
