"""A rim of its own ground around a transparent picture, so that it can be laid on any other.

It is made of the finished frame: every text, line and motion has one, however it is drawn.
"""

from math import isqrt

import numpy as np
from numpy.typing import NDArray

Channel = NDArray[np.uint8]  # (height, width)
RIM = 8 / 1080  # of the picture's height
STRENGTH = 4  # a line too thin to cover a pixel has a full rim all the same


def haloed(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an RGBA picture (height, width, 4) that is opaque near all that is drawn.

    Only its alpha changes; clear pixels have the colour of the ground already.
    """
    alpha = frame[..., 3]
    near = grown(alpha, max(3, round(RIM * len(frame))))
    rim = softened(np.minimum(near, 255 // STRENGTH + 1) * np.uint16(STRENGTH)).clip(0, 255)
    clear = (255 - alpha).astype(np.uint16) * (255 - rim) // 255
    return np.dstack((frame[..., :3], (255 - clear).astype(np.uint8)))


def grown(channel: Channel, radius: int) -> Channel:
    """Return the largest value within a circle around each pixel."""
    height, width = channel.shape
    padded, result = np.pad(channel, radius), channel.copy()
    rows, reach = padded[:, radius : radius + width].copy(), 0
    for away in range(radius, -1, -1):  # the rows of the circle, from the shortest
        while reach < isqrt(radius * (radius + 1) - away * away):
            reach += 1
            for left in (radius - reach, radius + reach):
                np.maximum(rows, padded[:, left : left + width], out=rows)
        for top in (radius - away, radius + away):
            np.maximum(result, rows[top : top + height], out=result)
    return result


def softened(channel: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return the mean of each pixel and its eight neighbours, which makes a smooth edge."""
    padded = np.pad(channel, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: NDArray[np.uint16] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) // np.uint16(9)
    return mean


def unmixed(frame: NDArray[np.uint8], ground: NDArray[np.int_]) -> NDArray[np.uint8]:
    """Return an RGBA picture (height, width, 4) without the colour of its clear ``ground``.

    Manim's colours are mixed with it: every edge is paler than it was drawn, wherever it is laid.
    """
    alpha = frame[..., 3:].astype(np.float32) / 255
    mixed = frame[..., :3] - ground.astype(np.float32) * (1 - alpha)
    colours = np.rint(mixed / np.maximum(alpha, 1 / 255)).clip(0, 255).astype(np.uint8)
    return np.dstack((colours, frame[..., 3]))
