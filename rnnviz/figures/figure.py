"""A figure: the marks that stand at each beat, and what moves on the way there.

A face draws the marks of a beat and finds by their ids what comes, goes and changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rnnviz.diagram import Point
from rnnviz.errors import RnnvizError
from rnnviz.figures.marks import Mark
from rnnviz.figures.notation import lowered
from rnnviz.storyboard import Beat


@dataclass(frozen=True)
class Wave:
    """What happens at once while a beat moves: ids of marks that come, change or go.

    ``flights`` say from where a mark that comes flies to its place, ``pulses`` are wires along
    which something runs: forwards, or from the end with a minus in front of the id.
    """

    ids: tuple[str, ...] = ()
    flights: Mapping[str, Point] = field(default_factory=dict)
    pulses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keyframe:
    """A beat, all marks that stand at its end from back to front, and how they got there.

    What is in none of the waves comes, changes or goes before the first.
    """

    beat: Beat
    marks: tuple[Mark, ...]
    waves: tuple[Wave, ...] = ()


@dataclass(frozen=True, eq=False)
class Figure:
    """What a figure shows, beat by beat; ``notes`` stand at the right of the title."""

    title: str
    frames: tuple[Keyframe, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Keyframe]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def titled(self, title: str) -> "Figure":
        """Return the same figure under another title."""
        return replace(self, title=title)

    def captioned(self, captions: Mapping[str, str]) -> "Figure":
        """Return the same figure with some captions replaced by id; RnnvizError for an unknown id.

        An empty one takes the lead away, too.
        """
        frames = {frame.beat.id: frame for frame in self}
        for beat_id, text in captions.items():
            frame = self[beat_id]
            beat = replace(frame.beat, caption=text, lead=frame.beat.lead if text else "")
            frames[beat_id] = replace(frame, beat=beat)
        return replace(self, frames=tuple(frames.values()))

    @property
    def beats(self) -> tuple[Beat, ...]:
        """The beats in order."""
        return tuple(frame.beat for frame in self.frames)

    def __getitem__(self, beat_id: str) -> Keyframe:
        """Return the keyframe of a beat; RnnvizError if there is none."""
        for frame in self.frames:
            if frame.beat.id == beat_id:
                return frame
        ids = ", ".join(beat.id for beat in self.beats)
        raise RnnvizError(f"beat: wanted one of {ids}, got {beat_id!r}")


@dataclass
class Sheet:
    """A figure in the making: put marks on it, change them, and close each beat with its words."""

    title: str
    notes: tuple[str, ...] = ()
    marks: dict[str, Mark] = field(default_factory=dict)
    frames: list[Keyframe] = field(default_factory=list)

    def put(self, *marks: Mark | Iterable[Mark]) -> None:
        """Put marks on top; one whose id is there already takes the place of that one."""
        for one in marks:
            for mark in (one,) if isinstance(one, Mark) else one:
                self.marks[mark.id] = mark

    def change(self, *ids: str, **changes: Any) -> None:
        """Change attributes of marks; ``name*`` stands for all ids that start with it."""
        for name in self.found(*ids):
            self.marks[name] = replace(self.marks[name], **changes)

    def drop(self, *ids: str) -> None:
        """Take marks away; ``name*`` stands for all ids that start with it."""
        for name in self.found(*ids):
            del self.marks[name]

    def found(self, *ids: str) -> tuple[str, ...]:
        """Return the ids that are meant; ValueError for one that is not there."""
        found: list[str] = []
        for name in ids:
            own = [name]
            if name[-1] == "*":
                own = [one for one in self.marks if one.startswith(name[:-1])]
            if not own or own[0] not in self.marks:
                raise ValueError(f"{name}: not on the sheet")
            found += own
        return tuple(dict.fromkeys(found))

    def beat(
        self,
        beat_id: str,
        title: str,
        caption: str,
        lead: str = "",
        t: int = 0,
        waves: Sequence[Wave] = (),
    ) -> None:
        """End a beat: what is on the sheet now is what stands at its end.

        In its words ``h_3`` and ``h_t−1`` have their indices below the line.
        """
        beat = Beat(beat_id, t, lowered(title), lowered(caption), lead=lowered(lead))
        self.frames.append(Keyframe(beat, tuple(self.marks.values()), tuple(waves)))

    def figure(self) -> Figure:
        """Return all beats so far as a figure."""
        return Figure(self.title, tuple(self.frames), self.notes)
