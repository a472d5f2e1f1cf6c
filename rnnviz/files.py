"""Writing files so that an existing one is intact until its replacement is complete."""

import io
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rnnviz.errors import RnnvizError
from rnnviz.guard import guarded, uninterrupted

# the only files that a folder of frames or clips may hold
PART = re.compile(r"\d{5,}\.png|\d{2,}(-[\w.-]+)?\.(mp4|webm|mov)|manifest\.json")


PATIENCE = 10.0  # seconds to wait for others that replace something in the same folder


def opened(path: Path) -> BinaryIO:
    """Return a new file to write, whose errors name it; all files of a render are opened here."""
    return _Named(open(path, "wb", buffering=0))


def check_replaceable(path: Path, folder: bool = False) -> None:
    """Raise RnnvizError unless a file, or a folder of frames or clips, can be made there.

    A folder is only replaced where it holds nothing else, and never the current one.
    """
    real = _real(path)
    if not real.parent.is_dir():
        raise RnnvizError(f"output: wanted an existing folder, got {str(path.parent)!r}")
    if not os.access(real.parent, os.W_OK):
        raise RnnvizError(f"output: wanted a folder that can be written, got {str(path.parent)!r}")
    if not folder:
        if real.is_dir():
            raise RnnvizError(f"output: wanted a file, got the folder {str(path)!r}")
        return
    if real.exists() and not real.is_dir():
        raise RnnvizError(
            f"output: wanted a folder for the frames or clips, got the file {str(path)!r}"
        )
    if Path.cwd().is_relative_to(real):
        raise RnnvizError(f"output: wanted a folder to replace, got the current one, {str(path)!r}")
    if real.is_dir():
        _check_parts(real, path)


def _check_parts(folder: Path, path: Path) -> None:
    for one in sorted(folder.iterdir()):
        if not PART.fullmatch(one.name) or not one.is_file():
            raise RnnvizError(
                f"output: wanted a folder with nothing but frames or clips, got {str(path)!r} "
                f"with {one.name!r}"
            )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path near ``path``; it replaces ``path`` when the block succeeds.

    All else is as with ``replacing_all``.
    """
    path = Path(path)
    with replacing_all([path]) as new:
        yield new[path]


@contextmanager
def replacing_all(
    files: Iterable[Path], folders: Iterable[Path] = (), guard: bool = False
) -> Iterator[dict[Path, Path]]:
    """Yield a temporary path for each file and folder; they are put in place together.

    When the block succeeds they replace what was there; when it or a replacement fails, all is as
    it was. A link stays, and what it points to is replaced. With a ``guard`` that is true for a
    process that is killed, too; without one it leaves the old file or folder in a hidden folder
    beside the new one, and a file is never missing. Processes that replace several at the same
    time do so one after the other. Raises RnnvizError, with the path as it was given, for what
    cannot be written.
    """
    parts = [_part(path) for path in files] + [_part(path, folder=True) for path in folders]
    several = len(parts) > 1 or parts[0].is_folder

    def undo() -> None:
        for part in reversed(parts):
            with suppress(OSError):  # the others are put back all the same
                part.undo()
            part.tidy()

    def finish() -> None:
        for part in parts:
            shutil.rmtree(part.old.parent, ignore_errors=True)
            part.tidy()

    with (
        _queue({part.real.parent for part in parts} if several else ()) as queue,
        guarded(undo, finish) if guard else nullcontext(lambda what: None) as tell,
    ):
        try:
            for part in parts:
                part.make()
            yield {part.path: part.new for part in parts}
            _wait(queue)
            for part in parts:
                part.put()
            with uninterrupted():
                tell("changed")
                finish()
                tell("tidy")
        except BaseException as error:
            with uninterrupted():
                undo()
                tell("tidy")
            if isinstance(error, OSError):
                raise _named(error, parts) from error
            raise


@dataclass(frozen=True)
class _Part:
    """One of several replacements: the path as given, where it really is, its work folder."""

    path: Path
    real: Path
    work: Path
    is_folder: bool

    @property
    def new(self) -> Path:
        return self.work / "new" / self.real.name

    @property
    def old(self) -> Path:
        return self.work / "old" / self.real.name

    @property
    def half(self) -> Path:
        return self.work / "half"

    def make(self) -> None:
        """Make the work folder, and in it an empty folder if that is to be filled."""
        try:
            self.work.mkdir(mode=0o700)
        except OSError as error:
            raise RnnvizError(
                f"output: wanted a folder that can be written, got {str(self.path.parent)!r} "
                f"({error.strerror})"
            ) from None
        self.new.parent.mkdir()
        if self.is_folder:
            self.new.mkdir()

    def put(self) -> None:
        """Put the new one in place and keep the old one."""
        check_replaceable(self.path, self.is_folder)  # once more: it may have been changed
        self.new.lstat()
        self.old.parent.mkdir()
        if self.is_folder and self.real.exists():
            self.real.rename(self.old)
            _check_parts(self.old, self.path)
        elif os.path.lexists(self.real):
            self._keep()
        self.new.replace(self.real)

    def _keep(self) -> None:
        """Let the old file be at two places, so that there is one at every moment."""
        with suppress(OSError):  # a file system without links
            if not self.real.is_symlink():
                os.link(self.real, self.old)
                return
        shutil.copy2(self.real, self.half, follow_symlinks=False)
        os.replace(self.half, self.old)

    def undo(self) -> None:
        """Put the old one back, or take the new one away, as far as ``put`` has come."""
        kept = os.path.lexists(self.old)
        if not self.old.parent.exists():
            return
        if os.path.lexists(self.new):
            if self.is_folder and kept:
                self.old.replace(self.real)
            elif kept:
                self.old.unlink()  # the one in place is still the old one
            return
        if self.is_folder or not kept:
            self.real.rename(self.new)
        if kept:
            self.old.replace(self.real)

    def tidy(self) -> None:
        """Remove the work folder, except for an old one that could not be put back."""
        shutil.rmtree(self.new.parent, ignore_errors=True)
        with suppress(OSError):
            self.half.unlink()
        for left in (self.old.parent, self.work):
            with suppress(OSError):  # not there, or not empty
                left.rmdir()


def _part(path: Path, folder: bool = False) -> _Part:
    """Return what replaces one path; nothing is made yet."""
    path = Path(path)
    check_replaceable(path, folder)
    real = _real(path)
    return _Part(path, real, real.with_name(f".{real.stem[:40]}.{secrets.token_hex(4)}"), folder)


def _named(error: OSError, parts: list[_Part]) -> Exception:
    """Return an error about a temporary path, or none, as one about the path it stands for."""
    name, reason = error.filename, error.strerror or str(error)
    if not isinstance(name, str | bytes):
        return RnnvizError(f"output: wanted {str(parts[0].path)!r} written, got {reason}")
    for part in parts:
        if Path(os.fsdecode(name)).is_relative_to(part.work):
            return RnnvizError(f"output: wanted {str(part.path)!r} written, got {reason}")
    return error


class _Named(io.BufferedWriter):
    """A file to write whose errors name it."""

    def write(self, data: Any) -> int:
        with self._named():
            return super().write(data)

    def flush(self) -> None:
        with self._named():
            super().flush()

    def seek(self, offset: int, whence: int = 0) -> int:
        with self._named():  # what was written before has to go first
            return super().seek(offset, whence)

    def close(self) -> None:
        with self._named():
            super().close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.filename is None:
                error.filename = os.fspath(self.name)
            raise


@contextmanager
def _queue(folders: Iterable[Path]) -> Iterator[list[int]]:
    """Yield the folders, open, so that they can be locked, as far as that is possible."""
    with ExitStack() as kept:
        queue = []
        for folder in sorted(folders):
            with suppress(OSError):
                queue.append(os.open(folder, os.O_RDONLY))
                kept.callback(os.close, queue[-1])
        yield queue


def _wait(queue: list[int]) -> None:
    """Lock folders until they are closed; whoever has one locked for long is not waited for."""
    if sys.platform == "win32":
        return
    import fcntl

    until = time.monotonic() + PATIENCE
    for folder in queue:
        while time.monotonic() < until:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:  # no locks here
                break


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
