"""What moves on its way: numbers on screen are true in between, and end where they belong."""

import numpy as np
import pytest
from manim import (
    LEFT,
    RIGHT,
    UP,
    AnimationGroup,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    Line,
    Scene,
    VGroup,
    linear,
    tempconfig,
)
from manim.animation.animation import prepare_animation

import rnnviz as rv
from picture import view
from rnnviz.ops import OPS
from rnnviz.rounding import number, show
from rnnviz.scene_list import load_scene
from rnnviz.stage.canvas import middle, polyline
from rnnviz.stage.flight import SMALLEST, Count, Fly, Travel, fly_away
from rnnviz.stage.formula import formula, leaves
from rnnviz.stage.motion import Restyle, fade_in, fade_out, in_time, introduce, staggered
from rnnviz.stage.pen import Pen
from rnnviz.stage.stage import FIRST_HALF, LAST_HALF
from rnnviz.stage.twins import twin
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.stage.worked import WorkedExample
from rnnviz.storyboard import walk
from rnnviz.theme import LIGHT
from rnnviz.video.filming import at_once

SHARES = (0.0, 0.2, 0.5, 0.9, 1.0)


def panel(cell, beat_id):
    board = walk(view(cell).trace)
    pen = Pen(board, LIGHT.of(board.trace.cell), Typesetter())
    return WorkedExample(pen, board[beat_id])


@pytest.mark.parametrize(("cell", "key"), [("lstm", "f"), ("lstm", "g"), ("gru", "n")])
def test_a_value_on_its_way_along_the_curve_is_that_of_the_curve(cell, key):
    made = panel(cell, f"t1.{key}")
    forward = OPS[made.neuron.activation].forward
    within = made.cell.range(key)
    for share in SHARES:
        *_, value, summed = made.riding(share)
        true = float(forward(np.array([share * made.neuron.sum]))[0])
        assert value.text == show(true, signed=within[0] < 0, within=within)
        assert summed.text == show(share * made.neuron.sum, signed=True)
    assert number(value.text) == number(made.value_label.text)
    assert number(summed.text) == number(made.sum_label.text)


def test_a_sum_counts_through_true_numbers_of_equal_width():
    made = panel("lstm", "t1.f")
    counting = made.counting(-0.2, {0.4: -0.3, 0.8: 0.1}, 0.2)
    shares = {0.0: -0.2, 0.4: -0.2, 0.5: -0.35, 0.6: -0.5, 0.7: -0.5, 0.9: -0.45, 1.0: -0.4}
    labels = [counting(share) for share in shares]
    assert [label.text for label in labels] == [show(value) for value in shares.values()]
    assert np.ptp([label.advance for label in labels]) < 1e-9


def test_the_terms_of_a_worked_example_come_to_its_sum():
    made = panel("gru", "t1.n")
    assert sum(row.value for row in (*made.terms, *made.biases)) == pytest.approx(made.neuron.sum)


@pytest.fixture
def label():
    return Typesetter().number("+0.125", 40, "#112233", "x[0,0]").put(400, 300)


def test_what_flies_starts_unseen_at_its_origin_and_ends_in_its_place(label):
    place = label.get_center().copy()
    flight = Fly(label, (100, 900))
    flight.begin()
    assert label[0].get_fill_opacity() == 0
    assert label.get_center() == pytest.approx(flight.origin)
    flight.interpolate(0.5)
    assert label[0].get_fill_opacity() == 1
    flight.finish()
    assert label.get_center() == pytest.approx(place)


def test_what_is_carried_is_seen_all_the_way(label):
    flight = Fly(label, (100, 900), seen=0.0)
    flight.begin()
    assert label[0].get_fill_opacity() == 1


def test_what_flies_away_ends_unseen_at_its_goal(label):
    flight = fly_away(label, (100, 900))
    flight.begin()
    assert label[0].get_fill_opacity() == 1
    flight.finish()
    assert label[0].get_fill_opacity() == 0
    assert label.get_center() == pytest.approx(flight.origin)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_every_symbol_of_an_equation_can_be_found_and_lit(cell):
    made = rv.CELLS[cell]
    for step in made.steps:
        shown = formula(made, step.name, Typesetter(), LIGHT, 32)
        assert set(leaves(made, step.name)) <= set(shown.parts)
        first, *others = leaves(made, step.name)
        hues = dict(shown.hues)
        for animation in shown.light([first]):
            animation.begin()
            animation.finish()
        kept = {
            shape
            for shape, hue in hues.items()
            if str(shape.get_fill_color().to_hex()).lower() == hue.lower()
        }
        assert set(shown.parts[first]) <= kept
        assert not kept & {shape for name in set(others) - {first} for shape in shown.parts[name]}
        for animation in shown.restore():
            animation.begin()
            animation.finish()
        assert [str(shape.get_fill_color().to_hex()).lower() for shape in hues] == [
            hue.lower() for hue in hues.values()
        ]
    assert shown.light(["no such symbol"]) == []


@pytest.mark.parametrize(("cell", "states"), [("rnn", ["h"]), ("lstm", ["h", "c"])])
def test_what_leaves_a_timestep_is_what_enters_the_next(cell, states):
    """Watch the turn: the numbers of h and c fly from their pills to those of the old h and c."""
    flown = {}

    def play(self, *animations, **options):
        for animation in animations:
            if isinstance(animation, Fly) and animation.seen == 0.0:
                label = animation.mobject
                assert isinstance(label, Label)
                flown[label.ref] = (label.text, tuple(animation.origin))
        at_once(self, *animations, **options)

    base = load_scene(cell)
    parts = {"view": view(cell), "play": play, "wait": lambda *_, **__: None}
    with tempconfig({"dry_run": True, "verbosity": "ERROR", "progress_bar": "none"}):
        scene = type(base.__name__, (base,), parts)()
        scene.render()
    drawing, trace = scene.stage.drawing, scene.stage.board.trace
    assert set(flown) == {f"{name}_prev[1,{unit}]" for name in states for unit in range(2)}
    for name in states:
        for unit in range(2):
            text, origin = flown[f"{name}_prev[1,{unit}]"]
            assert text == show(float(trace[name][0, 0, unit]), signed=True)
            leaving = drawing.pills[name, unit].get_center()
            assert np.abs(np.array(origin) - leaving)[:2].max() < 0.1


# Motions that stand for manim's own


def shapes(colour="#336699"):
    """Return a group with all that the stage animates: a line, a filled shape, a halo."""
    line = Line(LEFT, RIGHT).set_stroke("#112233", 3)
    disc = Dot(UP, radius=0.3).set_fill(colour, 0.8).set_stroke("#445566", 2, opacity=0.5)
    words = Typesetter().words("seen", 40, colour).put(300, 500)
    words.set_stroke("#ffffff", 8, background=True)
    return VGroup(line, VGroup(disc, words))


def drawn(mobject):
    """Return all that a drawing of some shapes depends on; what cannot be seen is left out."""
    found = []
    for shape in mobject.family_members_with_points():
        widths = np.array([shape.stroke_width, shape.background_stroke_width], float)
        lines = zip(widths, (shape.stroke_rgbas, shape.background_stroke_rgbas), strict=True)
        seen = [rgbas for width, rgbas in lines if width]
        found.append([part.copy() for part in (shape.points, shape.fill_rgbas, *seen, widths)])
    return found


def assert_same(one, other):
    for mine, manims in zip(drawn(one), drawn(other), strict=True):
        for left, right in zip(mine, manims, strict=True):
            np.testing.assert_allclose(left, right, atol=1e-12)


def pair(mine, manims, first=shapes):
    """Return two scenes with equal shapes, an animation of each kind, both begun."""
    made = []
    with tempconfig({"dry_run": True, "verbosity": "ERROR"}):
        for kind in (mine, manims):
            scene, mobject = Scene(), first()
            animation = prepare_animation(kind(mobject))
            scene.add_mobjects_from_animations([animation])
            animation._setup_scene(scene)
            animation.begin()
            made.append((scene, mobject, animation))
    return made


EQUIVALENT = {
    "fade in": (fade_in, FadeIn),
    "fade out": (fade_out, FadeOut),
    "fade out in the first half": (
        lambda m: fade_out(m, rate_func=FIRST_HALF), lambda m: FadeOut(m, rate_func=FIRST_HALF)),
    "fade in in the last half": (
        lambda m: fade_in(m, rate_func=LAST_HALF), lambda m: FadeIn(m, rate_func=LAST_HALF)),
    "one after another": (lambda m: fade_in(m, lag_ratio=0.4), lambda m: FadeIn(m, lag_ratio=0.4)),
    "some at once": (lambda m: fade_in(*m), lambda m: FadeIn(*m)),
    "from beside": (
        lambda m: Fly(m, middle(m.copy().shift(LEFT)), seen=1.0), lambda m: FadeIn(m, shift=RIGHT)),
    "fill": (lambda m: Restyle(m, fill="#abcdef"), lambda m: m.animate.set_fill("#abcdef")),
    "fill and line": (
        lambda m: Restyle(m, "#abcdef", "#fedcba", 5),
        lambda m: m.animate.set_fill("#abcdef").set_stroke("#fedcba", 5)),
    "colour": (
        lambda m: Restyle(m, fill="#abcdef", stroke="#abcdef"),
        lambda m: m.animate.set_color("#abcdef")),
    "width": (lambda m: Restyle(m, width=0.5), lambda m: m.animate.set_stroke(width=0.5)),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUIVALENT)
def test_a_motion_looks_like_manims_and_leaves_the_same(name):
    (scene, mobject, mine), (other_scene, other, manims) = pair(*EQUIVALENT[name])
    for alpha in (0.0, 0.1, 0.25, 0.5, 0.5, 0.8, 0.3, 0.97):
        mine.interpolate(alpha)
        manims.interpolate(alpha)
        assert_same(mobject, other)
    for one, its_scene in ((mine, scene), (manims, other_scene)):
        one.finish()
        one.clean_up_from_scene(its_scene)
    assert_same(mobject, other)
    seen, wanted = (len(s.get_mobject_family_members()) for s in (scene, other_scene))
    assert seen == wanted
    assert mine.is_introducer() == manims.is_introducer()
    assert mine.is_remover() == manims.is_remover()


def test_a_motion_can_be_played_again():
    group = shapes()
    before = drawn(group)
    for animation in (fade_in(group), fade_out(group), fade_in(group)):
        scene = Scene()
        animation.begin()
        animation.finish()
        animation.clean_up_from_scene(scene)
    for now, then in zip(drawn(group), before, strict=True):
        for left, right in zip(now, then, strict=True):
            np.testing.assert_array_equal(left, right)


def test_a_stack_travels_along_a_wire_and_gets_smaller():
    numbers = shapes()
    start, corners = numbers.copy(), [(100.0, 200.0), (400.0, 200.0), (400.0, 700.0)]
    path = polyline(corners)
    travel = Travel(numbers, corners, rate_func=linear)
    travel.begin()
    for share in (0.0, 0.2, 0.5, 0.9, 1.0):
        travel.interpolate(share)
        expected = start.copy().scale(1 - (1 - SMALLEST) * share)
        assert_same(numbers, expected.move_to(path.point_from_proportion(share)))


def test_what_counts_shows_each_number_with_the_outlines_of_its_own():
    types = Typesetter()

    def made(share):
        return types.number(f"{share:.3f}", 40, "#112233").put(300, 300)

    label = made(0.0)
    counting = Count(label, made)
    counting.begin()
    for share in (0.123, 0.5, 0.111):
        counting.interpolate(share)
        assert_same(label, made(share))


@pytest.mark.parametrize("lag", [0.0, 0.25, 1.0])
def test_staggered_motions_take_turns_as_in_manims_groups(lag):
    def parts(fade, group):
        return [fade(part) for part in (group[0], *group[1])]

    def nested(group):
        first, *others = parts(fade_in, group)
        spans = staggered(staggered(*others, lag=0.6), first, lag=lag)
        return in_time(spans)

    def manims(group):
        first, *others = parts(FadeIn, group)
        return LaggedStart(AnimationGroup(*others, lag_ratio=0.6), first, lag_ratio=lag)

    mine, other = shapes(), shapes()
    animations, whole = nested(mine), manims(other)
    for animation in (*animations, whole):
        animation.begin()
    for alpha in np.linspace(0, 1, 23):
        for animation in (*animations, whole):
            animation.interpolate(alpha)
        assert_same(mine, other)


def test_what_is_introduced_stands_in_manims_order():
    def play(introduced):
        scene, (old, moved, new, newer) = Scene(), (Dot() for _ in range(4))
        scene.add(old)
        animations = [fade_in(new), Restyle(moved, fill="#abcdef"), fade_in(newer), fade_out(old)]
        if introduced:
            introduce(scene, animations)
        scene.add_mobjects_from_animations(animations)
        for animation in animations:
            animation._setup_scene(scene)
        return [(old, moved, new, newer).index(one) for one in scene.mobjects]

    with tempconfig({"dry_run": True, "verbosity": "ERROR"}):
        assert play(introduced=True) == play(introduced=False) == [0, 1, 2, 3]


def test_a_group_takes_the_place_of_its_parts_when_both_are_introduced():
    with tempconfig({"dry_run": True, "verbosity": "ERROR"}):
        scene, group = Scene(), VGroup(Dot(), Dot())
        introduce(scene, [fade_in(group[0]), fade_in(group), fade_in(group[1])])
        assert scene.mobjects == [group]


def test_a_twin_shares_nothing_that_an_animation_changes():
    label = Typesetter().number("+0.125", 40, "#112233", "x[0,0]").put(400, 300)
    made = twin(label)
    assert (made.text, made.ref, made.size, made.advance) == ("+0.125", "x[0,0]", 40, label.advance)
    before = drawn(label)
    made.set_fill("#ffffff", 0.1).set_stroke("#ffffff", 3).shift(UP).add(Dot())
    for now, then in zip(drawn(label), before, strict=True):
        for left, right in zip(now, then, strict=True):
            np.testing.assert_array_equal(left, right)
