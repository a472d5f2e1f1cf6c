"""``rnnviz cache``: what is kept of earlier renders, so that the next ones take less time."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from rnnviz.errors import RnnvizError
from rnnviz.video.cache import Cache
from rnnviz.video.cache_place import cache_folder, cache_limit, size_of, size_shown
from rnnviz.video.workplace import Amount


@click.group(invoke_without_command=True)
@click.pass_context
def cache(ctx: click.Context) -> None:
    """Look at what is kept of earlier renders, or remove it.

    It is in the folder that RNNVIZ_CACHE names, else where the system has its caches. Renders
    remove what was not used for longest beyond RNNVIZ_CACHE_LIMIT, 2GiB unless told.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@cache.command()
def info() -> None:
    """Print where the cache is and how much it holds."""
    with _usable() as kept:
        found = kept.info()
        click.echo(f"folder   {found.folder}")
        click.echo(f"entries  {found.entries}")
        click.echo(f"size     {size_shown(found.bytes)}")
        click.echo(f"limit    {size_shown(found.limit)}")


def _limit(ctx: click.Context, option: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    try:
        return size_of(value)
    except RnnvizError as error:
        raise click.BadParameter(str(error)) from None


@cache.command()
@click.option("--limit", callback=_limit, metavar="SIZE", help="How much may stay, such as 500MB.")
@click.option("--check", is_flag=True, help="Read every entry, and remove damaged ones.")
def prune(limit: int | None, check: bool) -> None:
    """Remove what was not used for longest.

    What renders left that were stopped goes too.
    """
    with _usable() as kept:
        done = kept.prune(limit, check)
    for amount, one, more, which in (
        (done.work, "work folder", "work folders", " (of a render that was stopped)"),
        (done.damaged, "entry", "entries", " (damaged)"),
        (done.old, "entry", "entries", " (used least recently)"),
    ):
        if amount.count:
            click.echo(f"removed  {_counted(amount, one, more)}{which}")
    click.echo(f"kept     {_counted(done.kept)}")


@cache.command()
def clear() -> None:
    """Remove all that is kept.

    Files that are not of the cache stay, and so does what running renders work on.
    """
    with _usable() as kept:
        click.echo(f"removed  {_counted(kept.clear())}")


@contextmanager
def _usable() -> Iterator[Cache]:
    """Yield the cache; what the system refuses becomes one line."""
    folder = cache_folder()
    if folder is None:
        raise RnnvizError("cache: wanted a home folder or RNNVIZ_CACHE, got neither")
    try:
        yield Cache(folder, cache_limit())
    except OSError as error:
        path = folder if error.filename is None else error.filename
        reason = error.strerror or error
        raise RnnvizError(f"cache: wanted {str(path)!r} to use, got {reason}") from None


def _counted(amount: Amount, one: str = "entry", more: str = "entries") -> str:
    return f"{amount.count} {one if amount.count == 1 else more}, {size_shown(amount.bytes)}"
