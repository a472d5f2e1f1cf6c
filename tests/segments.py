"""Frames for the tests of encoding, and what a decoder sees in what was encoded."""

import io
from pathlib import Path

import av
import numpy as np

from rnnviz.video.encoder import Encoder
from rnnviz.video.rects import Rect


class Full(io.BytesIO):
    """A file that refuses to be written once ``room`` writes were made, for good."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def write(self, data):
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        self.room -= 1
        return super().write(data)


def everywhere(settings):
    return [Rect(0, 0, settings.width, settings.height)]


def flat(settings, grey, alpha=255):
    """Return a frame of one grey."""
    frame = np.full((settings.height, settings.width, 4), grey, np.uint8)
    frame[..., 3] = alpha
    return frame


def encoded(file, settings, greys):
    """Encode flat frames, each held as often as it is repeated at once."""
    encoder = Encoder(file, settings)
    last = None
    for grey in greys:
        if grey == last:
            encoder.hold(1)
        else:
            encoder.show(flat(settings, grey), everywhere(settings))
        last = grey
    encoder.close()
    assert encoder.frames == len(greys)
    return file


def decoded(file):
    """Return the frames of a video, with transparency where it has any."""
    given = io.BytesIO(file.getvalue()) if isinstance(file, io.BytesIO) else str(file)
    with av.open(given) as video:
        stream = video.streams.video[0]
        if stream.codec_context.name != "vp9":
            return list(video.decode(stream))
        decoder = av.CodecContext.create("libvpx-vp9", "r")  # the usual one drops alpha
        return [frame for packet in video.demux(stream) for frame in decoder.decode(packet)]


def pixels(file):
    """Return the frames of a video as RGBA."""
    return [rgba(frame) for frame in decoded(file)]


def rgba(frame):
    """Return a frame as an array; libav's way from yuv420p to RGBA leaves out last columns."""
    if frame.format.name != "yuv420p":
        return frame.to_ndarray(format="rgba")
    colours = frame.to_ndarray(format="rgb24")
    return np.dstack((colours, np.full_like(colours[..., 0], 255)))


def greys(file):
    """Return the grey in the middle of each frame."""
    return [int(frame[frame.shape[0] // 2, frame.shape[1] // 2, 1]) for frame in pixels(file)]


def near(found, wanted, far=3):
    """Tell whether two lists of numbers are as long and differ by little."""
    return len(found) == len(wanted) and bool((abs(np.subtract(found, wanted)) <= far).all())


def complete(file):
    """Tell whether a file is a video from beginning to end; of webm any beginning is one."""
    data = file.read_bytes() if isinstance(file, Path) else file.getvalue()
    if data.startswith(b"GIF"):
        return data.endswith(b";")
    try:
        return bool(decoded(io.BytesIO(data)))
    except (av.FFmpegError, IndexError):
        return False


def succeeds(work):
    """Tell whether some work is done: all of it, or not for lack of room."""
    try:
        work()
    except OSError as error:
        if error.errno != 28:
            raise
        return False
    return True
