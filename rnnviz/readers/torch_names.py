"""PyTorch's names of recurrent weights, whatever file they come from, made into parts.

A module's entries share a prefix; ``weight_ih_l1_reverse`` is layer 2 backward, and a cell's own
``weight_ih`` is layer 1. The rows of a recurrent weight over its columns are the gates: 1, 3, 4.
"""

import math
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnviz.arrays import Array, real_array
from rnnviz.cells import CELLS
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError, RnnvizWarning
from rnnviz.model import DIRECTIONS, Layer, Model
from rnnviz.params import NAMES, Params
from rnnviz.readers.parts import Contents, Part, listed, printable

MAX_TOTAL = 2**32  # bytes that a file's recurrent weights may take in float64
_KINDS = (*NAMES, "weight_hr")  # what a recurrent layer's entries start with
_LEAF = re.compile(rf"({'|'.join(NAMES)})(?:_l(\d{{1,4}}))?(_reverse)?")
_PARAMETRIZED = re.compile(r"(?:(.*)\.)?(parametrizations\.(?:weight|bias)_[ih]h\w*\..*)")
_HALVES = ("float16", "bfloat16")
_SHAPES = dict(zip(NAMES, ("(G·H, I)", "(G·H, H)", "(G·H,)", "(G·H,)"), strict=True))
_CELLS = {len(cell.gates): name for name, cell in CELLS.items()}

Slot = tuple[int, str]  # layer from 0, direction


@dataclass(frozen=True)
class Entry:
    """One named array of a file: its shape, its type of number by name, and how to read it.

    It is ``plain`` unless its numbers alone are no weights: quantized, sparse, complex, boolean.
    """

    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], Any]
    plain: bool = True


def named_contents(
    path: Path, kind: str, entries: Mapping[str, Entry], convention: str | None
) -> Contents:
    """Return the parts that the entries of a file make, under a convention if one is given.

    A part that asks for what there is not is refused. Raises RnnvizError where an entry cannot be
    read or the file holds too much; warns with RnnvizWarning of 16-bit weights.
    """
    modules = _modules(tuple(entries))
    belonging = {key: entries[key] for leaves in modules.values() for key in leaves.values()}
    total = sum(8 * math.prod(entry.shape) for entry in belonging.values())
    if total > MAX_TOTAL:
        raise RnnvizError(f"{path}: wanted at most {MAX_TOTAL} bytes of weights, got {total}")
    parts = tuple(_part(name, keys, entries, convention) for name, keys in modules.items())
    for dtype in _HALVES:
        found = [printable(key) for key, entry in belonging.items() if entry.dtype == dtype]
        if found:
            said = f"{dtype} weights ({listed(tuple(found))}), raised to float64 without rounding"
            warnings.warn(f"{path}: {said}", RnnvizWarning, stacklevel=5)  # where load is called
    others = tuple((key, entry.shape) for key, entry in entries.items() if key not in belonging)
    return Contents(kind, parts, others)


def is_recurrent(key: str) -> bool:
    """Whether an entry of this name belongs to a recurrent layer."""
    return bool(_PARAMETRIZED.fullmatch(key)) or key.rpartition(".")[2].startswith(_KINDS)


def _split(key: str) -> tuple[str, str]:
    """Return an entry's module and its name there."""
    found = _PARAMETRIZED.fullmatch(key)
    if found:
        return found[1] or "", found[2]
    module, _, leaf = key.rpartition(".")
    return module, leaf


def _modules(keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return module -> leaf -> key, of the modules that are recurrent, in the file's order."""
    modules: dict[str, dict[str, str]] = {_split(key)[0]: {} for key in keys if is_recurrent(key)}
    for key in keys:
        module, leaf = _split(key)
        if module in modules:
            modules[module][leaf] = key
    return modules


def _part(
    name: str, keys: Mapping[str, str], entries: Mapping[str, Entry], convention: str | None
) -> Part:
    try:
        slots = _slots(keys, convention)
        for leaf, key in keys.items():
            if not entries[key].plain:
                raise RnnvizError(f"{entries[key].dtype} ({leaf})")
    except RnnvizError as error:
        return Part(name, None, str(error))
    read = {leaf: entries[key].read() for leaf, key in keys.items()}  # raises: the file is broken
    try:
        model = _model(slots, read, convention)
    except RnnvizError as error:
        return Part(name, None, str(error))
    open_ = model.layers[0].cell.name == "rnn" and convention is None
    return Part(name, model, "", "tanh: the file does not say which activation" if open_ else "")


def _slots(leaves: Mapping[str, str], convention: str | None) -> dict[Slot, dict[str, str]]:
    """Return layer and direction -> name -> leaf, complete and in order, or raise why not."""
    slots: dict[Slot, dict[str, str]] = {}
    for leaf in sorted(leaves):
        found = _LEAF.fullmatch(leaf)
        if not found:
            raise RnnvizError(_refusal(leaf))
        name, layer, reverse = found.groups()
        slot = slots.setdefault((int(layer or 0), DIRECTIONS[bool(reverse)]), {})
        if name in slot:
            raise RnnvizError(f"{name}: wanted once, got {slot[name]!r} and {leaf!r}")
        slot[name] = leaf
    names = {name for slot in slots.values() for name in slot}
    biases = [name for name in NAMES[2:] if name in names]
    if len(biases) == 1 and convention is None:
        only = next(repr(slot[biases[0]]) for slot in slots.values() if biases[0] in slot)
        raise RnnvizError(f"wanted both biases or none (bias=False), got only {only}")
    directions = DIRECTIONS[: 1 + any(direction == "backward" for _, direction in slots)]
    depth = 1 + max(layer for layer, _ in slots)
    ordered = {
        (layer, way): slots.get((layer, way), {}) for layer in range(depth) for way in directions
    }
    for (layer, way), slot in ordered.items():
        for name in NAMES:
            if name not in slot and (name in names or name in NAMES[:2]):
                wanted = f"{name}_l{layer}{'_reverse' * (way == 'backward')}"
                raise RnnvizError(
                    f"wanted {wanted} too, got {listed(tuple(map(repr, sorted(leaves))))}"
                )
    return ordered


def _refusal(leaf: str) -> str:
    if leaf.startswith("weight_hr"):
        return f"projection ({printable(leaf)})"
    if leaf.startswith("parametrizations."):
        return f"parametrization ({printable(leaf)})"
    if re.fullmatch(r"(weight|bias)_[ih]h(_l\d+)?(_reverse)?_[gv]", leaf):
        return f"weight norm ({leaf})"
    return f"wanted nothing in the layer but {', '.join(NAMES)}, got {leaf!r}"


def _model(
    slots: Mapping[Slot, Mapping[str, str]], read: Mapping[str, Any], convention: str | None
) -> Model:
    layers: dict[int, dict[str, Params]] = {}
    cells: dict[str, str] = {}  # name -> the leaf that says so
    for (layer, direction), names in slots.items():
        given = {
            name: real_array(leaf, read[leaf], _SHAPES[name], (2,) if name in NAMES[:2] else (1,))
            for name, leaf in names.items()
        }
        _check_orientation({names[name]: array for name, array in given.items()})
        cells.setdefault(_cell_name(names["weight_hh"], given["weight_hh"]), names["weight_hh"])
        layers.setdefault(layer, {})[direction] = Params(**given)
    if len(cells) > 1:
        found = " and ".join(f"{CELLS[name].title} in {leaf}" for name, leaf in cells.items())
        raise RnnvizError(f"wanted the same cell in each layer, got {found}")
    biased = len(slots[0, "forward"]) > 2
    plain = {} if biased or convention else {"biases": 0}
    cell = cell_named(next(iter(cells)), convention or "pytorch", **plain)
    return Model(tuple(Layer(cell, params) for params in layers.values()))


def _cell_name(leaf: str, weight: Array) -> str:
    """Return the cell that has so many gates: rows over columns of its recurrent weight."""
    rows, hidden = weight.shape
    if rows % hidden or rows // hidden not in _CELLS:
        cells = ", ".join(f"{gates} ({CELLS[name].title})" for gates, name in _CELLS.items())
        raise RnnvizError(
            f"{leaf}: wanted shape (G·H, H) with G one of {cells} and H = {hidden} columns, "
            f"got {weight.shape}"
        )
    return _CELLS[rows // hidden]


def _check_orientation(given: Mapping[str, Array]) -> None:
    """Raise RnnvizError where a weight would fit if its rows and columns changed places."""
    weights = {leaf: array.shape for leaf, array in given.items() if array.ndim == 2}
    recurrent = next(shape for leaf, shape in weights.items() if "_hh" in leaf)
    hidden, rows = min(recurrent), max(recurrent)
    if rows % hidden or rows // hidden not in _CELLS:
        return  # no cell's: _cell_name says so
    for leaf, shape in weights.items():
        if shape[0] != rows == shape[1]:
            columns = "H" if "_hh" in leaf else "I"
            raise RnnvizError(
                f"{leaf}: wanted shape (G·H, {columns}) with G·H = {rows}, got {shape}, "
                f"which looks transposed (and may have another order of gates)"
            )
