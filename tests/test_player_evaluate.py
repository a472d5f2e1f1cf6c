"""The browser runs the exported steps: its values and gradients are Python's, for every variant."""

import json
import re
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

import rnnviz as rv
from browser import parts, start
from rnnviz.gradients import OUTSIDE
from rnnviz.web.record import GIVEN, LAST, record
from runs import EVERY, drawn
from variants import VARIANTS, traced

NEAR = 1e-12
SIZES = ((1, 1, 1), (2, 3, 2), (5, 2, 4), (3, 6, 5), (4, 4, 6), (6, 5, 3))  # T, I, H
SCALES = (0.3, 1.0, 3.0)
every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)

RUN_ALL = """(text) => {
  const typed = (arrays) => Object.fromEntries(
    Object.entries(arrays).map(([name, numbers]) => [name, Float64Array.from(numbers)]));
  const plain = (arrays) => Object.fromEntries(
    Object.entries(arrays).map(([name, numbers]) => [name, [...numbers]]));
  return JSON.stringify(JSON.parse(text).map(({ variant, arrays, loss, sizes }) => {
    const given = typed(arrays);
    const result = evaluate.run(variant, given, sizes);
    const outside = { h: Float64Array.from(loss.h), final: typed(loss.final) };
    const truncate = loss.truncate;
    const back = evaluate.backward(variant, given, result, { ...outside, truncate }, sizes);
    return {
      values: plain(result.values), final: plain(result.final),
      "dL/d": plain(back.values), "dL/d initial": plain(back.states), "dL/d of": plain(back.params),
    };
  }));
}"""


@pytest.fixture(scope="module")
def page():
    with parts("evaluate", "session", "backwards") as opened:
        yield opened


@cache
def exported(cell):
    """What a page is told of a cell."""
    given = record(traced(cell))["variants"][0]
    return {key: given[key] for key in ("inputs", "states", "next_state", "params", "steps")}


def case(run, truncate=None):
    """A run of one sample as a page takes it, and what Python makes of it, by kind and name."""
    tr = run.trace()
    g = run.backward(tr, truncate=truncate)
    blocks = tr.params.blocks(run.cell)
    flat = {name: array.ravel().tolist() for name, array in (blocks | tr.states).items()}
    given = {
        "variant": exported(run.cell),
        "arrays": {"x": tr["x"].ravel().tolist(), **flat},
        "loss": {
            "h": run.dh.ravel().tolist(),
            "final": {name: end.ravel().tolist() for name, end in run.ends.items()},
            "truncate": truncate,
        },
        "sizes": {key: tr.sizes[key] for key in "TIH"},
    }
    wanted = {
        "values": tr.values,
        "final": tr.final,
        "dL/d": g.values,
        "dL/d initial": g.states,
        "dL/d of": g.params.blocks(run.cell),
    }
    return given, wanted


def evaluated(page, given):
    """What the page makes of all of these cases."""
    return json.loads(page.evaluate(RUN_ALL, json.dumps(given)))


def worst_of(wanted, got):
    """The largest error and which array has it; beside the largest number of its array.

    A gradient that went through 1 − tanh² near 0 is as precise as the 1, so an error of gradients
    is beside the largest of all gradients.
    """
    worst = (0.0, "")
    backward = [kind for kind in wanted if kind.startswith("dL/d")]
    largest = max(np.abs(array).max() for kind in backward for array in wanted[kind].values())
    for kind, arrays in wanted.items():
        assert list(arrays) == list(got[kind]), kind  # all of them, in order
        for name, array in arrays.items():
            beside = largest if kind in backward else np.abs(array).max()
            error = np.abs(np.ravel(array) - got[kind][name]).max()
            worst = max(worst, (error / max(beside, 1e-300), f"{kind} {name}"))
    return worst


def test_values_and_gradients_are_those_of_python(page):
    """Random weights, states and losses; every variant, sizes and scales, truncated or not."""
    cases, said = [], []
    for k, cell in enumerate(EVERY):
        for j, (steps, inputs, hidden) in enumerate(SIZES):
            for scale in SCALES:
                run = drawn(cell, steps, 1, inputs, hidden, seed=100 * k + j, scale=scale)
                cases.append(case(run, truncate=(None, 1, 2, 3)[(j + k) % 4]))
                said.append(f"{list(VARIANTS)[k]} T, I, H = {steps, inputs, hidden} × {scale}")
    got = evaluated(page, [given for given, _ in cases])
    worst = max(
        (*worst_of(wanted, ours), text)
        for (_, wanted), ours, text in zip(cases, got, said, strict=True)
    )
    print(f"worst error over {len(cases)} runs: {worst[0]:.2e}, {worst[1]}, {worst[2]}")
    assert worst[0] < NEAR, worst


def test_many_units_and_timesteps(page):
    """Widths that the four rows at a time leave a rest of, and a state that goes a long way."""
    runs = [drawn(rv.cell_named("lstm"), 100, 1, 33, 67, seed=1, scale=0.2)]
    runs += [drawn(rv.cell_named("gru"), 200, 1, 7, 30, seed=2, scale=0.3)]
    cases = [case(run) for run in runs]
    got = evaluated(page, [given for given, _ in cases])
    for (_, wanted), ours in zip(cases, got, strict=True):
        worst = worst_of(wanted, ours)
        assert worst[0] < NEAR, worst


def test_saturated_gates_have_finite_values_and_no_gradient(page):
    """σ(±1000) and tanh(±1000), beyond what exp can hold."""
    run = drawn(rv.cell_named("lstm"), 2, 1, 1, 2, seed=3, scale=1e4)
    given, wanted = case(run)
    (got,) = evaluated(page, [given])
    assert set(got["values"]["f"]) <= {0.0, 1.0}
    assert worst_of(wanted, got)[0] < NEAR


def test_a_wrong_step_would_be_seen(page):
    """The comparison itself: one operand swapped in what is exported."""
    given, wanted = case(drawn(rv.cell_named("gru"), 3, 1, 2, 2, seed=4))
    steps = [
        {**step, "args": ["z", "n"]} if step["name"] == "zn" else step
        for step in given["variant"]["steps"]
    ]
    given["variant"] = {**given["variant"], "steps": steps}
    (got,) = evaluated(page, [given])
    assert worst_of(wanted, got)[0] > 0.01


def test_one_sample_of_a_padded_batch(page):
    """A session is given its own timesteps alone; the loss is where its sequence ends."""
    run = drawn(rv.cell_named("lstm"), steps=5, batch=3, inputs=2, hidden=3, seed=5)
    tr = run.trace(lengths=np.array([5, 2, 3]))
    g = run.backward(tr, truncate=2)
    all_of = "((values) => Object.entries(values).map(([name, all]) => [name, [...all]]))"
    for b, steps in enumerate((5, 2, 3)):
        start(page, tr, b=b, gradients=g)
        page.evaluate("() => { window.made = evaluate.run(s.variant, s.arrays, s.sizes); }")
        assert page.evaluate("s.T") == steps
        views = {
            view: dict(json.loads(page.evaluate(f"JSON.stringify({all_of}({view}.values))")))
            for view in ("made", "s.gradients")
        }
        for name in tr.names:
            for view, wanted in (("made", tr[name]), ("s.gradients", g[name])):
                got = views[view][name]
                np.testing.assert_allclose(
                    got, wanted[:steps, b].ravel(), rtol=NEAR, atol=1e-13, err_msg=name
                )
        for state, end in tr.final.items():
            got = page.evaluate(f"[...made.final.{state}]")
            np.testing.assert_allclose(got, end[b], rtol=NEAR, atol=1e-13)


# What a gradient is made of

ALL_PARTS = """() => {
  const found = [];
  for (const name of Object.keys(s.result.values))
    for (let t = 0; t < s.T; t++)
      for (let unit = 0; unit < s.width(name); unit++)
        found.push([name, t, unit, backwards.gradientParts(s, name, t, unit)]);
  return JSON.stringify(found);
}"""


@every_variant
@pytest.mark.parametrize("truncate", [None, 2])
def test_the_parts_of_a_gradient_add_up_and_are_the_paths(page, cell, truncate):
    run = drawn(cell, steps=4, batch=1, inputs=2, hidden=3, seed=6)
    g = run.backward(truncate=truncate)
    paths = {name: g.paths(name) for name in g.trace.names}
    start(page, g.trace, gradients=g)
    found = json.loads(page.evaluate(ALL_PARTS))
    used = {name: set() for name in paths}
    for name, t, unit, made in found:
        whole = g[name][t, 0, unit]
        assert sum(part["value"] for part in made) == pytest.approx(whole, rel=1e-11, abs=1e-12)
        through = {part["via"]: part for part in made}
        assert len(through) == len(made)
        for via, path in paths[name].items():
            ours = through.pop(via)["value"] if via in through else 0.0  # cut, or after the end
            assert ours == pytest.approx(path[t, 0, unit], rel=1e-11, abs=1e-12), (name, via)
            used[name].add(via)
        assert not through, (name, "has a part that no path is")
        for part in made:
            terms = part.get("terms")
            if terms:
                assert len(terms) == 3
                products = [term["left"]["value"] * term["right"]["value"] for term in terms]
                assert sum(products) == pytest.approx(part["value"], rel=1e-11, abs=1e-12)
            elif part["via"] != OUTSIDE:
                product = np.prod([factor[1] for factor in part["factors"]])
                assert product == pytest.approx(part["value"], rel=1e-12)
    assert used["h"] > {OUTSIDE}


def test_every_factor_says_whose_number_it_is(page):
    """The place of a factor leads to the same number, and no two factors of a part share a name."""
    looked_up = """(places) => places.map((place) => place.address ? s.number(place.address)
        : s.value(place.name, place.t, place.unit, place.view))"""
    for name in ("lstm-2-True", "gru-before-replace-2", "rnn-relu-2-dense"):
        start(page, traced(VARIANTS[name], steps=2))
        said = []
        for value, _, _, made in json.loads(page.evaluate(ALL_PARTS)):
            for part in made:
                factors = [(label, number, place) for label, number, place, _ in part["factors"]]
                for term in part.get("terms", ()):
                    sides = (term["left"], term["right"])
                    factors += [(f["label"], f["value"], f["place"]) for f in sides]
                labels = [label for label, _, _ in factors]
                if value != "x" and "terms" not in part:
                    assert len(set(labels)) == len(labels)
                said += [(number, place) for _, number, place in factors[:3] if place]
        numbers = page.evaluate(looked_up, [place for _, place in said])
        assert numbers == [number for number, _ in said]


# The walk backwards


def walked(page, trace, **options):
    """The beats of the gradient view with their captions."""
    start(page, trace, **options)
    return page.evaluate(
        "s.setView('gradients') ?? s.beats.map("
        "(beat) => ({ ...beat, caption: backwards.gradientCaption(s, beat) }))"
    )


@every_variant
def test_the_walk_goes_against_the_wires(page, cell):
    """Each gradient flows from what has one already, and every value gets its own once."""
    tr = traced(cell, steps=3)
    diagram = record(tr)["variants"][0]["diagram"]
    wires = [(wire["target"], wire["source"]) for wire in diagram["wires"]]
    beats = walked(page, tr)
    assert [beat["id"] for beat in beats[-2:]] == ["t1.in", "recap"]
    for t in (2, 1, 0):
        mine = [beat for beat in beats if beat["t"] == t and beat["key"] != "recap"]
        assert beats.index(mine[0]) == (2 - t) * len(mine)
        known, flown = {"next"}, []
        for beat in mine:
            assert beat["backward"]
            assert beat["id"] == f"t{t + 1}.{beat['key']}"
            flows = [tuple(flow) for flow in beat["flows"]]
            assert {source for source, _ in flows} <= known, beat["id"]
            assert {target for _, target in flows} <= set(beat["lights"])
            assert known.isdisjoint(beat["reveals"])
            known.update(beat["reveals"])
            flown += flows
        assert known == {"next", *cell.names}
        # c's way from "next" is empty at the last timestep, where there is no loss of c
        left_out = [("next", "c")] if t == 2 and "c" in cell.next_state else []
        assert sorted(flown + left_out) == sorted(wires)


NUMBER = r"\(?−?\d+\.\d+\)?"
LINE = re.compile(rf"((?:{NUMBER} [+×] )+{NUMBER}) ([=≈]) (−?\d+\.\d+)")


def exactly(line):
    """The exact result of ``a × b`` or of a sum, as decimals, and the largest operand."""
    texts = [text.strip("()").replace("−", "-") for text in re.split(" [+×] ", line)]
    numbers = [Decimal(text) for text in texts]
    largest = max(1, *map(abs, numbers))
    return (numbers[0] * numbers[1] if "×" in line else sum(numbers)), largest


@every_variant
@pytest.mark.parametrize(("hidden", "digits"), [(2, 3), (3, 2)])
def test_captions_of_gradients_are_true_and_short(page, cell, hidden, digits):
    run = drawn(cell, steps=3, batch=1, inputs=3, hidden=hidden, seed=hidden)
    g = run.backward()
    lines = 0
    beats = walked(page, g.trace, gradients=g, digits=digits)
    for beat in beats:
        caption = beat["caption"]
        assert len(caption) <= 100, caption
        assert caption.endswith(", …" if hidden > 2 else "."), caption
        assert not re.search(r"undefined|NaN|null|_", caption.replace("W_h", "")), caption
        if beat["key"] not in ("in", "recap"):
            shown = rv.rounding.show(float(g[beat["key"]][beat["t"], 0, 0]), digits)
            assert shown in caption, (caption, shown)
        for line, sign, result in LINE.findall(caption):
            (exact, largest), said = exactly(line), Decimal(result.replace("−", "-"))
            assert (sign == "=") == (exact == said), caption
            # the operands are rounded too
            assert abs(exact - said) <= 4 * largest * Decimal(10) ** -digits, caption
            lines += 1
    assert lines >= 3


def test_the_first_caption_says_what_the_loss_is(page):
    cell = VARIANTS["lstm-2-False"]
    tr = traced(cell, steps=3)
    first = walked(page, tr)[0]
    assert first["caption"] == f"{LAST}: dL/dh₁ = 1.000."
    assert first["lead"] == "The loss reaches h."
    dh = np.zeros((3, 1, 2))
    dh[0] = 0.25
    beats = {beat["id"]: beat for beat in walked(page, tr, gradients=tr.backward(dh=dh))}
    assert beats["t3.h"]["caption"] == f"{GIVEN}: dL/dh₁ = 0.000."
    assert beats["t3.h"]["lead"] == "Nothing comes back to h here."
    assert beats["t3.h"]["flows"] == []
    assert beats["t1.h"]["lead"] == "Added: what comes from the loss and t = 2."
    assert beats["t1.h"]["caption"] == "dL/dh₁: 0.250 + 0.000 = 0.250, from the loss and t = 2."


def test_where_truncation_cuts_it_is_said(page):
    run = drawn(VARIANTS["lstm-2-False"], steps=4, batch=1, seed=7)
    g = run.backward(dh_T=None, dc_T=None, truncate=2)
    beats = {beat["id"]: beat for beat in walked(page, g.trace, gradients=g)}
    assert beats["t3.in"]["caption"].endswith("; cut here: nothing goes on to t = 2.")
    assert " to t = 1" not in beats["t3.in"]["caption"]
    assert "; on to t = 3: " in beats["t4.in"]["caption"]
    assert beats["t2.h"]["lead"] == "The loss reaches h."
    assert beats["t2.c"]["lead"] == "Back through tanh: times 1 − tanh²."
    assert ["next", "c"] not in beats["t2.c"]["flows"]
    assert ["next", "c"] in beats["t3.c"]["flows"]
