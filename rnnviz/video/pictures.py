"""From lossless segments to formats that are made anew: gif and png frames."""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from rnnviz.errors import RnnvizError
from rnnviz.files import opened
from rnnviz.video.sink import Sink

if TYPE_CHECKING:
    from av.filter.context import FilterContext


def to_frames(sources: Sequence[Path], folder: Path, transparent: bool) -> int:
    """Write every frame as a numbered png, held frames as often as shown; return how many."""
    pixels = "rgba" if transparent else "rgb24"
    last, data, count = b"", b"", 0
    for frame in _decoded(sources):
        picture = frame.to_ndarray(format=pixels)
        if (now := picture.tobytes()) != last:
            png = io.BytesIO()
            Image.fromarray(picture).save(png, "png")
            last, data = now, png.getvalue()
        with opened(folder / f"{count:05d}.png") as file:
            file.write(data)
        count += 1
    return count


def to_gif(sources: Sequence[Path], file: BinaryIO, fps: int, transparent: bool) -> int:
    """Encode a gif: one palette for all frames, only what changes stored; return how many."""
    step = Fraction(1, fps)
    palette = _palette(sources, step, transparent)
    sink = Sink(file)
    written = av.open(sink, "w", format="gif")
    count = 0
    with sink:
        stream = written.add_stream("gif", rate=fps)
        assert isinstance(stream, VideoStream)
        for frame in _with_palette(sources, step, palette):
            if not count:
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
                stream.time_base = step
            frame.pts, frame.time_base = count, step
            written.mux(stream.encode(frame))
            count += 1
        written.mux(stream.encode(None))
        written.close()
    return count


def _decoded(sources: Sequence[Path]) -> Iterator[VideoFrame]:
    for source in sources:
        if source.stat().st_size:  # else a segment without frames
            with av.open(str(source)) as given:
                yield from given.decode(video=0)


def _timed(sources: Sequence[Path], step: Fraction) -> Iterator[VideoFrame]:
    for number, frame in enumerate(_decoded(sources)):
        frame.pts, frame.time_base = number, step
        yield frame


def _entry(graph: Graph, frame: VideoFrame, step: Fraction) -> "FilterContext":
    return graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=step
    )


def _palette(sources: Sequence[Path], step: Fraction, transparent: bool) -> VideoFrame:
    """Return the 256 colours that serve all frames best, as a 16 × 16 picture."""
    graph: Graph | None = None
    for frame in _timed(sources, step):
        if graph is None:
            graph = Graph()
            options = f"stats_mode=full:reserve_transparent={int(transparent)}"
            maker, exit_ = graph.add("palettegen", options), graph.add("buffersink")
            _entry(graph, frame, step).link_to(maker)
            maker.link_to(exit_)
            graph.configure()
        graph.push(frame)
    if graph is None:
        raise RnnvizError("segments: wanted at least one frame, got none")
    graph.push(None)
    made = graph.pull()
    assert isinstance(made, VideoFrame)
    return made


def _with_palette(
    sources: Sequence[Path], step: Fraction, palette: VideoFrame
) -> Iterator[VideoFrame]:
    """Yield the frames in the palette's colours, without dithering, which would move in a still."""
    graph: Graph | None = None
    for frame in _timed(sources, step):
        if graph is None:
            graph = Graph()
            frames, colours = _entry(graph, frame, step), _entry(graph, palette, step)
            user = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
            exit_ = graph.add("buffersink")
            frames.link_to(user, 0, 0)
            colours.link_to(user, 0, 1)
            user.link_to(exit_)
            graph.configure()
            palette.pts = 0
            colours.push(palette)
            colours.push(None)
        frames.push(frame)
        yield from _ready(exit_)
    if graph is not None:
        frames.push(None)
        yield from _ready(exit_)


def _ready(sink: "FilterContext") -> Iterator[VideoFrame]:
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, VideoFrame)
        yield frame
