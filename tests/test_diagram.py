"""The hand-placed diagrams: boxes apart, wires that end at nodes and equal the steps' arguments."""

from dataclasses import replace

import pytest

import rnnviz as rv
from rnnviz.diagram import Box, dependencies
from rnnviz.placement import place

SIZES = [(inputs, hidden) for inputs in range(1, 9) for hidden in range(1, 9)]


@pytest.mark.parametrize("cell", rv.CELLS.values(), ids=lambda cell: cell.name)
def test_every_size_passes_its_own_check(cell):
    for inputs, hidden in SIZES:
        place(cell, inputs, hidden).check()


@pytest.mark.parametrize("cell", rv.CELLS.values(), ids=lambda cell: cell.name)
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


@pytest.mark.parametrize("cell", rv.CELLS.values(), ids=lambda cell: cell.name)
def test_every_step_has_one_node_and_every_next_state_a_way_out(cell):
    drawn = place(cell, 3, 2)
    steps = [step for node in drawn.nodes for step in node.steps]
    assert sorted(steps) == sorted(step.name for step in cell.steps)
    assert {wire.source for wire in drawn.wires if wire.target == "next"} == set(cell.next_state)


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
