"""The versions of everything that a render's output depends on, without loading manim."""

import hashlib
import importlib.util
import os
import platform
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import rnnviz
from rnnviz.video.fonts import fonts

# What draws, computes or encodes; a library that these load is asked for below.
PACKAGES = (
    "manim",
    "numpy",
    "scipy",
    "svgelements",
    "skia-pathops",
    "pillow",
    "pycairo",
    "manimpango",
    "typst",
    "av",
)
_LIBRARY = re.compile(r"/lib(pixman-1|freetype|harfbuzz|fontconfig)\.so\.([0-9.]+)$", re.M)
_LOADED = time.time()
_PROCESS = f"{os.getpid()} of {_LOADED}"  # a forked child runs the same code


def versions() -> dict[str, str]:
    """Return name -> version of all that an output depends on; the same where the outputs are."""
    return {
        "rnnviz": f"{rnnviz.__version__} {_sources()}",
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        **{name: _package(name) for name in PACKAGES},
        **_ffmpeg(),
        **_drawing(),
        "fonts": fonts(),
    }


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Return a line for each version that differs: ``manim: 0.22.0 here, 0.22.1 there``."""
    names = dict.fromkeys((*ours, *theirs))
    pairs = [(name, ours.get(name, "none"), theirs.get(name, "none")) for name in names]
    return [f"{name}: {here} here, {there} there" for name, here, there in pairs if here != there]


def _sources() -> str:
    """Return a digest of rnnviz's own code.

    Code that was edited since it was loaded may not be what runs, so it counts as this process's.
    """
    found = dict(_own_files())
    seen = hashlib.sha256()
    for name, path in sorted(found.items()):
        content = path.read_bytes()
        seen.update(f"{name}\0{len(content)}\0".encode() + content)
    newest = max((path.stat().st_mtime for path in found.values()), default=0.0)
    edited = f" edited in process {_PROCESS}" if newest > _LOADED else ""
    return seen.hexdigest()[:16] + edited


def _own_files() -> Iterator[tuple[str, Path]]:
    """Yield the modules of rnnviz, and of its scenes where they are elsewhere."""
    scenes = importlib.util.find_spec("rnnviz.scenes")
    folders = [Path(str(rnnviz.__file__)).parent]
    folders += map(Path, (scenes and scenes.submodule_search_locations) or ())
    for folder, within in zip(folders, ("", *["scenes/"] * len(folders)), strict=False):
        for path in folder.rglob("*.py"):
            yield within + path.relative_to(folder).as_posix(), path


def _package(name: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return "none"


def _ffmpeg() -> dict[str, str]:
    """Return FFmpeg's version, those of its libraries, and a digest of what came along with av.

    That digest tells the builds of the encoders, such as x264, which have no version to ask for.
    """
    import av

    libraries = (
        f"{name} {'.'.join(map(str, version))}" for name, version in av.library_versions.items()
    )
    found = {"ffmpeg": ", ".join((str(getattr(av, "ffmpeg_version_info", "?")), *libraries))}
    record = distribution("av").read_text("RECORD") or ""
    shipped = [line for line in record.splitlines() if _is_binary(line)]
    if shipped:
        found["encoders"] = _digest(shipped)
    return found


def _is_binary(line: str) -> bool:
    """Whether a line of RECORD (path, digest, size) is of compiled code."""
    return re.search(r"\.(so|dylib|dll|pyd)[.0-9]*,sha256=", line) is not None


def _drawing() -> dict[str, str]:
    """Return the versions of what draws lines and text."""
    import cairo
    import manimpango  # type: ignore[import-untyped]

    found = {"cairo": cairo.cairo_version_string(), "pango": manimpango.pango_version()}
    if sys.platform == "linux":  # elsewhere they are in the wheels
        with suppress(OSError):
            loaded = _LIBRARY.findall(Path("/proc/self/maps").read_text())
            for name, version in sorted(set(loaded)):
                found[name] = f"{found[name]}, {version}" if name in found else version
    return found


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]
