"""A real Chromium for the tests of the player: its parts as they lie in the package, and pages.

Nothing comes from a network: a page at ``http://player.test/`` is answered from the package's
folder or from what a test hands over, and every other request is refused and remembered.
"""

import contextlib
import json
import mimetypes
import shutil
from functools import cache, lru_cache
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from rnnviz.web.record import record

PLAYER = Path(__file__).resolve().parent.parent / "rnnviz" / "web" / "player"
HOST = "http://player.test/"
SECONDS = 10  # for what should come at once
QUIET = [  # no sandbox for root, and no calls home
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


@cache
def playwright() -> Playwright:
    """Playwright itself, started once in this process and stopped with it."""
    return sync_playwright().start()


@cache
def chromium() -> Browser:
    """The machine's Chromium, started once in this process.

    Its headless shell, where there is one: the same engine, without the windows around the pages,
    which take a third of the work.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, "wanted Chromium on the path, got none: `make test` installs it"
    return playwright().chromium.launch(executable_path=path, args=QUIET)


@contextlib.contextmanager
def opened(files=None, *, width=1280, height=800, errors=None, **context):
    """A page in a window of its own, at ``HOST``; it fails on what the console calls an error.

    ``files`` are texts by path that the page may load, beside the parts of the player. A list of
    ``errors`` lets a test see them, and clear those that it expects.
    """
    made = chromium().new_context(viewport={"width": width, "height": height}, **context)
    made.set_default_timeout(SECONDS * 1000)
    page, errors = made.new_page(), [] if errors is None else errors
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.refused = []

    def answer(route):
        path = route.request.url.removeprefix(HOST).partition("?")[0].partition("#")[0]
        if path in (files or {}):
            kind = mimetypes.guess_type(path)[0] or "text/html"
            route.fulfill(body=files[path], content_type=f"{kind}; charset=utf-8")
        elif route.request.url.startswith(HOST) and (PLAYER / path).is_file():
            route.fulfill(body=(PLAYER / path).read_bytes(), content_type="text/javascript")
        elif path in ("", "favicon.ico"):
            route.fulfill(body="<!doctype html><title>empty</title>", content_type="text/html")
        else:
            page.refused.append(route.request.url)
            route.abort()

    made.route("**/*", answer)
    try:
        yield page
        assert errors == []
    finally:
        made.close()


_OPEN = contextlib.ExitStack()  # windows that stay open, since to make one takes longest
_FREE: dict[str, list[Page]] = {}  # those that no test has now, by what they were made with


@contextlib.contextmanager
def kept(files=None, **options):
    """A page as ``opened`` makes it, blank, in a window that an earlier test may have had.

    What the console called an error is in ``page.said``, from which a test clears what it expects.
    """
    free = _FREE.setdefault(repr(options), [])
    if not free:
        answers, said = {}, []
        page = _OPEN.enter_context(opened(answers, errors=said, **options))
        page.answers, page.said = answers, said
        free.append(page)
    page = free.pop()
    page.answers |= files or {}
    yield page
    page.goto(HOST)  # a blank page of the same host, for which the process stays
    assert page.said == []
    page.emulate_media(media="null")
    page.mouse.move(0, 0)
    page.answers.clear()
    page.refused.clear()
    free.append(page)  # but not after a test that failed


@contextlib.contextmanager
def parts(*names):
    """A page in which these parts of the player are imported, each under its name in ``window``.

    ``page.evaluate("words.caption(…)")`` then calls what a part exports.
    """
    with opened() as page:
        page.goto(HOST)
        for name in names:
            page.evaluate("async (name) => { window[name] = await import(`/${name}.js`); }", name)
        yield page


def start(page: Page, trace, captions=None, **options):
    """Make ``window.s`` a session of a trace; the part ``session`` must be loaded."""
    page.evaluate(
        "(text) => { window.s = new session.Session(JSON.parse(text)); }",
        json.dumps(record(trace, captions=captions, **options))
        if captions
        else recorded(trace, **options),
    )


@lru_cache(maxsize=256)
def recorded(trace, **options) -> str:
    """The record of a trace as text; many tests want that of the same trace."""
    return json.dumps(record(trace, **options))
