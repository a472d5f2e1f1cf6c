"""A figure's page in a real Chromium: stepping, motion, addresses, themes, people."""

import re
from functools import cache
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnviz as rv
from browser import HOST, kept
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Number, Pill
from rnnviz.web.figure_record import figure_record
from rnnviz.web.page import page_of, snippet_of
from rnnviz.web.record import record

STILL = {"reduced_motion": "reduce"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAME = "bptt"
PLAYER = "document.querySelector('rnnviz-figure').player"


@cache
def figure(name=NAME):
    return figure_named(name).drawn()


@cache
def made(name=NAME):
    return figure_record(figure(name), name)


@cache
def pages(*names):
    return {"p.html": page_of([made(name) for name in names or (NAME,)])}


def ids():
    return [beat.id for beat in figure().beats]


def visit(page, address="p.html"):
    page.goto(HOST + address)
    page.locator(".rv-player").first.wait_for()


def read_in_words(page):
    """Unfold what the picture shows in words, which comes a moment later."""
    page.get_by_text("This beat in words and numbers").click()
    page.locator(".rv-said li").first.wait_for()


def numbers(frame):
    """The numbers that are read in a keyframe."""
    marks = (mark for mark in frame.marks if isinstance(mark, Number | Pill))
    return {mark.text for mark in marks if mark.text}


def beat(page):
    return page.evaluate(f"{PLAYER}?.session.beat.id")


def told(page):
    return page.locator(".rv-caption").inner_text()


def until(page, holds):
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("it never came")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_beat_shows_its_numbers_and_its_caption(scheme):
    with kept(pages(), color_scheme=scheme, **STILL) as page:
        visit(page)
        for frame in figure():
            assert (beat(page), told(page)) == (frame.beat.id, frame.beat.caption)
            count = page.locator(".rv-marks > g:first-child > g").count()
            assert count == len(frame.marks)
            texts = page.locator(".rv-marks text").all_text_contents()
            assert numbers(frame) <= {*texts}
            page.keyboard.press("ArrowRight")
        ground = f"getComputedStyle({PLAYER}.root).backgroundColor"
        assert (
            page.evaluate(ground)
            == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 21, 29)"}[scheme]
        )
        page.get_by_label("Theme").select_option("light")
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
        assert page.refused == []


def test_keys_buttons_scrubber_and_names_go_where_they_say():
    with kept(pages(), **STILL) as page:
        visit(page)
        for key, place in (("ArrowRight", 1), ("End", -1), ("ArrowLeft", -2), ("Home", 0)):
            page.keyboard.press(key)
            assert beat(page) == ids()[place]
        for control, place in (("last", -1), ("previous", -2), ("first", 0), ("next", 1)):
            page.locator(f".rv-{control}").click()
            assert beat(page) == ids()[place]
        page.locator(".rv-scrubber").focus()
        page.keyboard.press("ArrowRight")
        assert beat(page) == ids()[2]
        page.locator(".rv-chip").nth(3).click()
        assert beat(page) == ids()[3]
        assert page.locator(".rv-chip[aria-current]").count() == 1
        assert page.locator(".rv-stage svg [opacity], .rv-stage svg [transform]").count() == 0


def test_the_address_leads_to_a_beat_and_follows_it():
    with kept(pages(), **STILL) as page:
        visit(page, f"p.html#{ids()[2]}")
        assert beat(page) == ids()[2]
        page.keyboard.press("ArrowRight")
        assert page.url == f"{HOST}p.html#{ids()[3]}"
        page.evaluate("location.hash = '#recap'")
        until(page, lambda: beat(page) == "recap")
        page.evaluate("location.hash = '#nonsense'")
        assert beat(page) == "recap"


def test_motion_starts_at_the_last_beat_and_ends_at_the_next():
    with kept(pages()) as page:
        visit(page)
        for before, frame in pairwise(figure()):
            page.keyboard.press("ArrowRight")
            held = page.evaluate(
                f"""() => {{
                  const {{ motion, picture }} = {PLAYER};
                  cancelAnimationFrame(motion.frame);
                  clearTimeout(motion.timer);
                  motion.show(0);
                  const seen = [...picture.layer.querySelectorAll("text")].filter(
                    (text) => !text.closest("[opacity='0']"));
                  const texts = seen.map((text) => text.textContent);
                  motion.show(motion.seconds / 2);
                  return [texts, picture.shapes.size, motion.seconds > 0];
                }}"""
            )
            assert numbers(before) <= {*held[0]}, frame.beat.id
            assert held[1] == len(frame.marks)
            assert (told(page) == "") is held[2]  # nothing moves where nothing changes
            page.evaluate(f"{PLAYER}.motion.end()")
            until(page, lambda: told(page) != "")
            assert told(page) == frame.beat.caption
            assert page.locator(".rv-stage [opacity]").count() == 0


def test_playing_goes_on_by_itself_and_can_be_overtaken():
    with kept(pages()) as page:
        visit(page)
        page.locator(".rv-speed select").select_option("4")
        page.locator(".rv-play").click()
        until(page, lambda: beat(page) == ids()[1])
        page.locator(".rv-play").click()
        assert told(page) == figure().beats[1].caption
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert beat(page) == ids()[4]
        page.keyboard.press("Home")
        assert told(page) == figure().beats[0].caption


def test_what_is_pointed_at_has_more_digits_and_what_is_read_the_same_words():
    with kept(pages(), **STILL) as page:
        visit(page, "p.html#recap")
        titles = page.locator(".rv-marks title").all_text_contents()
        assert any(re.search(r"^h\[1,1\] = −?\d\.\d{5,}$", title) for title in titles)
        read_in_words(page)
        lines = page.locator(".rv-said li").all_text_contents()
        assert any(re.search(r"^h\[1,1\] = [+−]?\d\.\d{3}$", line) for line in lines)
        caption = page.locator("[aria-live]").filter(has_text=figure()["recap"].beat.caption)
        assert caption.get_attribute("role") == "status"


def test_figures_and_cells_keep_apart_on_a_page_and_as_snippets():
    other = "unroll"
    files = {
        "p.html": page_of([made(), record(rv.trace("rnn")), made(other)]),
        "own.html": "<!doctype html><title>mine</title>"
        + "".join(snippet_of(one) for one in (record(rv.trace("rnn")), made(), made(other))),
    }
    with kept(files, **STILL) as page:
        visit(page, f"p.html#{other}:recap")
        page.locator(f"#{other} .rv-caption").wait_for()
        assert (
            page.locator(f"#{other} .rv-caption").inner_text()
            == figure(other)["recap"].beat.caption
        )
        assert beat(page) == ids()[0]
        page.locator("#rnn .rv-next").click()
        assert "#rnn:t1." in page.url
        page.goto(HOST + "own.html")
        until(page, lambda: page.locator(".rv-title").count() == 3)


def test_axe_finds_nothing():
    with kept(pages(), **STILL) as page:
        visit(page, "p.html#recap")
        read_in_words(page)
        page.evaluate(Axe().axe_script)
        found = page.evaluate(
            "(tags) => axe.run({ runOnly: tags }).then((all) => all.violations)", TAGS
        )
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_a_phone_shows_the_whole_picture_and_a_larger_one_when_asked():
    with kept(pages(), width=360, height=740, **STILL) as page:
        visit(page, "p.html#recap")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        inside = f"{PLAYER}.stage.scrollWidth - {PLAYER}.stage.clientWidth"
        assert page.evaluate(inside) == 0
        page.get_by_role("button", name="Zoom").click()
        assert page.evaluate(inside) > 360
        page.emulate_media(media="print")
        assert page.locator(".rv-controls").is_hidden()
        assert page.locator(".rv-stage").is_visible()
