"""The loop of an RNN, opened: a row of copies over time that share one set of weights."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rnnviz.cells import CELLS
from rnnviz.errors import RnnvizError
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Box, Math, Pill, Wire, Words
from rnnviz.figures.unroll_parts import (
    CARD,
    Plan,
    badge,
    big_columns,
    big_head,
    big_loop,
    copy,
    ends,
    fingerprint,
    formula,
    hidden,
    plan,
    read,
    small_loop,
    state,
    weights,
)
from rnnviz.figures.unroll_shared import count, light_all, light_each, recap
from rnnviz.params import demo as demo_of
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace
from rnnviz.tracing import trace as traced

CELL = "rnn"
TAKES = ("weights", "input")
STEPS = 5  # of the demo
BIG_PILL, PILL = 164.0, 108.0
LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def demo() -> Trace:
    """Return the demo's cell over five timesteps, from h_0 = 0."""
    example = demo_of(CELLS["rnn"], STEPS)
    return traced("rnn", example.x, example.params)


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the loop, its copies over time, and what they share, of sample 0."""
    if trace.reverse:
        raise RnnvizError("unroll: wanted a trace that reads forward, got a backward one")
    made = plan(trace, digits)
    sheet = Sheet("Unrolling an RNN over time", notes(made))
    show_loop(sheet, made)
    show_weights(sheet, made)
    turned = min(2, made.steps)
    for t in range(1, turned + 1):
        turn(sheet, made, t)
    open_up(sheet, made, turned)
    for more in (made.copies[turned : turned + 1], made.copies[turned + 1 :]):
        if more:
            add_copies(sheet, made, more)
    light_each(sheet, made)
    light_all(sheet, made)
    count(sheet, made)
    recap(sheet, made)
    return sheet.figure()


def notes(made: Plan) -> tuple[str, ...]:
    """Return the convention, and the sizes or what is left out."""
    sizes = made.trace.sizes
    said = [f"T = {made.steps}, {sizes['I']} inputs, {sizes['H']} hidden units"]
    for many, few, kind in (
        (sizes["I"], len(made.inputs), "inputs"),
        (sizes["H"], len(made.units), "units"),
        (made.steps, len(made.copies), "timesteps"),
    ):
        if few < many:
            said.append(f"{few} of {many} {kind} shown")
    return f"RNN: {made.trace.cell.convention}", " · ".join(said)


def vector(made: Plan, t: int) -> str:
    """Return h_t as words: its units if they are few, else the first one shown."""
    values = hidden(made, t)
    within = made.trace.cell.range("h")
    said = [show(float(values[unit]), made.digits, within=within) for unit in made.units]
    if len(values) <= 3:
        return f"h{low(t)} = ({', '.join(said)})"
    return f"unit {made.units[0] + 1} of h{low(t)} = {said[0]}"


def show_loop(sheet: Sheet, made: Plan) -> None:
    """Show the cell with its loop and what h starts from."""
    sheet.put(big_loop(made))
    cell, (left, right), head = made.big, big_columns(), big_head(made)
    y = (cell.top + cell.bottom) / 2
    sheet.put(
        state(made, 0, left, y, made.big_pitch, BIG_PILL, "in"),
        emptied(state(made, 1, right, y, made.big_pitch, BIG_PILL, "out")),
        emptied(read(made, 1, 960, cell.bottom + 46, made.big_input_pitch, BIG_PILL, "x")),
        Box("card", CARD.left, CARD.top, CARD.right, CARD.bottom, "faint", 0.0, 14, 2),
        replace(formula(made), x=960, size=40),
        Math("head.in", "h_0", left, head, 38, "h", "centre"),
        Math("head.out", "h_t", right, head, 38, "h", "centre"),
        Math("head.x", "x_t", 960 - 98, cell.bottom + 92, 38, "x", "right"),
        Words("head.loop", "the loop: h comes back as an input", 400, 342, 28, "muted"),
    )
    zero = not hidden(made, 0).any()
    sheet.beat(
        "loop",
        "The loop",
        "An RNN is one cell with a loop: what it puts out, it reads again one timestep later"
        + ("; at first h₀ = 0." if zero else "."),
        "One cell, and a loop from its output to its input",
        waves=(Wave(("loop", "head.loop"), pulses=("loop",)),),
    )


def emptied(pills: Iterable[Pill]) -> Iterator[Pill]:
    """Yield pills before their values are known."""
    return (replace(pill, value=None) for pill in pills)


def show_weights(sheet: Sheet, made: Plan) -> None:
    """Show the parameters, once as numbers and once as colours."""
    params = made.trace.params
    cell = made.big
    middle = (cell.left + cell.right) / 2
    y = (cell.top + cell.bottom) / 2
    sheet.put(weights(made), formula(made))
    sheet.put(
        badge("badge", middle, y, scale=1.7),
        fingerprint(made, "print", middle, y, 1.7),
        Wire("tap", ((middle, CARD.bottom), (middle, cell.top)), "muted", 2, dashed=True),
    )
    names = tuple(one for one in sheet.marks if one[:2] in ("W_", "b_"))
    waves = (
        Wave((*names, "formula")),
        Wave(("card.colours", "card.print", "card.signs", "tap")),
        Wave(("badge", "print"), pulses=("tap",)),
    )
    sheet.beat(
        "weights",
        "Its weights",
        f"The cell has {params.size} parameters, weights and biases; as colours they fit into it.",
        "The weights of this cell",
        waves=waves,
    )


def turn(sheet: Sheet, made: Plan, t: int) -> None:
    """Go once through the loop: what was put out becomes what is read, and is overwritten."""
    cell, (left, right) = made.big, big_columns()
    y, head = (cell.top + cell.bottom) / 2, big_head(made)
    sheet.put(
        state(made, t - 1, left, y, made.big_pitch, BIG_PILL, "in"),
        read(made, t, 960, cell.bottom + 46, made.big_input_pitch, BIG_PILL, "x"),
        Math("head.x", f"x_{t}", 960 - 98, cell.bottom + 92, 38, "x", "right"),
        Math("head.in", f"h_{t - 1}", left, head, 38, "h", "centre"),
        Math("head.out", f"h_{t}", right, head, 38, "h", "centre"),
        state(made, t, right, y, made.big_pitch, BIG_PILL, "out"),
    )
    come = (*sheet.found("in.*"), "head.in") if t > 1 else ()
    waves = [
        Wave((*come, *sheet.found("x.*"), "head.x"), pulses=("read", "into")),
        Wave((*sheet.found("out.*"), "head.out"), pulses=("out",)),
    ]
    if t > 1:
        waves.insert(0, Wave(pulses=("loop",)))
    now, before = low(t), low(t - 1)
    caption = f"t = {t}: x{now} and h{before} go in, {vector(made, t)} comes out."
    if t > 1:
        caption = (
            f"t = {t}: h{before} went round the loop and is read with x{now}: {vector(made, t)}."
        )
    sheet.beat(
        f"turn{t}", f"Through the loop, t = {t}", caption, "Once through the cell", t - 1, waves
    )


def low(t: int) -> str:
    """Return a timestep as an index: ``₂``."""
    return str(t).translate(LOW)


def open_up(sheet: Sheet, made: Plan, turned: int) -> None:
    """Make the loop small, and a copy of the cell for each timestep so far."""
    sheet.drop("head.*", "into", "tap", "in.*", "out.*", "x.*")
    sheet.put(small_loop(made), badge("badge", 143, made.middle))
    sheet.put(fingerprint(made, "print", 143, made.middle))
    sheet.put(
        Words("equals", "=", 340, made.middle + 14, 44, anchor="centre"),
        Words("name.loop", "loop", 143, 329, 28, anchor="centre", bold=True),
        Words("name.row", "unfolded", 420, 329, 28, anchor="centre", bold=True),
    )
    small = ("loop", "cell", "cell.name", "out", "read", "loop.h", "loop.x", "badge", "print")
    before = {*sheet.marks}
    for t in range(1, turned + 1):
        place(sheet, made, t)
    came = tuple(one for one in sheet.marks if one not in before)
    boxes = tuple(f"copy{t}" for t in range(1, turned + 1))
    rest = tuple(one for one in came if one not in boxes)
    waves = (
        Wave((*small, "name.loop")),
        Wave(boxes, flights=dict.fromkeys(boxes, (143.0, made.middle))),  # out of the loop's cell
        Wave((*rest, "equals", "name.row")),
    )
    sheet.beat(
        "open",
        "Opening the loop",
        "h is no longer overwritten: each timestep has a copy of the cell and hands h on.",
        "The loop opens",
        waves=waves,
    )


def place(sheet: Sheet, made: Plan, t: int) -> None:
    """Put the copy of a timestep with its values, and those of the state before if they are new."""
    bottom = made.top + made.cell_height + 40
    x = ends(made, t)[0]
    head = made.middle - len(made.units) * made.pitch / 2 - 12
    sheet.put(copy(made, t))
    for s in (t - 1, t):
        if f"head{s}" not in sheet.marks:
            sheet.put(state(made, s, made.column(s), made.middle, made.pitch, PILL))
            sheet.put(Math(f"head{s}", f"h_{{{s}}}", made.column(s), head, 32, "h", "centre"))
    sheet.put(read(made, t, x, bottom, made.pitch, PILL))
    below = bottom + len(made.inputs) * made.pitch + 30
    sheet.put(Math(f"x{t}.name", f"x_{{{t}}}", x, below, 32, "x", "centre"))


def add_copies(sheet: Sheet, made: Plan, copies: tuple[int, ...]) -> None:
    """Add more copies, each of which reads the h of the one before; the last one after a gap."""
    waves = []
    for t in copies:
        before = {*sheet.marks}
        if f"head{t - 1}" not in before:
            leave_out(sheet, made, t)
        place(sheet, made, t)
        came = tuple(one for one in sheet.marks if one not in before)
        output = tuple(one for one in came if one.startswith((f"h{t}.", f"head{t}")))
        rest = tuple(one for one in came if one not in output)
        waves += [Wave(rest, pulses=(f"tap{t}",)), Wave(output, pulses=(f"in{t}", f"out{t}"))]
    first, last = copies[0], copies[-1]
    caption = f"The next copy reads h{low(first - 1)} and x{low(first)}: {vector(made, first)}."
    if first < last:
        left_out = "dots" in sheet.marks
        caption = f"And so on up to t = {last}" if left_out else f"Copy by copy up to t = {last}"
        caption += f", each on the h before it: {vector(made, last)}."
    title = f"Copy by copy, t = {first}" + (f" to {last}" if first < last else "")
    lead = "One more copy" if first == last else "More copies"
    sheet.beat(f"copy{first}", title, caption, lead, first - 1, waves)


def leave_out(sheet: Sheet, made: Plan, t: int) -> None:
    """Put dots for the timesteps before t that have no copy."""
    y, left, right = made.middle, made.column(3) + 54, made.column(t - 1) - 54
    middle = (left + right) / 2
    sheet.put(
        Words("dots", "…", middle, y + 8, 44, "muted", "centre"),
        Wire("dots.in", ((left, y), (middle - 28, y)), "h", 3),
        Wire("dots.out", ((middle + 28, y), (right, y)), "h", 3),
    )
