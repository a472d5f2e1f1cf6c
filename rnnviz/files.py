"""Writing files so that an existing one is intact until its replacement is complete."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnviz.errors import RnnvizError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; it replaces ``path`` when the block succeeds.

    When the block fails, the temporary file is removed and ``path`` is as it was. Raises
    RnnvizError if the folder is missing or cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise RnnvizError(f"output: wanted an existing folder, got {str(path.parent)!r}")
    if path.is_dir():
        raise RnnvizError(f"output: wanted a file, got the folder {str(path)!r}")
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem[:40]}.", suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        raise RnnvizError(
            f"output: wanted a folder that can be written, got {str(path.parent)!r} "
            f"({error.strerror})"
        ) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner can read
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside ``path``; it replaces ``path`` when the block succeeds.

    The old folder is moved aside and removed only after the new one is in its place. Raises
    RnnvizError if the parent is missing or ``path`` is a file.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise RnnvizError(f"output: wanted an existing folder, got {str(path.parent)!r}")
    if path.exists() and not path.is_dir():
        raise RnnvizError(f"output: wanted a folder for the frames, got the file {str(path)!r}")
    with tempfile.TemporaryDirectory(prefix=f".{path.stem[:40]}.", dir=path.parent) as work:
        new, old = Path(work) / "new", Path(work) / "old"
        new.mkdir()
        yield new
        if path.exists():
            path.rename(old)
        new.rename(path)
