"""Who films the sections of a scene: here this process itself, in rnnviz.video.forks others."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from rnnviz.files import opened
from rnnviz.video.canvas import Canvas
from rnnviz.video.filming import Cut, Film
from rnnviz.video.settings import Settings
from rnnviz.video.shapes import Shape
from rnnviz.video.spent import Spent
from rnnviz.video.take import Take


@dataclass(frozen=True)
class Segment:
    """A section that was filmed: which, the key of its frames, the file (None: only the key)."""

    cut: Cut
    key: str
    file: Path | None


Done = Callable[[Segment], None]


class Alone:
    """Films the ``wanted`` sections (None: all) into ``folder`` (None: finds their keys) itself.

    What goes wrong here passes through the scene, which may catch it and is not to blame for it.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        wanted: Collection[int] | None,
        done: Done,
        spent: Spent,
    ) -> None:
        self.settings, self.folder, self.wanted = settings, folder, wanted
        self.done, self.spent = done, spent
        self.cuts: list[Cut] = []
        self.expected = 0  # sections, as far as one can tell before they are played
        self._take: Take | None = None
        self._file: BinaryIO | None = None
        self._error: Exception | None = None  # the first that is not the scene's
        self._trace: TracebackType | None = None

    def start(self, number: int) -> Film | None:
        """Start filming a section if it is wanted."""
        if self.wanted is not None and number not in self.wanted:
            return None
        with self._noted(Exception):
            if self.folder is not None:
                self._file = opened(self.path(number))
            self._take = Take(self.settings, self.spent, self._file)
        return self

    def meanwhile(self) -> None:
        """Do nothing: nobody else is to be heard."""

    def show(self, canvas: Canvas, shapes: Sequence[Shape] | None) -> None:
        """Film the next frame of the section."""
        assert self._take is not None
        with self._noted(OSError):
            self._take.show(canvas, shapes)

    def hold(self, count: int) -> None:
        """Film the last frame so many times again."""
        assert self._take is not None
        with self._noted(OSError):
            self._take.hold(count)

    def end(self, cut: Cut) -> None:
        """Close the film of a section."""
        self.cuts.append(cut)
        if self._take is None:
            return
        with self._noted(Exception):
            key = self._take.close()
            if self._file is not None:
                self._file.close()
            path = self.path(cut.number) if self._file is not None else None
            self._take = self._file = None
            self.done(Segment(cut, key, path))

    def path(self, number: int) -> Path:
        """Return the file of a section."""
        assert self.folder is not None
        return self.folder / f"{number:05d}.{self.settings.segment_format}"

    def played(self) -> None:
        """Learn that the scene is over."""

    def wait(self) -> None:
        """Make sure that all is filmed; what went wrong is raised, even if the scene caught it."""
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Give up a film that has begun."""
        if self._file is not None:
            with suppress(OSError):  # a disk that is full
                self._file.close()

    def failed(self, error: BaseException) -> None:
        """Raise what went wrong here before as what it was; pass over errors of the scene."""
        if self._error is not None and isinstance(error, Exception):
            self.stop()
            raise self._error.with_traceback(self._trace)

    @contextmanager
    def _noted(self, kind: type[Exception]) -> Iterator[None]:
        try:
            yield
        except kind as error:
            if self._error is None:
                self._error, self._trace = error, error.__traceback__
            raise
