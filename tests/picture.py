"""Run a scene without drawing frames, and read what its picture holds at the end of each beat.

Tests import this: the lint and the recorder look at manim's objects, never at pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from manim import FadeIn, FadeOut, Mobject, Scene, VMobject, tempconfig

import rnnviz as rv
from glyphs import missing
from rnnviz.diagram import Box
from rnnviz.excerpt import pictured
from rnnviz.scene_list import load_scene
from rnnviz.stage import FigureScene, View, theme_named
from rnnviz.stage.typeset import Label
from rnnviz.theme import contrast, mix
from rnnviz.video.bookkeeping import Quick
from rnnviz.video.filming import at_once
from wiring import Wiring, in_order, seen_box, wiring


@dataclass(frozen=True)
class Text:
    """A label on the screen: what it says, where, how large, in which colour on which ground.

    ``missing`` are characters that cannot be drawn. What is drawn before ``over`` does not show
    behind the text: a solid shape or its own halo hides it. ``covered`` tells of one before it.
    """

    text: str
    ref: str
    size: float
    box: Box
    colour: str
    ground: str
    missing: str = ""
    over: int = 0
    covered: bool = False


@dataclass
class Picture:
    """The texts and the wiring at the end of one beat, and the view that they show."""

    beat: Any
    texts: list[Text] = field(default_factory=list)
    wiring: Wiring = field(default_factory=Wiring)
    shown: View | None = None


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
        wires = wiring(self.stage, self.mobjects) if hasattr(self, "stage") else Wiring()
        traced = hasattr(self, "seen") and not isinstance(self, FigureScene)
        seen = self.seen() if traced else None  # a figure's values are not all of one trace
        if seen is not None:
            seen = replace(seen, trace=pictured(seen.trace))
        found.append(Picture(beat, list(texts(self.mobjects, ground)), wires, seen))

    parts = {"view": shown, "after": after, "play": play, "wait": lambda *_, **__: None}
    watched = type(base.__name__, (Quick, base), parts)
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


def play(self: Scene, *animations: Any, **options: Any) -> None:
    """Play animations straight to their end; a fade, which copies a lot, is only its end."""
    leaving, coming = (
        [animation.mobject for animation in animations if type(animation) is fade]
        for fade in (FadeOut, FadeIn)
    )
    if leaving:
        self.remove(*leaving)
    if coming:  # together, since each change of a scene goes through all that is in it
        there = set(self.get_mobject_family_members())
        self.add(*(mobject for mobject in coming if mobject not in there))
    rest = [animation for animation in animations if type(animation) not in (FadeIn, FadeOut)]
    if rest:
        at_once(self, *rest, **options)


def texts(mobjects: list[Mobject], background: str) -> Iterator[Text]:
    """Yield every visible label with the colour of what lies under its middle."""
    found: list[tuple[int, Text]] = []
    painted: list[tuple[int, Box, str]] = []
    for place, mobject in enumerate(in_order(mobjects)):
        if isinstance(mobject, Label):
            shapes = [shape for shape in mobject.submobjects if shape.get_fill_opacity() > 0.01]
            if not shapes:
                continue
            box = seen_box(mobject)
            middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            ground, over = background, 0
            for at, other, colour in painted:
                if (
                    other.left <= middle[0] <= other.right
                    and other.top <= middle[1] <= other.bottom
                ):
                    ground, over = colour, at if holds(other, box) else over
            if all(has_halo(shape, ground) for shape in shapes):
                over = place
            said = (mobject.text, mobject.ref, mobject.size)
            text = Text(*said, box, faintest(shapes, ground), ground, missing(mobject), over)
            found.append((place, text))
        elif is_solid(mobject):
            colour = str(mobject.get_fill_color().to_hex()).lower()
            painted.append((place, seen_box(mobject), colour))
    for place, text in found:
        covers = (box for at, box, _ in painted if at > place)
        yield replace(text, covered=any(box.overlaps(text.box) for box in covers))


def holds(box: Box, other: Box) -> bool:
    """Whether a box has all of another in it."""
    return (
        box.left <= other.left
        and box.top <= other.top
        and box.right >= other.right
        and box.bottom >= other.bottom
    )


def is_solid(mobject: Any) -> bool:
    """Whether an object has a filled shape of its own that hides what lies under it."""
    shaped = isinstance(mobject, VMobject) and len(mobject.points) > 0
    return shaped and mobject.get_fill_opacity() > 0.99


def has_halo(shape: VMobject, ground: str) -> bool:
    """Whether a shape has a rim in the colour of what it stands on."""
    rim = str(shape.get_stroke_color(background=True).to_hex()).lower()
    return rim == ground and shape.get_stroke_width(background=True) >= 3


def faintest(shapes: list[Any], ground: str) -> str:
    """Return the colour of a label's shapes that stands out least from the ground."""
    seen = [
        mix(ground, str(s.get_fill_color().to_hex()).lower(), float(s.get_fill_opacity()))
        for s in shapes
    ]
    return min(seen, key=lambda colour: contrast(colour, ground))
