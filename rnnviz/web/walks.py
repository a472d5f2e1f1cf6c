"""Which beats the player has, by id and timestep, in each view and level of detail."""

from functools import lru_cache

from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.placement import place
from rnnviz.storyboard import DETAILS, timestep

VIEWS = ("values", "gradients")
RECAP = "recap"
Walk = dict[str, int]  # beat id -> its timestep from 0, in the order of the walk


@lru_cache(maxsize=32)
def walk_of(cell: Cell, steps: int, view: str, detail: str) -> Walk:
    """Return the beats of a walk over so many timesteps.

    Gradients go backward through every step, whatever the detail.
    """
    drawn = place(cell, 1, 1)
    if view == "values":
        beats = (beat for t in range(steps) for beat in timestep(drawn, t, detail, 0))
        return {**{beat.id: beat.t for beat in beats}, RECAP: steps - 1}
    full = [list(timestep(drawn, t, "full", 0)) for t in range(steps)]
    return {**{beat.id: beat.t for beats in full[::-1] for beat in beats[::-1]}, RECAP: 0}


def check_beat(cell: Cell, steps: int, beat: str) -> None:
    """Raise RnnvizError for the id of a beat that no level of detail has over so many timesteps."""
    ids = _ids(cell, steps)
    if beat not in ids:
        raise RnnvizError(f"beat: wanted one of {', '.join(ids)}, got {beat!r}")


@lru_cache(maxsize=8)
def _ids(cell: Cell, steps: int) -> dict[str, None]:
    drawn = place(cell, 1, 1)
    told = (timestep(drawn, t, detail, 0) for t in range(steps) for detail in DETAILS)
    return dict.fromkeys([*(one.id for beats in told for one in beats), RECAP])


def nearest(walk: Walk, beat: str, t: int) -> str:
    """Return a beat that there is, else the first of its timestep, else the first of all."""
    if beat in walk:
        return beat
    return next((one for one, place in walk.items() if place == t), next(iter(walk)))
