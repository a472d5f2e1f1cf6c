"""``rnnviz render``: a scene as a video, an image or a folder of frames."""

import os
import signal
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnviz.cli.encoding import Encoding, encoding_options, settings_for, target_for
from rnnviz.cli.look import Look, look_options
from rnnviz.cli.output import check_output
from rnnviz.cli.picks import Picks, check_room, pick_options, picked
from rnnviz.cli.progress import beats_shown
from rnnviz.cli.reading import read_trace
from rnnviz.cli.source import Source, source_options
from rnnviz.errors import RnnvizError, RnnvizWarning
from rnnviz.scene_file import blamed, scene_in, scene_path
from rnnviz.scene_list import load_scene, scene_names
from rnnviz.video.settings import Settings

if TYPE_CHECKING:
    from rnnviz.stage import TracedScene


@click.command()
@click.argument("scene", metavar="SCENE")
@encoding_options
@click.option("-p", "--preview", is_flag=True, help="Open the result when it is done.")
@look_options
@click.option("--force", is_flag=True, help="Replace an existing output.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@pick_options
@source_options
def render(
    scene: str,
    encoding: Encoding,
    preview: bool,
    look: Look,
    force: bool,
    quiet: bool,
    picks: Picks,
    source: Source,
) -> None:
    """Render a scene as a video or an image.

    SCENE is one of those that `rnnviz scenes` lists, or a Python file with a scene, such as
    lecture.py or lecture.py:ClassName. The numbers are the demo's unless a file or an option says
    otherwise. The paths of what was made are printed.
    """
    file = scene_path(scene)
    if file is None and scene not in scene_names():
        known = ", ".join(scene_names())
        raise click.UsageError(f"SCENE: wanted one of {known} or a .py file, got {scene!r}")
    settings = settings_for(encoding, look.subtitles)
    loaded = _loaded(scene, file)
    name = "-".join(filter(None, (file[0].stem, file[1]))) if file else scene
    target = target_for(name, encoding.output, settings)
    beside = settings.beside(target).values()
    check_output(target, force, settings.is_folder)
    for path in beside:
        check_output(path, force)
    with blamed(file[0]) if file else nullcontext():
        _render(loaded, name, settings, target, look, quiet, picks, source)
    for path in (target, *beside):
        click.echo(os.fsencode(path))  # as bytes: a name need not be text
    for path in settings.stale(target):
        said = f"{path}: was there before and is not of this render, but players may load it"
        warnings.warn(said, RnnvizWarning, stacklevel=2)
    if preview:
        click.launch(str(target))


def _loaded(scene: str, file: tuple[Path, str] | None) -> "type[TracedScene]":
    from rnnviz.stage import TracedScene

    if file:
        return scene_in(*file, TracedScene, "CellScene")
    loaded = load_scene(scene)
    if not issubclass(loaded, TracedScene):
        raise RnnvizError(f"scene {scene!r}: wanted a subclass of CellScene, got {loaded.__name__}")
    return loaded


def _stop(number: int, frame: object) -> None:
    """End as Ctrl-C does, so that the work folder is cleaned up."""
    raise KeyboardInterrupt


def _render(
    scene: "type[TracedScene]",
    name: str,
    settings: Settings,
    target: Path,
    look: Look,
    quiet: bool,
    picks: Picks,
    source: Source,
) -> None:
    from rnnviz.stage import View, theme_named
    from rnnviz.video.render import render as render_scene

    read = read_trace(scene.cell, source)
    trace = picked(read.trace, picks)
    check_room(trace)
    view = View(
        trace,
        digits=look.digits,
        theme=theme_named(look.theme) if look.theme else scene.theme,
        title=look.title or read.title,
        pace=look.pace,
        detail=look.detail,
        captions=look.captions == "burn",
    )
    signal.signal(signal.SIGTERM, _stop)
    label = f"{name} {settings.width}×{settings.height} {settings.format}"
    with beats_shown(label, quiet) as progress:
        render_scene(scene, view, target, settings, progress)
