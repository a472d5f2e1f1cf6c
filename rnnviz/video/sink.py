"""A file as libav gets it: an error stays, and what comes too late is left out."""

from contextlib import ExitStack
from types import TracebackType
from typing import BinaryIO

from rnnviz.guard import uninterrupted


class Sink:
    """Passes what libav writes on to a file, within a ``with`` block and until the first error.

    Libav forgets some errors, and it completes a file that is thrown away half-way. Here every
    block after an error raises it again, and no later byte reaches the file. An interrupt waits for
    the end of the block: libav would lose it, and what was to be written just then.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._live = False
        self._error: BaseException | None = None
        self._held = ExitStack()

    def __enter__(self) -> "Sink":
        if self._error is not None:
            raise self._error
        self._held.enter_context(uninterrupted())
        self._live = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live = False
        try:
            self._held.close()
        except BaseException as interrupt:
            self._error = interrupt
            raise
        if self._error is None:
            self._error = error
        elif error is not self._error:
            raise self._error

    def write(self, data: bytes) -> int:
        """Write to the file, or drop what no longer belongs there."""
        if self._usable:
            try:
                self._file.write(data)
            except BaseException as error:
                self._error = error
                raise
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move in the file, where it may still be written."""
        return self._file.seek(offset, whence) if self._usable else 0

    def tell(self) -> int:
        """Return the place in the file, where it may still be written."""
        return self._file.tell() if self._usable else 0

    @property
    def _usable(self) -> bool:
        return self._live and self._error is None
