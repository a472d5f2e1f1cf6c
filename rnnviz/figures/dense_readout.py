"""The readout of the figure ``dense``: scores, their log-softmax as bars, and exp of it."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

import numpy as np

from rnnviz.arrays import Array
from rnnviz.figures.dense_layers import Column, Dense
from rnnviz.figures.dense_model import LETTERS, WORD
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Bar, Box, Mark, Math, Number, Scale, Wire, Words
from rnnviz.rounding import relation, show, total

ROWS = (260.0, 365.0, 470.0, 575.0)
SCORES, LETTER = 1226.0, 1288.0
LOGS, LOG_EXTENT = 1336.0, 170.0  # zero is at the right
SHARES, SHARE_EXTENT = 1636.0, 150.0
FOOT = 655.0  # baseline of the sum
PANEL = (1110.0, 712.0, 1880.0, 900.0)


def layer(out: Dense, state: Column) -> Dense:
    """Return l_out (O, H) behind the last state."""
    column = replace(out.target, places=tuple((SCORES, y) for y in ROWS), width=96)
    x, y = state.places[-1]
    return replace(out, source=state, target=column, one=(x, y + 84))


def skeleton(out: Dense, digits: int) -> Iterator[Mark]:
    """Yield the readout before anything is computed."""
    yield from out.wires()
    yield out.bubble
    yield from out.target.pills(None, 0, digits)
    yield Words("out.code", "log_softmax(l_out(h))", SCORES - 48, 140, 28, "muted")
    yield Words("name.out", "scores", SCORES, 214, 26, "muted", "centre")
    for letter, y in zip(LETTERS, ROWS, strict=True):
        yield Words(f"row.{letter}", f"‘{letter}’", LETTER, y + 10, 30, "muted")


def log_softmax(sheet: Sheet, out: Dense, given: Array, logs: Array, t: int, digits: int) -> None:
    """Add the beat in which l_out gives scores (O,), which become log probabilities (O,)."""
    sheet.put(out.wires("muted"), out.bubble, out.target.pills(given, 0, digits))
    sheet.change("row.*", "out.code", role="ink")
    sheet.drop("said*")
    low = -float(ceil(-2 * logs.min()) / 2)
    scale, zero = Scale(low, 0.0), LOGS + LOG_EXTENT
    sheet.put(
        Math("log.name", "log p", zero, 214, 30, "muted", "right"),
        Wire("log.zero", ((zero, 232), (zero, 604)), "muted", 2, arrow=False),
        Math("log.tick", "0", zero, 634, 24, "muted", "centre"),
    )
    bars, numbers = [], []
    for letter, y, value in zip(LETTERS, ROWS, map(float, logs), strict=True):
        ref = f"log p({letter})"
        bars.append(Bar(f"log.{letter}", value, scale, LOGS, y, LOG_EXTENT, 34, ref, "neutral",
                        upright=False))  # fmt: skip
        numbers.append(Number(f"log.n{letter}", value, zero + 12, y + 10, ref, 28, digits=digits))
    sheet.put(bars, numbers)
    panel = _worked(sheet, given, logs, digits)
    wires = tuple(name for k in out.neurons for name in out.names(k))
    waves = [
        Wave((*wires, *out.target.ids), pulses=wires),
        Wave(("log.name", "log.zero", "log.tick", *panel)),
        Wave(tuple(mark.id for pair in zip(bars, numbers, strict=True) for mark in pair)),
    ]
    top, least = (show(float(value), digits) for value in (logs.max(), logs.min()))
    sheet.beat("logs", "Log probabilities",
               f"log p = score − log Σ exp(scores): all below 0, from {least} to {top}.",
               "Now, and only now, h is read out", t, waves)  # fmt: skip


def _worked(sheet: Sheet, given: Array, logs: Array, digits: int) -> tuple[str, ...]:
    """Put up how one letter's log probability comes from its score; return the ids."""
    most = int(np.argmax(logs))
    score, log, name = float(given[most]), float(logs[most]), LETTERS[most]
    shared = float(np.log(np.exp(given - given.max()).sum()) + given.max())
    left, top, right, bottom = PANEL
    terms = total([show(score, digits), show(-shared, digits)])
    sign = relation(terms, show(log, digits))
    x, first, second = left + 300, top + 60, top + 140
    sheet.put(
        Box("soft", left, top, right, bottom, "faint", None),
        Words("soft.all", "log Σ exp(scores)", x - 40, first, 28, "muted", "right"),
        Words("soft.equal", "=", x - 20, first, 28, "muted"),
        Number("soft.sum", shared, x + 100, first, "log Σ exp(score)", 30, anchor="right",
               signed=False, digits=digits),
        Words("soft.name", f"log p(‘{name}’)", x - 40, second, 28, "muted", "right"),
        Words("soft.is", "=", x - 20, second, 28, "muted"),
        Number("soft.score", score, x + 100, second, f"score({name})", 30, anchor="right",
               signed=False, digits=digits),
        Words("soft.minus", "−", x + 118, second, 28, "muted"),
        Number("soft.taken", shared, x + 230, second, "log Σ exp(score) again", 30,
               anchor="right", signed=False, digits=digits),
        Words("soft.sign", sign, x + 256, second, 28, "muted"),
        Number("soft.log", log, x + 380, second, f"log p({name})", 30, anchor="right",
               digits=digits),
    )  # fmt: skip
    return sheet.found("soft*")


def exponentials(sheet: Sheet, logs: Array, t: int, digits: int) -> None:
    """Add the beat in which exp of the log probabilities (O,) adds up to 1."""
    shares = [float(value) for value in np.exp(logs)]
    end = SHARES + SHARE_EXTENT
    sheet.put(
        Math("p.name", "p = exp(log p)", SHARES, 214, 30, "muted"),
        Wire("p.zero", ((SHARES, 232), (SHARES, 604)), "muted", 2, arrow=False),
    )
    bars, numbers = [], []
    for letter, y, value in zip(LETTERS, ROWS, shares, strict=True):
        bars.append(Bar(f"p.{letter}", value, Scale(0.0, 1.0), SHARES, y, SHARE_EXTENT, 34,
                        f"p({letter})", "o", upright=False))  # fmt: skip
        numbers.append(Number(f"p.n{letter}", value, 1876, y + 10, f"p({letter})", 28,
                              anchor="right", signed=False, within=(0.0, 1.0),
                              digits=digits))  # fmt: skip
    whole = sum(shares)
    sign = relation(total([number.text for number in numbers]), show(whole, digits))
    sheet.put(
        bars,
        numbers,
        Wire("p.rule", ((end, 612), (1880, 612)), "ink", 2, arrow=False),
        Words("p.sum", "sum", SHARES, FOOT, 28, bold=True),
        Words("p.sign", sign, end - 16, FOOT, 28, "muted", "centre"),
        Number("p.whole", whole, 1876, FOOT, "Σ p", 30, anchor="right", signed=False,
               digits=digits),
    )  # fmt: skip
    waves = [
        Wave(("p.name", "p.zero")),
        Wave(tuple(mark.id for pair in zip(bars, numbers, strict=True) for mark in pair)),
        Wave(("p.rule", "p.sum", "p.sign", "p.whole")),
    ]
    added = " + ".join(number.text for number in numbers)
    sheet.beat("sum", "They add up to 1",
               f"exp(log p): {added} {sign} {show(whole, digits)}.",
               "Undo the log", t, waves)  # fmt: skip


def recap(sheet: Sheet, parameters: int, most: int, p: float, t: int, digits: int) -> None:
    """Add the last beat: what was seen, and how many parameters did it."""
    sheet.put(Words("recap", f"{parameters} parameters in all: embedding, l_in, l_hidden, l_out",
                    44, 968, 28, bold=True))  # fmt: skip
    said = show(p, digits, within=(0.0, 1.0))
    caption = (
        f"‘{WORD}’ went letter by letter through two dense layers; next, untrained: "
        f"‘{LETTERS[most]}’ with {said}."
    )
    sheet.beat("recap", "Recap", caption, "", t, [Wave(("recap",))])
