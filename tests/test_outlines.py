"""Outlines that are made without manim's detours are the same as its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from manim import RoundedRectangle, Triangle

from rnnviz.diagram import Box
from rnnviz.stage.canvas import UNIT, arrow_head, at, rounded

SIDES = st.floats(2, 1900)
PLACES = st.floats(0, 1000)


@given(SIDES, SIDES, st.floats(0.5, 600), PLACES, PLACES)
def test_a_rounded_rectangle_is_manims(width, height, radius, left, top):
    most = min(width / 2 - 0.01, height / 2 - 0.01)
    theirs = RoundedRectangle(
        width=width * UNIT, height=height * UNIT, corner_radius=min(radius, most) * UNIT
    ).move_to(at(left + width / 2, top + height / 2))
    ours = rounded(Box(left, top, left + width, top + height), radius)
    np.testing.assert_allclose(ours.points, theirs.points, rtol=0, atol=1e-12)


@given(PLACES, PLACES)
def test_an_arrow_head_covers_what_manims_triangle_does(x, y):
    theirs = Triangle().rotate(-np.pi / 2).scale_to_fit_height(16 * UNIT).move_to(at(x, y))
    ours, corners = (
        {tuple(point) for point in one.points[::4].round(9) + 0.0}
        for one in (arrow_head(x, y), theirs)
    )
    assert ours == corners
