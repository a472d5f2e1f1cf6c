"""The second half of the figure ``dense``: the cell closes, unrolls over the word, is read out."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rnnviz.diagram import Point
from rnnviz.figures import dense_net as net
from rnnviz.figures import dense_readout as readout
from rnnviz.figures.dense_cell import Cell
from rnnviz.figures.dense_layers import Column, Dense
from rnnviz.figures.dense_model import WORD
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Disc, Mark, Math, Wire, Words
from rnnviz.model_trace import ModelTrace
from rnnviz.rounding import show

CLOSED = Cell("cell2", 790, 470, 460, 350)
SPREAD, FIRST = 300.0, 240.0  # between cells, and the middle of the first
SMALL_WIDE, SMALL_HIGH, LINE = 148.0, 250.0, 420.0
FOLDED_E, FOLDED_H = 248.0, 1300.0


def tell(sheet: Sheet, model: ModelTrace, digits: int) -> None:
    """Add the beats from the folding of the network to the recap."""
    _fold(sheet, model)
    _unroll(sheet, model, digits)
    _read_out(sheet, model, digits)


def stacked(x: float, y: float, pitch: float = 60.0) -> tuple[Point, ...]:
    """Return the places of three pills around a middle."""
    return tuple((x, y + k * pitch) for k in (-1, 0, 1))


def _fold(sheet: Sheet, model: ModelTrace) -> None:
    columns = {"u": net.U, "s": net.S, "h": net.H, "e": net.E}
    origins = {f"cell2.{name}{k}": place for name, column in columns.items()
               for k, place in enumerate(column.places, 1)}  # fmt: skip
    gone = sheet.found("in.*", "hid.*", "add*", "u*", "s*", "hp*", "name.*", "back*", "code*")
    gone = tuple(name for name in gone if name != "name.out")
    sheet.drop(*gone)
    for ids, x in ((net.E.ids, FOLDED_E), (net.H.ids, FOLDED_H)):
        for name, (_, y) in zip(ids, stacked(x, CLOSED.y), strict=True):
            sheet.change(name, x=x, y=y)
    right, bottom = CLOSED.x + CLOSED.wide / 2, CLOSED.y + CLOSED.high / 2
    sheet.change("frame", left=2 * CLOSED.x - right, top=2 * CLOSED.y - bottom, right=right,
                 bottom=bottom)  # fmt: skip
    folded = replace(net.H, places=stacked(FOLDED_H, CLOSED.y))
    out = replace(net.layers(model.model)[2], source=folded, one=(FOLDED_H, 640))
    sheet.put(out.wires(), out.bubble)
    left, right = CLOSED.x - CLOSED.wide / 2, CLOSED.x + CLOSED.wide / 2
    top, back = CLOSED.y - CLOSED.high / 2, right - 60
    outer: tuple[Mark, ...] = (
        _code(),
        Wire("go.e", ((FOLDED_E, 686), (FOLDED_E, CLOSED.y + 81)), "x"),
        Wire("go.in", ((FOLDED_E + 52, CLOSED.y), (left, CLOSED.y)), "x", 4),
        Wire("go.out", ((right, CLOSED.y), (FOLDED_H - 52, CLOSED.y)), "h", 4),
        Wire("loop", ((back, top), (back, 225), (CLOSED.x, 225), (CLOSED.x, top)), "h", 4),
        Math("loop.name", "h_t", (back + CLOSED.x) / 2, 208, 32, "h", "centre"),
        Math("go.name", "e(c)", FOLDED_E, CLOSED.y - 98, 30, "muted", "centre"),
        Math("go.h", "h_t", FOLDED_H, CLOSED.y - 98, 30, "muted", "centre"),
    )  # fmt: skip
    cell: tuple[Mark, ...] = tuple(CLOSED.marks())
    cell += tuple(_inside())
    sheet.put(outer, cell)
    size = sum(layer.weight.size + layer.bias.size for layer in net.layers(model.model)[:2])
    lid = tuple(mark.id for mark in cell if mark.id not in origins)
    moved = ("frame", *net.E.ids, *net.H.ids, *(wire.id for wire in out.wires()), out.bubble.id)
    waves = [
        Wave((*gone, *origins, *moved), origins),
        Wave((*lid, *(mark.id for mark in outer)), pulses=("loop",)),
    ]
    sheet.beat("fold", "Folded into a cell",
               f"All of it folds into one box with a loop: an RNN cell, {size} weights and biases.",
               "Now close the lid", 2, waves)  # fmt: skip


def _unroll(sheet: Sheet, model: ModelTrace, digits: int) -> None:
    last = len(WORD)
    sheet.drop("table*", "word*", "legend*", "loop*", "go*", "frame")
    sheet.drop(*net.E.ids, *net.H.ids)
    cells = [_cell(t) for t in range(1, last + 1)]
    parts = {cell.key: tuple(cell.marks()) for cell in cells}
    for column in (_state(t) for t in range(last + 1)):
        sheet.put(column.pills(None, 0, digits))
    copies: list[str] = []
    known: list[str] = []
    for cell in cells:
        links = _links(cell)
        known += [mark.id for mark in links]
        sheet.put(links, parts[cell.key])
        if cell.key != CLOSED.key:
            copies += [mark.id for mark in parts[cell.key]]
    out = readout.layer(net.layers(model.model)[2], _state(last))
    words, said = _words(), _said(model)
    sheet.put(words, said, readout.skeleton(out, digits))
    for t in range(last + 1):
        h = net.values(model, "h", t) if t else net.values(model, "h_prev", 1)
        state = _state(t).pills(h, t, digits)
        sheet.put(state)
        arrived = [mark.id for mark in state]
        if t:
            embedded = _embedded(t).pills(net.values(model, "x", t), t, digits)
            letter = Disc(f"letter{t}", _cell(t).x, 835, 28, "x", 0.25)
            name = Words(f"letter{t}.name", WORD[t - 1], letter.x, 845, 30, anchor="centre")
            sheet.put(embedded, letter, name)
            known += [letter.id, name.id, *(mark.id for mark in embedded)]
        if t < last:
            known += arrived
    pulses = tuple(f"{name}{last}" for name in ("up", "into", "leave"))
    known += [mark.id for mark in words]
    waves = [Wave(tuple(copies)), Wave(tuple(known)),
             Wave((*_state(last).ids, *(one.id for one in said)), pulses=pulses)]  # fmt: skip
    value = show(float(net.values(model, "h", last)[0]), digits)
    sheet.beat("unroll", "Unrolled over the word",
               f"A copy for each letter hands h on to the next; its first unit ends at {value}.",
               "The loop is laid out in time", last, waves)  # fmt: skip


def _code() -> Words:
    return Words(
        "code", "for each letter c:  h = tanh(l_hidden(relu(l_in(e(c))) + h))", 44, 140, 28
    )


def _inside() -> Iterator[Words]:
    """Yield what is in the closed cell, over its dots."""
    _, y = CLOSED.dot(0, 1)
    for k, text in enumerate(("l_in, relu", "+ h", "l_hidden, tanh")):
        x = (CLOSED.dot(k, 1)[0] + CLOSED.dot(k + 1, 1)[0]) / 2
        yield Words(f"go.inside{k}", text, x + 12 * (k - 1), y - 32, 24, "muted", "centre")


def _cell(t: int) -> Cell:
    return Cell(f"cell{t}", FIRST + SPREAD * (t - 1), LINE, SMALL_WIDE, SMALL_HIGH)


def _state(t: int) -> Column:
    x = FIRST + SPREAD * (t - 0.5)
    return Column(f"h{t}.", "h", "h", stacked(x, LINE), 96)


def _embedded(t: int) -> Column:
    return Column(f"e{t}.", "e", "x", stacked(_cell(t).x, 685, 50), 96)


def _links(cell: Cell) -> tuple[Mark, ...]:
    t, half = int(cell.key[-1]), SMALL_WIDE / 2
    return (
        Wire(f"into{t}", ((cell.x - SPREAD / 2 + 48, LINE), (cell.x - half, LINE)), "h", 3),
        Wire(f"leave{t}", ((cell.x + half, LINE), (cell.x + SPREAD / 2 - 48, LINE)), "h", 3),
        Wire(f"lookup{t}", ((cell.x, 807), (cell.x, 757)), "x", 3),
        Wire(f"up{t}", ((cell.x, 613), (cell.x, LINE + SMALL_HIGH / 2)), "x", 3),
    )


def _words() -> list[Mark]:
    marks: list[Mark] = [
        Words("loop.same", "the same cell, with the same weights, every time", 44, 195, 26,
              "muted"),
        Math("e.name", "e(c)", 88, 694, 30, "muted", "centre"),
        Words("letter.name", "letter c", 88, 845, 26, "muted", "centre"),
    ]  # fmt: skip
    for t in range(len(WORD) + 1):
        x, _ = _state(t).places[0]
        marks.append(Math(f"h{t}.name", f"h_{t}", x, LINE - 98, 30, "muted", "centre"))
        if t:
            marks.append(Words(f"t{t}", f"t = {t}", _cell(t).x, 905, 26, "muted", "centre"))
    return marks


def _said(model: ModelTrace) -> list[Words]:
    """Return what unrolling means, in words, where the readout comes later."""
    size = model.model.layers[0].params["forward"].size
    lines = ("Unrolled", f"{len(WORD)} copies of one cell,", f"{size} shared weights and biases;",
             "the loop is now a chain of h;", "only its end is read out")  # fmt: skip
    return [Words(f"said{k}", text, 1430, 330 + 56 * k, 30, "muted" if k else "ink", bold=not k)
            for k, text in enumerate(lines)]  # fmt: skip


def _read_out(sheet: Sheet, model: ModelTrace, digits: int) -> None:
    last = len(WORD)
    layer: Dense = readout.layer(net.layers(model.model)[2], _state(last))
    scores, logs = model.logits[-1, 0], model.output[-1, 0]
    readout.log_softmax(sheet, layer, scores, logs, last, digits)
    readout.exponentials(sheet, logs, last, digits)
    most = int(np.argmax(logs))
    readout.recap(sheet, model.model.parameters, most, float(np.exp(logs[most])), last, digits)
