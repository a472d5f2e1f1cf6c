"""Films sections through any executor: in threads, in other processes, or on other machines.

Each piece of the work plays the scene up to its sections by itself, so nothing is shared but what
is sent: the scene, the values to show, and the films that come back.
"""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from platform import node

from manim.utils.exceptions import EndSceneEarlyException

from rnnviz.errors import RnnvizError
from rnnviz.files import opened
from rnnviz.stage import TracedScene, View
from rnnviz.video.cache import workplace
from rnnviz.video.cache_place import cache_folder
from rnnviz.video.crews import Alone, Done, Segment
from rnnviz.video.filming import Film
from rnnviz.video.playing import Section, complete, play
from rnnviz.video.sent import Sent, received, sent
from rnnviz.video.settings import Settings
from rnnviz.video.spent import Spent
from rnnviz.video.versions import differences, versions

_ALONE = threading.Lock()  # manim's settings are those of the process


@dataclass(frozen=True)
class Order:
    """Sections of a scene to film, by number, and what they have to be like."""

    scene: type[TracedScene]
    view: View
    settings: Settings
    sections: Mapping[int, Section]


@dataclass(frozen=True)
class Piece:
    """A run of sections of a scene, for one process to film with these versions."""

    scene: Sent
    view: View
    settings: Settings
    numbers: tuple[int, ...]
    versions: dict[str, str]


Filmed = tuple[list[tuple[Segment, bytes]], Spent]


class _Visit(Alone):
    """Films some sections of a scene and leaves it when they are over."""

    def start(self, number: int) -> Film | None:
        """Start filming a section if it is wanted; after the last one end the scene."""
        assert isinstance(self.wanted, tuple)
        if number > max(self.wanted):
            raise EndSceneEarlyException
        return super().start(number)


def film_piece(piece: Piece) -> Filmed:
    """Film the sections of a piece and return them; RnnvizError where the versions differ."""
    wrong = differences(piece.versions, versions())
    if wrong:
        raise RnnvizError(f"{node()}: wanted the same versions, got {'; '.join(wrong)}")
    made: list[Segment] = []
    spent = Spent()
    with _ALONE, _said_once(), received(piece.scene) as scene, workplace(cache_folder()) as folder:
        crew = _Visit(piece.settings, folder, piece.numbers, made.append, spent)
        with spent.on("motion"):
            play(scene, piece.view, piece.settings, crew, folder)
            complete(crew)
        return [(replace(one, file=None), _content(one)) for one in made], spent


def _said_once() -> redirect_stdout[StringIO] | nullcontext[None]:
    """Keep what a scene prints to itself, where nothing but the scene can print."""
    if threading.current_thread() is threading.main_thread():
        return redirect_stdout(StringIO())
    return nullcontext()


def _content(segment: Segment) -> bytes:
    assert segment.file is not None
    return segment.file.read_bytes()


def film_elsewhere(
    executor: Executor, pieces: int, order: Order, work: Path, done: Done, spent: Spent
) -> Iterator[None]:
    """Film sections through ``executor`` in about so many ``pieces``, into the folder ``work``.

    Yields once, when all pieces are on their way. Raises RnnvizError where a piece is lost, or is
    not what was ordered.
    """
    scene, ours = sent(order.scene), versions()
    waiting: dict[Future[Filmed], tuple[int, ...]] = {}
    try:
        for part in parts({k: one.frames for k, one in order.sections.items()}, pieces):
            piece = Piece(scene, order.view, order.settings, part, ours)
            with _blamed(part):
                waiting[executor.submit(film_piece, piece)] = part
        yield
        for future in as_completed([*waiting]):
            part = waiting.pop(future)
            with _blamed(part):
                filmed, seconds = future.result()
            spent.add(seconds)
            _check(order, part, filmed)
            for segment, content in filmed:
                path = work / f"{segment.cut.number:05d}.{order.settings.segment_format}"
                with opened(path) as file:
                    file.write(content)
                done(replace(segment, file=path))
            del future, filmed  # large
    finally:
        for future in waiting:
            future.cancel()


def parts(frames: Mapping[int, int], count: int) -> list[tuple[int, ...]]:
    """Return sections, given by number -> frames, in at most ``count`` runs of about as many."""
    total, before = sum(frames.values()), 0
    runs: dict[int, list[int]] = {}
    for number in sorted(frames):
        middle = before + frames[number] / 2
        runs.setdefault(int(count * middle / total), []).append(number)
        before += frames[number]
    return [tuple(run) for run in runs.values()]


@contextmanager
def _blamed(part: tuple[int, ...]) -> Iterator[None]:
    """Raise what an executor, or a process of its, says as one line without a traceback."""
    try:
        yield
    except RnnvizError as error:
        raise RnnvizError(str(error)) from None
    except (BrokenExecutor, CancelledError) as error:
        which = f"{part[0] + 1} to {part[-1] + 1}" if len(part) > 1 else f"{part[0] + 1}"
        said = str(error).partition("\n")[0]
        told = f"{type(error).__name__}: {said}" if said else type(error).__name__
        raise RnnvizError(f"executor: wanted section {which} filmed, got {told}") from error


def _check(order: Order, part: tuple[int, ...], filmed: list[tuple[Segment, bytes]]) -> None:
    """Raise RnnvizError unless a part has come back as this process knows it."""
    found = {segment.cut.number: segment for segment, _ in filmed}
    for number in part:
        section, got = order.sections[number], found.get(number)
        if got is not None:
            same = (got.cut.name, got.cut.frames) == (section.name, section.frames)
            if same and got.key == (section.key or got.key):
                continue
        raise RnnvizError(
            f"executor: wanted section {number + 1}, {section.name!r}, as it is here, got another; "
            "the scene and all that it reads and imports have to be the same everywhere"
        )
