"""The last frame of each scene against a stored one: coarse, so that only a viewer's change shows.

Rewrite them with ``python tests/test_last_frames.py`` after looking at what changed.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from picture import view
from rnnviz.scene_list import load_scene
from rnnviz.video.render import render
from rnnviz.video.settings import Settings

SCENES = ("legend", "rnn", "lstm", "gru")
STORED = Path(__file__).parent / "snapshots"
STILL = Settings(640, 360, 5, "png", still=True)
BLOCK = 8  # pixels a side over which colours are averaged: blind to how an edge is smoothed


def last_frame(name, path):
    shown = view(name if name != "legend" else "lstm")
    return render(load_scene(name), shown, path, STILL).path


def blocks(image):
    """Return an image as the mean colours of its blocks, 0 to 255."""
    pixels = np.asarray(image.convert("RGB"), dtype=float)
    rows, columns = (size // BLOCK for size in pixels.shape[:2])
    return pixels.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))


def difference(one, other):
    """Return the largest difference of any block's colour."""
    return float(np.abs(blocks(one) - blocks(other)).max())


@pytest.mark.parametrize("name", SCENES)
def test_the_last_frame_is_the_stored_one(tmp_path, name):
    made = Image.open(last_frame(name, tmp_path / f"{name}.png"))
    assert difference(made, Image.open(STORED / f"{name}.png")) < 12.0


def test_a_missing_number_is_seen():
    image = Image.open(STORED / "lstm.png").convert("RGB")
    changed = image.copy()
    changed.paste(image.getpixel((5, 300)), (238, 36, 270, 46))  # over the first number of c
    assert difference(image, changed) > 12.0


if __name__ == "__main__":
    for scene in SCENES:
        last_frame(scene, STORED / f"{scene}.png")
