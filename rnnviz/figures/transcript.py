"""A figure as plain text: each beat's words, and the numbers and symbols that came with it."""

from collections.abc import Iterable, Iterator, Sequence

from rnnviz.cues import heading
from rnnviz.figures.figure import Figure, Keyframe
from rnnviz.figures.marks import Bar, Curve, Heat, Mark, Math, Number, Pill, Words
from rnnviz.figures.notation import spoken
from rnnviz.rounding import show

FEW = 12  # values that are read one by one
SHORT = 2  # letters of a text that is a sign, a tick or a name beside what is listed anyway


def written(figure: Figure, frames: Iterable[Keyframe], starts: Sequence[float] = ()) -> str:
    """Return beats as text, with the seconds at which they were seen if those are given."""
    sections = ["\n".join((figure.title, *figure.notes))]
    before: set[Mark] = set()
    for k, frame in enumerate(frames):
        time = f"{int(starts[k]) // 60}:{int(starts[k]) % 60:02d}  " if starts else ""
        told = (f"{time}{heading(frame.beat)}  [{frame.beat.id}]", frame.beat.caption)
        new = [mark for mark in frame.marks if mark not in before]
        sections.append("\n".join(line for line in (*told, *lines(new)) if line))
        before = {*frame.marks}
    return "\n\n".join(sections) + "\n"


def lines(marks: Iterable[Mark]) -> Iterator[str]:
    """Yield what marks say: numbers with what they are of, symbols, and words, each once."""
    told: set[str] = set()
    for line in filter(None, map(_line, marks)):
        if line not in told:
            told.add(line)
            yield line


def _line(mark: Mark) -> str:
    match mark:
        case Number() | Pill():
            return f"{mark.ref} = {mark.text}" if mark.text else ""
        case Bar():
            return f"{mark.ref} = {show(mark.value)}"
        case Curve():
            return f"{mark.ref}: {_listed(mark.values)}"
        case Heat():
            flat = [value for row in mark.values for value in row]
            return f"{mark.ref}: {_listed(flat)}"
        case Words():
            return mark.text if len(mark.text) > SHORT else ""
        case Math():
            return spoken(mark.text) if len(mark.text) > SHORT else ""
    return ""


def _listed(values: Sequence[float]) -> str:
    """Return a few values, or of many how many there are and between what they lie."""
    if len(values) <= FEW:
        return ", ".join(map(show, values))
    return f"{len(values)} values from {show(min(values))} to {show(max(values))}"
