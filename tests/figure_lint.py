"""Faults of a figure that a viewer would see, beyond those of any picture.

Numbers in words that no value on the screen has, wires that end nowhere, and wires through texts.
"""

from collections.abc import Iterator
from itertools import pairwise

from addresses import decimals
from layout_lint import crossed
from picture import Picture
from rnnviz.diagram import Box as Area
from rnnviz.figures.figure import Figure, Keyframe
from rnnviz.figures.marks import Bar, Box, Curve, Disc, Heat, Mark, Number, Pill, Wire, Words
from rnnviz.rounding import MINUS, show

NEAR = 16.0  # from a wire's end to what it reaches
SEVERAL = range(1, 5)  # digits with which a value may be said


def faults(figure: Figure, pictures: list[Picture]) -> Iterator[str]:
    """Yield the faults of all beats; ``pictures`` are what stood at the end of each."""
    said: set[str] = set()
    for frame, picture in zip(figure, pictures, strict=True):
        said |= values(frame)
        for fault in (*unsaid(frame, said), *loose(frame, picture), *crossings(frame, picture)):
            yield f"{frame.beat.id}: {fault}"


def values(frame: Keyframe) -> set[str]:
    """Return how the values of a frame's marks may be written, without a plus."""
    found: set[str] = set()
    for mark in frame.marks:
        numbers: tuple[float, ...] = ()
        match mark:
            case Number() | Pill():
                numbers = () if mark.value is None else (mark.value,)
                found.update(decimals(mark.text))
            case Bar():
                numbers = (mark.value,)
            case Curve():
                numbers = mark.values
            case Heat():
                numbers = tuple(value for row in mark.values for value in row)
        for value in numbers:
            for digits in SEVERAL:
                found |= {
                    show(value, digits),
                    show(abs(value), digits),
                    MINUS + show(abs(value), digits),
                }
                if 0 < value < 1:
                    found.add(show(value, digits, within=(0.0, 1.0)))
    return found | {one.lstrip("+<>") for one in found}


def unsaid(frame: Keyframe, said: set[str]) -> Iterator[str]:
    """Yield the decimal numbers in words that no value so far has."""
    words = [mark.text for mark in frame.marks if isinstance(mark, Words)]
    for text in (frame.beat.caption, frame.beat.lead, *words):
        for number in decimals(text):
            if number.lstrip("+<>") not in said:
                yield f"{number!r} in {text!r} is no value on the screen"


def loose(frame: Keyframe, picture: Picture) -> Iterator[str]:
    """Yield the ends of arrows that are near nothing."""
    areas = [area for mark in frame.marks if (area := covered(mark)) is not None]
    areas += [text.box for text in picture.texts]
    lines = [mark for mark in frame.marks if isinstance(mark, Wire)]
    for wire in lines:
        if not wire.arrow:
            continue
        others = [one for one in lines if one is not wire]
        for end, (x, y) in (("start", wire.points[0]), ("end", wire.points[-1])):
            spot = Area(x - NEAR, y - NEAR, x + NEAR, y + NEAR)
            parts = [part for one in others for part in pairwise(one.points)]
            if any(spot.overlaps(area) and not inside(spot, area) for area in areas):
                continue
            if not (parts and crossed(parts, [spot]).any()):
                yield f"the wire {wire.id} has its {end} at ({x:.0f}, {y:.0f}), nowhere"


def inside(spot: Area, area: Area) -> bool:
    """Tell whether a spot lies in a large area without touching its edge."""
    return (
        area.left < spot.left
        and area.top < spot.top
        and area.right > spot.right
        and area.bottom > spot.bottom
    )


def covered(mark: Mark) -> Area | None:
    """Return the area of a mark that a wire can reach."""
    match mark:
        case Box():
            return Area(mark.left, mark.top, mark.right, mark.bottom)
        case Pill():
            x, y = mark.width / 2, mark.height / 2
            return Area(mark.x - x, mark.y - y, mark.x + x, mark.y + y)
        case Disc():
            r = mark.radius
            return Area(mark.x - r, mark.y - r, mark.x + r, mark.y + r)
        case Bar() | Heat() | Curve():
            return mark.area
    return None


def crossings(frame: Keyframe, picture: Picture) -> Iterator[str]:
    """Yield the wires that run through a text which nothing hides from them."""
    places = {mark.id: k for k, mark in enumerate(frame.marks)}
    solid = [
        (places[mark.id], area)
        for mark in frame.marks
        if isinstance(mark, Pill | Disc | Box)
        and getattr(mark, "fill", 0.0) is not None
        and (area := covered(mark)) is not None
    ]
    for wire in frame.marks:
        if not isinstance(wire, Wire) or wire.role == "faint":
            continue
        parts = list(pairwise(wire.points))
        for text in picture.texts:
            hidden = any(
                place > places[wire.id]
                and area.left <= text.box.left
                and area.right >= text.box.right
                and area.top <= text.box.top
                and area.bottom >= text.box.bottom
                for place, area in solid
            )
            if not hidden and crossed(parts, [text.box]).any():
                yield f"the wire {wire.id} runs through {text.text!r}"
