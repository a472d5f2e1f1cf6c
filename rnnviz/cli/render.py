"""``rnnviz render``: a scene as a video, an image or a folder of frames or clips."""

import os
import signal
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnviz.cli.encoding import Encoding, encoding_options, settings_for, target_for
from rnnviz.cli.look import Look, look_options
from rnnviz.cli.output import check_output
from rnnviz.cli.picks import Picks, check_room, pick_options, picked
from rnnviz.cli.progress import beats_shown
from rnnviz.cli.reading import Read, read_trace
from rnnviz.cli.source import Source, source_options
from rnnviz.cli.summary import summary
from rnnviz.cli.work import Work, how_of, work_options
from rnnviz.errors import RnnvizError, RnnvizWarning
from rnnviz.scene_file import blamed, scene_in, scene_path
from rnnviz.scene_list import load_scene, scene_names
from rnnviz.video.settings import Settings

if TYPE_CHECKING:
    from rnnviz.stage import TracedScene, View
    from rnnviz.video.render import Made, Rendering
    from rnnviz.video.studio import How

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Order:
    """One scene to render: name, class, its file if it is in one, and what to make of it."""

    name: str
    scene: "type[TracedScene]"
    file: Path | None
    settings: Settings
    target: Path
    all_of: bool  # scenes: it is one of all


@click.command()
@click.argument("scene", metavar="SCENE", required=False)
@click.option("--all", "every", is_flag=True, help="Every scene, instead of one.")
@encoding_options
@click.option("-p", "--preview", is_flag=True, help="Open the result when it is done.")
@look_options
@click.option("--force", is_flag=True, help="Replace an existing output.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@work_options
@pick_options
@source_options
def render(
    scene: str | None,
    every: bool,
    encoding: Encoding,
    preview: bool,
    look: Look,
    force: bool,
    quiet: bool,
    work: Work,
    picks: Picks,
    source: Source,
) -> None:
    """Render a scene as a video or an image.

    SCENE is one of those that `rnnviz scenes` lists, or a Python file with a scene, such as
    lecture.py or lecture.py:ClassName. The numbers are the demo's unless a file or an option says
    otherwise. The paths of what was made are printed.
    """
    scenes = _scenes(scene, every, encoding, source)
    if work.watch:
        from rnnviz.cli.watching import watch

        watch([name for name in (scene,) if name], source)
        return
    settings = settings_for(encoding, look.subtitles)
    orders = [_order(name, encoding, settings, every) for name in scenes]
    for order in orders:
        check_output(order.target, force, settings.is_folder)
        for path in settings.beside(order.target).values():
            check_output(path, force)
    signal.signal(signal.SIGTERM, _stop)
    with how_of(work) as how:
        _render(orders, how, look, quiet, work.profile, picks, source)
    if preview:
        click.launch(str(orders[-1].target))


def _scenes(scene: str | None, every: bool, encoding: Encoding, source: Source) -> tuple[str, ...]:
    """Return the scenes that are asked for; UsageError unless it is one, or all."""
    known = ", ".join(scene_names())
    if not every:
        if scene is None:
            raise click.UsageError(f"SCENE: wanted one of {known}, a .py file, or --all, got none")
        if scene_path(scene) is None and scene not in scene_names():
            raise click.UsageError(f"SCENE: wanted one of {known} or a .py file, got {scene!r}")
        return (scene,)
    for option, given in (
        ("SCENE", scene),
        ("--output", encoding.output),
        ("--weights", source.weights),
        ("--convention", source.convention),
    ):
        if given is not None:
            raise click.UsageError(f"{option}: wanted none with --all, got {str(given)!r}")
    return scene_names()


def _order(scene: str, encoding: Encoding, settings: Settings, every: bool) -> _Order:
    file = scene_path(scene)
    loaded = _loaded(scene, file)
    path = file[0] if file else None
    name = "-".join(filter(None, (file[0].stem, file[1]))) if file else scene
    target = target_for(name, encoding.output, settings)
    return _Order(name, loaded, path, settings, target, every)


def _loaded(scene: str, file: tuple[Path, str] | None) -> "type[TracedScene]":
    from rnnviz.video.lean import import_manim

    import_manim()  # before a scene does
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
    orders: Sequence[_Order],
    how: "How",
    look: Look,
    quiet: bool,
    profile: bool,
    picks: Picks,
    source: Source,
) -> None:
    """Render scenes in one queue, and say of each what was made when it is there."""
    from rnnviz.video.render import in_one_queue, rendering

    shown: list[Progress] = []  # the bar of the scene that is awaited

    def started(order: _Order) -> "Rendering":
        def progress(title: str, done: int, total: int) -> None:
            if order is awaited:
                shown[-1](title, done, total)

        view = _view(order, look, picks, source)
        return rendering(order.scene, view, order.target, order.settings, progress, how)

    made = in_one_queue(started(order) for order in orders)
    for awaited in orders:
        settings = awaited.settings
        label = f"{awaited.name} {settings.width}×{settings.height} {settings.format}"
        blame = blamed(awaited.file) if awaited.file else nullcontext()
        with blame, beats_shown(label, quiet) as bar:
            shown.append(bar)
            done = next(made)
        _say(awaited, done, quiet, profile)


def _view(order: _Order, look: Look, picks: Picks, source: Source) -> "View":
    """Return what a scene is to show, and how."""
    from rnnviz.stage import View, theme_named

    figure = getattr(order.scene, "figure", "")
    if figure:
        read = _figure_read(figure, order, look, picks, source)
        trace, title = read.trace, read.title
    else:
        read = read_trace(order.scene.cell, source)
        trace, title = picked(read.trace, picks), read.title
        check_room(trace)
    return View(
        trace,
        digits=look.digits,
        theme=theme_named(look.theme) if look.theme else order.scene.theme,
        title=look.title or title,
        pace=look.pace,
        detail=look.detail,
        captions=look.captions == "burn",
    )


def _figure_read(figure: str, order: _Order, look: Look, picks: Picks, source: Source) -> Read:
    """Return what a figure is drawn of: among all scenes its demo, whatever it takes."""
    from rnnviz.cli.figure_source import figure_read
    from rnnviz.figures.catalogue import figure_named

    kind = figure_named(figure)
    if order.all_of:
        return Read(kind.demo())
    if look.detail != "full":
        raise click.UsageError(f"--detail: {figure} has its own beats and takes none")
    return figure_read(kind, source, picks)


def _say(order: _Order, made: "Made", quiet: bool, profile: bool) -> None:
    """Print the paths of what was made, and what there is to say of it."""
    settings, target = order.settings, order.target
    for path in (target, *settings.beside(target).values()):
        click.echo(os.fsencode(path))  # as bytes: a name need not be text
    for line in summary(made, settings, quiet, profile):
        click.echo(line, err=True)
    for path in settings.stale(target):
        said = f"{path}: was there before and is not of this render, but players may load it"
        warnings.warn(said, RnnvizWarning, stacklevel=2)
