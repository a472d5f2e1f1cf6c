"""Draws the shapes of a scene into pixels, and only where something has changed.

Manim's camera draws every moving shape of every frame anew; here a frame is what the one before it
was, except in the rectangles around shapes that came, went or look different. The pixels are the
camera's own: it still decides how a shape is filled and stroked.
"""

from collections.abc import Iterable, Sequence

import cairo
import numpy as np
from manim import Camera, Mobject, VMobject
from numpy.typing import NDArray

from rnnviz.video.rects import Rect, merged
from rnnviz.video.shapes import Shape, Shapes

Pixels = NDArray[np.uint8]  # (height, width, 4), RGBA with colours mixed with the ground
PATHS = 4096  # outlines that are remembered


class Canvas:
    """The picture of a camera: ``pixels`` after each ``draw`` hold the shapes that were given."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.pixels: Pixels = camera.pixel_array.view(np.uint8)
        self.all = Rect(0, 0, camera.pixel_width, camera.pixel_height)
        self._scale = camera.pixel_width / camera.frame_width
        self._shapes: tuple[Shape, ...] | None = None
        self._ground: object = None  # the background that stands
        self._paths: dict[bytes, tuple[cairo.Path, float, float]] = {}
        self.look = Shapes(camera).look
        surface = cairo.ImageSurface.create_for_data(
            self.pixels.data, cairo.FORMAT_ARGB32, camera.pixel_width, camera.pixel_height
        )
        self._ctx = cairo.Context(surface)
        x, y, _ = camera.frame_center
        self._to_pixels = cairo.Matrix(
            self._scale,
            0,
            0,
            -camera.pixel_height / camera.frame_height,
            camera.pixel_width / 2 - x * self._scale,
            camera.pixel_height / 2 + y * camera.pixel_height / camera.frame_height,
        )

    def capture(self, mobjects: Iterable[Mobject]) -> None:
        """Let the camera draw everything anew, whatever it is."""
        self.camera.reset()
        self.camera.capture_mobjects(mobjects)
        self._shapes = None

    def draw(self, shapes: Sequence[Shape]) -> list[Rect]:
        """Make the picture that of these shapes, from back to front; return what has changed."""
        ground = self.camera.background
        assert ground is not None
        changed = self._changed(shapes) if ground is self._ground else [self.all]
        self._shapes, self._ground = tuple(shapes), ground
        if not changed:
            return []
        ctx = self._ctx
        ctx.save()
        ctx.new_path()  # the last shape's is still there
        for rect in changed:
            rows, columns = slice(rect.top, rect.bottom), slice(rect.left, rect.right)
            self.pixels[rows, columns] = ground[rows, columns]
            ctx.rectangle(*rect[:2], rect.right - rect.left, rect.bottom - rect.top)
        ctx.clip()
        ctx.set_matrix(self._to_pixels)
        for shape in shapes:
            if any(map(shape.box.meets, changed)):
                self._paint(shape)
        ctx.restore()
        return changed

    def _paint(self, shape: Shape) -> None:
        """Do what the camera does for one shape, with a path that is made once."""
        camera, ctx, mobject = self.camera, self._ctx, shape.mobject
        path, x, y = self._paths.get(shape.outline.name) or self._path(shape)
        ctx.new_path()
        ctx.translate(shape.at[0] - x, shape.at[1] - y)
        ctx.append_path(path)
        ctx.set_matrix(self._to_pixels)
        camera.apply_stroke(ctx, mobject, background=True)
        camera.apply_fill(ctx, mobject)
        camera.apply_stroke(ctx, mobject)

    def _path(self, shape: Shape) -> tuple[cairo.Path, float, float]:
        """Return a shape's path and where its first point is."""
        self._ctx.new_path()
        trace_outline(self._ctx, shape.mobject)
        if len(self._paths) >= PATHS:
            self._paths.clear()
        made = self._paths[shape.outline.name] = self._ctx.copy_path(), *shape.at
        return made

    def _changed(self, shapes: Sequence[Shape]) -> list[Rect]:
        """Return the rectangles in which these shapes look different from those that stand."""
        if self._shapes is None:
            return [self.all]
        old = {(id(shape.mobject), shape.key): shape.box for shape in self._shapes}
        new = {(id(shape.mobject), shape.key): shape.box for shape in shapes}
        kept = [one for one in old if one in new]
        if kept != [one for one in new if one in old]:
            return [self.all]  # the order is another
        boxes = [box for one, box in old.items() if one not in new]
        boxes += [box for one, box in new.items() if one not in old]
        seen = (box.within(self.all) for box in boxes)
        return merged(box for box in seen if box.area)


def trace_outline(ctx: "cairo.Context[cairo.ImageSurface]", mobject: VMobject) -> None:
    """Add a shape's curves to a path, as the camera does."""
    points = mobject.points[:, :2]
    if not np.isfinite(points).all():
        points = np.zeros_like(points)
    flat = points.tolist()
    curve_to = ctx.curve_to
    for start, end in mobject.get_subpath_split_indices_from_points(mobject.points, n_dims=2):
        if end - start < 4:
            continue
        ctx.new_sub_path()
        ctx.move_to(*flat[start])
        for k in range(start, end - 3, 4):
            curve_to(*flat[k + 1], *flat[k + 2], *flat[k + 3])
        if mobject.consider_points_equals_2d(points[start], points[end - 1]):
            ctx.close_path()
