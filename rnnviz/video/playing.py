"""Playing a scene for a crew, and what is known of the video once it is over."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manim.utils.exceptions import EndSceneEarlyException

from rnnviz.cues import Chapter, chapters, heading
from rnnviz.errors import RnnvizError
from rnnviz.stage import TracedScene, View
from rnnviz.storyboard import Beat
from rnnviz.subtitles import srt, vtt
from rnnviz.video.bookkeeping import Quick
from rnnviz.video.canvas import Pixels
from rnnviz.video.crews import Alone
from rnnviz.video.filming import Cut, Filming, at_once, configured, drawn
from rnnviz.video.settings import Settings
from rnnviz.video.take import finished

Progress = Callable[[str, int, int], None]  # what is done, its number from 1, how many there are


@dataclass(frozen=True)
class Section:
    """A part of the video that is filmed as one, usually a beat: seconds, frames, their key."""

    name: str
    title: str
    caption: str
    start: float
    end: float
    frames: int
    key: str = ""


@dataclass(frozen=True)
class Script:
    """What a scene's video consists of: heading, sections, chapters, texts to go beside it."""

    title: str
    sections: tuple[Section, ...]
    chapters: tuple[Chapter, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """Frames of the whole video."""
        return sum(section.frames for section in self.sections)


def play(
    scene: type[TracedScene], view: View, settings: Settings, crew: Alone, work: Path
) -> Script:
    """Play a scene for ``crew`` and return its script, without keys; ``complete`` is what follows.

    What manim writes, such as the outlines of texts, goes to ``work``. Raises RnnvizError for a
    scene that shows nothing.
    """

    def setup(self: TracedScene) -> None:
        scene.setup(self)
        crew.expected = len(self.storyboard)

    playing = type(scene.__name__, (Quick, scene), {"view": view, "setup": setup})
    with configured(settings, work), _rarely_collected():
        renderer = Filming(crew)
        try:
            running = playing(renderer=renderer)
            running.render()
            crew.played()
        except BaseException as error:
            crew.failed(error)
            crew.stop()
            raise
    if not crew.cuts:
        complete(crew)
        raise RnnvizError(f"scene: wanted an animation, {scene.__name__} plays none")
    return _script(running, crew.cuts, settings)


def complete(crew: Alone) -> None:
    """Wait until all is filmed that a crew has begun; what went wrong is raised."""
    try:
        crew.wait()
    except BaseException as error:
        crew.failed(error)
        crew.stop()
        raise


def _script(scene: TracedScene, cuts: Sequence[Cut], settings: Settings) -> Script:
    cues, end = scene.cues(), float(scene.time)
    beats = {beat.id: beat for beat in scene.storyboard}
    sections = tuple(_section(cut, beats.get(cut.name), settings.fps) for cut in cuts)
    texts = {"srt": srt(cues, end), "vtt": vtt(cues, end)}
    if settings.transcript:
        starts = [cue.start for cue in cues]
        texts["txt"] = scene.transcript([cue.beat for cue in cues], starts)
    return Script(scene.heading(), sections, chapters(cues, end), texts)


def _section(cut: Cut, beat: Beat | None, fps: int) -> Section:
    title, caption = (heading(beat), beat.caption) if beat is not None else ("", "")
    start, end = cut.first / fps, (cut.first + cut.frames) / fps
    return Section(cut.name, title, caption, start, end, cut.frames)


def still(
    scene: type[TracedScene], view: View, settings: Settings, progress: Progress, work: Path
) -> tuple[Pixels, str]:
    """Return the last frame of a scene, or of one beat, and the transcript of what it shows.

    The frame is (height, width, 4). Raises RnnvizError for a scene that shows nothing, and for a
    beat that it does not play.
    """
    played: list[Beat] = []

    def setup(self: TracedScene) -> None:
        scene.setup(self)
        if settings.beat and len(self.storyboard):
            check_beat(settings.beat, self.storyboard)

    def after(self: TracedScene, beat: Beat) -> None:
        played.append(beat)
        progress(beat.title, len(played), len(self.storyboard))
        scene.after(self, beat)
        if beat.id == settings.beat:
            raise EndSceneEarlyException

    parts: dict[str, Any] = {"view": view, "setup": setup, "after": after}
    parts |= {"play": at_once, "wait": _no_wait}
    with configured(settings, work), _rarely_collected():
        running = type(scene.__name__, (Quick, scene), parts)(renderer=Filming())
        running.render()
        if not running.renderer.num_plays:
            raise RnnvizError(f"scene: wanted an animation, {scene.__name__} plays none")
        if settings.beat:
            check_beat(settings.beat, played)
        canvas = running.renderer.canvas
        canvas.capture(drawn(running))
        frame = finished(canvas) if settings.transparent else canvas.pixels
        text = running.transcript(running.standing(played)) if settings.transcript else ""
    return frame, text


def check_beat(wanted: str, beats: Iterable[Beat]) -> None:
    """Raise RnnvizError unless a beat has this id."""
    ids = list(dict.fromkeys(beat.id for beat in beats))
    if wanted not in ids:
        raise RnnvizError(f"beat: wanted one of {', '.join(ids)}, got {wanted!r}")


def _no_wait(self: Any, *args: Any, **options: Any) -> None:
    self.renderer.num_plays += 1


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Let the garbage collector look less often: a scene makes many objects and keeps them."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
