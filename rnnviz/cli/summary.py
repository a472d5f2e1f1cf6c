"""What a render says of itself when it is over."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnviz.video.cache_place import size_shown
from rnnviz.video.settings import Settings

if TYPE_CHECKING:
    from rnnviz.video.render import Made


def summary(made: "Made", settings: Settings, quiet: bool, profile: bool) -> Iterator[str]:
    """Yield the lines: how long and large the output is, what was drawn, where seconds went."""
    if not quiet and not settings.still:
        files = [made.path] if made.path.is_file() else list(made.path.iterdir())
        size = size_shown(sum(path.stat().st_size for path in files))
        width, height = settings.written_size
        yield (
            f"{width}×{height}, {made.frames} frames, {made.frames / settings.fps:.1f} s, {size}; "
            f"beats: {made.filmed} drawn, {made.sections - made.filmed} from the cache"
        )
    if profile:
        total = sum(made.spent.values())
        for part, seconds in sorted(made.spent.items(), key=lambda item: -item[1]):
            yield f"{part:10} {seconds:7.2f} s  {seconds / total:4.0%}"
        yield f"{'processors':10} {total:7.2f} s"
