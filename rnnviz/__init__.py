"""See every number inside a recurrent cell: trace an RNN, LSTM or GRU and animate its values."""

from rnnviz.cells import CELLS, Cell
from rnnviz.errors import RnnvizError
from rnnviz.export import from_json, from_npz
from rnnviz.neuron import Neuron, neuron
from rnnviz.params import Params, demo
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
    "neuron",
    "trace",
]
