"""A walk as plain text, for readers who do not see the picture: its words and all its numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from rnnviz.cues import heading
from rnnviz.equations import equation, is_named, steps_written
from rnnviz.rounding import show
from rnnviz.storyboard import Beat, Storyboard
from rnnviz.tracing import Trace
from rnnviz.worked_rows import sum_rows


def transcript(board: Storyboard, starts: Sequence[float] = (), title: str = "") -> str:
    """Return every beat's title, equation, words and numbers.

    ``starts`` are the times in seconds at which the beats are seen, if they are seen in a video.
    """
    shown = title or f"{board.trace.cell.title} cell"
    return written(shown, board, board.beats, partial(numbers, board), starts)


def written(
    title: str,
    board: Storyboard,
    beats: Iterable[Beat],
    details: Callable[[Beat], Iterable[str]],
    starts: Sequence[float] = (),
) -> str:
    """Return beats as text under a title and the sizes and convention of a storyboard's trace.

    ``details`` are the lines that follow a beat's words.
    """
    sections = [(title, *head(board.trace).splitlines(), *_picks(board))]
    told: set[str] = set()
    before: Beat | None = None
    for k, beat in enumerate(beats):
        if before is not None and beat.t != before.t:
            told.clear()
        time = f"{_minutes(starts[k])}  " if starts else ""
        words = (" ".join(text.split()) for text in (beat.lead, beat.caption))
        lines = (
            f"{time}{heading(beat)}  [{beat.id}]",
            *_equations(board, beat),
            *words,
            *_supplied(board, beat, told),
            *details(beat),
        )
        sections.append(tuple(line for line in lines if line))
        told.update(beat.reveals)
        before = beat
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def head(trace: Trace, where: str = "") -> str:
    """Return a cell's name and convention, where it is from, and on a second line the sizes."""
    units = {"T": "timestep", "B": "sample", "I": "input", "H": "hidden unit"}
    shown = {"I": len(trace.shown("x")), "H": len(trace.shown("h_prev"))}
    sizes = (
        f"{letter} = {size} {units[letter]}{'s' * (size != 1)}"
        f"{f' ({shown[letter]} shown)' if shown.get(letter, size) < size else ''}"
        for letter, size in trace.sizes.items()
    )
    place = f" · {where}" if where else ""
    return f"{trace.cell.title} · {trace.cell.convention}{place}\n{', '.join(sizes)}"


def numbers(board: Storyboard, beat: Beat) -> Iterator[str]:
    """Yield the values that a beat reveals, a line each, and what else its picture tells.

    That is the sum of the neuron in focus; of the first beat the weights, of the last the states.
    """
    trace = board.trace
    made = steps_written(trace.cell)
    for name in beat.reveals:
        parts = (name, made[name]) if name in made else (name,)
        yield f"{' = '.join(parts)} = {_vector(board, name, beat.t)}"
    if beat.focus is not None:
        yield f"unit {beat.focus.unit + 1}:"
        rows = sum_rows(trace, beat.focus.name, beat.focus.unit, beat.t, board.b, board.digits)
        yield from _aligned(rows)
    if beat.key == "in" and beat.t == 0:
        yield _weights(trace)
    if beat.key == "recap":
        yield from _history(board, beat.t)


def _equations(board: Storyboard, beat: Beat) -> Iterator[str]:
    """Yield the equation of a beat, or where it has no single one those of all that it computes."""
    cell = board.trace.cell
    names = (name for name in beat.lights if name in beat.reveals and is_named(cell, name))
    computed = (name for name in names if name not in (*cell.inputs, *cell.states))
    for name in (beat.equation,) if beat.equation else computed:
        yield equation(cell, name, "text")


def _supplied(board: Storyboard, beat: Beat, told: set[str]) -> Iterator[str]:
    """Yield the values that a beat starts from and that no beat before it in the text reveals."""
    states = board.trace.cell.states  # the values that flow there are of the timestep before
    sources = [source for source, target in beat.flows if target not in states]
    needed = dict.fromkeys(sources if beat.reveals else beat.lights)
    for name in needed:
        if name not in told and name not in beat.reveals:
            yield f"already there: {name} = {_vector(board, name, beat.t)}"


def _vector(board: Storyboard, name: str, t: int) -> str:
    trace = board.trace
    vector, units = trace[name][t, board.b], trace.shown(name)
    within = trace.cell.range(name)
    return ", ".join(show(float(vector[k]), board.digits, within=within) for k in units)


def _weights(trace: Trace) -> str:
    """Return how many weights there are, and the shape of each block of them."""
    cell = trace.cell
    blocks = trace.params.blocks(cell).items()
    shapes = (f"{name} {'×'.join(map(str, block.shape))}" for name, block in blocks)
    return f"{trace.params.size} weights{' and biases' * bool(cell.biases)}: {', '.join(shapes)}"


def _history(board: Storyboard, upto: int) -> Iterator[str]:
    """Yield each state over time: what it started from, t = 0, and after each timestep."""
    cell = board.trace.cell
    for before, after in zip(cell.states, cell.next_state, strict=True):
        yield f"{after} over time:"
        values = (_vector(board, after, t) for t in range(upto + 1))
        rows = enumerate((_vector(board, before, 0), *values))
        yield from _aligned((f"t = {t}", *row.split(", ")) for t, row in rows)


def _aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows as lines: the first column's texts to the left, numbers to the right."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for label, *others in cells:
        line = " ".join(text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        yield f"  {label:<{widths[0]}} {line}"


def _picks(board: Storyboard) -> Iterator[str]:
    """Yield which sample, units and inputs are shown where that is not all of them."""
    trace = board.trace
    if trace.sizes["B"] > 1:
        yield f"sample shown: {board.b + 1}"
    for what, name, size in (("units", "h_prev", "H"), ("inputs", "x", "I")):
        shown = trace.shown(name)
        if len(shown) < trace.sizes[size]:
            yield f"{what} shown: {', '.join(str(k + 1) for k in shown)}"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
