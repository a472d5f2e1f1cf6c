"""Which section is filmed next, when a process that waits at its start may begin."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import accumulate


def next_turn(
    sections: Sequence[int],
    waiting: Container[int],
    busy: Container[int],
    weight: Callable[[int], float],
    jobs: int,
) -> int | None:
    """Return the section, of those at which a process is ``waiting``, that is to be filmed next.

    ``sections`` are all in order, ``busy`` those that are being filmed, by at most ``jobs``
    processes. One that has filmed a section goes on with the next, which is cheaper than to start
    another; so sections that wait in a row behind one that is being filmed are left to that
    process, but for a half by ``weight``. A section that would be the last to end goes first.
    None where nothing waits.
    """
    led: list[tuple[int, list[int]]] = []
    free: list[list[int]] = []
    for before, row in _rows(sections, waiting):
        if before is not None and before in busy:
            led.append((before, row))
        else:
            free.append(row)
    every = [number for row in (*free, *(row for _, row in led)) for number in row]
    if not every:
        return None

    def total(numbers: Iterable[int]) -> float:
        return sum(map(weight, numbers))

    heaviest = max(every, key=weight)
    if weight(heaviest) * jobs > total(every):
        return heaviest
    if free:
        return max(free, key=total)[0]
    before, row = max(led, key=lambda one: total(one[1]))
    return _half(weight(before) / 2, row, [weight(number) for number in row])


def _rows(
    sections: Sequence[int], waiting: Container[int]
) -> Iterator[tuple[int | None, list[int]]]:
    """Yield the rows of sections that wait one after the other, each with the one before it."""
    before, row = None, list[int]()
    for number in sections:
        if number in waiting:
            row.append(number)
            continue
        if row:
            yield before, row
        before, row = number, []
    if row:
        yield before, row


def _half(left: float, row: Sequence[int], weights: Sequence[float]) -> int:
    """Return where to cut a row, of which the first part is added to what is ``left`` of another.

    The heavier of the two parts is as light as it can be.
    """
    total = sum(weights)
    first = [0.0, *accumulate(weights)]
    return min(zip(row, first, strict=False), key=lambda one: max(left + one[1], total - one[1]))[0]
