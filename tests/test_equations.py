"""Steps as mathematics: both notations say what the trace computed, and worked lines are true.

``tests/snapshots/equations.txt`` holds every equation of every cell in both notations. After a
change that is meant, write it again with ``python tests/test_equations.py`` and read the diff.
"""

import re
from decimal import Decimal
from math import inf, tanh
from pathlib import Path

import numpy as np
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.cells import CELLS
from rnnviz.equations import Worked, equation, expression, is_named, subscript, symbol, worked
from test_tracing import traces
from variants import VARIANTS, traced

SNAPSHOT = Path(__file__).parent / "snapshots" / "equations.txt"
STEPS = [(cell, step.name) for cell in CELLS.values() for step in cell.steps]
every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def snapshot():
    lines = []
    for cell in CELLS.values():
        lines.append(f"# {cell.title}: {cell.convention}\n")
        for step in cell.steps:
            for markup in ("text", "typst"):
                lines.append(
                    f"{cell.name:4} {step.name:6} {markup:5} {equation(cell, step.name, markup)}"
                )
            lines.append("")
    for name, cell in VARIANTS.items():
        if cell not in CELLS.values():
            lines.append(f"# {cell.title}: {cell.convention}\n")
            made = [step.name for step in cell.steps if is_named(cell, step.name)]
            lines += [f"{name} {equation(cell, value, 'text')}" for value in made]
            lines.append("")
    return "\n".join(lines)


def test_every_equation_is_as_committed():
    assert snapshot() == SNAPSHOT.read_text(encoding="utf-8")


def sigma(v):
    return 0.5 * (1 + np.tanh(v / 2))


# Symbols: what is written is what was computed


def evaluated(cell, text, env):
    """Evaluate a plain-text expression with ``env``: name of a value or parameter -> array."""
    names = {symbol(cell, name, "text"): name for name in env if is_named(cell, name)}
    longest_first = "|".join(re.escape(s) for s in sorted(names, key=len, reverse=True))
    code = re.sub(longest_first, lambda match: names[match[0]], text)
    code = re.sub(r"(W_\w+) (\w+|\([^()]+\))", r"(\1 @ \2)", code)
    code = code.replace("⊙", "*").replace("−", "-").replace("σ", "sigma")
    assert re.fullmatch(r"[\w @*+()-]+", code), code
    functions = {"sigma": sigma, "tanh": np.tanh, "relu": lambda v: v * (v > 0)}
    return eval(code, {**functions, "__builtins__": {}}, dict(env))


@given(tr=traces(steps=2, batch=2, size=3), data=st.data())
def test_the_written_expression_evaluates_to_the_traced_value(tr, data):
    cell = tr.cell
    t = data.draw(st.integers(0, tr.sizes["T"] - 1))
    b = data.draw(st.integers(0, tr.sizes["B"] - 1))
    env = {**tr.params.blocks(cell), **tr.at(t, b)}
    for step in cell.steps:
        value = evaluated(cell, expression(cell, step.name, "text"), env)
        np.testing.assert_allclose(value, tr[step.name][t, b], rtol=1e-11, atol=1e-12)


@every_variant
def test_the_written_expression_of_a_variant_evaluates_to_the_traced_value(cell):
    tr = traced(cell, seed=5)
    env = {**tr.params.blocks(cell), **tr.at(1)}
    for step in cell.steps:
        value = evaluated(cell, expression(cell, step.name, "text"), env)
        np.testing.assert_allclose(value, tr[step.name][1, 0], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    ("cell", "name"),
    [*STEPS, *((cell, name) for cell in VARIANTS.values() for name in cell.next_state)],
    ids=lambda v: getattr(v, "name", v),
)
def test_typst_and_text_say_the_same(cell, name):
    written = equation(cell, name, "typst")
    written = re.sub(r"([Wb])_\((\w) (\w)\)", r"\1_\2\3", written)
    written = re.sub(r"([bp])_\((\w)\)", r"\1_\2", written).replace('op("relu")', "relu")
    for state in cell.states:
        written = written.replace(symbol(cell, state, "typst"), symbol(cell, state, "text"))
    written = written.replace("sigma(", "σ(").replace("dot.o", "⊙").replace(" - ", " − ")
    assert written == equation(cell, name, "text")


@every_variant
def test_typst_sets_every_equation(cell):
    written = "\n".join(f"$ {equation(cell, step.name)} $" for step in cell.steps)
    page = f"#set page(width: auto, height: auto)\n{written}"
    assert b"<svg" in typst.compile(page.encode(), format="svg")


@every_cell
def test_typst_sets_every_symbol(cell):
    named = [name for name in (*cell.names, *cell.params) if is_named(cell, name)]
    page = "\n".join(f"$ {symbol(cell, name)} $" for name in named)
    assert b"<svg" in typst.compile(page.encode(), format="svg")


@every_variant
@pytest.mark.parametrize("markup", ["typst", "text"])
def test_letters_are_unique(cell, markup):
    letters = [
        symbol(cell, name, markup) for name in (*cell.names, *cell.params) if is_named(cell, name)
    ]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(
    ("cell", "name", "text"),
    [
        ("rnn", "h", "h_t = tanh(W_ih x_t + b_ih + W_hh h_t−1 + b_hh)"),
        ("lstm", "f", "f_t = σ(W_if x_t + b_if + W_hf h_t−1 + b_hf)"),
        ("lstm", "c", "c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t"),
        ("lstm", "h", "h_t = o_t ⊙ tanh(c_t)"),
        ("gru", "n", "n_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_t−1 + b_hn))"),
        ("gru", "h", "h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_t−1"),
        ("lstm", "fc", "f_t ⊙ c_t−1"),
    ],
)
def test_the_equations_of_pytorchs_documentation(cell, name, text):
    cell = CELLS[cell]
    for state in cell.states:  # however the previous timestep is written
        text = text.replace(f"{state[0]}_t−1", symbol(cell, state, "text"))
    assert equation(cell, name, "text") == text


@every_variant
def test_paint_meets_every_symbol_once_and_in_place(cell):
    for step in cell.steps:
        met = []

        def paint(name, written, met=met):
            met.append((name, written))
            return f"<{name}>"

        painted = equation(cell, step.name, "text", paint)
        assert re.findall(r"<(\w+)>", painted) == [
            name for name, _ in (met[-1:] + met[:-1] if is_named(cell, step.name) else met)
        ]
        for name, written in met:
            assert written == symbol(cell, name, "text")
            painted = painted.replace(f"<{name}>", written)
        assert painted == equation(cell, step.name, "text")


def test_an_unknown_value_is_refused():
    with pytest.raises(rv.RnnvizError, match="got 'q'"):
        equation(CELLS["lstm"], "q")


def test_people_count_from_1():
    assert [subscript(k) for k in (0, 1, 8, 9)] == ["₁", "₂", "₉", "₁₀"]


# Worked lines: parsed here from their text, by other means than those that wrote them

NUMBER = r"([<>]?−?\d+(?:\.\d+)?(?:e\d+)?)"
FORMS = {
    "add3": re.compile(
        rf"{NUMBER} \+ (?:\()?{NUMBER}(?:\))? \+ (?:\()?{NUMBER}(?:\))? ([=≈]) {NUMBER}"
    ),
    "add": re.compile(rf"{NUMBER} \+ (?:\()?{NUMBER}(?:\))? ([=≈]) {NUMBER}"),
    "mul": re.compile(rf"{NUMBER} × (?:\()?{NUMBER}(?:\))? ([=≈]) {NUMBER}"),
    "one_minus": re.compile(rf"1 − {NUMBER} ([=≈]) {NUMBER}"),
    "sigmoid": re.compile(rf"σ\({NUMBER}\) ([=≈]) {NUMBER}"),
    "tanh": re.compile(rf"tanh\({NUMBER}\) ([=≈]) {NUMBER}"),
    "relu": re.compile(rf"relu\({NUMBER}\) ([=≈]) {NUMBER}"),
}
CORNERS = {
    "add3": lambda a, b, c: a + b + c,
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "one_minus": lambda a: 1 - a,
    "sigmoid": sigma,
    "tanh": tanh,
    "relu": lambda v: max(v, v * 0),
}


def decimal(text):
    return Decimal(text.lstrip("<>").replace("−", "-"))


def interval(text):
    """All that a shown number may stand for: half a unit each way, or from a bound to an end."""
    value = decimal(text)
    if text.startswith("<"):
        return (0.0 if value > 0 else -1.0, float(value))
    if text.startswith(">"):
        return (float(value), 1.0)
    half = float(Decimal(1).scaleb(value.as_tuple().exponent) / 2)
    return (float(value) - half, float(value) + half)


def parsed(line):
    """(op, operands, relation, result) of a line of plain text."""
    for op, form in FORMS.items():
        match = form.fullmatch(line)
        if match:
            *operands, sign, result = match.groups()
            return op, operands, sign, result
    raise AssertionError(f"not a worked line: {line}")


def possible(op, operands):
    """The lowest and highest result of operands that were rounded to what is shown."""
    intervals = [interval(text) for text in operands]
    corners = [()]
    for low, high in intervals:
        corners = [(*corner, end) for corner in corners for end in (low, high)]
    results = [float(CORNERS[op](*corner)) for corner in corners]
    return min(results, default=-inf), max(results, default=inf)


@given(tr=traces(steps=2, batch=2, size=3), digits=st.integers(1, 4), data=st.data())
def test_a_worked_line_is_true(tr, digits, data):
    t = data.draw(st.integers(0, tr.sizes["T"] - 1))
    b = data.draw(st.integers(0, tr.sizes["B"] - 1))
    unit = data.draw(st.integers(0, tr.sizes["H"] - 1))
    check_lines(tr, unit, t, b, digits)


@every_variant
@pytest.mark.parametrize("digits", [1, 3])
def test_a_worked_line_of_a_variant_is_true(cell, digits):
    tr = traced(cell, seed=5)
    for unit, t in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        check_lines(tr, unit, t, 0, digits)


def check_lines(tr, unit, t, b, digits):
    """Each line of numbers shows values of the trace, and says = exactly where it is exact."""
    blocks = tr.params.blocks(tr.cell)
    for step in tr.cell.steps:
        if step.op in ("linear", "matmul"):
            continue
        line = worked(tr, step.name, unit, t, b, digits).text()
        op, operands, sign, result = parsed(line)
        assert op == step.op

        # nothing is invented: each number stands for a value of the trace
        names = (*step.args, step.name)
        for name, text in zip(names, (*operands, result), strict=True):
            low, high = interval(text)
            value = blocks[name][unit] if name in blocks else tr[name][t, b, unit]
            assert low - 1e-12 <= value <= high + 1e-12, (line, name)

        # the formula, evaluated with the shown operands, gives the shown result
        low, high = possible(op, operands)
        shown_low, shown_high = interval(result)
        slack = 1e-12 * (1 + abs(low) + abs(high))
        assert low - slack <= shown_high, line
        assert shown_low <= high + slack, line

        # and = is said exactly where that holds to the last digit
        exact = None
        if op not in ("sigmoid", "tanh") and not any(s[0] in "<>" for s in (*operands, result)):
            exact = CORNERS[op](*(decimal(text) for text in operands)) == decimal(result)
        assert (sign == "=") == bool(exact), line


@given(tr=traces(steps=1, batch=1, size=2))
def test_pieces_make_the_line_and_a_negative_right_side_has_parentheses(tr):
    for step in tr.cell.steps:
        if step.op == "linear":
            continue
        line = worked(tr, step.name, 0, 0)
        assert line.text() == " ".join((*line.parts(), line.relation, line.result))
        if step.op in ("add", "mul") and line.operands[1].startswith("−"):
            assert line.parts()[2] == f"({line.operands[1]})"
        assert "+ −" not in line.text()
        assert "× −" not in line.text()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Worked("fc", 0, "mul", ("0.500", "−0.400"), "=", "−0.200"), "0.500 × (−0.400) = −0.200"),
        (Worked("c", 0, "add", ("−0.200", "0.100"), "=", "−0.100"), "−0.200 + 0.100 = −0.100"),
        (Worked("z_not", 0, "one_minus", ("0.300",), "=", "0.700"), "1 − 0.300 = 0.700"),
        (Worked("f", 0, "sigmoid", ("−1.543",), "≈", "0.176"), "σ(−1.543) ≈ 0.176"),
        (Worked("g", 0, "tanh", ("0.250",), "≈", "0.245"), "tanh(0.250) ≈ 0.245"),
        (Worked("u", 0, "relu", ("−0.250",), "=", "0.000"), "relu(−0.250) = 0.000"),
        (
            Worked("i_pre", 0, "add3", ("0.500", "−0.200", "−0.100"), "=", "0.200"),
            "0.500 + (−0.200) + (−0.100) = 0.200",
        ),
        (
            Worked("n_h", 0, "matmul", ("0.500", "−0.200", "−0.1", "0.5"), "=", "−0.150"),
            "0.500 × (−0.200) + (−0.1) × 0.5 = −0.150",
        ),
    ],
)
def test_worked_text(line, text):
    assert line.text() == text


def test_a_saturated_gate_is_no_exact_operand():
    params = rv.Params(np.full((4, 1), 20.0), np.zeros((4, 1)))
    tr = rv.trace("lstm", [[1.0]], params, c0=[0.5])
    line = worked(tr, "fc", 0, 0)
    assert line.text() == ">0.9999 × 0.500 ≈ 0.500"


def test_a_linear_step_in_numbers():
    line = worked(rv.trace("lstm"), "f_h", 0, 0)
    assert line.text() == "−0.210 × (−0.100) + 1.170 × (−0.300) + (−0.230) = −0.560"


@given(tr=traces(steps=2, batch=1, size=4), digits=st.integers(1, 4))
def test_a_linear_line_adds_up_or_says_that_it_does_not(tr, digits):
    for step in tr.cell.steps:
        if step.op != "linear":
            continue
        line = worked(tr, step.name, 0, 0, digits=digits)
        left, sign, result = re.split(r" ([=≈]) ", line.text())
        terms = [term.strip("()") for term in re.split(r" \+ ", left)]
        assert len(terms) == len(tr.neuron(step.name, 0, 0).products) + 1
        exact, low, high = Decimal(0), 0.0, 0.0
        for term in terms:
            factors = [factor.strip("()") for factor in term.split(" × ")]
            left, right = factors if len(factors) == 2 else (factors[0], None)
            exact += decimal(left) * (decimal(right) if right else 1)
            ends = possible("mul", (left, right)) if right else interval(left)
            low, high = low + ends[0], high + ends[1]
        assert (sign == "=") == (exact == decimal(result)), line.text()
        shown_low, shown_high = interval(result)
        slack = 1e-9 * (1 + abs(low) + abs(high))
        assert low - slack <= shown_high, line.text()
        assert shown_low <= high + slack, line.text()


@every_variant
def test_every_line_of_numbers_is_typst(cell):
    tr = traced(cell)
    lines = [worked(tr, step.name, 1, 1).typst() for step in cell.steps]
    assert not set("×≈σ−") & set("".join(lines))
    page = "\n".join(["#set page(width: auto, height: auto)", *(f"${line}$" for line in lines)])
    assert typst.compile(page.encode(), format="svg").startswith(b"<svg")


@pytest.mark.parametrize(
    ("unit", "t", "b"), [(2, 0, 0), (-1, 0, 0), (0, 3, 0), (0, -1, 0), (0, 0, 1)]
)
def test_an_index_out_of_range_is_refused(unit, t, b):
    with pytest.raises(rv.RnnvizError, match="wanted 0 to"):
        worked(rv.trace("lstm"), "fc", unit, t, b)


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")
