"""A real Dask cluster for the tests: a scheduler and workers, processes on this machine alone."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import rnnviz as rv

SECONDS = 60  # beyond which something is broken
ON = ("--host", "127.0.0.1", "--no-dashboard")
CHEAP = {  # nannies fork workers from a process that has imported dask, and nobody looks on
    "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}


@dataclass
class Cluster:
    """A scheduler's HOST:PORT, the folder of the workers' files, and the workers' processes."""

    address: str
    folder: Path
    processes: list[subprocess.Popen] = field(default_factory=list)

    def add(self, *options, **env):
        """Start a worker of one thread, whose environment has AWAY; ``joined`` waits for it."""
        given = ("worker", f"tcp://{self.address}", *ON, "--nthreads", "1", *options)
        local = self.folder / f"worker-{len(self.processes)}"
        command = [*given, "--local-directory", str(local)]
        log = open(self.folder / "log.txt", "ab")  # noqa: SIM115  (closed below)
        process = _dask(command, self.folder, {"AWAY": "1", **env}, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    @contextmanager
    def client(self):
        """A client, to look at the cluster."""
        from distributed import Client

        with Client(self.address, timeout=SECONDS, set_as_default=False) as client:
            yield client

    def joined(self, count):
        """Wait until there are so many workers."""
        with self.client() as client:
            client.wait_for_workers(count, timeout=SECONDS)

    def dismiss(self):
        """Send all workers away, and wait until the scheduler knows."""
        for one in self.processes:
            one.terminate()
            one.wait(SECONDS)
        until = time.monotonic() + SECONDS
        with self.client() as client:
            while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.workers)):
                assert time.monotonic() < until, "a worker is left"
                time.sleep(0.05)

    def tasks(self):
        """The tasks that the scheduler knows of."""
        with self.client() as client:
            return client.run_on_scheduler(lambda dask_scheduler: [*dask_scheduler.tasks])

    def left(self):
        """What renders have left among the workers' files."""
        return [*self.folder.glob("tmp/rnnviz-*"), *self.folder.glob("cache/work/*")]


@contextmanager
def started(folder):
    """A scheduler in a folder of its own, which has no workers yet."""
    (folder / "tmp").mkdir()
    process = _dask(["scheduler", *ON, "--port", "0"], folder, stderr=subprocess.PIPE)
    cluster = Cluster("", folder)
    try:
        for line in process.stderr:
            if b"Scheduler at:" in line:
                cluster.address = line.decode().split("tcp://")[1].strip()
                break
        yield cluster
    finally:
        for one in (*cluster.processes, process):
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)  # a nanny's worker, too
            one.communicate()


def _dask(arguments, folder, env=None, **options):
    """Start a process of the cluster that finds rnnviz as this one does."""
    own = {"TMPDIR": str(folder / "tmp"), "RNNVIZ_CACHE": str(folder / "cache")}
    path = {"PYTHONPATH": str(Path(rv.__file__).parent.parent)}
    command = [sys.executable, "-m", "dask", *arguments]
    return subprocess.Popen(
        command,
        env={**os.environ, **CHEAP, **path, **own, **(env or {})},
        start_new_session=True,
        **options,
    )
