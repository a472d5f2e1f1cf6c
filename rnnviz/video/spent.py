"""Where the processor's seconds of a render went: by part of the work, over all processes."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Spent(defaultdict[str, float]):
    """Seconds of processor time by what they were spent on."""

    def __init__(self) -> None:
        super().__init__(float)
        self._here = 0.0  # seconds of this process, which ``on`` has added

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickles it: its class, nothing to call it with, its items."""
        return type(self), (), None, None, iter(self.items())

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Add what the block takes, less what it adds to other parts, to a part."""
        before, start = self._here, time.process_time()
        try:
            yield
        finally:
            seconds = time.process_time() - start - (self._here - before)
            self[part] += seconds
            self._here += seconds

    def add(self, others: Mapping[str, float]) -> None:
        """Add the seconds of another process."""
        for part, seconds in others.items():
            self[part] += seconds
