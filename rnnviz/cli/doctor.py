"""``rnnviz doctor``: is everything there that rendering needs, and if not, what mends it."""

import importlib
import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from rnnviz.cli.lazy import one_line

PYTHON = (3, 11)
MANIM = ((0, 22), (0, 23))  # from, below: the range in pyproject.toml, which a test compares
ENCODERS = ("libx264", "libvpx-vp9", "qtrle", "gif")  # mp4, webm, mov, gif
REINSTALL = "pip install --force-reinstall"


@dataclass(frozen=True)
class Check:
    """One thing to look at: ``run`` returns what it found or raises; ``mend`` says what helps."""

    name: str
    run: Callable[[], str]
    mend: str


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check that everything rendering needs is in place.

    The exit status is 1 if a check fails; the line after it says what mends it.
    """
    failed = False
    width = max(len(check.name) for check in CHECKS)
    for check in CHECKS:
        try:
            mark, found = "ok", check.run()
        except Exception as error:  # whatever it is, the other checks still tell something
            mark, found = "FAIL", str(error) or type(error).__name__
            failed = True
        click.echo(f"{mark:<4}  {check.name:<{width}}  {one_line(found)}")
        if mark == "FAIL":
            click.echo(f"      {'':<{width}}  to mend it: {check.mend}")
    if failed:
        ctx.exit(1)


def _module(name: str) -> Any:
    """Import a package only now: the rest of the command line works without it."""
    return importlib.import_module(name)


def check_python() -> str:
    """Return Python's version; ValueError if it is too old."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON:
        raise ValueError(f"wanted {PYTHON[0]}.{PYTHON[1]} or newer, got {version}")
    return version


def check_manim() -> str:
    """Return manim's version; ValueError outside the range that rnnviz is written for."""
    version = str(_module("manim").__version__)
    first, below = MANIM
    found = tuple(int(part) for part in version.split(".")[:2])
    if not first <= found < below:
        wanted = f">={first[0]}.{first[1]},<{below[0]}.{below[1]}"
        raise ValueError(f"wanted {wanted}, got {version}")
    return version


def check_typst() -> str:
    """Return that Typst turned a formula into a picture; raises what Typst raises."""
    typst = _module("typst")
    formula = b"#set page(width: auto, height: auto)\n$ sigma(W_(i f) x_t + b_(i f)) $"
    svg = typst.compile(formula, format="svg")
    if b"<svg" not in svg:
        raise ValueError("wanted an svg, got something else")
    return f"a formula compiles (typst {getattr(typst, '__version__', 'of unknown version')})"


def check_pango() -> str:
    """Return that Pango drew a text through manim; ValueError if nothing was drawn."""
    manim = _module("manim")
    with tempfile.TemporaryDirectory() as folder, manim.tempconfig({"media_dir": folder}):
        text = manim.Text("h = 0.5")
        drawn = sum(len(glyph.points) > 0 for glyph in text)
    if drawn != 5:  # spaces draw nothing
        raise ValueError(f"wanted 5 glyphs, got {drawn}")
    pango = _module("manimpango")
    return f"a text is drawn (Pango {pango.pango_version()}, {len(pango.list_fonts())} fonts)"


def check_encoders() -> str:
    """Return the encoders after a video of two frames; ValueError names those that are missing."""
    av = _module("av")
    missing = []
    for name in ENCODERS:
        try:
            av.codec.Codec(name, "w")
        except ValueError:  # what av raises for a codec that it does not know
            missing.append(name)
    if missing:
        raise ValueError(f"wanted {', '.join(ENCODERS)}, missing {', '.join(missing)}")
    with io.BytesIO() as file:
        with av.open(file, "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            for _ in range(2):
                container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
            container.mux(stream.encode())
        size = len(file.getvalue())
    if not size:
        raise ValueError("wanted a video of two frames, got nothing")
    return f"{', '.join(ENCODERS)}; an H.264 video is written"


def check_output() -> str:
    """Return the folder that renders go to, after writing there; OSError if that fails."""
    folder = Path("renders")
    folder = folder if folder.exists() else Path()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".rnnviz-") as file:
        file.write(b"x")
    return "renders/ can be written" if folder.name else "renders/ can be made here"


CHECKS = (
    Check("Python", check_python, f"install Python {PYTHON[0]}.{PYTHON[1]} or newer"),
    Check("manim", check_manim, "pip install 'manim[typst]>=0.22,<0.23'"),
    Check("Typst", check_typst, f"{REINSTALL} typst"),
    Check("Pango", check_pango, f"{REINSTALL} manimpango, and install a font"),
    Check("encoders", check_encoders, f"{REINSTALL} --only-binary av av"),
    Check("output", check_output, "change to a folder that you can write to, or pass -o FILE"),
)
