"""What if: numbers changed by hand in the browser give what Python gives with the same numbers."""

import numpy as np
import pytest

import rnnviz as rv
from player_page import changed, number, shown, values
from rnnviz.conventions import cell_named
from rnnviz.web.record import record
from variants import VARIANTS, traced

LSTM = rv.trace("lstm")
PEEPHOLES = traced(cell_named("lstm", "peepholes"))


def editing(trace=LSTM, **options):
    return shown("editing", "Editing", trace, **options)


def field(page, address):
    return page.locator(f'[data-address="{address}"]')


def choose(page, gate):
    page.locator(f'.rv-gate input[value="{gate}"]').check()


def drag(page, address, by, *, keys=(), stops=4):
    """Press on a number, move it sideways by some pixels in a few stops, let go."""
    field(page, address).scroll_into_view_if_needed()
    box = field(page, address).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for key in keys:
        page.keyboard.down(key)
    for k in range(1, stops + 1):
        page.mouse.move(x + by * k / stops, y)
    for key in keys:
        page.keyboard.up(key)
    page.mouse.up()


def told(page):
    return page.locator(".rv-said").text_content()


def holds(page, expected):
    """Assert that every value of the browser is that of a trace."""
    found = values(page)
    for name in expected.names:
        np.testing.assert_allclose(
            found[name], expected[name][:, 0], rtol=1e-12, atol=1e-12, err_msg=name
        )


# Dragging


@pytest.mark.parametrize(
    ("trace", "gate", "address"),
    [
        (LSTM, None, "x[0,1]"),
        (LSTM, None, "h_prev[0]"),
        (LSTM, None, "c_prev[1]"),
        (LSTM, "f", "W_if[1,2]"),
        (LSTM, "o", "W_ho[0,1]"),
        (LSTM, "g", "b_ig[1]"),
        (LSTM, "i", "b_hi[0]"),
        (PEEPHOLES, "f", "p_f[1]"),
    ],
)
def test_a_drag_changes_a_number_by_a_hundredth_a_pixel_and_all_that_follows(trace, gate, address):
    with editing(trace) as page:
        if gate:
            choose(page, gate)
        before = number(page, address)
        drag(page, address, 44)
        after = number(page, address)
        assert after == pytest.approx(before + 0.44, abs=1e-12)
        holds(page, changed(trace, trace.cell, {address: after}))
        drag(page, address, -44)
        assert number(page, address) == before
        assert page.evaluate("s.edits.size") == 0


def test_a_dragged_number_has_no_digits_that_nobody_set():
    with editing() as page:
        drag(page, "x[0,0]", 3)
        assert number(page, "x[0,0]") == 0.43


def test_shift_drags_ten_times_finer():
    with editing() as page:
        drag(page, "x[0,0]", 44, keys=["Shift"])
        assert number(page, "x[0,0]") == 0.444


def test_each_step_of_a_drag_is_computed_before_the_number_is_let_go():
    with editing() as page:
        box = field(page, "x[0,0]").bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 40, box["y"] + 10)
        page.wait_for_function("s.number('x[0,0]') === 0.6")
        holds(page, changed(LSTM, LSTM.cell, {"x[0,0]": 0.6}))
        page.mouse.up()


def test_a_click_that_does_not_move_changes_nothing_and_starts_typing():
    with editing() as page:
        field(page, "x[0,0]").click()
        assert page.evaluate("document.activeElement.dataset.address") == "x[0,0]"
        assert page.evaluate("s.edits.size") == 0
        page.keyboard.type("2")
        page.keyboard.press("Enter")
        assert number(page, "x[0,0]") == 2


# Typing


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.25", 0.25),
        ("0,25", 0.25),
        ("-1.5", -1.5),
        ("−1.5", -1.5),
        ("+3", 3.0),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("1e−3", 0.001),
        (" 7 ", 7.0),
        ("-0", 0.0),
    ],
)
def test_a_number_can_be_written_in_many_ways(text, value):
    with editing() as page:
        field(page, "h_prev[1]").fill(text)
        field(page, "h_prev[1]").press("Enter")
        assert number(page, "h_prev[1]") == value
        assert page.evaluate("Object.is(s.number('h_prev[1]'), -0)") is False
        holds(page, changed(LSTM, LSTM.cell, {"h_prev[1]": value}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("abc", "h at the start, unit 2: wanted a number, got 'abc'"),
        ("", "h at the start, unit 2: wanted a number, got nothing"),
        ("1,234.5", "h at the start, unit 2: wanted a number, got '1,234.5'"),
        ("0x10", "h at the start, unit 2: wanted a number, got '0x10'"),
        ("Infinity", "h at the start, unit 2: wanted a number, got 'Infinity'"),
        ("1e999", "h at the start, unit 2: wanted a number that a float64 holds, got '1e999'"),
    ],
)
def test_what_is_no_number_is_refused_in_one_line_and_changes_nothing(text, said):
    with editing() as page:
        field(page, "h_prev[1]").fill(text)
        field(page, "h_prev[1]").press("Enter")
        assert told(page) == said
        assert field(page, "h_prev[1]").get_attribute("aria-invalid") == "true"
        assert page.evaluate("s.edits.size") == 0
        page.locator(".rv-count").click()  # the focus goes, the number comes back
        field(page, "h_prev[1]").blur()
        assert field(page, "h_prev[1]").input_value() == "−0.300"
        assert field(page, "h_prev[1]").get_attribute("aria-invalid") is None


@pytest.mark.parametrize("convention", ["pytorch", "relu"])
def test_a_number_with_which_a_value_becomes_infinite_is_refused(convention):
    with editing(traced(cell_named("rnn", convention))) as page:
        for address, text in (("W_ih[0,0]", "1e308"), ("x[0,0]", "-12345")):
            field(page, address).fill(text)
            field(page, address).press("Enter")
        assert told(page).startswith("x, t = 1, input 1: ")
        assert "wanted finite numbers, got an overflow" in told(page)
        assert page.evaluate("[...s.edits.keys()]") == ["W_ih[0,0]"]
        assert np.isfinite(values(page)["h_pre"]).all()


def test_leaving_a_field_takes_what_was_typed():
    with editing() as page:
        field(page, "x[0,0]").fill("0.9")
        field(page, "x[0,1]").focus()
        assert number(page, "x[0,0]") == 0.9


def test_escape_brings_back_what_was_there_when_the_focus_came():
    with editing() as page:
        field(page, "x[0,0]").fill("5")
        page.keyboard.press("Escape")
        assert field(page, "x[0,0]").input_value() == "0.4"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert number(page, "x[0,0]") == 0.42
        page.keyboard.press("Escape")
        assert number(page, "x[0,0]") == 0.4
        assert page.evaluate("s.edits.size") == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ArrowUp", 0.41),
        ("ArrowDown", 0.39),
        ("Shift+ArrowUp", 0.5),
        ("Shift+ArrowDown", 0.3),
        ("PageUp", 1.4),
        ("PageDown", -0.6),
    ],
)
def test_keys_step_a_number_and_no_beat(key, value):
    with editing() as page:
        page.evaluate("window.heard = null")
        page.evaluate("document.addEventListener('keydown', (e) => { window.heard = e.key; })")
        field(page, "x[0,0]").focus()
        page.keyboard.press(key)
        assert number(page, "x[0,0]") == value
        assert field(page, "x[0,0]").get_attribute("aria-valuenow") == str(value)
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Home")
        assert page.evaluate("window.heard") is None


def test_a_field_shows_all_digits_only_while_it_is_typed_in():
    with editing() as page:
        field(page, "x[0,0]").fill("0.123456")
        page.keyboard.press("Enter")
        assert field(page, "x[0,0]").input_value() == "0.123456"
        field(page, "x[0,1]").focus()
        assert field(page, "x[0,0]").input_value() == "0.123"
        field(page, "x[0,0]").focus()
        field(page, "x[0,1]").focus()  # what was only looked at is not rounded
        assert number(page, "x[0,0]") == 0.123456


# What is edited


def test_an_edited_number_is_marked_and_says_what_it_was():
    with editing() as page:
        input_ = field(page, "x[0,0]")
        assert input_.get_attribute("aria-label") == "x, t = 1, input 1"
        drag(page, "x[0,0]", 20)
        assert input_.get_attribute("aria-label") == "x, t = 1, input 1, edited, was 0.400"
        assert page.locator(".rv-edited s").text_content() == "0.400"
        assert input_.evaluate("(node) => getComputedStyle(node).fontWeight") == "700"
        assert page.locator(".rv-count").text_content() == "1 number changed"
        page.get_by_role("button", name="Reset x, t = 1, input 1 to 0.400").click()
        assert number(page, "x[0,0]") == 0.4
        assert page.locator(".rv-edited").count() == 0
        assert page.locator(".rv-count").text_content() == "Nothing changed"


def test_a_gate_with_edits_is_marked_while_another_is_shown():
    with editing() as page:
        choose(page, "f")
        drag(page, "W_if[0,0]", 20)
        choose(page, "o")
        assert field(page, "W_if[0,0]").count() == 0
        assert page.locator(".rv-gate.rv-edited").text_content() == "f Forget gate"


def test_all_can_be_reset_at_once():
    with editing() as page:
        drag(page, "x[0,0]", 20)
        page.evaluate("s.set('W_if[0,0]', 3)")
        page.locator(".rv-convention").select_option("1")
        assert page.locator(".rv-count").text_content() == "2 numbers changed"
        page.get_by_role("button", name="Reset all").click()
        assert page.evaluate("[s.edits.size, s.variantIndex]") == [0, 0]
        holds(page, LSTM)


def test_the_x_table_follows_the_beat_unless_one_types_in_it():
    with editing() as page:
        page.evaluate("s.goTo(2)")
        assert field(page, "x[2,0]").count() == 1
        assert page.locator(".rv-group-x th[scope=row]").text_content() == "t = 3"
        field(page, "x[2,0]").focus()
        page.evaluate("s.goTo(0)")
        assert field(page, "x[2,0]").count() == 1
        field(page, "h_prev[0]").focus()
        page.evaluate("s.goTo(1)")
        assert field(page, "x[1,0]").count() == 1


def test_all_timesteps_can_be_edited_ten_at_a_time():
    long = rv.trace("rnn", np.random.default_rng(0).normal(size=(25, 3)))
    with editing(long) as page:
        options = page.locator(".rv-group-x option").all_text_contents()
        assert options == ["the current one", "t = 1 to 10", "t = 11 to 20", "t = 21 to 25"]
        page.locator(".rv-group-x select").select_option("t = 21 to 25")
        drag(page, "x[24,2]", 30)
        holds(page, changed(long, long.cell, {"x[24,2]": number(page, "x[24,2]")}))


def test_the_gate_of_the_beat_is_at_hand():
    with editing() as page:
        page.evaluate("s.go('t1.o')")
        assert page.locator(".rv-gate input:checked").get_attribute("value") == "o"
        assert field(page, "W_io[0,0]").count() == 1


@pytest.mark.parametrize("address", ["W_ho[1,0]", "b_ii[0]", "x[2,1]", "c_prev[0]"])
def test_an_address_leads_to_its_field(address):
    with editing() as page:
        assert page.evaluate("(address) => part.edit(address)", address) is True
        assert page.evaluate("document.activeElement.dataset.address") == address


def test_an_address_that_there_is_not_leads_nowhere():
    with editing() as page:
        assert page.evaluate("part.edit('W_if[9,9]')") is False
        assert page.evaluate("part.edit('p_f[0]')") is False


def test_every_number_of_an_8_by_8_lstm_has_a_field():
    big = traced(VARIANTS["lstm-2-True"], inputs=8, hidden=8)
    with editing(big) as page:
        found = set()
        for gate in "ifgo":
            choose(page, gate)
            found |= set(
                page.locator("[data-address]").evaluate_all(
                    "(all) => all.map((one) => one.dataset.address)"
                )
            )
        blocks = big.params.blocks(big.cell)
        wanted = {
            f"{name}[{','.join(map(str, at))}]"
            for name, block in blocks.items()
            for at in np.ndindex(block.shape)
        }
        assert wanted <= found


# Conventions


def _peepholes(blocks):
    return {**blocks, **{f"p_{key}": np.zeros_like(blocks["b_ii"]) for key in "ifo"}}


@pytest.mark.parametrize(
    ("cell", "convention", "conversion", "said"),
    [
        ("gru", "keras-v1", lambda b: _sums_of(b, "rzn"), "become one, their sum"),
        ("gru", "guide", None, "The biases are left out"),
        ("gru", "onnx", None, "The same weights, computed otherwise"),
        ("lstm", "keras", lambda b: _sums_of(b, "ifgo"), "become one, their sum"),
        ("lstm", "peepholes", _peepholes, "peepholes start at zero"),
        ("rnn", "relu", None, "The same weights, computed otherwise"),
        ("rnn", "unmasking", None, "The same weights, computed otherwise"),
        (("lstm", "keras"), "pytorch", lambda b: _firsts_of(b, "ifgo"), "the second is zero"),
        (("lstm", "guide"), "pytorch", lambda b: _zeros_of(b, "ifgo"), "both start at zero"),
        (("lstm", "peepholes"), "pytorch", None, "peepholes are left out"),
    ],
)
def test_another_convention_computes_what_python_does_and_says_what_became_of_biases(
    cell, convention, conversion, said
):
    trace = traced(cell_named(*([cell] if isinstance(cell, str) else cell)))
    other = cell_named(trace.cell.name, convention)
    with editing(trace) as page:
        labels = page.locator(".rv-convention option").all_text_contents()
        assert labels[0].endswith("(as given)")
        place = next(
            k for k, text in enumerate(labels) if convention in text.partition(":")[0].split(", ")
        )
        page.locator(".rv-convention").select_option(str(place))
        assert said in page.locator(".rv-editing").text_content()
        assert told(page) == f"Now {other.convention}."
        holds(page, changed(trace, other, {}, conversion))
        drag(page, "x[0,0]", 25)
        holds(page, changed(trace, other, {"x[0,0]": number(page, "x[0,0]")}, conversion))


def _sums_of(blocks, keys):
    return {**blocks, **{f"b_{key}": blocks[f"b_i{key}"] + blocks[f"b_h{key}"] for key in keys}}


def _firsts_of(blocks, keys):
    firsts = {f"b_i{key}": blocks[f"b_{key}"] for key in keys}
    return {**blocks, **firsts, **{f"b_h{key}": np.zeros(2) for key in keys}}


def _zeros_of(blocks, keys):
    return {**blocks, **{f"b_{kind}{key}": np.zeros(2) for key in keys for kind in "ih"}}


def test_an_edit_that_has_no_place_in_a_convention_is_counted_apart():
    with editing() as page:
        page.evaluate("s.set('b_hf[0]', 2)")
        page.locator(".rv-convention").select_option(
            label="keras, keras-v1: PyTorch gates · one bias a gate"
        )
        said = "Nothing changed, 1 without a place in this convention"
        assert page.locator(".rv-count").text_content() == said
        page.locator(".rv-convention").select_option("0")
        assert page.locator(".rv-count").text_content() == "1 number changed"


# As Python


def random_edits(trace, count=6, seed=3):
    """Random numbers at random addresses of a trace."""
    draws = np.random.default_rng(seed)
    held = {"x": trace["x"][:, 0], **{n: s[0] for n, s in trace.states.items()}}
    held |= dict(trace.params.blocks(trace.cell))
    edits = {}
    for name in draws.choice(list(held), count):
        index = tuple(int(draws.integers(size)) for size in held[name].shape)
        edits[f"{name}[{','.join(map(str, index))}]"] = float(draws.normal())
    return edits


@pytest.mark.parametrize("name", list(VARIANTS))
def test_the_snippet_run_in_python_gives_the_browser_s_numbers(name, capsys):
    trace = traced(VARIANTS[name], steps=3)
    with editing(trace) as page:
        page.evaluate("(edits) => s.replaceEdits(edits)", random_edits(trace))
        made = {}
        exec(page.evaluate("snippet.pythonSnippet(s)"), made)
        assert made["tr"].cell == trace.cell
        holds(page, made["tr"])
        assert capsys.readouterr().out == f"{made['tr']['h'][:, 0]}\n"


def test_the_snippet_of_another_convention_makes_that_cell():
    with editing(rv.trace("gru")) as page:
        for place, variant in enumerate(record(rv.trace("gru"))["variants"]):
            page.evaluate("(place) => s.setVariant(place)", place)
            made = {}
            exec(page.evaluate("snippet.pythonSnippet(s)"), made)
            assert made["tr"].cell.convention == variant["convention"]
            holds(page, made["tr"])


def test_numbers_of_the_snippet_are_exact_whole_and_tiny_ones_too():
    with editing() as page:
        edits = {"x[0,0]": 1.0, "x[0,1]": 5e-324, "x[1,0]": 1e21, "x[1,1]": 0.1 + 0.2}
        page.evaluate("(edits) => s.replaceEdits(edits)", edits)
        text = page.evaluate("snippet.pythonSnippet(s)")
        assert "4 numbers changed" in text
        made = {}
        exec(text, made)
        assert made["x"][0][:2] == [1.0, 5e-324]
        assert made["x"][1][:2] == [1e21, 0.1 + 0.2]
        assert all(isinstance(value, float) for row in made["x"] for value in row)


def test_a_float32_trace_and_a_title_of_two_lines_stay_comments():
    trace = rv.trace("lstm", dtype=np.float32)
    with editing(trace, title="one\nraise SystemExit") as page:
        text = page.evaluate("snippet.pythonSnippet(s)")
        made = {}
        exec(text, made)
        assert text.startswith("# one raise SystemExit\n# the trace was float32;")


def test_the_button_copies_and_says_so_until_a_number_changes():
    with editing() as page:
        page.evaluate("""() => Object.defineProperty(navigator, "clipboard",
          { configurable: true, value: { writeText: async (text) => { window.clip = text; } } })""")
        page.get_by_role("button", name="Copy as Python").click()
        status = page.locator(".rv-snippet [role=status]")
        status.filter(has_text="Copied").wait_for()
        assert page.evaluate("window.clip").startswith("# LSTM cell\nimport rnnviz as rv")
        drag(page, "x[0,0]", 30)
        assert status.text_content() == ""


def test_without_a_clipboard_the_text_is_there_selected():
    with editing() as page:
        page.evaluate("""() => {
          document.execCommand = () => false;
          Object.defineProperty(navigator, "clipboard", { configurable: true, value: null });
        }""")
        page.get_by_role("button", name="Copy as Python").click()
        page.locator(".rv-snippet [role=status]").filter(has_text="Not copied").wait_for()
        assert page.evaluate("document.activeElement.value").startswith("# LSTM")
        assert page.evaluate("document.activeElement.selectionEnd > 500")


def test_the_shown_python_is_kept_up_to_date():
    with editing() as page:
        page.locator(".rv-python summary").click()
        page.wait_for_function("document.querySelector('.rv-code').value")
        code = page.locator(".rv-code")
        assert "[0.4, -0.7, 1.0]" in code.input_value()
        drag(page, "x[0,0]", 30)
        assert "[0.7, -0.7, 1.0]" in code.input_value()


def test_nothing_is_wider_than_a_telephone():
    with editing(traced(VARIANTS["lstm-2-True"], inputs=8, hidden=8), width=360) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("digits", [1, 3, 4])
def test_no_number_is_cut_off_in_its_field(digits, width):
    trace = traced(VARIANTS["lstm-2-True"])
    with editing(trace, width=width, digits=digits) as page:
        page.evaluate("s.set('W_ii[0,0]', -9.87654321); s.set('x[0,0]', -9888.7)")
        cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth)"
        names = f"({cut})(all).map((one) => one.value)"
        assert page.locator(".rv-value").evaluate_all(f"(all) => {names}") == []
        assert field(page, "W_ii[0,0]").input_value().startswith("−9.")


def test_a_field_keeps_its_width_while_one_types():
    with editing() as page:
        before = field(page, "x[0,0]").bounding_box()
        field(page, "x[0,0]").fill("0.12345678901234567")
        assert field(page, "x[0,0]").bounding_box() == before


# What a beat must not take away


@pytest.mark.parametrize(
    ("selector", "before"),
    [
        (".rv-group-x select", ""),
        (".rv-gate input:checked", ""),
        (".rv-group-x .rv-unset:visible", "s.set('x[0,0]', 2)"),
        (".rv-change", "s.set('W_if[0,0]', 2)"),
    ],
)
def test_what_has_the_focus_keeps_it_while_beats_go_by(selector, before):
    with editing() as page:
        page.evaluate(before or "null")
        page.locator(selector).focus()
        page.evaluate("window.held = document.activeElement")
        page.evaluate("for (let k = 0; k < s.beats.length; k++) s.go(k)")
        assert page.evaluate("held === document.activeElement && held !== document.body")


def test_a_table_made_anew_under_the_focus_gives_it_back():
    with editing() as page:
        for address, after in (("W_hi[1,1]", "W_hi[1,1]"), ("b_hi[0]", "W_ii[0,0]")):
            page.evaluate("s.setVariant(0)")
            field(page, address).focus()
            page.evaluate("s.setVariant(1)")  # with one bias a gate
            assert page.evaluate("document.activeElement.dataset.address ?? 'gate'") in (
                after,
                "gate",
            )
            assert page.evaluate("part.weights.root.contains(document.activeElement)")
        choose(page, "o")
        assert page.evaluate("document.activeElement.value") == "o"
        page.locator(".rv-group-x select").select_option("0")
        page.locator(".rv-group-x select").focus()
        page.evaluate("part.turn('now')")
        assert page.evaluate("document.activeElement.tagName") == "SELECT"


def test_a_number_that_is_reset_from_outside_leaves_the_focus_in_its_field():
    with editing() as page:
        page.evaluate("s.set('x[0,0]', 2)")
        page.locator(".rv-unset:visible").focus()
        page.evaluate("s.reset()")
        assert page.evaluate("document.activeElement.dataset.address") == "x[0,0]"


def test_nothing_is_announced_by_a_beat_or_by_a_key_in_a_field():
    with editing() as page:
        page.evaluate("""() => {
          window.announced = 0;
          const live = part.root.querySelectorAll("[role=status], [aria-live], output");
          window.watch = new MutationObserver((all) => { announced += all.length; });
          for (const node of live)
            watch.observe(node, { childList: true, characterData: true, subtree: true });
        }""")
        page.evaluate("for (let k = 0; k < s.beats.length; k++) s.go(k)")
        field(page, "h_prev[0]").focus()
        page.keyboard.press("ArrowUp")
        assert page.evaluate("s.edits.size") == 1
        page.get_by_role("button", name="Reset h at the start, unit 1").click()
        assert page.evaluate("s.edits.size") == 0
        assert page.evaluate("announced") == 0
        page.evaluate("watch.disconnect()")


# What the session refuses


def test_a_convention_that_the_session_refuses_is_told_and_the_choice_stays():
    with editing() as page:
        page.evaluate(
            "void (s.setVariant = () => { throw new Error('h: wanted finite numbers'); })"
        )
        page.locator(".rv-convention").select_option("1")
        assert told(page) == "h: wanted finite numbers"
        assert page.locator(".rv-convention").input_value() == "0"


def test_a_step_that_is_refused_leaves_the_number_in_its_field():
    with editing(traced(cell_named("rnn", "pytorch"))) as page:
        page.evaluate("s.set('x[0,0]', -12345)")
        page.evaluate("s.set('W_ih[0,0]', 1e303)")
        before = number(page, "x[0,0]")
        page.evaluate("part.x.fields.get('x[0,0]').tryPut(-1e9)")
        assert number(page, "x[0,0]") == before
        assert field(page, "x[0,0]").get_attribute("aria-valuenow") == "-12345"
        assert told(page).startswith("x, t = 1, input 1: ")


# The list of what is changed


def test_changed_numbers_are_named_with_old_and_new_and_lead_to_their_fields():
    with editing() as page:
        assert not page.locator(".rv-changes").is_visible()
        assert not page.locator(".rv-mark-key").is_visible()
        edits = {"x[2,1]": 2, "W_ho[1,0]": -1.5, "c_prev[1]": 0, "b_ig[0]": 1}
        page.evaluate("(edits) => s.replaceEdits(edits)", edits)
        ways = page.locator(".rv-change")
        was = page.evaluate(
            "(names) => names.map((name) => s.before(name))",
            list(edits),
        )
        old, new = (
            [f"{value:.3f}".replace("-", "−") for value in values]
            for values in (was, edits.values())
        )
        assert ways.evaluate_all("(all) => all.map((one) => one.ariaLabel)") == [
            f"{name}: {before} → {after}"
            for name, before, after in zip(
                (
                    "x, t = 3, input 2",
                    "W_ho, unit 2, from old h, unit 1",
                    "c at the start, unit 2",
                    "bias b_ig, unit 1",
                ),
                old,
                new,
                strict=True,
            )
        ]
        for k, address in enumerate(edits):
            ways.nth(k).click()
            assert page.evaluate("document.activeElement.dataset.address") == address
        assert page.locator(".rv-mark-key").is_visible()


def test_of_many_changed_numbers_twelve_are_named():
    with editing() as page:
        edits = {f"W_i{gate}[{j},{k}]": 9 for gate in "ifg" for j in range(2) for k in range(3)}
        page.evaluate("(edits) => s.replaceEdits(edits)", edits)
        assert page.locator(".rv-change").count() == 12
        assert page.locator(".rv-changes li").last.text_content() == "and 6 more"


def test_an_empty_status_takes_no_room():
    with editing() as page:
        note = page.locator(".rv-row").first.bounding_box()
        group = page.locator(".rv-group-x").bounding_box()
        assert group["y"] - note["y"] - note["height"] < 16


def test_marks_stay_where_the_system_chooses_the_colours():
    with editing() as page:
        page.evaluate("s.set('x[0,0]', 2)")
        page.emulate_media(forced_colors="active")
        style = "(node) => getComputedStyle(node, '::before').backgroundColor"
        mark = page.locator(".rv-edit.rv-edited").evaluate(style)
        ground = page.locator(".rv-value").first.evaluate(
            "(node) => getComputedStyle(node).backgroundColor"
        )
        page.emulate_media(forced_colors="none")
        assert mark != ground
        assert mark != "rgba(0, 0, 0, 0)"
