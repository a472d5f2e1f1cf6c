"""One section on film: its frames in a file of its own, and the key that they are kept under."""

from collections.abc import Sequence
from hashlib import blake2b
from struct import pack
from typing import BinaryIO

import numpy as np

from rnnviz.video.canvas import Canvas, Pixels
from rnnviz.video.encoder import Encoder
from rnnviz.video.halo import haloed, unmixed
from rnnviz.video.rects import Rect
from rnnviz.video.settings import Settings
from rnnviz.video.shapes import Shape
from rnnviz.video.spent import Spent


class Take:
    """Films a section to ``file``; without one it only finds the key.

    Two sections have the same key where all their frames show the same shapes, outline by outline,
    for the same time over the same ground; what a file also depends on is not part of it.
    """

    def __init__(self, settings: Settings, spent: Spent, file: BinaryIO | None = None) -> None:
        self._transparent = settings.transparent
        self._spent = spent
        self._encoder = Encoder(file, settings) if file is not None else None
        self._digest = blake2b(digest_size=32)
        self._keys: tuple[bytes, ...] | None = None
        self._ground: object = None
        self._repeats = 0

    def show(self, canvas: Canvas, shapes: Sequence[Shape] | None) -> None:
        """Film the next frame; one that looks like the last is that one again."""
        keys = self._looks(canvas, shapes)
        if keys == self._keys and canvas.camera.background is self._ground:
            self.hold(1)
            return
        first = self._keys is None
        if first:
            canvas.forget()
        self._note()
        self._keys, self._ground = keys, canvas.camera.background
        parts = (repr(canvas.camera.background_color).encode(), *keys)
        lengths = np.array([len(part) for part in parts], ">u4")
        self._digest.update(b"".join((pack(">I", len(parts)), lengths.tobytes(), *parts)))
        if self._encoder is None:
            return
        changed: Sequence[Rect] = [canvas.all]
        if shapes is not None:
            with self._spent.on("draw"):
                drawn = canvas.draw(shapes)
            changed = [canvas.all] if first else drawn
        pixels = canvas.pixels
        if self._transparent:
            with self._spent.on("rim"):
                pixels, changed = finished(canvas), [canvas.all]
        with self._spent.on("encode"):
            self._encoder.show(pixels, changed)

    def hold(self, count: int) -> None:
        """Film the last frame so many times again."""
        self._repeats += count
        if self._encoder is not None and count:
            with self._spent.on("encode"):
                self._encoder.hold(count)

    def close(self) -> str:
        """End the film and return its key."""
        self._note()
        if self._encoder is not None:
            with self._spent.on("encode"):
                self._encoder.close()
        return self._digest.hexdigest()

    def _note(self) -> None:
        self._digest.update(b"held" + self._repeats.to_bytes(4, "big"))
        self._repeats = 0

    @staticmethod
    def _looks(canvas: Canvas, shapes: Sequence[Shape] | None) -> tuple[bytes, ...]:
        if shapes is None:
            return (blake2b(canvas.pixels.tobytes(), digest_size=32).digest(),)
        return tuple(shape.key for shape in shapes)


def finished(canvas: Canvas) -> Pixels:
    """Return a transparent picture with its rim and its own colours."""
    return unmixed(haloed(canvas.pixels), canvas.camera.background_color.to_int_rgb())
