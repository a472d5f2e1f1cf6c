"""Four ways from inputs to outputs of the same kind of cell, each run by a small model."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rnnviz.diagram import Box as Area
from rnnviz.figures.architectures_forcing import show_teacher_forcing
from rnnviz.figures.architectures_models import Column, echoed, judged, translated, written
from rnnviz.figures.architectures_parts import Rows, Run, bubble, filled, outline, waves
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Box, Heat, Mark, Number, Scale, Words
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace

CELL = "rnn"
TAKES = ()
TITLES = {
    "a": "(a) vector → sequence",
    "b": "(b) sequence → vector",
    "c": "(c) sequence → vector → sequence",
    "d": "(d) sequence → sequence",
}
PICTURES = (1.0, 0.0), (0.0, 1.0)
BITS, FLIPPED = "101101", "100101"
SIGNAL = "1100101100"  # of NYU's echo
SENTENCE = "today I am happy"
LARGE = Rows(236, 1880, 5, 292, 566, 868)


def demo() -> Trace:
    """Return the trace of the model that echoes a signal, one of those that are shown."""
    return echoed(SIGNAL)[0][0]


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the four architectures; they are run by models of their own, whatever the trace."""
    notes = "all weights made by hand, none trained", "RNN: tanh · one bias · softmax readout"
    sheet = Sheet("Four RNN architectures", notes)
    overview(sheet, digits)
    show_vector_to_sequence(sheet, digits)
    show_sequence_to_vector(sheet, digits)
    show_encoder_decoder(sheet, digits)
    show_teacher_forcing(sheet, digits)
    show_sequence_to_sequence(sheet, digits)
    recap(sheet, digits)
    return sheet.figure()


def clear_for(sheet: Sheet, key: str, said: str, units: Sequence[str]) -> None:
    """Clear the sheet; name the architecture, say what its weights do, and name the rows."""
    sheet.marks.clear()
    sheet.put(
        Words("title", TITLES[key], 40, 134, 34, bold=True),
        Words("said", said, 40, 180, 26, "muted"),
        Words("row.y", "y", 40, LARGE.y + 2, 34, "neutral", bold=True),
        Words("row.y.said", "probability above", 40, LARGE.y + 36, 22, "muted"),
        Words("row.h", "h", 40, LARGE.h - 66, 34, "h", bold=True),
        Words("row.x", "x", 40, LARGE.x + 12, 34, "x", bold=True),
        Heat("scale", ((-1.0, 0.0, 1.0),), Scale(-1, 1), Area(40, LARGE.h + 72, 160, LARGE.h + 94),
             "colours of −1, 0 and 1", "h", "c"),
    )  # fmt: skip
    for k, end in enumerate(("−1", "0", "+1")):
        sheet.put(Words(f"scale{k}", end, 60 + 40 * k, LARGE.h + 120, 22, "muted", "centre"))
    for k, line in enumerate(units):
        sheet.put(Words(f"row.h.{k}", line, 40, LARGE.h - 34 + 30 * k, 22, "muted"))


def put_run(sheet: Sheet, run: Run, groups: Sequence[int]) -> tuple[Wave, ...]:
    """Put a whole run on the sheet; return the waves in which groups of its columns come."""
    new = [mark.id for mark in outline(run) if mark.id not in sheet.marks]
    shell = tuple(sorted(new, key=lambda one: not one.endswith(".empty")))  # bubbles, then wires
    sheet.put(outline(run))
    marks = [mark for k in range(len(run.columns)) for mark in filled(run, k)]
    sheet.put(marks)
    return (*((Wave(shell),) if shell else ()), *waves(run, marks, groups))


def sentence(columns: Iterable[Column]) -> str:
    """Return what was written, as a sentence."""
    return " ".join(column.wrote for column in columns if column.wrote).replace(" .", ".")


def share(column: Column, digits: int) -> str:
    """Return the probability of what was written, in words."""
    return show(column.chance, digits, within=(0.0, 1.0))


def show_vector_to_sequence(sheet: Sheet, digits: int) -> None:
    """Write a sentence from one vector, and another one from another vector."""
    said = "By hand: each word calls the next one, and one unit of h keeps which picture it was."
    clear_for(sheet, "a", said, ("9 units:", "the picture on top,", "then the last word"))
    rows = replace(LARGE, digits=digits)
    run = Run("a", written(PICTURES[0])[1], rows, feeds=True)
    moving = put_run(sheet, run, (1, 1, 3))
    sheet.put(
        Words("vector", "features of a picture", run.x(0), 946, 26, "x", "centre"),
        Words("fed", "the word just written", run.x(1), 946, 26, "muted", "centre"),
    )
    sheet.beat(
        "a.run",
        "Vector to sequence",
        f"One vector in, then it reads what it wrote: {sentence(run.columns)}",
        "Autoregressive: it reads what it wrote",
        waves=moving,
    )
    other = Run("a", written(PICTURES[1])[1], rows, feeds=True)
    moving = put_run(sheet, other, (len(other.columns),))
    sheet.beat(
        "a.other",
        "Another vector",
        f"Another vector: {sentence(other.columns)} Both read “a” at t = 2, only h differs.",
        "Another picture",
        waves=moving,
    )


def show_sequence_to_vector(sheet: Sheet, digits: int) -> None:
    """Read bits and tell at the end whether the ones are odd; then flip one."""
    said = "By hand: two units of h, whose half difference is near 1 after an odd number of ones."
    clear_for(sheet, "b", said, ("2 units",))
    rows = replace(LARGE, count=len(BITS), digits=digits)
    run = Run("b", judged(BITS)[1], rows)
    moving = put_run(sheet, run, (3, 3))
    sheet.put(Words("half", "(h₁ − h₂) / 2", 40, 440, 24, "h"))
    halves = put_halves(sheet, run, digits)
    last = run.columns[-1]
    sheet.beat(
        "b.run",
        "Sequence to vector",
        f"Bits go in, one answer comes out, at the end: {BITS.count('1')} ones, {last.wrote} "
        f"({share(last, digits)}).",
        "A sequence in, no output until its end",
        waves=(moving[0], *(replace(one, ids=one.ids + own) for one, own in zip(
            moving[1:], (halves[:3], halves[3:]), strict=True))),
    )  # fmt: skip
    other = Run("b", judged(FLIPPED)[1], rows)
    (moved,) = put_run(sheet, other, (len(BITS),))
    flip = next(k for k, (a, b) in enumerate(zip(BITS, FLIPPED, strict=True)) if a != b)
    sheet.put(bubble(other, "x", flip, "x", 0.12, 6))
    halves = put_halves(sheet, other, digits)
    last = other.columns[-1]
    sheet.beat(
        "b.flip",
        "One bit flipped",
        f"One other bit, at t = {flip + 1}, and the answer changes: "
        f"{FLIPPED.count('1')} ones, {last.wrote} ({share(last, digits)}).",
        "What if one bit is flipped?",
        waves=(replace(moved, ids=moved.ids + halves),),
    )


def put_halves(sheet: Sheet, run: Run, digits: int) -> tuple[str, ...]:
    """Put half of the difference of both units over each h, and return the ids."""
    for k, column in enumerate(run.columns):
        value, right = (column.hidden[0] - column.hidden[1]) / 2, k == len(run.columns) - 1
        x = run.x(k) - 24 if right else run.x(k)  # beside the wire to y
        sheet.put(Number(f"half{k}", value, x, 440, f"(h[{k + 1},1] - h[{k + 1},2])/2", 28, "h",
                         "right" if right else "centre", False, digits=digits))  # fmt: skip
    return tuple(f"half{k}" for k in range(len(run.columns)))


def show_encoder_decoder(sheet: Sheet, digits: int) -> None:
    """Read a sentence into h, then write another one from it."""
    said = "By hand: the encoder's h keeps the mood, and the decoder starts from it."
    units = ("9 units: the mood,", "“very”, then the", "last word read")
    clear_for(sheet, "c", said, units)
    made = translated(SENTENCE)
    count = len(made.read) + len(made.wrote)
    encoder, decoder = pair_of(replace(LARGE, count=count, digits=digits, size=30), "c")
    moving = put_run(sheet, encoder, (2, 2))
    sheet.put(outline(decoder))
    shell = tuple(mark.id for mark in outline(decoder))
    last = len(made.read) - 1
    middle = (encoder.x(last) + decoder.x(0)) / 2
    sheet.put(
        Words("enc", "encoder", encoder.x(0), 430, 30, "muted", "centre"),
        Words("dec", "decoder", middle + 24, 194, 30, "muted"),
        bubble(encoder, "h", last, "h", 0.0, 6),
        Words("vector", "all it keeps", encoder.x(last), 446, 26, "h", "centre"),
    )
    rest = replace(moving[2], ids=(*moving[2].ids, "vector"))
    sheet.beat(
        "c.encode",
        "Sequence to vector …",
        f"The encoder reads {len(made.read)} words; all it keeps of them is one h.",
        "First the encoder reads",
        waves=(replace(moving[0], ids=(*moving[0].ids, *shell)), moving[1], rest),
    )
    moving = put_run(sheet, decoder, (1, 3))
    sheet.beat(
        "c.decode",
        "… to sequence",
        f"From this h the decoder writes, and reads again: {sentence(made.wrote)}",
        "Then the decoder writes",
        waves=moving,
    )


def pair_of(rows: Rows, key: str) -> tuple[Run, Run]:
    """Return the runs of the encoder and of the decoder that goes on from it."""
    made = translated(SENTENCE)
    decoder = Run(f"{key}.dec", made.wrote, rows, len(made.read), feeds=True, joined=True)
    return Run(f"{key}.enc", made.read, rows), decoder


def show_sequence_to_sequence(sheet: Sheet, digits: int) -> None:
    """Echo a signal some timesteps later."""
    made = echoed(SIGNAL)[1]
    units = len(made[0].hidden)
    said = "By hand: each unit of h takes over the one above it, as in a shift register."
    clear_for(sheet, "d", said, (f"{units} units, the bit", "moves down by one", "a timestep"))
    run = Run("d", made, replace(LARGE, count=len(made), digits=digits))
    moving = put_run(sheet, run, (5, 5))
    read, wrote = 1, units  # of the second bit, from 0
    sheet.put(bubble(run, "x", read, "x", 0.12, 6), bubble(run, "y", wrote, "neutral", 0.12, 6))
    sheet.beat(
        "d.run",
        "Sequence to sequence",
        f"An echo: what is read at t = {read + 1} is written at t = {wrote + 1}.",
        "An output at every timestep",
        waves=moving,
    )


def small_runs(digits: int) -> dict[str, tuple[Run, ...]]:
    """Return the runs of all four, small, each in its quarter."""
    found: dict[str, tuple[Run, ...]] = {}
    for key in TITLES:
        left, top = corner(key)
        rows = Rows(left + 50, left + 904, 5, top + 130, top + 248, top + 376, 26, 50, 112, 200,
                    digits)  # fmt: skip
        match key:
            case "a":
                found[key] = (Run("sa", written(PICTURES[0])[1], rows, feeds=True),)
            case "b":
                found[key] = (Run("sb", judged(BITS)[1], replace(rows, count=len(BITS))),)
            case "c":
                found[key] = pair_of(replace(rows, count=8), "sc")
            case _:
                found[key] = (Run("sd", echoed(SIGNAL)[1], replace(rows, count=len(SIGNAL))),)
    return found


def corner(key: str) -> tuple[float, float]:
    """Return the left top corner of one of the four, small."""
    k = list(TITLES).index(key)
    return 40 + 930 * (k % 2), 104 + 446 * (k // 2)


def quarter(key: str, run: Run) -> tuple[Mark, ...]:
    """Return the frame, the title and the rows' names of one of the four, small."""
    left, top = corner(key)
    rows = {"y": (run.rows.y, "neutral"), "h": (run.rows.h, "h"), "x": (run.rows.x, "x")}
    return (
        Box(f"quarter.{key}", left, top, left + 910, top + 430, "faint", 0.0, 18, 2),
        Words(f"quarter.{key}.title", TITLES[key], left + 20, top + 44, 30, bold=True),
        *(
            Words(f"quarter.{key}.{name}", name, left + 20, y + 9, 28, role, bold=True)
            for name, (y, role) in rows.items()
        ),
    )


def overview(sheet: Sheet, digits: int) -> None:
    """Show all four, empty."""
    for key, runs in small_runs(digits).items():
        sheet.put(quarter(key, runs[0]), *(outline(run) for run in runs))
    sheet.beat(
        "four",
        "Four architectures",
        "The same kind of cell, four ways from inputs x to outputs y.",
        "Four ways to use an RNN",
        waves=(Wave(tuple(sheet.marks)),),
    )


def recap(sheet: Sheet, digits: int) -> None:
    """Show all four with what they read and wrote."""
    sheet.marks.clear()
    for key, runs in small_runs(digits).items():
        sheet.put(quarter(key, runs[0]), *(outline(run) for run in runs))
        sheet.put(mark for run in runs for k in range(len(run.columns)) for mark in filled(run, k))
    sheet.beat(
        "recap",
        "Recap",
        "What differs is when x goes in and when y comes out, not the kind of cell.",
        "All four, with what they read and wrote",
        waves=(Wave(tuple(sheet.marks)),),
    )
