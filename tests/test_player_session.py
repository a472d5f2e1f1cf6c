"""The state of a player: edits by address, another convention, where in the walk it is."""

import json

import numpy as np
import pytest

import rnnviz as rv
from browser import parts, start
from rnnviz.params import gathered
from rnnviz.placement import place
from rnnviz.storyboard import DETAILS, recap, timestep, walk
from rnnviz.web.record import record
from runs import drawn
from variants import VARIANTS, traced

NEAR = 1e-12
every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
LSTM = VARIANTS["lstm-2-False"]


@pytest.fixture(scope="module")
def page():
    with parts("session") as opened:
        yield opened


def edited(run, edits):
    """What Python makes of a run in which these numbers, by address, are others."""
    arrays = {"x": run.x[:, 0].copy(), **{name: s[0].copy() for name, s in run.states.items()}}
    arrays |= {name: block.copy() for name, block in run.params.blocks(run.cell).items()}
    for address, value in edits.items():
        name, _, index = address.rstrip("]").partition("[")
        arrays[name][tuple(map(int, index.split(",")))] = value
    return rv.trace(
        run.cell,
        arrays["x"][:, None],
        gathered(run.cell, arrays),
        h0=arrays["h_prev"][None],
        c0=arrays["c_prev"][None] if "c_prev" in arrays else None,
    )


def assert_values(page, trace):
    """Assert that the session has the values of a trace, all of them."""
    text = "JSON.stringify(Object.entries(s.result.values).map(([name, all]) => [name, [...all]]))"
    got = dict(json.loads(page.evaluate(text)))
    assert list(got) == list(trace.names)
    for name in trace.names:
        wanted = trace[name].ravel()
        near = NEAR * max(1.0, np.abs(wanted).max())
        np.testing.assert_allclose(got[name], wanted, rtol=NEAR, atol=near, err_msg=name)


def told(page):
    """Count from now on what the session tells of."""
    page.evaluate(
        """() => {
          window.heard = [];
          for (const type of ["beat", "values", "variant", "view", "picks", "select", "focus"])
            s.on(type, () => heard.push(type));
        }"""
    )


def heard(page):
    return page.evaluate("heard.splice(0)")


def refused(page, call):
    """The message with which a call is refused."""
    return page.evaluate(f"(() => {{ try {{ {call}; }} catch (e) {{ return e.message; }} }})()")


# Edits


def addresses(run):
    """One address of every input, state and parameter: its last number."""
    arrays = {"x": run.x[:, 0], **{name: state[0] for name, state in run.states.items()}}
    arrays |= run.params.blocks(run.cell)
    return [f"{name}[{','.join(str(n - 1) for n in a.shape)}]" for name, a in arrays.items()]


@every_variant
def test_an_edit_gives_what_python_gives(page, cell):
    """Every kind of number, one after the other, at the end of its array: wide and tall ones."""
    run = drawn(cell, steps=3, batch=1, inputs=4, hidden=3, seed=1)
    start(page, run.trace())
    edits = {}
    for k, address in enumerate(addresses(run)):
        edits[address] = 0.25 * (k + 1) * (-1) ** k
    put = "(edits) => Object.entries(edits).map(([at, value]) => (s.set(at, value), s.number(at)))"
    assert page.evaluate(put, edits) == [*edits.values()]
    assert_values(page, edited(run, edits))
    assert page.evaluate("s.isEdited")
    page.evaluate("s.reset()")
    assert_values(page, run.trace())
    assert not page.evaluate("s.isEdited")


def test_gradients_follow_an_edit(page):
    run = drawn(LSTM, steps=3, batch=1, seed=2)
    start(page, run.trace())
    before = page.evaluate("[...s.gradients.values.h_prev]")
    page.evaluate("s.set('W_hf[1,0]', 2.5)")
    after = edited(run, {"W_hf[1,0]": 2.5}).backward(dh_T=np.ones((1, 2)))
    got = page.evaluate("[...s.gradients.values.h_prev]")
    np.testing.assert_allclose(got, after["h_prev"].ravel(), rtol=NEAR, atol=1e-14)
    assert not np.allclose(got, before)


def test_what_was_given_stays_and_what_differs_is_known(page):
    run = drawn(LSTM, steps=3, batch=1, seed=3)
    start(page, run.trace())
    told(page)
    page.evaluate("s.set('x[1,0]', 9)")
    assert heard(page) == ["values"]
    assert page.evaluate("s.before('x[1,0]')") == run.x[1, 0, 0]
    changed = "[0, 1, 2].map((t) => s.changed('h', t, 0))"
    assert page.evaluate(changed) == [False, True, True]
    page.evaluate("s.set('x[1,0]', s.before('x[1,0]'))")  # back by hand is no edit
    assert not page.evaluate("s.isEdited")
    assert page.evaluate(changed) == [False] * 3
    page.evaluate("s.set('x[1,0]', 9); s.unset('x[1,0]')")
    assert_values(page, run.trace())
    heard(page)
    page.evaluate("s.unset('x[1,0]')")
    assert heard(page) == []


WRONG = (
    "x", "x[0]", "x[3,0]", "x[0,3]", "x[-1,0]", "x[0,0,0]", "x[0,0] ", "h_prev[2]", "h_prev[0,0]",
    "c_prev[]", "W_if[2,0]", "W_if[0,3]", "b_if[2]", "f[0,0]", "h[0,0]", "",
    "constructor[0]", "__proto__[0]", "toString[0]",
)  # fmt: skip
OTHERS = ("b_f[0]", "p_f[0]")  # of other variants of the cell


@pytest.mark.parametrize("address", [*WRONG, *OTHERS])
def test_an_address_that_names_no_number_is_refused(page, address):
    run = drawn(LSTM, steps=3, batch=1, inputs=3, hidden=2, seed=4)
    start(page, run.trace())
    assert page.evaluate("(address) => s.has(address)", address) in (False, None)
    said = refused(page, f"s.set({json.dumps(address)}, 1)")
    assert said == f"{address}: wanted a number of this cell"
    assert not page.evaluate("s.isEdited")
    if address not in OTHERS:
        page.evaluate("(address) => s.replaceEdits({ [address]: 1 })", address)  # as from a link
    assert not page.evaluate("s.isEdited")
    assert_values(page, run.trace())
    assert page.evaluate("({})[0] === undefined && Object[0] === undefined")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "'1'", "null", "undefined"])
def test_what_is_no_finite_number_is_refused(page, value):
    run = drawn(LSTM, steps=3, batch=1, seed=5)
    start(page, run.trace())
    said = refused(page, f"s.set('x[0,0]', {value})")
    assert said.startswith("x[0,0]: wanted a finite number, got ")
    page.evaluate(f"s.replaceEdits({{ 'x[0,0]': {value} }})")
    assert not page.evaluate("s.isEdited")
    assert_values(page, run.trace())


def test_edits_are_replaced_at_once(page):
    run = drawn(LSTM, steps=3, batch=1, seed=6)
    start(page, run.trace())
    page.evaluate("s.set('x[0,0]', 5)")
    told(page)
    given = {"b_hg[1]": 0.5, "c_prev[0]": -1.5}
    page.evaluate("(edits) => s.replaceEdits(edits)", given)
    assert heard(page) == ["values"]
    assert page.evaluate("Object.fromEntries(s.edits)") == given
    assert_values(page, edited(run, given))


def test_a_record_of_another_schema_is_refused(page):
    made = {**record(traced(LSTM)), "schema": 99}
    said = refused(page, f"new session.Session({json.dumps(made)})")
    assert said == "record: wanted rnnviz-player with schema 1, got rnnviz-player with schema 99"


# Another convention


def by_the_same_rule(run, cell):
    """Weights of another variant: two biases add up, one is the first of two, peepholes are 0."""
    given = run.params.blocks(run.cell)
    blocks = {name: block for name, block in given.items() if name in cell.params}
    for gate in cell.gates:
        zero = np.zeros(len(given[f"W_h{gate.key}"]))
        first, second, only = (f"{kind}{gate.key}" for kind in ("b_i", "b_h", "b_"))
        # an RNN's only bias is called b_h, that of gate h
        if cell.biases == 1 and run.cell.biases != 1:
            blocks[only] = given.get(first, zero) + given.get(second, zero)
        if cell.biases == 2 and run.cell.biases != 2:
            blocks[first] = given[only] if run.cell.biases == 1 else zero
            blocks[second] = zero
    for name in cell.peepholes:
        blocks.setdefault(name, np.zeros_like(next(iter(run.states.values()))[0]))
    return gathered(cell, {name: blocks[name] for name in cell.params})


@every_variant
def test_every_convention_computes_what_python_computes(page, cell):
    """From every variant to each that a record has; where it came from it comes back to."""
    run = drawn(cell, steps=3, batch=1, inputs=3, hidden=4, seed=7)
    trace = run.trace()
    variants = record(trace)["variants"]
    start(page, trace)
    seen = set()
    for k, variant in enumerate(variants):
        choices = {**variants[0], **variant}["choices"]
        other = rv.cell_named(cell.name, **choices)
        seen.add(other)
        page.evaluate("(k) => s.setVariant(k)", k)
        assert page.evaluate("s.variant.convention") == other.convention
        h0, c0 = run.states["h_prev"], run.states.get("c_prev")
        assert_values(page, rv.trace(other, run.x, by_the_same_rule(run, other), h0=h0, c0=c0))
        assert page.evaluate("s.isEdited") == (k > 0)
    assert len(seen) == len(variants) >= 3
    page.evaluate("s.reset()")
    assert_values(page, trace)


def test_an_edit_of_a_bias_waits_for_its_variant(page):
    """An edit of what another variant does not have is kept, and does nothing there."""
    run = drawn(LSTM, steps=2, batch=1, seed=8)
    start(page, run.trace())
    page.evaluate("s.set('b_hf[0]', 3); s.set('x[0,0]', 2)")
    keras = page.evaluate("s.record.variants.findIndex((v) => v.choices.biases === 1)")
    told(page)
    page.evaluate("(k) => s.setVariant(k)", keras)
    assert heard(page) == ["variant", "values"]
    assert not page.evaluate("s.has('b_hf[0]')")
    one = by_the_same_rule(run, VARIANTS["lstm-1-False"])
    x = run.x.copy()
    x[0, 0, 0] = 2
    h0, c0 = run.states["h_prev"], run.states["c_prev"]
    assert_values(page, rv.trace(VARIANTS["lstm-1-False"], x, one, h0=h0, c0=c0))
    page.evaluate("s.setVariant(0)")
    assert_values(page, edited(run, {"b_hf[0]": 3, "x[0,0]": 2}))


def test_another_convention_stays_at_its_timestep(page):
    """At the same beat where the walk has it, else at the timestep's first."""
    start(page, traced(VARIANTS["gru-after-keep-2"], steps=3))
    before = page.evaluate("s.record.variants.findIndex((v) => v.choices.reset === 'before')")
    for beat, then in (("t2.z", "t2.z"), ("t3.rn", "t3.in"), ("recap", "recap")):
        page.evaluate("(beat) => s.setVariant(0) ?? s.go(beat)", beat)
        page.evaluate("(k) => s.setVariant(k)", before)
        assert page.evaluate("s.beat.id") == then


# The walk


@every_variant
def test_the_walk_is_the_storyboards(page, cell):
    """At every level of detail, all timesteps at the same level."""
    trace = traced(cell, steps=3)
    start(page, trace)
    drawn_there = place(cell, 3, 2)
    for detail in DETAILS:
        page.evaluate("(detail) => s.setDetail(detail)", detail)
        beats = page.evaluate("s.beats")
        wanted = [beat for t in range(3) for beat in timestep(drawn_there, t, detail, 0)]
        wanted.append(recap(drawn_there, 2))
        for beat, python in zip(beats, wanted, strict=True):
            assert (beat["id"], beat["key"], beat["t"]) == (python.id, python.key, python.t)
            assert (beat["title"], beat["lead"]) == (python.title, python.lead), beat["id"]
            for field in ("lights", "flows", "reveals"):
                python_has = [
                    list(one) if field == "flows" else one for one in getattr(python, field)
                ]
                assert beat[field] == python_has, beat["id"]
    first = [beat.id for beat in walk(trace) if beat.t == 0]
    page.evaluate("s.setDetail('full')")
    assert page.evaluate("s.beats.map((beat) => beat.id)")[: len(first)] == first


def test_going_about(page):
    start(page, traced(LSTM, steps=3))
    told(page)
    assert page.evaluate("s.beat.id") == "t1.in"
    assert page.evaluate("s.go('t2.f')") is True
    assert heard(page) == ["beat"]
    assert page.evaluate("[s.beat.id, s.beat.t]") == ["t2.f", 1]
    assert page.evaluate("s.goTo(2)") is True
    assert page.evaluate("s.beat.id") == "t3.in"
    heard(page)
    assert page.evaluate("s.go(s.index)") is True  # is there already
    for wrong in ("'t9.f'", "'F'", "-1", "s.beats.length", "NaN", "0.5", "undefined"):
        assert page.evaluate(f"s.go({wrong})") is False, wrong
    assert page.evaluate("s.goTo(3)") is False
    assert (page.evaluate("s.beat.id"), heard(page)) == ("t3.in", [])
    assert page.evaluate("s.go(s.beats.length - 1)") is True
    assert page.evaluate("s.beat.id") == "recap"


def test_another_detail_or_view_stays_nearby(page):
    start(page, traced(LSTM, steps=3))
    page.evaluate("s.go('t2.fc')")
    for call, then in (
        ("s.setView('gradients')", "t2.fc"),
        ("s.setView('values')", "t2.fc"),
        ("s.setDetail('gates')", "t2.in"),
        ("s.go('t2.c') && s.setDetail('full')", "t2.c"),
        ("s.setDetail('brief')", "t2.all"),
        ("s.setView('gradients')", "t2.h"),
        ("s.setView('values')", "t2.all"),
    ):
        page.evaluate(call)
        assert page.evaluate("s.beat.id") == then, call
    assert page.evaluate("s.nearest('t3.tanh_c', 2) === s.nearest('t3.all', 2)")


@every_variant
def test_no_value_is_known_before_its_beat(page, cell):
    """What stands in the picture: what the timestep's beats up to now revealed, and no more."""
    start(page, traced(cell, steps=3))
    names = list(cell.names)
    known = "(names) => s.beats.map((_, k) => s.go(k) && names.filter((name) => s.isKnown(name)))"
    for view in ("values", "gradients"):
        page.evaluate("(view) => s.setView(view)", view)
        for detail in DETAILS:
            page.evaluate("(detail) => s.setDetail(detail)", detail)
            beats = page.evaluate("s.beats.map((beat) => [beat.t, beat.key, beat.reveals])")
            shown = page.evaluate(known, names)
            now, revealed = None, set()
            for (t, key, reveals), seen in zip(beats, shown, strict=True):
                if t != now:
                    now, revealed = t, set()
                revealed.update(reveals)
                assert set(seen) == (set(names) if key == "recap" else revealed), (view, t, key)
            assert revealed == set(names)
            assert set(shown[0]) < set(names) or detail == "brief"


def test_what_is_known_does_not_depend_on_the_way_there(page):
    start(page, traced(LSTM, steps=3))
    page.evaluate("s.go('t2.h'); s.isKnown('h'); s.go('t2.i')")
    assert page.evaluate("['f', 'i', 'g', 'h'].map((name) => s.isKnown(name))") == [
        True, True, False, False,
    ]  # fmt: skip
    page.evaluate("s.go('t3.in')")
    assert page.evaluate("['h_prev', 'f', 'h'].map((name) => s.isKnown(name))") == [
        True, False, False,
    ]  # fmt: skip


# Units


def test_following_a_unit_brings_it_into_the_picture(page):
    start(page, drawn(LSTM, 1, 1, 2, hidden=20).trace().pick(units=[2, 5, 11]))
    assert page.evaluate("[s.units, s.inputs, s.focusUnit]") == [[2, 5, 11], [0, 1], 2]
    told(page)
    page.evaluate("s.follow(5)")
    assert heard(page) == ["focus"]
    page.evaluate("s.follow(0)")
    assert heard(page) == ["picks", "focus"]
    assert page.evaluate("[s.units, s.focusUnit]") == [[0, 2, 5], 0]


def test_selecting_is_told_and_forgotten_at_the_next_beat(page):
    start(page, traced(LSTM))
    told(page)
    page.evaluate("s.select(null)")
    assert heard(page) == []
    page.evaluate("s.select({ name: 'f', t: 0, unit: 1 })")
    assert heard(page) == ["select"]
    page.evaluate("s.go('t1.f')")
    assert heard(page) == ["select", "beat"]
    assert page.evaluate("s.selected") is None


def test_who_no_longer_listens_is_not_told(page):
    start(page, traced(LSTM))
    page.evaluate("() => { window.count = 0; window.off = s.on('beat', () => { count += 1; }); }")
    page.evaluate("() => { s.go(1); off(); s.go(2); }")
    assert page.evaluate("count") == 1
