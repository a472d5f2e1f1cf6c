"""Writing files so that an existing one is intact until its replacement is complete."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rnnviz.errors import RnnvizError

FRAME = re.compile(r"\d{5,}\.png")  # the only files that a folder of frames may hold


def check_replaceable(path: Path, folder: bool = False) -> None:
    """Raise RnnvizError unless a file, or a folder of frames, can be made or replaced there.

    A folder is only replaced where it holds nothing but frames, and never the current one.
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
        raise RnnvizError(f"output: wanted a folder for the frames, got the file {str(path)!r}")
    if Path.cwd().is_relative_to(real):
        raise RnnvizError(f"output: wanted a folder to replace, got the current one, {str(path)!r}")
    for one in sorted(real.iterdir()) if real.is_dir() else ():
        if not FRAME.fullmatch(one.name) or not one.is_file():
            raise RnnvizError(
                f"output: wanted a folder with nothing but frames, got {str(path)!r} "
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
    files: Iterable[Path], folders: Iterable[Path] = ()
) -> Iterator[dict[Path, Path]]:
    """Yield a temporary path for each file and folder; they are put in place together.

    When the block succeeds they replace what was there; when it or a replacement fails, all is as
    it was. A link stays, and what it points to is replaced. A process that is killed between two
    replacements leaves the old file or folder in a hidden folder beside the new one, and a file is
    never missing. Raises RnnvizError, with the path as it was given, for what cannot be written.
    """
    with ExitStack() as kept:
        parts = [kept.enter_context(_part(path)) for path in files]
        parts += [kept.enter_context(_part(path, folder=True)) for path in folders]
        try:
            yield {part.path: part.new for part in parts}
            for part in parts:
                part.put()
        except BaseException as error:
            for part in reversed(parts):
                part.undo()
            if isinstance(error, OSError):
                raise _named(error, parts) from error
            raise
        for part in parts:
            shutil.rmtree(part.old.parent, ignore_errors=True)


@dataclass(frozen=True)
class _Part:
    """One of several replacements: the path as given, where it really is, its work folder."""

    path: Path
    real: Path
    work: Path

    @property
    def new(self) -> Path:
        return self.work / "new" / self.real.name

    @property
    def old(self) -> Path:
        return self.work / "old" / self.real.name

    def put(self) -> None:
        """Put the new one in place and keep the old one."""
        self.old.parent.mkdir()
        if self.real.is_dir():
            self.real.rename(self.old)
        elif self.real.exists():
            try:
                os.link(self.real, self.old)  # so that there is a file at every moment
            except OSError:  # a file system without links
                shutil.copy2(self.real, self.old)
        self.new.replace(self.real)

    def undo(self) -> None:
        """Put the old one back, or take the new one away, as far as ``put`` has come."""
        if not self.old.parent.exists():
            return
        if self.real.exists() and not self.new.exists() and not self.old.is_file():
            self.real.rename(self.new)
        if self.old.exists():
            self.old.replace(self.real)
            self.old.unlink(missing_ok=True)  # a link to the same file is not moved


@contextmanager
def _part(path: Path, folder: bool = False) -> Iterator[_Part]:
    """Yield what replaces one path; what is not put in place is removed in the end."""
    path = Path(path)
    check_replaceable(path, folder)
    real = _real(path)
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{real.stem[:40]}.", dir=real.parent))
    except OSError as error:
        raise RnnvizError(
            f"output: wanted a folder that can be written, got {str(path.parent)!r} "
            f"({error.strerror})"
        ) from None
    part = _Part(path, real, work)
    try:
        part.new.parent.mkdir()
        if folder:
            part.new.mkdir()
        yield part
    finally:
        shutil.rmtree(part.new.parent, ignore_errors=True)
        for left in (part.old.parent, work):
            with suppress(OSError):  # not there, or it holds what could not be put back
                left.rmdir()


def _named(error: OSError, parts: list[_Part]) -> Exception:
    """Return an error about a temporary path, or none, as one about the path it stands for."""
    name, reason = error.filename, error.strerror or str(error)
    if not isinstance(name, str | bytes):
        return RnnvizError(f"output: wanted {str(parts[0].path)!r} written, got {reason}")
    for part in parts:
        if Path(os.fsdecode(name)).is_relative_to(part.work):
            return RnnvizError(f"output: wanted {str(part.path)!r} written, got {reason}")
    return error


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
