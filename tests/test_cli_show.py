import re
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from rnnviz import CELLS, Cell, Params, trace
from rnnviz.cli import cli
from rnnviz.cli.worked import worked_unit
from rnnviz.params import NAMES
from rnnviz.rounding import number, show
from variants import VARIANTS

FORGET_GATE = """\
LSTM · {convention}
T = 3 timesteps, B = 1 sample, I = 3 inputs, H = 2 hidden units

t = 1, unit 1: Forget gate
f_t = σ(W_if x_t + b_if + W_hf h_(t−1) + b_hf)
  W_if[1,1] × x[1]      −0.020 ×  0.400 = −0.008
  W_if[1,2] × x[2]       0.500 × −0.700 = −0.350
  W_if[1,3] × x[3]      −0.210 ×  1.000 = −0.210
  W_hf[1,1] × h_prev[1] −0.210 × −0.100 =  0.021
  W_hf[1,2] × h_prev[2]  1.170 × −0.300 = −0.351
  b_if[1]                                 −0.320
  b_hf[1]                                 −0.230
  sum                                   = −1.448
  f[1] = σ(−1.448)                      ≈  0.190
"""


def run(*args: str) -> Result:
    result = CliRunner().invoke(cli, ["show", *args])
    assert (result.exit_code, result.stderr) == (0, "")
    return result


def tables(text: str) -> dict[int, dict[str, list[str]]]:
    """Return the shown numbers by timestep and value, joining tables of the same timestep."""
    found: dict[int, dict[str, list[str]]] = {}
    for line in text.splitlines():
        if head := re.match(r"t = (\d+) ", line):
            rows = found.setdefault(int(head[1]), {})
        elif found and line:
            name, *rest = line.split()
            numbers = [word for word in rest if re.fullmatch(r"[<>]?−?\d+\.\d+(e\d+)?", word)]
            rows.setdefault(name, []).extend(numbers)
    return found


def save(path, cell: str, inputs: int, hidden: int, scale: float = 1.0) -> Params:
    rng, rows = np.random.default_rng(0), len(CELLS[cell].gates) * hidden
    shapes = ((rows, inputs), (rows, hidden), (rows,), (rows,))
    arrays = {name: scale * rng.normal(size=s) for name, s in zip(NAMES, shapes, strict=True)}
    np.savez(path, **arrays)
    return Params(**arrays)


@pytest.mark.parametrize("digits", [1, 3, 9])
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_every_number_of_the_trace_is_shown(cell, digits) -> None:
    expected = trace(cell)
    found = tables(run(cell, "--digits", str(digits)).stdout)
    assert sorted(found) == [1, 2, 3]
    for t, rows in found.items():
        assert tuple(rows) == expected.names
        for name, row in rows.items():
            within = expected.cell.range(name)
            assert row == [show(v, digits, within=within) for v in expected[name][t - 1, 0]]


def test_the_head_says_sizes_and_convention() -> None:
    lines = run("gru", "--steps", "1", "--hidden-size", "4").stdout.splitlines()
    assert lines[0] == f"GRU · {CELLS['gru'].convention}"
    assert lines[1] == "T = 1 timestep, B = 1 sample, I = 3 inputs, H = 4 hidden units"


def test_one_timestep() -> None:
    assert list(tables(run("lstm", "--t", "2").stdout)) == [2]
    assert tables(run("LSTM", "--t", "2").stdout)[2] == tables(run("lstm").stdout)[2]


def test_wide_weights_are_shown_in_several_tables(tmp_path) -> None:
    params = save(tmp_path / "w.npz", "lstm", 40, 25)
    np.save(tmp_path / "x.npy", np.linspace(-1, 1, 80).reshape(2, 40))
    args = ("lstm", "--weights", str(tmp_path / "w.npz"), "--input", str(tmp_path / "x.npy"))
    text = run(*args).stdout
    expected = trace("lstm", np.load(tmp_path / "x.npy"), params)
    for t, rows in tables(text).items():
        for name, row in rows.items():
            assert len(row) == expected[name].shape[2]
            within = expected.cell.range(name)
            assert row == [show(v, within=within) for v in expected[name][t - 1, 0]]
    assert max(map(len, text.splitlines())) <= 100


def test_saturated_gates_never_show_as_0_or_1(tmp_path) -> None:
    params = save(tmp_path / "w.npz", "gru", 3, 2, scale=8.0)
    expected = trace("gru", params=params)
    assert all(((expected[key] > 0) & (expected[key] < 1)).all() for key in ("r", "z"))
    rows = tables(run("gru", "--weights", str(tmp_path / "w.npz")).stdout)
    gates = {number for t in rows for key in ("r", "z") for number in rows[t][key]}
    assert gates & {"<0.0001", ">0.9999"}
    assert not gates & {"0.000", "1.000"}


def test_the_output_is_plain_without_a_terminal(monkeypatch) -> None:
    text = run("lstm").stdout
    assert "\x1b" not in text
    assert not re.search(r"[\u2500-\u257f]", text)
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("lstm").stdout == text


def test_one_gate_worked() -> None:
    text = run("lstm", "--t", "1", "--unit", "1", "--gate", "f").stdout
    assert text == FORGET_GATE.format(convention=CELLS["lstm"].convention)


def check_rows(lines: list[str]) -> int:
    """Check each product and sum with = or ≈ against its numbers; return how many were exact."""
    exact, terms = 0, []
    for line in lines:
        words = line.split()
        if re.match(r"  \S+\[.*\] × \S+\[", line):
            left, sign, right, relation, result = words[3:]
            assert sign == "×"
            holds = number(left) * number(right) == number(result)
        elif re.match(r"  b_", line):
            terms.append(number(words[1]))
            continue
        elif re.match(r"  (sum|[nh]_[hx]\[\d\]) +[=≈]", line):
            relation, result = words[1:]
            holds = sum(terms, Decimal(0)) == number(result)
        else:
            terms = []
            continue
        assert relation == ("=" if holds else "≈"), line
        exact += holds
        terms = [*terms, number(result)] if " × " in line else []
    return exact


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize("digits", ["2", "3", "5"])
def test_shown_sums_add_up_or_are_marked(cell, digits) -> None:
    for unit in ("1", "2"):
        lines = run(cell, "--unit", unit, "--digits", digits).stdout.splitlines()
        assert check_rows(lines) > 0
    gates = len(CELLS[cell].gates)
    assert sum(line.startswith("  sum ") for line in lines) == 3 * gates
    assert sum(" ≈ " in line for line in lines) > 0


def test_each_product_of_every_gate_is_named() -> None:
    text = run("gru", "--unit", "2", "--t", "1").stdout
    for key in "rzn":
        for k in (1, 2, 3):
            assert f"W_i{key}[2,{k}] × x[{k}] " in text
        for k in (1, 2):
            assert f"W_h{key}[2,{k}] × h_prev[{k}] " in text
    assert "r[2] × n_h[2] " in text


def test_what_is_made_of_the_gates_is_worked_too() -> None:
    text = run("lstm", "--unit", "2", "--t", "3").stdout
    values = trace("lstm").at(t=2)
    state = text[text.index("unit 2: state") :]
    assert [line.split("[")[0].strip() for line in state.splitlines()[3:]] == [
        *("fc", "ig", "c", "tanh_c", "h")
    ]
    f, c_prev, fc = (show(values[name][1]) for name in ("f", "c_prev", "fc"))
    right = f"({c_prev})" if c_prev.startswith("−") else c_prev
    line = re.search(r"fc\[2\] = f\[2\] ⊙ c_prev\[2\] +(.*) [=≈] +(\S+)$", state, re.MULTILINE)
    assert line is not None
    assert line.groups() == (f"{f} × {right}", fc)
    assert "state" not in run("lstm", "--unit", "2", "--gate", "o").stdout


def worked_text(cell: Cell, unit: int = 0) -> str:
    """Return what is worked out for one unit of a variant's demo at t = 1."""
    console = Console(file=StringIO(), width=100, markup=False, highlight=False)
    tr = trace(cell)
    gates = tuple(gate.key for gate in cell.gates)
    for part in worked_unit(tr, 0, unit, gates, 3, rest=True):
        console.print(part)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", VARIANTS)
def test_each_variant_is_worked_with_the_weights_that_it_has(name) -> None:
    cell = VARIANTS[name]
    lines = [line.rstrip() for line in worked_text(cell).splitlines()]
    assert check_rows(lines) > 0
    rows = [line.split()[0] for line in lines if line.startswith("  ")]
    used = {re.sub(r"\[.*", "", row) for row in rows if row[0] in "Wbp"}
    assert used == set(cell.params)
    made = {re.sub(r"\[.*", "", row) for row in rows}
    gates = {gate.key for gate in cell.gates}
    inside = {f"{key}_{part}" for key in gates for part in ("x", "h", "c", "pre")}
    summed = {"rn"}  # a product of n's sum, shown as one of its rows
    assert {step.name for step in cell.steps} - inside - summed <= made


def test_what_a_gate_looks_at_comes_before_it() -> None:
    text = worked_text(VARIANTS["lstm-2-True"])
    order = ["Candidate", "c[1] = fc[1] + ig[1]", "Output gate", "p_o[1] × c[1]", "tanh_c[1] ="]
    places = [text.index(found) for found in order]
    assert places == sorted(places)
    before = worked_text(VARIANTS["gru-before-keep-2"])
    assert before.index("rh[2] = r[2] ⊙ h_prev[2]") < before.index("W_hn[1,2] × rh[2]")
    dense = worked_text(VARIANTS["rnn-tanh-2-dense"])
    order = ["h_x[2] ", "u[2] = relu(", "s[2] = u[2] + h_prev[2]", "W_hh[1,2] × s[2]", "b_hh[1]"]
    assert [dense.index(found) for found in order] == sorted(dense.index(found) for found in order)
    assert "u[1] = relu(−1.136)                     =  0.000" in dense


def test_a_negative_state_is_a_value_and_no_option() -> None:
    assert tables(run("rnn", "--h0", "-0.1,0.3").stdout)[1]["h_prev"] == ["−0.100", "0.300"]
