"""A digest of the fonts that text may be set in: Pango's and Typst's choice depends on them all."""

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".pfb", ".woff", ".woff2", ".dfont", ".pcf.gz")
_DIR = re.compile(rb"<dir(?:\s+prefix=[\"'](\w+)[\"'])?[^>]*>\s*([^<]+?)\s*</dir>")
_HEAD = 1024  # of a font, with a checksum of each of its tables


def fonts() -> str:
    """Return a digest of the installed fonts and of fontconfig's configuration.

    It is the same on machines that have the same ones, wherever they lie. A font counts by its
    name, size and first bytes, which hold checksums of the rest.
    """
    configuration = dict(_configuration())
    found = {_font(path) for path in _fonts(_folders(configuration))} | {*configuration.values()}
    seen = hashlib.sha256()
    for part in sorted(found):
        seen.update(hashlib.sha256(part).digest())
    return seen.hexdigest()[:16]


def _font(path: str) -> bytes:
    head, size = b"", -1
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            size, head = os.fstat(file).st_size, os.read(file, _HEAD)
        finally:
            os.close(file)
    return os.fsencode(f"{os.path.basename(path)}\0{size}\0") + head


def _fonts(folders: list[Path]) -> Iterator[str]:
    """Yield the path of every font; a folder that links lead to twice is looked at once."""
    seen = set()
    for top in folders:
        for folder, inner, names in os.walk(top, followlinks=True):
            found = os.stat(folder)
            if (found.st_dev, found.st_ino) in seen:
                inner.clear()
                continue
            seen.add((found.st_dev, found.st_ino))
            for name in names:
                if name.lower().endswith(_SUFFIXES):
                    yield os.path.join(folder, name)


def _configuration() -> Iterator[tuple[Path, bytes]]:
    """Yield fontconfig's files, which say what it chooses and where it looks, and what is there."""
    if sys.platform in ("win32", "darwin"):
        return
    main = Path(os.environ.get("FONTCONFIG_FILE") or "/etc/fonts/fonts.conf")
    own = _home(".config", "XDG_CONFIG_HOME") / "fontconfig"
    for place in (main, own / "fonts.conf"):
        for path in (place, *place.parent.glob("conf.d/*.conf")):
            with suppress(OSError):
                yield path, path.read_bytes()


def _folders(configuration: Mapping[Path, bytes]) -> list[Path]:
    """Return the folders that hold fonts."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or home / "AppData/Local"
        windows = os.environ.get("WINDIR") or "C:/Windows"
        return [Path(windows, "Fonts"), Path(local, "Microsoft/Windows/Fonts")]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    found = {Path("/usr/share/fonts"), Path("/usr/local/share/fonts")}  # Typst looks there anyway
    for path, text in configuration.items():
        for prefix, name in _DIR.findall(text):
            base = _home(".local/share", "XDG_DATA_HOME") if prefix == b"xdg" else path.parent
            found.add(base / os.path.expanduser(os.fsdecode(name)))
    return [path for path in found if not found & set(path.parents)]


def _home(usual: str, variable: str) -> Path:
    given = os.environ.get(variable, "")
    return Path(given) if os.path.isabs(given) else Path(os.path.expanduser("~")) / usual
