"""Pixels as an encoder takes them: luma and chroma, converted only where a frame has changed."""

from collections.abc import Sequence

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation
from numpy.typing import NDArray

from rnnviz.video.codecs import codec, matrix
from rnnviz.video.rects import Rect
from rnnviz.video.settings import Settings

Pixels = NDArray[np.uint8]  # (height, width, 4), RGBA
Box = tuple[int, int, int, int]  # left, top, right, bottom
REACH = 16  # pixels beside a rectangle that its conversion may look at; a multiple of 2
MOST = 0.6  # of the picture, from where on it is converted whole


class Planes:
    """The picture that an encoder is given, kept from frame to frame.

    Sides that must be even and are not grow by their last row and column, repeated.
    """

    def __init__(self, settings: Settings) -> None:
        made = codec(settings)
        self._format = made.pixels
        self._matrix = matrix(settings) if made.subsampled else None
        self._by_parts = made.pixels == "yuv420p"
        odd = made.subsampled
        self.width = settings.width + (settings.width % 2 if odd else 0)
        self.height = settings.height + (settings.height % 2 if odd else 0)
        self._grows = (self.width, self.height) != (settings.width, settings.height)
        self._padded: Pixels | None = None
        self._frame: VideoFrame | None = None

    def frame(self, pixels: Pixels, changed: Sequence[Rect]) -> VideoFrame:
        """Return the next frame; ``changed`` is where it differs from the one before.

        It may be the same object again, with other pixels.
        """
        whole = self._frame is None or not self._by_parts
        boxes = [] if whole else [self._even(rect) for rect in changed]
        area = sum((right - left) * (bottom - top) for left, top, right, bottom in boxes)
        if whole or area > MOST * self.width * self.height:
            self._frame = self._converted(self._even_sided(pixels, None))
        else:
            pixels = self._even_sided(pixels, boxes)
            for box in boxes:
                self._replace(pixels, box)
        assert self._frame is not None
        return self._frame

    def _even(self, rect: Rect) -> Box:
        """Return a rectangle with even sides, so that whole pixels of chroma are in it."""
        left, top, right, bottom = rect
        return (
            max(left, 0) // 2 * 2,
            max(top, 0) // 2 * 2,
            min(right + right % 2, self.width),
            min(bottom + bottom % 2, self.height),
        )

    def _even_sided(self, pixels: Pixels, boxes: Sequence[Box] | None) -> Pixels:
        """Return the pixels with even sides, of which only those in ``boxes`` are new."""
        if not self._grows:
            return pixels
        if self._padded is None:
            self._padded = np.empty((self.height, self.width, 4), np.uint8)
        height, width, _ = pixels.shape
        for left, top, right, bottom in boxes or [(0, 0, self.width, self.height)]:
            part = pixels[top:bottom, left:right]
            self._padded[top : min(bottom, height), left : min(right, width)] = part
        self._padded[:height, width:] = pixels[:, -1:]
        self._padded[height:] = self._padded[height - 1]
        return self._padded

    def _replace(self, pixels: Pixels, box: Box) -> None:
        """Convert one rectangle; its surroundings are converted with it and left out."""
        assert self._frame is not None
        left, top, right, bottom = box
        if left >= right or top >= bottom:
            return
        x, y = max(left - REACH, 0) // REACH * REACH, max(top - REACH, 0)
        part = self._converted(pixels[y : bottom + REACH, x : right + REACH])
        for k, (new, old) in enumerate(zip(part.planes, self._frame.planes, strict=True)):
            step = 2 if k else 1  # chroma has half the rows and columns
            rows, columns = slice(top // step, bottom // step), slice(left // step, right // step)
            inner = _array(new)[
                (top - y) // step : (bottom - y) // step, (left - x) // step : (right - x) // step
            ]
            _array(old)[rows, columns] = inner

    def _converted(self, pixels: Pixels) -> VideoFrame:
        given = VideoFrame.from_numpy_buffer(pixels, "rgba")
        if self._matrix is None:
            return given.reformat(format=self._format, threads=1)
        return given.reformat(
            format=self._format,
            dst_colorspace=self._matrix,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )


def _array(plane: "object") -> NDArray[np.uint8]:
    """Return a plane as rows, with the bytes that follow each of them; it is the plane itself."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload, attr-defined, no-any-return]
