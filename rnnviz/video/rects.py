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
    found: list[tuple[int, int, int, int]] = []
    for left, top, right, bottom in boxes:
        k = 0
        while k < len(found):
            x, y, x_end, y_end = found[k]
            a, b = min(left, x), min(top, y)
            a_end, b_end = max(right, x_end), max(bottom, y_end)
            both = (a_end - a) * (b_end - b)
            apart = (right - left) * (bottom - top) + (x_end - x) * (y_end - y)
            met = left < x_end and x < right and top < y_end and y < bottom
            if met or both <= APART * apart:
                del found[k]
                left, top, right, bottom, k = a, b, a_end, b_end, 0
            else:
                k += 1
        found.append((left, top, right, bottom))
    return [Rect(*box) for box in found]
