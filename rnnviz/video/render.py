"""Render one scene to one file: in a private work folder, put in place when it is complete.

All that depends on how manim 0.22 writes its files is here: where it puts them, that its mp4 has
the index at the end, and that a second render in the same folder would be in the way.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene, tempconfig
from manim.utils.exceptions import EndSceneEarlyException
from numpy.typing import NDArray

from rnnviz.errors import RnnvizError
from rnnviz.files import check_replaceable, replacing_all
from rnnviz.stage import TracedScene, View
from rnnviz.storyboard import Beat
from rnnviz.subtitles import srt, vtt
from rnnviz.video.convert import faststart, to_frames, to_gif
from rnnviz.video.halo import haloed
from rnnviz.video.settings import Settings

Progress = Callable[[str, int, int], None]  # a beat's title, its number from 1, how many there are
FRAME = (128 / 9, 8.0)  # manim's units that the picture needs at least: 16:9


def render(
    scene: type[TracedScene],
    view: View,
    output: Path,
    settings: Settings,
    progress: Progress = lambda title, done, total: None,
) -> Path:
    """Render ``scene`` with ``view`` to ``output``, which is replaced only by a complete file.

    What goes beside it (``settings.beside``) is replaced together with it. Raises RnnvizError for
    an output that cannot be written, a scene that shows nothing and a beat that is not played.
    """
    beside = settings.beside(output)
    check_replaceable(output, settings.is_folder)
    for path in beside.values():
        check_replaceable(path)
    played: list[Beat] = []
    watched = _watched(scene, view, progress, settings, played)
    with (
        tempfile.TemporaryDirectory(prefix="rnnviz-") as work,
        tempconfig(_configuration(settings, Path(work))),
    ):
        running = watched()
        if settings.transparent:
            _keep_edges(running.renderer)
        _run(running)
        if settings.beat:
            _check_beat(settings.beat, played)
        single, folders = ([], [output]) if settings.is_folder else ([output], [])
        with replacing_all([*single, *beside.values()], folders) as new:
            for kind, path in beside.items():
                new[path].write_text(_text(running, kind, played, settings.still), "utf-8")
            _finish(_made(running, settings), new[output], settings, running)
    return output


def _run(scene: TracedScene) -> None:
    """Run a scene; RnnvizError where it plays nothing, which manim refuses only for a video."""
    try:
        scene.render()
    except RuntimeError as error:
        if "no play calls" not in str(error):
            raise
    if not scene.renderer.num_plays:
        name = type(scene).__name__
        raise RnnvizError(f"scene: wanted an animation, {name} plays none") from None


def _check_beat(wanted: str, beats: Iterable[Beat]) -> None:
    ids = list(dict.fromkeys(beat.id for beat in beats))
    if wanted not in ids:
        raise RnnvizError(f"beat: wanted one of {', '.join(ids)}, got {wanted!r}")


def _finish(made: Path, target: Path, settings: Settings, scene: TracedScene) -> None:
    if settings.is_folder:
        to_frames(made, target, settings.transparent)
    elif settings.format == "mp4":
        faststart(made, target, scene.heading(), scene.cues())
    elif settings.format == "gif":
        to_gif(made, target, settings.fps, settings.transparent)
    else:
        shutil.copy(made, target)


def _text(scene: TracedScene, kind: str, played: Sequence[Beat], still: bool) -> str:
    """Return what a file beside the output holds; a still has no times."""
    cues, end = scene.cues(), float(scene.time)
    if kind == "txt" and still:
        return scene.transcript(scene.standing(played))
    if kind == "txt":
        return scene.transcript([cue.beat for cue in cues], [cue.start for cue in cues])
    return srt(cues, end) if kind == "srt" else vtt(cues, end)


def _watched(
    scene: type[TracedScene],
    view: View,
    progress: Progress,
    settings: Settings,
    played: list[Beat],
) -> type[TracedScene]:
    """Return the scene with its view set, telling its progress and adding to what was ``played``.

    For a still it does not move, and it ends with the beat that was asked for.
    """

    def setup(self: TracedScene) -> None:
        scene.setup(self)
        if settings.beat and len(self.storyboard):
            _check_beat(settings.beat, self.storyboard)

    def after(self: TracedScene, beat: Beat) -> None:
        played.append(beat)
        progress(beat.title, len(played), len(self.storyboard))
        scene.after(self, beat)
        if beat.id == settings.beat:
            raise EndSceneEarlyException

    parts: dict[str, Any] = {"view": view, "setup": setup, "after": after}
    if settings.still:
        parts |= {"play": at_once, "wait": _no_wait}
    return type(scene.__name__, (scene,), parts)


def at_once(self: Any, *animations: Any, **options: Any) -> None:
    """Play animations in a scene straight to their end, without drawing a frame."""
    made = self.compile_animations(*animations, **options)
    self.add_mobjects_from_animations(made)
    for animation in made:
        animation._setup_scene(self)
        animation.begin()
    for animation in made:
        animation.finish()
        animation.clean_up_from_scene(self)
    self.update_mobjects(self.get_run_time(made))
    self.renderer.num_plays += 1


def _no_wait(self: Any, *args: Any, **options: Any) -> None:
    self.renderer.num_plays += 1


def _keep_edges(renderer: Any) -> None:
    """Make a renderer write the colours of what it drew, where manim's are mixed with the ground.

    Without this every edge is paler than it was drawn, wherever the picture is laid.
    """
    add, finish, read = renderer.add_frame, renderer.scene_finished, renderer.get_frame

    def own(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return unmixed(haloed(frame), renderer.camera.background_color.to_int_rgb())

    def scene_finished(scene: Scene) -> None:
        renderer.get_frame = lambda: own(read())
        finish(scene)

    renderer.add_frame = lambda frame, num_frames=1: add(own(frame), num_frames)
    renderer.scene_finished = scene_finished


def unmixed(frame: NDArray[np.uint8], ground: NDArray[np.int_]) -> NDArray[np.uint8]:
    """Return an RGBA picture (height, width, 4) without the colour of its clear ``ground``."""
    alpha = frame[..., 3:].astype(np.float32) / 255
    mixed = frame[..., :3] - ground.astype(np.float32) * (1 - alpha)
    colours = np.rint(mixed / np.maximum(alpha, 1 / 255)).clip(0, 255).astype(np.uint8)
    return np.dstack((colours, frame[..., 3]))


def _configuration(settings: Settings, work: Path) -> dict[str, Any]:
    aspect = settings.width / settings.height
    height = max(FRAME[1], FRAME[0] / aspect)
    return {
        "verbosity": "ERROR",  # first, else choosing webm says that it is slow
        "media_dir": str(work),
        "output_file": "scene",
        "pixel_width": settings.width,
        "pixel_height": settings.height,
        "frame_rate": settings.fps,
        "frame_height": height,
        "frame_width": height * aspect,
        **_encoding(settings),
        "transparent": settings.transparent,
        "background_opacity": 0.0 if settings.transparent else 1.0,
        "disable_caching": True,
        "max_files_cached": 10_000,  # else more than a hundred animations evict their own pieces
        "progress_bar": "none",
        "preview": False,
    }


def _encoding(settings: Settings) -> dict[str, Any]:
    """Return what manim should write: for gif and frames a lossless video to convert from.

    Its own gifs dither in 216 colours, and its frames leave out how long a picture is held.
    """
    if settings.format == "mp4":
        return {"format": "mp4", "video_encoder_options": {"preset": "veryfast", "crf": "20"}}
    if settings.format == "gif" or settings.is_folder:
        pixels = "argb" if settings.transparent else "rgb24"
        return {"format": "mov", "video_codec": "qtrle", "pixel_format": pixels}
    return {"format": settings.format}


def _made(scene: Scene, settings: Settings) -> Path:
    writer = scene.renderer.file_writer
    if settings.still:
        return Path(writer.image_file_path)
    return Path(writer.movie_file_path)
