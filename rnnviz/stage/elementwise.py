"""The panel of an element-wise step: every unit's numbers, and bars that show their sizes."""

from decimal import Decimal

from manim import Line, Rectangle

from rnnviz.diagram import Box
from rnnviz.equations import is_named, symbol, worked
from rnnviz.ops import ACTIVATIONS
from rnnviz.rounding import number, relation
from rnnviz.stage.bars import LABEL_ROOM, Bars
from rnnviz.stage.canvas import UNIT, at
from rnnviz.stage.curve import Curve
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Part, Pen, row
from rnnviz.stage.strip import is_partial, strip
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

BARS_UP_TO = 3  # units; with more there is only room for one bar beside each row
NARROWEST = 70.0  # room for bars beside the rows
TOP, BOTTOM = 282.0, 960.0
STRIP = 100.0  # height of what shows the whole vector where only some units have a row
SIGNS = {"add": "+", "mul": "×"}
WORDS = {"mul": "product", "add": "sum", "linear": "recurrent", "matmul": "recurrent"}
Term = tuple[list[Label], Decimal | None]  # what is written, and what it comes to exactly


class Elementwise(Panel):
    """The rows of a beat without a focus: each number and bar comes when its value is known.

    What the beat makes on the way to its value, such as f ⊙ c on the way to c, is written out.
    """

    def __init__(self, pen: Pen, beat: Beat) -> None:
        super().__init__(grouped())
        self.pen, self.name, self.t = pen, beat.equation, beat.t
        self.cell = pen.board.trace.cell
        self.step = self.cell.step(self.name)
        self.made = {
            arg
            for arg in self.step.args
            if arg in beat.reveals and self._is_made(arg) and self.step.op in SIGNS
        }
        self.units = pen.board.trace.shown(self.name)
        self.standing = grouped()
        count = len(self.units)
        few = count <= BARS_UP_TO
        self.bottom = BOTTOM - (STRIP if is_partial(pen, self.name) else 0.0)
        curved = self.step.op in ACTIVATIONS
        most = 64.0 if curved else 330.0 if few else 84.0 if count > 5 else 150.0
        pitch = min(most, (330.0 if curved else self.bottom - TOP) / count)
        size = 36.0 if few else max(26.0, min(34.0, pitch * 0.62))
        size = min([size, *(self._fitting(unit, size) for unit in self.units)])
        ends = [sum(one.advance + 9.0 for one in self._line(k, size)) for k in self.units]
        self.bars_from = LEFT + self._indent() + max(ends) + 12.0
        for place, unit in enumerate(self.units):
            y = TOP + place * pitch
            self._row(unit, y, size)
            if few and not curved:
                self._bars(unit, y + 28, min(54.0, (pitch - 95) / (len(self.step.args) + 1)))
            elif not curved and RIGHT - self.bars_from > NARROWEST:
                self._bar(unit, y - 0.3 * size, 0.5 * min(pitch, 50.0))
        if curved:
            self._curve(TOP + count * pitch)
        if is_partial(pen, self.name):
            self._strip()
        self.first = [self.standing]
        self.group.add(self.standing, *(part.shape for part in self.parts))

    def _is_made(self, name: str) -> bool:
        step = self.cell.step(name) if name in self.cell.names else None
        return step is not None and step.op in ("mul", "tanh") and not is_named(self.cell, name)

    # Rows

    def _fitting(self, unit: int, size: float) -> float:
        """Return the size at which a row fits beside its unit's name, at least 24."""
        labels = self._line(unit, size)
        gaps = 9.0 * len(labels)
        wide = sum(label.advance for label in labels)
        return max(24.0, size * min(1.0, (RIGHT - LEFT - self._indent() - gaps) / wide))

    def _indent(self) -> float:
        return 40.0 if self.made else 110.0 if len(self.units) <= BARS_UP_TO else 84.0

    def _row(self, unit: int, y: float, size: float) -> None:
        text = str(unit + 1) if self.made else f"unit {unit + 1}"
        self.standing.add(self.pen.note(text, max(22.0, size * 0.72)).put(LEFT, y))
        labels = row(self._line(unit, size), LEFT + self._indent(), y, 9.0)
        *before, sign, result = labels
        for label in before:
            self.parts.append(Part(label, self._needs(label)))
        self.parts += [Part(sign, (self.name,)), Part(result, (self.name,))]

    def _needs(self, label: Label) -> tuple[str, ...]:
        """Return the value whose number this is; a sign comes with all operands."""
        return (label.ref.partition("[")[0],) if label.ref else self._operands(self.name)

    def _operands(self, name: str) -> tuple[str, ...]:
        args = self.cell.step(name).args
        return tuple(
            leaf for arg in args for leaf in (self._operands(arg) if arg in self.made else (arg,))
        )

    def _line(self, unit: int, size: float) -> list[Label]:
        """Return one unit's whole line, not yet placed."""
        pen = self.pen
        line = worked(pen.board.trace, self.name, unit, self.t, pen.board.b, pen.board.digits)
        labels, exact = self._term(self.name, unit, size)
        sign = relation(exact, line.result) if self.made else line.relation
        result = self._number(self.name, line.result, unit, size)
        return [*labels, pen.sign(sign, size), result]

    def _term(self, name: str, unit: int, size: float) -> Term:
        """Return what makes a value in numbers."""
        pen, op, args = self.pen, self.cell.step(name).op, self.cell.step(name).args
        line = worked(pen.board.trace, name, unit, self.t, pen.board.b, pen.board.digits)
        if op == "one_minus":
            number_ = self._number(args[0], line.operands[0], unit, size)
            return [pen.sign("1", size), pen.sign("−", size), number_], None
        if op in ACTIVATIONS:
            inner = self._number(args[0], f"({line.operands[0]})", unit, size)
            return [pen.function(op, size, pen.theme.ink), inner], None
        labels: list[Label] = []
        exact: list[Decimal | None] = []
        for k, (arg, text) in enumerate(zip(args, line.operands, strict=True)):
            if arg in self.made:
                inner_labels, value = self._term(arg, unit, size)
            else:
                wrapped = f"({text})" if k and text.startswith("−") else text
                inner_labels = [self._number(arg, wrapped, unit, size)]
                value = None if text[0] in "<>" else number(text)
            labels += [*([pen.sign(SIGNS[op], size)] if k else []), *inner_labels]
            exact.append(value)
        left, right = exact
        if left is None or right is None:
            return labels, None
        return labels, left + right if op == "add" else left * right

    def _number(self, name: str, text: str, unit: int, size: float) -> Label:
        hue = self.pen.theme.hue(name)
        return self.pen.types.number(text, size, hue, f"{name}[{self.t},{unit}]")

    # Bars, strip and curve

    def _bars(self, unit: int, top: float, pitch: float) -> None:
        trace, b = self.pen.board.trace, self.pen.board.b
        names = (*self.step.args, self.name)
        values = (trace[name][self.t, b, k] for name in names for k in self.units)
        reach = max(1.0, *(abs(float(value)) for value in values))
        bars = Bars(self.pen, top, pitch, reach, len(names))
        self.standing.add(bars.axis)
        for k, name in enumerate(names):
            value = float(trace[name][self.t, b, unit])
            drawn = bars.row(k, self._symbol(name), value, self.pen.theme.tint(name))
            self.parts.append(Part(drawn, (name,)))

    def _bar(self, unit: int, y: float, high: float) -> None:
        """Draw one unit's result as a small bar beside its row."""
        trace, b = self.pen.board.trace, self.pen.board.b
        values = trace[self.name][self.t, b]
        reach = max(1.0, *(abs(float(values[k])) for k in self.units))
        signed = self.cell.range(self.name)[0] < 0
        scale = (RIGHT - self.bars_from) / (2 * reach if signed else reach)
        zero = (self.bars_from + RIGHT) / 2 if signed else self.bars_from
        bar = Rectangle(width=max(1.0, abs(values[unit]) * scale) * UNIT, height=high * UNIT)
        bar.move_to(at(zero + values[unit] * scale / 2, y))
        bar.set_fill(self.pen.theme.tint(self.name), 0.85).set_stroke(width=0)
        line = Line(at(zero, y - 0.75 * high), at(zero, y + 0.75 * high))
        self.standing.add(line.set_stroke(self.pen.theme.muted, 1.5))
        self.parts.append(Part(bar, (self.name,)))

    def _strip(self) -> None:
        """Show all units of the result as small bars, those without a row pale."""
        size = self.pen.board.trace[self.name].shape[2]
        box = Box(LEFT + 110, BOTTOM - STRIP + 30, RIGHT - 20, BOTTOM)
        self.standing.add(self.pen.note(f"all {size}").put(LEFT, box.bottom - 24))
        self.parts.append(Part(strip(self.pen, self.name, self.t, box), (self.name,)))

    def _symbol(self, name: str) -> Label:
        """Return a value's symbol, or a word where what it is made of is too long."""
        cell, hue = self.cell, self.pen.theme.hue(name)
        formula, text = symbol(cell, name), symbol(cell, name, "text")
        for size in (28.0, 22.0):
            label = self.pen.types.math(formula, size, hue, text)
            if label.advance <= LABEL_ROOM - 16:
                return label
        if name in ("h_x", "h_h"):
            return self.pen.types.words(f"from {name[2]}", 24, hue)
        return self.pen.types.words(WORDS[cell.step(name).op], 24, hue)

    def _curve(self, top: float) -> None:
        trace, b = self.pen.board.trace, self.pen.board.b
        source = self.step.args[0]
        sums = [float(trace[source][self.t, b, unit]) for unit in self.units]
        values = [float(trace[self.name][self.t, b, unit]) for unit in self.units]
        box = Box(LEFT + 10, max(top, 480.0), RIGHT - 20, self.bottom - 10.0)
        curve = Curve(self.pen, self.step.op, sums, box, self.pen.theme.hue(self.name))
        self.standing.add(curve)
        for x, y in zip(sums, values, strict=True):
            marks = grouped(curve.drop(x, y), curve.dot(x, y))
            self.parts.append(Part(marks, (self.name,)))
