"""A scene played for a film: manim's renderer, without its way of writing files.

A play is either filmed, frame by frame, or passed over at once. Both take the same time of the
video and leave the scene in the same state, so that a section can be filmed without those before
it. All that depends on how manim 0.22 plays a scene is here.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from manim import Animation, Camera, Mobject, Scene, VMobject, tempconfig
from manim.animation.composition import AnimationGroup
from manim.renderer.cairo_renderer import CairoRenderer

from rnnviz.stage.motion import Motion
from rnnviz.stage.twins import family
from rnnviz.video.canvas import Canvas
from rnnviz.video.settings import Settings
from rnnviz.video.shapes import Shape, look

EMPTY: Mapping[int, Sequence[Mobject]] = {}
FRAME = (128 / 9, 8.0)  # manim's units that the picture needs at least: 16:9
OUTLINES = 40  # moving ones, whose drawing takes as long as all else of a frame


class Film(Protocol):
    """What becomes of the frames of a section."""

    def show(self, canvas: Canvas, shapes: Sequence[Shape] | None) -> None:
        """Take the next frame, of these shapes; None for one that the canvas has captured whole."""

    def hold(self, count: int) -> None:
        """Take the last frame so many times again."""


@dataclass(frozen=True)
class Cut:
    """A section of the video: its number from 0, its name, its first frame and its frames.

    ``work`` tells how long it takes to film, in frames that are not held and in which next to
    nothing moves.
    """

    number: int
    name: str
    first: int
    frames: int
    work: float


class Crew(Protocol):
    """Who decides which sections are filmed."""

    def start(self, number: int) -> Film | None:
        """Return what films a section that begins; None passes it over."""

    def meanwhile(self) -> None:
        """Do what is to be done now and then, before a play."""

    def end(self, cut: Cut) -> None:
        """Learn that the section is over."""


class _NoFiles:
    """Stands where manim's file writer does and passes on where sections start."""

    def __init__(self, settings: object) -> None:
        self.renderer: Filming | None = None
        self.subcaptions: list[object] = []

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        if self.renderer is not None:
            self.renderer.cut(name)

    def add_sound(self, *args: object, **options: object) -> None:
        """Leave out sounds: the videos have none."""

    def abort_encode_jobs(self) -> None:
        """Do nothing: no job is left to end."""


class Filming(CairoRenderer):
    """Plays a scene in sections for a ``crew``; without one everything is passed over."""

    def __init__(self, crew: Crew | None = None) -> None:
        super().__init__(file_writer_class=_NoFiles)  # type: ignore[arg-type]
        self.crew = crew
        self.film: Film | None = None
        self.frames = 0
        self._canvas: Canvas | None = None
        self._name, self._number, self._first, self._work = "", 0, 0, 0.0
        self._known: dict[int, Shape] = {}  # how the shapes looked in the play's last frame
        self._before: dict[int, Shape] = {}  # and in the last frame of all
        self._still: dict[int, list[Mobject]] = {}  # what the objects that do not move consist of

    def init_scene(self, scene: Scene, *settings: Any) -> None:
        """Set up as manim does; sections are announced here from now on."""
        super().init_scene(scene, *settings)
        self.file_writer.renderer = self

    @property
    def canvas(self) -> Canvas:
        """The picture, made when it is needed first."""
        if self._canvas is None:
            self._canvas = Canvas(self.camera)
        return self._canvas

    def cut(self, name: str = "") -> None:
        """End a section, if it has begun, and let one of this name follow."""
        if self.frames > self._first:
            if self.crew is not None:
                count = self.frames - self._first
                self.crew.end(Cut(self._number, self._name, self._first, count, self._work))
            self._number += 1
            self._first, self.film = self.frames, None
        self._name, self._work = name, 0.0

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Play animations, or hold the picture, for as many frames as manim would make of it."""
        if self.crew is not None:
            self.crew.meanwhile()
            if self.frames == self._first:
                self.film = self.crew.start(self._number)
        scene.compile_animation_data(*args, **kwargs)
        for animation in scene.animations or ():
            animation._setup_scene(scene)
            animation.begin()
        step = 1 / self.camera.frame_rate
        if scene.is_current_animation_frozen_frame():
            frames = int(scene.duration / step)
            if self.film is not None and frames:
                self._known = {}
                self._show(scene, ())
                self.film.hold(frames - 1)
        else:
            times = np.arange(0, scene.duration, step)
            frames = len(times)
            alive = _needs_every_frame(scene)
            if self.film is not None or alive:
                frames = self._animate(scene, times, alive)
            self._work += frames * (1 + _outlines(scene.animations or ()) / OUTLINES)
            for animation in scene.animations or ():
                animation.finish()
                animation.clean_up_from_scene(scene)
            scene.update_mobjects(0)
        self.frames += frames
        self.time += frames * step
        self.num_plays += 1

    def _animate(self, scene: Scene, times: Iterable[float], alive: bool) -> int:
        """Show every frame of the current animations; return how many there are.

        ``alive`` is a scene in which more than the animations may change something.
        """
        roots = [*_moved(scene.animations or ())]
        moved = {id(one) for root in roots for one in family(root)}
        self._still = {
            id(root): [one for one in family(root) if len(one.points)]
            for root in scene.mobjects
            if not any(id(one) in moved or one.updaters for one in family(root))
        }
        # what our own motions do not name does not change
        trusted = not alive and all(isinstance(one, Motion) for one in scene.animations or ())
        self._known = {}
        count = 0
        for t in times:
            count += 1
            if alive:
                scene.update_to_time(t)
            else:
                for animation in scene.animations or ():
                    animation.update_mobjects(t - scene.last_t)
                    animation.interpolate(t / animation.run_time)
                scene.last_t = t
            if self.film is not None:
                self._show(scene, {id(one) for root in roots for one in family(root)}, trusted)
            if scene.stop_condition is not None and scene.stop_condition():
                break
        self._still = {}
        return count

    def _show(self, scene: Scene, moving: Container[int], trusted: bool = False) -> None:
        """Show a frame; ``trusted`` is one in which nothing but what is ``moving`` has changed."""
        assert self.film is not None
        mobjects = drawn(scene, self._still)
        known, shapes = self._known, {}
        for mobject in mobjects:
            shape = known.get(id(mobject))
            if shape is None and not self._is_plain(mobject):
                self.canvas.capture(mobjects)
                self.film.show(self.canvas, None)
                return
            if shape is None or id(mobject) in moving or not (trusted or shape.still_looks()):
                assert isinstance(mobject, VMobject)
                shape = look(mobject, shape or self._before.get(id(mobject)), not trusted)
            shapes[id(mobject)] = shape
        self._known = self._before = shapes
        self.film.show(self.canvas, [*shapes.values()])

    def _is_plain(self, mobject: Mobject) -> bool:
        """Tell whether the canvas can draw it itself: an outline, before a camera at rest."""
        return (
            type(self.camera) is Camera
            and isinstance(mobject, VMobject)
            and mobject.background_image is None
        )

    def scene_finished(self, scene: Scene) -> None:
        """End the last section."""
        self.cut()


def _needs_every_frame(scene: Scene) -> bool:
    """Tell whether what comes later depends on more than where the animations end."""
    return bool(
        scene.stop_condition is not None
        or scene.always_update_mobjects
        or scene.updaters
        or any(one.updaters for root in scene.mobjects for one in family(root))
    )


def _moved(animations: Iterable[Animation]) -> Iterator[Mobject]:
    for animation in animations:
        yield _cairo(animation.mobject)
        if isinstance(animation, AnimationGroup):
            yield from _moved(animation.animations)


def _outlines(animations: Iterable[Animation]) -> int:
    """Return how many outlines move."""
    return len({id(one) for root in _moved(animations) for one in family(root) if len(one.points)})


def _cairo(mobject: object) -> Mobject:
    assert isinstance(mobject, Mobject), "manim draws with cairo"
    return mobject


def drawn(scene: Scene, known: Mapping[int, Sequence[Mobject]] = EMPTY) -> list[Mobject]:
    """Return all that a scene draws, from back to front, as manim orders it.

    ``known`` holds what there is to draw of some of the scene's objects, by their ids.
    """
    found: list[Mobject] = []
    for root in (*scene.mobjects, *scene.foreground_mobjects):
        parts = known.get(id(root))
        found += [one for one in family(root) if len(one.points)] if parts is None else parts
    once = {id(one): one for one in reversed(found)}  # of what is there twice, the last counts
    ordered = [*once.values()][::-1]
    if any(one.z_index for one in ordered):
        ordered.sort(key=lambda one: one.z_index)
    return ordered


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


@contextmanager
def configured(settings: Settings, work: Path) -> Iterator[None]:
    """Set manim up for one render; what it writes of itself goes to ``work``."""
    aspect = settings.width / settings.height
    height = max(FRAME[1], FRAME[0] / aspect)
    chosen = {
        "verbosity": "ERROR",
        "media_dir": str(work),
        "output_file": "scene",
        "format": "png",  # of the formats the one for which manim checks least
        "pixel_width": settings.width,
        "pixel_height": settings.height,
        "frame_rate": settings.fps,
        "frame_height": height,
        "frame_width": height * aspect,
        "background_opacity": 0.0 if settings.transparent else 1.0,
        "disable_caching": True,
        "progress_bar": "none",
        "preview": False,
    }
    with tempconfig(chosen):
        yield
