"""Films those sections of a scene that are not in the cache."""

import os
from collections.abc import Collection, Generator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path

from rnnviz.errors import RnnvizError
from rnnviz.guard import can_fork
from rnnviz.stage import TracedScene, View
from rnnviz.video.budget import MEMORY, SIZE, check_size, jobs_within
from rnnviz.video.cache import Cache
from rnnviz.video.crews import Alone, Done, Segment
from rnnviz.video.elsewhere import Order, film_elsewhere
from rnnviz.video.forks import Forks
from rnnviz.video.playing import Progress, Script, complete, play
from rnnviz.video.settings import Settings
from rnnviz.video.shelf import Shelf
from rnnviz.video.spent import Spent


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class How:
    """How films are made: in so many processes, or by an executor; with a cache of what was.

    An ``executor`` gets the sections in ``jobs`` pieces. Work folders are made in ``place``, that
    of the cache, where what a killed process leaves is found. ``memory`` and ``size`` are the bytes
    that the processes here, and all sections together, may take. ``running`` are the forked
    processes of all films that are made with it, ``jobs`` of which draw at a time.
    """

    jobs: int = field(default_factory=cores)
    executor: Executor | None = None
    cache: Cache | None = None
    place: Path | None = None
    memory: int = MEMORY
    size: int = SIZE
    running: dict[Connection, Forks] = field(default_factory=dict)

    @property
    def forks(self) -> bool:
        """Whether forked processes film the sections."""
        return self.executor is None and self.jobs > 1 and can_fork()


@dataclass(frozen=True)
class Footage:
    """All sections of a video as files, in order, and how many had to be filmed."""

    script: Script
    files: tuple[Path, ...]
    filmed: int


def film(
    scene: type[TracedScene],
    view: View,
    settings: Settings,
    how: How,
    work: Path,
    progress: Progress,
    spent: Spent,
) -> Generator[None, None, Footage]:
    """Return the film of every section in ``work``, from the cache or filmed now.

    Yields once, when all is under way and what is left is to wait for other processes. Raises
    RnnvizError beyond the budgets, and for a scene that shows nothing.
    """
    if how.executor is None:
        how = replace(how, jobs=jobs_within(how.memory, settings, how.jobs))
    shelf = Shelf(how.cache, scene, view, settings)
    script = shelf.script()
    # a film that is made in one go finds its keys on the way; what can be looked up has them first
    known = script is not None or shelf.is_known
    if script is None and (known or how.executor or (how.cache and not how.forks)):
        keys = known or how.executor is None  # where nothing can be kept, the sections are enough
        script = _planned(scene, view, settings, how, work, spent, keys)
    files: dict[int, Path] = {}
    if script is not None:
        files = _fetched(script, shelf, work)
    made: dict[int, str] = {}
    kept, sizes = len(files), [path.stat().st_size for path in files.values()]
    wanted = None if script is None else {*range(len(script.sections))} - {*files}
    if wanted is None or wanted:

        def done(segment: Segment) -> None:
            assert segment.file is not None
            number = segment.cut.number
            files[number], made[number] = segment.file, segment.key
            sizes.append(segment.file.stat().st_size)
            total = len(script.sections) if script else crew.expected
            check_size(sum(sizes), how.size, len(files), total)
            shelf.put(segment)
            progress(segment.cut.name, len(files), total)

        if how.executor is not None and script is not None and wanted:
            sections = {k: script.sections[k] for k in wanted}
            order = Order(scene, view, settings, sections)
            yield from film_elsewhere(how.executor, how.jobs, order, work, done, spent)
        else:
            crew = _crew(settings, how, work, wanted, done, spent)
            played = yield from _film_here(scene, view, settings, crew, work, spent)
            script = script or played
    else:
        yield
    assert script is not None
    if len(files) != len(script.sections):  # not the scene that the script is of, or it hid errors
        raise RnnvizError(
            f"scene: wanted {len(script.sections)} sections as before, got {len(files)}"
        )
    script = _with_keys(script, made)
    shelf.keep_script(script)
    return Footage(script, tuple(files[k] for k in sorted(files)), len(files) - kept)


def _film_here(
    scene: type[TracedScene],
    view: View,
    settings: Settings,
    crew: Alone,
    work: Path,
    spent: Spent,
) -> Generator[None, None, Script]:
    """Film sections with a crew of this machine; yields once the whole scene has been played."""
    with spent.on("scene"):
        played = play(scene, view, settings, crew, work)
    crew.expected = len(played.sections)
    try:
        yield
    except BaseException:
        crew.stop()
        raise
    with spent.on("scene"):
        complete(crew)
    return played


def _crew(
    settings: Settings,
    how: How,
    folder: Path | None,
    wanted: Collection[int] | None,
    done: Done,
    spent: Spent,
) -> Alone:
    if how.forks:
        return Forks(settings, folder, wanted, done, spent, how.jobs, how.running)
    return Alone(settings, folder, wanted, done, spent)


def _planned(
    scene: type[TracedScene],
    view: View,
    settings: Settings,
    how: How,
    work: Path,
    spent: Spent,
    with_keys: bool,
) -> Script:
    """Play a scene only to learn its sections, and their keys if asked for."""
    keys: dict[int, str] = {}

    def done(segment: Segment) -> None:
        keys[segment.cut.number] = segment.key

    crew = _crew(settings, how, None, None if with_keys else (), done, spent)
    with spent.on("scene"):
        script = play(scene, view, settings, crew, work)
        complete(crew)
    return _with_keys(script, keys)


def _with_keys(script: Script, keys: dict[int, str]) -> Script:
    """Return the script with these keys, by number, in addition to those that it has."""
    sections = (replace(one, key=keys.get(k, one.key)) for k, one in enumerate(script.sections))
    return replace(script, sections=tuple(sections))


def _fetched(script: Script, shelf: Shelf, work: Path) -> dict[int, Path]:
    """Return the sections that the cache holds, as files in ``work``."""
    paths = {k: work / f"kept-{k:05d}" for k in range(len(script.sections))}
    return {k: path for k, path in paths.items() if shelf.get(script.sections[k].key, path)}
