"""What the player calls things: names of numbers, formulas in runs, sizes, a lecturer's words."""

import json
import re

import numpy as np
import pytest

import rnnviz as rv
from browser import parts, start
from rnnviz.equations import equation
from variants import VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
FORGET = "f_t = σ(W_if x_t + b_if + W_hf h_(t−1) + b_hf)"


@pytest.fixture(scope="module")
def page():
    with parts("session", "backwards", "numbers", "words", "captions", "worked") as page:
        yield page


def runs(page, text):
    return page.evaluate("(text) => words.mathParts(text)", text)


# Names


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("rnn-tanh-2-sum", {"h_x": "x part of h₂", "h_h": "recurrent part of h₂", "h": "h₂"}),
        ("rnn-tanh-2-dense", {"h_x": "x part of u₂", "u": "u₂", "h_pre": "sum for h₂"}),
        (
            "lstm-2-True",
            {
                "x": "x₂",
                "c_prev": "old c₂",
                "f_pre": "sum for f₂",
                "f": "f₂",
                "fc": "f₂ ⊙ old c₂",
                "tanh_c": "tanh(c₂)",
                "o_c": "p_o₂ ⊙ c₂",
            },
        ),
        (
            "gru-after-keep-2",
            {
                "n_h": "recurrent part of n₂",
                "rn": "r₂ ⊙ (recurrent part of n₂)",
                "z_not": "1 − z₂",
                "zn": "(1 − z₂) ⊙ n₂",
                "zh": "z₂ ⊙ old h₂",
            },
        ),
        ("gru-before-replace-2", {"rh": "r₂ ⊙ old h₂", "zh": "(1 − z₂) ⊙ old h₂"}),
    ],
)
def test_a_unit_has_a_name(page, cell, named):
    start(page, traced(VARIANTS[cell]))
    found = page.evaluate("(names) => names.map((name) => words.unitName(s, name, 1))", list(named))
    assert found == list(named.values())


@every_variant
def test_every_number_has_a_spoken_name_of_words(page, cell):
    start(page, traced(cell, inputs=8, hidden=8))
    names = list(cell.names)
    found = page.evaluate("(all) => all.map((name) => words.spokenName(s, name, 2, 6))", names)
    assert len(set(found)) == len(names)
    for name, text in zip(names, found, strict=True):
        kind = "input" if name == "x" else "unit"
        assert re.fullmatch(rf"[a-zA-Z0-9 ()]+, {kind} 7, t = 3", text), (name, text)
    assert found[0] == "x, input 7, t = 3"
    assert found[1] == "old h, unit 7, t = 3"


def test_all_digits_are_there_where_they_are_asked_for(page):
    values = [0.1, -0.1, 1 / 3, -1e-7, 123456.789, 0.0]
    found = page.evaluate("(all) => all.map((v) => words.precise(v))", values)
    assert found[1] == "−0.1"
    assert [float(text.replace("−", "-")) for text in found] == values


def test_subscripts_count_from_1(page):
    assert page.evaluate("[0, 8, 9, 119].map((k) => words.subscript(k))") == ["₁", "₉", "₁₀", "₁₂₀"]


def test_a_gradient_is_shown_as_such_without_the_range_of_its_value(page):
    start(page, rv.trace("lstm"))
    gradients = rv.trace("lstm").backward(dh_T=np.ones((1, 2)))  # of the sum of the last h
    value = float(gradients.values["f"][0, 0, 0])
    found = page.evaluate("""() => {
      s.setView("gradients");
      const shown = (options) => words.shownNumber(s, "f", 0, 0, options);
      return [shown(), shown({ signed: true }), shown({ view: "values" })];
    }""")
    plain = rv.rounding.show(value)
    assert found == [plain, rv.rounding.show(value, signed=True), "0.190"]
    assert plain != "0.190"


# Formulas


@every_variant
def test_a_formula_has_the_symbols_of_its_equation(page, cell):
    for step in cell.steps:
        text = equation(cell, step.name, "text")
        marked = equation(cell, step.name, "text", lambda name, _: f"‹{name}›")
        found = runs(page, text)
        names = [part["name"] for part in found if part["name"] not in (None, "σ")]
        assert names == re.findall("‹(.+?)›", marked)
        written = "".join(part["text"] + part["sub"] for part in found)
        assert written == re.sub(r"_\((.+?)\)", r"\1", text).replace("_", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("h_(t−1)", [("h", "t−1", "h_prev")]),
        ("c_(t-1)", [("c", "t−1", "c_prev")]),
        ("f_(t,2)", [("f", "t,2", "f")]),
        ("h_(t−1,2)", [("h", "t−1,2", "h_prev")]),
        ("W_if x_t", [("W", "if", "W_if"), (" ", "", None), ("x", "t", "x")]),
        ("tanh(c_t)", [("tanh(", "", None), ("c", "t", "c"), (")", "", None)]),
        ("t = 1", [("t", "", "t"), (" = 1", "", None)]),
        ("relu", [("relu", "", None)]),
        ("", []),
    ],
)
def test_runs_of_a_formula(page, text, found):
    assert [(p["text"], p["sub"], p["name"]) for p in runs(page, text)] == found


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("f", "f_(t,2)"), ("h_prev", "h_(t−1,2)"), ("x", "x_(t,2)"), ("fc", "f_t ⊙ c_(t−1)")],
)
def test_the_symbol_of_a_unit(page, name, symbol):
    start(page, rv.trace("lstm"))
    assert page.evaluate("(name) => words.unitSymbol(s, name, 1)", name) == symbol


def test_a_formula_in_html_has_colours_subscripts_and_a_readable_form(page):
    start(page, rv.trace("lstm"))
    found = page.evaluate(
        """(text) => {
          const made = words.math(s, text);
          return [made.textContent, made.getAttribute("aria-label"), made.getAttribute("role"),
            [...made.querySelectorAll("i")].map((node) => [
              node.dataset.name, node.querySelector("sub")?.textContent ?? "",
              node.style.getPropertyValue("color")])];
        }""",
        FORGET,
    )
    assert found[0] == "ft = σ(Wif xt + bif + Whf ht−1 + bhf)"
    assert found[1] == "f = sigma(W i f x + b i f + W h f old h + b h f)"
    assert found[2] == "math"
    assert found[3][0] == ["f", "t", "var(--rv-hue-drop)"]
    assert found[3][2] == ["W_if", "if", ""]
    assert found[3][6] == ["h_prev", "t−1", "var(--rv-hue-hidden)"]


def test_a_formula_in_svg_stands_on_its_line_again_after_a_subscript(page):
    start(page, rv.trace("lstm"))
    found = page.evaluate(
        """(text) => {
          const root = document.createElementNS("http://www.w3.org/2000/svg", "svg");
          const made = words.mathSvg(s, text, { x: 10, y: 50, "font-size": 20, class: "own" });
          root.append(made);
          document.body.append(root);
          const levels = [...made.textContent].map((_, k) => made.getStartPositionOfChar(k).y);
          const hues = [...made.children].map((node) => node.style.getPropertyValue("fill"));
          root.remove();
          return [made.textContent, levels, hues, made.getAttribute("class")];
        }""",
        "c_(t−1) + h_t = W_if",
    )
    assert found[0] == "ct−1 + ht = Wif"
    low = {k for k, level in enumerate(found[1]) if level > 50}
    assert {found[0][k] for k in low} == set("t−1if")
    assert sorted({round(level, 3) for level in found[1]}) == [50, 55]
    assert found[2][:2] == ["var(--rv-hue-cell)"] * 2
    assert found[3] == "own"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_(t−1)", "h = (1 minus z) times n + z times old h"),
        ("∂L/∂f_t", "d L/d f"),
        ("h_(t−1,2) × 0.5 ≈ x_(t,1)", "old h 2 times 0.5 is about x 1"),
        ("3 more W_hn × (r_t ⊙ h_(t−1))", "3 more W h n times (r times old h)"),
    ],
)
def test_a_formula_is_spoken_in_words(page, text, said):
    start(page, rv.trace("gru"))
    found = page.evaluate("(text) => words.math(s, text).getAttribute('aria-label')", text)
    assert found == said


def test_text_is_never_markup(page):
    start(page, rv.trace("rnn"))
    found = page.evaluate(
        """() => {
          const made = words.math(s, "<b onload=1> h_t </b>");
          return [made.textContent, made.querySelectorAll("b").length];
        }"""
    )
    assert found == ["<b onload=1> ht </b>", 0]


# Words around the picture


def headlines(page, trace, **options):
    start(page, trace, **options)
    return page.evaluate("words.headline(s)")


def test_the_sizes_and_the_convention_are_said(page):
    found = headlines(page, rv.trace("lstm"))
    assert found == ["input 3 · hidden 2 · batch 1", "PyTorch gates · two biases a gate"]


def test_an_excerpt_a_sample_and_a_direction_are_said(page):
    trace = traced(VARIANTS["gru-before-keep-0"], 2, 7, 6).pick(units=[0, 3])
    found = headlines(page, trace, where="layer 2")
    assert found[0] == "input 7 · hidden 6 (2 shown) · batch 1 · layer 2"
    assert found[1] == "Cho 2014: reset before the product · z keeps h"
    batch = rv.trace("rnn", np.ones((2, 3, 4)))
    assert headlines(page, batch, b=1)[0] == "input 4 · hidden 2 · batch 3, sample 2"


def test_a_lecturers_words_stand_until_something_is_edited(page):
    own = {"t1.f": "What is kept?", "recap": ""}
    start(page, rv.trace("lstm"), captions=own)
    found = page.evaluate("""() => {
      const told = () => s.beats.filter((beat) => ["t1.f", "recap"].includes(beat.id))
        .map((beat) => captions.caption(s, beat));
      const all = [told()];
      s.set("x[0,0]", 0.9);
      all.push(told());
      s.reset();
      all.push(told());
      return all;
    }""")
    assert found[0] == found[2] == ["What is kept?", ""]
    assert re.match(r"f₁ = 0\.\d+ keeps \d+\.\d % of old c₁, f₂ ", found[1][0])
    assert found[1][1].startswith("Handed on: h = (")


@every_variant
def test_in_the_gradient_view_captions_are_those_of_the_gradients(page, cell):
    start(page, traced(cell))
    found = json.loads(
        page.evaluate("""() => {
          s.setView("gradients");
          return JSON.stringify(s.beats.map((beat) =>
            [captions.caption(s, beat), backwards.gradientCaption(s, beat)]));
        }""")
    )
    assert len(found) > 8
    for text, wanted in found:
        assert text == wanted
        assert re.search(r"\d", text)
