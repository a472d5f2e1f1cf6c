"""A walk as plain text, for readers who do not see the picture: its words and all its numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from rnnviz.cues import heading
from rnnviz.equations import equation
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
    cell = board.trace.cell
    sections = [(title, *head(board.trace).splitlines(), *_picks(board))]
    for k, beat in enumerate(beats):
        time = f"{_minutes(starts[k])}  " if starts else ""
        formula = equation(cell, beat.equation, "text") if beat.equation else ""
        words = (" ".join(text.split()) for text in (beat.lead, beat.caption))
        lines = (f"{time}{heading(beat)}  [{beat.id}]", formula, *words, *details(beat))
        sections.append(tuple(line for line in lines if line))
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
    """Yield the values that a beat reveals, a line each, and the sum of the neuron in focus."""
    trace, b, digits = board.trace, board.b, board.digits
    for name in beat.reveals:
        within, vector = trace.cell.range(name), trace[name][beat.t, b]
        shown = (show(float(vector[k]), digits, within=within) for k in trace.shown(name))
        yield f"{name} = {', '.join(shown)}"
    if beat.focus is not None:
        yield f"unit {beat.focus.unit + 1}:"
        yield from _aligned(sum_rows(trace, beat.focus.name, beat.focus.unit, beat.t, b, digits))


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
