"""The hand-placed diagrams: boxes apart, wires that end at nodes and equal the steps' arguments."""

from dataclasses import replace

import pytest

import rnnviz as rv
from rnnviz.diagram import PILL_WIDTH, Box, dependencies
from rnnviz.placement import place
from variants import VARIANTS

SIZES = [(inputs, hidden) for inputs in range(1, 9) for hidden in range(1, 9)]
every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)


@every_variant
def test_every_size_passes_its_own_check(cell):
    for inputs, hidden in SIZES:
        place(cell, inputs, hidden).check()


@every_variant
def test_wires_equal_step_dependencies_both_ways(cell):
    drawn = place(cell, 3, 2)
    wires = {(wire.source, wire.target) for wire in drawn.wires if wire.target != "next"}
    owner = {step: node.name for node in drawn.nodes for step in node.steps}
    used = {
        (owner.get(arg, arg), owner[step.name])
        for step in cell.steps
        for arg in step.args
        if arg not in cell.params and owner.get(arg, arg) != owner[step.name]
    }
    assert wires == used == dependencies(drawn)


@every_variant
def test_every_step_has_one_node_and_every_next_state_a_way_out(cell):
    drawn = place(cell, 3, 2)
    steps = [step for node in drawn.nodes for step in node.steps]
    assert sorted(steps) == sorted(step.name for step in cell.steps)
    assert {wire.source for wire in drawn.wires if wire.target == "next"} == set(cell.next_state)


@every_variant
def test_every_box_stands_within_the_height_of_the_cell(cell):
    for inputs, hidden in SIZES:
        drawn = place(cell, inputs, hidden)
        for name, box in drawn.boxes():
            within = drawn.boundary.top <= box.top <= box.bottom <= drawn.boundary.bottom
            assert within, (inputs, hidden, name)


def crossings(drawn):
    """Return the boxes that a weight's wire passes on its way, ends aside."""
    found = set()
    for wire in (wire for wire in drawn.wires if wire.kind == "dense"):
        ends = (wire.source, wire.target)
        for source in range(drawn.node(wire.source).units):
            (x0, y0), (x1, y1) = drawn.pill(wire.source, source), drawn.pill(wire.target, 0)
            x0, x1 = x0 + PILL_WIDTH / 2, x1 - PILL_WIDTH / 2
            for name, box in drawn.boxes():
                for k in range(101):
                    x, y = x0 + k / 100 * (x1 - x0), y0 + k / 100 * (y1 - y0)
                    inside = box.left < x < box.right and box.top < y < box.bottom
                    if inside and name not in ends:
                        found.add((wire.source, wire.target, name))
    return found


@pytest.mark.parametrize("name", ["rnn-tanh-2-dense", "lstm-2-True", "gru-before-replace-2"])
def test_no_weights_wire_passes_through_another_box(name):
    for inputs, hidden in [(1, 1), (3, 2), (8, 1), (8, 4), (1, 8), (8, 8)]:
        assert crossings(place(VARIANTS[name], inputs, hidden)) == set(), (inputs, hidden)


def test_a_weights_wire_through_a_box_is_seen():
    drawn = place(VARIANTS["rnn-tanh-2-dense"], 3, 2)
    u, s = drawn.node("u"), drawn.node("s")
    moved = [replace(n, x=s.x + 120, y=s.y) if n is u else n for n in drawn.nodes]
    assert crossings(replace(drawn, nodes=tuple(moved))) == {("s", "h", "u")}


def test_what_z_does_says_where_it_goes():
    keeps, replaces = (place(VARIANTS[f"gru-after-{kind}-2"], 3, 2) for kind in ("keep", "replace"))

    def wires(drawn):
        return {(wire.source, wire.target) for wire in drawn.wires}

    assert {("z", "zh"), ("z_not", "zn")} <= wires(keeps)
    assert {("z", "zn"), ("z_not", "zh")} <= wires(replaces)
    assert not {("z", "zn"), ("z_not", "zh")} & wires(keeps)


def test_the_cell_state_runs_straight_through():
    drawn = place(rv.CELLS["lstm"], 3, 2)
    through = [wire for wire in drawn.wires if (wire.source, wire.target) in
               {("c_prev", "fc"), ("fc", "c"), ("c", "next")}]  # fmt: skip
    assert len({y for wire in through for _, y in wire.points}) == 1
    assert through[0].points[0][0] < through[1].points[0][0] < through[2].points[0][0]


def broken(change):
    drawn = place(rv.CELLS["lstm"], 3, 2)
    return change(drawn)


def without_a_wire(drawn):
    return replace(drawn, wires=drawn.wires[1:])


def with_a_false_wire(drawn):
    return replace(drawn, wires=(*drawn.wires, replace(drawn.wires[0], target="tanh_c")))


def with_a_moved_node(drawn):
    moved = [replace(n, x=n.x - 30) if n.name == "i" else n for n in drawn.nodes]
    return replace(drawn, nodes=tuple(moved))


def with_nodes_on_each_other(drawn):
    i = drawn.node("i")
    moved = [replace(n, x=i.x, y=i.y + 10) if n.name == "g" else n for n in drawn.nodes]
    return replace(drawn, nodes=tuple(moved))


def with_a_wire_into_nowhere(drawn):
    wires = [
        replace(w, points=(*w.points[:-1], (w.points[-1][0] + 30, w.points[-1][1])))
        if (w.source, w.target) == ("f", "fc")
        else w
        for w in drawn.wires
    ]
    return replace(drawn, wires=tuple(wires))


def with_a_wire_through_a_node(drawn):
    wires = []
    for w in drawn.wires:
        if (w.source, w.target) == ("o", "h"):
            (x0, y0), (x1, y1) = w.points[0], w.points[-1]
            ig = drawn.frame("ig")
            level = (ig.top + ig.bottom) / 2
            w = replace(w, points=((x0, y0), (x0 + 8, y0), (x0 + 8, level), (x1, level), (x1, y1)))
        wires.append(w)
    return replace(drawn, wires=tuple(wires))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_a_wire, "wires differ from the steps"),
        (with_a_false_wire, "wires differ from the steps"),
        (with_a_moved_node, "does not start at its frame|overlaps"),
        (with_nodes_on_each_other, "overlaps"),
        (with_a_wire_into_nowhere, "does not reach its end"),
        (with_a_wire_through_a_node, "runs through"),
    ],
)
def test_the_check_finds_a_planted_fault(change, message):
    with pytest.raises(rv.RnnvizError, match=message):
        broken(change).check()


@pytest.mark.parametrize(("inputs", "hidden"), [(0, 2), (9, 2), (3, 0), (3, 9)])
def test_sizes_that_cannot_be_drawn_are_refused(inputs, hidden):
    with pytest.raises(rv.RnnvizError, match="wanted 1 to 8, for which the picture has room"):
        place(rv.CELLS["gru"], inputs, hidden)


def test_boxes_know_their_edges():
    box = Box(10, 20, 30, 40)
    assert box.on_edge((10, 25))
    assert box.on_edge((22, 40))
    assert not box.on_edge((20, 30))
    assert not box.on_edge((10, 50))
    assert box.overlaps(Box(29, 39, 50, 50))
    assert not box.overlaps(Box(30, 20, 50, 40))
    assert box.overlaps(Box(31, 20, 50, 40), gap=3)
