"""Colours as eyes see them: the three colour-blindnesses, and how far two colours are apart."""

from typing import NamedTuple

import numpy as np

from rnnviz.theme import Rgb, channels

# Machado, Oliveira & Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# IEC 61966-2-1: linear sRGB to XYZ, here over the white that (1, 1, 1) gives
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


class Lab(NamedTuple):
    """A colour in CIELAB."""

    L: float
    a: float
    b: float


def seen(colour: Rgb, vision: str = "normal") -> Lab:
    """Return a colour as it looks to eyes with a vision of ``VISIONS``."""
    parts = np.array(channels(colour)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    shares = _XYZ @ (VISIONS[vision] @ linear).clip(0, 1) / _XYZ.sum(axis=1)
    small = shares <= (6 / 29) ** 3
    x, y, z = np.where(small, shares * (29 / 6) ** 2 / 3 + 4 / 29, np.cbrt(shares))
    return Lab(float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z)))


def distance(one: Lab, other: Lab) -> float:
    """Return CIEDE2000, as in Sharma, Wu & Dalal 2005; about 2 is just noticeable."""
    mean = (np.hypot(one.a, one.b) + np.hypot(other.a, other.b)) / 2
    grey = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = (float(np.hypot(grey * lab.a, lab.b)) for lab in (one, other))
    h1, h2 = (float(np.degrees(np.arctan2(lab.b, grey * lab.a))) % 360 for lab in (one, other))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    light, chroma = (one.L + other.L) / 2, (c1 + c2) / 2
    hue = np.radians(h1 + turn / 2 if c1 * c2 else h1 + h2)
    weight = (
        1
        - 0.17 * np.cos(hue - np.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.radians(6))
        - 0.20 * np.cos(4 * hue - np.radians(63))
    )
    away = (np.degrees(hue) % 360 - 275) / 25
    twist = (
        -2
        * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
        * np.sin(np.radians(60 * np.exp(-(away**2))))
    )
    d_light = (other.L - one.L) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    d_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * weight)
    return float(np.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + twist * d_chroma * d_hue))
