"""A video's captions as a file beside it: SubRip (.srt) and WebVTT (.vtt)."""

import re
from collections.abc import Iterator, Sequence

from rnnviz.cues import Cue

FORMATS = ("srt", "vtt")
LINE = 60  # characters that a line has room for
_JOINER = "\N{WORD JOINER}"  # without a width: srt has no escapes, and players look for tags
_TAG = re.compile(r"<(?=[/a-z])|\{(?=\\|[a-z]:)|--(?=>)", re.IGNORECASE)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def srt(cues: Sequence[Cue], end: float) -> str:
    """Return the subtitles of a video as long as ``end``, in seconds, as SubRip.

    Each beat's lead stands during its motion, then its caption until the next beat starts.
    """
    blocks = (
        f"{number}\n{_clock(start, ',')} --> {_clock(stop, ',')}\n{_TAG.sub(_split, text)}\n"
        for number, (start, stop, text) in enumerate(_lines(cues, end), start=1)
    )
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue], end: float) -> str:
    """Return the same as ``srt`` as WebVTT."""
    blocks = (
        f"{_clock(start, '.')} --> {_clock(stop, '.')}\n{text.translate(_ESCAPES)}\n"
        for start, stop, text in _lines(cues, end)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _lines(cues: Sequence[Cue], end: float) -> Iterator[tuple[int, int, str]]:
    """Yield start and end in milliseconds and a text of one or two lines, one after another."""
    last = 0
    followed = [*(cue.start for cue in cues[1:]), end]
    for cue, stop in zip(cues, followed, strict=False):
        for start, stopped, text in (
            (cue.start, cue.told, cue.beat.lead),
            (cue.told, stop, cue.beat.caption),
        ):
            first, after = max(last, round(start * 1000)), round(stopped * 1000)
            said = " ".join(text.split())
            if said and first < after:
                last = after
                yield first, after, folded(said)


def folded(text: str) -> str:
    """Return a long text as two lines, where both can be short broken behind a punctuation mark."""
    if len(text) <= LINE:
        return text

    def misfit(space: int) -> tuple[bool, bool, int]:
        longer = max(space, len(text) - space - 1)
        return longer > LINE, text[space - 1] not in ".,;:", longer

    spaces = [place for place, char in enumerate(text) if char == " "]
    at = min(spaces, key=misfit, default=len(text))
    return f"{text[:at]}\n{text[at + 1 :]}".rstrip()


def _clock(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"


def _split(found: re.Match[str]) -> str:
    return found[0] + _JOINER
