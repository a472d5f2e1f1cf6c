"""How numbers move: they fly to their place, travel along a wire, and count to their value."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from manim import Mobject, VGroup, VMobject, linear
from manim.typing import Point3D_Array, Vector3D

from rnnviz.diagram import Point
from rnnviz.stage.canvas import at
from rnnviz.stage.motion import Fading, Motion, colours, dim
from rnnviz.stage.twins import shapes_of

SEEN = 0.25  # of a flight, after which what flies is fully there
SMALLEST = 0.5  # of its size, that of a stack of numbers in an operation's circle

Placed = tuple[VMobject, Point3D_Array]


class Fly(Motion[tuple[Point3D_Array, Fading]]):
    """Brings an object to where it stands from ``origin``, a point of the canvas.

    It is fully seen after the share ``seen`` of its flight; a number that is carried on always is.
    """

    def __init__(
        self, mobject: VMobject, origin: Point, seen: float = SEEN, **options: Any
    ) -> None:
        self.origin, self.seen = at(*origin), seen
        super().__init__(mobject, **{"introducer": True, **options})

    def remembered(self) -> Iterable[tuple[Point3D_Array, Fading]]:
        """Remember the way, and return the shapes with their places and colours."""
        self.distance: Vector3D = self.origin - self.moving.get_center()
        return [(one.points, (one, tuple(colours(one)))) for one in shapes_of(self.moving)]

    def shown(self, piece: tuple[Point3D_Array, Fading], share: float) -> None:
        """Move one shape to its place at a share of the flight."""
        points, (shape, seen) = piece
        shape.points = points + (1 - share) * self.distance
        dim(shape, seen, 1.0 if share >= self.seen else share / self.seen)


def fly_away(mobject: VMobject, goal: Point) -> Fly:
    """Return the motion of what leaves its place for a point of the canvas and is gone then."""
    options = {"introducer": False, "remover": True, "reverse_rate_function": True}
    return Fly(mobject, goal, **options)


class Travel(Motion[Placed]):
    """Moves a stack along a wire, smaller at its end so that it fits in a circle."""

    def __init__(self, numbers: VGroup, points: list[Point], **options: Any) -> None:
        self.corners = np.array([at(x, y) for x, y in points])
        steps = np.linalg.norm(np.diff(self.corners, axis=0), axis=1)
        self.reached = np.concatenate(([0.0], np.cumsum(steps))) / max(steps.sum(), 1e-9)
        super().__init__(numbers, **options)

    def remembered(self) -> Iterable[Placed]:
        """Return the shapes with their places around the middle of the stack."""
        middle = self.moving.get_center()
        return [(shape, shape.points - middle) for shape in shapes_of(self.moving)]

    def shown(self, piece: Placed, share: float) -> None:
        """Place one shape at a share of the wire's length."""
        shape, around = piece
        place = [np.interp(share, self.reached, part) for part in self.corners.T]
        shape.points = (1 - (1 - SMALLEST) * share) * around + place


class Count(Motion[Mobject]):
    """Gives what counts new outlines: ``made`` returns how it looks at each share of the way.

    Its shapes have to be as many all the way, of the same colours.
    """

    def __init__(
        self,
        label: VGroup,
        made: Callable[[float], VGroup],
        rate: Callable[[float], float] = linear,
    ) -> None:
        self.made = made
        super().__init__(label, rate_func=rate)

    def remembered(self) -> Iterable[Mobject]:
        """Return all of it: what counts is one piece."""
        return [self.moving]

    def shown(self, piece: Mobject, share: float) -> None:
        """Take over the outlines of what is shown at a share of the way."""
        for old, new in zip(shapes_of(piece), shapes_of(self.made(share)), strict=True):
            old.points = new.points
