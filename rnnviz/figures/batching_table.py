"""The table of batching: letters at the left, hidden states of each column, targets and losses."""

from collections.abc import Iterator, Sequence

from rnnviz.arrays import Array
from rnnviz.figures.batching_run import BATCH, LETTERS, PERIOD, STEPS, UNITS, Batched
from rnnviz.figures.marks import Box, Mark, Math, Number, Pill, Wire, Words

GRADIENT = "candidate"  # the role of all gradients
COLUMNS = tuple(560.0 + 215.0 * b for b in range(BATCH))  # the middles of the hidden states'
HALF, HIGH = 102.0, 27.0  # of their boxes
UP, DOWN = -22.0, 22.0  # the wires' places in a column: forwards and backwards
START, CARRIED, CUT = 170.0, 570.0, 513.0
ROWS = (250.0, 330.0, 410.0, 698.0, 778.0)  # of timesteps
BELOW = 50.0  # from a state to its gradient
LEFT, RIGHT = 165.0, 1400.0  # the first letter of the inputs and of the targets
PITCH = 68.0
LOSS = 1770.0
NAMES = 445.0  # where the names of rows end
MATRIX = (890.0, 940.0)
WEIGHTS = (640.0, 1180.0)


def letter(t: int, b: int) -> str:
    """Return the letter in a row, from 0, of a column."""
    return LETTERS[b * (STEPS + 1) + t]


def places(left: float, pitch: float = PITCH) -> tuple[float, ...]:
    """Return where the letters of a row stand."""
    return tuple(left + pitch * b for b in range(BATCH))


def row_of(name: str, x: Sequence[float], y: float, texts: Sequence[str], size: float, role: str
           ) -> Iterator[Mark]:  # fmt: skip
    """Yield letters side by side, ``name.1`` to ``name.4``, in the middle of a row."""
    for b, (place, text) in enumerate(zip(x, texts, strict=True)):
        yield Words(f"{name}.{b + 1}", text, place, y + 0.3 * size, size, role, "centre")


def letters(t: int) -> Iterator[Mark]:
    """Yield the inputs and the targets of a timestep, from 0, in their frames."""
    y = ROWS[t]
    for name, left, at, role in (("x", LEFT, t, "x"), ("y", RIGHT, t + 1, "ink")):
        x = places(left)
        frame = "x" if name == "x" else "neutral"
        yield Box(f"{name}{t + 1}.box", x[0] - 40, y - HIGH, x[-1] + 40, y + HIGH, frame)
        texts = [letter(at, b) for b in range(BATCH)]
        yield from row_of(f"{name}{t + 1}", x, y, texts, 34.0, role)


def head() -> Iterator[Mark]:
    """Yield what the columns of the table are."""
    y = 128.0
    yield Math("head.x", "x_t", places(LEFT)[0] + 1.5 * PITCH, y, 32.0, "x", "centre")
    yield Math("head.y", "target y_t", places(RIGHT)[0] + 1.5 * PITCH, y, 32.0, "ink", "centre")
    yield Math("head.L", "L_t", LOSS, y, 32.0, "ink", "centre")
    for b, x in enumerate(COLUMNS):
        yield Words(f"head.h{b + 1}", f"h of column {b + 1}", x, y, 26.0, "h", "centre")
    for k, at in enumerate((START, ROWS[PERIOD] - 80)):
        yield Words(f"head.chunk{k + 1}", f"chunk {k + 1}", 40.0, at + 9, 28.0, bold=True)
    yield Math("head.h0", "h_0 = 0", NAMES - 12, START + 10, 28.0, "h", "right")


def empty(t: int) -> Iterator[Mark]:
    """Yield a timestep of which only the letters are known, with its wires."""
    y = ROWS[t]
    yield Words(f"t{t + 1}", f"t = {t + 1}", 40.0, y + 9, 26.0)
    middle = (places(LEFT)[-1] + 40, COLUMNS[0] - HALF)
    yield Wire(f"x{t + 1}.wire", ((middle[0], y), (middle[1], y)), "x")
    yield Wire(f"h{t + 1}.wire", ((COLUMNS[-1] + HALF, y), (RIGHT - 40, y)), "h")
    end = places(RIGHT)[-1] + 40
    yield Wire(f"L{t + 1}.wire", ((end, y), (LOSS - 56, y)), "neutral")
    if t != PERIOD:
        yield from onwards(t)
    yield from state(f"h{t + 1}", y, None, f"h[{t + 1}", "h")
    yield Pill(f"L{t + 1}", None, LOSS, y, f"L[{t + 1}]", "neutral", width=112.0)


def onwards(t: int) -> Iterator[Wire]:
    """Yield the wires to a timestep's states from those before."""
    before = {0: START, PERIOD: CARRIED + BELOW}.get(t, ROWS[t - 1])
    for b, c in enumerate(COLUMNS):
        points = ((c + UP, before + HIGH), (c + UP, ROWS[t] - HIGH))
        yield Wire(f"h{t + 1}.{b + 1}.wire", points, "h")


def state(
    name: str, y: float, values: Array | None, ref: str, role: str, digits: int = 3,
    frames: bool = True,
) -> Iterator[Mark]:  # fmt: skip
    """Yield two units of each column, (B, H), empty where they are not known yet."""
    for b, c in enumerate(COLUMNS):
        if frames:
            yield Box(f"{name}.{b + 1}.box", c - HALF, y - HIGH, c + HALF, y + HIGH, "h")
        for k in range(UNITS):
            value = None if values is None else float(values[b, k])
            yield Pill(f"{name}.{b + 1}.{k + 1}", value, c - 48 + 96 * k, y,
                       f"{ref},{k + 1}] column {b + 1}", role, width=90.0, height=40.0,
                       size=25.0, digits=digits)  # fmt: skip


def loss(run: Batched, t: int, digits: int) -> Pill:
    """Return a timestep's loss, summed over the columns."""
    return Pill(f"L{t + 1}", float(run.losses[t]), LOSS, ROWS[t], f"L[{t + 1}]", "neutral",
                width=112.0, signed=False, digits=digits)  # fmt: skip


def carried(run: Batched, digits: int) -> Iterator[Mark]:
    """Yield what the second chunk starts from, with the wires that bring it."""
    for b, c in enumerate(COLUMNS):
        points = ((c + UP, ROWS[PERIOD - 1] + BELOW + HIGH), (c + UP, CARRIED - HIGH))
        yield Wire(f"carry.{b + 1}", points, "h")
    for b, c in enumerate(COLUMNS):
        yield Box(f"carried.{b + 1}.box", c - HALF, CARRIED - HIGH, c + HALF,
                  CARRIED + BELOW + HIGH, "h")  # fmt: skip
    yield from state("carried", CARRIED, run.carried, "h_0 of chunk 2[3", "h", digits, False)
    yield from state("back", CARRIED + BELOW, None, "", GRADIENT, digits, False)
    yield Words("carried.name", "chunk 2 starts from", NAMES - 45, CARRIED + 9, 26.0, "h", "right")
    yield Math("carried.symbol", "h_3", NAMES - 6, CARRIED + 9, 28.0, "h", "right")


def taller() -> Iterator[Mark]:
    """Yield the last state of the first chunk with room for a gradient."""
    y = ROWS[PERIOD - 1]
    for b, c in enumerate(COLUMNS):
        yield Box(f"h{PERIOD}.{b + 1}.box", c - HALF, y - HIGH, c + HALF, y + BELOW + HIGH, "h")
    yield from state("through", y + BELOW, None, "", GRADIENT, frames=False)


def through(values: Array, digits: int) -> Iterator[Mark]:
    """Yield what the second chunk's losses add to dL/d of the last state of the first."""
    y = ROWS[PERIOD - 1] + BELOW
    return gradient("through", y, values, "∂(L_4 + L_5)/∂h[3", digits)


def upwards() -> Iterator[Mark]:
    """Yield the wires on which the second chunk's gradient comes to the first."""
    for b, c in enumerate(COLUMNS):
        points = ((c + DOWN, CARRIED - HIGH), (c + DOWN, ROWS[PERIOD - 1] + BELOW + HIGH))
        yield Wire(f"up.{b + 1}", points, GRADIENT)
    for t in (STEPS - 1, PERIOD):
        top = ROWS[t - 1] if t > PERIOD else CARRIED + BELOW
        for b, c in enumerate(COLUMNS):
            points = ((c + DOWN, ROWS[t] - HIGH), (c + DOWN, top + HIGH))
            yield Wire(f"up{t + 1}.{b + 1}", points, GRADIENT)


def gradient(name: str, y: float, values: Array, ref: str, digits: int) -> Iterator[Mark]:
    """Yield dL/d of a state of the boundary for each column."""
    yield from state(name, y, values, ref, GRADIENT, digits, False)


def cut_line() -> Iterator[Mark]:
    """Yield the cut between the chunks; the wires of the gradient end there."""
    left, right = COLUMNS[0] - HALF, COLUMNS[-1] + HALF
    yield Wire("cut.line", ((left, CUT), (right, CUT)), "ink", 4.0, arrow=False, dashed=True)
    for b, c in enumerate(COLUMNS):
        points = ((c + DOWN, CARRIED - HIGH), (c + DOWN, CUT + 3))
        yield Wire(f"up.{b + 1}", points, GRADIENT)


def weight(name: str, x: float, values: Array, ref: str, digits: int) -> Iterator[Mark]:
    """Yield dL/dW_hh of the units that are shown, in brackets."""
    for k, (end, way) in enumerate(((x - 120, 10), (x + 120, -10))):
        top, bottom = MATRIX[0] - 34, MATRIX[1] + 16
        points = ((end + way, top), (end, top), (end, bottom), (end + way, bottom))
        yield Wire(f"{name}.bracket{k + 1}", points, "muted", arrow=False)
    for j, y in enumerate(MATRIX):
        for k in range(UNITS):
            yield Number(f"{name}.{j + 1}.{k + 1}", float(values[j, k]), x - 56 + 112 * k, y,
                         f"{ref}[{j + 1},{k + 1}]", 27.0, GRADIENT, "centre",
                         digits=digits)  # fmt: skip
