"""One video a section in a folder, each complete by itself, and a list of them."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnnviz.errors import RnnvizError
from rnnviz.files import opened
from rnnviz.video.join import copied
from rnnviz.video.settings import Settings

if TYPE_CHECKING:
    from rnnviz.video.playing import Section

MANIFEST = "manifest.json"
LONGEST = 60  # characters of a beat's id in a name


def clips(
    sources: Sequence[Path],
    folder: Path,
    settings: Settings,
    sections: "Sequence[Section]",
    title: str = "",
) -> list[Path]:
    """Write each section's segment as a video, and ``manifest.json``; return the videos.

    The list has their names and what they show, and when each starts and ends, in seconds of the
    whole video, of which ``title`` is the title. A section without frames is left out.
    """
    made, listed = [], []
    digits = max(2, len(str(len(sections))))
    for number, (source, section) in enumerate(zip(sources, sections, strict=True), start=1):
        if not section.frames:
            continue
        path = folder / f"{number:0{digits}d}-{safe(section.name)}.{settings.format}"
        heading = ": ".join(filter(None, (title, section.title)))
        with opened(path) as file:
            count = copied([source], file, settings, heading, ())
        if count != section.frames:
            raise RnnvizError(
                f"{section.name or 'section'}: wanted {section.frames} frames, got {count}"
            )
        made.append(path)
        listed.append(
            {
                "file": path.name,
                "beat": section.name,
                "title": section.title,
                "caption": section.caption,
                "start": round(section.start, 6),
                "end": round(section.end, 6),
                "frames": section.frames,
            }
        )
    told = {"title": title, "fps": settings.fps, "clips": listed}
    with opened(folder / MANIFEST) as file:
        file.write(f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode())
    return made


def safe(name: str) -> str:
    """Return a name for a file that every file system takes, ``part`` where nothing is left."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:LONGEST].strip(".-")
    return plain or "part"
