"""Private work folders in the cache, and the removal of those whose process is gone.

Beside each folder stands a file that is locked as long as the process lives. A process's number
would not do: it is used again, and on another machine that shares the cache it says nothing. The
file is there before its folder and goes after it, so a folder always has one.
"""

import errno
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rnnviz.video.cache_place import tell

DAY = 24 * 60 * 60
_LOCK = re.compile(r"([0-9]+-[0-9a-f]{16})\.lock")


@dataclass(frozen=True)
class Amount:
    """How many, and how many bytes they take."""

    count: int = 0
    bytes: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.bytes + other.bytes)


@contextmanager
def workplace(cache: Path | None) -> Iterator[Path]:
    """Yield a new folder for this user alone, which is removed in the end.

    It is in the cache, or among the system's temporary files if there is none or it is of no use.
    What dead processes left in the cache is removed first. A forked child that leaves the block
    removes nothing.
    """
    with ExitStack() as kept:
        path = None
        try:
            if cache is not None:
                sweep(cache)
                path = kept.enter_context(held(cache))
        except OSError as error:
            tell(cache, error)
        yield path or kept.enter_context(_elsewhere())


@contextmanager
def held(cache: Path | None) -> Iterator[Path]:
    """Yield a new folder in the cache that no sweep removes; OSError if it cannot be made."""
    owner = os.getpid()
    lock, path = _new(own(cache, "work"))
    try:
        yield path
    finally:
        if os.getpid() == owner:
            shutil.rmtree(path, ignore_errors=True)
            lock.close()
            _forget(path)


def sweep(cache: Path | None) -> Amount:
    """Remove the work folders of processes that are gone, and return what they took."""
    swept = Amount()
    if cache is None or (cache / "work").is_symlink():
        return swept
    try:
        names = [entry.name for entry in os.scandir(cache / "work") if _is_file(entry)]
    except OSError:
        return swept
    for found in filter(None, map(_LOCK.fullmatch, names)):
        path = cache / "work" / found[1]
        with suppress(OSError), open(path.with_name(found[0]), "r+b") as lock:
            if _is_stale(lock):
                size = _size(path) if path.is_dir() else None
                shutil.rmtree(path, ignore_errors=True)
                if size is not None and not path.exists():
                    swept += Amount(1, size)
                lock.close()
                _forget(path)
    return swept


def own(cache: Path | None, name: str) -> Path:
    """Return one of the cache's own folders, made if it is missing; OSError if it is unusable."""
    if cache is None:
        raise FileNotFoundError(errno.ENOENT, "neither")
    path = cache / name
    if path.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "a link in place of a folder", str(path))
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def _elsewhere() -> Iterator[Path]:
    owner = os.getpid()
    path = Path(tempfile.mkdtemp(prefix="rnnviz-"))
    try:
        yield path
    finally:
        if os.getpid() == owner:
            shutil.rmtree(path, ignore_errors=True)


def _new(work: Path) -> tuple[BinaryIO, Path]:
    """Return a locked file, to be kept open, and the folder beside it."""
    while True:
        path = work / f"{os.getpid()}-{secrets.token_hex(8)}"
        lock = open(_lock_of(path), "xb")  # noqa: SIM115  (the caller closes it)
        try:
            if _locked(lock) is not False and _is_there(lock, _lock_of(path)):
                path.mkdir(mode=0o700)
                return lock, path
        except BaseException:
            lock.close()
            _forget(path)
            raise
        lock.close()  # a sweep was faster than the lock, and takes the file away


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _forget(path: Path) -> None:
    """Remove a folder's lock, unless the folder could not be removed and awaits the next sweep."""
    if not os.path.lexists(path):
        with suppress(OSError):
            _lock_of(path).unlink(missing_ok=True)


def _is_stale(lock: BinaryIO) -> bool:
    got = _locked(lock)
    if got is None:
        return time.time() - os.fstat(lock.fileno()).st_mtime > DAY
    return got


def _locked(file: BinaryIO) -> bool | None:
    """Lock a file until it is closed; False if another has it, None if locks do not exist here."""
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_there(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
    except FileNotFoundError:
        return False


def _is_file(entry: "os.DirEntry[str]") -> bool:
    return entry.is_file(follow_symlinks=False)


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total
