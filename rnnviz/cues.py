"""When each beat is seen: the times that subtitles, chapters and a transcript are made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnnviz.storyboard import Beat


@dataclass(frozen=True)
class Cue:
    """One beat in seconds of the video: when it starts, when its caption stands, when it ends."""

    beat: Beat
    start: float
    told: float
    end: float


@dataclass(frozen=True)
class Chapter:
    """A part of a video, in seconds from its start."""

    title: str
    start: float
    end: float


def chapters(cues: Sequence[Cue], end: float) -> tuple[Chapter, ...]:
    """Return a chapter a beat, without gaps: from 0 to the ``end`` of the video.

    A beat that is seen between two frames has none.
    """
    starts = [0.0, *(cue.start for cue in cues[1:]), end]
    parts = zip(cues, starts, starts[1:], strict=False)
    return tuple(Chapter(heading(cue.beat), a, b) for cue, a, b in parts if a < b)


def heading(beat: Beat) -> str:
    """Return a beat's title behind its timestep, ``t = 1 · Forget gate``, unless it names it."""
    timed = beat.id.startswith(f"t{beat.t + 1}.") and beat.key != "all"
    return f"t = {beat.t + 1} · {beat.title}" if timed else beat.title
