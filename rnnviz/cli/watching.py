"""``rnnviz render --watch``: the same render again whenever one of its files changes."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from rnnviz.cli.source import Source
from rnnviz.scene_file import scene_path
from rnnviz.scene_list import scene_module

QUIET = 0.2  # seconds without a change, after which a file is taken to be written


def watch(scenes: Sequence[str], source: Source) -> None:
    """Render as the command line says, and again after each change, until interrupted."""
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers import Observer

    watched = {path.resolve() for path in _files(scenes, source)}
    changed = threading.Event()

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            paths = {
                Path(str(path)).resolve() for path in (event.src_path, event.dest_path) if path
            }
            if event.event_type in ("modified", "created", "moved") and paths & watched:
                changed.set()

    observer = Observer()
    for folder in {path.parent for path in watched}:
        observer.schedule(Handler(), str(folder))
    observer.start()
    command = [sys.executable, "-m", "rnnviz", *_arguments()]
    try:
        while True:
            changed.clear()
            process = subprocess.Popen(command)
            try:
                while process.poll() is None and not changed.wait(QUIET):
                    pass
            finally:
                if process.poll() is None:  # it would show what is no longer there
                    process.terminate()
                process.wait()
            if not changed.is_set():
                click.echo("waiting for a change; Ctrl-C ends this", err=True)
                while not changed.wait(1.0):
                    pass
            while changed.is_set():
                changed.clear()
                changed.wait(QUIET)
    finally:
        observer.stop()
        observer.join()


def _arguments() -> list[str]:
    """Return the arguments of this process for one render that replaces the last."""
    given = [one for one in sys.argv[1:] if one != "--watch"]
    return given if "--force" in given else [*given, "--force"]


def _files(scenes: Sequence[str], source: Source) -> list[Path]:
    """Return the files that a render depends on: scenes, what stands beside them, and data."""
    found = [path for path in (source.input, source.weights) if path is not None]
    for scene in scenes:
        file = scene_path(scene)
        if file is not None:
            found += [file[0], *file[0].parent.glob("*.py")]
        else:
            spec = find_spec(scene_module(scene))
            found += [Path(spec.origin)] if spec and spec.origin else []
    return found
