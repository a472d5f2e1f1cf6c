"""The player's picture in a real browser: all numbers of a beat and no others, wired and readable.

Of every variant and size the picture is walked through beat by beat, forwards and backwards; what
stands in it is compared with the trace, Python's diagram and Python's storyboard.
"""

import json
import re

import numpy as np
import pytest

import rnnviz as rv
from browser import HOST, opened, start
from rnnviz.diagram import RADIUS, Box
from rnnviz.placement import place
from rnnviz.rounding import show
from rnnviz.spacing import EXIT_X
from rnnviz.storyboard import timestep
from rnnviz.web.module import PARTS, style
from variants import FEW, VARIANTS, traced

THREE = {name: VARIANTS[name] for name in ("rnn-relu-2-dense", "lstm-2-True", "gru-before-keep-2")}
WIRED = [cell for cell in VARIANTS.values() if cell.biases == 2]  # biases have no wires
SIZES = [(1, 1), (3, 2), (8, 8)]
PICKS = {"units": (0, 7, 21, 39), "inputs": (2, 3, 17)}

SETUP = """() => {
  const host = document.createElement("div");
  host.className = "rv-player rv-host";
  host.dataset.theme = "light";
  document.body.replaceChildren(host);
  window.tips = [];
  window.p = new picture.Picture(s, { tip: (text) => tips.push(text) });
  const before = document.createElement("button");
  before.id = "before";
  host.append(before, p.root);
  p.fit();
  s.on("beat", () => p.update());
  s.on("values", () => p.update());
  s.on("view", () => p.update());
  s.on("select", () => p.update());
  s.on("picks", () => p.draw());
  window.pills = () => [...p.root.querySelectorAll(".rv-pill")];
  window.placeOfPill = (g) => [g.getAttribute("data-node"), Number(g.getAttribute("data-unit"))];
  // what is seen of a text: digits have nothing under their line, names have a little
  window.ink = (text) => {
    const { x, width } = text.getBBox();
    const size = Number(text.getAttribute("font-size"));
    const y = Number(text.getAttribute("y"));
    const low = text.classList.contains("rv-number") ? 0 : 0.25;
    return [x, y - 0.7 * size, x + width, y + low * size];
  };
}"""

# texts that overlap or leave the picture, numbers that leave their pill, after each beat
FAULTS = """() => {
  const faults = [];
  const [left, top, width, height] = p.root.getAttribute("viewBox").split(" ").map(Number);
  const texts = [...p.root.querySelectorAll("text")].filter((text) =>
    text.textContent && getComputedStyle(text).visibility === "visible");
  const boxes = texts.map(ink);
  boxes.forEach(([x0, y0, x1, y1], k) => {
    const said = texts[k].textContent;
    if (x0 < left || y0 < top || x1 > left + width || y1 > top + height)
      faults.push(`${said} leaves the picture`);
    if (Number(texts[k].getAttribute("font-size")) < 13) faults.push(`${said} is too small`);
    for (let m = 0; m < k; m++) {
      const [a0, b0, a1, b1] = boxes[m];
      if (x0 < a1 && a0 < x1 && y0 < b1 && b0 < y1)
        faults.push(`${said} overlaps ${texts[m].textContent}`);
    }
  });
  for (const g of pills()) {
    const text = g.querySelector("text");
    const pill = g.querySelector("rect").getBBox();
    const [x0, y0, x1, y1] = ink(text);
    const beside = x0 < pill.x + 2 || x1 > pill.x + pill.width - 2;
    if (text.textContent && (beside || y0 < pill.y || y1 > pill.y + pill.height))
      faults.push(`${text.textContent} leaves its pill`);
  }
  return faults;
}"""

WALK = f"""() => {{
  const walked = [];
  const faults = {FAULTS};
  for (let k = 0; k < s.beats.length; k++) {{
    s.go(k);
    const shown = {{}};
    for (const g of pills()) {{
      const [name, unit] = placeOfPill(g);
      const text = g.querySelector("text").textContent;
      const value = s.value(name, s.beat.t, unit, s.view);
      if (text) shown[`${{name}} ${{unit}}`] = [text, value, g.getAttribute("aria-label")];
      else if (g.hasAttribute("role") || g.hasAttribute("tabindex"))
        throw new Error(`${{name}} is empty, but a button`);
    }}
    const named = (which) =>
      [...p.root.querySelectorAll(which)].map((node) => node.getAttribute("data-wire"));
    const [wired, lines] = [named(".rv-live.rv-wire"), named("line:not(.rv-none)")];
    const {{ id, key, t }} = s.beat;
    walked.push({{ id, key, t, shown, wired, lines, faults: faults() }});
  }}
  return JSON.stringify(walked); // text is sent much faster
}}"""


@pytest.fixture(scope="module")
def page():
    with opened(width=1400, height=1000) as page:
        page.goto(HOST)
        for name in ("session", "picture", "motion"):
            load = "async (name) => { window[name] = await import(`/${name}.js`); }"
            page.evaluate(load, name)
        page.add_style_tag(content=style() + ".rv-host { width: 1300px; } body { margin: 0; }")
        yield page


def draw(page, trace, **options):
    start(page, trace, **options)
    page.evaluate(SETUP)


def excerpt(cell, seed=3):
    """40 units and 120 inputs, of which a few are shown."""
    rng, rows = np.random.default_rng(seed), len(cell.gates) * 40
    params = traced(cell, inputs=1, hidden=1).params
    shapes = {"weight_ih": (rows, 120), "weight_hh": (rows, 40)}
    shapes |= {n: (rows,) for n in ("bias_ih", "bias_hh") if getattr(params, n) is not None}
    peepholes = {"peepholes": rng.normal(size=120)} if "p_f" in cell.params else {}
    made = rv.Params(
        **{n: 0.3 * rng.normal(size=shape) for n, shape in shapes.items()}, **peepholes
    )
    return rv.trace(cell, rng.normal(size=(2, 120)), made).pick(**PICKS)


def every_trace(cell):
    """The demo at 3 inputs and 2 units; of a few variants at all sizes, and an excerpt."""
    if cell not in (VARIANTS[name] for name in FEW):
        yield traced(cell)
        return
    for inputs, hidden in SIZES:
        yield traced(cell, inputs=inputs, hidden=hidden)
    yield excerpt(cell)


def known(trace, t, key, detail, drawn):
    """What Python's storyboard has revealed of timestep t once the beat with this key is over."""
    names = {node.name for node in drawn.nodes}
    if key == "recap":
        return names
    revealed = set()
    for beat in timestep(drawn, t, detail, 0):
        revealed |= {*beat.reveals}
        if beat.key == key:
            return revealed & names
    raise AssertionError(f"Python has no beat {key}")


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_every_beat_shows_the_values_that_are_known_and_no_others(page, cell):
    for trace in every_trace(cell):
        drawn = place(cell, len(trace.shown("x")), len(trace.shown("h_prev")))
        draw(page, trace)
        walked = json.loads(page.evaluate(WALK))
        assert len(walked) > 2 * len(drawn.nodes) - 6
        for beat in walked:
            names = known(trace, beat["t"], beat["key"], "full", drawn)
            pairs = {f"{name} {unit}" for name in names for unit in trace.shown(name)}
            assert {*beat["shown"]} == pairs, beat["id"]
            for place_, (text, value, label) in beat["shown"].items():
                name, unit = place_.split()
                assert value == pytest.approx(trace[name][beat["t"], 0, int(unit)], abs=1e-12)
                within = cell.range(name)
                assert text == show(value, 3, signed=within[0] < 0, within=within), place_
                assert label.endswith(f"unit {int(unit) + 1}, t = {beat['t'] + 1}: {text}") or (
                    name == "x"
                    and label == f"x, input {int(unit) + 1}, t = {beat['t'] + 1}: {text}"
                )
            assert beat["faults"] == [], beat["id"]
            check_coloured(beat)


def check_coloured(beat):
    """Only wires whose source is known are coloured."""
    names = {pair.split()[0] for pair in beat["shown"]}
    for wire in beat["wired"]:
        source, target = wire.split(">")
        assert {source, target} <= names | {"next"}, beat["id"]
    for line in beat["lines"]:
        assert line.partition("[")[0] in names, beat["id"]


@pytest.mark.parametrize("detail", ["gates", "brief"])
def test_the_other_details_show_what_they_reveal_as_well(page, detail):
    for cell in THREE.values():
        trace = traced(cell)
        draw(page, trace)
        page.evaluate("(detail) => s.setDetail(detail)", detail)
        drawn = place(cell, 3, 2)
        for beat in json.loads(page.evaluate(WALK)):
            names = known(trace, beat["t"], beat["key"], detail, drawn)
            assert {pair.split()[0] for pair in beat["shown"]} == names
            assert beat["faults"] == []


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_the_gradient_view_shows_gradients_from_the_end_to_the_start(page, cell):
    all_sizes = cell in THREE.values()
    for trace in every_trace(cell) if all_sizes else [traced(cell)]:
        draw(page, trace)
        page.evaluate("s.setView('gradients')")
        ends = {"dh_T": np.ones((1, trace.sizes["H"]))}
        gradients = trace.backward(**ends)
        seen = set()
        for beat in json.loads(page.evaluate(WALK)):
            for place_, (text, value, label) in beat["shown"].items():
                name, unit = place_.split()
                wanted = gradients[name][beat["t"], 0, int(unit)]
                assert value == pytest.approx(wanted, rel=1e-9, abs=1e-12), (beat["id"], place_)
                assert text == show(value, 3, signed=True), place_
                assert label.startswith("dL/d of ")
                assert label.endswith(f": {text}")
                seen.add((name, beat["t"]))
            assert beat["faults"] == [], beat["id"]
        nodes = place(cell, 1, 1).nodes
        assert seen == {(node.name, t) for node in nodes for t in range(trace.sizes["T"])}


def box(rect):
    left, top = float(rect["x"]), float(rect["y"])
    return Box(left, top, left + float(rect["width"]), top + float(rect["height"]))


LINES = """() => [...p.root.querySelectorAll("line:not(.rv-none)")].map((line) =>
  [line.dataset.wire, { "stroke-width": line.getAttribute("stroke-width"),
    class: line.getAttribute("class") }])"""

GEOMETRY = """() => {
  const of = (node, names) =>
    Object.fromEntries(names.map((name) => [name, node.getAttribute(name)]));
  const rects = ["x", "y", "width", "height"];
  const all = (which) => [...p.root.querySelectorAll(which)];
  return {
    frames: Object.fromEntries(all(".rv-node").map((g) =>
      [g.getAttribute("data-node"), of(g.querySelector(".rv-frame"), rects)])),
    pills: pills().map((g) => [...placeOfPill(g), of(g.querySelector("rect"), rects)]),
    wires: [...p.root.querySelectorAll(".rv-wire")].map((g) =>
      [g.getAttribute("data-wire"), g.querySelector(".rv-line").getAttribute("d")]),
    fans: [...p.root.querySelectorAll(".rv-fan")].map((path) =>
      [path.getAttribute("data-fan"), path.getAttribute("d")]),
  };
}"""


def points(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", path)]


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_frames_and_wires_are_where_pythons_diagram_has_them(page, cell):
    for trace in every_trace(cell):
        drawn = place(cell, len(trace.shown("x")), len(trace.shown("h_prev")))
        draw(page, trace)
        there = page.evaluate(GEOMETRY)
        assert there["frames"].keys() == {node.name for node in drawn.nodes}
        for name, rect in there["frames"].items():
            assert vars(box(rect)) == pytest.approx(vars(drawn.frame(name)))
        for name, unit, rect in there["pills"]:
            pill, middle = box(rect), drawn.pill(name, [*trace.shown(name)].index(unit))
            assert ((pill.left + pill.right) / 2, (pill.top + pill.bottom) / 2) == pytest.approx(
                middle
            )
        wires = {f"{wire.source}>{wire.target}" for wire in drawn.wires}
        vectors, fans = dict(there["wires"]), dict(there["fans"])
        assert sorted([*vectors, *fans]) == sorted(wires)
        for wire, path in vectors.items():
            source, target = wire.split(">")
            first, *_, last = points(path)
            assert drawn.frame(source).on_edge(first), wire
            if target == "next":
                assert last[0] == EXIT_X
            else:
                assert (drawn.mark(target) or drawn.frame(target)).on_edge(last), wire
        for wire, path in fans.items():
            source, target = wire.split(">")
            ends = points(path)
            pairs = {*zip(ends[::2], ends[1::2], strict=True)}
            assert len(pairs) == drawn.node(source).units * drawn.node(target).units
            assert all(drawn.frame(source).on_edge(start, 8) for start, _ in pairs)
            assert all(drawn.frame(target).on_edge(end, 8) for _, end in pairs)


def test_the_neuron_in_focus_has_a_wire_a_weight_by_its_size_and_sign(page):
    for cell in WIRED:
        trace = traced(cell, hidden=3)
        draw(page, trace)
        blocks = trace.params.blocks(cell)
        page.evaluate("s.follow(1)")
        for step in (step for step in cell.steps if step.op in ("linear", "matmul")):
            ids = page.evaluate(
                "s.beats.filter((beat) => beat.focus && beat.t === 0).map((b) => b.id)"
            )
            owner = next(n.name for n in place(cell, 3, 3).nodes if step.name in n.steps)
            if f"t1.{owner}" not in ids:
                continue
            page.evaluate("(id) => s.go(id)", f"t1.{owner}")
            lines = dict(page.evaluate(LINES))
            weights = blocks[step.args[0]][1]
            for k, weight in enumerate(weights):
                line = lines[f"{step.args[1]}[{k}]>{owner}[1]"]
                assert ("rv-negative" in line["class"]) == (weight < 0)
            mine = [
                float(lines[f"{step.args[1]}[{k}]>{owner}[1]"]["stroke-width"])
                for k in range(len(weights))
            ]
            sizes = [min(1.0, abs(weight)) for weight in weights]
            for a in range(len(sizes)):
                for b in range(len(sizes)):
                    assert sizes[a] <= sizes[b] or mine[a] > mine[b] - 0.011


# Selection and keyboard


def test_the_keyboard_walks_over_every_known_pill_in_the_cells_order(page):
    for cell in THREE.values():
        draw(page, traced(cell))
        for beat in ("t1.in", "recap"):
            page.evaluate("(id) => s.go(id)", beat)
            page.locator("#before").focus()
            page.keyboard.press("Tab")
            seen = []
            place_ = (
                "document.activeElement.closest('.rv-pill') && placeOfPill(document.activeElement)"
            )
            wanted = page.evaluate("pills().filter((g) => g.getAttribute('role')).length")
            for _ in range(wanted):
                seen.append(tuple(page.evaluate(place_)))
                page.keyboard.press("ArrowDown")
            assert tuple(page.evaluate(place_)) == seen[-1]  # the last one is the end
            assert len({*seen}) == wanted
            order = [name for name in cell.names if (name, 0) in seen]
            assert seen == sorted(seen, key=lambda pair: (order.index(pair[0]), pair[1]))
            for expected in reversed(seen):
                assert tuple(page.evaluate(place_)) == expected
                page.keyboard.press("ArrowUp")
            assert page.evaluate("pills().filter((g) => g.tabIndex === 0).length") == 1


def test_enter_space_and_click_select_and_escape_and_the_same_again_let_go(page):
    draw(page, traced(VARIANTS["lstm-2-False"]))
    page.evaluate("s.go('t2.f')")
    f2 = page.locator(".rv-pill[data-node=f][data-unit='1']")
    place_ = {"name": "f", "t": 1, "unit": 1}
    for choose in (
        f2.click,
        lambda: page.keyboard.press("Enter"),
        lambda: page.keyboard.press(" "),
    ):
        f2.focus()
        choose()
        assert page.evaluate("s.selected") == place_
        assert f2.get_attribute("aria-pressed") == "true"
        page.keyboard.press("Escape")
        assert page.evaluate("s.selected") is None
        choose()
        choose()
        assert page.evaluate("s.selected") is None
        assert f2.get_attribute("aria-pressed") == "false"
    page.locator(".rv-pill[data-node=h][data-unit='0']").click()  # not known yet
    assert page.evaluate("s.selected") is None


def test_keys_that_the_picture_uses_do_not_reach_the_player_and_others_do(page):
    draw(page, traced(VARIANTS["lstm-2-False"]))
    page.evaluate(
        "() => { window.keys = []; document.body.onkeydown = (event) => keys.push(event.key); }"
    )
    page.evaluate("p.element('x', 0).focus()")
    for key in ("ArrowDown", "ArrowUp", " ", "Escape", "Escape", "Home", "End", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("keys") == ["Escape", "Home", "End", "ArrowRight"]
    page.evaluate("() => { document.body.onkeydown = null; }")


def test_escape_lets_go_of_a_number_and_of_its_tip_at_once(page):
    draw(page, traced(VARIANTS["lstm-2-False"]))
    page.evaluate("p.element('x', 0).focus()")
    page.keyboard.press("Enter")
    assert page.evaluate("s.selected.name") == "x"
    assert page.evaluate("tips.at(-1)")
    page.keyboard.press("Escape")
    assert page.evaluate("s.selected") is None
    assert page.evaluate("tips.at(-1)") is None


def test_a_gradient_comes_from_outside_only_where_something_does(page):
    lit = """(names) => names.map((name) => {
      const wire = p.root.querySelector(`[data-wire="${name}>next"]`);
      const head = getComputedStyle(wire.querySelector(".rv-backhead")).display;
      return [wire.classList.contains("rv-live"), head !== "none"];
    })"""
    trace = rv.trace("lstm")
    ends = {"dh_T": np.ones((1, 2)), "dc_T": np.ones((1, 2))}
    for options, last in (({}, False), ({"gradients": trace.backward(**ends)}, True)):
        draw(page, trace, **options)
        page.evaluate("s.setView('gradients'); s.go('t3.i')")
        assert page.evaluate(lit, ["h", "c"]) == [[True, True], [last, last]]
        page.evaluate("s.go('t2.i')")
        assert page.evaluate(lit, ["h", "c"]) == [[True, True], [True, True]]


def test_a_selected_number_marks_what_it_is_made_of_and_what_is_made_of_it(page):
    for cell in WIRED:
        draw(page, traced(cell, hidden=3))
        page.evaluate("s.go('recap')")
        drawn = place(cell, 3, 3)
        selected = page.evaluate(
            f"""(names) => names.map((name) => {{
              s.select({{ name, t: s.beat.t, unit: 1 }});
              const marks = pills().map((g) => [...placeOfPill(g), ...g.classList].join(" "));
              return [marks, ({LINES})()];
            }})""",
            [node.name for node in drawn.nodes],
        )
        for node, (marks, lines) in zip(drawn.nodes, selected, strict=True):
            found = {
                kind: {tuple(m.split()[:2]) for m in marks if kind in m.split()}
                for kind in ("rv-selected", "rv-operand", "rv-use")
            }
            assert found["rv-selected"] == {(node.name, "1")}
            wanted = {"rv-operand": set(), "rv-use": set()}
            for wire in drawn.wires:
                for kind, own, other in (
                    ("rv-operand", wire.target, wire.source),
                    ("rv-use", wire.source, wire.target),
                ):
                    if own == node.name and other != "next":
                        units = range(drawn.node(other).units) if wire.kind == "dense" else [1]
                        wanted[kind] |= {(other, str(unit)) for unit in units}
            wanted["rv-use"] -= wanted["rv-operand"]
            assert {kind: found[kind] for kind in wanted} == wanted, node.name
            dense = [
                w for w in drawn.wires if w.kind == "dense" and node.name in (w.source, w.target)
            ]
            count = sum(
                drawn.node(w.source if w.target == node.name else w.target).units for w in dense
            )
            assert len(lines) == count
        page.evaluate("s.select(null)")
        assert page.locator(".rv-selected, .rv-operand, .rv-use").count() == 0


def test_hover_and_focus_tell_all_digits(page):
    trace = traced(VARIANTS["lstm-2-False"])
    draw(page, trace)
    page.evaluate("s.go('t1.f')")
    value = repr(float(trace["f"][0, 0, 0]))
    page.locator(".rv-pill[data-node=f][data-unit='0']").hover()
    assert page.evaluate("tips.at(-1)") == f"f₁ at t = 1: {value}"
    page.mouse.move(0, 990)
    assert page.evaluate("tips.at(-1)") is None
    page.evaluate("p.element('f', 0).focus()")
    assert page.evaluate("tips.at(-1)") == f"f₁ at t = 1: {value}"
    page.evaluate("s.set('x[0,0]', 0.5)")
    assert page.evaluate("tips.at(-1)").endswith(f", was {value}")
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate("tips.at(-1)") is None


def test_the_keyboard_stays_in_the_picture_when_its_number_is_not_known_any_more(page):
    draw(page, traced(VARIANTS["gru-after-keep-2"]))
    page.evaluate("s.go('t1.h')")
    page.evaluate("p.element('h', 1).focus()")
    page.evaluate("s.go('t2.in')")
    assert page.evaluate("placeOfPill(document.activeElement)") == ["x", 0]
    page.evaluate("s.setVariant(1)")
    page.evaluate("p.draw()")
    assert page.evaluate("placeOfPill(document.activeElement)") == ["x", 0]


def test_a_pill_is_large_enough_for_a_finger_in_a_narrow_picture(page):
    for cell in THREE.values():
        draw(page, traced(cell))
        page.evaluate("p.root.parentNode.style.setProperty('width', '640px')")
        sizes = page.evaluate(
            "[...p.root.querySelectorAll('.rv-ring')].map((ring) => ring.getBoundingClientRect())"
            ".map(({ width, height }) => Math.min(width, height))"
        )
        assert min(sizes) >= 24


# Edits


def test_changed_values_have_a_mark_and_say_what_they_were(page):
    trace = traced(VARIANTS["lstm-2-False"])
    draw(page, trace)
    page.evaluate("s.go('t1.h')")
    assert page.locator(".rv-edited").count() == 0
    page.evaluate("s.set('W_if[1,0]', 1.5)")
    marked = page.evaluate(
        "pills().filter((g) => g.matches('.rv-edited')).map((g) => placeOfPill(g).join())"
    )
    assert marked == ["f,1", "fc,1", "c,1", "tanh_c,1", "h,1"]
    label = page.evaluate("p.element('f', 1).getAttribute('aria-label')")
    was = show(trace["f"][0, 0, 1], 3, within=(0.0, 1.0))
    assert label.endswith(f", changed, was {was}")
    assert label.startswith("f, unit 2, t = 1: ")
    assert page.evaluate(
        "pills().map((g) => getComputedStyle(g.querySelector('.rv-changed')).display)"
        ".filter((display) => display !== 'none').length"
    ) == len(marked)
    page.evaluate("s.reset()")
    assert page.locator(".rv-edited").count() == 0


def test_values_of_any_size_stay_in_their_pills(page):
    for cell in THREE.values():
        draw(page, traced(cell, inputs=8, hidden=8))
        page.evaluate("s.go('recap')")
        for value in (-12345.678, 1e-9, 123.456, -99.9996, 9999.4, -1e300):
            page.evaluate("(value) => s.set('x[1,0]', value)", value)
            assert page.evaluate(FAULTS) == [], value


def test_an_update_makes_no_element_anew(page):
    for cell in THREE.values():
        draw(page, traced(cell, inputs=8, hidden=8))
        made = page.evaluate(
            """async () => {
              s.go('recap'); s.go('t1.in'); s.go('t2.h');
              const made = [];
              const watch = new MutationObserver((all) => {
                const added = all.flatMap((one) => [...one.addedNodes]);
                made.push(...added.filter((node) => node.outerHTML).map((node) => node.outerHTML));
              });
              watch.observe(p.root, { childList: true, subtree: true });
              for (let k = 0; k < 40; k++) s.set('x[0,0]', k / 10);
              for (const unit of [3, 1]) { s.focusUnit = unit; p.update(); }
              await null;
              watch.disconnect();
              return made;
            }"""
        )
        assert made == []


def test_another_variant_and_other_units_are_drawn_anew(page):
    draw(page, excerpt(VARIANTS["gru-after-keep-2"]))
    page.evaluate("s.follow(11)")
    assert page.evaluate(
        "pills().filter((g) => g.matches('[data-node=h]')).map((g) => placeOfPill(g)[1])"
    ) == [0, 7, 11, 21]
    notes = page.evaluate(
        "[...p.root.querySelectorAll('.rv-note')].map((note) => note.textContent)"
    )
    assert notes == ["3", "4", "18", "117 more", "1", "8", "12", "22", "36 more"]
    before = page.locator(".rv-node[data-node=rh]").count()
    cells = page.evaluate("s.record.variants.findIndex((one) => one.choices.reset === 'before')")
    page.evaluate("(index) => { s.setVariant(index); s.go('recap'); p.update(); }", cells)
    assert (before, page.locator(".rv-node[data-node=rh]").count()) == (0, 1)
    assert page.evaluate(FAULTS) == []


# Motion

PLAY = """async ({ view, detail }) => {
  s.setDetail(detail);
  s.setView(view);
  const bad = [];
  for (let k = 0; k < s.beats.length; k++) {
    s.go(k);
    const before = p.root.querySelectorAll("*").length;
    const played = motion.play(p, s.beat, 0.02);
    const moving = p.root.getAnimations({ subtree: true }).length;
    const revealed = s.beat.lights.filter((name) => s.beat.reveals.includes(name));
    if (revealed.length && !moving) bad.push(`${s.beat.id}: nothing moves`);
    const opacity = (g) => Number(getComputedStyle(g.querySelector("text")).opacity);
    for (const g of pills())
      if (revealed.includes(placeOfPill(g)[0]) && opacity(g) > 0.5)
        bad.push(`${s.beat.id}: ${placeOfPill(g)} is there before it has come`);
    await played;
    if (p.root.getAnimations({ subtree: true }).length) bad.push(`${s.beat.id}: still moves`);
    if (p.flying.childNodes.length) bad.push(`${s.beat.id}: leaves copies`);
    if (p.root.querySelectorAll("*").length !== before) bad.push(`${s.beat.id}: leaves elements`);
    if (pills().some((g) => opacity(g) !== 1)) bad.push(`${s.beat.id}: is hidden`);
  }
  return bad;
}"""


@pytest.mark.parametrize(("k", "detail"), [*enumerate(("full", "gates", "brief"))])
def test_numbers_land_and_leave_nothing_behind(page, k, detail):
    """Each cell, detail and view with each of the others."""
    for m, cell in enumerate(THREE.values()):
        draw(page, traced(cell))
        view = ("values", "gradients")[(k + m) % 2]
        assert page.evaluate(PLAY, {"view": view, "detail": detail}) == [], view


def test_a_motion_can_be_ended_at_once_and_takes_no_time_if_told_so(page):
    draw(page, traced(VARIANTS["lstm-2-False"]))
    left = page.evaluate(
        """async () => {
          s.go("t1.f");
          const played = motion.play(p, s.beat, 1000);
          const flying = p.flying.childNodes.length;
          motion.stop(p);
          await played;
          const left = p.flying.childNodes.length + p.root.getAnimations({ subtree: true }).length;
          s.go("t1.fc");
          const none = motion.play(p, s.beat, 0);
          const moves = p.root.getAnimations({ subtree: true }).length;
          await none;
          s.go("t1.i");
          motion.play(p, s.beat, 1000);
          const second = motion.play(p, s.beat, 0);
          await second;
          return [flying, left, moves, p.flying.childNodes.length];
        }"""
    )
    assert left == [5, 0, 0, 0]  # a product a wire of the neuron in focus


def test_flights_follow_the_wires_forwards_and_in_the_gradient_view_backwards(page):
    draw(page, traced(VARIANTS["lstm-2-False"]))
    ways = page.evaluate(
        """async () => {
          const way = () => [...p.flying.children].map((g) => {
            const frames = g.getAnimations()[0].effect.getKeyframes();
            const at = (frame) => frame.transform.match(/-?[\\d.]+px/g).slice(0, 2).map(parseFloat);
            return [g.textContent, frames.map(at)];
          });
          s.go("t1.fc");
          motion.play(p, s.beat, 1000);
          const forwards = way();
          motion.stop(p);
          s.setView("gradients");
          s.go("t1.fc");
          motion.play(p, s.beat, 1000);
          const backwards = way();
          s.go("t1.c");
          motion.play(p, s.beat, 1000);
          const later = way().map(([text]) => text);
          motion.stop(p);
          const sum = (unit) => s.gradients.values.c_prev[s.H + unit];
          return [forwards, backwards, later, [0, 1].map(sum)];
        }"""
    )
    forwards, backwards, later, carried = ways
    drawn = place(VARIANTS["lstm-2-False"], 3, 2)
    wires = {(wire.source, wire.target): [*wire.points] for wire in drawn.wires}
    goes = {source: points for (source, target), points in wires.items() if target == "fc"}
    assert [[tuple(at) for at in path[1:]] for _, path in forwards] == [goes["c_prev"], goes["f"]]
    assert [[tuple(at) for at in path[1:]] for _, path in backwards] == [wires["fc", "c"][::-1]]
    texts = ["".join(show(value, 3, signed=True) for value in carried)]
    assert texts[0] in later


# Words that all parts share


def test_all_parts_of_the_picture_are_in_the_module():
    names = ("geometry", "pills", "wires", "names", "look", "picture", "motion")
    assert [name for name in PARTS if name in names] == [*names]


def test_circles_are_as_large_as_in_python(page):
    draw(page, traced(VARIANTS["lstm-2-False"]))
    assert {
        float(r)
        for r in page.evaluate(
            "[...p.root.querySelectorAll('.rv-disc')].map((c) => c.getAttribute('r'))"
        )
    } == {RADIUS}
