"""What a render writes: the options for its format, size and place, and what they add up to."""

from dataclasses import dataclass, replace
from pathlib import Path

import click

from rnnviz.cli.gathering import gathered
from rnnviz.errors import RnnvizError
from rnnviz.video.settings import CLIPS, FORMATS, GIF_FPS, QUALITIES, Settings

FOLDER = Path("renders")


@dataclass(frozen=True)
class Encoding:
    """The options as given; None is what was not given."""

    quality: str
    kind: str | None
    transparent: bool
    output: Path | None
    still: bool
    beat: str | None
    transcript: bool
    clips: bool
    fps: int | None
    resolution: tuple[int, int] | None


def _size(ctx: click.Context, option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    parts = value.replace("x", ",").split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise click.BadParameter(f"wanted WIDTH,HEIGHT in pixels, got {value!r}")
    return int(parts[0]), int(parts[1])


_OPTIONS = (
    click.option(
        "-q",
        "--quality",
        type=click.Choice(tuple(QUALITIES)),
        default="h",
        help="480p15, 720p30, 1080p60, 1440p60 or 2160p60.  [h]",
    ),
    click.option(
        "--format", "kind", type=click.Choice(FORMATS), help="Format of the output.  [mp4]"
    ),
    click.option("-t", "--transparent", is_flag=True, help="No background (mov unless told)."),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="File to write, or the folder for png frames.  [renders/SCENE.mp4]",
    ),
    click.option("-s", "--still", is_flag=True, help="Only the last frame, as png."),
    click.option("--beat", metavar="ID", help="With --still: at the end of this beat."),
    click.option("--transcript", is_flag=True, help="Every word and number in a .txt beside it."),
    click.option("--clips", is_flag=True, help="One video a beat in a folder, and a list of them."),
    click.option("--fps", type=click.IntRange(1, 240), help="Frames a second."),
    click.option(
        "-r", "--resolution", callback=_size, metavar="W,H", help="Pixels, as W,H or WxH."
    ),
)
encoding_options = gathered("encoding", Encoding, _OPTIONS)


def settings_for(given: Encoding, subtitles: str) -> Settings:
    """Return the settings of a render; UsageError where the options contradict each other."""
    kind = _format(given.kind, given.output, given.transparent, given.still)
    if kind == "mp4" and given.transparent:
        raise click.UsageError("--transparent: wanted with webm, mov, gif or png, got 'mp4'")
    if given.clips and (kind not in CLIPS or given.still):
        got = "--still" if given.still else repr(kind)
        raise click.UsageError(f"--clips: wanted with {', '.join(CLIPS)}, got {got}")
    if given.clips and given.output is not None and given.output.suffix:
        raise click.UsageError(
            f"--output: wanted a folder for the clips, got {str(given.output)!r}"
        )
    if given.beat is not None and not given.still:
        raise click.UsageError(f"--beat: wanted with --still, got {given.beat!r} alone")
    if subtitles and given.still:
        raise click.UsageError(f"--captions: wanted burn or off with --still, got {subtitles!r}")
    width, height, fps = QUALITIES[given.quality]
    settings = Settings(
        width,
        height,
        min(fps, GIF_FPS) if kind == "gif" else fps,
        kind,
        given.transparent,
        given.still,
        given.beat or "",
        subtitles,
        given.transcript,
        given.clips,
    )
    return _adjusted(settings, given.fps, given.resolution)


def target_for(name: str, output: Path | None, settings: Settings) -> Path:
    """Return where to write: ``output`` with its extension, or ``name`` in renders/."""
    suffix = "" if settings.is_folder else f".{settings.format}"
    if output is None:
        FOLDER.mkdir(exist_ok=True)
        return FOLDER / f"{name}{'-clips' if settings.clips else ''}{suffix}"
    named = output.name not in ("", "..")  # what is not is a folder, which is refused later
    return output.with_name(output.name + suffix) if named and not output.suffix else output


def _format(kind: str | None, output: Path | None, transparent: bool, still: bool) -> str:
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
