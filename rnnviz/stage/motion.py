"""Animations that change how shapes look; unlike manim's own they copy no mobject.

Each remembers arrays of the shapes as it begins, and sets new ones at each moment.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
from manim import Animation, Group, ManimColor, Mobject, Scene, VMobject
from manim.utils.rate_functions import squish_rate_func
from numpy.typing import NDArray

from rnnviz.stage.twins import COLOURS, family, shapes_of
from rnnviz.theme import Rgb

P = TypeVar("P")
Array = NDArray[np.float64]
Span = tuple[Animation, float, float]  # an animation, and when it starts and ends among others


class Motion(Animation, Generic[P]):
    """An animation of shapes, whose ``remembered`` pieces are each ``shown`` at every moment."""

    def remembered(self) -> Iterable[P]:
        """Return what is needed of the shapes, as they are when the animation begins."""
        raise NotImplementedError

    def shown(self, piece: P, share: float) -> None:
        """Make a piece look as it does at a share of the way."""
        raise NotImplementedError

    @property
    def moving(self) -> Mobject:
        """The mobject that this animation changes."""
        mobject: object = self.mobject  # manim says that it is one of OpenGL's
        assert isinstance(mobject, Mobject)
        return mobject

    # What manim calls

    def begin(self) -> None:
        """Remember the shapes, and show the start."""
        self.pieces = [*self.remembered()]
        self.share: float | None = None
        super().begin()

    def finish(self) -> None:
        """Show the end, even if it has been shown already."""
        self.share = None
        super().finish()

    def interpolate_mobject(self, alpha: float) -> None:
        """Show a moment, unless it looks like the one before it."""
        if self.lag_ratio:
            count = len(self.pieces)
            for place, piece in enumerate(self.pieces):
                self.shown(piece, self.get_sub_alpha(alpha, place, count))
            return
        share = self.get_sub_alpha(alpha, 0, 1)
        if share != self.share:
            self.share = share
            for piece in self.pieces:
                self.shown(piece, share)

    def create_starting_mobject(self) -> Mobject:
        """Return the mobject itself: nothing is copied."""
        return self.moving

    def get_all_mobjects(self) -> Sequence[Mobject]:
        """Return the one mobject that there is."""
        return (self.moving,)

    def _setup_scene(self, scene: Scene) -> None:
        if scene is None or self.moving not in scene.mobjects:  # else manim lists all there are
            super()._setup_scene(scene)


Fading = tuple[VMobject, tuple[tuple[str, Array], ...]]


class Fade(Motion[Fading]):
    """Brings shapes to their opacity from none, or with ``out`` the other way; see ``fade_in``."""

    def __init__(self, mobject: Mobject, out: bool = False, **options: Any) -> None:
        self.out = out
        super().__init__(mobject, **{"introducer": not out, "remover": out, **options})

    def remembered(self) -> Iterable[Fading]:
        """Return the shapes with all of their colours that can be seen."""
        return [(shape, tuple(colours(shape))) for shape in shapes_of(self.moving)]

    def shown(self, piece: Fading, share: float) -> None:
        """Give a shape a share of its opacity."""
        dim(*piece, 1 - share if self.out else share)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Give what has gone its opacity back: it may come again."""
        super().clean_up_from_scene(scene)
        if self.out:
            for piece in self.pieces:
                self.shown(piece, 0.0)


def fade_in(*mobjects: Mobject, **options: Any) -> Fade:
    """Return the animation that lets mobjects appear where they are."""
    return Fade(_one(mobjects), **options)


def fade_out(*mobjects: Mobject, **options: Any) -> Fade:
    """Return the animation that lets mobjects disappear where they are."""
    return Fade(_one(mobjects), out=True, **options)


def _one(mobjects: Sequence[Mobject]) -> Mobject:
    return mobjects[0] if len(mobjects) == 1 else Group(*mobjects)


def colours(shape: VMobject) -> Iterable[tuple[str, Array]]:
    """Yield the colours of a shape that can be seen, with the names of their arrays."""
    wide = shape.stroke_width > 0, shape.background_stroke_width > 0
    for name, is_drawn in zip(COLOURS, (True, *wide), strict=True):
        rgbas = getattr(shape, name)
        if is_drawn and rgbas[:, 3].any():
            yield name, rgbas


def dim(shape: VMobject, colours: Iterable[tuple[str, Array]], share: float) -> None:
    """Give a shape these colours with a share of their opacity."""
    for name, rgbas in colours:
        dimmed = rgbas
        if share != 1:
            dimmed = rgbas.copy()
            dimmed[:, 3] *= share
        setattr(shape, name, dimmed)


Look = tuple[VMobject, str, Any, Any]  # a shape, one of its attributes, from what and to what


class Restyle(Motion[Look]):
    """Changes colours of a mobject, and the width of its lines; the opacity stays.

    It does what manim's ``mobject.animate.set_fill(fill).set_stroke(stroke, width)`` does.
    """

    def __init__(
        self,
        mobject: Mobject,
        fill: Rgb | None = None,
        stroke: Rgb | None = None,
        width: float | None = None,
        **options: Any,
    ) -> None:
        self.fill, self.stroke, self.width = fill, stroke, width
        super().__init__(mobject, **options)

    def remembered(self) -> Iterable[Look]:
        """Yield what changes of each shape."""
        for shape in shapes_of(self.moving):
            for name, colour in (("fill_rgbas", self.fill), ("stroke_rgbas", self.stroke)):
                if colour is not None:
                    start = getattr(shape, name)
                    goal = start.copy()
                    goal[:, :3] = _parts(colour)
                    yield shape, name, start, goal
            if self.width is not None:
                yield shape, "stroke_width", shape.stroke_width, self.width

    def shown(self, piece: Look, share: float) -> None:
        """Set an attribute of a shape in between."""
        shape, name, start, goal = piece
        setattr(shape, name, goal if share == 1 else (1 - share) * start + share * goal)


@lru_cache(maxsize=256)
def _parts(colour: Rgb) -> tuple[float, ...]:
    red, green, blue = ManimColor(colour).to_rgb()
    return float(red), float(green), float(blue)


def staggered(*parts: Animation | list[Span], lag: float) -> list[Span]:
    """Return when animations start and end of which each waits for a share of the one before it.

    A part is an animation, which lasts for 1, or what ``staggered`` returned for some.
    """
    spans: list[Span] = []
    start = 0.0
    for part in parts:
        own = [(part, 0.0, 1.0)] if isinstance(part, Animation) else part
        spans += [(animation, start + a, start + b) for animation, a, b in own]
        start += lag * max(end for *_, end in own)
    return spans


def in_time(spans: Sequence[Span]) -> list[Animation]:
    """Return the animations of some spans, to be played together: each moves in its own time."""
    total = max((end for *_, end in spans), default=1.0)
    for animation, start, end in spans:
        rate: Any = animation.rate_func
        animation.rate_func = squish_rate_func(rate, start / total, end / total)
    return [animation for animation, *_ in spans]


def introduce(scene: Scene, animations: Iterable[Animation]) -> None:
    """Add what animations show that is not in a scene yet, as ``Scene.play`` does, all at once.

    What they change comes before what they bring in.
    """
    known = {one for mobject in scene.mobjects for one in family(mobject)}
    coming: list[Mobject] = []
    for animation in sorted(animations, key=Animation.is_introducer):
        mobject: Any = animation.mobject
        if mobject not in known:
            own = {*family(mobject)}
            known |= own
            coming = [*(one for one in coming if one not in own), mobject]
    if coming:
        scene.add(*coming)
