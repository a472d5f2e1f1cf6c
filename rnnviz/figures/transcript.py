"""A figure as plain text: each beat's words, and the numbers and symbols that came with it."""

from collections.abc import Iterable, Iterator, Sequence

from rnnviz.cues import heading
from rnnviz.figures.figure import Figure, Keyframe
from rnnviz.figures.marks import Bar, Curve, Heat, Mark, Math, Number, Pill, Words
from rnnviz.figures.notation import spoken
from rnnviz.rounding import show


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
    """Yield what marks say: numbers with what they are of, words and symbols."""
    for mark in marks:
        match mark:
            case Number() | Pill() if mark.text:
                yield f"{mark.ref} = {mark.text}"
            case Bar():
                yield f"{mark.ref}: {show(mark.value)}"
            case Curve() | Heat():
                yield f"{mark.ref}: drawn"
            case Words():
                yield mark.text
            case Math():
                yield spoken(mark.text)
