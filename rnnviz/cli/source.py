"""Where a trace comes from: the options that show, trace and render share."""

from dataclasses import dataclass
from pathlib import Path

import click

from rnnviz.cli.finite import Finite
from rnnviz.cli.gathering import gathered
from rnnviz.conventions import CONVENTIONS
from rnnviz.model import DIRECTIONS
from rnnviz.params import MAX_DRAWN


@dataclass(frozen=True)
class Source:
    """The source options as given; None is what was not given."""

    steps: int | None = None
    seed: int | None = None
    input_size: int | None = None
    hidden_size: int | None = None
    input: Path | None = None
    sample: int | None = None
    weights: Path | None = None
    part: str | None = None
    layer: int | None = None
    direction: str | None = None
    convention: str | None = None
    budget: float | None = None
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
        "--sample", type=click.IntRange(min=1), help="Which of a batch in --input, from 1."
    ),
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Weights to run with, such as .pt, .safetensors, .keras, .onnx or .npz.",
    ),
    click.option("--part", metavar="NAME", help="Which part of --weights, as inspect lists them."),
    click.option("--layer", type=click.IntRange(min=1), help="Which layer of --weights.  [1]"),
    click.option("--direction", type=click.Choice(DIRECTIONS), help="Of that layer.  [forward]"),
    click.option(
        "--convention", type=click.Choice(tuple(CONVENTIONS)), help="Variant of the cell."
    ),
    click.option(
        "--budget",
        type=Finite(min=0, min_open=True),
        metavar="GIB",
        help="Memory that the values may take.  [4]",
    ),
    click.option("--h0", callback=_numbers, metavar="A,B,…", help="Initial hidden state."),
    click.option("--c0", callback=_numbers, metavar="A,B,…", help="Initial cell state (LSTM)."),
)


source_options = gathered("source", Source, _OPTIONS)


def check_conflicts(options: Source) -> None:
    """Raise click's UsageError for options that exclude or need each other."""
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
    needing = (
        ("--part", options.part, "--weights", options.weights),
        ("--layer", options.layer, "--weights", options.weights),
        ("--direction", options.direction, "--weights", options.weights),
        ("--sample", options.sample, "--input", options.input),
    )
    for option, given, file, path in needing:
        if given is not None and not path:
            raise click.UsageError(f"{option}: wanted with {file}, got {given!r} alone")
