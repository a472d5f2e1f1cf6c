"""Draw every beat of the scenes on contact sheets, to be looked at after a change.

``make sheets`` writes renders/sheets/SCENE-CASE.png and each beat's picture beside it: the demo,
the demo in dark, and of cells also 8 units and inputs, and 4 of 64 units. Scenes may be named.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from manim import tempconfig
from PIL import Image

import rnnviz as rv
from rnnviz.figures.catalogue import FIGURES, figure_named
from rnnviz.scene_list import load_scene
from rnnviz.stage import DARK, View
from rnnviz.video.filming import at_once

FOLDER = Path(__file__).resolve().parent.parent / "renders" / "sheets"
SIZE, SMALL, COLUMNS = (1280, 720), (640, 360), 3
CELLS = ("rnn", "lstm", "gru")


def views(name: str) -> Iterator[tuple[str, View]]:
    """Yield what is drawn of a scene, by the name of its sheet."""
    if name in FIGURES:
        yield "demo", View(figure_named(name).demo())
        yield "dark", View(figure_named(name).demo(), theme=DARK)
        return
    yield "demo", View(rv.trace(name))
    yield "dark", View(rv.trace(name), theme=DARK)
    yield "8-units", View(_drawn(name, 8, 8))
    yield "64-units", View(_drawn(name, 64, 16).pick(units=(0, 1, 2, 16), inputs=(0, 4, 9)))


def _drawn(name: str, hidden: int, inputs: int) -> rv.Trace:
    """Return a trace with random weights, seeded."""
    rng, cell = np.random.default_rng(1016), rv.CELLS[name]
    rows = len(cell.gates) * hidden
    shapes = ((rows, inputs), (rows, hidden), (rows,), (rows,))
    weights = (rng.normal(0, 1.2 / hidden**0.5, shape) for shape in shapes)
    x = rng.normal(size=(3, 1, inputs)).round(1)
    return rv.trace(cell, x, rv.Params(*weights), h0=rng.normal(0, 0.4, (1, hidden)).round(1))


def pictures(name: str, view: View) -> Iterator[tuple[str, Image.Image]]:
    """Yield the picture at the end of every beat with the beat's id."""
    base: Any = load_scene(name)
    found: list[tuple[str, Image.Image]] = []

    def after(self: Any, beat: Any) -> None:
        self.camera.reset()
        self.camera.capture_mobjects(self.mobjects)
        found.append((beat.id, Image.fromarray(self.camera.pixel_array).convert("RGB")))

    parts = {"view": view, "after": after, "play": at_once, "wait": lambda *_, **__: None}
    settings = {"dry_run": True, "verbosity": "ERROR", "progress_bar": "none"}
    with tempconfig({**settings, "pixel_width": SIZE[0], "pixel_height": SIZE[1]}):
        type(base.__name__, (base,), parts)().render()
    yield from found


def sheet(images: list[Image.Image]) -> Image.Image:
    """Return all pictures on one, small, row by row."""
    rows = -(-len(images) // COLUMNS)
    made = Image.new("RGB", (COLUMNS * SMALL[0], rows * SMALL[1]), "white")
    for k, image in enumerate(images):
        row, column = divmod(k, COLUMNS)
        made.paste(image.resize(SMALL), (column * SMALL[0], row * SMALL[1]))
    return made


def main() -> None:
    """Draw the sheets of the scenes that are named, or of all."""
    for name in sys.argv[1:] or (*CELLS, *FIGURES):
        for case, view in views(name):
            folder = FOLDER / f"{name}-{case}"
            folder.mkdir(parents=True, exist_ok=True)
            seen = list(pictures(name, view))
            for k, (beat_id, image) in enumerate(seen, 1):
                image.save(folder / f"{k:02d}-{beat_id}.png")
            sheet([image for _, image in seen]).save(FOLDER / f"{name}-{case}.png")
            print(f"{FOLDER / f'{name}-{case}.png'}: {len(seen)} beats")


if __name__ == "__main__":
    main()
