"""The page in a real Chromium: each control and key, links, themes, sizes, and people."""

import json
import re
from functools import cache

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnviz as rv
from browser import HOST, kept
from rnnviz.captions import caption
from rnnviz.storyboard import walk
from rnnviz.web.page import page_of, snippet_of
from rnnviz.web.record import packed, record

STILL = {"reduced_motion": "reduce"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CELLS = ("rnn", "lstm", "gru")


@cache
def pages(*cells):
    """The files of a site with one page of these cells."""
    records = [record(rv.trace(cell)) for cell in cells or ("lstm",)]
    return {"p.html": page_of(records)}


@pytest.fixture
def page():
    """The LSTM's page, without motion."""
    with kept(pages(), **STILL) as made:
        visit(made)
        yield made


def beat(page):
    """The id of the beat that is shown, None before there is one."""
    return page.evaluate("document.querySelector('rnnviz-player')?.player?.session.beat.id")


def told(page):
    return page.locator(".rv-caption").inner_text()


def until(page, holds):
    """Wait for something; the page's policy keeps playwright's own way, which is eval, out."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("it never came")


def visit(page, address="p.html"):
    """Go to a page and wait for its player, which has to be unpacked."""
    page.goto(HOST + address)
    page.locator(".rv-player").first.wait_for()


def start_at(page, where):
    """Go to a beat by the page's address."""
    page.goto(f"{HOST}p.html#{where}")
    until(page, lambda: beat(page) == where)


def ids(detail="full"):
    tr = rv.trace("lstm")
    full = [one.key for one in walk(tr, detail="full").beats if one.t == 0]
    return [f"t{t + 1}.{key}" for t in range(3) for key in full] + ["recap"]


# Stepping


def test_each_beat_has_its_caption(page):
    tr = rv.trace("lstm")
    for wanted in ids():
        assert beat(page) == wanted
        t = 2 if wanted == "recap" else int(wanted[1]) - 1
        assert told(page) == caption(tr, wanted.partition(".")[2] or wanted, t)
        page.locator(".rv-next").click(force=True)  # the last one says that it is disabled
    assert beat(page) == "recap"


def test_each_control_goes_where_it_says(page):
    for control, lands in (
        (".rv-last", "recap"),
        (".rv-first", "t1.in"),
        (".rv-next", "t2.fc"),
        (".rv-previous", "t2.in"),
        (".rv-step >> nth=2", "t3.in"),
        (".rv-beats button >> nth=6", "t2.c"),
    ):
        start_at(page, "t2.f")
        page.locator(control).click()
        assert beat(page) == lands, control


def test_each_key_goes_where_it_says(page):
    for focus in (None, ".rv-next", ".rv-stage", ".rv-chip >> nth=0"):
        for key, lands in (
            ("ArrowRight", "t2.fc"),
            ("ArrowLeft", "t2.in"),
            ("Home", "t1.in"),
            ("End", "recap"),
            ("PageDown", "t3.in"),
            ("PageUp", "t1.in"),
        ):
            start_at(page, "t2.f")
            if focus:
                page.locator(focus).focus()
            page.keyboard.press(key)
            assert beat(page) == lands, (focus, key)


def test_keys_leave_fields_and_choices_alone(page):
    page.locator(".rv-whatif > summary").click()
    page.locator(".rv-whatif input").first.focus()
    for key in ("ArrowRight", "Home", "End", " "):
        page.keyboard.press(key)
    assert beat(page) == "t1.in"


def test_the_scrubber_names_the_beats(page):
    scrubber = page.locator(".rv-scrubber")
    scrubber.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert beat(page) == "t1.fc"
    assert scrubber.get_attribute("aria-valuetext") == "t = 1 · Forget gate ⊙ old cell state"
    page.keyboard.press("End")
    assert beat(page) == "recap"
    names = page.locator(".rv-beats button").evaluate_all("all => all.map((b) => b.title)")
    assert names[0] == "t = 3 · What comes in"
    assert names[-1] == "Recap"


def test_playing_goes_on_by_itself_and_stops_when_asked(page):
    page.locator(".rv-speed select").select_option("4")
    page.keyboard.press(" ")
    until(page, lambda: beat(page) == "t1.fc")
    assert page.locator(".rv-play").get_attribute("aria-label") == "Pause"
    page.keyboard.press(" ")
    assert page.locator(".rv-play").get_attribute("aria-label") == "Play"
    stopped = beat(page)
    page.wait_for_timeout(900)
    assert beat(page) == stopped


def test_playing_ends_at_the_end(page):
    start_at(page, "t3.h")
    page.locator(".rv-speed select").select_option("4")
    page.locator(".rv-play").click()
    until(page, lambda: beat(page) == "recap")
    until(page, lambda: page.locator(".rv-play").get_attribute("aria-label") == "Play")
    page.locator(".rv-play").click()  # and starts again from the beginning
    until(page, lambda: beat(page) == "t1.f")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digits": 9}, "wanted 1 to 4 digits, got 9"),
        ({"detail": "all"}, "wanted a known detail, got all"),
        ({"units": [0, 7]}, "wanted units from 0 to 1, got [0,7]"),
        ({"inputs": []}, "wanted inputs from 0 to 2, got []"),
        ({"variant": 99}, "wanted a variant that is there, got 99"),
        ({"schema": 2}, "wanted rnnviz-player with schema 1, got rnnviz-player with schema 2"),
        ({"x": {"shape": [3, 3], "f8": ""}}, "wanted 9 numbers of x, got 0"),
        ({"x": packed(np.full((3, 3), np.nan))}, "wanted finite numbers of x, got others"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_in_one_line(change, said):
    made = json.dumps({**record(rv.trace("lstm")), **change})
    files = {
        "p.html": '<script type="module" src="p.mjs"></script><rnnviz-player src="r.json">',
        "p.mjs": rv_module(),
        "r.json": made,
    }
    with kept(files, **STILL) as page:
        page.goto(HOST + "p.html")
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert alert.inner_text() == f"rnnviz-player: record: {said}"
        assert page.said == [f"record: {said}"]  # in the console, too
        page.said.clear()


def test_the_caption_comes_with_the_numbers_that_it_names():
    with kept(pages()) as page:  # with motion
        visit(page)
        page.locator(".rv-next").click()
        assert told(page) == ""
        assert page.locator(".rv-lead").inner_text().startswith("What to keep?")
        until(page, lambda: told(page) != "")
        assert told(page) == caption(rv.trace("lstm"), "f", 0)


def test_one_can_step_on_while_numbers_move():
    with kept(pages()) as page:
        visit(page)
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        assert beat(page) == "t1.g"
        until(page, lambda: told(page) != "")
        page.keyboard.press("ArrowLeft")
        assert told(page) == caption(rv.trace("lstm"), "i", 0)


def test_another_convention_ends_what_plays(page):
    page.locator(".rv-play").click()
    page.evaluate("document.querySelector('rnnviz-player').player.session.setVariant(1)")
    assert page.locator(".rv-play").get_attribute("aria-label") == "Play"


def test_another_view_ends_what_flies():
    with kept(pages()) as page:
        visit(page)
        page.keyboard.press("ArrowRight")
        page.get_by_label("Detail").select_option("gates")
        assert told(page) != ""
        assert page.locator(".rv-player[data-moving]").count() == 0


def test_the_focus_stays_with_the_beats_when_the_timestep_changes(page):
    page.locator(".rv-chip").last.focus()
    for key, lands in (("ArrowRight", "t2.in"), ("PageDown", "t3.in"), ("End", "recap")):
        page.locator(".rv-chip").last.focus()
        if key == "ArrowRight":
            start_at(page, "t1.h")
            page.locator(".rv-chip").last.focus()
        page.keyboard.press(key)
        assert beat(page) == lands
        assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "step"


def test_what_overflows_is_refused_and_nothing_changes():
    tr = rv.trace("rnn", [[0.1, 0.2, 0.3]] * 6, convention="relu")
    with kept({"p.html": page_of([record(tr)])}, **STILL) as page:
        visit(page)
        session = "document.querySelector('rnnviz-player').player.session"
        refused = "() => { try { %s; return ''; } catch (error) { return error.message; } }"
        page.evaluate(f"{session}.set('b_ih[0]', 1e200)")
        for change in (
            "s.set('W_hh[0,0]', 1e200)",
            "s.replaceEdits({ 'W_hh[0,0]': 1e200, 'b_ih[0]': 1e200 })",
        ):
            said = page.evaluate(refused % change.replace("s.", f"{session}.", 1))
            assert said.startswith("wanted finite numbers, got an overflow in h")
            assert page.evaluate(f"[...{session}.edits.keys()]") == ["b_ih[0]"]


def test_detail_changes_the_steps_and_stays_where_one_was(page):
    start_at(page, "t2.f")
    page.get_by_label("Detail").select_option("brief")
    assert beat(page) == "t2.all"
    page.get_by_label("Detail").select_option("gates")
    assert beat(page) == "t2.in"
    page.keyboard.press("ArrowRight")
    assert beat(page) == "t2.gates"


def test_a_long_sequence_has_a_field_for_the_timestep():
    tr = rv.trace("rnn", [[0.1, 0.2, 0.3]] * 20)
    with kept({"p.html": page_of([record(tr)])}, **STILL) as page:
        visit(page)
        page.locator(".rv-field").fill("17")
        page.locator(".rv-field").press("Enter")
        assert beat(page) == "t17.in"
        page.locator(".rv-field").fill("99")
        page.locator(".rv-field").press("Tab")
        assert beat(page) == "t20.in"


# Links, frames and pages with several


def test_the_address_leads_to_a_beat_and_follows_it(page):
    start_at(page, "t3.o")
    page.evaluate("location.hash = '#t1.c'")
    until(page, lambda: told(page).startswith("c₁:"))
    page.keyboard.press("ArrowRight")
    assert page.url == HOST + "p.html#t1.o"


@pytest.mark.parametrize(
    ("address", "lands"),
    [
        ("t2.gates", "t2.gates"),  # of another detail
        ("t3.all", "t3.all"),
        ("t2.rn", "t2.in"),  # of another cell: its timestep
        ("t7.f", "t1.in"),
        ("nonsense", "t1.in"),
        ("%", "t1.in"),
        ("%E0%A4%A", "t1.in"),
        ("t2%2Ef", "t2.f"),
    ],
)
def test_an_address_leads_as_near_as_it_can(address, lands):
    with kept(pages(), **STILL) as page:
        visit(page, f"p.html#{address}")
        assert beat(page) == lands
        page.keyboard.press("End")
        assert beat(page) == "recap"


def test_the_gradient_view_has_addresses_too(page):
    page.get_by_role("button", name="Gradients").click()
    assert page.url == HOST + "p.html#t3.h~gradients"  # where the backward pass starts
    page.keyboard.press("ArrowRight")
    visit(page, page.url.removeprefix(HOST))
    page.reload()
    page.locator(".rv-player").wait_for()
    assert (beat(page), told(page)[:9]) == ("t3.tanh_c", "dL/d(tanh")
    page.evaluate("location.hash = '#t1.f'")
    until(page, lambda: told(page).startswith("f₁ = 0.190"))


def test_a_player_that_is_removed_is_gone(page):
    page.locator(".rv-speed select").select_option("4")
    page.locator(".rv-play").click()
    gone = page.evaluate_handle("document.querySelector('rnnviz-player')")
    page.evaluate("(gone) => { window.kept = gone.player; gone.remove(); }", gone)
    address = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(900)  # longer than the caption stands
    assert page.evaluate("[kept.playing.isPlaying, kept.session.beat.id]") == [False, "t1.in"]
    assert page.url == address
    page.evaluate("(gone) => document.querySelector('main').append(gone)", gone)
    page.locator(".rv-player").wait_for()
    page.keyboard.press("ArrowRight")
    assert beat(page) == "t1.f"


def test_a_player_that_is_moved_stays_as_it_is(page):
    start_at(page, "t2.c")
    page.evaluate("document.body.append(document.querySelector('rnnviz-player'))")
    assert beat(page) == "t2.c"
    page.keyboard.press("ArrowRight")
    assert beat(page) == "t2.o"


def test_several_players_on_a_page_keep_apart():
    with kept(pages("lstm", "gru"), **STILL) as page:
        visit(page, "p.html#gru:t2.z")
        shown = "[...document.querySelectorAll('rnnviz-player')].map(p => p.player.session.beat.id)"
        assert page.evaluate(shown) == ["t1.in", "t2.z"]
        page.locator("#lstm .rv-next").click()
        assert page.evaluate(shown) == ["t1.f", "t2.z"]
        assert page.url.endswith("#lstm:t1.f")
        page.locator("#gru .rv-stage").focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate(shown) == ["t1.f", "t2.z_not"]


def test_snippets_work_side_by_side_in_a_page_of_ones_own():
    text = "".join(snippet_of(record(rv.trace(cell))) for cell in CELLS)
    own = f"<!doctype html><title>mine</title><p>Before</p>{text}<p>After</p>"
    with kept({"p.html": own}, **STILL) as page:
        visit(page)
        assert page.locator(".rv-title").all_inner_texts() == ["RNN cell", "LSTM cell", "GRU cell"]
        page.locator(".rv-last").nth(2).click()
        assert page.locator(".rv-caption").nth(2).inner_text().startswith("Handed on: h = ")


def test_an_element_can_take_its_record_from_an_address():
    files = {
        "p.html": '<script type="module" src="player.mjs"></script><title>x</title>'
        '<rnnviz-player src="gru.json" beat="t1.r" theme="dark" detail="full"></rnnviz-player>',
        "player.mjs": rv_module(),
        "gru.json": json.dumps(record(rv.trace("gru"))),
    }
    with kept(files, **STILL) as page:
        visit(page)
        assert told(page) == caption(rv.trace("gru"), "r", 0)
        assert page.locator(".rv-player").get_attribute("data-theme") == "dark"


def rv_module():
    from rnnviz.web.module import module

    return module()


def test_a_frame_shows_a_beat_of_a_page():
    frame = '<title>slide</title><iframe title="LSTM" src="p.html#t1.c" width="900" height="700">'
    with kept({**pages(), "slide.html": frame}, **STILL) as page:
        page.goto(HOST + "slide.html")
        inside = page.frame_locator("iframe").locator(".rv-caption")
        inside.wait_for()
        assert inside.inner_text() == caption(rv.trace("lstm"), "c", 0)


def test_a_page_works_without_any_request(page):
    assert page.refused == []


# What is not trusted


def test_words_of_the_user_are_text():
    nasty = "<img src=x onerror=\"document.title='owned'\"> {k} & </script>"
    tr = rv.trace("rnn")
    made = record(tr, title=nasty, where=nasty, captions={"t1.in": nasty})
    with kept({"p.html": page_of([made])}, **STILL) as page:
        visit(page)
        assert page.locator(".rv-title").inner_text() == nasty
        assert told(page) == nasty
        assert page.locator("img").count() == 0
        assert page.title() == nasty


def test_a_record_whose_numbers_do_not_follow_is_called_out():
    made = record(rv.trace("lstm"))
    made["final"] = record(rv.trace("lstm", [[0.0, 0.1, 0.2]]))["final"]
    with kept({"p.html": page_of([made])}, **STILL) as page:
        visit(page)
        assert "computes another h_prev than the trace:" in page.get_by_role("alert").inner_text()


def test_a_sound_record_is_not(page):
    assert page.get_by_role("alert").count() == 0


# Who looks, and on what


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_until_one_is_chosen(scheme):
    with kept(pages(), color_scheme=scheme, **STILL) as page:
        visit(page)
        ground = "getComputedStyle(document.querySelector('.rv-player')).backgroundColor"
        colours = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 21, 29)"}
        assert page.evaluate(ground) == colours[scheme]
        for chosen, colour in colours.items():
            page.get_by_label("Theme").select_option(chosen)
            assert page.evaluate(ground) == colour
        page.emulate_media(media="print")
        assert page.evaluate(ground) == colours["light"]


@pytest.mark.parametrize("width", [360, 768, 1280, 3840])
def test_nothing_runs_out_of_the_window(width):
    with kept(pages(), width=width, height=900, **STILL) as page:
        visit(page)
        unfold(page)
        for one in ("t1.f", "t1.c", "recap"):
            start_at(page, one)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, one


@pytest.mark.parametrize(
    ("cell", "beats", "selecting"),
    [
        ("lstm", ("recap", "t1.f", "t2.c", "t2.h~gradients"), "t2.h~gradients"),
        ("gru", ("t2.all",), "t2.h~gradients"),
        ("rnn", ("t2.all",), "t2.h"),
    ],
)
def test_axe_finds_nothing(cell, beats, selecting):
    with kept(pages(cell), **STILL) as page:
        visit(page)
        for k, one in enumerate(beats):
            page.goto(HOST + f"p.html#{one}")
            unfold(page, k == 0)  # what is in a fold is much, and hardly another in another beat
            assert violations(page) == [], one
        page.goto(HOST + f"p.html#{selecting}")
        unfold(page)
        page.locator(".rv-stage [role=button]").last.click()
        assert violations(page) == []


def test_axe_finds_nothing_in_the_dark():
    with kept(pages(), color_scheme="dark", **STILL) as page:
        visit(page)
        for one, are_open in (("t1.f", True), ("recap", False), ("t2.c~gradients", True)):
            page.goto(HOST + f"p.html#{one}")
            unfold(page, are_open)
            assert violations(page, rules=["color-contrast"]) == [], one


def unfold(page, are_open=True):
    """Open or close every fold, and let the page draw what is in it."""
    page.evaluate(
        """(areOpen) => {
          document.querySelectorAll("details").forEach((fold) => { fold.open = areOpen; });
          return new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        }""",
        are_open,
    )


def violations(page, rules=TAGS):
    if not page.evaluate("'axe' in window"):  # another #hash keeps the page, and axe in it
        page.evaluate(Axe().axe_script)
    options = {"runOnly": rules, "resultTypes": ["violations"]}  # all of these, one of the others
    found = page.evaluate("(options) => axe.run(options).then((all) => all.violations)", options)
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found]


def test_axe_would_find_something():
    plain = "<!doctype html><title>x</title><img src='data:,'><button></button>"
    with kept({"p.html": plain}) as page:
        page.goto(HOST + "p.html")
        assert {"image-alt", "button-name", "html-has-lang"} <= {one for one, _ in violations(page)}


def test_tab_goes_through_the_player_in_reading_order(page):
    page.locator("body").focus()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "document.activeElement.closest('.rv-choices, .rv-panel, .rv-stage, .rv-transport,"
            " .rv-steps, .rv-speed, .rv-beats, .rv-fold')?.classList[0] ?? ''"
        )
        if where and (not seen or seen[-1] != where):
            seen.append(where)
    assert seen[:2] == ["rv-choices", "rv-panel"] or seen[:2] == ["rv-choices", "rv-stage"]
    order = [name for name in seen if name in ("rv-stage", "rv-transport", "rv-steps", "rv-fold")]
    assert order[:4] == ["rv-stage", "rv-transport", "rv-steps", "rv-fold"]


def test_what_is_read_aloud_is_the_caption(page):
    page.keyboard.press("ArrowRight")
    live = page.locator("[aria-live]").filter(has_text=re.compile(r"^f₁ = 0\.190 keeps"))
    assert live.get_attribute("role") == "status"


def test_print_leaves_the_controls_out(page):
    start_at(page, "t1.f")
    page.emulate_media(media="print")
    for part, visible in ((".rv-controls", False), (".rv-choices", False), (".rv-stage", True)):
        assert page.locator(part).is_visible() is visible
    assert page.locator(".rv-caption").is_visible()
