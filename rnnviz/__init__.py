"""See every number inside a recurrent cell: trace an RNN, LSTM or GRU and animate its values."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnnviz.errors import RnnvizError, RnnvizWarning

if TYPE_CHECKING:
    from rnnviz.cells import CELLS, Cell
    from rnnviz.conventions import CONVENTIONS, cell_named, convert
    from rnnviz.export import from_json, from_npz
    from rnnviz.generation import EncoderDecoder, most_likely, one_hot
    from rnnviz.gradients import Gradients
    from rnnviz.losses import Loss, cross_entropy, squared_error
    from rnnviz.model import Layer, Model, Readout
    from rnnviz.model_gradients import ModelGradients
    from rnnviz.model_trace import ModelTrace
    from rnnviz.params import Params, demo
    from rnnviz.readers import contents, load, load_sequence
    from rnnviz.scalars import Neuron, neuron
    from rnnviz.tracing import Trace, trace
    from rnnviz.web.notebook import explore

__version__ = "0.1.0"
__all__ = [
    "CELLS",
    "CONVENTIONS",
    "Cell",
    "EncoderDecoder",
    "Gradients",
    "Layer",
    "Loss",
    "Model",
    "ModelGradients",
    "ModelTrace",
    "Neuron",
    "Params",
    "Readout",
    "RnnvizError",
    "RnnvizWarning",
    "Trace",
    "__version__",
    "cell_named",
    "contents",
    "convert",
    "cross_entropy",
    "demo",
    "explore",
    "from_json",
    "from_npz",
    "load",
    "load_sequence",
    "most_likely",
    "neuron",
    "one_hot",
    "squared_error",
    "trace",
]
# loaded when first used, so that the command line's --help need not wait for numpy
_HOMES = {
    "CELLS": "cells",
    "CONVENTIONS": "conventions",
    "Cell": "cells",
    "EncoderDecoder": "generation",
    "Gradients": "gradients",
    "Layer": "model",
    "Loss": "losses",
    "Model": "model",
    "ModelGradients": "model_gradients",
    "ModelTrace": "model_trace",
    "Neuron": "scalars",
    "Params": "params",
    "Readout": "model",
    "Trace": "tracing",
    "cell_named": "conventions",
    "contents": "readers",
    "convert": "conventions",
    "cross_entropy": "losses",
    "demo": "params",
    "explore": "web.notebook",
    "from_json": "export",
    "from_npz": "export",
    "load": "readers",
    "load_sequence": "readers",
    "most_likely": "generation",
    "neuron": "scalars",
    "one_hot": "generation",
    "squared_error": "losses",
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
