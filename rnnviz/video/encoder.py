"""Frames in, one segment of a video out: a file of its own that starts with a key frame."""

from collections.abc import Sequence
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from rnnviz.video.codecs import FOREVER, codec, tag
from rnnviz.video.held import CYCLE, can_be_skipped, shown_again, skipped
from rnnviz.video.planes import Planes
from rnnviz.video.rects import Rect
from rnnviz.video.settings import Settings
from rnnviz.video.sink import Sink


class Encoder:
    """Encodes the frames of one segment into an open file, which stays open.

    A file that was not closed here is not a video. An error in any call comes again in ``close``.
    """

    def __init__(self, file: BinaryIO, settings: Settings) -> None:
        self.frames = 0  # so far
        self._codec = codec(settings)
        self._planes = Planes(settings)
        self._step = Fraction(1, settings.fps)
        self._frame: VideoFrame | None = None
        self._held = 0  # frames that are counted and not yet encoded: the last one again
        self._last: bytes | None = None  # the last packet, where each frame gives one at once
        self._sink = Sink(file)
        with self._sink:
            self._container = av.open(self._sink, "w", format=self._codec.container)
            self._stream = self._opened(settings)

    def show(self, pixels: NDArray[np.uint8], changed: Sequence[Rect]) -> None:
        """Add a frame (height, width, 4), which differs from the last only in ``changed``."""
        if self._frame is not None and not changed:
            self.hold(1)
            return
        with self._sink:
            self._repeat(end=False)
            self._frame = self._planes.frame(pixels, changed)
            self._encode(self._frame)
            self.frames += 1

    def hold(self, count: int) -> None:
        """Add the last frame again, ``count`` times."""
        assert self._frame is not None, "there is no frame to hold"
        self._held += count
        self.frames += count

    def close(self) -> None:
        """Complete the segment; one without frames stays empty."""
        with self._sink:
            if self._frame is not None:
                self._repeat(end=True)
                for packet in self._stream.encode(None):
                    self._container.mux(packet)
            self._container.close()

    def _opened(self, settings: Settings) -> VideoStream:
        made = self._codec
        stream = self._container.add_stream(made.name, rate=settings.fps, options=made.options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = self._planes.width, self._planes.height
        stream.pix_fmt = made.pixels
        stream.time_base = self._step
        context = stream.codec_context
        context.time_base = self._step
        context.thread_count = 1
        context.gop_size = FOREVER
        if made.subsampled:
            tag(context, settings)
        return stream

    @property
    def _next(self) -> int:
        """The number of the next frame to encode."""
        return self.frames - self._held

    def _encode(self, frame: VideoFrame) -> None:
        frame.pts, frame.time_base = self._next, self._step
        packets = self._stream.encode(frame)
        for packet in packets:
            packet.duration = 1
            self._container.mux(packet)
        self._last = bytes(packets[0]) if len(packets) == 1 else None

    def _repeat(self, end: bool) -> None:
        """Encode what is held: by the encoder, or without it where that is possible."""
        still = False
        while self._held and self._frame is not None:
            for data in self._repeats(end, still):
                self._put(data)
                self._held -= 1
            if self._held:
                self._encode(self._frame)
                self._held -= 1
                still = True

    def _repeats(self, end: bool, still: bool) -> list[bytes]:
        """Return packets that repeat the last frame, made without the encoder.

        H.264 numbers its frames, and the encoder does not know of those that it has not made. So
        unless nothing follows they are as many as bring it back to the same number.
        """
        if self._last is None:
            return []
        if self._codec.name == "libx264":
            count = self._held if end else self._held // CYCLE * CYCLE
            if not can_be_skipped(self._last, self._next - 1):
                return []
            blocks = -(-self._planes.width // 16) * -(-self._planes.height // 16)
            return [skipped(self._next + k, blocks) for k in range(count)]
        if self._codec.pixels == "yuv420p":
            again = shown_again(self._last)
            return [again] * self._held if again else []
        if self._codec.name == "qtrle" and still:
            return [self._last] * self._held  # it says that nothing has changed
        return []

    def _put(self, data: bytes) -> None:
        """Add a packet that was made here."""
        packet = Packet(data)
        packet.stream, packet.time_base = self._stream, self._step
        packet.pts = packet.dts = self._next
        packet.duration = 1
        self._container.mux(packet)
