"""Look for faults in the pictures of every scene: the layout lint over many cases.

``make sweep`` runs a cover of all pairs of choices: variants of the cells and the legend, hidden
units, inputs, themes and details. ``--all`` runs every combination, which takes most of a day;
``--some 300`` draws as many of them; ``--only gru-after`` takes those cases whose name contains a
text. The exit status is 1 for any fault.
"""

import argparse
import os
import random
import re
import sys
from collections import defaultdict
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from layout_cases import Case, everything, pairwise_cover
from layout_lint import faults
from picture import pictures

SHOWN = 40  # groups of faults


class Seen(NamedTuple):
    """What was looked at in one case, and what was found."""

    case: Case
    beats: int
    texts: int
    faults: list[str]


def look(case: Case) -> Seen:
    """Run the lint over every beat of one case; what a scene raises is a fault, too."""
    try:
        seen = pictures(case.scene, case.view())
    except Exception as error:
        return Seen(case, 0, 0, [f"{type(error).__name__}: {error}"])
    found = [fault for picture in seen for fault in faults(picture)]
    return Seen(case, len(seen), sum(len(picture.texts) for picture in seen), found)


def grouped(results: list[Seen]) -> list[tuple[str, int, str]]:
    """Return faults that differ only in numbers as one: the first, how many, and its case."""
    groups: dict[str, list[tuple[str, Case]]] = defaultdict(list)
    for seen in results:
        for fault in seen.faults:
            groups[re.sub(r"[+−<>]*\d[\d.]*", "0", fault)].append((fault, seen.case))
    found = [(group[0][0], len(group), str(group[0][1])) for group in groups.values()]
    return sorted(found, key=lambda fault: -fault[1])


def main() -> int:
    """Run the sweep that was asked for and say what it found."""
    parser = argparse.ArgumentParser(description="Look for faults in the pictures of every scene.")
    parser.add_argument("--all", action="store_true", help="every combination, not only the pairs")
    parser.add_argument("--only", default="", help="the cases whose name contains this")
    parser.add_argument("--some", type=int, metavar="N", help="N of these, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="which N are drawn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes, one a core")
    options = parser.parse_args()
    cases = everything() if options.all else pairwise_cover()
    cases = [case for case in cases if options.only in str(case)]
    if options.some is not None:
        random.Random(options.seed).shuffle(cases)
        cases = cases[: options.some]
    if not cases:
        parser.error(f"--only: no case has {options.only!r} in its name")
    console = Console()
    with get_context("spawn").Pool(options.jobs) as pool:
        running = pool.imap_unordered(look, cases)
        results = list(track(running, "Looking", len(cases), console=console))
    found = grouped(results)
    for fault, count, case in found[:SHOWN]:
        print(f"{count:5} × {fault}   ({case})")
    if len(found) > SHOWN:
        print(f"and {len(found) - SHOWN} more kinds")
    total = sum(len(seen.faults) for seen in results)
    beats, texts = (sum(getattr(seen, name) for seen in results) for name in ("beats", "texts"))
    print(f"{len(cases)} scenes, {beats} beats, {texts} texts: {total} faults")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
