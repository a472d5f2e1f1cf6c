"""HDF5, read so that a file neither reaches out of itself nor asks for more than it holds.

Only plain data in the file itself are read, as Keras writes them: no soft, external or user-made
links, no external, virtual, chunked or compressed data.
"""

import io
import math
import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import library, reason
from rnnviz.readers.npy import MAX_BYTES

MAX_DEPTH = 32  # groups in groups; Keras' own files have about eight
MAX_OBJECTS = 100_000


@contextmanager
def opened(path: Path, content: bytes | None = None) -> "Iterator[Store]":
    """Yield what is in the HDF5 file, or in ``content`` that was a part of it.

    Whatever the library raises on a broken file becomes an RnnvizError; those of the block pass.
    """
    with library("h5py", path.suffix, "keras"):
        import h5py
    try:
        source = path if content is None else io.BytesIO(content)
        with h5py.File(source, "r") as file:
            if file.id.get_create_plist().get_sizes() != (8, 8):
                raise RnnvizError(f"{path}: wanted addresses and lengths of 8 bytes, got others")
            yield Store(path, h5py, file, content)
    except (RnnvizError, MemoryError):
        raise
    except Exception as error:  # h5py passes on what libhdf5 says, as errors of many types
        line = (reason(error).splitlines() or [""])[0]
        raise RnnvizError(f"{path}: wanted a whole HDF5 file, got: {line}") from None


class Store:
    """An open HDF5 file: its datasets by path, and the text that its groups carry."""

    def __init__(self, path: Path, h5py: Any, file: Any, content: bytes | None) -> None:
        self._path, self._h5py, self._file, self._content = path, h5py, file, content
        self._size = path.stat().st_size if content is None else len(content)
        self._left = self._size  # what may still be read: no more than there is
        self._datasets: dict[str, Any] = {}
        self._groups: set[str] = set()
        self._texts: dict[str, float] = {}
        self.dtypes: dict[str, str] = {}  # of what has been read
        self._walk()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each dataset, by its path without a slash in front."""
        return {name: tuple(dataset.shape) for name, dataset in self._datasets.items()}

    def text(self, group: str, attribute: str) -> str | None:
        """Return the text that a group carries, None without the group or the attribute."""
        if group not in self._groups or attribute not in self._file[group or "/"].attrs:
            return None
        holder = self._file[group or "/"]
        where = f"{self._path}: {printable(f'{group}/{attribute}'.lstrip('/'))}"
        held = self._h5py.h5a.open(holder.id, attribute.encode())
        kind = held.get_type()
        if held.shape != () or not isinstance(kind, self._h5py.h5t.TypeStringID):
            raise RnnvizError(f"{where}: wanted a text, got {held.dtype} of shape {held.shape}")
        size = self._text_size(attribute) if kind.is_variable_str() else kind.get_size()
        if size > self._size:
            raise RnnvizError(f"{where}: wanted a text within {self._size} bytes, got {size}")
        text = holder.attrs[attribute]
        return text.decode() if isinstance(text, bytes) else str(text)

    def read(self, name: str) -> NDArray[Any]:
        """Return a dataset of 16, 32 or 64 bits as float64; RnnvizError for any other."""
        where, dataset = f"{self._path}: {printable(name)}", self._datasets[name]
        plan, layouts = dataset.id.get_create_plist(), self._h5py.h5d
        if plan.get_external_count() or plan.get_layout() == layouts.VIRTUAL:
            raise RnnvizError(f"{where}: wanted data in this file, got data from another")
        if plan.get_nfilters() or plan.get_layout() not in (layouts.COMPACT, layouts.CONTIGUOUS):
            raise RnnvizError(f"{where}: wanted plain data as Keras writes them, got chunks")
        if dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
            raise RnnvizError(f"{where}: wanted floating-point numbers, got {dataset.dtype}")
        promised = math.prod(dataset.shape) * dataset.dtype.itemsize
        if promised > MAX_BYTES:
            raise RnnvizError(
                f"{where}: wanted at most {MAX_BYTES} bytes, "
                f"got shape {dataset.shape} ({dataset.dtype})"
            )
        stored, start = dataset.id.get_storage_size(), dataset.id.get_offset() or 0
        if stored != promised or start + promised > self._size:
            raise RnnvizError(
                f"{where}: wanted {promised} bytes for shape {dataset.shape}, got {stored} "
                f"in a file of {self._size}"
            )
        self._left -= promised
        if self._left < 0:
            raise RnnvizError(
                f"{where}: wanted at most {self._size} bytes of all data, as the file has, got more"
            )
        self.dtypes[name] = dataset.dtype.name
        with np.errstate(invalid="ignore"):  # NaN is refused by who asked
            return np.asarray(dataset[()]).astype(np.float64)

    def _walk(self) -> None:
        """Find every dataset, refusing links out of the tree and trees without an end."""
        pending, seen = [("", self._file, 0)], set()
        while pending:
            prefix, group, depth = pending.pop()
            address = self._h5py.h5o.get_info(group.id).addr
            if depth > MAX_DEPTH or address in seen:
                raise RnnvizError(
                    f"{self._path}: wanted a tree of at most {MAX_DEPTH} groups in groups, "
                    f"got more or a circle at {prefix!r:.60}"
                )
            seen.add(address)
            self._groups.add(prefix.rstrip("/"))
            groups = []
            for name in group:
                found = self._member(group, prefix, name)
                if isinstance(found, self._h5py.Group):
                    groups.append((f"{prefix}{name}/", found, depth + 1))
                elif isinstance(found, self._h5py.Dataset) and found.shape is not None:
                    self._datasets[prefix + name] = found
                if len(groups) + len(pending) + len(seen) + len(self._datasets) > MAX_OBJECTS:
                    raise RnnvizError(f"{self._path}: wanted at most {MAX_OBJECTS} objects")
            pending += reversed(groups)

    def _member(self, group: Any, prefix: str, name: str) -> Any:
        link = group.get(name, getlink=True)
        if not isinstance(link, self._h5py.HardLink):
            soft = isinstance(link, self._h5py.SoftLink)
            found = "a soft link" if soft else "a link to another file"
            where = printable(prefix + name)
            raise RnnvizError(f"{self._path}: {where}: wanted data, got {found}")
        return group[name]

    def _text_size(self, attribute: str) -> float:
        """Return the most bytes that a text of variable length in such an attribute takes.

        libhdf5 reserves and clears that much before it looks whether it is there, so the length
        is looked up in the bytes of the file, wherever there is an attribute of that name.
        """
        if attribute not in self._texts:
            if self._content is not None:
                self._texts[attribute] = _text_size(self._content, attribute)
            else:
                with (
                    self._path.open("rb") as file,
                    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw,
                ):
                    self._texts[attribute] = _text_size(raw, attribute)
        return self._texts[attribute]


def printable(name: str) -> str:
    """Return a name that a file gives as one that fits in a line."""
    return name if name.isprintable() else repr(name)


def _text_size(raw: bytes | mmap.mmap, attribute: str) -> float:
    """Return the length of the longest text in an attribute message of that name, inf without one.

    A message is its version, flags, the sizes of name, type and space, these three (padded to 8
    bytes in version 1), then 16 bytes of which the first 4 are the length.
    """
    name = attribute.encode() + b"\0"
    sizes: list[float] = []
    at = -1
    while (at := raw.find(name, at + 1)) >= 0:
        for head, versions in ((8, (1, 2)), (9, (3,))):
            if at < head or raw[at - head] not in versions:
                continue
            version, flags, *parts = struct.unpack("<BB3H", raw[at - head : at - head + 8])
            if parts[0] != len(name):
                continue
            start = at + sum(-(-part // 8) * 8 if version == 1 else part for part in parts)
            plain = not flags or version == 1  # else the type is elsewhere
            sizes.append(int.from_bytes(raw[start : start + 4], "little") if plain else math.inf)
    return max(sizes, default=math.inf)
