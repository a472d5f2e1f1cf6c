"""Run a scene without drawing frames, and read what its picture holds at the end of each beat.

Tests import this: the lint and the recorder look at manim's objects, never at pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from manim import Mobject, Scene, VMobject, tempconfig

import rnnviz as rv
from rnnviz.diagram import Box
from rnnviz.scene_list import load_scene
from rnnviz.stage import View, theme_named
from rnnviz.stage.canvas import canvas_box
from rnnviz.stage.theme import contrast, mix
from rnnviz.stage.typeset import Label
from rnnviz.video.render import at_once


@dataclass(frozen=True)
class Text:
    """A label on the screen: what it says, where, how large, in which colour on which ground."""

    text: str
    ref: str
    size: float
    box: Box
    colour: str
    ground: str


@dataclass
class Picture:
    """The texts at the end of one beat."""

    beat: Any
    texts: list[Text] = field(default_factory=list)


def view(
    cell: str, theme: str = "light", inputs: int = 3, hidden: int = 2, steps: int = 2, **more: Any
) -> View:
    """Return the demo of some sizes, ready for a scene."""
    made = rv.demo(rv.CELLS[cell], steps, inputs, hidden)
    trace = rv.trace(
        cell, made.x, made.params, h0=made.states["h_prev"], c0=made.states.get("c_prev")
    )
    return View(trace, theme=theme_named(theme), **more)


def pictures(scene: type[Scene] | str, shown: View | None = None) -> list[Picture]:
    """Return the picture at the end of every beat of a scene, with animations skipped."""
    base: Any = load_scene(scene) if isinstance(scene, str) else scene
    found: list[Picture] = []

    def after(self: Any, beat: Any) -> None:
        ground = str(self.camera.background_color.to_hex()).lower()
        found.append(Picture(beat, list(texts(self.mobjects, ground))))

    parts = {"view": shown, "after": after, "play": at_once, "wait": lambda *_, **__: None}
    watched = type(base.__name__, (base,), parts)
    settings = {
        "dry_run": True,
        "verbosity": "ERROR",
        "progress_bar": "none",
        "pixel_width": 192,
        "pixel_height": 108,
        "frame_rate": 5,
    }
    with tempconfig(settings):
        watched().render()
    return found


def texts(mobjects: list[Mobject], background: str) -> Iterator[Text]:
    """Yield every visible label with the colour of what lies under its middle."""
    painted: list[tuple[Box, str]] = []
    for mobject in in_order(mobjects):
        if isinstance(mobject, Label):
            shapes = [shape for shape in mobject.submobjects if shape.get_fill_opacity() > 0.01]
            if not shapes:
                continue
            box = canvas_box(mobject)
            middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            ground = background
            for other, colour in painted:
                if (
                    other.left <= middle[0] <= other.right
                    and other.top <= middle[1] <= other.bottom
                ):
                    ground = colour
            colour = faintest(shapes, ground)
            yield Text(mobject.text, mobject.ref, mobject.size, box, colour, ground)
        elif is_solid(mobject):
            colour = str(mobject.get_fill_color().to_hex()).lower()
            painted.append((canvas_box(mobject), colour))


def is_solid(mobject: Any) -> bool:
    """Whether an object has a filled shape of its own that hides what lies under it."""
    shaped = isinstance(mobject, VMobject) and len(mobject.points) > 0
    return shaped and mobject.get_fill_opacity() > 0.99


def faintest(shapes: list[Any], ground: str) -> str:
    """Return the colour of a label's shapes that stands out least from the ground."""
    seen = [
        mix(ground, str(s.get_fill_color().to_hex()).lower(), float(s.get_fill_opacity()))
        for s in shapes
    ]
    return min(seen, key=lambda colour: contrast(colour, ground))


def in_order(mobjects: list[Mobject]) -> Iterator[Mobject]:
    """Yield all objects in the order of drawing; a label stands for its own shapes."""
    for mobject in mobjects:
        yield mobject
        if not isinstance(mobject, Label):
            yield from in_order(mobject.submobjects)
