"""``rnnviz inspect``: the recurrent parts of a file of weights, and what else is in it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnviz.cli.lazy import one_line
from rnnviz.cli.printing import line_width, print_parts
from rnnviz.model import Model
from rnnviz.readers import Contents, Part, contents

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

OTHERS = 12  # other entries that are named; the rest is counted
COLUMNS = ("part", "cell", "layers", "directions", "I", "H", "parameters", "convention")
NUMBERS = ("layers", "I", "H", "parameters")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every entry.")
def inspect(file: Path, as_json: bool) -> None:
    """List what a file of weights holds.

    FILE is .pt, .pth, .safetensors, .keras, .h5, .onnx, .npz or .json. I inputs, H hidden units of
    one direction; a part that rnnviz cannot compute says why.
    """
    found = contents(file)
    if as_json:
        click.echo(json.dumps(_record(file, found), indent=1))
    else:
        print_parts(_parts(file, found), line_width())


def _parts(file: Path, found: Contents) -> "Iterator[RenderableType]":
    count = len(found.parts)
    name = one_line(str(file))
    yield f"{name}: {found.format}, {count or 'no'} recurrent part{'s' * (count != 1)}"
    if any(part.model for part in found.parts):
        yield ""
        yield _table(found)
    notes = [
        f"{_named(part)}: {verb} {one_line(said)}"
        for part in found.parts
        for verb, said in (("refused,", part.refusal), ("assumed", part.assumed))
        if said
    ]
    if found.others:
        shown = [f"{one_line(name)} {shape}" for name, shape in found.others[:OTHERS]]
        more = len(found.others) - len(shown)
        notes.append(f"other entries: {', '.join(shown)}{f' and {more} more' if more else ''}")
    for note in notes:
        yield ""
        yield note


def _table(found: Contents) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in COLUMNS[:-1]:
        table.add_column(column, justify="right" if column in NUMBERS else "left", no_wrap=True)
    table.add_column(COLUMNS[-1])
    for part in found.parts:
        if part.model:
            table.add_row(_named(part), *_row(part.model))
    return table


def _row(model: Model) -> tuple[str, ...]:
    first = model.layers[0]
    around = [
        *(["behind an embedding"] if model.embedding is not None else []),
        *([f"with a {model.readout.activation} readout"] if model.readout else []),
    ]
    return (
        _each(layer.cell.title for layer in model.layers),
        str(len(model.layers)),
        _each(" + ".join(layer.directions) for layer in model.layers),
        str(first.input_size),
        _each(str(layer.hidden_size) for layer in model.layers),
        str(model.parameters),
        "; ".join([_each(layer.cell.convention for layer in model.layers), *around]),
    )


def _each(said: Iterable[str]) -> str:
    """Return what is said of the layers from the first on, once where all are the same."""
    every = tuple(said)
    return every[0] if len(set(every)) == 1 else ", ".join(every)


def _named(part: Part) -> str:
    return one_line(part.name) or "(no name)"


def _record(file: Path, found: Contents) -> dict[str, Any]:
    return {
        "file": str(file),
        "format": found.format,
        "parts": [_part_record(part) for part in found.parts],
        "others": [{"name": name, "shape": shape} for name, shape in found.others],
    }


def _part_record(part: Part) -> dict[str, Any]:
    record: dict[str, Any] = {"name": part.name, "refusal": part.refusal, "assumed": part.assumed}
    if part.model is None:
        return record
    layers = [
        {
            "cell": layer.cell.name,
            "convention": layer.cell.convention,
            "choices": dict(layer.cell.choices),
            "directions": layer.directions,
            "input_size": layer.input_size,
            "hidden_size": layer.hidden_size,
        }
        for layer in part.model.layers
    ]
    return record | {"parameters": part.model.parameters, "layers": layers}
