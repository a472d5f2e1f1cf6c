"""The worked example: one neuron's products, biases, sum, place on the curve and value."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from manim import Line, VGroup

from rnnviz.diagram import Box
from rnnviz.equations import is_named, subscript, symbol, worked
from rnnviz.rounding import ALMOST, number, relation, show, total
from rnnviz.rounding import product as exactly
from rnnviz.scalars import Bias, Neuron, Product, Ref, Rest, neuron
from rnnviz.stage.bars import Bars
from rnnviz.stage.canvas import at
from rnnviz.stage.curve import Curve
from rnnviz.stage.formula import leaves
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen, joined, row
from rnnviz.stage.twins import grouped
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

WEIGHT, TIMES, OPERAND, EQUALS, PRODUCT = 262.0, 288.0, 408.0, 440.0, 572.0


@dataclass(frozen=True, eq=False)
class Row:
    """One term of the sum: what names it, its factors with their signs, and what it adds.

    ``symbols`` are those of the equation that the term is written with. A bias and the rest of an
    excerpt have no factors.
    """

    symbols: tuple[str, ...]
    name: VGroup
    factors: tuple[Label, ...]
    signs: tuple[Label, ...]
    result: Label
    value: float


class WorkedExample(Panel):
    """The panel of a beat with a focus; its parts appear one after another.

    ``head`` stands first with the names of the ``terms`` and ``biases`` and the ``curve``; ``sums``
    are the rule and the sum; ``drop``, ``dot`` and ``result`` follow where the neuron has an
    activation, else ``result`` are bars.
    """

    def __init__(self, pen: Pen, beat: Beat) -> None:
        super().__init__(grouped())
        assert beat.focus is not None
        self.pen, self.t = pen, beat.t
        self.name, self.unit = beat.focus.name, beat.focus.unit
        self.hue = pen.theme.hue(self.name)
        self.cell = pen.board.trace.cell
        self.neuron: Neuron = neuron(pen.board.trace, self.name, self.unit, beat.t, pen.board.b)
        self.head, self.sums, self.result = grouped(), grouped(), grouped()
        rows = len(self.neuron.terms) + len(self.neuron.biases) + 1
        high = 520.0 if rows > 20 else 500.0 if rows > 14 else 445.0
        if self.neuron.activation is None:
            high = 400.0  # the bars under the rows are as many
        self.pitch = min(47.0, high / rows)
        self.size = max(24.0, min(32.0, self.pitch * 0.76))
        y = 282.0
        for x, text in ((WEIGHT, "weight"), (OPERAND, "value"), (PRODUCT, "product")):
            self.head.add(pen.note(text).put(x, y - self.pitch + 2, "right"))
        self.terms = [
            self._rest(term, y + k * self.pitch)
            if isinstance(term, Rest)
            else self._product(term, y + k * self.pitch)
            for k, term in enumerate(self.neuron.terms)
        ]
        y += len(self.terms) * self.pitch
        self.biases = [
            self._bias(bias, y + k * self.pitch) for k, bias in enumerate(self.neuron.biases)
        ]
        y += len(self.biases) * self.pitch
        self.head.add(*(row.name for row in (*self.terms, *self.biases)))
        self.sum_label = self._sum(y)
        self.curve: Curve | None = None
        if self.neuron.activation is not None:
            self._curve(y + self.pitch)
        else:
            self._parts(y + 10)
        self.group.add(self.head, self.sums)
        for made in (*self.terms, *self.biases):
            self.group.add(*made.factors, *made.signs, made.result)
        self.first = [self.head]
        if self.curve is not None:
            self.group.add(self.curve, self.drop, self.dot)
            self.first.append(self.curve)
        self.group.add(self.result)

    # Rows

    def _product(self, term: Product, y: float) -> Row:
        pen, size = self.pen, self.size
        operand = term.right_ref
        named = operand if term.left_ref.name in self.cell.params else term.left_ref
        if named is operand:
            name = self._operand_symbol(named, size, self.pitch)
        else:  # a gate on the recurrent part, which has no letter
            name = pen.types.words(f"{named.name} × rec.", 24, pen.theme.hue(named.name))
        left = self._left(term.left_ref.name, term.left, term.left_ref.index)
        right = pen.value(operand.name, operand.index[0], self.t, size, pen.theme.hue(operand.name))
        result = pen.plain(term.product, size, f"{left.ref}*{right.ref}")
        sign = relation(exactly(left.text, right.text), result.text)
        return Row(
            (term.left_ref.name, *leaves(self.cell, operand.name)),
            grouped(name.put(LEFT, y)),
            (left.put(WEIGHT, y, "right"), right.put(OPERAND, y, "right")),
            (pen.sign("×", size).put(TIMES, y, "centre"),
             pen.sign(sign, size).put(EQUALS, y, "centre")),
            result.put(PRODUCT, y, "right"),
            term.product,
        )  # fmt: skip

    def _rest(self, rest: Rest, y: float) -> Row:
        """Write the products that are not shown as one row, whose value is one term of the sum."""
        ref = f"{rest.weight.name}[{self.unit},…]*{rest.source}[{self.t},…]"
        label = self.pen.note(f"{rest.count} more w ×", max(22.0, 0.85 * self.size))
        name = joined(label, self._rest_symbol(rest.source)).put(LEFT, y)
        result = self.pen.plain(rest.value, self.size, ref).put(PRODUCT, y, "right")
        symbols = (rest.weight.name, *leaves(self.cell, rest.source))
        return Row(symbols, grouped(name), (), (), result, rest.value)

    def _bias(self, bias: Bias, y: float) -> Row:
        ref = f"{bias.ref.name}[{self.unit}]"
        name = self._bias_symbol(bias.ref.name, min(self.size, 0.85 * self.pitch)).put(LEFT, y)
        result = self.pen.plain(bias.value, self.size, ref).put(PRODUCT, y, "right")
        return Row((bias.ref.name,), grouped(name), (), (), result, bias.value)

    def _rest_symbol(self, name: str) -> Label:
        """Return h_(t-1), or old h where the rows are too close for a low subscript."""
        hue = self.pen.theme.hue(name)
        if not is_named(self.cell, name):
            return self.pen.types.words(self._factors(name), 24, hue)
        if self.pitch >= 34.0:
            text = symbol(self.cell, name, "text")
            return self.pen.types.math(symbol(self.cell, name), self.size, hue, text)
        text = f"old {name.removesuffix('_prev')}" if name.endswith("_prev") else name
        return self.pen.types.words(text, self.size, hue)

    def _operand_symbol(self, ref: Ref, size: float, pitch: float) -> Label:
        """Return x_(t,1), or x₁ where the rows are too close for a low subscript."""
        hue = self.pen.theme.hue(ref.name)
        if not is_named(self.cell, ref.name):
            text = self._factors(ref.name) + subscript(ref.index[0])
            return self.pen.types.words(text, min(size, 27.0), hue)
        if pitch >= 34.0:
            return self.pen.unit_symbol(ref.name, ref.index[0], size)
        old = "old " if ref.name.endswith("_prev") else ""
        text = old + ref.name.removesuffix("_prev") + subscript(ref.index[0])
        return self.pen.types.words(text, size, hue)

    def _factors(self, name: str) -> str:
        """Return a product that has no letter in short: (r ⊙ h)."""
        return f"({' ⊙ '.join(arg[0] for arg in self.cell.step(name).args)})"

    def _left(self, name: str, value: float, index: tuple[int, ...]) -> Label:
        if name in self.cell.params:
            return self.pen.plain(value, self.size, f"{name}[{','.join(map(str, index))}]")
        return self.pen.value(name, index[0], self.t, self.size, self.pen.theme.hue(name))

    def _bias_symbol(self, name: str, size: float) -> Label:
        return self.pen.types.math(symbol(self.cell, name), size, self.pen.theme.ink, name)

    # Sum and value

    def _sum(self, y: float) -> Label:
        pen = self.pen
        y += max(0.0, 34.0 - self.pitch)
        level = y - self.pitch + self.pitch * 0.32 + 3
        rule = Line(at(LEFT, level), at(PRODUCT, level)).set_stroke(pen.theme.muted, 1.5)
        y += 5
        ref = self.name if self.neuron.activation is None else f"{self.name}_pre"
        self.sum_level = y
        label = pen.plain(self.neuron.sum, self.size, f"{ref}[{self.t},{self.unit}]")
        sign = relation(total([row.result.text for row in (*self.terms, *self.biases)]), label.text)
        self.head.add(rule, pen.note("sum", self.size).put(LEFT, y))
        self.sums.add(
            pen.sign(sign, self.size).put(EQUALS, y, "centre"), label.put(PRODUCT, y, "right")
        )
        return label

    # Numbers on their way

    def subtotal(self, value: float) -> Label:
        """Return what the sum has come to so far, in the sum's place."""
        return self.pen.plain(value, self.size, "").put(PRODUCT, self.sum_level, "right")

    def counting(
        self, before: float, landings: dict[float, float], during: float
    ) -> Callable[[float], Label]:
        """Return the sum at each share of a motion in which terms land and count up.

        ``landings`` are the terms by the share at which each starts to count, for a while.
        """

        def made(share: float) -> Label:
            return self.subtotal(
                before
                + sum(
                    term * min(1.0, max(0.0, (share - start) / during))
                    for start, term in landings.items()
                )
            )

        return made

    def riding(self, share: float) -> VGroup:
        """Return a point of the curve on the way from 0 to the sum: its sum and its value."""
        curve, pen = self.curve, self.pen
        assert curve is not None
        x = share * self.neuron.sum
        y = float(curve.forward(np.array([x]))[0])
        within = self.cell.range(self.name)
        text = show(y, pen.board.digits, signed=within[0] < 0, within=within)
        (place, level), foot = curve.place(x, y), curve.place(x, 0.0)[1]
        value = pen.types.number(text, 26, self.hue).put(place - 14, level - 14, "right")
        under = foot + 30 if y >= 0 else foot - 14
        summed = pen.plain(x, 26, "").put(place, under, "centre")
        for label in (value, summed):
            label.set_stroke(pen.theme.background, 8, background=True)  # over curve and ticks
        return grouped(curve.drop(x, y), curve.dot(x, y), value, summed)

    # The curve, or bars where there is none

    def _curve(self, y: float) -> None:
        pen, made = self.pen, self.neuron
        assert made.activation is not None
        bottom = 905.0
        top = max(y + 18, bottom - 210)
        box = Box(LEFT + 10, top, RIGHT - 20, bottom)
        sums = [self._sum_of(unit) for unit in pen.board.trace.shown(self.name)]
        self.curve = Curve(pen, made.activation, sums, box, self.hue)
        self.drop = self.curve.drop(made.sum, made.value)
        self.dot = self.curve.dot(made.sum, made.value)
        shown, trace = self.sum_label.text, pen.board.trace
        line = worked(trace, self.name, self.unit, self.t, pen.board.b, pen.board.digits)
        self.value_label = pen.value(self.name, self.unit, self.t, 34)
        parts = [
            pen.unit_symbol(self.name, self.unit, 34),
            pen.sign("=" if abs(float(number(shown)) - made.sum) < 1e-12 else ALMOST, 34),
            pen.function(made.activation, 34, pen.theme.ink),
            pen.plain(made.sum, 34, self.sum_label.ref, wrap=True),
            *([] if self.value_label.text[0] in "<>" else [pen.sign(line.relation, 34)]),
            self.value_label,
        ]
        self.result.add(*row(parts, LEFT, 972.0, 7))

    def _sum_of(self, unit: int) -> float:
        source = self.cell.step(self.name).args[0]
        return float(self.pen.board.trace[source][self.t, self.pen.board.b, unit])

    def others(self) -> VGroup:
        """Return the places of the other units on the curve, small."""
        trace, b = self.pen.board.trace, self.pen.board.b
        dots = grouped()
        for unit in trace.shown(self.name):
            if unit != self.unit and self.curve is not None:
                value = float(trace[self.name][self.t, b, unit])
                dots.add(self.curve.dot(self._sum_of(unit), value).scale(0.6))
        return dots

    def _parts(self, y: float) -> None:
        """Show what each term adds to a sum that has no activation, as bars under the rows."""
        pen, made = self.pen, self.neuron
        self.value_label = self.sum_label
        values = [row.value for row in (*self.terms, *self.biases)]
        reach = max(1.0, abs(made.sum), *map(abs, values))
        count = len(values) + 1
        bars = Bars(pen, y + 34, min(72.0, (955.0 - y - 60) / count), reach, count)
        self.result.add(bars.axis)
        size = max(20.0, min(26.0, 0.82 * bars.pitch))
        for k, (term, value) in enumerate(zip(made.terms, values, strict=False)):
            if isinstance(term, Rest):
                label, source = pen.note(f"{term.count} more", size), term.source
            else:
                label = pen.types.words("w ×", size, pen.theme.muted)
                label = joined(label, self._operand_symbol(term.right_ref, size, bars.pitch))
                source = term.right_ref.name
            self.result.add(bars.row(k, label, value, pen.theme.tint(source)))
        for k, bias in enumerate(made.biases, len(made.terms)):
            label = self._bias_symbol(bias.ref.name, size)
            self.result.add(bars.row(k, label, bias.value, pen.theme.muted))
        label = pen.note("sum", size)
        self.result.add(bars.row(count - 1, label, made.sum, pen.theme.tint(self.name)))
