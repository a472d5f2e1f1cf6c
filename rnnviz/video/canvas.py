"""Draws the shapes of a scene into pixels, and only where something has changed.

Manim's camera draws every moving shape of every frame anew; here a frame is what the one before it
was, except in the rectangles around shapes that came, went or look different. The pixels are the
camera's own.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import cairo
import numpy as np
from manim import Camera, Mobject, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP
from numpy.typing import NDArray

from rnnviz.video.paint import Context, Step, steps
from rnnviz.video.rects import Rect, merged
from rnnviz.video.shapes import NOWHERE, Shape

Pixels = NDArray[np.uint8]  # (height, width, 4), RGBA with colours mixed with the ground
KEPT = 4096  # outlines and styles that are remembered
EMPTY = Rect(0, 0, 0, 0)
FAR = 10**6  # pixels; what lies further out is not told apart


class Canvas:
    """The picture of a camera: ``pixels`` after each ``draw`` hold the shapes that were given."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.pixels: Pixels = camera.pixel_array.view(np.uint8)
        self.all = Rect(0, 0, camera.pixel_width, camera.pixel_height)
        self._scale = camera.pixel_width / camera.frame_width
        self._shapes: list[Shape] | None = None  # what the picture shows
        self._boxes: list[Rect] = []  # and where
        self._ground: object = None  # the background that stands
        self._paths: dict[bytes, tuple[cairo.Path, float, float]] = {}
        self._extents: dict[tuple[object, ...], tuple[float, float, float, float]] = {}
        self._steps: dict[bytes, tuple[Step, ...]] = {}
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

    def forget(self) -> None:
        """Let nothing that was drawn before have a part in what follows, not even by rounding."""
        self._shapes = None
        self._paths.clear()

    def capture(self, mobjects: Iterable[Mobject]) -> None:
        """Let the camera draw everything anew, whatever it is."""
        self.camera.reset()
        self.camera.capture_mobjects(mobjects)
        self._shapes = None

    def draw(self, shapes: Sequence[Shape]) -> list[Rect]:
        """Make the picture that of these shapes, from back to front; return what has changed."""
        ground = self.camera.background
        assert ground is not None
        changed = self._changed(shapes)
        if ground is not self._ground:
            changed, self._ground = [self.all], ground
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
        assert self._shapes is not None
        for place in self._meeting(changed):
            shape = self._shapes[place]
            self._trace(shape)
            for step in self._seen(shape):
                step.put(ctx)
        ctx.restore()
        return changed

    def _meeting(self, rects: Iterable[Rect]) -> list[int]:
        """Return the places of the shapes that have a pixel in one of some rectangles."""
        count = 4 * len(self._boxes)
        flat = np.fromiter(chain.from_iterable(self._boxes), np.int64, count)
        left, top, right, bottom = flat.reshape(-1, 4).T
        met = np.zeros(len(left), bool)
        for x, y, x_end, y_end in rects:
            met |= (left < x_end) & (x < right) & (top < y_end) & (y < bottom)
        found: list[int] = np.flatnonzero(met).tolist()
        return found

    def _seen(self, shape: Shape) -> tuple[Step, ...]:
        """Return what is painted of a shape; nothing where all of it is transparent."""
        known = self._steps.get(shape.style)
        if known is None:
            if len(self._steps) >= KEPT:
                self._steps.clear()
            known = self._steps[shape.style] = steps(self.camera, shape.mobject)
        return known

    def _trace(self, shape: Shape) -> None:
        """Make the path of a shape the current one."""
        ctx = self._ctx
        known = self._paths.get(shape.outline)
        ctx.new_path()
        if known is None:
            trace_outline(ctx, shape.mobject)
            if len(self._paths) >= KEPT:
                self._paths.clear()
            self._paths[shape.outline] = ctx.copy_path(), *shape.at
            return
        path, x, y = known
        ctx.translate(shape.at[0] - x, shape.at[1] - y)
        ctx.append_path(path)
        ctx.set_matrix(self._to_pixels)

    def _changed(self, shapes: Sequence[Shape]) -> list[Rect]:
        """Note which shapes stand now; return the rectangles in which that looks different."""
        old, old_boxes = self._shapes, self._boxes
        boxes: list[Rect] = []
        self._shapes, self._boxes = [*shapes], boxes
        gone = {id(shape.mobject): k for k, shape in enumerate(old or ())}
        found: list[Rect] = []
        last = -1
        for shape in shapes:
            place = gone.pop(id(shape.mobject), None)
            if old is None or place is None:
                box = self._box(shape)
                found.append(box)
            elif old[place] is shape or old[place].key == shape.key:
                box = old_boxes[place]
            else:
                box = self._box(shape)
                found += (box, old_boxes[place])
                place = None
            boxes.append(box)
            if place is not None:
                if place < last:  # the order is another
                    found.append(self.all)
                last = place
        if old is None:
            return [self.all]
        found += (old_boxes[place] for place in gone.values())
        seen = (box.within(self.all) for box in found)
        return merged(box for box in seen if box.area)

    def _box(self, shape: Shape) -> Rect:
        """Return all pixels that a shape may touch."""
        if not self._seen(shape):
            return EMPTY
        if shape.outline == NOWHERE:
            return self.all
        mobject = shape.mobject
        width = max(float(mobject.stroke_width), float(mobject.background_stroke_width))
        look = shape.outline, width, mobject.joint_type._value_, mobject.cap_style._value_
        known = self._extents.get(look)
        if known is None:
            if len(self._extents) >= KEPT:
                self._extents.clear()
            known = self._extents[look] = self._extent(shape, width)
        x, y = self._to_pixels.transform_point(*shape.at)
        left, top, right, bottom = known
        return Rect(
            int(min(max(x + left, -FAR), FAR)) - 2,
            int(min(max(y + top, -FAR), FAR)) - 2,
            int(min(max(x + right, -FAR), FAR)) + 3,
            int(min(max(y + bottom, -FAR), FAR)) + 3,
        )

    def _extent(self, shape: Shape, width: float) -> tuple[float, float, float, float]:
        """Return how far a shape reaches from its first point, in pixels."""
        ctx, mobject = self._ctx, shape.mobject
        ctx.save()
        ctx.set_matrix(self._to_pixels)
        self._trace(shape)
        corners = [ctx.path_extents()]
        if width:
            ctx.set_line_width(width * self.camera.cairo_line_width_multiple)
            ctx.set_line_join(LINE_JOIN_MAP[mobject.joint_type])
            ctx.set_line_cap(CAP_STYLE_MAP[mobject.cap_style])
            corners.append(ctx.stroke_extents())
        ctx.restore()
        points = [
            self._to_pixels.transform_point(x, y)
            for left, top, right, bottom in corners
            for x, y in ((left, top), (right, bottom))
        ]
        x, y = self._to_pixels.transform_point(*shape.at)
        across, down = [point[0] - x for point in points], [point[1] - y for point in points]
        return min(across), min(down), max(across), max(down)


def trace_outline(ctx: Context, mobject: VMobject) -> None:
    """Add a shape's curves to a path, as the camera does."""
    points = mobject.points[:, :2]
    if not np.isfinite(points).all():
        points = np.zeros_like(points)
    flat = points.ravel().tolist()  # x, y, x, y ...: a curve is a slice
    curve_to = ctx.curve_to
    splits = mobject.get_subpath_split_indices_from_points(mobject.points, n_dims=2)
    for start, end in (2 * splits).tolist():
        if end - start < 8:
            continue
        first, last = (flat[start], flat[start + 1]), (flat[end - 2], flat[end - 1])
        ctx.new_sub_path()
        ctx.move_to(*first)
        for k in range(start + 2, end - 4, 8):
            curve_to(*flat[k : k + 6])
        if mobject.consider_points_equals_2d(first, last):
            ctx.close_path()
