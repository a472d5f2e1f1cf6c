"""What the source options make: a sequence, weights, and the trace of one layer over it."""

from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array
from rnnviz.cells import CELLS, Cell
from rnnviz.cli.source import Source, check_conflicts
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.model import Layer, Model
from rnnviz.params import MAX_DRAWN, demo
from rnnviz.readers import load, load_sequence
from rnnviz.tracing import BUDGET, Trace, trace


@dataclass(frozen=True)
class Read:
    """A trace, and which layer it is of, in full and as a title; empty for a single one."""

    trace: Trace
    where: str = ""
    title: str = ""


def read_trace(cell_name: str, options: Source, batch: bool = False) -> Read:
    """Return the trace that the options describe; with none given it is the demo.

    What is not read from a file is drawn. Initial states are those of the demo as long as nothing
    is read, else zero unless given. An empty ``cell_name`` takes weights of any cell. Raises
    click's UsageError for options that exclude each other, and unless ``batch`` for several samples
    of which none is chosen; RnnvizError for bad data.
    """
    check_conflicts(options)
    model = _model(cell_name, options) if options.weights else None
    x = _input(options, batch) if options.input else None
    states: dict[str, Any] = {}
    if model is None or x is None:
        sizes = {
            "steps": options.steps,
            "seed": options.seed,
            "input_size": _width(options, model, x),
            "hidden_size": options.hidden_size,
        }
        cell = _demo_cell(cell_name, options)
        drawn = demo(cell, **{name: size for name, size in sizes.items() if size is not None})
        states = dict(drawn.states) if model is None and x is None else {}
        model = model or Model((Layer(cell, {"forward": drawn.params}),))
        x = drawn.x if x is None else x
    if options.h0 is not None:
        states["h_prev"] = options.h0
    if options.c0 is not None:
        states["c_prev"] = options.c0
    try:
        return _traced(model, x, states, options)
    except RnnvizError as error:
        raise _named(error, options) from None


def _traced(model: Model, x: Array, states: dict[str, Any], options: Source) -> Read:
    """Return the trace of the chosen layer, which runs on what those below it make of x."""
    layer, direction = _place(model, options)
    chosen = model.layers[layer]
    budget = int((options.budget or BUDGET / 2**30) * 2**30)
    single = len(model.layers) == 1 and chosen.directions == ("forward",)
    if single and model.embedding is None:
        params = chosen.params["forward"]
        h0, c0 = states.get("h_prev"), states.get("c_prev")
        return Read(trace(chosen.cell, x, params, h0=h0, c0=c0, budget=budget))
    if states:
        option = "--h0" if options.h0 else "--c0"
        raise click.UsageError(
            f"{option}: wanted for a single layer that reads forward, got {_said(model)}"
        )
    given = x if model.embedding is None else _tokens(x)
    made = model.trace(given, budget=budget)[layer, direction]
    if single:
        return Read(made)
    way = direction if direction == "forward" else f"{direction} from the end"
    return Read(
        made,
        f"layer {layer + 1} of {len(model.layers)}, {way}",
        f"{chosen.cell.title}, layer {layer + 1}, {direction}",
    )


def _tokens(x: Array) -> NDArray[np.int64]:
    """Return x (T, 1) or (T, B, 1) as whole numbers (T,) or (T, B), for an embedding to look up."""
    tokens = x[..., 0].astype(np.int64)
    if x.shape[-1] != 1 or np.any(tokens != x[..., 0]):
        raise RnnvizError(
            f"x: wanted one whole number a timestep for the embedding, got shape {x.shape}"
            + (" with fractions" if x.shape[-1] == 1 else "")
        )
    return tokens


def _model(cell_name: str, options: Source) -> Model:
    """Return the model in the file of weights; RnnvizError where it is of another cell."""
    assert options.weights is not None
    model = load(options.weights, options.part, options.convention)
    layer, _ = _place(model, options)
    if cell_name and model.layers[layer].cell.name != cell_name:
        wanted = f"the weights of {_article(CELLS[cell_name].title)}"
        found = _said(model)
        if len({one.cell.name for one in model.layers}) > 1:
            found = f"{_article(model.layers[layer].cell.title)} in layer {layer + 1}"
        raise RnnvizError(f"{options.weights}: wanted {wanted}, got {found}")
    return model


def _place(model: Model, options: Source) -> tuple[int, str]:
    """Return the chosen layer, from 0, and direction; click's UsageError if it is not there."""
    count = len(model.layers)
    number = options.layer or 1
    if number > count:
        raise click.UsageError(f"--layer: wanted 1 to {count}, got {number}")
    directions = model.layers[number - 1].directions
    direction = options.direction or directions[0]
    if direction not in directions:
        raise click.UsageError(f"--direction: wanted {directions[0]}, got {direction!r}")
    return number - 1, direction


def _said(model: Model) -> str:
    """Return what a model is, such as ``an LSTM of 2 layers in two directions``."""
    said = _article(model.layers[0].cell.title)
    if len(model.layers) > 1:
        said += f" of {len(model.layers)} layers"
    directions = model.layers[0].directions
    if len(directions) > 1:
        return f"{said} in two directions"
    return said if directions == ("forward",) else f"{said} that reads backward"


def _article(title: str) -> str:
    return f"a {title}" if title == "GRU" else f"an {title}"


def _demo_cell(cell_name: str, options: Source) -> Cell:
    if options.weights:
        return CELLS[cell_name or "rnn"]  # only x is drawn, the same for all
    try:
        return cell_named(cell_name, options.convention or "pytorch")
    except RnnvizError as error:
        raise click.UsageError(f"--{error}") from None


def _input(options: Source, batch: bool) -> Array:
    """Return the sequence, (T, I), or (T, B, I) with the chosen sample alone."""
    assert options.input is not None
    x = load_sequence(options.input)
    samples = x.shape[1] if x.ndim == 3 else 1
    if options.sample is None:
        if samples > 1 and not batch:
            raise click.UsageError(
                f"--sample: wanted 1 to {samples}, since --input holds {samples} samples, got none"
            )
        return x
    if options.sample > samples:
        raise click.UsageError(f"--sample: wanted 1 to {samples}, got {options.sample}")
    return x[:, options.sample - 1 : options.sample] if x.ndim == 3 else x


def _named(error: RnnvizError, options: Source) -> RnnvizError:
    """Return the error with the option or file in front that its parameter came from."""
    name, _, rest = str(error).partition(": ")
    if "(budget=)" in rest:
        needed = rest.partition("; ")[0].replace("(budget=)", "(--budget)")
        return RnnvizError(f"{name}: {needed}; a shorter --input or a larger --budget would do")
    if name == "x" and options.input:
        return RnnvizError(f"{options.input}: {error}")
    if (name == "h0" and options.h0) or (name == "c0" and options.c0):
        return RnnvizError(f"--{name}: {rest}")
    return error


def _width(options: Source, model: Model | None, x: Array | None) -> int | None:
    """Return how many inputs to draw for; RnnvizError where a file asks for more than is drawn."""
    wanted = model.layers[0].input_size if model else None
    width = wanted or (options.input_size if x is None else x.shape[-1])
    if model and model.embedding is not None:
        raise RnnvizError(
            "--input: wanted a file, since --weights starts with an embedding, got none"
        )
    if width is not None and width > MAX_DRAWN:
        file, other = ("--weights", "--input") if wanted else ("--input", "--weights")
        raise RnnvizError(
            f"{other}: wanted a file, since {file} has {width} inputs and at most {MAX_DRAWN} "
            f"are drawn, got none"
        )
    return width
