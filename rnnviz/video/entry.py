"""One entry of the cache as a file: a header and the content, checked as it is read.

The header is a mark, the name (SHA-256 of the key), the content's length and its SHA-256. A file
that differs in any byte, is cut off or goes on, or belongs to another key is no entry.
"""

import hashlib
import os
import stat
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

MARK = b"rnnviz 1"
HEADER = struct.Struct("<8s32sQ32s")
CHUNK = 1 << 20
_FLAGS = os.O_RDONLY | sum(  # a link is no entry, and a pipe must not be waited for
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
)


class DamagedError(Exception):
    """A file is not what the entry should be."""


def name_of(key: str) -> bytes:
    """Return the name of the entry for a key: 32 bytes."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def open_entry(path: Path) -> BinaryIO:
    """Return a file to read, and never one that a link points to."""
    number = os.open(path, _FLAGS)
    try:
        return os.fdopen(number, "rb")
    except OSError:  # it is a folder
        os.close(number)
        raise


def write_entry(file: BinaryIO, name: bytes, content: Iterable[bytes]) -> None:
    """Write an entry to a new file; its header comes last, so that a part of it is no entry."""
    file.write(bytes(HEADER.size))
    seen, length = hashlib.sha256(), 0
    for chunk in content:
        file.write(chunk)
        seen.update(chunk)
        length += len(chunk)
    file.seek(0)
    file.write(HEADER.pack(MARK, name, length, seen.digest()))


def entry_content(file: BinaryIO, name: bytes) -> Iterator[bytes]:
    """Yield an entry's content in pieces, good only if the last one comes.

    Raises DamagedError before or after a piece if the file is not that entry, whole.
    """
    kind = os.fstat(file.fileno())
    head = file.read(HEADER.size) if stat.S_ISREG(kind.st_mode) else b""
    if len(head) < HEADER.size:
        raise DamagedError
    mark, found, length, digest = HEADER.unpack(head)
    if (mark, found, length) != (MARK, name, kind.st_size - HEADER.size):
        raise DamagedError
    seen = hashlib.sha256()
    while chunk := file.read(CHUNK):
        seen.update(chunk)
        yield chunk
    if seen.digest() != digest:
        raise DamagedError
