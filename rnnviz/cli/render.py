"""``rnnviz render``: a scene as a video, an image or a folder of frames."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import click

from rnnviz.cli.output import check_output
from rnnviz.cli.picks import Picks, check_room, pick_options, picked
from rnnviz.cli.progress import beats_shown
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source, source_options
from rnnviz.errors import RnnvizError
from rnnviz.rounding import DIGITS
from rnnviz.scene_list import load_scene, scene_names
from rnnviz.video.settings import FORMATS, GIF_FPS, QUALITIES, Settings

FOLDER = Path("renders")
THEMES = ("light", "dark", "print")


def _size(ctx: click.Context, option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    parts = value.replace("x", ",").split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise click.BadParameter(f"wanted WIDTH,HEIGHT in pixels, got {value!r}")
    return int(parts[0]), int(parts[1])


@click.command()
@click.argument("scene", metavar="SCENE")
@click.option(
    "-q",
    "--quality",
    type=click.Choice(tuple(QUALITIES)),
    default="h",
    help="480p15, 720p30, 1080p60, 1440p60 or 2160p60.  [h]",
)
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Format of the output.  [mp4]")
@click.option("-t", "--transparent", is_flag=True, help="No background (mov unless told).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write, or the folder for png frames.  [renders/SCENE.mp4]",
)
@click.option("-p", "--preview", is_flag=True, help="Open the result when it is done.")
@click.option("-s", "--still", is_flag=True, help="Only the last frame, as png.")
@click.option("--fps", type=click.IntRange(1, 240), help="Frames a second.")
@click.option("-r", "--resolution", callback=_size, metavar="W,H", help="Pixels, as W,H or WxH.")
@click.option("--theme", type=click.Choice(THEMES), default="light", help="Colours.  [light]")
@click.option("--title", default="", help="Heading instead of the cell's name.")
@click.option("--digits", type=click.IntRange(1, 4), default=DIGITS, help="Decimals.  [3]")
@click.option("--pace", type=click.FloatRange(0.05, 20), default=1.0, help="2 is half as fast.")
@click.option("--force", is_flag=True, help="Replace an existing output.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@pick_options
@source_options
def render(
    scene: str,
    quality: str,
    kind: str | None,
    transparent: bool,
    output: Path | None,
    preview: bool,
    still: bool,
    fps: int | None,
    resolution: tuple[int, int] | None,
    theme: str,
    title: str,
    digits: int,
    pace: float,
    force: bool,
    quiet: bool,
    picks: Picks,
    source: Source,
) -> None:
    """Render a scene as a video or an image.

    SCENE is one of those that `rnnviz scenes` lists. The numbers are the demo's unless a file or
    an option says otherwise. The path of the result is printed.
    """
    if scene not in scene_names():
        known = ", ".join(scene_names())
        raise click.UsageError(f"SCENE: wanted one of {known}, got {scene!r}")
    settings = _settings(quality, _format(kind, output, transparent, still), transparent, still)
    settings = _adjusted(settings, fps, resolution)
    target = _target(scene, output, settings)
    check_output(target, force, settings.is_folder)
    _render(scene, settings, target, (theme, title, digits, pace), quiet, picks, source)
    click.echo(os.fsencode(target))  # as bytes: a name need not be text
    if preview:
        click.launch(str(target))


def _format(kind: str | None, output: Path | None, transparent: bool, still: bool) -> str:
    """Return the format that the options ask for; UsageError where they contradict each other."""
    found = output.suffix.lower().lstrip(".") if output else ""
    if found and found not in FORMATS:
        wanted = ", ".join(f".{name}" for name in FORMATS)
        raise click.UsageError(f"--output: wanted an extension of {wanted}, got '.{found}'")
    if kind and found and kind != found:
        raise click.UsageError(f"--format: wanted {found!r} for {str(output)!r}, got {kind!r}")
    chosen = kind or found or ("png" if still else "mov" if transparent else "mp4")
    if still and chosen != "png":
        raise click.UsageError(f"--still: wanted with png, got {chosen!r}")
    if found == "png" and not still:
        raise click.UsageError(
            "--output: wanted a folder for the png frames (or --still for one image), "
            f"got {str(output)!r}"
        )
    return chosen


def _settings(quality: str, kind: str, transparent: bool, still: bool) -> Settings:
    width, height, fps = QUALITIES[quality]
    fps = min(fps, GIF_FPS) if kind == "gif" else fps
    if kind == "mp4" and transparent:
        raise click.UsageError("--transparent: wanted with webm, mov, gif or png, got 'mp4'")
    return Settings(width, height, fps, kind, transparent, still)


def _adjusted(settings: Settings, fps: int | None, size: tuple[int, int] | None) -> Settings:
    try:
        if fps is not None:
            settings = replace(settings, fps=fps)
        if size is not None:
            settings = replace(settings, width=size[0], height=size[1])
    except RnnvizError as error:
        option = "--fps: " if str(error).startswith("fps") else "--resolution: "
        message = str(error).removeprefix("fps: ").removeprefix("resolution: ")
        raise click.UsageError(option + message) from None
    return settings


def _target(scene: str, output: Path | None, settings: Settings) -> Path:
    suffix = "" if settings.is_folder else f".{settings.format}"
    if output is None:
        FOLDER.mkdir(exist_ok=True)
        return FOLDER / f"{scene}{suffix}"
    return output if output.suffix or not suffix else output.with_name(output.name + suffix)


def _stop(number: int, frame: object) -> None:
    """End as Ctrl-C does, so that the work folder is cleaned up."""
    raise KeyboardInterrupt


def _render(
    name: str,
    settings: Settings,
    target: Path,
    look: tuple[str, str, int, float],
    quiet: bool,
    picks: Picks,
    source: Source,
) -> None:
    from rnnviz.stage import View, theme_named
    from rnnviz.video.render import render as render_scene

    theme, title, digits, pace = look
    loaded = load_scene(name)
    read = read_trace(getattr(loaded, "cell", "lstm"), source)
    trace = picked(read.trace, picks)
    check_room(trace)
    view = View(trace, 0, digits, theme_named(theme), title or read.title, pace)
    signal.signal(signal.SIGTERM, _stop)
    label = f"{name} {settings.width}×{settings.height} {settings.format}"
    with beats_shown(label, quiet) as progress:
        render_scene(loaded, view, target, settings, progress)
