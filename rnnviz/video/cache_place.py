"""Where the cache is, how large it may become, and how a size is written."""

import os
import re
import sys
import warnings
from fractions import Fraction
from pathlib import Path

from rnnviz.errors import RnnvizError, RnnvizWarning

FOLDER = "RNNVIZ_CACHE"
LIMIT = "RNNVIZ_CACHE_LIMIT"
USUAL_LIMIT = 2 << 30
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(?:([kmgt])(i?)b?|b)?", re.I)
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB")
_told = False


def cache_folder() -> Path | None:
    """Return the folder of the cache, which need not be there; None where nobody has a home."""
    try:
        given = os.environ.get(FOLDER)
        return Path(given).expanduser().absolute() if given else _usual()
    except RuntimeError:  # what pathlib raises for a user without a home
        return None


def _usual() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData/Local") / "rnnviz" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/rnnviz"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if os.path.isabs(xdg) else Path.home() / ".cache") / "rnnviz"


def cache_limit() -> int:
    """Return how many bytes the cache may take; RnnvizError if the environment's is no size."""
    given = os.environ.get(LIMIT)
    if not given:
        return USUAL_LIMIT
    try:
        return size_of(given)
    except RnnvizError as error:
        raise RnnvizError(f"{LIMIT}: {error}") from None


def size_of(text: str) -> int:
    """Return a size such as 500MB, 1.5 GiB, 2G or 4096 in bytes.

    kB, MB, GB and TB are powers of 1000; KiB and K, and so on, of 1024. Raises RnnvizError for
    anything else.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise RnnvizError(f"wanted a size such as 500MB or 2GiB, got {text!r}")
    number, prefix, binary = found.groups()
    if not prefix:
        return int(Fraction(number))
    base = 1000 if found[0].lower().endswith("b") and not binary else 1024
    return int(Fraction(number) * base ** ("kmgt".index(prefix.lower()) + 1))


def size_shown(size: int) -> str:
    """Return a number of bytes for people: ``41.3 MiB``."""
    power = min(max(size.bit_length() - 1, 0) // 10, len(_BINARY) - 1)
    if not power:
        return f"{size} B"
    return f"{size / 1024**power:.1f} {_BINARY[power]}"


def tell(folder: Path | None, error: OSError) -> None:
    """Warn, once in a process, that the cache cannot be used."""
    global _told
    if not _told:
        _told = True
        reason = error.strerror or str(error)
        place = repr(str(folder)) if folder else f"a home folder or {FOLDER}"
        said = f"cache: wanted {place} to keep renders in, got {reason}; not all are kept"
        warnings.warn(said, RnnvizWarning, stacklevel=3)
