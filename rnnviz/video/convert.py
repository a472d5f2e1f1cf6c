"""From what manim wrote to what was asked for: mp4 that starts at once, gif, png frames."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


def faststart(source: Path, target: Path) -> None:
    """Copy an mp4 without re-encoding so that its index comes first and players start at once."""
    with (
        av.open(str(source)) as given,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as written,
    ):
        streams = {
            stream.index: written.add_stream_from_template(stream)
            for stream in given.streams
            if isinstance(stream, VideoStream)
        }
        for packet in given.demux():
            if packet.dts is not None and packet.stream.index in streams:
                packet.stream = streams[packet.stream.index]
                written.mux(packet)


def to_frames(source: Path, folder: Path) -> None:
    """Write every frame of a lossless video as a numbered png, held frames as often as shown."""
    with av.open(str(source)) as given:
        for number, frame in enumerate(given.decode(video=0)):
            frame.to_image().save(folder / f"{number:05d}.png")


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
