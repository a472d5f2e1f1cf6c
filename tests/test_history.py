"""Names beside the ends of lines: apart, in order, between the ends, and not moved without need."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rnnviz.stage.history import spread

places = st.lists(st.floats(0, 100), min_size=1, max_size=8)


@given(places=places, gap=st.floats(1, 30))
def test_names_are_apart_in_order_and_inside(places, gap):
    levels = spread(places, gap, -5.0, 105.0)
    if (len(places) - 1) * gap > 110:
        assert levels is None
        return
    pairs = sorted(zip(places, levels, strict=True))
    ordered = sorted(levels)
    assert [level for _, level in pairs] == sorted(level for _, level in pairs) or len(
        set(places)
    ) < len(places)
    assert all(b - a >= gap - 1e-6 for a, b in itertools.pairwise(ordered))
    assert ordered[0] >= -5.0 - 1e-6
    assert ordered[-1] <= 105.0 + 1e-6


def test_names_that_are_far_apart_stay_where_they_are():
    assert spread([10.0, 90.0, 50.0], 26.0, 0.0, 100.0) == [10.0, 90.0, 50.0]


def test_names_that_collide_move_both_ways():
    assert spread([50.0, 52.0], 20.0, 0.0, 100.0) == [41.0, 61.0]
