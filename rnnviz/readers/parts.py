"""What a file of weights holds: its recurrent parts, those that are refused, and the rest."""

from dataclasses import dataclass
from pathlib import Path

from rnnviz.errors import RnnvizError
from rnnviz.model import Model

LISTED = 6  # names in a message; the rest is counted


@dataclass(frozen=True)
class Part:
    """One recurrent part of a file: stacked layers of one or two directions, under one name.

    ``model`` is None where the file asks for what the core does not compute, which ``refusal``
    names; ``assumed`` says what the file leaves open. Raises RnnvizError for both or neither.
    """

    name: str
    model: Model | None
    refusal: str = ""
    assumed: str = ""

    def __post_init__(self) -> None:
        if (self.model is None) != bool(self.refusal):
            got = "neither" if self.model is None else "both"
            raise RnnvizError(f"part {self.name!r}: wanted a model or a refusal, got {got}")

    @property
    def title(self) -> str:
        """The name in quotes, or what stands for it where the file gives none."""
        return repr(self.name) if self.name else "'' (no name)"


@dataclass(frozen=True)
class Contents:
    """A file's recurrent parts in its order, and its other entries as (name, shape)."""

    format: str
    parts: tuple[Part, ...]
    others: tuple[tuple[str, tuple[int, ...]], ...] = ()


def chosen(path: str | Path, contents: Contents, part: str | None = None) -> Part:
    """Return the part with that name, or the only part; it has a model.

    Raises RnnvizError listing the parts where several could be meant and none is named, where none
    has the name, and where the part or the whole file holds nothing that the core computes.
    """
    if not contents.parts:
        others = listed(tuple(repr(name) for name, _ in contents.others))
        raise RnnvizError(f"{path}: wanted a recurrent layer, got {others}")
    names = listed(tuple(one.title for one in contents.parts))
    if part is None:
        if len(contents.parts) > 1:
            raise RnnvizError(f"{path}: wanted the name of one part of {names}, got none")
        found = contents.parts[0]
    else:
        matching = [one for one in contents.parts if one.name == part]
        if not matching:
            raise RnnvizError(f"{path}: wanted one of the parts {names}, got {part!r}")
        found = matching[0]
    if found.model is None:
        part_ = f"part {found.name!r}: " if found.name else ""
        said = found.refusal
        said = said if "wanted " in said else f"wanted what rnnviz computes, got {said}"
        raise RnnvizError(f"{path}: {part_}{said}")
    return found


def listed(names: tuple[str, ...]) -> str:
    """Return the first names with commas, how many more there are, or ``nothing``."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return (", ".join(names[:LISTED]) + more) or "nothing"


def printable(name: str) -> str:
    """Return a name from a file as it is, or in quotes and escaped where it would break a line."""
    return name if name.isprintable() else repr(name)
