"""A trace as a file: JSON and npz, which can be read back, and CSV for spreadsheets.

JSON schema, version 2::

    {"format": "rnnviz-trace", "schema": 2, "dtype": "float64",
     "cell": "lstm", "choices": {"biases": 2, "peepholes": false},   which variant of the cell
     "sizes": {"T": 3, "B": 1, "I": 3, "H": 2},
     "lengths": null or [B],                                 timesteps of each sample
     "reverse": false,                                       whether it reads from the end
     "states": {"h_prev": [B][H], "c_prev": [B][H]},         where the sequence started
     "params": {"weight_ih": [G·H][I], "weight_hh": [G·H][H], "bias_ih": [G·H], "bias_hh": [G·H]},
     "values": {"x": [T][B][I], "h_prev": [T][B][H], …}}      every name, in order of computation

A cell has the biases that it has, and ``peepholes`` [3·H] where it has those. The npz holds the
same under ``states/…``, ``params/…`` and ``values/…``, with ``choices`` as JSON text. The CSV is
long form: ``t,b,name,unit,value`` with t, b and unit counted from 0.
"""

import csv
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rnnviz.arrays import real_array
from rnnviz.conventions import cell_named
from rnnviz.errors import RnnvizError
from rnnviz.files import replacing
from rnnviz.params import NAMES, Params
from rnnviz.tracing import Trace
from rnnviz.tracing import trace as run_trace

FORMAT, SCHEMA = "rnnviz-trace", 2
AGREE = 1e-9  # relative: far above the rounding of any processor, far below a wrong weight
AGREE_32 = 1e-4  # the same for float32


def to_json(trace: Trace, path: str | Path) -> None:
    """Write the trace as JSON (schema above), exactly; an existing file is replaced when done.

    Raises RnnvizError for a trace that does not keep every value.
    """
    record = {
        **_head(trace),
        "sizes": trace.sizes,
        "states": {name: value.tolist() for name, value in trace.states.items()},
        "params": {name: value.tolist() for name, value in trace.params.arrays.items()},
        "values": {name: trace[name].tolist() for name in trace.names},
    }
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(record, allow_nan=False) + "\n", encoding="utf-8")


def to_npz(trace: Trace, path: str | Path) -> None:
    """Write the trace as npz: arrays of numbers and text, no pickled objects.

    Raises RnnvizError for a trace that does not keep every value.
    """
    head = _head(trace)
    lengths = head.pop("lengths")
    arrays: dict[str, Any] = {
        **{key: np.array(value) for key, value in head.items() if key != "choices"},
        "choices": np.array(json.dumps(head["choices"])),
        **({} if lengths is None else {"lengths": np.array(lengths)}),
        **{f"states/{name}": value for name, value in trace.states.items()},
        **{f"params/{name}": value for name, value in trace.params.arrays.items()},
        **{f"values/{name}": trace[name] for name in trace.names},
    }
    with replacing(Path(path)) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def _head(trace: Trace) -> dict[str, Any]:
    missing = [name for name in trace.cell.names if name not in trace.values]
    if missing:
        raise RnnvizError(f"trace: wanted every value kept to write it, got no {missing[0]}")
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "dtype": str(trace["h"].dtype),
        "cell": trace.cell.name,
        "choices": dict(trace.cell.choices),
        "lengths": None if trace.lengths is None else trace.lengths.tolist(),
        "reverse": trace.reverse,
    }


def to_csv(trace: Trace, path: str | Path) -> None:
    """Write one line a number: t, b, name, unit (all from 0) and the value in full precision.

    Of an excerpt only the units and inputs that it shows.
    """
    with (
        replacing(Path(path)) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("t", "b", "name", "unit", "value"))
        for t in range(trace.sizes["T"]):
            for b in range(trace.sizes["B"]):
                if t >= trace.length(b):
                    continue
                for name, vector in trace.at(t, b).items():
                    for unit in trace.shown(name):
                        writer.writerow((t, b, name, unit, repr(float(vector[unit]))))


def from_json(path: str | Path) -> Trace:
    """Read a trace back from JSON; RnnvizError if it is none or its values do not follow."""
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise RnnvizError(f"{path}: wanted a JSON trace, got: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise RnnvizError(f"{path}: wanted a JSON trace, got: {error}") from None
    if not isinstance(record, dict):
        raise RnnvizError(f"{path}: wanted a JSON object, got {type(record).__name__}")
    parts: dict[str, Mapping[str, Any]] = {}
    for key in ("states", "params", "values"):
        part = record.get(key)
        if not isinstance(part, dict):
            raise RnnvizError(f"{path}: wanted an object under {key!r}, got {part!r:.40}")
        parts[key] = part
    return _rebuild(path, record, **parts)


def from_npz(path: str | Path) -> Trace:
    """Read a trace back from npz; RnnvizError if it is none or its values do not follow."""
    try:
        with Path(path).open("rb") as raw:  # np.load leaves a damaged zip open
            file = np.load(raw, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("a single array")
            arrays = {name: file[name] for name in file.files}
    except OSError as error:
        raise RnnvizError(f"{path}: wanted an npz trace, got: {error.strerror}") from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise RnnvizError(f"{path}: wanted an npz trace, got: {error}") from None
    head: dict[str, Any] = {}
    for key in ("format", "schema", "dtype", "cell", "choices", "reverse"):
        if key in arrays:
            if arrays[key].ndim:
                raise RnnvizError(
                    f"{path}: wanted one value under {key!r}, got shape {arrays[key].shape}"
                )
            head[key] = arrays[key].item()
    head["lengths"] = arrays.get("lengths")
    try:
        head["choices"] = json.loads(str(head.get("choices", "null")))
    except (ValueError, RecursionError) as error:
        raise RnnvizError(f"{path}: wanted JSON under 'choices', got: {error}") from None
    groups: dict[str, dict[str, Any]] = {"states": {}, "params": {}, "values": {}}
    for name, array in arrays.items():
        part, _, key = name.partition("/")
        if key and part in groups:
            groups[part][key] = array
    return _rebuild(path, head, **groups)


def _rebuild(
    path: str | Path,
    head: Mapping[str, Any],
    states: Mapping[str, Any],
    params: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Trace:
    if head.get("format") != FORMAT or head.get("schema") != SCHEMA:
        found = f"{head['format']!r}" if head.get("format") else "a file without a format"
        raise RnnvizError(
            f"{path}: wanted format {FORMAT!r} with schema {SCHEMA}, "
            f"got {found} with schema {head.get('schema')!r}"
        )
    try:
        choices = head.get("choices")
        if not isinstance(choices, dict):
            raise RnnvizError(f"wanted an object under 'choices', got {choices!r:.40}")
        cell = cell_named(str(head.get("cell")), **choices)
        wanted = ((cell.names, values), (NAMES[:2], params), (cell.states, states))
        for key, part in ((key, part) for keys, part in wanted for key in keys):
            if key not in part:
                raise RnnvizError(f"wanted {key!r}, got none")
        unknown = sorted(set(params) - {*NAMES, "peepholes"})
        if unknown:
            raise RnnvizError(f"wanted no parameter {unknown[0]!r}, got one")
        again = replace(
            run_trace(
                cell,
                values["x"],
                Params(**params),
                h0=states["h_prev"],
                c0=states.get("c_prev"),
                lengths=head.get("lengths"),
                dtype=str(head.get("dtype")),
            ),
            reverse=bool(head.get("reverse")),
        )
        stored_values = {
            name: real_array(repr(name), values[name], "(T, B, H)", (3,)) for name in cell.names
        }
    except RnnvizError as error:
        raise RnnvizError(f"{path}: {error}") from None
    near = AGREE if again["h"].dtype == np.float64 else AGREE_32
    for name, stored in stored_values.items():
        if stored.shape != again[name].shape or not np.allclose(
            stored, again[name], rtol=near, atol=near
        ):
            raise RnnvizError(f"{path}: wanted {name!r} to follow from x and params, it does not")
    return again
