"""How a render goes about its work: the options for processes, machines and the cache."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from rnnviz.cli.gathering import gathered
from rnnviz.errors import RnnvizError
from rnnviz.video.cache_place import cache_folder, cache_limit, size_of

if TYPE_CHECKING:
    from rnnviz.video.studio import How


@dataclass(frozen=True)
class Work:
    """The options as given; None is what was not given."""

    jobs: int | None
    executor: str | None
    no_cache: bool
    max_memory: int
    max_size: int
    watch: bool
    profile: bool


def _address(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.startswith("dask://"):
        raise click.BadParameter(f"wanted dask://HOST:PORT, got {value!r}")
    return value


def _size(ctx: click.Context, option: click.Parameter, value: str) -> int:
    try:
        return size_of(value)
    except RnnvizError as error:
        raise click.BadParameter(str(error)) from None


_OPTIONS = (
    click.option("-j", "--jobs", type=click.IntRange(1, 512), help="Processes.  [one a processor]"),
    click.option(
        "--executor",
        callback=_address,
        metavar="dask://HOST:PORT",
        help="Let a Dask cluster draw the beats.",
    ),
    click.option("--no-cache", is_flag=True, help="Draw everything, and keep nothing."),
    click.option(
        "--max-memory",
        callback=_size,
        default="4GiB",
        metavar="SIZE",
        help="Memory of all processes.  [4GiB]",
    ),
    click.option(
        "--max-size", callback=_size, default="16GiB", metavar="SIZE", help="On disk.  [16GiB]"
    ),
    click.option("--watch", is_flag=True, help="Render again when the scene or a file changes."),
    click.option("--profile", is_flag=True, help="Say where the seconds went."),
)
work_options = gathered("work", Work, _OPTIONS)


@contextmanager
def how_of(work: Work) -> Iterator["How"]:
    """Yield how to go about a render; a cluster is connected until the block is over."""
    from rnnviz.video.cache import Cache
    from rnnviz.video.studio import How, cores

    folder = cache_folder()
    cache = None if work.no_cache or folder is None else Cache(folder, cache_limit())
    if work.executor is None:
        yield How(work.jobs or cores(), None, cache, folder, work.max_memory, work.max_size)
        return
    from rnnviz.video.cluster import connected

    with connected(work.executor.removeprefix("dask://")) as (executor, workers):
        jobs = work.jobs or 3 * workers  # so that little is lost with one
        yield How(jobs, executor, cache, folder, work.max_memory, work.max_size)
