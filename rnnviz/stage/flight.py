"""How numbers move: they fly to their place, travel along a wire, and count to their value."""

from collections.abc import Callable
from typing import Any

from manim import Animation, Mobject, UpdateFromAlphaFunc, VGroup, VMobject, linear
from manim.typing import Vector3D

from rnnviz.diagram import Point
from rnnviz.stage.canvas import at, polyline

SEEN = 0.25  # of a flight, after which what flies is fully there
SMALLEST = 0.5  # of its size, that of a stack of numbers in an operation's circle


class Fly(Animation):
    """Brings an object to where it stands from ``origin``, a point of the canvas.

    It is fully seen after the share ``seen`` of its flight; a number that is carried on always is.
    """

    def __init__(
        self, mobject: VMobject, origin: Point, seen: float = SEEN, **options: Any
    ) -> None:
        self.origin, self.seen = at(*origin), seen
        super().__init__(mobject, **{"introducer": True, **options})

    def begin(self) -> None:
        """Remember the way, then start as any animation does."""
        self.way: Vector3D = self.origin - self.mobject.get_center()
        super().begin()

    def interpolate_submobject(
        self, submobject: Mobject, starting_submobject: Mobject, alpha: float
    ) -> "Fly":
        """Move one shape to its place at ``alpha`` of the flight."""
        assert isinstance(submobject, VMobject)
        assert isinstance(starting_submobject, VMobject)
        submobject.points = starting_submobject.points + (1 - alpha) * self.way
        there = 1.0 if alpha >= self.seen else alpha / self.seen
        for name in ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas"):
            colours = getattr(starting_submobject, name).copy()
            colours[:, 3] *= there
            setattr(submobject, name, colours)
        return self


def fly_away(mobject: VMobject, goal: Point) -> Fly:
    """Return the motion of what leaves its place for a point of the canvas and is gone then."""
    options = {"introducer": False, "remover": True, "reverse_rate_function": True}
    return Fly(mobject, goal, **options)


def travel(numbers: VGroup, points: list[Point]) -> Animation:
    """Return the motion of a stack along a wire, smaller at its end so that it fits in a circle."""
    path, start = polyline(points), numbers.copy()

    def fly(moving: Mobject, share: float) -> None:
        smaller = start.copy().scale(1 - (1 - SMALLEST) * share)
        moving.become(smaller.move_to(path.point_from_proportion(share)))

    return UpdateFromAlphaFunc(numbers, fly)


def count(
    label: VGroup, made: Callable[[float], VGroup], rate: Callable[[float], float] = linear
) -> Animation:
    """Return the motion of what counts: ``made`` returns how it looks at each share of the way."""

    def tick(moving: Mobject, share: float) -> None:
        moving.become(made(share))

    return UpdateFromAlphaFunc(label, tick, rate_func=rate)
