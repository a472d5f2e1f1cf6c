"""Batching of a text: its letters in columns, h carried from chunk to chunk, the gradient cut."""

import numpy as np

from rnnviz.cells import RNN
from rnnviz.figures import batching_table as table
from rnnviz.figures.batching_fold import first_chunk, fold, second_chunk, text
from rnnviz.figures.batching_run import (
    BATCH,
    LETTERS,
    PERIOD,
    STEPS,
    UNITS,
    Batched,
    batched,
    columns,
    letter_model,
)
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Mark, Math, Words
from rnnviz.params import demo as drawn
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace

CELL, TAKES = "rnn", ()
TITLE = "Batches and truncated BPTT"
LOSSES = "(L_4 + L_5)"


def demo() -> Trace:
    """Return the RNN that reads the columns of letters, with the demo's weights and h_0 = 0."""
    model = letter_model(RNN, drawn(RNN, input_size=2).params)
    return model.trace(columns()[:-1])[0]


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the walk from a row of letters to two chunks and the cut between them."""
    run = batched(trace)
    sheet = Sheet(TITLE, (f"batch {BATCH} · period T = {PERIOD} · cross entropy, summed",
                          "random weights, not trained"))  # fmt: skip
    text(sheet)
    fold(sheet)
    first_chunk(sheet)
    second_chunk(sheet)
    network(sheet, digits)
    read(sheet, run, 0, PERIOD, digits)
    carry(sheet, run, digits)
    read(sheet, run, PERIOD, STEPS, digits)
    chained(sheet, run, digits)
    cut(sheet, run, digits)
    cost(sheet, run, digits)
    caption = "From chunk to chunk h is carried on; its gradient is not carried back."
    sheet.beat("recap", "Recap", caption)
    return sheet.figure()


def network(sheet: Sheet, digits: int) -> None:
    """Bring inputs and targets into the table, and the RNN's states between them."""
    gone = [one for letter in LETTERS for one in (letter, f"box.{letter}")]
    sheet.drop(*gone, "frame", "column*", "time*", f"t{STEPS + 1}", "x.*", "y.*")
    moved = [mark for t in range(STEPS) for mark in table.letters(t)]
    sheet.drop(*[mark.id for mark in moved if mark.id in sheet.marks])
    rest = [mark for t in range(STEPS) for mark in table.empty(t)]
    start = table.state("h0", table.START, np.zeros((BATCH, UNITS)), "h[0", "h", digits)
    rest += [*table.head(), *start]
    sheet.put(rest, moved)
    times = tuple(f"t{t + 1}" for t in range(STEPS))
    letters = (*times, *(mark.id for mark in moved if isinstance(mark, Words)))
    frames = tuple(mark.id for mark in [*moved, *rest] if mark.id not in letters)
    caption = (
        f"One RNN reads {BATCH} letters at once, each with its own h, to guess the {BATCH} next."
    )
    sheet.beat("network", "An RNN", caption, "An RNN between x and y.",
               waves=[Wave(letters), Wave(frames)])  # fmt: skip


def read(sheet: Sheet, run: Batched, start: int, stop: int, digits: int) -> None:
    """Compute the states and losses of a chunk."""
    number = 1 + start // PERIOD
    waves: list[Wave] = []
    for t in range(start + 1, stop + 1):
        marks = [
            *table.state(f"h{t}", table.ROWS[t - 1], run.h[t - 1], f"h[{t}", "h", digits, False)
        ]
        sheet.put(marks)
        wires = tuple(f"h{t}.{b + 1}.wire" for b in range(BATCH))
        sheet.put(table.loss(run, t - 1, digits))
        ids, pulses = tuple(mark.id for mark in marks), (f"x{t}.wire", *wires)
        before = waves.pop() if t > start + 1 else Wave()  # the loss is a row behind
        waves.append(Wave((*before.ids, *ids), pulses=(*before.pulses, *pulses)))
        waves.append(Wave((f"L{t}",), pulses=(f"h{t}.wire", f"L{t}.wire")))
    losses = ", ".join(show(float(one), digits) for one in run.losses[start:stop])
    caption = f"Chunk {number}, row by row; its losses are {losses}."
    sheet.beat(f"read{number}", f"Chunk {number} is read", caption, "Row by row.", waves=waves)


def carry(sheet: Sheet, run: Batched, digits: int) -> None:
    """Start the second chunk from the first's last h."""
    marks = [*table.taller(), *table.carried(run, digits)]
    under = [mark for mark in marks if not mark.id.startswith("h")]
    sheet.put(marks)
    links = [*table.onwards(PERIOD)]
    sheet.put(links)
    above = table.ROWS[PERIOD - 1]
    flights = {
        f"carried.{b + 1}.{k + 1}": (c - 48 + 96 * k, above)
        for b, c in enumerate(table.COLUMNS)
        for k in range(UNITS)
    }
    others = tuple(mark.id for mark in [*under, *links] if mark.id not in flights)
    shown = show(float(run.carried[0, 0]), digits)
    caption = f"Chunk 2 starts where chunk 1 ended, in every column: {shown} is carried on."
    sheet.beat("carry", "h is carried", caption, "And the next chunk?",
               waves=[Wave(others), Wave((*flights,), flights)])  # fmt: skip


def chained(sheet: Sheet, run: Batched, digits: int) -> None:
    """Carry the second chunk's gradient into the first."""
    wires = [*table.upwards()]
    sheet.put(wires)
    y = table.CARRIED + table.BELOW
    back = [*table.gradient("back", y, run.back, f"∂{LOSSES}/∂start[3", digits)]
    through = [*table.through(run.through, digits)]
    names = [
        Math("back.name", f"∂{LOSSES}/∂start", table.NAMES, y + 9, 28.0, table.GRADIENT, "right"),
        Math("through.name", f"∂{LOSSES}/∂h_3", table.NAMES,
             table.ROWS[PERIOD - 1] + table.BELOW + 9, 28.0, table.GRADIENT, "right"),
    ]  # fmt: skip
    mode = f"no cut: one graph of {STEPS} timesteps"
    sheet.put(back, through, names, Words("mode", mode, 1345, table.CUT + 9, 30.0, bold=True))
    later = tuple(wire.id for wire in wires if not wire.id.startswith("up."))
    last = tuple(wire.id for wire in wires if wire.id.startswith("up."))
    waves = [
        Wave(later, pulses=later),
        Wave((*(mark.id for mark in back), "back.name")),
        Wave((*last, *(mark.id for mark in through), "through.name"), pulses=last),
    ]
    shown = show(float(run.through[0, 0]), digits)
    caption = f"Without a cut, the gradient of L₄ + L₅ reaches h₃: {shown} in its first unit."
    sheet.beat("chained", "Without a cut", caption, "The gradient of chunk 2.", waves=waves)


def cut(sheet: Sheet, run: Batched, digits: int) -> None:
    """Cut it off."""
    marks = [*table.cut_line(), *table.through(run.cut, digits)]
    sheet.put(marks)
    sheet.put(Words("cut.name", "cut: detach", table.NAMES, table.CUT + 9, 26.0, "ink", "right",
                    bold=True))  # fmt: skip
    zero = show(float(np.abs(run.cut).max()), digits)
    sheet.change("mode", text=f"cut: graphs of {PERIOD} and {STEPS - PERIOD} timesteps")
    caption = f"With the cut it ends at chunk 2's start: {zero} reaches h₃. No h changes."
    lines = tuple(mark.id for mark in marks if not mark.id.startswith("through"))
    pills = tuple(mark.id for mark in marks if mark.id.startswith("through"))
    sheet.beat(
        "cut",
        "The cut",
        caption,
        "Now cut.",
        waves=[Wave((*lines, "cut.name", "mode")), Wave(pills)],
    )


def cost(sheet: Sheet, run: Batched, digits: int) -> None:
    """Compare the weight's gradient both ways."""
    new: list[Mark] = [
        Math("weight.name", "∂L/∂W_{hh}", table.NAMES, 918, 32.0, table.GRADIENT, "right"),
        Words("whole.name", "without the cut", table.WEIGHTS[0] + 145, 918, 26.0),
        Words("truncated.name", "with the cut", table.WEIGHTS[1] + 145, 918, 26.0),
        Math("weight.of", f"L = L_1 + ⋯ + L_{STEPS}", 1866, 918, 30.0, "ink", "right"),
        *table.weight("whole", table.WEIGHTS[0], run.weight, "∂L/∂W_hh", digits),
        *table.weight("truncated", table.WEIGHTS[1], run.weight_cut, "cut ∂L/∂W_hh", digits),
    ]
    sheet.put(new)
    one, other = (show(float(made[0, 0]), digits) for made in (run.weight, run.weight_cut))
    caption = f"The price: an inexact ∂L/∂W_hh, upper left {other} instead of {one}."
    sheet.beat("cost", "What it costs", caption, "And the weights?",
               waves=[Wave(tuple(mark.id for mark in new))])  # fmt: skip
