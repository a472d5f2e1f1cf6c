"""The panel of an element-wise step: every unit's numbers, and bars that show their sizes."""

from manim import VGroup

from rnnviz.diagram import Box
from rnnviz.equations import symbol, worked
from rnnviz.ops import ACTIVATIONS
from rnnviz.stage.bars import LABEL_ROOM, Bars
from rnnviz.stage.canvas import UNIT
from rnnviz.stage.curve import Curve
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen, row
from rnnviz.stage.strip import is_partial, strip
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

BARS_UP_TO = 3  # units; with more there is only room for the numbers
TOP, BOTTOM = 282.0, 960.0
STRIP = 100.0  # height of what shows the whole vector where only some units have a row
WORDS = {"mul": "product", "add": "sum", "linear": "recurrent", "matmul": "recurrent"}


class Elementwise(Panel):
    """The rows of a beat without a focus: the operands stand first, the results follow."""

    def __init__(self, pen: Pen, beat: Beat) -> None:
        super().__init__(VGroup())
        self.pen, self.name, self.t = pen, beat.equation, beat.t
        self.step = pen.board.trace.cell.step(self.name)
        self.units = pen.board.trace.shown(self.name)
        self.operands, self.bars = VGroup(), VGroup()
        self.outcomes, self.result_bars = VGroup(), VGroup()
        count = len(self.units)
        few = count <= BARS_UP_TO
        self.bottom = BOTTOM - (STRIP if is_partial(pen, self.name) else 0.0)
        curved = self.step.op in ACTIVATIONS
        most = 64.0 if curved else 330.0 if few else 84.0 if count > 5 else 150.0
        pitch = min(most, (330.0 if curved else self.bottom - TOP) / count)
        size = 36.0 if few else max(26.0, min(34.0, pitch * 0.62))
        for place, unit in enumerate(self.units):
            y = TOP + place * pitch
            self._row(unit, y, size)
            if few and not curved:
                self._bars(unit, y + 28, min(54.0, (pitch - 95) / (len(self.step.args) + 1)))
        if curved:
            self._curve(TOP + count * pitch)
        if is_partial(pen, self.name):
            self._strip()
        self.first = [self.operands, self.bars]
        self.results = [self.outcomes, self.result_bars]
        self.group.add(*self.first, *self.results)

    def _row(self, unit: int, y: float, size: float) -> None:
        pen = self.pen
        line = worked(pen.board.trace, self.name, unit, self.t, pen.board.b, pen.board.digits)
        operands = [
            self._number(name, f"({text})" if wrap else text, unit, size)
            for k, (name, text) in enumerate(zip(self.step.args, line.operands, strict=True))
            for wrap in [line.op in ACTIVATIONS or (k == 1 and text.startswith("−"))]
        ]
        if line.op == "one_minus":
            labels = [pen.sign("1", size), pen.sign("−", size), *operands]
        elif line.op in ACTIVATIONS:
            labels = [pen.function(line.op, size, pen.theme.ink), *operands]
        else:
            sign = pen.sign({"add": "+", "mul": "×"}[line.op], size)
            labels = [operands[0], sign, operands[1]]
        number = pen.note(f"unit {unit + 1}", max(22.0, size * 0.72)).put(LEFT, y)
        row(labels, LEFT + 110, y, 9.0)
        end = labels[-1].get_right()[0] / UNIT + 960.0
        self.operands.add(number, *labels)
        result = self._number(self.name, line.result, unit, size)
        self.outcomes.add(*row([pen.sign(line.relation, size), result], end + 14, y, 12.0))

    def _number(self, name: str, text: str, unit: int, size: float) -> Label:
        hue = self.pen.theme.hue(name)
        return self.pen.types.number(text, size, hue, f"{name}[{self.t},{unit}]")

    def _bars(self, unit: int, top: float, pitch: float) -> None:
        trace, b = self.pen.board.trace, self.pen.board.b
        names = (*self.step.args, self.name)
        values = (trace[name][self.t, b, k] for name in names for k in self.units)
        reach = max(1.0, *(abs(float(value)) for value in values))
        bars = Bars(self.pen, top, pitch, reach, len(names))
        self.bars.add(bars.axis)
        for k, name in enumerate(names):
            value = float(trace[name][self.t, b, unit])
            drawn = bars.row(k, self._symbol(name), value, self.pen.theme.hue(name))
            (self.result_bars if name == self.name else self.bars).add(drawn)

    def _strip(self) -> None:
        """Show all units of the result as small bars, those without a row pale."""
        size = self.pen.board.trace[self.name].shape[2]
        box = Box(LEFT + 110, BOTTOM - STRIP + 30, RIGHT - 20, BOTTOM)
        self.operands.add(self.pen.note(f"all {size}").put(LEFT, box.bottom - 24))
        self.result_bars.add(strip(self.pen, self.name, self.t, box))

    def _symbol(self, name: str) -> Label:
        """Return a value's symbol, or a word where what it is made of is too long."""
        cell, hue = self.pen.board.trace.cell, self.pen.theme.hue(name)
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
        self.bars.add(curve)
        for x, y in zip(sums, values, strict=True):
            self.result_bars.add(curve.drop(x, y), curve.dot(x, y))
