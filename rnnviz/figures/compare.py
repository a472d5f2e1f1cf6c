"""RNN, LSTM and GRU on the same input: parameters, what each carries, gates and h over time."""

from collections.abc import Iterable

from rnnviz.cells import LSTM
from rnnviz.figures import compare_cells as cells
from rnnviz.figures import compare_curves as curves
from rnnviz.figures import compare_lanes as lanes
from rnnviz.figures.compare_cells import Run
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Mark, Words
from rnnviz.params import demo as drawn
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace, trace

CELL = "lstm"
TAKES = ("input",)


def demo() -> Trace:
    """Return an LSTM's trace with the demo's weights and x, T = 12, from states of zero."""
    example = drawn(LSTM, steps=12)
    return trace(LSTM, example.x, example.params)


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the x of an LSTM's trace run through all three cells, with the demo's weights."""
    runs = cells.runs(trace)
    sheet = Sheet("RNN, LSTM and GRU", _notes(runs[0], trace.length()))
    put_blocks(sheet, runs)
    put_biases(sheet, runs)
    put_lanes(sheet, runs, digits)
    for t in range(min(lanes.STEPS, runs[0].trace.sizes["T"])):
        put_timestep(sheet, runs, t, digits)
    steps = "all timesteps"
    if runs[0].trace.sizes["T"] < trace.length():
        steps = f"the first {runs[0].trace.sizes['T']} timesteps"
    put_gates(sheet, runs, steps)
    put_courses(sheet, runs, steps, digits)
    put_recap(sheet, runs)
    return sheet.figure()


def _notes(run: Run, length: int) -> tuple[str, str]:
    """Return whose cells these are, and what is shown of a sequence's timesteps, x and h."""
    sizes = run.trace.sizes
    counted = [
        f"{sizes[letter]} {word}" + (f" ({most} shown)" if sizes[letter] > most else "")
        for word, letter, most in (("inputs", "I", cells.INPUTS), ("units", "H", cells.UNITS))
    ]
    steps = f"T = {length}"
    if length > lanes.STEPS:
        steps += f", the first {lanes.STEPS} one by one"
    if length > sizes["T"]:
        counted.insert(0, f"the first {sizes['T']} of {length} timesteps shown")
    return f"PyTorch's cells · weights drawn, not trained · {steps}", " · ".join(counted)


def _ids(marks: Iterable[Mark]) -> tuple[str, ...]:
    return tuple(mark.id for mark in marks)


def put_blocks(sheet: Sheet, runs: tuple[Run, ...]) -> None:
    """Put up each cell's equations, its blocks of weights and its count with one bias."""
    most = cells.fitting(runs)
    waves = []
    for run in runs:
        marks = [cells.title(run, cells.COLUMNS[run.name], 150), *cells.equations(run)]
        stacked = [*cells.stack(run, 1)]
        counted = [*cells.counted(run, 1, most)]
        sheet.put(marks, stacked, counted)
        waves.append(Wave(_ids((*marks, *stacked, *counted))))
    signs = Words("signs", "a square is a weight: orange above 0, blue below", 60, 968, 24, "muted")
    sum_of = Words("sums", "blocks · units · (inputs + units + biases) = parameters", 690, 968, 24,
                   "muted")  # fmt: skip
    sheet.put(signs, sum_of)
    waves[-1] = Wave((*waves[-1].ids, signs.id, sum_of.id))
    rnn, lstm, gru = (len(run.cell.gates) for run in runs)
    sheet.beat(
        "blocks",
        "Weights",
        f"{_times(rnn)} of weights in the RNN, {lstm} in the LSTM, {gru} in the GRU: "
        f"{_counts(runs, 1)} parameters.",
        "Each block maps x and h to one sum.",
        waves=waves,
    )


def _times(count: int) -> str:
    return "One block" if count == 1 else f"{count} blocks"


def _counts(runs: tuple[Run, ...], biases: int) -> str:
    rnn, lstm, gru = (run.counts[biases] for run in runs)
    return f"{rnn}, {lstm} and {gru}"


def put_biases(sheet: Sheet, runs: tuple[Run, ...]) -> None:
    """Put the second bias of PyTorch's cells to each block, and the count with it."""
    most = cells.fitting(runs)
    second: list[str] = []
    counts: list[str] = []
    for run in runs:
        stacked = [*cells.stack(run, 2)]
        counted = [*cells.counted(run, 2, most)]
        sheet.put(stacked, counted)
        second += [mark.id for mark in stacked if mark.id.endswith((".b2", ".head.b"))]
        counts += _ids(counted)
    sheet.beat(
        "biases",
        "A second bias",
        f"PyTorch has a bias for x and one for h in each block: {_counts(runs, 2)} parameters.",
        "PyTorch adds a second bias.",
        waves=(Wave(tuple(second)), Wave(tuple(counts))),
    )


def put_lanes(sheet: Sheet, runs: tuple[Run, ...], digits: int) -> None:
    """Make the blocks small and put up the lanes of timesteps, empty, with the first states."""
    sheet.drop("signs", "sums")
    steps = min(lanes.STEPS, runs[0].trace.sizes["T"])
    cards: list[Mark] = []
    frames: list[Mark] = []
    told: list[str] = []  # comes when the blocks have arrived
    for run in runs:
        sheet.drop(f"{run.name}.head*", f"{run.name}.equation*", f"{run.name}.count1*")
        sheet.drop(f"{run.name}.count2*")
        sheet.drop(*(one for one in sheet.marks if one.startswith(f"{run.name}.does")))
        cards += cells.card(run, lanes.TOPS[run.name])
        told += [mark.id for mark in cells.card(run, 0) if mark.id not in sheet.marks]
        frames += lanes.states(run, -1, digits, known=True)
        for t in range(steps):
            frames += (*lanes.frame(run, t), *lanes.states(run, t, digits, known=False))
    said = Words("bars", "gates as bars from 0 to 1, one a unit", 502, 976, 24, "muted")
    sheet.put(cards, frames, said)
    sheet.beat(
        "carry",
        "What is carried",
        "All three carry h from timestep to timestep; the LSTM carries c as well.",
        "The same three cells, timestep by timestep.",
        waves=(
            Wave(tuple(one for one in _ids(cards) if one not in told)),
            Wave((*told, *_ids((*frames, said)))),
        ),
    )


def put_timestep(sheet: Sheet, runs: tuple[Run, ...], t: int, digits: int) -> None:
    """Send x of a timestep into all three cells, and put up their gates and new states."""
    before = tuple(f"{run.name}{t}.box" for run in runs) if t else ()
    if before:
        sheet.change(*before, role="muted", width=2.0)
    arriving = [*lanes.inputs(runs, t, digits)]
    opened = [mark for run in runs for mark in lanes.gates(run, t)]
    leaving = [mark for run in runs for mark in lanes.states(run, t, digits, known=True)]
    sheet.put(arriving, opened, leaving)
    boxes = tuple(f"{run.name}{t + 1}.box" for run in runs)
    sheet.change(*boxes, role="ink", width=3.5)
    wires = [(run.name, name) for run in runs for name in lanes.ROWS[run.name]]
    known = tuple(mark.id for mark in leaving if not mark.id.endswith(".name"))
    sheet.beat(
        f"t{t + 1}",
        "The same x, three cells",
        _told(runs, t, digits),
        f"x{'₁₂₃₄₅₆₇₈₉'[t]} goes into all three cells.",
        t,
        (
            Wave((*before, *_ids(arriving))),
            Wave((*boxes, *_ids(opened)), pulses=(*(f"x{t + 1}.{run.name}" for run in runs),
                                *(f"{cell}{t + 1}.{name}.in" for cell, name in wires))),
            Wave(known, pulses=tuple(f"{cell}{t + 1}.{name}.out" for cell, name in wires)),
        ),
    )  # fmt: skip


def _told(runs: tuple[Run, ...], t: int, digits: int) -> str:
    """Return what is seen of unit 1 at a timestep, each time of another part."""
    rnn, lstm, gru = runs

    def gate(run: Run, name: str) -> str:
        return show(run.of(name, t, 0), digits, within=(0.0, 1.0))

    def state(run: Run, name: str) -> str:
        return show(run.of(name, t, 0), digits)

    return (
        f"Unit 1: h is {state(rnn, 'h')} in the RNN, {state(lstm, 'h')} in the "
        f"LSTM, {state(gru, 'h')} in the GRU.",
        f"LSTM, unit 1: f keeps {gate(lstm, 'f')} of c, "
        f"i lets in {gate(lstm, 'i')} of g: two gates.",
        f"GRU, unit 1: z keeps {gate(gru, 'z')} of h and 1 − z lets n in: one gate.",
        f"RNN, unit 1: no gates; h is tanh of a new sum, {state(rnn, 'h')}.",
        f"LSTM, unit 1: c is {state(lstm, 'c')}, o shows {gate(lstm, 'o')} of tanh(c), "
        f"so h is {state(lstm, 'h')}.",
    )[t]


def put_gates(sheet: Sheet, runs: tuple[Run, ...], steps: str) -> None:
    """Clear the lanes and put up the gates over ``steps`` as curves, side by side by role."""
    kept = {mark.id for run in runs for mark in cells.card(run, 0)}
    sheet.drop(*(one for one in sheet.marks if one not in kept))
    moved = [mark for run in runs for mark in cells.card(run, curves.LANES[run.name])]
    seen = [*curves.sequence(runs[0])]
    sheet.put(moved, seen)
    waves = [Wave(_ids((*moved, *seen)))]
    for run in runs[1:]:
        gates = [p for p in curves.PANELS[run.name] if p.value not in ("h", "c")]
        marks = [mark for one in gates for mark in curves.panel(run, one)]
        sheet.put(marks)
        waves.append(Wave(_ids(marks)))
    sheet.beat(
        "gates",
        "Gates over time",
        "LSTM: f keeps, i lets in. GRU: z does both, it keeps z of h and lets in 1 − z of n.",
        f"The gates of {steps}.",
        waves=waves,
    )


def put_courses(sheet: Sheet, runs: tuple[Run, ...], steps: str, digits: int) -> None:
    """Put up the states over ``steps`` as curves."""
    marks: list[Mark] = [*curves.cell_state(runs[2])]
    for run in runs:
        states = [p for p in curves.PANELS[run.name] if p.value in ("h", "c")]
        marks += [mark for one in states for mark in curves.panel(run, one)]
    sheet.put(marks)

    def ends(run: Run) -> str:
        course = run.course("h", 0)
        return f"{show(min(course), digits)} to {show(max(course), digits)}"

    rnn, lstm, gru = map(ends, runs)
    sheet.beat(
        "states",
        "h over time",
        f"h of unit 1 runs from {rnn} in the RNN, {lstm} in the LSTM, {gru} in the GRU.",
        f"What each cell carries, over {steps}.",
        waves=(Wave(_ids(marks)),),
    )


def put_recap(sheet: Sheet, runs: tuple[Run, ...]) -> None:
    """Say what the three have in common and what not."""
    rnn, lstm, gru = (len(run.cell.gates) for run in runs)
    sheet.beat(
        "recap",
        "Recap",
        f"RNN: {_times(rnn).lower()}, no gate. LSTM: {lstm}, of which {lstm - 1} gates, and c. "
        f"GRU: {gru}, of which {gru - 1} gates, only h.",
    )
