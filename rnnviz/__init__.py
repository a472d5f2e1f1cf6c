"""See every number inside a recurrent cell: trace an RNN, LSTM or GRU and animate its values."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnnviz.errors import RnnvizError

if TYPE_CHECKING:
    from rnnviz.cells import CELLS, Cell
    from rnnviz.export import from_json, from_npz
    from rnnviz.params import Params, demo
    from rnnviz.readers import load_params, load_sequence
    from rnnviz.scalars import Neuron, neuron
    from rnnviz.tracing import Trace, trace

__version__ = "0.1.0"
__all__ = [
    "CELLS",
    "Cell",
    "Neuron",
    "Params",
    "RnnvizError",
    "Trace",
    "__version__",
    "demo",
    "from_json",
    "from_npz",
    "load_params",
    "load_sequence",
    "neuron",
    "trace",
]
# loaded when first used, so that the command line's --help need not wait for numpy
_HOMES = {
    "CELLS": "cells",
    "Cell": "cells",
    "Neuron": "scalars",
    "Params": "params",
    "Trace": "tracing",
    "demo": "params",
    "from_json": "export",
    "from_npz": "export",
    "load_params": "readers",
    "load_sequence": "readers",
    "neuron": "scalars",
    "trace": "tracing",
}


def __getattr__(name: str) -> Any:
    """Return a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rnnviz' has no attribute {name!r}")
    value = getattr(import_module(f"rnnviz.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return __all__
