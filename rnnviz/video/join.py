"""Segments put together into the output: copied packet by packet, or converted from lossless."""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av
from av.packet import Packet
from av.video.stream import VideoStream

from rnnviz.cues import Chapter
from rnnviz.errors import RnnvizError
from rnnviz.files import opened
from rnnviz.video.codecs import codec
from rnnviz.video.pictures import to_frames, to_gif
from rnnviz.video.settings import Settings
from rnnviz.video.sink import Sink

if TYPE_CHECKING:
    from av.container.core import Chapter as Marked


def join(
    sources: Sequence[Path],
    target: Path,
    settings: Settings,
    title: str,
    chapters: Sequence[Chapter],
) -> int:
    """Write what was asked for, made of segments in their order; return how many frames it has.

    A video has a title and chapters, and its index comes first, so that it starts at once. Frames
    go to a folder, which is there and empty.
    """
    if settings.format == "png":
        return to_frames(sources, target, settings.transparent)
    with opened(target) as file:
        if settings.format == "gif":
            return to_gif(sources, file, settings.fps, settings.transparent)
        return copied(sources, file, settings, title, chapters)


def copied(
    sources: Sequence[Path],
    file: BinaryIO,
    settings: Settings,
    title: str,
    chapters: Sequence[Chapter],
) -> int:
    """Write the segments' packets to one video, each frame at its time; return how many."""
    if settings.format == "webm":
        return _mux(sources, file, settings, title, chapters, {})[0]
    # room is left for the index, and how long it is shows when all is written
    trial = _Nowhere()
    _, payload = _mux(sources, trial, settings, title, chapters, {})
    room = {"moov_size": str(trial.size - payload)}
    return _mux(sources, file, settings, title, chapters, room)[0]


def _mux(
    sources: Sequence[Path],
    file: BinaryIO,
    settings: Settings,
    title: str,
    chapters: Sequence[Chapter],
    options: dict[str, str],
) -> tuple[int, int]:
    """Return how many frames were written, and of how many bytes they are."""
    step = Fraction(1, settings.fps)
    frames = payload = 0
    sink = Sink(file)
    written = av.open(sink, "w", format=codec(settings).container, options=options)
    with sink:
        stream: VideoStream | None = None
        look: object = None
        for given, packet in _packets(sources):
            if stream is None:
                stream, look = written.add_stream_from_template(given), _look(given)
                stream.time_base = step
                if codec(settings).pixels == "yuva420p":
                    stream.metadata["alpha_mode"] = "1"
                written.metadata["title"] = title
                written.set_chapters(_marked(chapters))
            elif _look(given) != look:
                raise RnnvizError("segments: wanted all of one size and codec, got others")
            packet.stream, packet.time_base = stream, step
            packet.pts = packet.dts = frames
            packet.duration = 1
            frames, payload = frames + 1, payload + packet.size
            written.mux(packet)
        if stream is None:
            raise RnnvizError("segments: wanted at least one frame, got none")
        written.close()
    return frames, payload


def _packets(sources: Sequence[Path]) -> "Iterator[tuple[VideoStream, Packet[VideoStream]]]":
    """Yield each frame's packet and the stream that it comes from."""
    for source in sources:
        if not source.stat().st_size:  # a segment without frames
            continue
        with av.open(str(source)) as given:
            stream = given.streams.video[0]
            for packet in given.demux(stream):
                if packet.size:
                    yield stream, packet


def _look(stream: VideoStream) -> object:
    context = stream.codec_context
    return context.name, context.width, context.height, context.extradata


def _marked(chapters: Sequence[Chapter]) -> "list[Marked]":
    return [
        {
            "id": number,
            "start": round(one.start * 1000),
            "end": round(one.end * 1000),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": one.title},
        }
        for number, one in enumerate(chapters)
    ]


class _Nowhere(io.BytesIO):
    """Counts the bytes of a file and keeps none."""

    def __init__(self) -> None:
        super().__init__()
        self.size = self._at = 0

    def write(self, data: object) -> int:
        count = len(data)  # type: ignore[arg-type]
        self._at += count
        self.size = max(self.size, self._at)
        return count

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at
