"""What-if in Python: the edited trace is the one that the player computes from the same edits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz as rv
from browser import parts, start
from rnnviz.conventions import CONVENTIONS, cell_named
from rnnviz.web.edits import differences, edited, parsed, starting, variant
from runs import drawn
from variants import VARIANTS, traced

NAMED = [
    (cell, convention)
    for cell in rv.CELLS
    for convention, cells in CONVENTIONS.items()
    if cell in cells
]


def addresses(trace, cell=None):
    """Every address of a number that can be edited, in the trace's own variant."""
    return {
        f"{name}[{','.join(map(str, index))}]"
        for name, array in starting(trace, 0, cell or trace.cell).items()
        for index in np.ndindex(array.shape)
    }


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_without_edits_the_trace_is_the_same(cell):
    trace = traced(cell)
    same = edited(trace, 0, {})
    assert same.cell == cell
    assert all(np.array_equal(same[name], trace[name]) for name in trace)


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_an_edit_changes_its_number_alone(cell):
    trace = traced(cell)
    for address in addresses(trace):
        name, index = parsed(address)
        before, after = (
            starting(one, 0, cell)[name] for one in (trace, edited(trace, 0, {address: 0.25}))
        )
        expected = before.copy()
        expected[index] = 0.25
        assert np.array_equal(after, expected), address


@pytest.fixture(scope="module")
def page():
    with parts("session") as opened:
        yield opened


HIDDEN = """([edits, convention]) => {
    const found = s.record.variants.findIndex((one) => one.names.includes(convention));
    s.replaceEdits(edits, convention ? found : s.record.variant);
    return [...s.result.values.h];
}"""


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_the_player_computes_the_same_from_the_same_edits(cell, page):
    trace = traced(cell)
    start(page, trace)
    conventions = ["", *(c for kind, c in NAMED if kind == cell.name)]
    draw = np.random.default_rng(7)
    for convention in conventions:
        other = variant(cell, convention)
        some = draw.choice(sorted(addresses(trace) | addresses(trace, other)), 5, replace=False)
        edits = {str(address): float(draw.normal()) for address in some}
        theirs = page.evaluate(HIDDEN, [edits, convention])
        ours = edited(trace, 0, edits, other)["h"][:, 0]
        np.testing.assert_allclose(ours.ravel(), theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("cell", "convention"), NAMED)
def test_every_convention_of_every_variant_has_a_trace(cell, convention):
    for name, own in VARIANTS.items():
        if own.name == cell:
            other = cell_named(cell, convention)
            assert edited(traced(own), 0, {}, other).cell == other, name


def test_two_biases_become_their_sum_and_one_the_first_of_two():
    trace = rv.trace("lstm")
    was = trace.params.blocks(trace.cell)
    one = edited(trace, 0, {}, cell_named("lstm", "keras"))
    now = one.params.blocks(one.cell)
    assert np.array_equal(now["b_f"], was["b_if"] + was["b_hf"])
    np.testing.assert_allclose(one["h"], trace["h"], rtol=1e-12)
    two = edited(one, 0, {}, trace.cell)
    again = two.params.blocks(two.cell)
    assert np.array_equal(again["b_if"], now["b_f"])
    assert not again["b_hf"].any()


def test_another_variants_number_changes_nothing():
    trace = rv.trace("lstm")
    for address in ("b_f[0]", "p_f[1]"):
        assert np.array_equal(edited(trace, 0, {address: 3.0})["h"], trace["h"])


def test_a_sample_of_a_batch_is_edited_up_to_its_end():
    made = rv.demo(rv.CELLS["gru"], steps=4)
    x = np.concatenate([made.x, 2 * made.x], axis=1)
    trace = rv.trace("gru", x, made.params, lengths=[4, 3])
    other = edited(trace, 1, {"x[2,0]": 0.5})
    assert other.sizes == {"T": 3, "B": 1, "I": 3, "H": 2}
    np.testing.assert_allclose(other["h"][:2, 0], trace["h"][:2, 1], rtol=1e-12)
    assert other["x"][2, 0, 0] == 0.5


def test_what_was_picked_stays_picked_and_the_kind_of_numbers_too():
    made = rv.demo(rv.CELLS["rnn"], input_size=5, hidden_size=6)
    trace = rv.trace("rnn", made.x, made.params, dtype=np.float32).pick([1, 4], [0])
    other = edited(trace, 0, {"x[0,0]": 0.25})
    assert (*other.shown("h"), *other.shown("x")) == (1, 4, 0)
    assert other["h"].dtype == np.float32


def test_an_excerpt_stays_one_whatever_was_not_picked():
    trace = drawn(rv.CELLS["lstm"], inputs=20, hidden=18).trace()
    for excerpt in (trace.pick(units=[0, 5, 17]), trace.pick(inputs=[3])):
        other = edited(excerpt, 0, {"x[0,0]": 1.0})
        assert type(other) is type(excerpt)
        assert [*other.shown("x")] == [*excerpt.shown("x")]
        assert [*other.shown("h")] == [*excerpt.shown("h")]
        assert other["x"][0, 0, 0] == 1.0


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_what_overflows_is_refused_on_one_line(kind):
    trace = rv.trace("rnn", convention="relu", dtype=kind)
    wanted = rf"^h\w*: wanted sums that {kind.__name__} can hold, got [^\n]*$"
    with pytest.raises(rv.RnnvizError, match=wanted):
        edited(trace, 0, {"W_hh[0,0]": 1e300, "h_prev[0]": 1e10})


def test_biases_whose_sum_overflows_are_refused_on_one_line():
    edits = {"b_in[0]": 1.2e308, "b_hn[0]": 1.2e308, "b_ir[0]": -50}  # r is 0, so n is finite
    trace = edited(rv.trace("gru"), 0, edits)
    with pytest.raises(rv.RnnvizError, match=r"^bias_ih: wanted finite numbers, got inf [^\n]*$"):
        edited(trace, 0, {}, cell_named("gru", "keras-v1"))


def test_edits_are_found_by_difference():
    before = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert dict(differences("x", before, [[1, 2], [3, 5]])) == {"x[1,1]": 5.0}
    assert dict(differences("x", before, before)) == {}
    for wrong in ([[1, 2]], [1, 2], [[1, 2], [3, np.nan]]):
        with pytest.raises(rv.RnnvizError, match=r"x: wanted"):
            dict(differences("x", before, wrong))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("x[3,0]", r"address: wanted x\[0…2,0…2\], got 'x\[3,0\]'"),
        ("x[0]", "wanted x"),
        ("h_prev[2]", "wanted h_prev"),
        ("h_prev[0,0]", "wanted h_prev"),
        ("W_if[0,3]", "wanted W_if"),
        ("f[0]", "wanted one of x, h_prev, c_prev, W_ii"),
        ("x", "wanted one such as"),
        ("x[-1,0]", "wanted one such as"),
        ("x[00,0]", "wanted one such as"),
        ("x[0,0] ", "wanted one such as"),
        ("x[٣,0]", "wanted one such as"),
        ("__proto__[0]", "wanted one of"),
        (3, "wanted one such as"),
        ("h0[0]", r"wanted initial states as h_prev\[k\] and c_prev\[k\], got 'h0\[0\]'"),
        ("c_0[1]", r"wanted initial states as h_prev\[k\] and c_prev\[k\], got 'c_0\[1\]'"),
    ],
)
def test_a_bad_address_is_refused(address, message):
    with pytest.raises(rv.RnnvizError, match=message):
        edited(rv.trace("lstm"), 0, {address: 1.0})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, True, 1j, [1.0]])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(rv.RnnvizError, match=r"x\[0,0\]: wanted a finite number, got"):
        edited(rv.trace("rnn"), 0, {"x[0,0]": value})


def test_whole_numbers_and_numpys_are_numbers():
    for value in (1, np.float32(1), np.int64(1)):
        assert edited(rv.trace("rnn"), 0, {"x[0,0]": value})["x"][0, 0, 0] == 1.0


def test_another_kind_of_cell_is_refused():
    with pytest.raises(rv.RnnvizError, match="cell: wanted a variant of LSTM, got GRU"):
        edited(rv.trace("lstm"), 0, {}, rv.CELLS["gru"])
    with pytest.raises(rv.RnnvizError, match="edits: wanted numbers by address, got list"):
        edited(rv.trace("lstm"), 0, [1])


@given(text=st.text(max_size=12))
def test_any_other_text_is_refused_on_one_line(text):
    trace = rv.trace("rnn")
    if text not in addresses(trace):
        with pytest.raises(rv.RnnvizError, match=r"^address: wanted [^\n]*$"):
            edited(trace, 0, {text: 0.5})
