"""A page with one part of the player in it, and what Python computes from the numbers it holds."""

import contextlib
import json
import re
from functools import cache

import numpy as np

import rnnviz as rv
from browser import HOST, opened, start
from rnnviz.params import gathered
from rnnviz.web.module import style

PAGE = (
    '<!doctype html><title>part</title><meta name="viewport" content="width=device-width">'
    "<style>{style}</style>"
    '<div class="rv-player" data-theme="{theme}"><div class="rv-body" id="at"></div></div>'
)


_OPEN = contextlib.ExitStack()  # pages that stay open, since to load the parts takes longest


@cache
def _page(theme, width):
    files = {"part.html": PAGE.format(style=style(), theme=theme)}
    with contextlib.ExitStack() as opening:  # closes a page that does not load
        page = opening.enter_context(opened(files, width=width))
        page.said = []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("console", lambda said: page.said.append(said.text) if said.type == "error" else 0)
        page.goto(f"{HOST}part.html")
        for one in ("session", "editing", "snippet", "strips", "heat", "unitchart"):
            page.evaluate("async (name) => { window[name] = await import(`/${name}.js`); }", one)
        _OPEN.push(opening.pop_all())
    return page


@contextlib.contextmanager
def shown(part, name, trace, *, theme="light", width=1280, **options):
    """A page that shows ``part``, an instance of the class ``name``, of a trace's session ``s``."""
    page = _page(theme, width)
    page.mouse.move(0, 0)
    start(page, trace, **options)
    page.evaluate(
        """([part, name]) => {
          window.tips = [];
          window.part = new window[part][name](s, { tip: (text) => tips.push(text) });
          at.replaceChildren(window.part.root);
          for (const type of ["beat", "values", "variant", "view", "picks", "focus"])
            s.on(type, () => window.part.update());
          window.part.update();
        }""",
        [part, name],
    )
    try:
        yield page
        assert page.said == []
    finally:
        page.said.clear()


def number(page, address):
    """The number that the session computes with at an address."""
    return page.evaluate("(address) => s.number(address)", address)


def values(page):
    """Every value at all timesteps by its name, (T, H), as the browser computes it."""
    text = page.evaluate(  # which is sent much faster than its numbers
        "JSON.stringify([s.T, Object.entries(s.result.values).map(([k, all]) => [k, [...all]])])"
    )
    steps, made = json.loads(text)
    return {name: np.reshape(flat, (steps, -1)) for name, flat in made}


def changed(trace, cell, edits, conversion=None):
    """The trace in Python of ``cell`` with the first sample's numbers changed at addresses.

    ``conversion`` makes the blocks of the cell from those of the trace, if it is another one.
    """
    blocks = {name: np.array(block) for name, block in trace.params.blocks(trace.cell).items()}
    blocks = conversion(blocks) if conversion else blocks
    held = {
        "x": np.array(trace["x"][:, 0]),
        **{name: np.array(state[0]) for name, state in trace.states.items()},
        **blocks,
    }
    for address, value in edits.items():
        name, inside = re.fullmatch(r"(\w+)\[(.+)\]", address).groups()
        index = tuple(map(int, inside.split(",")))
        assert held[name][index] != value, f"{address} is already {value}"
        held[name][index] = value
    params = gathered(cell, held)
    return rv.trace(cell, held["x"], params, h0=held["h_prev"], c0=held.get("c_prev"))
