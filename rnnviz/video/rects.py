"""Rectangles of whole pixels: where a picture has changed."""

from collections.abc import Iterable
from typing import NamedTuple

APART = 1.25  # rectangles are joined unless that makes their area grow by more


class Rect(NamedTuple):
    """A rectangle of whole pixels, the ends not included."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """The number of its pixels."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    def joined(self, other: "Rect") -> "Rect":
        """Return the smallest rectangle around both."""
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def meets(self, other: "Rect") -> bool:
        """Tell whether the two have a pixel in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Rect") -> "Rect":
        """Return what the two have in common; its area is 0 where that is nothing."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


def merged(boxes: Iterable[Rect]) -> list[Rect]:
    """Return few rectangles that cover all boxes and do not overlap."""
    found: list[Rect] = []
    for box in sorted(boxes, key=_area, reverse=True):  # small ones mostly lie in large ones
        left, top, right, bottom = box
        k = 0
        while k < len(found):
            x, y, x_end, y_end = found[k]
            if x <= left and y <= top and right <= x_end and bottom <= y_end:
                break
            a = left if left < x else x
            b = top if top < y else y
            a_end = right if right > x_end else x_end
            b_end = bottom if bottom > y_end else y_end
            both = (a_end - a) * (b_end - b)
            apart = (right - left) * (bottom - top) + (x_end - x) * (y_end - y)
            met = left < x_end and x < right and top < y_end and y < bottom
            if met or both <= APART * apart:
                del found[k]
                left, top, right, bottom, k = a, b, a_end, b_end, 0
            else:
                k += 1
        else:
            found.append(Rect(left, top, right, bottom))
    return found


def _area(box: Rect) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
