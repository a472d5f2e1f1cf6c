"""The player's panel in a page, and what it shows checked against what Python says."""

import contextlib
import json
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np

import rnnviz as rv
from browser import HOST, opened, recorded
from rnnviz.ops import REALS
from rnnviz.rounding import MINUS, show
from rnnviz.web.module import style
from variants import VARIANTS, traced

PAGE = """<!doctype html><meta charset="utf-8"><title>panel</title><style>{css}
body {{ margin: 0 }} #host {{ padding: 8px }}</style>
<article class="rv-player"><div class="rv-body"><div id="host"></div></div></article>"""
TOOLS = """
window.start = async (text, edit = true) => {
  const [{ Session }, { Panel }, provenance] = await Promise.all(
    ["/session.js", "/panel.js", "/provenance.js"].map((part) => import(part)));
  window.provenance = provenance;
  window.edited = [];
  window.s = new Session(JSON.parse(text));
  window.p = new Panel(s, edit ? { edit: (address) => edited.push(address) } : {});
  for (const type of ["beat", "values", "variant", "view", "picks", "select", "focus"])
    s.on(type, () => p.update());
  host.replaceChildren(p.root);
  p.update();
};
// what stands in a cell or a line, without the mark that says what it is of
window.written = (node) => {
  const copy = node.cloneNode(true);
  for (const mark of copy.querySelectorAll(".rv-p-mark, .rv-p-about")) mark.remove();
  return copy.textContent.trim();
};
window.body = (body) => ({
  via: body.dataset.via ?? "",
  rows: [...body.rows].filter((row) => row.dataset.kind).map((row) => ({
    kind: row.dataset.kind,
    label: row.cells[0].textContent,
    cells: [...row.cells].slice(1).map(written),
    places: [...row.querySelectorAll("[data-place]")].map((one) => one.dataset.place),
  })),
});
window.seen = () => ({
  id: s.beat.id,
  key: s.beat.key,
  t: s.beat.t,
  focus: s.beat.focus,
  title: p.title.textContent,
  text: p.root.textContent,
  numbers: [...p.root.querySelectorAll("[data-place]")]
    .map((one) => [one.dataset.place, one.textContent]),
  lines: [...p.root.querySelectorAll(".rv-p-line")].map(written),
  tables: [...p.root.querySelectorAll(".rv-p-sum")].map((table) => [...table.tBodies].map(body)),
});
// as text, which is sent much faster
window.everyBeat = () => JSON.stringify(s.beats.map((_, k) => (s.go(k), seen())));
0;
"""


@contextlib.contextmanager
def panel_page():
    """A page in which a panel can be started, 420 pixels wide."""
    with opened({"panel.html": PAGE.format(css=style())}, width=420, height=900) as page:
        page.goto(HOST + "panel.html")
        page.evaluate(TOOLS)
        yield page


def start(page, trace, *, edit=True, **options):
    """Show a trace in a panel: ``s`` is its session, ``p`` the panel."""
    page.evaluate("([text, edit]) => start(text, edit)", [recorded(trace, **options), edit])


# What shown numbers say


@dataclass(frozen=True)
class Shown:
    """A shown number: exactly what it says, None for a bound, and all that it may stand for."""

    exact: Decimal | None
    low: float
    high: float

    def __add__(self, other):
        both = self.exact is not None and other.exact is not None
        exact = self.exact + other.exact if both else None
        return Shown(exact, self.low + other.low, self.high + other.high)

    def __mul__(self, other):
        both = self.exact is not None and other.exact is not None
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Shown(self.exact * other.exact if both else None, min(ends), max(ends))


def shown(text: str) -> Shown:
    """Return what one number says: half of its last decimal more or less."""
    found = re.fullmatch(rf"([<>]?)((?:{MINUS}|\+)?\d+(?:\.(\d+))?)", text)
    assert found, f"{text!r} is no shown number"
    bound, number, decimals = found[1], found[2].replace(MINUS, "-"), found[3] or ""
    if bound:  # a gate's, inside 0 and 1 or −1 and 1
        ends = sorted((float(number), float(round(float(number)))))
        return Shown(None, *ends)
    half = 0.5 * 10.0 ** -len(decimals) + 1e-12
    return Shown(Decimal(number), float(number) - half, float(number) + half)


def evaluated(formula: str) -> Shown:
    """Return what a shown formula comes to: a sum of products of numbers and functions."""
    if formula.startswith(f"1 {MINUS} "):
        one = Shown(Decimal(1), 1.0, 1.0)
        return one + Shown(Decimal(-1), -1.0, -1.0) * _factor(formula[4:])
    total = None
    for term in formula.split(" + "):
        product = None
        for factor in term.split(" × "):
            value = _factor(factor)
            product = value if product is None else product * value
        total = product if total is None else total + product
    return total


def _factor(text: str) -> Shown:
    found = re.fullmatch(r"(σ|tanh|relu)\((.*)\)", text)
    if not found:
        return shown(text.strip("()"))
    inner = shown(found[2])
    function = _FUNCTIONS[found[1]]
    exact = max(inner.exact, Decimal(0)) if found[1] == "relu" and inner.exact is not None else None
    return Shown(exact, function(inner.low), function(inner.high))


_FUNCTIONS = {
    "σ": lambda v: 1 / (1 + math.exp(-v)),
    "tanh": math.tanh,
    "relu": lambda v: max(v, 0),
}
_ADDED = ("product", "rest", "bias", "outside")


def check(said: Shown, relation: str, result: str, where: object) -> None:
    """The relation is = where the shown numbers give just the result, else ≈, and near it is."""
    wanted = shown(result)
    is_exact = said.exact is not None and said.exact == wanted.exact
    if wanted.exact is None:
        assert relation in ("", "≈"), where
    else:
        assert relation == ("=" if is_exact else "≈"), (where, said, relation, result)
    assert said.low <= wanted.high, (where, said, result)
    assert wanted.low <= said.high, (where, said, result)


def check_line(line: str, where: object) -> None:
    """A line is ``[=] formula relation result``, or a value alone that is said to be the same."""
    line = re.sub(r"^[=≈] ", "", line)
    left, sign, result = re.fullmatch(r"(.*?) ([=≈]? ?)([<>]?[^ ]+)", line).groups()
    check(evaluated(left), sign.strip(), result, (where, line))


def check_table(bodies: list, where: object) -> None:
    """Every row's product and every sum of a table hold."""
    added = []
    for body in bodies:
        rows = body["rows"]
        terms = [row["cells"][-1] for row in rows if row["kind"] in _ADDED]
        for row in rows:
            cells = [cell for cell in row["cells"] if cell]
            *left, relation, result = cells if len(cells) > 1 else ("", "", *cells)
            at = (where, row)
            if row["kind"] == "product":
                check(evaluated(" ".join(left).replace("( ", "(")), relation, result, at)
            elif row["kind"] == "part":
                check(evaluated(" ".join(left)), relation, result, at)
            elif row["kind"] == "sum":
                check(_total(terms), relation, result, at)
                terms = [result]
            elif row["kind"] == "total":
                check(_total(added), relation, result, at)
        added += terms


def _total(texts: list[str]) -> Shown:
    total = Shown(Decimal(0), 0.0, 0.0)
    for text in texts:
        total = total + shown(text)
    return total


# What Python says


@dataclass(frozen=True, eq=False)
class Truth:
    """A trace, its gradients and how many digits: what a place must show."""

    trace: rv.Trace
    gradients: rv.Gradients
    digits: int = 3

    def value(self, place: str) -> tuple[float, tuple[float, float]]:
        """Return the number at a place of the panel, and its range."""
        name, index = re.fullmatch(r"(\w+)\[([\d,]+)\]", place).groups()
        at = tuple(map(int, index.split(",")))
        cell = self.trace.cell
        if name in cell.params:
            return float(self.trace.params.blocks(cell)[name][at]), REALS
        t, unit = at
        if name in cell.names:
            return float(self.trace[name][t, 0, unit]), cell.range(name)
        return float(self.gradients[name.removeprefix("d")][t, 0, unit]), REALS

    def texts(self, value: float, within: tuple[float, float] = REALS) -> set[str]:
        """Return how a number may be shown: a browser may differ from numpy in the last bit."""
        near = (value - 1e-12, value, value + 1e-12)
        signs = (False, True) if within[0] < 0 else (False,)  # + stands in tables
        return {show(v, self.digits, signed=s, within=within) for v in near for s in signs}

    def check(self, seen) -> None:
        """All numbers with a place, and all products, are those of Python."""
        for place, text in seen["numbers"]:
            assert text in self.texts(*self.value(place)), (seen["id"], place, text)
        for body in (body for bodies in seen["tables"] for body in bodies):
            for row in body["rows"]:
                if row["kind"] == "product" and len(row["places"]) == 2:
                    left, right = (self.value(place)[0] for place in row["places"])
                    assert row["cells"][-1] in self.texts(left * right), (seen["id"], row)

    def check_paths(self, seen) -> None:
        """What comes back through each step is that of Gradients.paths."""
        for bodies in seen["tables"]:
            *parts, total = bodies
            place = total["rows"][0]["places"][0]
            name, t, unit = re.fullmatch(r"d(\w+)\[(\d+),(\d+)\]", place).groups()
            paths = self.gradients.paths(name)
            for part in parts:
                via = part["via"].partition("@")[0]
                value = float(paths[via][int(t), 0, int(unit)])
                rows = part["rows"]
                if rows[-1]["kind"] in ("sum", "outside") or len(rows) == 1:
                    assert rows[-1]["cells"][-1] in self.texts(value), (seen["id"], via, rows)
            missing = set(paths) - {part["via"].partition("@")[0] for part in parts}
            for via in missing:
                assert paths[via][int(t), 0, int(unit)] == 0.0, (seen["id"], via)


def truth(trace: rv.Trace, digits: int = 3) -> Truth:
    return Truth(trace, trace.backward(dh_T=np.ones((1, trace.sizes["H"]))), digits)


# Walks


@cache
def demo(name: str, inputs: int = 3, hidden: int = 2, steps: int = 2) -> rv.Trace:
    return traced(VARIANTS[name], steps, inputs, hidden)


def every_beat(page):
    """What the panel shows in every beat of its session."""
    return json.loads(page.evaluate("everyBeat()"))


_WALKS: dict[tuple, tuple[rv.Trace, list]] = {}


def walked(page, trace, detail="full", digits=3, view="values", **options):
    """Return what the panel shows in every beat of a walk; of the same walk it is kept."""
    key = (id(trace), detail, digits, view, *options)
    if key not in _WALKS:
        start(page, trace, detail=detail, digits=digits, **options)
        page.evaluate("(view) => s.setView(view)", view)
        _WALKS[key] = trace, every_beat(page)  # with the trace, so that its id stays
    return _WALKS[key][1]
