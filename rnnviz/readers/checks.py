"""What every reader checks first: there is a file, of a known kind, and it is text or JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rnnviz.errors import RnnvizError


def checked_extension(path: Path, wanted: tuple[str, ...]) -> str:
    """Return the extension in lower case; RnnvizError if it is not ``wanted`` or there is no file.

    A folder, a pipe or a device is no file: reading one could wait for ever.
    """
    extension = path.suffix.lower()
    if extension not in wanted:
        found = repr(path.suffix) if path.suffix else "none"
        raise RnnvizError(f"{path}: wanted an extension of {', '.join(wanted)}, got {found}")
    try:
        if not path.exists():
            raise RnnvizError(f"{path}: wanted a file, found nothing there")
        if not path.is_file():
            raise RnnvizError(f"{path}: wanted a file, got something else such as a folder")
        if path.stat().st_size == 0:
            raise RnnvizError(f"{path}: wanted numbers, got an empty file")
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise RnnvizError(f"{path}: wanted a file that can be read, got {reason(error)}") from None
    return extension


@contextmanager
def library(package: str, extensions: str, extra: str) -> Iterator[None]:
    """Turn a failed import in the block into an RnnvizError that says how to install the package.

    ``extensions`` are the files that it is wanted for, ``extra`` is what rnnviz calls the extra.
    """
    try:
        yield
    except ImportError:
        raise RnnvizError(
            f"{package}: wanted for {extensions} files, not installed; "
            f"pip install 'rnnviz[{extra}]'"
        ) from None


def reason(error: Exception) -> str:
    """Return what the system said, without the file name that the message already starts with."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def read_text(path: Path) -> str:
    """Return the file as text, without a byte-order mark; RnnvizError unless it is UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RnnvizError(f"{path}: wanted a file that can be read, got {reason(error)}") from None
    except UnicodeDecodeError as error:
        raise RnnvizError(
            f"{path}: wanted UTF-8 text, got byte 0x{error.object[error.start]:02x} "
            f"at position {error.start}"
        ) from None


def read_json(path: Path) -> Any:
    """Return what the JSON file holds; RnnvizError if it is no JSON or names a key twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise RnnvizError(f"{path}: wanted each key once, got {twice!r} twice")
        return record

    try:
        return json.loads(read_text(path), object_pairs_hook=unique)
    except RecursionError:
        raise RnnvizError(f"{path}: wanted JSON, got lists nested too deep") from None
    except ValueError as error:  # also an integer of thousands of digits
        raise RnnvizError(f"{path}: wanted JSON, got: {error}") from None
