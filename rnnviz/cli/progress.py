"""The progress bar of a render, on a terminal's standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beats_shown(label: str, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Yield what to call with a beat's title, its number and how many there are.

    Nothing is shown when ``quiet`` or where standard error is no terminal.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda title, done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.fields[label]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    # no thread draws it: processes are forked from this one
    with Progress(
        *columns, console=Console(stderr=True), transient=True, auto_refresh=False
    ) as bar:
        task = bar.add_task("starting", total=None, label=label)
        bar.refresh()

        def show(title: str, done: int, total: int) -> None:
            bar.update(task, description=title, completed=done, total=total or None, refresh=True)

        yield show
