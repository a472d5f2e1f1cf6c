"""Weights in PyTorch's names, from npz or JSON: one layer, one direction, for a given cell."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnnviz.cells import CELLS, Cell
from rnnviz.errors import RnnvizError
from rnnviz.params import NAMES, Params
from rnnviz.readers.checks import checked_extension, read_json, reason
from rnnviz.readers.npy import read_npy

EXTENSIONS = (".npz", ".json")
_KINDS = (*NAMES, "weight_hr")  # what a recurrent layer's entries start with
_BROKEN_ZIP = (
    OSError,
    EOFError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def load_params(path: str | Path, cell: Cell) -> Params:
    """Return the cell's weights from a .npz or .json file in PyTorch's names.

    The names are ``weight_ih_l0`` and so on, or without ``_l0``, under one prefix such as ``gru.``
    or none; entries under other prefixes belong to other modules and are not read. No biases at
    all is ``bias=False``. Raises RnnvizError naming the file for anything else that the layer has
    (more layers, another direction, a projection), for missing entries and for wrong shapes.
    """
    path = Path(path)
    extension = checked_extension(path, EXTENSIONS)
    try:
        if extension == ".npz":
            given = _npz(path)
        else:
            record = read_json(path)
            if not isinstance(record, dict):
                raise RnnvizError(
                    f"{path}: wanted an object with weight_ih and weight_hh, "
                    f"got {type(record).__name__}"
                )
            names = _names(path, tuple(record))
            given = {name: record[key] for name, key in names.items()}
    except _BROKEN_ZIP as error:
        raise RnnvizError(f"{path}: wanted an npz file, got: {reason(error)}") from None
    try:
        _check_orientation(given, len(cell.gates))
        params = Params(**given)
        params.check(cell)
    except RnnvizError as error:
        raise RnnvizError(f"{path}: {error}") from None
    return params


def _npz(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        if len(members) < len(archive.infolist()):
            raise RnnvizError(f"{path}: wanted each entry once, got one twice")
        arrays = {}
        for name, key in _names(path, tuple(members)).items():
            if members[key].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise RnnvizError(f"{path}: {key}: wanted numpy's compression or none, got another")
            with archive.open(members[key]) as file:
                arrays[name] = read_npy(f"{path}: {key}", file, members[key].file_size)
    return arrays


def _names(path: Path, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the key of each parameter by its name, or raise with the reason to refuse the file."""
    split = {key: key.rpartition(".") for key in keys}
    recurrent = [key for key, (_, _, leaf) in split.items() if leaf.startswith(_KINDS)]
    prefixes = list(dict.fromkeys("".join(split[key][:2]) for key in recurrent))
    if not prefixes:
        raise RnnvizError(
            f"{path}: wanted weight_ih_l0 and weight_hh_l0 (PyTorch's names), got {_listed(keys)}"
        )
    if len(prefixes) > 1:
        raise RnnvizError(f"{path}: wanted one layer under one prefix, got {_listed(prefixes)}")
    names: dict[str, str] = {}
    for key, (module, dot, leaf) in split.items():
        if module + dot != prefixes[0]:
            continue
        name = leaf.removesuffix("_l0")
        if name not in NAMES:
            raise RnnvizError(f"{path}: {_refusal(leaf)}, got {key!r}")
        if name in names:
            raise RnnvizError(f"{path}: wanted {name} once, got {names[name]!r} and {key!r}")
        names[name] = key
    for name in ("weight_ih", "weight_hh"):
        if name not in names:
            raise RnnvizError(f"{path}: wanted {name} (or {name}_l0) too, got {_listed(names)}")
    if ("bias_ih" in names) != ("bias_hh" in names):
        found = names.get("bias_ih") or names.get("bias_hh")
        raise RnnvizError(f"{path}: wanted both biases or none (bias=False), got only {found!r}")
    return names


def _refusal(leaf: str) -> str:
    if leaf.endswith("_reverse"):
        return "wanted one direction, no reverse one"
    if leaf.startswith("weight_hr"):
        return "wanted no projection of the hidden state"
    layer = leaf.rpartition("_l")[2]
    if leaf.startswith(NAMES) and layer.isdecimal():
        return "wanted one layer, the first"
    return f"wanted nothing in the layer but {', '.join(NAMES)}, each with or without _l0"


_GATE_COUNTS = {len(cell.gates) for cell in CELLS.values()}


def _listed(names: Any) -> str:
    shown = [repr(name) for name in names]
    more = f" and {len(shown) - 6} more" if len(shown) > 6 else ""
    return (", ".join(shown[:6]) + more) or "nothing"


def _check_orientation(given: Mapping[str, Any], gates: int) -> None:
    """Raise RnnvizError where a weight would fit if its rows and columns changed places."""
    shapes = {}
    for name in ("weight_ih", "weight_hh"):
        try:
            shapes[name] = np.shape(given[name])
        except ValueError:
            return  # ragged: Params says so
        if len(shapes[name]) != 2:
            return
    height, hidden = shapes["weight_hh"]
    upright = height % max(1, hidden) == 0 and height // max(1, hidden) in _GATE_COUNTS
    if upright and height != shapes["weight_ih"][1]:
        return  # upright, if perhaps of another cell: Params.check says so
    hidden = min(shapes["weight_hh"])
    rows = gates * hidden
    for name, columns in (("weight_hh", "H"), ("weight_ih", "I")):
        shape = shapes[name]
        if rows in shapes["weight_hh"] and shape[0] != rows == shape[1]:
            raise RnnvizError(
                f"{name}: wanted shape (G·H, {columns}) with G·H = {rows}, got {shape}, "
                f"which looks transposed (and may have another order of gates)"
            )
