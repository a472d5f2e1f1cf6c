"""The player's panel: every formula that it shows holds for the numbers that it shows."""

import re

import pytest

import rnnviz as rv
from browser import HOST, opened
from panel_checks import (
    Truth,
    check_line,
    check_table,
    demo,
    panel_page,
    start,
    truth,
    walked,
)
from rnnviz.ops import OPS
from rnnviz.rounding import MINUS
from rnnviz.scalars import Rest, neuron
from rnnviz.web.page import page_of
from rnnviz.web.record import record
from runs import drawn
from variants import FEW, VARIANTS

WIDTHS = (360, 420)
WIDE = ("rnn-relu-2-dense", "rnn-tanh-2-dense", "lstm-2-True", "gru-after-keep-2")
LARGE = (
    "rnn-relu-2-sum",
    "rnn-tanh-2-dense",
    "lstm-2-True",
    "gru-after-keep-2",
    "gru-before-replace-1",
)
SIZES = [
    *((name, 3, 2, 3) for name in VARIANTS),
    *((name, 8, 8, 3) for name in LARGE),
    ("lstm-2-False", 3, 2, 1),
    ("gru-before-keep-2", 2, 1, 4),
    ("lstm-1-True", 1, 1, 2),
]


@pytest.fixture(scope="module")
def page():
    with panel_page() as page:
        yield page


@pytest.mark.parametrize(
    ("name", "inputs", "hidden", "digits", "detail"),
    [
        *((*size, "full") for size in SIZES),
        *((name, 3, 2, 3, detail) for name in FEW for detail in ("gates", "brief")),
        *((name, 8, 8, 3, "gates") for name in LARGE),
    ],
)
def test_every_formula_holds_for_the_numbers_in_it(page, name, inputs, hidden, digits, detail):
    made = truth(demo(name, inputs, hidden), digits)
    for seen in walked(page, made.trace, detail, digits):
        assert seen["numbers"], seen["id"]
        made.check(seen)
        for line in seen["lines"]:
            check_line(line, (name, seen["id"]))
        for bodies in seen["tables"]:
            check_table(bodies, (name, seen["id"]))


@pytest.mark.parametrize(("name", "inputs", "hidden", "digits"), SIZES)
def test_every_gradient_is_the_sum_of_what_it_is_said_to_be(page, name, inputs, hidden, digits):
    made = truth(demo(name, inputs, hidden), digits)
    beats = walked(page, made.trace, digits=digits, view="gradients")
    assert sum(len(seen["tables"]) for seen in beats) > 3
    for seen in beats:
        assert seen["numbers"], seen["id"]
        assert "L = sum of h at the last timestep" in seen["text"]
        made.check(seen)
        made.check_paths(seen)
        for bodies in seen["tables"]:
            check_table(bodies, (name, seen["id"]))


def test_the_checks_can_fail():
    with pytest.raises(AssertionError):
        check_line("0.133 + 0.217 = 0.349", "a wrong result")
    with pytest.raises(AssertionError):
        check_line("0.133 + 0.216 ≈ 0.349", "an exact one that says it is not")
    with pytest.raises(AssertionError):
        check_line(f"= σ({MINUS}1.448) ≈ 0.290", "another curve")
    check_line(f"= σ({MINUS}1.448) ≈ 0.190", "")
    check_line(f"0.500 × 0.700 + 0.343 × ({MINUS}0.629) ≈ 0.134", "")
    made = truth(demo("lstm-2-False"))
    with pytest.raises(AssertionError):
        made.check({"id": "", "numbers": [["f[0,0]", "0.191"]], "tables": []})


# Every kind of beat


@pytest.mark.parametrize("name", VARIANTS)
def test_a_neuron_has_a_row_for_all_that_is_added(page, name):
    trace = demo(name)
    for seen in walked(page, trace):
        if seen["focus"] is None:
            continue
        made = neuron(trace, seen["focus"], 0, seen["t"])
        rows = seen["tables"][-1][0]["rows"]
        kinds = [row["kind"] for row in rows]
        assert kinds == ["product"] * len(made.products) + ["bias"] * len(made.biases) + ["sum"]
        assert len(seen["lines"]) == (1 if made.activation else 0)
        if made.activation:
            sign = OPS[made.activation].text.split("(")[0]
            assert re.match(rf"[=≈] {sign}\(", seen["lines"][0])


@pytest.mark.parametrize(
    ("name", "detail"),
    [*((name, "full") for name in VARIANTS), *((name, "gates") for name in FEW)],
)
def test_an_element_wise_beat_has_a_line_a_unit(page, name, detail):
    trace = demo(name)
    elementwise = [
        seen
        for seen in walked(page, trace, detail)
        if seen["focus"] is None and seen["key"] in trace.cell.names
    ]
    assert elementwise or detail == "brief"
    for seen in elementwise:
        results = [place for place, _ in seen["numbers"] if place.startswith(f"{seen['key']}[")]
        assert len(seen["lines"]) == 2
        assert [f"{seen['key']}[{seen['t']},{unit}]" for unit in (0, 1)] == results


def test_a_part_with_no_place_of_its_own_is_worked_out_before_it_is_used(page):
    by_id = {seen["id"]: seen for seen in walked(page, demo("gru-after-keep-2"))}
    part, whole = by_id["t1.n"]["tables"]
    assert part[0]["rows"][-1]["places"] == ["n_h[0,0]"]
    assert "n_h[0,0]" in [place for row in whole[0]["rows"] for place in row["places"]]
    by_id = {seen["id"]: seen for seen in walked(page, demo("gru-before-keep-2"))}
    part, _ = by_id["t1.n"]["tables"]
    assert [row["places"] for row in part[0]["rows"]] == [
        [f"r[0,{k}]", f"h_prev[0,{k}]", f"rh[0,{k}]"] for k in (0, 1)
    ]


def test_what_the_beat_makes_on_the_way_is_written_out(page):
    by_id = {seen["id"]: seen for seen in walked(page, demo("lstm-2-False"), "gates")}
    assert by_id["t1.c"]["lines"][0] == "0.190 × 0.700 + 0.343 × 0.629 ≈ 0.349"
    assert by_id["t1.h"]["lines"][0].count("tanh(0.349)") == 1


def test_the_first_beat_says_what_comes_in(page):
    first = walked(page, demo("lstm-2-False"))[0]
    assert first["title"] == "What comes in"
    for text in ("input · 3 values", "hidden state · 2 units", "cell state · 2 units"):
        assert text in first["text"]
    assert "56 weights and biases" in first["text"]
    assert "a machine computes the gates together" in first["text"]
    assert len(first["numbers"]) == 3 + 2 + 2


@pytest.mark.parametrize("name", VARIANTS)
def test_the_number_of_weights_is_that_of_the_parameters(page, name):
    trace = demo(name)
    first = walked(page, trace)[0]
    biases = " and biases" if trace.cell.biases else ""
    assert f"{trace.params.size} weights{biases}" in first["text"]


def test_gates_and_whole_timesteps_show_all_units_with_their_equations(page):
    trace = demo("lstm-2-False")
    by_id = {seen["id"]: seen for seen in walked(page, trace, "gates")}
    gates = {place for place, _ in by_id["t1.gates"]["numbers"]}
    assert gates == {f"{gate}[0,{unit}]" for gate in "figo" for unit in (0, 1)}
    assert by_id["t1.gates"]["text"].count("σ(W") == 3
    by_id = {seen["id"]: seen for seen in walked(page, trace, "brief")}
    states = {place for place, _ in by_id["t2.all"]["numbers"]}
    assert states == {
        f"{name}[1,{unit}]" for name in (*"figo", "h_prev", "c_prev", "h", "c") for unit in (0, 1)
    }


def recap_of(page, trace):
    """What the panel shows in the last beat, of a walk of which nothing else is looked at."""
    start(page, trace)
    return page.evaluate("(s.go('recap'), seen())")


def test_the_recap_has_the_newest_timesteps_and_says_what_is_left_out(page):
    recap = recap_of(page, demo("lstm-2-False", steps=12))
    rows = {place for place, _ in recap["numbers"]}
    assert {f"h[{t},0]" for t in (8, 9, 10, 11)} == {p for p in rows if re.match(r"h\[\d+,0", p)}
    assert "Not in the tables: the start and t = 1 to 8." in recap["text"]
    recap = recap_of(page, demo("gru-after-keep-2", steps=3))
    assert {place for place, _ in recap["numbers"]} == {
        *(f"h_prev[0,{k}]" for k in (0, 1)),
        *(f"h[{t},{k}]" for t in range(3) for k in (0, 1)),
    }
    assert "Not in" not in recap["text"]
    wide = recap_of(page, demo("lstm-2-False", 3, 8, 6))
    assert {f"c[{t},7]" for t in (2, 3, 4, 5)} <= {place for place, _ in wide["numbers"]}


def test_an_excerpt_adds_what_it_does_not_show_as_one_term(page):
    made = truth(drawn(VARIANTS["lstm-2-True"], 2, 1, 12, 12, scale=0.5).trace())
    beats = walked(page, made.trace)
    picked = made.trace.pick(units=range(4), inputs=range(4))
    for seen in beats:
        made.check(seen)
        for bodies in seen["tables"]:
            check_table(bodies, seen["id"])
            rests = [row for row in bodies[0]["rows"] if row["kind"] == "rest"]
            terms = neuron(picked, seen["focus"], 0, seen["t"]).terms
            wanted = [term.value for term in terms if isinstance(term, Rest)]
            assert all(row["label"].startswith("8 more ") for row in rests)
            for row, value in zip(rests, wanted, strict=True):
                assert row["cells"][-1] in made.texts(value), seen["id"]
    beats = walked(page, made.trace, view="gradients")
    assert any("8 more units" in seen["text"] for seen in beats)
    for seen in beats:
        made.check(seen)
        made.check_paths(seen)
        for bodies in seen["tables"]:
            check_table(bodies, seen["id"])


@pytest.mark.parametrize("name", ["rnn-relu-2-sum", "lstm-2-True", "gru-after-replace-2"])
def test_saturated_and_large_numbers_hold_too(page, name):
    run = drawn(VARIANTS[name], 3, 1, 3, 3, seed=5, scale=6.0)
    made = Truth(run.trace(), run.backward())
    bounds = 0
    for seen in walked(page, made.trace):
        made.check(seen)
        bounds += sum(text[0] in "<>" for _, text in seen["numbers"])
        for line in seen["lines"]:
            check_line(line, (name, seen["id"]))
        for bodies in seen["tables"]:
            check_table(bodies, (name, seen["id"]))
    assert bounds or name.startswith("rnn")
    for seen in walked(page, made.trace, view="gradients", gradients=made.gradients):
        assert "dL/dh as given" in seen["text"]
        made.check(seen)
        made.check_paths(seen)
        for bodies in seen["tables"]:
            check_table(bodies, (name, seen["id"]))


# Layout and semantics

OUTSIDE = """() => {
  const edge = p.root.getBoundingClientRect();
  const found = [];
  for (const one of p.root.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    if (box.width && (box.left < edge.left - 1 || box.right > edge.right + 1))
      found.push(`${one.tagName}.${one.getAttribute("class")} ${one.textContent.slice(0, 40)}`);
  }
  if (p.root.scrollWidth > p.root.clientWidth) found.push("the panel scrolls sideways");
  // texts beside one another in a row stay apart
  for (const row of p.root.querySelectorAll("tr")) {
    const texts = [];
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      if (range.toString().trim()) texts.push(...range.getClientRects());
    }
    const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 &&
      a.top < b.bottom - 6 && b.top < a.bottom - 6; // a subscript may reach into the next line
    if (texts.some((one, k) => texts.slice(k + 1).some((other) => meet(one, other))))
      found.push(`overlap: ${row.textContent}`);
  }
  for (const button of p.root.querySelectorAll("button")) {
    const { width, height } = button.getBoundingClientRect();
    if (width < 24 || height < 23.9) found.push(`${width} x ${height}: ${button.textContent}`);
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("name", "inputs", "hidden", "digits", "width"),
    [
        *((name, 3, 2, 3, WIDTHS[0]) for name in WIDE),
        *((name, 8, 8, 4, WIDTHS[0]) for name in WIDE),
        *((name, 3, 2, 3, WIDTHS[1]) for name in WIDE[:2]),
        *((name, 8, 8, 4, WIDTHS[1]) for name in WIDE[2:]),
    ],
)
def test_nothing_is_wider_than_the_panel(page, name, inputs, hidden, digits, width):
    page.set_viewport_size({"width": width, "height": 900})
    trace = demo(name, inputs, hidden)
    faults = {}
    for detail in ("full", "gates", "brief")[: 3 if hidden < 4 else 1]:
        start(page, trace, detail=detail, digits=digits)
        for view in ("values", "gradients") if detail == "full" else ("values",):
            page.evaluate("(view) => s.setView(view)", view)
            found = page.evaluate(
                f"() => s.beats.map((beat, k) => (s.go(k), [beat.id, ({OUTSIDE})()]))"
            )
            # where a number comes from is the same at any detail
            names = trace.cell.names if detail == "full" else ()
            every = [{"name": name, "t": 1, "unit": 1} for name in names]
            look = f"(place) => (s.select(place), [place.name, ({OUTSIDE})()])"
            found += page.evaluate(f"(every) => every.map({look})", every)
            faults |= {(detail, view, where): what for where, what in found if what}
    assert faults == {}


def test_the_layout_check_can_fail(page):
    page.set_viewport_size({"width": 360, "height": 900})
    start(page, rv.trace("lstm"))
    page.evaluate("s.go('t1.f')")
    assert page.evaluate(OUTSIDE) == []
    page.evaluate("p.root.querySelector('tbody td').style.setProperty('translate', '60px')")
    assert any(fault.startswith("overlap") for fault in page.evaluate(OUTSIDE))
    page.evaluate("p.body.style.setProperty('width', '400px')")
    assert any(fault.startswith("TABLE") for fault in page.evaluate(OUTSIDE))


def test_beside_a_picture_a_long_panel_scrolls_in_itself(page):
    page.set_viewport_size({"width": 1200, "height": 700})
    start(page, demo("lstm-2-False", 8, 8))
    page.evaluate("s.go('t1.f'); host.style.cssText = 'display: grid; grid-template-rows: 420px'")
    high, room = page.evaluate("[p.root.scrollHeight, p.root.clientHeight]")
    assert room == 420 < high
    bottom = "(one) => one.getBoundingClientRect().bottom"
    answer = page.locator(".rv-p-answer").evaluate(bottom)
    assert answer <= page.locator(".rv-panel").evaluate(bottom) + 1  # in sight before one scrolls
    page.evaluate("p.root.scrollTop = 100; s.set('x[0,0]', 1)")
    assert page.evaluate("p.root.scrollTop") == 100
    page.evaluate("s.go('t1.i')")
    assert page.evaluate("p.root.scrollTop") == 0
    page.evaluate("host.style.cssText = ''")


@pytest.mark.parametrize(
    ("name", "width"),
    [("lstm", 360), ("rnn", 1024), ("lstm", 1280), ("gru", 1920)],
)
def test_what_is_under_the_picture_stays_where_it_is(name, width):
    high = {360: 740, 1024: 768, 1280: 720, 1920: 1080}[width]
    files = {"page.html": page_of([record(rv.trace(name))])}
    with opened(files, width=width, height=high, reduced_motion="reduce") as page:
        page.goto(HOST + "page.html")
        page.wait_for_selector(".rv-player")
        tops = page.evaluate(
            """() => {
              const { session } = document.querySelector("rnnviz-player").player;
              const box = (what) => document.querySelector(what).getBoundingClientRect();
              return ["values", "gradients"].flatMap((view) => (session.setView(view),
                session.beats.map((_, k) => (session.go(k),
                  [box(".rv-controls").top, box(".rv-transport").bottom]))));
            }"""
        )
        assert len({top for top, _ in tops}) == 1
        assert tops[0][1] < high
        order = [".rv-stage", ".rv-band", ".rv-controls", ".rv-panel", ".rv-whatif"]
        places = [page.locator(one).first.bounding_box() for one in order]
        if width == 360:
            assert places == sorted(places, key=lambda place: place["y"])
        else:
            stage, panel = places[0], places[3]
            assert panel["x"] < stage["x"]
            assert panel["height"] == pytest.approx(stage["height"], abs=2)
            assert places[2]["y"] + places[2]["height"] < places[4]["y"] < high


def test_tables_write_the_sign_of_what_can_be_negative(page):
    start(page, demo("lstm-2-True"))
    for view in ("values", "gradients"):
        page.evaluate("(view) => s.setView(view)", view)
        texts = page.evaluate(
            """() => s.beats.flatMap((_, k) => (s.go(k),
              [...p.root.querySelectorAll("table [data-place]")].map((one) =>
                [one.dataset.place, one.textContent, one.closest(".rv-p-applied") !== null])))"""
        )
        assert texts
        for place, text, is_applied in texts:
            is_plain = is_applied or re.match(r"[fio]\[", place) or not re.match(r"\d", text)
            assert is_plain or float(text) == 0, (place, text)
            assert not (re.match(r"[fio]\[", place) and "+" in text), (place, text)


def test_a_gradient_is_worked_out_for_one_unit_and_listed_for_the_others(page):
    start(page, rv.trace("lstm"))
    page.evaluate("s.setView('gradients'); s.go('t2.h')")
    heads = page.locator(".rv-p-sum th[scope=row]").all_inner_texts()
    assert {"i₁ at t = 3", "i₂ at t = 3", "sum"} <= set(heads)
    assert page.locator(".rv-p-units tbody th").all_inner_texts() == ["unit 2"]
    page.evaluate("s.follow(1)")
    assert page.locator(".rv-p-units tbody th").all_inner_texts() == ["unit 1"]


@pytest.mark.parametrize("view", ["values", "gradients"])
def test_tables_headings_and_buttons_have_names(page, view):
    start(page, demo("lstm-2-True"))
    page.evaluate("(view) => s.setView(view)", view)
    faults = page.evaluate(
        """() => s.beats.flatMap((beat, k) => {
          s.go(k);
          const all = (what) => [...p.root.querySelectorAll(what)];
          const label = document.getElementById(p.root.getAttribute("aria-labelledby"));
          return [
            ...(label === p.title && label.tagName === "H3" && label.textContent ? [] : ["title"]),
            ...all("th:not([scope]), table:not([aria-label]), svg:not([aria-label])"),
            ...all("th").filter((one) => !one.textContent),
            ...all("button").filter((one) => {
              const said = one.getAttribute("aria-label") ?? one.textContent;
              return one.textContent !== "×" && !said.includes(one.textContent);
            }),
          ].map((one) => `${beat.id}: ${one.outerHTML ?? one}`);
        })"""
    )
    assert faults == []


@pytest.mark.parametrize("name", VARIANTS)
def test_the_equation_of_a_beat_stands_over_its_numbers(page, name):
    start(page, demo(name))
    said = page.evaluate(
        """() => s.beats.map((beat, k) => (s.go(k),
          [beat.equation, p.root.querySelector(".rv-p-equation")?.textContent ?? ""]))"""
    )
    equations = page.evaluate("s.variant.equations")
    for equation, text in said:
        wanted = re.sub(r"_(\((t−1)\)|(\w+))", r"\2\3", equations.get(equation, ""))
        assert text == wanted
