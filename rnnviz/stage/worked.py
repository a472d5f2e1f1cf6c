"""The worked example: one neuron's products, biases, sum, place on the curve and value."""

from manim import Line, VGroup

from rnnviz.diagram import Box
from rnnviz.equations import subscript, symbol
from rnnviz.rounding import ALMOST, number, relation, total
from rnnviz.rounding import product as exactly
from rnnviz.scalars import Neuron, Ref, neuron
from rnnviz.stage.bars import Bars
from rnnviz.stage.canvas import at
from rnnviz.stage.curve import Curve
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen, joined, row
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

WEIGHT, TIMES, OPERAND, EQUALS, PRODUCT = 262.0, 288.0, 408.0, 440.0, 572.0
MARKS = {"sigmoid": "sigma", "tanh": "tanh"}


class WorkedExample(Panel):
    """The panel of a beat with a focus; its parts appear one after another.

    ``head`` stands first, ``weights`` and ``operands`` are the rows, ``products`` fly in from
    their wires, then ``biases`` and ``sums``; ``curve``, ``drop``, ``dot`` and ``result`` follow
    where the neuron has an activation.
    """

    def __init__(self, pen: Pen, beat: Beat) -> None:
        super().__init__(VGroup())
        assert beat.focus is not None
        self.pen, self.beat = pen, beat
        self.name, self.unit = beat.focus.name, beat.focus.unit
        self.hue = pen.theme.hue(self.name)
        self.params = pen.board.trace.cell.params
        self.neuron: Neuron = neuron(pen.board.trace, self.name, self.unit, beat.t, pen.board.b)
        self.head, self.weights, self.biases = VGroup(), VGroup(), VGroup()
        self.products: list[Label] = []
        self.sums, self.result = VGroup(), VGroup()
        rows = len(self.neuron.products) + len(self.neuron.biases) + 1
        self.pitch = min(47.0, (500.0 if rows > 14 else 440.0) / rows)
        self.size = max(24.0, min(32.0, self.pitch * 0.76))
        y = self._rows(282.0)
        self.sum_label = self._sum(y)
        self.curve: Curve | None = None
        if self.neuron.activation is not None:
            self._curve(y + self.pitch)
        else:
            self._parts(y + 10)
        self.group.add(self.head, self.weights, *self.products, self.biases, self.sums)
        self.first = [self.head, self.weights]
        if self.curve is not None:
            self.group.add(self.curve, self.drop, self.dot)
            self.first.append(self.curve)
        self.group.add(self.result)

    def _rows(self, y: float) -> float:
        pen, size = self.pen, self.size
        for x, text in ((WEIGHT, "weight"), (OPERAND, "value"), (PRODUCT, "product")):
            self.head.add(pen.note(text).put(x, y - self.pitch + 2, "right"))
        for product in self.neuron.products:
            operand = product.right_ref
            named = operand if product.left_ref.name in self.params else product.left_ref
            if named is operand:
                self.head.add(self._operand_symbol(named, size, self.pitch).put(LEFT, y))
            else:
                text = f"{named.name} × rec."  # a gate on the recurrent part, which has no letter
                self.head.add(pen.types.words(text, 24, pen.theme.hue(named.name)).put(LEFT, y))
            hue = pen.theme.hue(operand.name)
            left = self._left(product.left_ref.name, product.left, product.left_ref.index)
            right = pen.value(operand.name, operand.index[0], self.beat.t, size, hue)
            ref = f"{left.ref}*{right.ref}"
            result = pen.plain(product.product, size, ref)
            sign = relation(exactly(left.text, right.text), result.text)
            self.weights.add(
                left.put(WEIGHT, y, "right"),
                pen.sign("×", size).put(TIMES, y, "centre"),
                right.put(OPERAND, y, "right"),
                pen.sign(sign, size).put(EQUALS, y, "centre"),
            )
            self.products.append(result.put(PRODUCT, y, "right"))
            y += self.pitch
        for bias in self.neuron.biases:
            ref = f"{bias.ref.name}[{self.unit}]"
            self.biases.add(
                self._bias_symbol(bias.ref.name, size).put(LEFT, y),
                pen.plain(bias.value, size, ref).put(PRODUCT, y, "right"),
            )
            y += self.pitch
        return y

    def _operand_symbol(self, ref: Ref, size: float, pitch: float) -> Label:
        """Return x_(t,1), or x₁ where the rows are too close for a low subscript."""
        if pitch >= 34.0:
            return self.pen.unit_symbol(ref.name, ref.index[0], size)
        old = "old " if ref.name.endswith("_prev") else ""
        text = old + ref.name.removesuffix("_prev") + subscript(ref.index[0])
        return self.pen.types.words(text, size, self.pen.theme.hue(ref.name))

    def _left(self, name: str, value: float, index: tuple[int, ...]) -> Label:
        if name in self.params:
            return self.pen.plain(value, self.size, f"{name}[{','.join(map(str, index))}]")
        return self.pen.value(name, index[0], self.beat.t, self.size, self.pen.theme.hue(name))

    def _sum(self, y: float) -> Label:
        pen = self.pen
        y += max(0.0, 34.0 - self.pitch)
        level = y - self.pitch + self.pitch * 0.32
        rule = Line(at(LEFT, level), at(PRODUCT, level)).set_stroke(pen.theme.muted, 1.5)
        y += 5
        ref = self.name if self.neuron.activation is None else f"{self.name}_pre"
        label = pen.plain(self.neuron.sum, self.size, f"{ref}[{self.beat.t},{self.unit}]")
        terms = [label.text for label in (*self.products, *self.biases) if label.ref]
        sign = relation(total(terms), label.text)
        self.sums.add(
            rule,
            pen.note("sum", self.size).put(LEFT, y),
            pen.sign(sign, self.size).put(EQUALS, y, "centre"),
            label.put(PRODUCT, y, "right"),
        )
        return label

    def _curve(self, y: float) -> None:
        pen, made = self.pen, self.neuron
        assert made.activation is not None
        bottom = 915.0
        top = max(y + 18, bottom - 210)
        box = Box(LEFT + 10, top, RIGHT - 20, bottom)
        self.curve = Curve(pen, made.activation, [made.sum], box, self.hue)
        self.drop = self.curve.drop(made.sum, made.value)
        self.dot = self.curve.dot(made.sum, made.value)
        mark, shown = MARKS[made.activation], self.sum_label.text
        self.value_label = pen.value(self.name, self.unit, self.beat.t, 34)
        parts = [
            pen.unit_symbol(self.name, self.unit, 34),
            pen.sign("=" if abs(float(number(shown)) - made.sum) < 1e-12 else ALMOST, 34),
            pen.types.math(mark, 34, pen.theme.ink, made.activation),
            pen.plain(made.sum, 34, self.sum_label.ref, wrap=True),
            *([] if self.value_label.text[0] in "<>" else [pen.sign(ALMOST, 34)]),
            self.value_label,
        ]
        self.result.add(*row(parts, LEFT, bottom + 50, 7))

    def _parts(self, y: float) -> None:
        """Show what each term adds to a sum that has no activation, as bars under the rows."""
        pen, made = self.pen, self.neuron
        self.value_label = self.sum_label
        terms = [(product.right_ref, product.product) for product in made.products]
        reach = max(1.0, abs(made.sum), *(abs(value) for _, value in terms))
        count = len(terms) + len(made.biases) + 1
        bars = Bars(pen, y + 24, min(54.0, (955.0 - y - 50) / count), reach, count)
        self.result.add(bars.axis)
        for k, (ref, value) in enumerate(terms):
            symbol_ = self._operand_symbol(ref, 26, bars.pitch)
            label = pen.types.words("w ×", 24, pen.theme.muted)
            label = joined(label, symbol_)
            self.result.add(bars.row(k, label, value, pen.theme.hue(ref.name)))
        for bias in made.biases:
            label = self._bias_symbol(bias.ref.name, 26)
            self.result.add(bars.row(len(terms), label, bias.value, pen.theme.muted))
        label = pen.note("sum", 26)
        self.result.add(bars.row(count - 1, label, made.sum, self.hue))

    def _bias_symbol(self, name: str, size: float) -> Label:
        formula = symbol(self.pen.board.trace.cell, name)
        return self.pen.types.math(formula, size, self.pen.theme.ink, name)
