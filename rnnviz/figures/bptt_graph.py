"""The unrolled graph of backpropagation through time: boxes, wires and pills of every timestep."""

from collections.abc import Iterator, Sequence

from rnnviz.figures.bptt_run import INPUTS, Unrolled
from rnnviz.figures.marks import Box, Mark, Math, Pill, Wire, Words
from rnnviz.rounding import DIGITS

GRADIENT = "candidate"  # the role of all gradients
FIRST, LAST, HALF = 300.0, 1880.0, 185.0  # the columns' room, and half of a box
SLOTS = {1: (56.0,), 2: (-5.0, 117.0)}  # of units, from a column's middle
NAME = -72.0  # where the name of a row ends, from a column's middle
LOSS, MADE, MADE_GRAD, HIDDEN, HIDDEN_GRAD, INPUT = 180.0, 276.0, 328.0, 438.0, 490.0, 590.0
START, BUS = 175.0, 112.0  # where h_0 and the sum of losses stand, and the wire to it
UP, DOWN = -30.0, 20.0  # wires to and from the readout
LOOP = 430.0  # the middle of the folded graph


def middle(run: Unrolled, t: int) -> float:
    """Return where the column of a timestep, from 0, has its middle."""
    return FIRST + (LAST - FIRST) / run.steps * (t + 0.5)


def gap(run: Unrolled, t: int) -> float:
    """Return the middle between a timestep and the next."""
    return (middle(run, t) + middle(run, t + 1)) / 2


def slots(run: Unrolled, c: float) -> tuple[float, ...]:
    """Return where the units of a column stand."""
    return tuple(c + x for x in SLOTS[len(run.units)])


def row(
    name: str, x: Sequence[float], y: float, values: Sequence[float | None], ref: str, role: str,
    units: Sequence[int], digits: int,
) -> Iterator[Mark]:  # fmt: skip
    """Yield the pills of a vector side by side, ``name.1``, ``name.2``."""
    for place, value, unit in zip(x, values, units, strict=True):
        yield Pill(f"{name}.{unit + 1}", value, place, y, f"{ref},{unit + 1}]", role,
                   width=110.0, digits=digits)  # fmt: skip


def boxes(c: float, key: str, step: str) -> Iterator[Mark]:
    """Yield the boxes of a timestep with the names of their rows; ``step`` is t or a number."""
    yield Box(f"{key}.y.box", c - HALF, MADE - 28, c + 62, MADE_GRAD + 30, "neutral")
    yield Box(f"{key}.h.box", c - HALF, HIDDEN - 28, c + HALF, HIDDEN_GRAD + 30, "h")
    yield Box(f"{key}.x.box", c - HALF, INPUT - 28, c + HALF, INPUT + 28, "x")
    yield _name(f"{key}.L.name", f"L_{step}", c, LOSS)
    yield _name(f"{key}.y.name", f"ŷ_{step}", c, MADE)
    yield _name(f"{key}.dy.name", f"∂L/∂ŷ_{step}", c, MADE_GRAD, GRADIENT)
    yield _name(f"{key}.h.name", f"h_{step}", c, HIDDEN, "h")
    yield _name(f"{key}.dh.name", f"∂L/∂h_{step}", c, HIDDEN_GRAD, GRADIENT)
    yield _name(f"{key}.x.name", f"x_{step}", c, INPUT, "x")
    yield Math(f"{key}.target.name", f"y_{step}", c + 135, LOSS - 31, 26.0, "muted", "centre")


def _name(key: str, text: str, c: float, y: float, role: str = "ink") -> Math:
    return Math(key, text, c + NAME, y + 9, 27.0, role, "right")


def upwards(c: float, key: str) -> Iterator[Mark]:
    """Yield the wires from x to h, from h to ŷ, and from ŷ and its target to the loss."""
    yield Wire(f"{key}.x.wire", ((c + 56, INPUT - 28), (c + 56, HIDDEN_GRAD + 30)), "x")
    yield Wire(f"{key}.h.wire", ((c + UP, HIDDEN - 28), (c + UP, MADE_GRAD + 30)), "h")
    yield Wire(f"{key}.y.wire", ((c + UP, MADE - 28), (c + UP, LOSS + 21)), "neutral")
    yield Wire(f"{key}.target.wire", ((c + 90, LOSS), (c + 50, LOSS)))
    yield Math(f"{key}.W_ih", "W_{ih}", c + 42, INPUT - 41, 24.0, "muted", "right")
    yield Math(f"{key}.W_y", "W_y", c + UP - 12, HIDDEN - 45, 24.0, "muted", "right")


def empty(run: Unrolled, t: int, digits: int) -> Iterator[Mark]:
    """Yield a timestep of which only x and the target are known."""
    c, key = middle(run, t), f"t{t + 1}"
    yield Words(f"{key}.name", f"t = {t + 1}", c - HALF, LOSS - 22, 28.0, bold=True)
    yield from upwards(c, key)
    yield from boxes(c, key, str(t + 1))
    yield from inputs(run, t, digits)
    yield Pill(f"{key}.target", float(run.wanted[t]), c + 135, LOSS, f"y[{t + 1}]", "neutral",
               width=90.0, digits=digits)  # fmt: skip
    yield loss(run, t, None, digits)
    yield made(run, t, None, digits)
    yield made_grad(run, t, None, digits)
    yield from hidden(run, t, False, digits)
    yield from hidden_grad(run, t, False, digits)


def inputs(run: Unrolled, t: int, digits: int) -> Iterator[Mark]:
    """Yield the first inputs of a timestep, and how many there are if there are more."""
    c, width = middle(run, t), run.x.shape[1]
    shown = range(min(INPUTS, width))
    places = tuple(c + x for x in SLOTS[len(shown)])
    yield from row(f"x{t + 1}", places, INPUT, run.x[t, : len(shown)].tolist(), f"x[{t + 1}", "x",
                   shown, digits)  # fmt: skip


def hidden(run: Unrolled, t: int, known: bool, digits: int) -> Iterator[Mark]:
    """Yield the units of h_t, empty where they are not known yet."""
    values = [float(run.h[t, k]) if known else None for k in run.units]
    yield from row(f"h{t + 1}", slots(run, middle(run, t)), HIDDEN, values, f"h[{t + 1}", "h",
                   run.units, digits)  # fmt: skip


def hidden_grad(run: Unrolled, t: int, known: bool, digits: int) -> Iterator[Mark]:
    """Yield dL/dh_t of the units that are shown."""
    values = [float(run.dh[t, k]) if known else None for k in run.units]
    yield from row(f"dh{t + 1}", slots(run, middle(run, t)), HIDDEN_GRAD, values,
                   f"∂L/∂h[{t + 1}", GRADIENT, run.units, digits)  # fmt: skip


def loss(run: Unrolled, t: int, value: float | None, digits: int) -> Pill:
    """Return the loss of a timestep."""
    return Pill(f"L{t + 1}", value, middle(run, t) - 5, LOSS, f"L[{t + 1}]", "neutral",
                width=110.0, signed=False, digits=digits)  # fmt: skip


def made(run: Unrolled, t: int, value: float | None, digits: int) -> Pill:
    """Return what the readout made at a timestep."""
    return Pill(f"y{t + 1}", value, middle(run, t) - 5, MADE, f"ŷ[{t + 1}]", "neutral",
                width=110.0, digits=digits)  # fmt: skip


def made_grad(run: Unrolled, t: int, value: float | None, digits: int) -> Pill:
    """Return dL/dŷ of a timestep."""
    return Pill(f"dy{t + 1}", value, middle(run, t) - 5, MADE_GRAD, f"∂L/∂ŷ[{t + 1}]", GRADIENT,
                width=110.0, digits=digits)  # fmt: skip


def onwards(run: Unrolled) -> Iterator[Mark]:
    """Yield h_0 and the wires from each hidden state to the next."""
    wide = {1: 62.0, 2: 120.0}[len(run.units)]
    start = START + wide
    for t in range(run.steps):
        end = middle(run, t) - HALF
        yield Wire(f"h{t}.wire", ((start, HIDDEN), (end, HIDDEN)), "h")
        yield Math(f"h{t}.W_hh", "W_{hh}", (start + end) / 2 - 6, HIDDEN - 14, 24.0, "muted",
                   "centre")  # fmt: skip
        start = middle(run, t) + HALF
    yield Box("h0.box", START - wide, HIDDEN - 28, START + wide, HIDDEN + 28, "h")


def initial(run: Unrolled, digits: int) -> Iterator[Mark]:
    """Yield the pills of h_0 with their name."""
    places = {1: (START,), 2: (START - 57, START + 57)}[len(run.units)]
    values = [float(run.h0[k]) for k in run.units]
    yield from row("h0", places, HIDDEN, values, "h[0", "h", run.units, digits)
    yield Math("h0.name", "h_0", START, HIDDEN - 42, 30.0, "h", "centre")


def total_loss(run: Unrolled, text: str, digits: int) -> Iterator[Mark]:
    """Yield the sum of all losses with the wires to it; ``text`` is how it is made."""
    for t in range(run.steps):
        x = middle(run, t) - 5
        points = ((x, LOSS - 21), (x, BUS), (START, BUS), (START, LOSS - 21))
        yield Wire(f"L{t + 1}.wire", points, "neutral")
    yield Pill("L", run.loss, START, LOSS, "L", "neutral", width=124.0, height=48.0, size=28.0,
               signed=False, digits=digits)  # fmt: skip
    yield Math("L.name", "L", START - 78, LOSS + 10, 32.0, "ink", "right")
    yield Math("L.sum", text, START, LOSS + 62, 28.0, "muted", "centre")


def downwards(run: Unrolled, t: int) -> Iterator[Mark]:
    """Yield the wires on which the gradient of the loss at t comes to h_t."""
    c, key = middle(run, t), f"t{t + 1}"
    yield Wire(f"{key}.L.back", ((c + DOWN, LOSS + 21), (c + DOWN, MADE - 28)), GRADIENT)
    yield Wire(f"{key}.y.back", ((c + DOWN, MADE_GRAD + 30), (c + DOWN, HIDDEN - 28)), GRADIENT)


def backwards(run: Unrolled, t: int) -> Iterator[Mark]:
    """Yield the wire on which the gradient comes to h_t from the timestep behind it."""
    ends = middle(run, t + 1) - HALF, middle(run, t) + HALF
    yield Wire(f"h{t + 1}.back", tuple((x, HIDDEN_GRAD) for x in ends), GRADIENT, 3.5)
    yield Math(f"h{t + 1}.back.W", "W_{hh}^{T}", gap(run, t), HIDDEN_GRAD + 34, 24.0, GRADIENT,
               "centre")  # fmt: skip


def folded(run: Unrolled) -> Iterator[Mark]:
    """Yield the graph before it is unrolled: one network whose h comes back to itself.

    Its marks are those of the first timestep, which it becomes.
    """
    edge, turn, above, down = LOOP + HALF, LOOP + HALF + 70, HIDDEN - 72, LOOP + 130
    yield from upwards(LOOP, "t1")
    points = ((edge, HIDDEN), (turn, HIDDEN), (turn, above), (down, above), (down, HIDDEN - 28))
    yield Wire("loop.back", points, "h", 3.5)
    yield Math("loop.W_hh", "W_{hh}", turn + 14, HIDDEN - 42, 30.0, "muted")
    yield Words("loop.later", "one step later", turn + 14, HIDDEN + 2, 24.0, "muted")
    yield from boxes(LOOP, "t1", "t")
    for name, y, role in (("h", HIDDEN, "h"), ("dh", HIDDEN_GRAD, GRADIENT)):
        nothing = [None] * len(run.units)
        yield from row(f"{name}1", slots(run, LOOP), y, nothing, f"{name}[t", role, run.units,
                       DIGITS)  # fmt: skip
    shown = range(min(INPUTS, run.x.shape[1]))
    places = tuple(LOOP + x for x in SLOTS[len(shown)])
    yield from row("x1", places, INPUT, [None] * len(shown), "x[t", "x", shown, DIGITS)
    for name, y in (("L", LOSS), ("y", MADE), ("dy", MADE_GRAD)):
        yield Pill(f"{name}1", None, LOOP - 5, y, f"{name}[t]", "neutral", width=110.0)
    yield Pill("t1.target", None, LOOP + 135, LOSS, "y[t]", "neutral", width=90.0)
