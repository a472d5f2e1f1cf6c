"""Dashed lines against manim's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import Circle, DashedVMobject, Line, RoundedRectangle

from rnnviz.stage.canvas import polyline
from rnnviz.stage.dashes import SHARE, dashed

LINES = {
    "straight": Line((0, 0, 0), (3, 1, 0)),
    "bent": polyline([(0, 0), (100, 0), (100, 200), (500, 200)]),
    "closed": RoundedRectangle(width=4, height=2, corner_radius=0.3),
    "round": Circle(2),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@given(count=st.integers(1, 40))
def test_the_dashes_are_those_of_manim_as_one_shape(line, count):
    row = DashedVMobject(line, num_dashes=count, dashed_ratio=SHARE)
    wanted = np.array([part.points[[0, -1]] for part in row])
    paths = dashed(line, count).get_subpaths()
    assert np.allclose([path[[0, -1]] for path in paths], wanted, atol=1e-9)
    for path, part in zip(paths, row, strict=True):
        middles = path.reshape(-1, 4, 3)[:, 1:3].reshape(-1, 3)
        if len(path) == len(part.points):  # manim has curves without length at some corners
            assert np.allclose(middles, part.points.reshape(-1, 4, 3)[:, 1:3].reshape(-1, 3))


def test_a_dashed_line_has_the_style_of_the_line_and_leaves_it_as_it_is():
    line = polyline([(0, 0), (300, 0)]).set_stroke("#123456", 3, 0.5)
    before = line.points.copy()
    made = dashed(line, 5)
    assert made.get_stroke_width() == 3
    assert made.get_stroke_opacity() == 0.5
    assert made.get_stroke_color() == line.get_stroke_color()
    assert (line.points == before).all()
