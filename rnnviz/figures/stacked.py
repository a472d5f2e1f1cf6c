"""Two layers of GRU cells: what the first computes is what the second reads, step by step."""

from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.errors import RnnvizError
from rnnviz.figures import stacked_grid as grid
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.gate_marks import said
from rnnviz.figures.marks import Math, Wire, Words
from rnnviz.model import Layer, Model
from rnnviz.model_trace import ModelTrace
from rnnviz.params import DEMO_SEED
from rnnviz.params import demo as drawn
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace
from rnnviz.tracing import trace as traced

CELL = "gru"
TAKES = ()
STEPS, UNITS = 4, 2
START, FIRST, PITCH = 112.0, 400.0, 362.0
LAST = 1776.0  # where h_n stands
OUTPUT, X = 168.0, 898.0
ROWS = (652.0, 392.0)  # of layer 1 and of layer 2
FINISHED = STEPS + 1  # steps in which all is computed


def demo() -> Trace:
    """Return the first layer: seeded weights, four inputs, a first state of zeros."""
    cell = traced("gru").cell
    example = drawn(cell, STEPS, 2, UNITS)
    return traced(cell, example.x, example.params)


def model(trace: Trace) -> ModelTrace:
    """Return a trace's layer with a second one, of seeded weights, on the same first inputs."""
    units = trace.params.hidden_size
    second = drawn(trace.cell, 1, units, units, DEMO_SEED + 1).params
    weights = (trace.params, second)
    layers = tuple(Layer(trace.cell, {"forward": one}) for one in weights)
    states = {(0, "forward"): {"h_prev": trace.states["h_prev"][:1]}}
    return Model(layers).trace(trace["x"][:STEPS, :1], states=states)


@dataclass(frozen=True)
class Stack:
    """What is shown: both layers' values, rounded to so many digits; layers and t from 0."""

    made: ModelTrace
    digits: int

    def h(self, layer: int, t: int) -> Array:
        """Return a hidden state (H,); t = -1 is the one before the first timestep."""
        trace = self.made[layer]
        return np.asarray(trace["h"][t, 0] if t >= 0 else trace["h_prev"][0, 0])

    def said(self, layer: int, t: int) -> str:
        """Return the first unit of a hidden state in words."""
        return said(float(self.h(layer, t)[0]), self.digits)


def place(layer: int, t: int) -> tuple[float, float]:
    """Return the middle of a box."""
    return FIRST + PITCH * t, ROWS[layer]


def name(layer: int, t: int) -> str:
    """Return the id of a box, counted from 1."""
    return f"l{layer + 1}.t{t + 1}"


def ref(layer: int, t: int) -> str:
    """Return how a hidden state is called, with {} for its unit."""
    return f"layer {layer + 1}: h[{t + 1},{{}}]"


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return two layers over four timesteps, a trace's and one on top of it."""
    stack = Stack(model(trace), digits)
    units, steps = trace.params.hidden_size, trace.sizes["T"]
    if steps < STEPS:
        raise RnnvizError(f"stacked: wanted at least {STEPS} timesteps, got {steps}")
    part = f"{UNITS} of {units} units shown; " if units > UNITS else ""
    notes = ("random weights, each layer its own", f"{part}PyTorch: num_layers = 2")
    sheet = Sheet("Two GRU layers, one on top of the other", notes)
    put_grid(sheet, stack)
    for step in range(1, FINISHED + 1):
        put_step(sheet, stack, step)
    point_at_needs(sheet, stack)
    show_output(sheet, stack)
    show_last(sheet, stack)
    put_recap(sheet, stack)
    return sheet.figure()


def put_grid(sheet: Sheet, stack: Stack) -> None:
    """Put all cells, not yet computed, the inputs below and the first states at the left."""
    sheet.put(wires())
    for layer in (0, 1):
        y = ROWS[layer]
        size = stack.made.model.layers[layer].params["forward"].size
        sheet.put(
            grid.heading(
                f"l{layer + 1}", f"Layer {layer + 1}", f"{size} weights and biases", 40, y - 128
            )
        )
        sheet.put(grid.pair(f"l{layer + 1}.h0", stack.h(layer, -1), (START, y + grid.PILLS),
                            f"layer {layer + 1}: h[0,{{}}]", "h", stack.digits))  # fmt: skip
        sheet.put(Math(f"l{layer + 1}.h0.symbol", f"h_0^{{({layer + 1})}}", START, y - 36, 30, "h",
                       "centre"))  # fmt: skip
        for t in range(STEPS):
            symbol = f"h_{t + 1}^{{({layer + 1})}}"
            sheet.put(grid.box(name(layer, t), place(layer, t), symbol, ref(layer, t)))
    for t in range(STEPS):
        x = place(0, t)[0]
        values = stack.made.x[t, 0]
        sheet.put(grid.pair(f"x{t + 1}", values, (x, X), f"x[{t + 1},{{}}]", "x", stack.digits))
        sheet.put(Math(f"x{t + 1}.symbol", f"x_{t + 1}", x - 76, X + 10, 32, "x", "right"))
        sheet.put(
            Math(f"up{t + 1}", f"x_{t + 1}^{{(2)}} = h_{t + 1}^{{(1)}}", x + 16, 532, 26, "h")
        )
        put_output(sheet, stack, t, known=False)
    for layer in (0, 1):
        put_last(sheet, stack, layer, known=False)
    sheet.put(Words("time", "time →", 40, X + 10, 28, "muted"))
    sheet.put(grid.order_legend(40, ROWS[0] + 150))
    sheet.put(Words("output", "output", 40, OUTPUT + 10, 30, bold=True))
    caption = (
        "Two layers of GRU cells over four timesteps; each layer has weights and a state of its own"
    )
    sheet.beat("layers", "Two layers", caption)


def wires() -> list[Wire]:
    """Return the wires from what a cell needs into its box."""
    made = []
    for t in range(STEPS):
        x = place(0, t)[0]
        edge = grid.HIGH / 2
        made.append(Wire(f"w.x{t + 1}", ((x, X - grid.TALL), (x, ROWS[0] + edge)), "x", 4))
        made.append(Wire(f"w.up{t + 1}", ((x, ROWS[0] - edge), (x, ROWS[1] + edge)), "h", 4))
        for layer in (0, 1):
            y = ROWS[layer] + grid.PILLS
            start = START + grid.WIDTH / 2 if t == 0 else x - PITCH + grid.HALF
            made.append(Wire(f"w.{name(layer, t)}", ((start, y), (x - grid.HALF, y)), "h", 4))
        ends = ((x, ROWS[1] - edge), (x, OUTPUT + grid.TALL))
        made.append(Wire(f"w.out{t + 1}", ends, "h", 4))
    for layer in (0, 1):
        y, x = ROWS[layer] + grid.PILLS, place(layer, STEPS - 1)[0] + grid.HALF
        made.append(Wire(f"w.last{layer + 1}", ((x, y), (LAST - grid.WIDTH / 2, y)), "h", 4))
    return made


def computed(step: int) -> list[tuple[int, int]]:
    """Return the layers and timesteps of the cells that can be computed at once in a step."""
    return [(layer, step - 1 - layer) for layer in (0, 1) if 0 <= step - 1 - layer < STEPS]


def put_step(sheet: Sheet, stack: Stack, step: int) -> None:
    """Compute every cell whose two inputs are there: they lie on a diagonal."""
    ids, pulses = [], []
    for layer, t in computed(step):
        key, at = name(layer, t), place(layer, t)
        pills = grid.held(key, stack.h(layer, t), at, ref(layer, t), stack.digits)
        sheet.put(pills, grid.order(key, at, step))
        sheet.change(key, role="h", fill=0.05, width=3.0)
        ids += [*(pill.id for pill in pills), f"{key}.order", key]
        pulses += [f"w.{key}", f"w.x{t + 1}" if layer == 0 else f"w.up{t + 1}"]
    sheet.beat(f"step{step}", f"Step {step}", step_said(stack, step), step_lead(step),
               waves=[Wave((), pulses=tuple(pulses)), Wave(tuple(ids))])  # fmt: skip


def step_lead(step: int) -> str:
    """Return which layers compute in a step."""
    return {1: "Only one cell has all it needs.", FINISHED: "One cell is left."}.get(
        step, "Two cells have all they need."
    )


def step_said(stack: Stack, step: int) -> str:
    """Return what is computed in a step, with the first units."""
    if step == 1:
        return f"Layer 1 at t = 1 reads x_1 and its h_0: {stack.said(0, 0)} in the first unit"
    if step == FINISHED:
        return f"Layer 2 at t = {STEPS} comes last: {stack.said(1, STEPS - 1)} in the first unit"
    first, second = stack.said(0, step - 1), stack.said(1, step - 2)
    told = f"Layer 1 at t = {step}: {first}; layer 2 at t = {step - 1}: {second}"
    if step == 2:
        return f"{told}, from layer 1's {stack.said(0, 0)}, not from x"
    return f"{told}, one timestep behind"


def point_at_needs(sheet: Sheet, stack: Stack) -> None:
    """Point at one cell of layer 2 and at the two vectors it is made of."""
    layer, t = 1, 2
    needs = ((0, t), (1, t - 1))
    lit = [one for key in needs for one in grid.ids(f"{name(*key)}.h")]
    wires = (f"w.up{t + 1}", f"w.{name(layer, t)}")
    sheet.change(*lit, lit=True)
    sheet.change(*wires, width=9.0)
    sheet.change(name(layer, t), width=6.0)
    caption = (f"Layer 2 at t = 3 needs layer 1 at t = 3 ({stack.said(0, t)}) "
               f"and itself at t = 2 ({stack.said(1, t - 1)})")  # fmt: skip
    sheet.beat("needs", "What a cell needs", caption, "What does one cell wait for?",
               waves=[Wave((*lit, *wires, name(layer, t)), pulses=wires)])  # fmt: skip
    sheet.change(*lit, lit=False)
    sheet.change(*wires, width=4.0)
    sheet.change(name(layer, t), width=3.0)


def put_output(sheet: Sheet, stack: Stack, t: int, *, known: bool) -> tuple[str, str]:
    """Put what leaves the stack at a timestep, known or not yet."""
    value = stack.made.hidden[t, 0] if known else None
    called, x = f"output[{t + 1},{{}}]", place(1, t)[0]
    sheet.put(grid.pair(f"out{t + 1}", value, (x, OUTPUT), called, "h", stack.digits))
    return grid.ids(f"out{t + 1}")


def put_last(sheet: Sheet, stack: Stack, layer: int, *, known: bool) -> tuple[str, str]:
    """Put a layer's place in PyTorch's h_n, known or not yet."""
    y = ROWS[layer] + grid.PILLS
    key, called = f"last{layer + 1}", f"h_n[layer {layer + 1},{{}}]"
    value = stack.h(layer, STEPS - 1) if known else None
    sheet.put(grid.pair(key, value, (LAST, y), called, "h", stack.digits))
    sheet.put(Math(f"{key}.name", f"h_n[{layer}]", LAST, y - 64, 30, "h", "centre"))
    return grid.ids(key)


def show_output(sheet: Sheet, stack: Stack) -> None:
    """Let the last layer's hidden states leave at every timestep."""
    ids = [one for t in range(STEPS) for one in put_output(sheet, stack, t, known=True)]
    last = stack.said(1, STEPS - 1)
    caption = (
        f"The output is layer 2's h alone, at every t; at t = {STEPS} {last} in the first unit"
    )
    pulses = tuple(f"w.out{t + 1}" for t in range(STEPS))
    sheet.beat("output", "The output", caption, "What leaves the stack?",
               waves=[Wave((), pulses=pulses), Wave(tuple(ids))])  # fmt: skip


def show_last(sheet: Sheet, stack: Stack) -> None:
    """Let the last hidden state of each layer become its part of h_n."""
    ids = [one for layer in (0, 1) for one in put_last(sheet, stack, layer, known=True)]
    caption = (f"h_n holds the last h of each layer, {stack.said(0, STEPS - 1)} and "
               f"{stack.said(1, STEPS - 1)}; the guide's hidden[-1] is layer 2's")  # fmt: skip
    sheet.beat("last", "The last states", caption, "And at the end of the sequence?",
               waves=[Wave((), pulses=("w.last1", "w.last2")), Wave(tuple(ids))])  # fmt: skip


def put_recap(sheet: Sheet, stack: Stack) -> None:
    """Point at what both have in common: the last output is the last state of layer 2."""
    lit = (*grid.ids(f"out{STEPS}"), *grid.ids("last2"), *grid.ids(f"{name(1, STEPS - 1)}.h"))
    sheet.change(*lit, lit=True)
    note = Words("same", "hidden[-1]", LAST, ROWS[1] - 84, 28, "ink", "centre")
    sheet.put(note)
    caption = "Layer 2 reads layer 1's h; cells with the same number can be computed at once"
    sheet.beat("recap", "Recap", caption, waves=[Wave((*lit, note.id))])
