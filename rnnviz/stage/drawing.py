"""The diagram as manim objects: what stands, what lights up and where numbers go."""

from collections.abc import Sequence

from manim import VGroup, VMobject

from rnnviz.diagram import PILL_WIDTH, Box, Node, Point, Wire
from rnnviz.equations import equation, is_named, symbol
from rnnviz.ops import ACTIVATIONS
from rnnviz.scalars import Neuron, Rest
from rnnviz.stage.canvas import arrow_head, canvas_box, middle, polyline, rounded, segments
from rnnviz.stage.numbering import is_numbered, numbers, room
from rnnviz.stage.pen import Pen
from rnnviz.stage.shapes import operation, weight_line
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat
from rnnviz.theme import mix

THIN, WIRE, LIT, FAN = 1.2, 2.2, 4.0, 1.6
MANY, PALE = 160, 0.6  # with more dense wires each is paler, so that they make no pattern


class Drawing:
    """All shapes of one diagram, by the names of its nodes and wires.

    ``standing`` is what never changes, ``wires`` are by (source, target), ``frames`` and
    ``circles`` by node, ``pills`` by (node, unit), and ``numbers`` hold what is shown now.
    """

    def __init__(self, pen: Pen) -> None:
        self.pen, self.board, self.theme, self.types = pen, pen.board, pen.theme, pen.types
        self.diagram = pen.board.diagram
        self.pill_height = self.diagram.pitch - max(2.0, min(8.0, self.diagram.pitch * 0.14))
        self.number_size = max(24.0, min(34.0, self.diagram.pitch * 0.6))
        wires = self.diagram.wires
        self.dense = {(wire.source, wire.target) for wire in wires if wire.kind == "dense"}
        self.wires: dict[tuple[str, str], VMobject] = {}
        self.frames: dict[str, VMobject] = {}
        self.circles: dict[str, VGroup] = {}
        self.pills: dict[tuple[str, int], VMobject] = {}
        self.numbers: dict[tuple[str, int], Label] = {}
        self.standing = grouped(self._boundary(), *self._dense())
        self.wiring, self.changing, self.notes = grouped(), grouped(), grouped()
        for wire in self.diagram.wires:
            if wire.kind == "vector":
                self.wiring.add(self._wire(wire))
        for node in self.diagram.nodes:
            self._node(node)

    @property
    def parts(self) -> tuple[VGroup, ...]:
        """All of the picture but the numbers, from the ground up."""
        return self.standing, self.wiring, self.changing, self.notes

    def raise_wire(self, source: str, target: str) -> None:
        """Draw a wire over those that it has a part of its way in common with."""
        wire = self.wires[source, target]
        self.wiring.submobjects.remove(wire)
        self.wiring.submobjects.append(wire)

    # What stands

    def _boundary(self) -> VMobject:
        box = rounded(self.diagram.boundary, 28)
        box.set_fill(self.theme.cell, 1).set_stroke(self.theme.faint, 2)
        return box

    def _dense(self) -> list[VMobject]:
        pairs = []
        for wire in self.diagram.wires:
            if wire.kind == "dense":
                for source in self.shown(wire.source):
                    for target in self.shown(wire.target):
                        pairs.append(self.dense_ends(wire.source, source, wire.target, target))
        width = 0.7 * min(1.0, (80 / max(1, len(pairs))) ** 0.5)  # many wires are no wall
        colour = mix(self.theme.cell, self.theme.faint, 1.0 if len(pairs) <= MANY else PALE)
        return [segments(pairs).set_stroke(colour, width)] if pairs else []

    def shown(self, name: str) -> Sequence[int]:
        """Return the units that have a pill, from the top."""
        return self.board.trace.shown(name)

    def pill(self, name: str, unit: int) -> Point:
        """Return the centre of one unit's pill."""
        return self.diagram.pill(name, self.shown(name).index(unit))

    def dense_ends(self, source: str, k: int, target: str, j: int) -> tuple[Point, Point]:
        """Return where the wire of weight (j, k) starts and ends: pill edge to pill edge."""
        (x0, y0), (x1, y1) = self.pill(source, k), self.pill(target, j)
        return (x0 + PILL_WIDTH / 2, y0), (x1 - PILL_WIDTH / 2, y1)

    def _wire(self, wire: Wire) -> VMobject:
        line = polyline(wire.points).set_stroke(self.theme.faint, WIRE)
        self.wires[wire.source, wire.target] = line
        if wire.target != "next":
            return line
        head = arrow_head(*wire.points[-1]).set_fill(self.theme.faint, 1).set_stroke(width=0)
        group = grouped(line, head)
        self.wires[wire.source, wire.target] = group
        return group

    def _node(self, node: Node) -> None:
        if node.mark_at is not None:
            stub = polyline(self.diagram.stub(node.name)).set_stroke(self.theme.faint, WIRE)
            self.wires[node.name, node.name] = stub
            self.circles[node.name] = operation(self.pen, node.mark, node.mark_at)
            self.wiring.add(stub)
            self.changing.add(self.circles[node.name])
        frame = rounded(self.diagram.frame(node.name), 18)
        frame.set_fill(self.theme.background, 1).set_stroke(self.theme.faint, THIN)
        self.frames[node.name] = frame
        self.changing.add(frame)
        for unit in self.shown(node.name):
            x, y = self.pill(node.name, unit)
            half_x, half_y = PILL_WIDTH / 2, self.pill_height / 2
            pill = rounded(Box(x - half_x, y - half_y, x + half_x, y + half_y), half_y)
            pill.set_fill(self.theme.cell, 1).set_stroke(self.theme.faint, THIN)
            self.pills[node.name, unit] = pill
            self.changing.add(pill)
        if node.label != "none":
            self._name(node)
        if node.label == "right":
            self.standing.add(*self._activation(node))
        if is_numbered(self.pen, node):
            self.standing.add(*numbers(self.pen, node))

    def _name(self, node: Node) -> None:
        """Write a node's name; one among wires stands on a plate that these pass under."""
        label = self._label(node)
        if node.label not in ("below", "over"):
            self.standing.add(label)
            return
        box = canvas_box(label)
        plate = rounded(Box(box.left - 4, box.top - 4, box.right + 4, box.bottom + 4), 4)
        self.notes.add(plate.set_fill(self.theme.cell, 1).set_stroke(width=0), label)

    def _label(self, node: Node) -> Label:
        cell, hue = self.diagram.cell, self.theme.hue(node.name)
        frame = self.diagram.frame(node.name)
        if is_named(cell, node.name):
            formula, text = symbol(cell, node.name), symbol(cell, node.name, "text")
        else:
            formula, text = equation(cell, node.name), equation(cell, node.name, "text")
        if node.label == "left":
            label, right = self.types.math(formula, 34, hue, text), frame.left - 14
            if is_numbered(self.pen, node):
                right, width = room(self.pen, node)
                size = max(20.0, 34 * min(1.0, width / label.advance))
                label = self.types.math(formula, size, hue, text)
            return label.put(right, node.y + 10, "right")
        if node.label == "right":
            # on the wire's upper side; the carried state's wire may run above the centre
            y = min(node.y, self._leaving(node.name)) - 15
            return self.types.math(formula, 32, hue, text).put(frame.right + 10, y)
        if node.label == "above":
            return self.types.math(formula, 34, hue, text).put(node.x, frame.top - 16, "centre")
        if node.label == "under":
            return self.types.math(formula, 34, hue, text).put(node.x, frame.bottom + 34, "centre")
        y = frame.top - 13 if node.label == "over" else frame.bottom + 27
        return self.types.math(formula, 26, hue, text).put(node.x, y, "centre")

    def _activation(self, node: Node) -> list[Label]:
        """Return the sign of a gate's activation beside its name."""
        step = self.diagram.cell.step(node.name)
        if step.op not in ACTIVATIONS or node.mark:
            return []
        after = self._label(node)
        sign = self.pen.function(step.op, 24, self.theme.muted)
        x = self.diagram.frame(node.name).right + 10 + after.advance + 9
        bends = [wire.points[1][0] for wire in self._to_the_right(node.name)]
        if bends and x + sign.advance > min(bends) - 6:  # no room on the wire: under it
            return [sign.put(self.diagram.frame(node.name).right + 10, node.y + 28)]
        return [sign.put(x, min(node.y, self._leaving(node.name)) - 15)]

    def _leaving(self, name: str) -> float:
        starts = [wire.points[0][1] for wire in self._to_the_right(name)]
        return min(starts, default=self.diagram.node(name).y)

    def _to_the_right(self, name: str) -> list[Wire]:
        """Return the vector wires that leave a node's frame on its right side."""
        right = self.diagram.frame(name).right
        wires = (wire for wire in self.diagram.wires if wire.source == name and wire.points)
        return [wire for wire in wires if abs(wire.points[0][0] - right) < 1]

    # What is shown now

    def number(self, name: str, unit: int, t: int) -> Label:
        """Return the number of one pill in its place, not yet on the screen."""
        size = self.number_size
        room = PILL_WIDTH - 10
        label = self.pen.value(name, unit, t, size)
        if label.advance > room:
            size = max(24.0, size * room / label.advance)
            label = self.pen.value(name, unit, t, size)
        x, y = self.pill(name, unit)
        return label.put(x, y + size * 0.325, "centre")

    def term_origins(self, made: Neuron) -> list[Point]:
        """Return where each term comes from: the middle of its wire, a pill, a corner.

        Without a wire of its own it comes from the pill that it is in, or the one that a peephole
        looks at; the corner is that of the stack which shows only some of the vector.
        """
        origins: list[Point] = []
        name, unit = made.ref.name, made.ref.index[0]
        for term in made.terms:
            if isinstance(term, Rest):
                frame = self.diagram.frame(term.source)
                origins.append((frame.left, frame.bottom))
                continue
            source, k = term.right_ref.name, term.right_ref.index[0]
            if (source, name) in self.dense:
                (x0, y0), (x1, y1) = self.dense_ends(source, k, name, unit)
                origins.append(((x0 + x1) / 2, (y0 + y1) / 2))
            elif term.left_ref.name in self.diagram.cell.params:
                origins.append(self.pill(source, k))
            else:
                factors = (term.left_ref.name, source)
                made_by = {step.args: step.name for step in self.diagram.cell.steps}
                origins.append(self.pill(made_by[factors], unit))
        return origins

    def home(self, label: Label) -> Point | None:
        """Return where the value that a label shows stands in the diagram; None if nowhere."""
        name, _, index = label.ref.partition("[")
        unit = index.rstrip("]").rpartition(",")[2]
        number = self.numbers.get((name, int(unit))) if unit.isdecimal() else None
        return None if number is None else middle(number)

    def fan(self, name: str, unit: int) -> VMobject:
        """Return all wires that bring weighted values to one unit, with no points if none do."""
        pairs = [
            self.dense_ends(source, k, name, unit)
            for source, target in self.dense
            if target == name
            for k in self.shown(source)
        ]
        width = FAN * min(1.0, (12 / max(1, len(pairs))) ** 0.5)
        return segments(sorted(pairs)).set_stroke(self.theme.hue(name), width)

    def pill_fill(self, name: str, unit: int, t: int) -> str:
        """Return the fill that a value gives its pill: stronger the larger it is."""
        value = float(self.board.trace[name][t, self.board.b, unit])
        return self.theme.fill(name, abs(value))


def focus_wires(drawing: Drawing, beat: Beat) -> VGroup:
    """Return the wires of the neuron in focus, drawn by the size and the sign of their weights."""
    group = grouped()
    if beat.focus is None:
        return group
    made = drawing.board.trace.neuron(beat.focus.name, beat.focus.unit, beat.t, drawing.board.b)
    for product in made.products:
        source, k = product.right_ref.name, product.right_ref.index[0]
        if (source, beat.focus.name) not in drawing.dense:
            continue
        start, end = drawing.dense_ends(source, k, beat.focus.name, beat.focus.unit)
        group.add(weight_line(drawing.theme, start, end, product.left))
    for line in group:
        line.set_stroke(width=line.get_stroke_width() * min(1.0, (8 / len(group)) ** 0.5))
    return group


def bystanders(drawing: Drawing, beat: Beat) -> list[VMobject]:
    """Return the stacks that wires in focus would run over: those at neither of their ends."""
    if beat.focus is None:
        return []
    ends = {beat.focus.name, *(source for source, to in drawing.dense if to == beat.focus.name)}
    return [
        part
        for node in drawing.diagram.nodes
        if node.name not in ends
        for part in (
            drawing.frames[node.name],
            *(drawing.pills[node.name, unit] for unit in drawing.shown(node.name)),
            *(number for (name, _), number in drawing.numbers.items() if name == node.name),
        )
    ]
