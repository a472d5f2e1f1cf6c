"""Processes to stop, and what those leave that were stopped."""

import subprocess
import sys
import textwrap
from pathlib import Path


def start(code: str, *args: str, **options) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def left_work(folder: Path) -> Path:
    """Leave a work folder as a killed process does: with a lock that nobody holds."""
    work = folder / "work" / "1-0123456789abcdef"
    work.mkdir(parents=True)
    (work / "deep").mkdir()
    (work / "deep" / "segment.mp4").write_bytes(bytes(100))
    work.with_name(f"{work.name}.lock").touch()
    return work
