"""The way forwards in the figure of backpropagation: the loop, its unrolled copies, the losses."""

import numpy as np

from rnnviz.figures import bptt_graph as graph
from rnnviz.figures.bptt_ledger import LEFT, added, matrix, said
from rnnviz.figures.bptt_run import INPUTS, Unrolled
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Box, Mark, Math, Words
from rnnviz.rounding import show


def fold(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Show the loop, its formulas and the weights that the gradient will pass."""
    sheet.put(graph.folded(run))
    for k, (text, role) in enumerate(formulas(run)):
        sheet.put(Math(f"formula{k + 1}", text, LEFT, 736 + 62 * k, 32.0, role))
    for name, y in (("loss", graph.LOSS), ("readout", graph.MADE), ("hidden state", graph.HIDDEN),
                    ("input", graph.INPUT)):  # fmt: skip
        sheet.put(Words(f"loop.{name}", name, graph.LOOP - graph.HALF - 24, y + 9, 26.0, "muted",
                        "right"))  # fmt: skip
    keys = (
        ("forwards: h, then ŷ and the loss L", "ink"),
        ("backwards: ∂L/∂ŷ, then ∂L/∂h", graph.GRADIENT),
        ("empty: not computed yet", "muted"),
    )
    for k, (text, role) in enumerate(keys):
        sheet.put(Words(f"loop.key{k + 1}", text, 900.0, 260 + 72 * k, 32.0, role))
    sheet.put(weights(run, digits))
    caption = "One network, one set of weights; h comes back in at the next timestep."
    sheet.beat("loop", "Folded", caption, "The network as a loop.")


def formulas(run: Unrolled) -> list[tuple[str, str]]:
    """Return the equations of a timestep with their colours."""
    cell = run.cell
    choices = dict(cell.choices)
    from_x, from_h = ("", " + b_h", " + b_{ih}")[cell.biases], ("", "", " + b_{hh}")[cell.biases]
    if run.is_dense:
        inner = f"a_t = W_{{hh}} s_t{from_h}, s_t = relu(W_{{ih}} x_t{from_x}) + h_{{t-1}}"
    else:
        inner = f"a_t = W_{{ih}} x_t{from_x} + W_{{hh}} h_{{t-1}}{from_h}"
    return [
        (inner, "ink"),
        (f"h_t = {choices['activation']}(a_t)", "h"),
        ("ŷ_t = W_y h_t + b_y", "ink"),
        ("L_t = (ŷ_t − y_t)^2", "ink"),
    ]


def weights(run: Unrolled, digits: int) -> list[Mark]:
    """Return the weights, of the units and inputs that are shown."""
    given, units = run.params, run.units
    inputs = range(min(INPUTS, run.x.shape[1]))
    blocks = given.blocks(run.cell)
    bias = np.zeros(1) if run.readout.bias is None else run.readout.bias
    biases = [block for name, block in blocks.items() if name.startswith("b_")]
    marks: list[Mark] = [
        Words("weights.title", "the same weights at every timestep", 900, 676, 30.0, bold=True),
        Math("weights.hh", "W_{hh} =", 900, 776, 32.0),
        Math("weights.ih", "W_{ih} =", 900, 906, 32.0),
        Math("weights.y", "W_y =", 1410, 740, 32.0),
        Math("weights.by", "b_y =", 1410, 812, 32.0),
        *matrix("weights.W_hh", (1090, 1212), (752, 800), given.weight_hh, units, units, "W_hh",
                "ink", digits),
        *matrix("weights.W_ih", (1090, 1212), (882, 930), given.weight_ih, units, inputs, "W_ih",
                "ink", digits),
        *matrix("weights.W_y", (1592, 1714), (740,), run.readout.weight, (0,), units, "W_y", "ink",
                digits),
        *matrix("weights.b_y", (1592,), (812,), bias[:, None], (0,), (0,), "b_y", "ink", digits),
    ]  # fmt: skip
    if biases:
        name = {1: "b_h =", 2: "b_{ih} + b_{hh} ="}[run.cell.biases]
        marks.append(Math("weights.b", name, 1410, 906, 32.0))
        whole = np.sum(biases, axis=0)[:, None]
        marks += matrix("weights.b", (1700,), (882, 930), whole, units, (0,), "b", "ink", digits)
    return marks


def unroll(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Copy the loop's network once a timestep; what is known is x, h_0 and the targets."""
    sheet.drop("loop*")
    first = [*graph.empty(run, 0, digits)]
    rest = [*graph.onwards(run), *graph.initial(run, digits)]
    flights = {}
    for t in range(1, run.steps):
        shift = graph.middle(run, 0) - graph.middle(run, t)
        for mark in graph.empty(run, t, digits):
            rest.append(mark)
            if isinstance(mark, Box):
                x, y = (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2
                flights[mark.id] = (x + shift, y)
    sheet.put(first, rest)
    waves = [Wave(tuple(mark.id for mark in first)), Wave((*flights,), flights),
             Wave(tuple(mark.id for mark in rest if mark.id not in flights))]  # fmt: skip
    caption = f"Unrolled: {run.steps} copies with the same weights, linked by h."
    sheet.beat("unroll", "Unrolled", caption, "A copy for every timestep.", waves=waves)


def forwards(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Compute the hidden states from left to right."""
    waves = []
    for t in range(run.steps):
        sheet.put(graph.hidden(run, t, True, digits))
        ids = sheet.found(f"h{t + 1}.*")
        pills = tuple(name for name in ids if name[-1].isdigit())
        waves.append(Wave(pills, pulses=(f"h{t}.wire", f"t{t + 1}.x.wire")))
    first = run.units[0]
    ends = [show(float(run.h[t, first]), digits) for t in (0, run.steps - 1)]
    caption = f"One h after the other: unit {first + 1} goes from {ends[0]} to {ends[1]}."
    sheet.beat("forward", "Forwards", caption, "Each h from its x and the h before.", waves=waves)


def losses(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Read each timestep out, compare it with its target, and add the losses up."""
    ups, tops = [], []
    for t in range(run.steps):
        sheet.put(graph.made(run, t, float(run.made[t]), digits))
        sheet.put(graph.loss(run, t, float(run.losses[t]), digits))
        ups.append(f"t{t + 1}.h.wire")
        tops.append(f"t{t + 1}.y.wire")
    sign = added(run.losses.tolist(), run.loss, digits)
    names = " + ".join(f"L_{t + 1}" for t in range(run.steps))
    total = [*graph.total_loss(run, f"{sign} {names}", digits)]
    sheet.put(total)
    counted = range(1, run.steps + 1)
    wires = tuple(f"L{t}.wire" for t in counted)
    waves = [
        Wave(tuple(f"y{t}" for t in counted), pulses=tuple(ups)),
        Wave(tuple(f"L{t}" for t in counted), pulses=tuple(tops)),
        Wave(tuple(mark.id for mark in total), pulses=wires),
    ]
    caption = f"One loss a timestep: {said(run.losses.tolist(), run.loss, digits)} in all."
    sheet.beat("losses", "Losses", caption, "The readouts and their losses.", waves=waves)
