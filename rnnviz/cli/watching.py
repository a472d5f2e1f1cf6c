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

    files = {path.resolve() for path in _files(scenes, source)}
    homes = {file[0].resolve().parent for file in map(scene_path, scenes) if file is not None}
    changed = threading.Event()

    def matters(path: Path) -> bool:
        # beside a scene's file may stand what it imports, perhaps only after its next change
        return path in files or (path.suffix == ".py" and path.parent in homes)

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            paths = {
                Path(str(path)).resolve() for path in (event.src_path, event.dest_path) if path
            }
            if event.event_type in ("modified", "created", "moved") and any(map(matters, paths)):
                changed.set()

    observer = Observer()
    for folder in {path.parent for path in files}:
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
    """Return the files that a render depends on: its scenes and data."""
    found = [path for path in (source.input, source.weights) if path is not None]
    for scene in scenes:
        file = scene_path(scene)
        if file is not None:
            found.append(file[0])
        else:
            spec = find_spec(scene_module(scene))
            found += [Path(spec.origin)] if spec and spec.origin else []
    return found
