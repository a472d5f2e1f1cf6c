"""What the cache holds of one scene: which sections it has, and the film of each."""

import json
import pickle
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from rnnviz.cues import Chapter
from rnnviz.stage import TracedScene, View
from rnnviz.video.cache import Cache
from rnnviz.video.crews import Segment
from rnnviz.video.playing import Script, Section
from rnnviz.video.settings import Settings
from rnnviz.video.versions import versions

OURS = "rnnviz.scenes."  # scenes that depend on nothing but what the versions say


class Shelf:
    """What the cache holds of one scene with one view: its script, and sections by their keys."""

    def __init__(
        self, cache: Cache | None, scene: type[TracedScene], view: View, settings: Settings
    ) -> None:
        self.cache = cache
        if cache is None:
            return
        name = f"{scene.__module__}.{scene.__qualname__}"
        self._encoding = [asdict(settings), versions()]
        self._seen = _key("seen", name, self._encoding)
        self._script = ""
        if name.startswith(OURS):
            shown = sha256(pickle.dumps(view)).hexdigest()
            self._script = _key("script", name, shown, self._encoding)

    @property
    def is_known(self) -> bool:
        """Whether the scene has been rendered before, perhaps with other values."""
        return self.cache is not None and self.cache.read(self._seen) is not None

    def script(self) -> Script | None:
        """Return the script of the very same video, if it is known."""
        if self.cache is None or not self._script:
            return None
        data = self.cache.read(self._script)
        return None if data is None else _script_of(json.loads(data))

    def keep_script(self, script: Script) -> None:
        """Remember a script whose sections have been kept."""
        if self.cache is not None:
            self.cache.write(self._seen, b"")
            if self._script:
                self.cache.write(self._script, json.dumps(asdict(script)).encode())

    def get(self, key: str, into: Path) -> bool:
        """Fetch the film of a section into a file; False where it is not there."""
        return self.cache is not None and self.cache.get(_key(key, self._encoding), into)

    def put(self, segment: Segment) -> None:
        """Keep the film of a section."""
        if self.cache is not None and segment.file is not None:
            self.cache.put(_key(segment.key, self._encoding), segment.file)


def _key(*parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _script_of(data: dict[str, Any]) -> Script:
    return Script(
        data["title"],
        tuple(Section(**section) for section in data["sections"]),
        tuple(Chapter(**chapter) for chapter in data["chapters"]),
        data["texts"],
    )
