"""What a figure is drawn of: its own demo, or the trace that the source options describe."""

from dataclasses import fields, replace

import click

from rnnviz.cli.picks import Picks, picked
from rnnviz.cli.reading import Read, read_trace
from rnnviz.cli.source import Source
from rnnviz.errors import RnnvizError
from rnnviz.figures.catalogue import Kind
from rnnviz.params import MAX_DRAWN

# what a figure must take for an option to make sense with it; any other needs either of them
_NEEDED = {
    "weights": "weights",
    "part": "weights",
    "layer": "weights",
    "direction": "weights",
    "convention": "weights",
    "seed": "weights",
    "hidden_size": "weights",
    "input": "input",
    "sample": "input",
    "steps": "input",
    "input_size": "input",
}
_OWN = {"weights": "shows its own model", "input": "runs on its own input"}


def figure_read(kind: Kind, source: Source, picks: Picks) -> Read:
    """Return what a figure is drawn of: the trace of the options, or its demo without any.

    Raises click's UsageError for an option that the figure has no use for, RnnvizError for more
    inputs than it draws, and what rnnviz.cli.reading raises.
    """
    for option, value in {**_given(source), **_given(picks)}.items():
        _check(kind, option, value)
    if replace(source, budget=None) == Source():
        return Read(picked(kind.demo(), picks))
    drawn = "" if source.weights else kind.demo().cell.name
    try:
        read = read_trace(kind.cell or drawn, source)
    except RnnvizError as error:
        if str(error).startswith("--weights: wanted a file") and "weights" not in kind.takes:
            most = f"wanted at most {MAX_DRAWN} inputs for {kind.name}, got more"
            raise RnnvizError(f"{source.input}: {most}") from None
        raise
    return replace(read, trace=picked(read.trace, picks))


def _given(options: Source | Picks) -> dict[str, object]:
    return {field.name: getattr(options, field.name) for field in fields(options)}


def _check(kind: Kind, option: str, value: object) -> None:
    needed = _NEEDED.get(option)
    if value is None or (needed in kind.takes if needed else kind.takes):
        return
    why = _OWN[needed if needed and kind.takes else "weights"]
    raise click.UsageError(f"--{option.replace('_', '-')}: {kind.name} {why} and takes none")
