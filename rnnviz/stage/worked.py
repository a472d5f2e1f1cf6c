"""The worked example: one neuron's products, biases, sum, place on the curve and value."""

from manim import Line, VGroup

from rnnviz.diagram import Box
from rnnviz.equations import is_named, subscript, symbol, worked
from rnnviz.rounding import ALMOST, number, relation, total
from rnnviz.rounding import product as exactly
from rnnviz.scalars import Neuron, Ref, Rest, neuron
from rnnviz.stage.bars import Bars
from rnnviz.stage.canvas import at
from rnnviz.stage.curve import Curve
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen, joined, row
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

WEIGHT, TIMES, OPERAND, EQUALS, PRODUCT = 262.0, 288.0, 408.0, 440.0, 572.0


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
        rows = len(self.neuron.terms) + len(self.neuron.biases) + 1
        high = 520.0 if rows > 20 else 500.0 if rows > 14 else 445.0
        if self.neuron.activation is None:
            high = 400.0  # the bars under the rows are as many
        self.pitch = min(47.0, high / rows)
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
        for product in self.neuron.terms:
            if isinstance(product, Rest):
                self._rest(product, y)
                y += self.pitch
                continue
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
                self._bias_symbol(bias.ref.name, min(size, 0.85 * self.pitch)).put(LEFT, y),
                pen.plain(bias.value, size, ref).put(PRODUCT, y, "right"),
            )
            y += self.pitch
        return y

    def _rest(self, rest: Rest, y: float) -> None:
        """Write the products that are not shown as one row, whose value is one term of the sum."""
        weights = f"{rest.weight.name}[{self.unit},…]"
        value = self.pen.plain(rest.value, self.size, f"{weights}*{rest.source}[{self.beat.t},…]")
        label = self.pen.note(f"{rest.count} more w ×", max(22.0, 0.85 * self.size))
        self.weights.add(joined(label, self._rest_symbol(rest.source)).put(LEFT, y))
        self.products.append(value.put(PRODUCT, y, "right"))

    def _rest_symbol(self, name: str) -> Label:
        """Return h_(t-1), or old h where the rows are too close for a low subscript."""
        cell, hue = self.pen.board.trace.cell, self.pen.theme.hue(name)
        if not is_named(cell, name):
            return self.pen.types.words(self._factors(name), 24, hue)
        if self.pitch >= 34.0:
            return self.pen.types.math(
                symbol(cell, name), self.size, hue, symbol(cell, name, "text")
            )
        text = f"old {name.removesuffix('_prev')}" if name.endswith("_prev") else name
        return self.pen.types.words(text, self.size, hue)

    def _operand_symbol(self, ref: Ref, size: float, pitch: float) -> Label:
        """Return x_(t,1), or x₁ where the rows are too close for a low subscript."""
        hue = self.pen.theme.hue(ref.name)
        if not is_named(self.pen.board.trace.cell, ref.name):
            text = self._factors(ref.name) + subscript(ref.index[0])
            return self.pen.types.words(text, min(size, 27.0), hue)
        if pitch >= 34.0:
            return self.pen.unit_symbol(ref.name, ref.index[0], size)
        old = "old " if ref.name.endswith("_prev") else ""
        text = old + ref.name.removesuffix("_prev") + subscript(ref.index[0])
        return self.pen.types.words(text, size, hue)

    def _factors(self, name: str) -> str:
        """Return a product that has no letter in short: (r ⊙ h)."""
        return f"({' ⊙ '.join(arg[0] for arg in self.pen.board.trace.cell.step(name).args)})"

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
        shown, trace = self.sum_label.text, pen.board.trace
        line = worked(trace, self.name, self.unit, self.beat.t, pen.board.b, pen.board.digits)
        self.value_label = pen.value(self.name, self.unit, self.beat.t, 34)
        parts = [
            pen.unit_symbol(self.name, self.unit, 34),
            pen.sign("=" if abs(float(number(shown)) - made.sum) < 1e-12 else ALMOST, 34),
            pen.function(made.activation, 34, pen.theme.ink),
            pen.plain(made.sum, 34, self.sum_label.ref, wrap=True),
            *([] if self.value_label.text[0] in "<>" else [pen.sign(line.relation, 34)]),
            self.value_label,
        ]
        self.result.add(*row(parts, LEFT, bottom + 50, 7))

    def _parts(self, y: float) -> None:
        """Show what each term adds to a sum that has no activation, as bars under the rows."""
        pen, made = self.pen, self.neuron
        self.value_label = self.sum_label
        values = [term.value if isinstance(term, Rest) else term.product for term in made.terms]
        reach = max(1.0, abs(made.sum), *map(abs, values))
        count = len(values) + len(made.biases) + 1
        bars = Bars(pen, y + 24, min(54.0, (955.0 - y - 50) / count), reach, count)
        self.result.add(bars.axis)
        for k, (term, value) in enumerate(zip(made.terms, values, strict=True)):
            if isinstance(term, Rest):
                label, source = pen.note(f"{term.count} more", 24), term.source
            else:
                label = pen.types.words("w ×", 24, pen.theme.muted)
                label = joined(label, self._operand_symbol(term.right_ref, 26, bars.pitch))
                source = term.right_ref.name
            self.result.add(bars.row(k, label, value, pen.theme.hue(source)))
        for bias in made.biases:
            label = self._bias_symbol(bias.ref.name, min(26.0, bars.pitch))
            self.result.add(bars.row(len(values), label, bias.value, pen.theme.muted))
        label = pen.note("sum", 26)
        self.result.add(bars.row(count - 1, label, made.sum, self.hue))

    def _bias_symbol(self, name: str, size: float) -> Label:
        formula = symbol(self.pen.board.trace.cell, name)
        return self.pen.types.math(formula, size, self.pen.theme.ink, name)
