"""Where a trace comes from: the options that show, trace and render share, and what they make."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.params import MAX_DRAWN, demo
from rnnviz.readers import load_params, load_sequence
from rnnviz.tracing import Trace, trace


@dataclass(frozen=True)
class Source:
    """The source options as given; None is what was not given."""

    steps: int | None = None
    seed: int | None = None
    input_size: int | None = None
    hidden_size: int | None = None
    input: Path | None = None
    weights: Path | None = None
    h0: tuple[float, ...] | None = None
    c0: tuple[float, ...] | None = None


def _numbers(
    ctx: click.Context, option: click.Parameter, value: str | None
) -> tuple[float, ...] | None:
    if value is None:
        return None
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"wanted numbers with commas between them, got {value!r}"
        ) from None


_OPTIONS = (
    click.option("--steps", type=click.IntRange(min=1), help="Timesteps of the demo.  [3]"),
    click.option("--seed", type=click.IntRange(min=0), help="Seed of the drawn numbers."),
    click.option("--input-size", type=click.IntRange(1, MAX_DRAWN), help="Inputs.  [3]"),
    click.option("--hidden-size", type=click.IntRange(1, MAX_DRAWN), help="Hidden units.  [2]"),
    click.option(
        "--input",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Sequence to run on, a row a timestep: .csv, .npy or .json.",
    ),
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Weights in PyTorch's names: .npz or .json.",
    ),
    click.option("--h0", callback=_numbers, metavar="A,B,…", help="Initial hidden state."),
    click.option("--c0", callback=_numbers, metavar="A,B,…", help="Initial cell state (LSTM)."),
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the source options to a click command, which gets them as one ``source: Source``."""

    @functools.wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        source = Source(**{field.name: given.pop(field.name) for field in fields(Source)})
        return command(*args, source=source, **given)

    for option in reversed(_OPTIONS):
        option(wrapped)
    return wrapped


def read_trace(cell_name: str, options: Source) -> Trace:
    """Return the trace that the options describe; with none given it is the demo.

    What is not read from a file is drawn. Initial states are those of the demo as long as nothing
    is read, else zero unless given. Raises click's UsageError for options that exclude each other
    and RnnvizError for bad data.
    """
    _check_conflicts(options)
    cell = cell_named(cell_name)
    params = load_params(options.weights, cell) if options.weights else None
    x = load_sequence(options.input) if options.input else None
    states: dict[str, Any] = {}
    if params is None or x is None:
        sizes = {
            "steps": options.steps,
            "seed": options.seed,
            "input_size": _width(options, params.input_size if params else None, x),
            "hidden_size": options.hidden_size,
        }
        drawn = demo(cell, **{name: size for name, size in sizes.items() if size is not None})
        states = dict(drawn.states) if params is None and x is None else {}
        params = drawn.params if params is None else params
        x = drawn.x if x is None else x
    h0 = states.get("h_prev") if options.h0 is None else options.h0
    c0 = states.get("c_prev") if options.c0 is None else options.c0
    try:
        return trace(cell, x, params, h0=h0, c0=c0)
    except RnnvizError as error:
        raise _named(error, options) from None


def _named(error: RnnvizError, options: Source) -> RnnvizError:
    """Return the error with the option or file in front that its parameter came from."""
    name, _, rest = str(error).partition(": ")
    if name == "x" and options.input:
        return RnnvizError(f"{options.input}: {error}")
    if (name == "h0" and options.h0) or (name == "c0" and options.c0):
        return RnnvizError(f"--{name}: {rest}")
    return error


def _width(options: Source, wanted: int | None, x: Any) -> int | None:
    """Return how many inputs to draw for; RnnvizError where a file asks for more than is drawn."""
    width: int | None = wanted or (options.input_size if x is None else x.shape[1])
    if width is not None and width > MAX_DRAWN:
        file, other = ("--weights", "--input") if wanted else ("--input", "--weights")
        raise RnnvizError(
            f"{other}: wanted a file, since {file} has {width} inputs and at most {MAX_DRAWN} "
            f"are drawn, got none"
        )
    return width


def _check_conflicts(options: Source) -> None:
    both = options.input and options.weights
    conflicts = (
        ("--steps", options.steps, "--input", options.input, "which has its own timesteps"),
        ("--input-size", options.input_size, "--input", options.input, "which has its own width"),
        (
            "--input-size",
            options.input_size,
            "--weights",
            options.weights,
            "which has its own width",
        ),
        (
            "--hidden-size",
            options.hidden_size,
            "--weights",
            options.weights,
            "which has its own units",
        ),
        ("--seed", options.seed, "--input and --weights", both, "which leave nothing to draw"),
    )
    for option, value, file, path, reason in conflicts:
        if value is not None and path:
            raise click.UsageError(f"{option}: wanted none with {file}, {reason}, got {value}")
