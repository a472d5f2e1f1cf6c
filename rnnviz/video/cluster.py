"""A Dask cluster as an executor: the machines that it has draw the beats."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from rnnviz.errors import RnnvizError
from rnnviz.video.versions import differences, versions

SECONDS = 10  # in which a scheduler has to answer


@contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """Yield the executor of the scheduler at HOST:PORT, and how many threads its workers have.

    Raises RnnvizError without the package ``distributed``, without an answer or a worker, and
    where a worker has other versions of what the picture depends on.
    """
    try:
        from distributed import Client
    except ImportError:
        raise RnnvizError(
            "executor: wanted the package distributed, got none; "
            "pip install 'rnnviz[cluster]' brings it"
        ) from None
    try:
        client: Any = Client(f"tcp://{address}", timeout=SECONDS)
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RnnvizError(f"executor: wanted a scheduler at {address!r}, got {said}") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise RnnvizError(f"executor: wanted workers at {address!r}, got none")
        check_versions(client.run(versions))
        yield client.get_executor(), threads


def check_versions(theirs: dict[str, dict[str, str]]) -> None:
    """Raise RnnvizError unless all workers, by address, have the versions of this process."""
    ours = versions()
    for worker, found in theirs.items():
        wrong = differences(ours, found)
        if wrong:
            raise RnnvizError(f"worker {worker}: wanted the same versions, got {'; '.join(wrong)}")
