"""Replaces files and a folder again and again, and is interrupted or killed at another line each.

As a program it imports nothing large, so that it forks fast: ``python halted.py FOLDER WAY``.
"""

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from lines import Lines, tree
from rnnviz import files, guard
from rnnviz.files import replacing_all

OLD, NEW = b"old", b"new"
BEFORE = {"f": None, "f/00000.png": OLD, "a": OLD}
AFTER = {"f": None, "f/00001.png": NEW, "a": NEW, "b": NEW}
LINES = (files.__file__, guard.__file__)


def prepare(folder):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "f").mkdir(parents=True)
    for name in ("f/00000.png", "a"):
        (folder / name).write_bytes(OLD)


def work(folder, fails=False):
    paths = [folder / "a", folder / "b"]
    with suppress(ValueError), replacing_all(paths, [folder / "f"], guard=True) as new:
        for path in paths:
            new[path].write_bytes(NEW)
        (new[folder / "f"] / "00001.png").write_bytes(NEW)
        if fails:
            raise ValueError


def interrupted(folder, line, fails=False):
    """An interrupt at a line, of a block that succeeds or of one that fails."""
    lines = Lines(*LINES)
    try:
        lines.at([line], lambda: os.kill(os.getpid(), signal.SIGINT), lambda: work(folder, fails))
    except KeyboardInterrupt:
        return True
    return False


def killed(folder, line):
    alive, other = os.pipe()
    process = guard.forked()
    if not process:
        lines = Lines(*LINES)
        lines.at([line], lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: work(folder))
        os._exit(0)
    os.close(other)
    _, status = os.waitpid(process, 0)
    os.read(alive, 1)  # until the one that tidies up is over
    os.close(alive)
    return status == signal.SIGKILL


def main(folder, way):
    fails = way == "fails"
    prepare(folder)
    count = Lines(*LINES).count(lambda: work(folder, fails))
    seen = set()
    for line in range(1, count + 1, 2):
        prepare(folder)
        came = killed(folder, line) if way == "killed" else interrupted(folder, line, fails)
        now = tree(folder)
        seen.add("old" if now == BEFORE else "new" if now == AFTER else f"line {line}: {now}")
        if not came:
            seen.add(f"line {line}: nothing came")
    print(count, *sorted(seen), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
