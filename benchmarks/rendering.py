"""How fast, faithful and small ``rnnviz render`` is, beside manim's own way and the encoder alone.

    .venv/bin/python benchmarks/rendering.py [--scene lstm] [--rounds 1] [--quick]

Whole processes, 1080p60 unless ``--quick`` (720p30), in turn in one run:

- ``manim``: stock ``manim render --disable_caching`` of the same scene;
- ``rnnviz``: ``rnnviz render --no-cache``; with a new cache, once more unchanged, and once with one
  input of the last timestep changed;
- ``encoder``: the same frames, already drawn, through the same encoder on all processors.

Seconds by the wall, seconds of all processors, memory of all processes together at its peak, of
what they share once. Of a draft and the whole, which differ in length, the medians of several runs
in turn are compared. SSIM is that of luma, to frames that manim itself stored losslessly.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from threading import Event, Thread

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import Colorspace

import rnnviz as rv
from rnnviz.scene_list import load_scene
from rnnviz.video.encoder import Encoder
from rnnviz.video.rects import Rect
from rnnviz.video.settings import QUALITIES, Settings
from rnnviz.video.studio import cores

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LOSSLESS = """
import sys
from manim import tempconfig
from rnnviz.scene_list import load_scene
media, scene, width, height, fps = sys.argv[1:]
chosen = {"media_dir": media, "format": "mov", "video_codec": "qtrle", "pixel_format": "rgb24"}
chosen |= {"pixel_width": int(width), "pixel_height": int(height), "frame_rate": int(fps)}
chosen |= {"disable_caching": True, "max_files_cached": 10_000, "progress_bar": "none"}
with tempconfig(chosen | {"verbosity": "ERROR"}):
    load_scene(scene)().render()
"""


@dataclass(frozen=True)
class Run:
    """What one command took: seconds by the wall and of all processors, peak memory in bytes."""

    wall: float
    processor: float
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="lstm", choices=("rnn", "lstm", "gru"))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--drafts", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Bench(Path(folder), given.scene, "m" if given.quick else "h").run(given)


class Bench:
    """All that is compared of one scene."""

    def __init__(self, folder: Path, scene: str, quality: str) -> None:
        self.folder, self.scene, self.quality = folder, scene, quality
        self.settings = Settings(*QUALITIES[quality])
        self.env = os.environ | {"RNNVIZ_CACHE": str(folder / "cache")}
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)  # else modules are compiled every time

    def run(self, given: argparse.Namespace) -> None:
        print(f"{self.scene}, {self.settings.width}×{self.settings.height}, {cores()} processors")
        self.rnnviz("unmeasured", "--still", suffix="png")  # the first run compiles modules
        for _ in range(given.rounds):
            stock, theirs = self.stock()
            ours, video = self.rnnviz("ours", "--no-cache")
            self.row("manim", stock)
            self.row("rnnviz, no cache", ours, stock)
            self.row("rnnviz, new cache", first := self.rnnviz("first")[0], stock)
            self.row("unchanged", self.rnnviz("again")[0], first)
            self.row("one input changed", self.rnnviz("changed", *self.changed())[0], first)
            self.row("still", self.rnnviz("still", "--still", suffix="png")[0], self.imported())
            self.faithful(video, theirs, ours)
        self.drafts(given.drafts)

    def drafts(self, count: int) -> None:
        """Render a draft and the whole in turn, and compare the medians."""
        taken: dict[str, list[float]] = {"l": [], self.quality: []}
        for _ in range(count):
            for quality, seconds in taken.items():
                command = [BIN / "rnnviz", "render", self.scene, f"-q{quality}", "--no-cache"]
                command += ["-o", self.folder / f"{quality}.mp4", "--force", "--quiet"]
                start = time.perf_counter()
                subprocess.run(
                    list(map(str, command)), check=True, env=self.env, stdout=subprocess.DEVNULL
                )
                seconds.append(time.perf_counter() - start)
        draft, whole = map(median, taken.values())
        least = min(taken["l"]) / min(taken[self.quality])
        print(
            f"{'draft, -ql':18} {draft:7.1f} s of {whole:.1f} s, medians of {count} in turn   "
            f"wall ÷ {draft / whole:.3f}  (fastest of each ÷ {least:.3f})"
        )

    def row(self, name: str, one: Run, peer: Run | None = None) -> None:
        said = "" if peer is None else f"   wall ÷ {one.wall / peer.wall:5.3f}  "
        said += "" if peer is None else f"processors ÷ {one.processor / peer.processor:5.3f}"
        size = f"{one.wall:7.1f} s  {one.processor:7.1f} s  {one.memory / 1e6:6.0f} MB"
        print(f"{name:18} {size}{said}", flush=True)

    def stock(self) -> tuple[Run, Path]:
        """Run manim itself; return what it took and the video."""
        media = self.folder / "stock"
        scene = load_scene(self.scene).__name__
        command = [BIN / "manim", "render", f"-q{self.quality}", "--disable_caching"]
        command += ["--media_dir", media, "--progress_bar", "none", "--verbosity", "ERROR"]
        taken = measured([*command, ROOT / "scenes" / f"{self.scene}.py", scene], self.env)
        return taken, next(media.rglob(f"{scene}.mp4"))

    def lossless(self) -> Path:
        """Return a video with every frame as manim draws it."""
        media, size = self.folder / "lossless", (self.settings.width, self.settings.height)
        given = (media, self.scene, *size, self.settings.fps)
        measured([sys.executable, "-c", LOSSLESS, *given], self.env)
        return next(path for path in media.rglob("*.mov") if "partial" not in str(path))

    def rnnviz(self, name: str, *options: object, suffix: str = "mp4") -> tuple[Run, Path]:
        """Run rnnviz; return what it took and the output."""
        output = self.folder / f"{name}.{suffix}"
        command = [BIN / "rnnviz", "render", self.scene, f"-q{self.quality}", "-o", output]
        return measured([*command, "--quiet", *options], self.env), output

    def imported(self) -> Run:
        """Return what ``import manim`` takes."""
        return measured([sys.executable, "-c", "import manim"], self.env)

    def changed(self) -> Sequence[object]:
        """Return options for the demo's sequence with one number of its last timestep changed."""
        x = rv.trace(self.scene)["x"][:, 0].copy()
        x[-1, 0] += 0.5
        path = self.folder / "x.npy"
        np.save(path, x)
        states = rv.trace(self.scene).states
        return (
            "--input",
            path,
            *(
                part
                for option, name in (("--h0", "h_prev"), ("--c0", "c_prev"))
                if name in states
                for part in (option, ",".join(map(str, states[name][0])))
            ),
        )

    def faithful(self, video: Path, theirs: Path, ours: Run) -> None:
        """Compare a video with the frames as drawn, and its making with their encoding."""
        lossless = self.lossless()
        for name, path in (("manim", theirs), ("rnnviz", video)):
            seen = ssims(path, lossless)
            size = path.stat().st_size / 1e6
            print(
                f"{name:18} {len(seen)} frames, SSIM mean {np.mean(seen):.5f}, "
                f"worst {np.min(seen):.5f}, {size:.2f} MB"
            )
        alone = encoded(lossless, self.settings)
        print(f"{'encoder':18} {alone:7.1f} s  rnnviz ÷ encoder {ours.wall / alone:5.2f}")


def measured(command: Sequence[object], env: dict[str, str]) -> Run:
    """Run a command and return what it took; its memory is looked at up to ten times a second.

    Looking takes a twentieth of the time at most: the system counts the pages of every process.
    """
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], env=env, stdout=subprocess.DEVNULL)
    over, peak = Event(), [0]

    def watch() -> None:
        pause = 0.1
        while not over.wait(pause):
            looked = time.perf_counter()
            peak[0] = max(peak[0], sum(map(share, family(process.pid))))
            pause = max(0.1, 20 * (time.perf_counter() - looked))

    watcher = Thread(target=watch)
    watcher.start()
    status = process.wait()
    wall = time.perf_counter() - start
    over.set()
    watcher.join()
    if status:
        raise SystemExit(f"{command[0]}: exit status {status}")
    after = os.times()
    processor = after.children_user - before.children_user
    processor += after.children_system - before.children_system
    return Run(wall, processor, peak[0])


def family(process: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def share(process: int) -> int:
    """Return a process's memory in bytes, of what is shared its share."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def ssims(video: Path, truth: Path) -> list[float]:
    """Return the SSIM of every frame; SystemExit where one video is longer."""
    with av.open(str(video)) as seen, av.open(str(truth)) as drawn:
        graph = Graph()
        entries = [
            graph.add_buffer(
                width=stream.width,
                height=stream.height,
                format="yuv420p",
                time_base=stream.time_base,
            )
            for stream in (seen.streams.video[0], drawn.streams.video[0])
        ]
        compare, exit_ = graph.add("ssim"), graph.add("buffersink")
        for k, entry in enumerate(entries):
            entry.link_to(compare, 0, k)
        compare.link_to(exit_)
        graph.configure()
        found = []
        tagged = seen.streams.video[0].codec_context.colorspace == Colorspace.ITU709
        matrix = Colorspace.ITU709 if tagged else Colorspace.ITU601
        pairs = zip(seen.decode(video=0), drawn.decode(video=0), strict=True)
        for k, (one, other) in enumerate(pairs):
            same = other.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range="MPEG")
            for entry, frame in zip(entries, (one, same), strict=True):
                frame.pts = k
                entry.push(frame)
            found.append(float(exit_.pull().metadata["lavfi.ssim.Y"]))
    return found


def encoded(truth: Path, settings: Settings) -> float:
    """Return the seconds in which all processors encode the frames of a video, in equal parts."""
    with av.open(str(truth)) as drawn:
        count = drawn.streams.video[0].frames
    parts = [(count * k // cores(), count * (k + 1) // cores()) for k in range(cores())]
    with ProcessPoolExecutor(cores()) as pool:
        return max(pool.map(_encode, parts, [truth] * cores(), [settings] * cores()))


def _encode(part: tuple[int, int], truth: Path, settings: Settings) -> float:
    """Return the seconds that encoding takes, without what it takes to read the frames."""
    taken, last = 0.0, None
    everything = [Rect(0, 0, settings.width, settings.height)]
    with av.open(str(truth)) as drawn:
        encoder = Encoder(BytesIO(), settings)
        for k, frame in enumerate(drawn.decode(video=0)):
            if not part[0] <= k < part[1]:
                continue
            pixels = frame.to_ndarray(format="rgba")
            held = last is not None and np.array_equal(pixels, last)
            last = pixels
            start = time.perf_counter()
            if held:
                encoder.hold(1)
            else:
                encoder.show(pixels, everything)
            taken += time.perf_counter() - start
        start = time.perf_counter()
        encoder.close()
        return taken + time.perf_counter() - start


if __name__ == "__main__":
    main()
