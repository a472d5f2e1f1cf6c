"""Render one scene to one file: what is not known yet is filmed, then all is put together.

The work is done in a private folder, and the output appears when it is complete. Sections that
were filmed before come from the cache.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from rnnviz.files import check_replaceable, opened, replacing_all
from rnnviz.stage import TracedScene, View
from rnnviz.video.cache import workplace
from rnnviz.video.clips import clips
from rnnviz.video.join import join
from rnnviz.video.playing import Progress, still
from rnnviz.video.settings import Settings
from rnnviz.video.spent import Spent
from rnnviz.video.studio import How, film


@dataclass(frozen=True)
class Made:
    """What a render made: the output, its frames and sections, how many of these were filmed.

    ``spent`` are the processor's seconds by part of the work.
    """

    path: Path
    frames: int = 1
    sections: int = 0
    filmed: int = 0
    spent: Spent = field(default_factory=Spent)


Rendering = Generator[None, None, Made]


def _silent(title: str, done: int, total: int) -> None:
    """Show no progress."""


def render(
    scene: type[TracedScene],
    view: View,
    output: Path,
    settings: Settings,
    progress: Progress = _silent,
    how: How | None = None,
) -> Made:
    """Render ``scene`` with ``view`` to ``output``, which is replaced only by a complete file.

    What goes beside it (``settings.beside``) is replaced together with it. Raises RnnvizError for
    an output that cannot be written, a scene that shows nothing and a beat that is not played.
    """
    (made,) = in_one_queue([rendering(scene, view, output, settings, progress, how)])
    return made


def in_one_queue(renders: Iterable[Rendering]) -> Iterator[Made]:
    """Yield what renders make, one after the other.

    Each begins while other processes still draw the one before it, if all have the same ``how``.
    """
    waiting: list[Rendering] = []
    try:
        with suppress(StopIteration):
            queue = iter(renders)
            while True:
                try:
                    one = next(queue)
                    next(one)
                except Exception:  # also the end of the queue
                    while waiting:
                        yield _ended(waiting.pop())
                    raise
                waiting.append(one)
                if len(waiting) > 1:
                    yield _ended(waiting.pop(0))
    finally:
        for one in waiting:
            one.close()


def _ended(one: Rendering) -> Made:
    try:
        next(one)
    except StopIteration as end:
        made: Made = end.value
        return made
    raise AssertionError("a render waits once")


def rendering(
    scene: type[TracedScene],
    view: View,
    output: Path,
    settings: Settings,
    progress: Progress = _silent,
    how: How | None = None,
) -> Rendering:
    """Render as ``render`` does; yields once, when what is left is to wait for other processes."""
    how = how or How()
    beside = settings.beside(output)
    check_replaceable(output, settings.is_folder)
    for path in beside.values():
        check_replaceable(path)
    with workplace(how.place) as work:
        if settings.still:
            yield
            return _still(scene, view, output, settings, progress, work)
        spent = Spent()
        spent["start"] = time.process_time()
        footage = yield from film(scene, view, settings, how, work, progress, spent)
        script = footage.script
        single, folders = ([], [output]) if settings.is_folder else ([output], [])
        replaced = replacing_all([*single, *beside.values()], folders, guard=True)
        with replaced as new, spent.on("join"):
            _write({new[path]: script.texts[kind] for kind, path in beside.items()})
            if settings.clips:
                clips(footage.files, new[output], settings, script.sections, script.title)
            else:
                join(footage.files, new[output], settings, script.title, script.chapters)
    return Made(output, script.frames, len(footage.files), footage.filmed, spent)


def _still(
    scene: type[TracedScene],
    view: View,
    output: Path,
    settings: Settings,
    progress: Progress,
    work: Path,
) -> Made:
    frame, text = still(scene, view, settings, progress, work)
    beside = settings.beside(output)
    with replacing_all([output, *beside.values()], guard=True) as new:
        _write({new[path]: text for path in beside.values()})
        picture = Image.fromarray(frame)
        with opened(new[output]) as file:
            (picture if settings.transparent else picture.convert("RGB")).save(file, "png")
    return Made(output)


def _write(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        with opened(path) as file:
            file.write(text.encode())
