"""A bidirectional layer: the inputs read from both ends, and both hidden states as one output."""

from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.errors import RnnvizError
from rnnviz.figures import bidirectional_grid as plan
from rnnviz.figures import stacked_grid as grid
from rnnviz.figures.bidirectional_grid import STEPS, WAYS, middle, name, place
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.gate_marks import said
from rnnviz.figures.marks import Math
from rnnviz.model import Layer, Model
from rnnviz.model_trace import ModelTrace
from rnnviz.params import DEMO_SEED
from rnnviz.params import demo as drawn
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace
from rnnviz.tracing import trace as traced

CELL = "gru"
TAKES = ()
UNITS = 2
LAST = STEPS - 1


def demo() -> Trace:
    """Return the forward direction: seeded weights, four inputs, a first state of zeros."""
    cell = traced("gru").cell
    example = drawn(cell, STEPS, 2, UNITS)
    return traced(cell, example.x, example.params)


def model(trace: Trace) -> ModelTrace:
    """Return a trace's direction with a backward one, of seeded weights, on the same inputs."""
    sizes = trace.params.input_size, trace.params.hidden_size
    other = drawn(trace.cell, 1, *sizes, DEMO_SEED + 2).params
    layer = Layer(trace.cell, {"forward": trace.params, "backward": other})
    states = {(0, "forward"): {"h_prev": trace.states["h_prev"][:1]}}
    return Model((layer,)).trace(trace["x"][:STEPS, :1], states=states)


@dataclass(frozen=True)
class Both:
    """What is shown: both directions' values, rounded to so many digits; t from 0."""

    made: ModelTrace
    digits: int

    def h(self, way: str, t: int) -> Array:
        """Return a direction's hidden state (H,) beside the input of timestep t."""
        return np.asarray(self.made[0, way].aligned("h")[t, 0])

    def final(self, way: str) -> Array:
        """Return the state (H,) in which a direction ends: PyTorch's h_n."""
        return np.asarray(self.made.final[0, way]["h_prev"][0])

    def said(self, way: str, t: int) -> str:
        """Return the first unit of a hidden state in words."""
        return said(float(self.h(way, t)[0]), self.digits)


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return a bidirectional layer on four timesteps, one direction being the trace's."""
    units, steps = trace.params.hidden_size, trace.sizes["T"]
    if steps < STEPS:
        raise RnnvizError(f"bidirectional: wanted at least {STEPS} timesteps, got {steps}")
    part = f"{UNITS} of {units} units shown; " if units > UNITS else ""
    both = Both(model(trace), digits)
    notes = ("random weights, each direction its own", f"{part}PyTorch: bidirectional=True")
    sheet = Sheet("A bidirectional GRU layer", notes)
    put_all(sheet, both)
    for way in WAYS:
        start_reading(sheet, both, way)
        read_on(sheet, both, way)
    point_at_read(sheet, both)
    join(sheet, both)
    point_at_whole(sheet, both)
    put_final(sheet, both)
    warn_of_last(sheet, both)
    caption = (
        "Each output holds both directions; only h→ at t = 4 and h← at t = 1 have read all inputs"
    )
    lit = (*held("forward", LAST), *held("backward", 0), *grid.ids("forward.n"),
           *grid.ids("backward.n"))  # fmt: skip
    sheet.change(*lit, lit=True)
    sheet.beat("recap", "Recap", caption, waves=[Wave(lit)])
    return sheet.figure()


def held(way: str, t: int) -> tuple[str, str]:
    """Return the ids of the pills in a box."""
    return grid.ids(f"{name(way, t)}.h")


def put_all(sheet: Sheet, both: Both) -> None:
    """Put both directions, not yet computed, with the inputs and the first states."""
    sheet.put(plan.wires(), plan.signs())
    for way in WAYS:
        for t in range(STEPS):
            symbol, ref = f"h_{t + 1}^{plan.ARROWS[way]}", f"{way}: h[{t + 1},{{}}]"
            sheet.put(grid.box(name(way, t), place(way, t), symbol, ref, shift=-56.0))
            sheet.put(plan.squares(way, t, computed=False))
        side, goal = plan.ENDS if way == "forward" else plan.ENDS[::-1]
        y, first = plan.ROWS[way] + grid.PILLS, both.made[0, way]["h_prev"][0, 0]
        sheet.put(grid.pair(f"{way}.h0", first, (side, y), f"{way}: first h[{{}}]", "h",
                            both.digits))  # fmt: skip
        sheet.put(grid.pair(f"{way}.n", None, (goal, y), f"h_n[{way},{{}}]", "h", both.digits))
        index = WAYS.index(way)
        sheet.put(Math(f"{way}.n.symbol", f"h_n[{index}]", goal, y - 64, 30, "h", "centre"))
    for t in range(STEPS):
        ref, at = f"x[{t + 1},{{}}]", (middle(t), plan.X)
        sheet.put(grid.pair(f"x{t + 1}", both.made.x[t, 0], at, ref, "x", both.digits))
        put_output(sheet, both, t, known=False)
    caption = "One layer, two directions over the same four inputs, each with weights of its own"
    sheet.beat("layer", "Two directions", caption)


def put_output(sheet: Sheet, both: Both, t: int, *, known: bool) -> tuple[str, ...]:
    """Put the concatenation of both hidden states at a timestep, known or not yet."""
    units, ids = both.made.hidden.shape[2] // 2, []
    for k, way in enumerate(WAYS):
        y = plan.OUTPUT + (2 * k - 1) * plan.OFF
        half = both.made.hidden[t, 0, k * units : (k + 1) * units] if known else None
        key, ref = f"out{t + 1}.{way}", f"output[{t + 1},{way},{{}}]"
        sheet.put(grid.pair(key, half, (middle(t), y), ref, "h", both.digits))
        ids += [*grid.ids(key)]
    return tuple(ids)


def compute(sheet: Sheet, both: Both, way: str, t: int) -> list[Wave]:
    """Compute one cell and return how it moves: its inputs run in, then it is known."""
    key, at = name(way, t), place(way, t)
    ref = f"{way}: h[{t + 1},{{}}]"
    read = plan.squares(way, t, computed=True)
    sheet.put(grid.held(key, both.h(way, t), at, ref, both.digits), read)
    sheet.change(key, role="h", fill=0.05, width=3.0)
    changed = (key, *held(way, t), *(mark.id for mark in read))
    return [Wave(changed, pulses=(f"w.{key}", f"w.{key}.x"))]


def start_reading(sheet: Sheet, both: Both, way: str) -> None:
    """Compute a direction's first cell: at t = 1 or at the last input."""
    t = 0 if way == "forward" else LAST
    waves = compute(sheet, both, way, t)
    told = f"from x_{t + 1} and an initial state of its own: {both.said(way, t)} in the first unit"
    sheet.beat(f"{way}.first", f"{way.capitalize()}: the first input",
               f"{way.capitalize()} starts {told}", f"Where does {way} start?",
               waves=waves)  # fmt: skip


def read_on(sheet: Sheet, both: Both, way: str) -> None:
    """Compute the rest of a direction, cell by cell."""
    rest = (1, 2, 3) if way == "forward" else (2, 1, 0)
    waves = [wave for t in rest for wave in compute(sheet, both, way, t)]
    values = ", ".join(both.said(way, t) for t in rest)
    arrow, towards = plan.ARROWS[way], "left to right" if way == "forward" else "right to left"
    sheet.beat(f"{way}.rest", f"{way.capitalize()} to the end",
               f"From {towards}, the first unit of h{arrow} goes on: {values}",
               f"On, from {towards}.", waves=waves)  # fmt: skip


def point_at_read(sheet: Sheet, both: Both) -> None:
    """Point at what both directions have read at one timestep."""
    lit = (*held("forward", 1), *held("backward", 1))
    boxes = (name("forward", 1), name("backward", 1))
    sheet.change(*lit, lit=True)
    sheet.change(*boxes, width=6.0)
    caption = "At t = 2 forward has read x_1 and x_2, backward x_4, x_3 and x_2: together all four"
    sheet.beat("read", "What each has read", caption, "Which inputs are in which state?",
               waves=[Wave((*lit, *boxes))])  # fmt: skip
    sheet.change(*lit, lit=False)
    sheet.change(*boxes, width=3.0)


def join(sheet: Sheet, both: Both) -> None:
    """Concatenate both hidden states, at t = 1 and then at all timesteps."""
    ids = put_output(sheet, both, 0, known=True)
    pulses = tuple(f"w.{way}.t1.out" for way in WAYS)
    caption = (f"The output at t = 1 is one vector: h→ ({both.said('forward', 0)}, …) "
               f"above h← ({both.said('backward', 0)}, …)")  # fmt: skip
    sheet.beat("join", "Concatenation", caption, "Both states of a timestep become one.",
               waves=[Wave((), pulses=pulses), Wave(ids)])  # fmt: skip
    ids = tuple(one for t in range(1, STEPS) for one in put_output(sheet, both, t, known=True))
    pulses = tuple(f"w.{way}.t{t + 1}.out" for t in range(1, STEPS) for way in WAYS)
    width = both.made.hidden.shape[2]
    caption = f"Each output has {width} numbers, twice the hidden units, and waits for both passes"
    sheet.beat("outputs", "All outputs", caption, "The same at every timestep.",
               waves=[Wave((), pulses=pulses), Wave(ids)])  # fmt: skip


def point_at_whole(sheet: Sheet, both: Both) -> None:
    """Point at the two states that have read every input."""
    ends = (("forward", LAST), ("backward", 0))
    lit = tuple(one for end in ends for one in held(*end))
    boxes = tuple(name(*end) for end in ends)
    sheet.change(*lit, lit=True)
    sheet.change(*boxes, width=6.0)
    caption = (
        "Only at the end of its pass has a direction read everything: h→ at t = 4, h← at t = 1"
    )
    sheet.beat("whole", "The whole sequence", caption, "Which states know all four inputs?",
               waves=[Wave((*lit, *boxes))])  # fmt: skip


def put_final(sheet: Sheet, both: Both) -> None:
    """Put PyTorch's h_n: where each direction ends."""
    for way in WAYS:
        goal = plan.ENDS[1] if way == "forward" else plan.ENDS[0]
        at = (goal, plan.ROWS[way] + grid.PILLS)
        sheet.put(grid.pair(f"{way}.n", both.final(way), at, f"h_n[{way},{{}}]", "h", both.digits))
    ids = tuple(one for way in WAYS for one in grid.ids(f"{way}.n"))
    caption = (f"PyTorch's h_n holds these two: h→ at t = 4 ({both.said('forward', LAST)}) "
               f"and h← at t = 1 ({both.said('backward', 0)})")  # fmt: skip
    pulses = ("w.forward.last", "w.backward.last")
    sheet.beat("final", "h_n", caption, "Where do the passes end?",
               waves=[Wave((), pulses=pulses), Wave(ids)])  # fmt: skip
    sheet.change(*(name(way, t) for way in WAYS for t in range(STEPS)), width=3.0)
    sheet.change(*(one for way in WAYS for t in range(STEPS) for one in held(way, t)), lit=False)


def warn_of_last(sheet: Sheet, both: Both) -> None:
    """Point at the last output, whose backward half has read only one input."""
    lit = (*grid.ids(f"out{STEPS}.backward"), *held("backward", LAST), *grid.ids("backward.n"))
    sheet.change(*lit, lit=True)
    caption = (f"The last output is not h_n: its h← ({both.said('backward', LAST)}) has read "
               f"x_4 alone, h_n's ({both.said('backward', 0)}) all")  # fmt: skip
    sheet.beat("last", "The last output", caption, "Is the last output the same as h_n?",
               waves=[Wave(lit)])  # fmt: skip
    sheet.change(*lit, lit=False)
