"""A video's captions as a file beside it: SubRip (.srt) and WebVTT (.vtt)."""

import re
from collections.abc import Iterator, Sequence

from rnnviz.cues import Cue

FORMATS = ("srt", "vtt")
_JOINER = "\N{WORD JOINER}"  # without a width: srt has no escapes, and players look for tags
_TAG = re.compile(r"<(?=[/a-z])|\{(?=\\|[a-z]:)|--(?=>)", re.IGNORECASE)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def srt(cues: Sequence[Cue]) -> str:
    """Return the subtitles as SubRip: each beat's lead during its motion, then its caption."""
    blocks = (
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_TAG.sub(_split, text)}\n"
        for number, (start, end, text) in enumerate(_lines(cues), start=1)
    )
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue]) -> str:
    """Return the subtitles as WebVTT: each beat's lead during its motion, then its caption."""
    blocks = (
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{text.translate(_ESCAPES)}\n"
        for start, end, text in _lines(cues)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _lines(cues: Sequence[Cue]) -> Iterator[tuple[int, int, str]]:
    """Yield start and end in milliseconds and a text on one line, one after another."""
    last = 0
    for cue in cues:
        for start, end, text in (
            (cue.start, cue.told, cue.beat.lead),
            (cue.told, cue.end, cue.beat.caption),
        ):
            first, after = max(last, round(start * 1000)), round(end * 1000)
            said = " ".join(text.split())
            if said and first < after:
                last = after
                yield first, after, said


def _clock(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"


def _split(found: re.Match[str]) -> str:
    return found[0] + _JOINER
