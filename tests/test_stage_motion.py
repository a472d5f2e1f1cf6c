"""What moves on its way: numbers on screen are true in between, and end where they belong."""

import numpy as np
import pytest
from manim import tempconfig

import rnnviz as rv
from picture import view
from rnnviz.ops import OPS
from rnnviz.rounding import number, show
from rnnviz.scene_list import load_scene
from rnnviz.stage.flight import Fly, fly_away
from rnnviz.stage.formula import formula, leaves
from rnnviz.stage.pen import Pen
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.stage.worked import WorkedExample
from rnnviz.storyboard import walk
from rnnviz.theme import LIGHT
from rnnviz.video.render import at_once

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
        targets = [builder.build().mobject.target for builder in shown.light([first])]
        assert len(targets) == len(hues)
        kept = {
            shape
            for shape, target in zip(hues, targets, strict=True)
            if str(target.get_fill_color().to_hex()).lower() == hues[shape].lower()
        }
        assert set(shown.parts[first]) <= kept
        assert not kept & {shape for name in set(others) - {first} for shape in shown.parts[name]}
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
