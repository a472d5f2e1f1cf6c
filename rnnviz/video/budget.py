"""What a render may take: memory, which is known beforehand, and bytes, which are counted."""

from rnnviz.errors import RnnvizError
from rnnviz.video.cache_place import size_shown
from rnnviz.video.settings import Settings

MEMORY, SIZE = 4 << 30, 16 << 30  # bytes, unless told otherwise
SCENE = 300 << 20  # Python, manim and a scene, which processes share
PROCESS = 60 << 20  # what a process has for itself
PIXEL = 40  # bytes a pixel of a process that draws and encodes; measured, rounded up
RIM = 24  # and for the rim of a transparent picture


def jobs_within(memory: int, settings: Settings, jobs: int) -> int:
    """Return how many processes fit into ``memory``, at most ``jobs``; RnnvizError if none does."""
    pixels = settings.width * settings.height
    one = PROCESS + pixels * (PIXEL + (RIM if settings.transparent else 0))
    if SCENE + one > memory:
        raise RnnvizError(
            f"memory: wanted at most {size_shown(memory)}, got about {size_shown(SCENE + one)} "
            f"for {settings.width}×{settings.height}"
        )
    return max(1, min(jobs, (memory - SCENE) // one))


def check_size(size: int, most: int, done: int, total: int) -> None:
    """Raise RnnvizError if the sections that are filmed so far are larger than all may be."""
    if size > most:
        raise RnnvizError(
            f"size: wanted at most {size_shown(most)}, got {size_shown(size)} "
            f"after {done} of {total} beats"
        )
