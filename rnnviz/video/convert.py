"""From what manim wrote to what was asked for: mp4 that starts at once, gif, png frames."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from rnnviz.cues import Cue, chapters

if TYPE_CHECKING:
    from av.container.core import Chapter


def faststart(source: Path, target: Path, title: str, cues: Sequence[Cue]) -> None:
    """Copy an mp4 without re-encoding, with a title and a chapter a beat.

    Its index comes first, so that players start at once.
    """
    with (
        av.open(str(source)) as given,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as written,
    ):
        streams = {
            stream.index: written.add_stream_from_template(stream)
            for stream in given.streams
            if isinstance(stream, VideoStream)
        }
        written.metadata["title"] = title
        written.set_chapters(_chapters(cues, (given.duration or 0) / av.time_base))
        for packet in given.demux():
            if packet.dts is not None and packet.stream.index in streams:
                packet.stream = streams[packet.stream.index]
                written.mux(packet)


def _chapters(cues: Sequence[Cue], end: float) -> "list[Chapter]":
    return [
        {
            "id": number,
            "start": round(one.start * 1000),
            "end": round(one.end * 1000),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": one.title},
        }
        for number, one in enumerate(chapters(cues, end))
    ]


def to_frames(source: Path, folder: Path, transparent: bool) -> None:
    """Write every frame of a lossless video as a numbered png, held frames as often as shown."""
    pixels = "rgba" if transparent else "rgb24"
    with av.open(str(source)) as given:
        for number, frame in enumerate(given.decode(video=0)):
            picture = Image.fromarray(frame.to_ndarray(format=pixels))
            picture.save(folder / f"{number:05d}.png")


def to_gif(source: Path, target: Path, fps: int, transparent: bool) -> None:
    """Encode a lossless video as a gif: one palette for all frames, only what changes stored."""
    palette = _palette(source, transparent)
    with av.open(str(target), "w", format="gif") as written:
        stream: VideoStream | None = None
        for number, frame in enumerate(_with_palette(source, palette)):
            if stream is None:
                stream = written.add_stream("gif", rate=fps)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
                stream.time_base = Fraction(1, fps)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            written.mux(stream.encode(frame))
        if stream is not None:
            written.mux(stream.encode(None))


def _palette(source: Path, transparent: bool) -> VideoFrame:
    """Return the 256 colours that serve all frames best, as a 16 × 16 picture."""
    with av.open(str(source)) as given:
        graph = Graph()
        entry = graph.add_buffer(template=given.streams.video[0])
        options = f"stats_mode=full:reserve_transparent={int(transparent)}"
        maker = graph.add("palettegen", options)
        exit_ = graph.add("buffersink")
        entry.link_to(maker)
        maker.link_to(exit_)
        graph.configure()
        for frame in given.decode(video=0):
            graph.push(frame)
        graph.push(None)
        made = graph.pull()
    assert isinstance(made, VideoFrame)
    return made


def _with_palette(source: Path, palette: VideoFrame) -> Iterator[VideoFrame]:
    """Yield the frames in the palette's colours, without dithering, which would move in a still."""
    with av.open(str(source)) as given:
        stream = given.streams.video[0]
        graph = Graph()
        frames = graph.add_buffer(template=stream)
        colours = graph.add_buffer(
            width=palette.width,
            height=palette.height,
            format=palette.format,
            time_base=stream.time_base,
        )
        user = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
        exit_ = graph.add("buffersink")
        frames.link_to(user, 0, 0)
        colours.link_to(user, 0, 1)
        user.link_to(exit_)
        graph.configure()
        palette.pts = 0
        colours.push(palette)
        colours.push(None)
        for frame in given.decode(stream):
            frames.push(frame)
            yield from _ready(exit_)
        frames.push(None)
        yield from _ready(exit_)


def _ready(sink: "av.filter.context.FilterContext") -> Iterator[VideoFrame]:
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, VideoFrame)
        yield frame
