"""Weights in PyTorch's names from npz and JSON, which need no library of their own."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import read_json, reason
from rnnviz.readers.npy import npy_header, read_npy
from rnnviz.readers.parts import Contents, printable
from rnnviz.readers.torch_names import Entry, named_contents

BROKEN_ZIP = (
    OSError,
    EOFError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def read_npz(path: Path, convention: str | None = None) -> Contents:
    """Return what an .npz file holds; only the arrays of recurrent layers are read whole.

    Raises RnnvizError for a broken archive, an entry that is there twice and a header that lies.
    """
    with _zip(path) as archive:
        infos = archive.infolist()
        members = {info.filename.removesuffix(".npy"): info for info in infos}
        if len(members) < len(infos):
            raise RnnvizError(f"{path}: wanted each entry once, got one twice")
        entries = {key: _entry(path, archive, key, info) for key, info in members.items()}
    return named_contents(path, "npz", entries, convention)


def read_json_weights(path: Path, convention: str | None = None) -> Contents:
    """Return what a .json file holds, an object of nested lists; RnnvizError for other JSON."""
    record = read_json(path)
    if not isinstance(record, dict):
        raise RnnvizError(
            f"{path}: wanted an object with weight_ih and weight_hh, got {type(record).__name__}"
        )
    entries = {key: _json_entry(value) for key, value in record.items()}
    return named_contents(path, "JSON", entries, convention)


def _json_entry(value: Any) -> Entry:
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return Entry((), "object", lambda: value)
    return Entry(array.shape, array.dtype.name, lambda: array)


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except BROKEN_ZIP as error:
        raise RnnvizError(f"{path}: wanted an npz file, got: {reason(error)}") from None


def _entry(path: Path, archive: zipfile.ZipFile, key: str, info: zipfile.ZipInfo) -> Entry:
    name = f"{path}: {printable(key)}"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RnnvizError(f"{name}: wanted numpy's compression or none, got another")
    with archive.open(info) as file:
        shape, dtype = npy_header(name, file)

    def read() -> NDArray[Any]:
        with _zip(path) as again, again.open(info) as file:
            return read_npy(name, file, info.file_size)

    return Entry(shape, dtype, read)
