"""The options that pick units and inputs of a model that is too large to be shown whole."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from rnnviz.params import MAX_DRAWN
from rnnviz.tracing import Trace

_WANTED = "wanted numbers from 1 and ranges such as 1-4,17"


@dataclass(frozen=True)
class Picks:
    """The picked units and inputs, from 0; None is what was not given."""

    units: tuple[int, ...] | None = None
    inputs: tuple[int, ...] | None = None


def _picks(
    ctx: click.Context, option: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    if value is None:
        return None
    picked: list[int] = []
    for part in value.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        ends = [first, last] if dash else [first]
        if not all(end.isdecimal() and int(end) for end in ends) or int(ends[-1]) < int(first):
            raise click.BadParameter(f"{_WANTED}, got {value!r}")
        many = range(int(first) - 1, int(ends[-1]))
        if len(picked) + len(many) > MAX_DRAWN:
            raise click.BadParameter(f"wanted at most {MAX_DRAWN}, got {value!r}")
        picked += many
    for one in picked:
        if picked.count(one) > 1:
            raise click.BadParameter(f"wanted each once, got {one + 1} twice")
    return tuple(picked)


def pick_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --units and --inputs to a click command, which gets them as one ``picks: Picks``."""

    @functools.wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        picks = Picks(given.pop("units"), given.pop("inputs"))
        return command(*args, picks=picks, **given)

    for name, text in (("--inputs", "Show these inputs"), ("--units", "Show these hidden units")):
        option = click.option(
            name, callback=_picks, metavar="N,N-M,…", help=f"{text}, up to {MAX_DRAWN}."
        )
        option(wrapped)
    return wrapped


def picked(trace: Trace, picks: Picks) -> Trace:
    """Return the trace with what was picked; UsageError for a unit or input that is not there."""
    sizes = trace.sizes
    for option, picks_, size in (
        ("--units", picks.units, sizes["H"]),
        ("--inputs", picks.inputs, sizes["I"]),
    ):
        for one in picks_ or ():
            if one >= size:
                raise click.UsageError(f"{option}: wanted 1 to {size}, got {one + 1}")
    return trace if picks == Picks() else trace.pick(picks.units, picks.inputs)


def check_room(trace: Trace) -> None:
    """Raise UsageError where a picture has no room for all units that are to be shown."""
    units = len(trace.shown(trace.cell.states[0]))
    if units > MAX_DRAWN:
        raise click.UsageError(
            f"--units: wanted at most {MAX_DRAWN} hidden units in a picture, "
            f"such as --units 1-4,{units}, got {units}"
        )
