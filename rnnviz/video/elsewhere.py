"""Films sections through any executor: in other processes, or on other machines.

Each piece of the work plays the scene up to its sections by itself, so nothing is shared but what
is sent: the scene's name, the values to show, and the films that come back.
"""

import tempfile
import threading
from collections.abc import Collection
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from rnnviz.errors import RnnvizError
from rnnviz.files import opened
from rnnviz.stage import TracedScene, View
from rnnviz.video.crews import Alone, Done, Segment
from rnnviz.video.playing import play
from rnnviz.video.settings import Settings
from rnnviz.video.spent import Spent
from rnnviz.video.versions import differences, versions

_ALONE = threading.Lock()  # manim's settings are those of the process


@dataclass(frozen=True)
class Piece:
    """Some sections of a scene to film, and the versions that they have to be filmed with."""

    scene: type[TracedScene]
    view: View
    settings: Settings
    numbers: tuple[int, ...]
    versions: dict[str, str]


Filmed = tuple[list[tuple[Segment, bytes]], Spent]


def film_piece(piece: Piece) -> Filmed:
    """Film the sections of a piece and return them; RnnvizError where the versions differ."""
    wrong = differences(piece.versions, versions())
    if wrong:
        raise RnnvizError(f"versions: wanted the same everywhere, got {'; '.join(wrong)}")
    made: list[Segment] = []
    spent = Spent()
    with _ALONE, tempfile.TemporaryDirectory(prefix="rnnviz-") as folder:
        crew = Alone(piece.settings, Path(folder), piece.numbers, made.append, spent)
        play(piece.scene, piece.view, piece.settings, crew, Path(folder))
        return [(replace(one, file=None), _content(one)) for one in made], spent


def _content(segment: Segment) -> bytes:
    assert segment.file is not None
    return segment.file.read_bytes()


def film_elsewhere(
    executor: Executor,
    pieces: int,
    scene: type[TracedScene],
    view: View,
    settings: Settings,
    wanted: Collection[int],
    work: Path,
    done: Done,
    spent: Spent,
) -> None:
    """Film the ``wanted`` sections through ``executor`` in so many ``pieces``, into ``work``."""
    parts = _parts(sorted(wanted), pieces)
    ours = versions()
    futures = [
        executor.submit(film_piece, Piece(scene, view, settings, part, ours)) for part in parts
    ]
    try:
        for future in as_completed(futures):
            filmed, seconds = future.result()
            spent.add(seconds)
            for segment, content in filmed:
                path = work / f"{segment.cut.number:05d}.{settings.segment_format}"
                with opened(path) as file:
                    file.write(content)
                done(replace(segment, file=path))
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def _parts(numbers: list[int], count: int) -> list[tuple[int, ...]]:
    """Return the numbers in at most ``count`` runs of about the same length."""
    count = max(1, min(count, len(numbers)))
    bounds = [round(k * len(numbers) / count) for k in range(count + 1)]
    return [tuple(numbers[a:b]) for a, b in pairwise(bounds)]
