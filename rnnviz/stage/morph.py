"""How a mark becomes another: shapes of one outline change into each other, others cross over."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from manim import Animation, Mobject, VGroup, VMobject, smooth
from manim.utils.rate_functions import squish_rate_func

from rnnviz.stage.motion import Motion, fade_in, fade_out
from rnnviz.stage.twins import COLOURS, shapes_of
from rnnviz.stage.typeset import Label

FIRST_HALF = squish_rate_func(smooth, 0.0, 0.5)  # so that two texts never stand in one place
LAST_HALF = squish_rate_func(smooth, 0.5, 1.0)
Way = tuple[VMobject, str, Any, Any]  # a shape, one of its attributes, from what and to what


class Morph(Motion[Way]):
    """Shows an object as another one at first, then as itself; both have alike shapes."""

    def __init__(self, mobject: Mobject, before: Mobject, **options: Any) -> None:
        self.before = before
        super().__init__(mobject, **options)

    def remembered(self) -> Iterable[Way]:
        """Yield what differs of each shape."""
        for old, new in zip(shapes_of(self.before), shapes_of(self.moving), strict=True):
            for name in ("points", *COLOURS, "stroke_width"):
                start, goal = getattr(old, name), getattr(new, name)
                if (start != goal) if name == "stroke_width" else not _equal(start, goal):
                    yield new, name, start, goal

    def shown(self, piece: Way, share: float) -> None:
        """Set an attribute of a shape in between."""
        shape, name, start, goal = piece
        setattr(shape, name, goal if share == 1 else (1 - share) * start + share * goal)


def _equal(one: Any, other: Any) -> bool:
    return bool(one.shape == other.shape and (one == other).all())


def alike(one: VMobject, other: VMobject) -> bool:
    """Tell whether the shapes of two objects have as many points and colours each."""
    return [*map(_form, shapes_of(one))] == [*map(_form, shapes_of(other))]


def _form(shape: VMobject) -> tuple[object, ...]:
    return shape.points.shape, *(getattr(shape, name).shape for name in COLOURS)


def become(old: VGroup, new: VGroup) -> Iterator[Animation]:
    """Yield what turns a drawn mark into another: part by part, a text by crossing over."""
    pairs = [*zip_longest(old, new)]
    if all(_may_be_text(before) == _may_be_text(after) for before, after in pairs):
        for before, after in pairs:
            yield from _part(before, after)
    else:
        yield from _crossing(old, new, any(isinstance(one, Label) for one in (*old, *new)))


def _part(before: VMobject | None, after: VMobject | None) -> Iterator[Animation]:
    told = _may_be_text(before)
    same = not told or getattr(before, "text", "") == getattr(after, "text", "")
    if before is not None and after is not None and same and alike(before, after):
        yield Morph(after, before)
    else:
        yield from _crossing(before, after, told)


def _may_be_text(part: VMobject | None) -> bool:
    return part is None or isinstance(part, Label)


def _crossing(old: VMobject | None, new: VMobject | None, told: bool) -> Iterator[Animation]:
    """Yield what lets one go and the other come; shapes meanwhile, texts one after the other."""
    if old is not None:
        yield fade_out(old, rate_func=FIRST_HALF if told else smooth)
    if new is not None:
        yield fade_in(new, rate_func=LAST_HALF if told else smooth)
