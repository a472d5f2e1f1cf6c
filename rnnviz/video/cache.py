"""The cache of renders: content under keys in one file each, which is checked at every read.

An entry is written in a work folder and renamed, so it is whole or not there; what is damaged
since, or is no entry, counts as missing. Processes share a cache without waiting for each other.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rnnviz import files
from rnnviz.video.cache_place import USUAL_LIMIT, tell
from rnnviz.video.entry import (
    CHUNK,
    HEADER,
    DamagedError,
    entry_content,
    name_of,
    open_entry,
    write_entry,
)
from rnnviz.video.workplace import Amount, held, own, sweep, workplace

__all__ = ["Amount", "Cache", "Info", "Pruned", "sweep", "workplace"]

SLACK = 16  # the limit's part that is freed at once, and that is written between two looks at all
_ENTRY = re.compile(r"[0-9a-f]{64}\.rnnviz")


@dataclass(frozen=True)
class Info:
    """What a cache holds: files and bytes, headers included."""

    folder: Path | None
    entries: int
    bytes: int
    limit: int


@dataclass(frozen=True)
class Pruned:
    """What a prune removed (least recently used, damaged, left by dead processes) and kept."""

    old: Amount
    damaged: Amount
    work: Amount
    kept: Amount


class _MissingError(Exception):
    """There is no entry that can be used."""


@dataclass(frozen=True)
class _Entry:
    path: Path
    bytes: int
    used: int


@dataclass(frozen=True)
class Cache:
    """A cache in a folder, which need not be there; with None as the folder nothing is kept.

    ``limit`` is in bytes. A disk that fails makes get and read find nothing, and put and write
    return False; a warning tells it once in a process.
    """

    folder: Path | None
    limit: int = USUAL_LIMIT

    def get(self, key: str, into: Path) -> bool:
        """Copy what is kept under a key to a file; without it there is no file, and False."""
        try:
            with self._found(key) as content, files.opened(into) as file:
                file.writelines(content)
            return True
        except _MissingError:
            pass
        except OSError as error:
            tell(self.folder, error)
        with suppress(OSError):
            into.unlink(missing_ok=True)
        return False

    def read(self, key: str) -> bytes | None:
        """Return what is kept under a key, or None."""
        try:
            with self._found(key) as content:
                return b"".join(content)
        except _MissingError:
            pass
        except OSError as error:
            tell(self.folder, error)
        return None

    def put(self, key: str, source: Path) -> bool:
        """Keep a copy of a file under a key; False if it is not kept. OSError without the file."""
        with open(source, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            return self._store(key, iter(partial(file.read, CHUNK), b""), size)

    def write(self, key: str, data: bytes) -> bool:
        """Keep data under a key; False if it is not kept."""
        return self._store(key, [data], len(data))

    def info(self) -> Info:
        """Return how much is kept; OSError if that cannot be seen."""
        entries = self._entries()
        return Info(self.folder, len(entries), sum(one.bytes for one in entries), self.limit)

    def prune(self, limit: int | None = None, check: bool = False) -> Pruned:
        """Remove what dead processes left, and the least recently used entries over the limit.

        With ``check`` every entry is read, and damaged ones are removed first. Raises OSError for
        what cannot be removed, after removing the rest.
        """
        left = sweep(self.folder)
        whole: list[_Entry] = []
        damaged: list[_Entry] = []
        for one in self._entries():
            (damaged if check and not _is_whole(one) else whole).append(one)
        gone = _removed(damaged)
        old, kept = _divided(whole, self.limit if limit is None else limit)
        return Pruned(_removed(old), gone, left, _amount(kept))

    def clear(self) -> Amount:
        """Remove every entry, and what dead processes left; return the entries' number and size.

        Raises OSError for what cannot be removed, after removing the rest.
        """
        sweep(self.folder)
        return _removed(self._entries())

    @contextmanager
    def _found(self, key: str) -> Iterator[Iterator[bytes]]:
        """Yield an entry's content, to be read to its end; _MissingError before or after that."""
        name = name_of(key)
        path = None
        try:
            path = self._place() / _file(name)
            file = open_entry(path)
        except OSError as error:
            if path and error.errno == errno.ELOOP:
                _drop(path)
            raise _MissingError from None
        with file:
            try:
                yield entry_content(file, name)
            except DamagedError:
                _drop(path)
                raise _MissingError from None
        with suppress(OSError):
            os.utime(path)  # it was used just now

    def _store(self, key: str, content: Iterable[bytes], size: int) -> bool:
        name = name_of(key)
        if size + HEADER.size > self.limit - self.limit // SLACK:
            return False
        try:
            path = own(self.folder, "entries") / _file(name)
            with held(self.folder) as work:
                with files.opened(work / "entry") as file:
                    write_entry(file, name, content)
                os.replace(work / "entry", path)
        except OSError as error:
            tell(self.folder, error)
            return False
        if _is_due(name, size + HEADER.size, self.limit // SLACK):
            with suppress(OSError):
                _removed(_divided(self._entries(), self.limit - self.limit // SLACK)[0])
        return True

    def _place(self) -> Path:
        """Return the folder of the entries, which may be missing; OSError if it is none of ours."""
        if self.folder is None:
            raise FileNotFoundError(errno.ENOENT, "neither")
        path = self.folder / "entries"
        if path.is_symlink():
            raise NotADirectoryError(errno.ENOTDIR, "a link in place of a folder", str(path))
        return path

    def _entries(self) -> list[_Entry]:
        """Return all entries, the least recently used first; OSError if they cannot be seen."""
        entries = []
        place = self._place()
        with suppress(FileNotFoundError), os.scandir(place) as found:
            for one in found:
                with suppress(FileNotFoundError):
                    if _ENTRY.fullmatch(one.name) and one.is_file(follow_symlinks=False):
                        seen = one.stat(follow_symlinks=False)
                        entries.append(_Entry(place / one.name, seen.st_size, seen.st_mtime_ns))
        return sorted(entries, key=lambda one: (one.used, one.path.name))


def _file(name: bytes) -> str:
    return f"{name.hex()}.rnnviz"


def _is_whole(entry: _Entry) -> bool:
    try:
        with open_entry(entry.path) as file:
            for _ in entry_content(file, bytes.fromhex(entry.path.stem)):
                pass
    except (DamagedError, OSError):
        return False
    return True


def _is_due(name: bytes, size: int, slack: int) -> bool:
    """Whether to look at all entries after writing one.

    This is so once in about ``slack`` bytes, however many processes write how little each: the name
    is a hash, and serves as the die.
    """
    return int.from_bytes(name[:8]) * slack < size << 64


def _divided(entries: list[_Entry], limit: int) -> tuple[list[_Entry], list[_Entry]]:
    """Divide entries, sorted by use, into those over the limit and those to keep."""
    over = sum(one.bytes for one in entries) - limit
    for place, one in enumerate(entries):
        if over <= 0:
            return entries[:place], entries[place:]
        over -= one.bytes
    return entries, []


def _amount(entries: Iterable[_Entry]) -> Amount:
    return sum((Amount(1, one.bytes) for one in entries), Amount())


def _removed(entries: Iterable[_Entry]) -> Amount:
    """Remove entries and return those that were still there; OSError in the end for what stays."""
    gone, failed = [], None
    for one in entries:
        try:
            one.path.unlink()
            gone.append(one)
        except FileNotFoundError:  # another process was faster
            pass
        except OSError as error:
            failed = error
    if failed:
        raise failed
    return _amount(gone)


def _drop(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
