"""How each format is encoded: the codec, its pixels, its container, and settings that are fast.

Frames of a scene differ little from each other, and many not at all. The settings are those that
take the least time for such frames at a quality where text stays sharp.
"""

from dataclasses import dataclass
from typing import Any

from av.video.reformatter import Colorspace

from rnnviz.video.settings import Settings

HD = 720  # rows from which on players take colours to be those of BT.709
BT709, BT601 = 1, 6  # the matrix as streams name it
LIMITED = 1  # the range of levels: black is 16
FOREVER = 1 << 24  # frames between key frames: there is one, the first
# from so many rows on: the quantizers of H.264 and VP9; small text needs finer ones
FINE = ((1080, "25", "28"), (720, "23", "25"), (480, "21", "22"), (0, "17", "17"))
FAST = {  # one slice without arithmetic coding, so that a held frame can be written without libx264
    "partitions": "p8x8,i4x4",
    "subme": 2,
    "me": "dia",
    "cabac": 0,
    "scenecut": 0,
    "rc-lookahead": 0,
    "sync-lookahead": 0,
    "force-cfr": 1,
    "keyint": "infinite",
}
DRAFT = {"subme": 0}  # below HD: less time for a few more bytes
VP9 = {
    "deadline": "realtime",
    "cpu-used": "8",
    "tune-content": "screen",
    "b": "0",
    "row-mt": "0",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
}


@dataclass(frozen=True)
class Codec:
    """A codec by libav's name, the pixels that it takes, the container and the options."""

    name: str
    pixels: str
    container: str
    options: dict[str, str]

    @property
    def subsampled(self) -> bool:
        """Whether its colours are luma and chroma, which asks for even sides."""
        return self.pixels.startswith("yuv")


def codec(settings: Settings) -> Codec:
    """Return what the segments of a render are encoded with.

    For gif and frames that is lossless, to convert from; so is a mov with transparency.
    """
    _, qp, crf = next(one for one in FINE if settings.height >= one[0])
    if settings.format == "webm":
        pixels = "yuva420p" if settings.transparent else "yuv420p"
        return Codec("libvpx-vp9", pixels, "webm", {**VP9, "crf": crf})
    if settings.format == "mp4" or (settings.format == "mov" and not settings.transparent):
        return Codec("libx264", "yuv420p", settings.format, _x264(settings, qp))
    return Codec("qtrle", "argb" if settings.transparent else "rgb24", "mov", {})


def _x264(settings: Settings, qp: str) -> dict[str, str]:
    chosen = FAST if settings.height >= HD else FAST | DRAFT
    params = ":".join(f"{key}={value}" for key, value in chosen.items())
    return {"preset": "ultrafast", "x264-params": params, "qp": qp}


def colours(settings: Settings) -> int:
    """Return the matrix, as streams name it, that makes luma and chroma of colours."""
    return BT709 if settings.height >= HD else BT601


def matrix(settings: Settings) -> Colorspace:
    """Return the same matrix as the converter names it."""
    return Colorspace.ITU709 if settings.height >= HD else Colorspace.ITU601


def tag(context: Any, settings: Settings) -> None:
    """Say in a stream of luma and chroma what its colours are."""
    context.colorspace = colours(settings)
    context.color_range = LIMITED
    context.color_primaries = context.color_trc = BT709
