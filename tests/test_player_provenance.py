"""Where a number comes from, in the panel: operand by operand, and what uses it."""

import json
import re

import pytest

import rnnviz as rv
from panel_checks import check_line, check_table, demo, every_beat, panel_page, start, truth
from rnnviz.cells import Cell
from rnnviz.ops import PRODUCTS
from rnnviz.rounding import MINUS
from variants import FEW, VARIANTS, traced


@pytest.fixture(scope="module")
def page():
    with panel_page() as page:
        yield page


def used_by(cell: Cell, name: str, t: int, unit: int, steps: int, units: int) -> list[list]:
    """Return what uses a value, from the steps of the cell."""
    found = [
        [step.name, t, one]
        for step in cell.steps
        if name in step.args
        for one in (range(units) if step.op in PRODUCTS else [unit])
    ]
    states = dict(zip(cell.next_state, cell.states, strict=True))
    return [*found, *([[states[name], t + 1, unit]] if name in states and t + 1 < steps else [])]


@pytest.mark.parametrize("name", VARIANTS)
def test_uses_are_those_of_the_steps(page, name):
    cell = demo(name).cell
    start(page, demo(name))
    places = [[value, t, 1] for t in (0, 1) for value in cell.names]
    found = page.evaluate(
        """(places) => places.map(([name, t, unit]) => {
          const key = (one) => [one.name, one.t, one.unit];
          const uses = provenance.uses(s, { name, t, unit });
          return [uses.map(key), uses.map((use) => provenance.feeds(s, use).map(key))];
        })""",
        places,
    )
    for place, (uses, feeds) in zip(places, found, strict=True):
        assert uses == used_by(cell, *place, steps=2, units=2), place
        assert all(place in made_of for made_of in feeds), f"{place}: used by what it does not make"


@pytest.mark.parametrize(
    ("name", "view"),
    [*((name, "values") for name in VARIANTS), *((name, "gradients") for name in FEW)],
)
def test_every_value_has_a_panel_of_where_it_comes_from(page, name, view):
    made = truth(demo(name))
    cell = made.trace.cell
    start(page, made.trace)
    page.evaluate("(view) => { s.setView(view); s.go('recap'); }", view)
    places = [{"name": name, "t": t, "unit": 1} for t in (0, 1) for name in cell.names]
    look = "places.map((place) => (s.select(place), seen()))"
    shown = json.loads(page.evaluate(f"(places) => JSON.stringify({look})", places))
    for place, seen in zip(places, shown, strict=True):
        where = (name, view, place)
        made.check(seen)
        for bodies in seen["tables"]:
            check_table(bodies, where)
        assert f"t = {place['t'] + 1}" in seen["text"]
        there = {p.removeprefix("d" * (view == "gradients")) for p, _ in seen["numbers"]}
        if view == "gradients":
            made.check_paths(seen)
            assert f"{place['name']}[{place['t']},1]" in there, where
            continue
        for line in seen["lines"]:
            if not re.fullmatch(r"= [^ ]+", line):
                check_line(line, where)
        step = next((step for step in cell.steps if step.name == place["name"]), None)
        if step is None:
            if place["name"] in cell.states and place["t"]:
                new = cell.next_state[cell.states.index(place["name"])]
                assert f"{new}[0,1]" in there, where
                assert "of t = 1" in seen["text"], where
            else:
                assert "given" in seen["text"], where
            continue
        for arg in step.args:
            units = (0, 1, 2) if arg == "x" else (0, 1) if step.op in PRODUCTS else (1,)
            if arg in cell.names:
                assert {f"{arg}[{place['t']},{unit}]" for unit in units} <= there, (where, arg)
        shown_uses = used_by(cell, place["name"], place["t"], 1, 2, 2)
        assert {f"{use}[{t},{unit}]" for use, t, unit in shown_uses} <= there, where


@pytest.mark.parametrize("name", ["lstm-2-True", "gru-after-keep-2", "gru-before-keep-2"])
@pytest.mark.parametrize("view", ["values", "gradients"])
def test_every_number_leads_to_its_place(page, name, view):
    start(page, demo(name))
    page.evaluate("(view) => s.setView(view)", view)
    pressed = page.evaluate(
        """() => s.beats.flatMap((_, k) => {
          s.go(k);
          const count = p.root.querySelectorAll("button[data-place]").length;
          return Array.from({ length: count }, (_, at) => {
            s.select(null);
            edited.length = 0;
            const button = p.root.querySelectorAll("button[data-place]")[at];
            button.click();
            return [button.dataset.place, s.selected, edited[0] ?? null, s.beat === s.beats[k]];
          });
        })"""
    )
    assert len(pressed) > 60
    for place, selected, edited, stays in pressed:
        assert stays, place
        if edited is not None:
            assert (edited, selected) == (place, None)
            continue
        gradient = selected.get("view", view) == "gradients"
        at = f"{selected['name']}[{selected['t']},{selected['unit']}]"
        assert place == ("d" if gradient else "") + at


def test_without_a_way_to_edit_weights_are_no_buttons(page):
    start(page, demo("lstm-2-False"), edit=False)
    page.evaluate("s.go('t1.f')")
    tags = page.evaluate(
        """() => [...p.root.querySelectorAll("[data-place]")]
          .map((one) => [one.dataset.place[0], one.tagName])"""
    )
    assert {tag for letter, tag in tags if letter in "Wb"} == {"SPAN"}
    assert {tag for letter, tag in tags if letter not in "Wb"} == {"BUTTON"}


def test_one_can_walk_back_through_the_cell_and_return(page):
    start(page, rv.trace("lstm"))
    page.evaluate("s.go('t2.f')")

    def title():
        return page.locator(".rv-panel-title").get_attribute("aria-label")

    def press(place):
        page.locator(f'button[data-place="{place}"]').first.press("Enter")

    press("h_prev[1,1]")
    assert title() == "old h, unit 2, t = 2"
    assert page.get_by_role("button", name="Back", exact=True).count() == 0
    assert page.evaluate("document.activeElement === p.title")
    press("h[0,1]")
    assert title() == "h, unit 2, t = 1"
    press("o[0,1]")
    press("W_io[1,0]")
    assert page.evaluate("edited") == ["W_io[1,0]"]
    assert (title(), page.evaluate("s.beat.id")) == ("o, unit 2, t = 1", "t2.f")
    page.get_by_role("button", name="Back", exact=True).press("Enter")
    assert title() == "h, unit 2, t = 1"
    assert page.evaluate("document.activeElement.dataset.place") == "o[0,1]"
    page.get_by_role("button", name="Back", exact=True).press("Enter")
    assert title() == "old h, unit 2, t = 2"
    press("f_h[1,0]")
    page.keyboard.press("Escape")
    assert page.evaluate("s.selected") is None
    assert page.locator(".rv-panel-title").inner_text() == "Forget gate"
    press("x[1,0]")
    page.get_by_role("button", name="Close").press("Enter")
    assert page.evaluate("document.activeElement.dataset.place") == "x[1,0]"
    press("x[1,0]")
    page.get_by_role("button", name="edit").press("Enter")
    assert page.evaluate("edited.at(-1)") == "x[1,0]"
    page.evaluate("s.go('t2.c')")
    assert page.locator(".rv-panel-title").inner_text() == "New cell state"


def test_a_value_in_the_gradient_view_leads_to_the_value(page):
    start(page, rv.trace("lstm"))
    page.evaluate("s.setView('gradients'); s.go('t2.f')")
    page.locator('button[data-place="c_prev[1,0]"]').first.click()
    assert page.locator(".rv-panel-title").get_attribute("aria-label") == "old c, unit 1, t = 2"
    assert "of t = 1" in page.locator(".rv-panel").inner_text()
    page.locator('button[data-place="c[0,0]"]').first.click()
    assert "Used by" in page.locator(".rv-panel").inner_text()
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name="Close").click()
    page.locator('button[data-place="dfc[1,0]"]').first.click()
    said = page.locator(".rv-panel-title").get_attribute("aria-label")
    assert said.startswith("dL/d of f times old c")


def test_the_unit_that_is_worked_out_can_be_chosen(page):
    start(page, rv.trace("lstm"))
    page.evaluate("s.go('t1.f')")
    page.get_by_role("button", name="unit 2", exact=True).press("Enter")
    assert page.evaluate("s.focusUnit") == 1
    assert page.locator('[data-place="W_if[1,0]"]').count() == 1
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


def test_what_an_edit_changes_is_marked_and_tells_what_it_was(page):
    start(page, rv.trace("lstm"))
    marked = "[...p.root.querySelectorAll('.rv-p-changed')].map((one) => one.dataset.place)"
    page.evaluate("s.go('t1.f')")
    assert page.evaluate(marked) == []
    assert page.locator(".rv-p-changed-note").is_hidden()
    page.evaluate("s.set('x[0,1]', 2.5); s.set('W_if[0,0]', -1)")
    assert set(page.evaluate(marked)) == {"W_if[0,0]", "x[0,1]", "f_pre[0,0]", "f[0,0]"}
    assert page.locator(".rv-p-changed-note").is_visible()
    weight = page.locator('[data-place="W_if[0,0]"]')
    named = "W_if, unit 1, from input 1"
    assert weight.get_attribute("title") == f"{named}: {MINUS}1, was {MINUS}0.02"
    assert weight.get_attribute("aria-label") == f"{MINUS}1.000, {named}, was {MINUS}0.02"
    page.evaluate("s.select({ name: 'x', t: 0, unit: 1 })")
    assert f"edited: {MINUS}0.700 → 2.500" in page.locator(".rv-panel").inner_text()
    page.evaluate("s.go('t2.in')")
    assert "x[1,0]" not in page.evaluate(marked)
    assert "h[0,0]" in page.evaluate(marked)
    page.evaluate("s.reset()")
    assert page.evaluate(marked) == []


def test_another_variant_has_a_panel_too(page):
    start(page, rv.trace("gru"))
    page.evaluate("s.go('t1.n')")
    names = page.evaluate("s.record.variants.map((variant) => variant.choices)")
    for index, _ in enumerate(names):
        page.evaluate("(index) => s.setVariant(index)", index)
        for seen in every_beat(page):
            for line in seen["lines"]:
                check_line(line, (index, seen["id"]))
            for bodies in seen["tables"]:
                check_table(bodies, (index, seen["id"]))


def test_numbers_that_all_but_overflow_show_no_wrong_picture(page):
    start(page, traced(VARIANTS["rnn-relu-2-sum"], 8))
    page.evaluate("s.set('W_hh[0,0]', 1e30); s.set('W_hh[1,1]', -1e30); s.set('x[0,0]', 1e60)")
    for seen in every_beat(page):
        assert "undefined" not in seen["text"]
    drawn = page.evaluate(
        "[...p.root.querySelectorAll('svg *')].map((one) => one.outerHTML).join('')"
    )
    assert "NaN" not in drawn
    assert "Infinity" not in drawn


def test_what_uses_a_value_has_no_number_before_the_picture_has(page):
    start(page, rv.trace("lstm"))
    uses = "[...p.root.querySelectorAll('.rv-p-uses button')].map((one) => one.textContent)"
    page.evaluate("s.go('t1.f'); s.select({ name: 'f', t: 0, unit: 0 })")
    assert page.evaluate(uses) == ["f₁ ⊙ old c₁"]
    page.locator(".rv-p-uses button").click()
    assert page.evaluate("s.selected.name") == "fc"
    page.evaluate("s.go('t1.fc'); s.select({ name: 'f', t: 0, unit: 0 })")
    assert page.evaluate(uses) == ["0.133"]
