"""RNN, LSTM and GRU as plain data: ordered steps over named values.

Equations: PyTorch's documentation of ``RNNCell``, ``LSTMCell`` and ``GRUCell``. A parameter block
is named like there: ``W_if`` maps the input to gate f, ``W_hf`` the hidden state, and ``b_if``,
``b_hf`` are their biases.
"""

from dataclasses import dataclass

from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS, REALS


@dataclass(frozen=True)
class Step:
    """One value, ``name = op(*args)``; args are inputs, states, parameters or earlier steps."""

    name: str
    op: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """A block of weights and the value it makes: its key (also the value's name) and its title."""

    key: str
    title: str


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: its steps in an order in which each only needs what came before.

    ``gates`` are in PyTorch's order, which is the order of the weight blocks; ``states`` are the
    values carried in and ``next_state``, in the same order, the values that replace them.
    """

    name: str
    title: str
    convention: str
    gates: tuple[Gate, ...]
    inputs: tuple[str, ...]
    states: tuple[str, ...]
    params: tuple[str, ...]
    steps: tuple[Step, ...]
    next_state: tuple[str, ...]

    def step(self, name: str) -> Step:
        """Return the step that makes ``name``; RnnvizError if no step does."""
        for step in self.steps:
            if step.name == name:
                return step
        names = ", ".join(step.name for step in self.steps)
        raise RnnvizError(f"{self.name}: wanted one of the values {names}, got {name!r}")

    def gate(self, key: str) -> Gate:
        """Return the gate with this key; RnnvizError if there is none."""
        for gate in self.gates:
            if gate.key == key:
                return gate
        keys = ", ".join(gate.key for gate in self.gates)
        raise RnnvizError(f"{self.name}: wanted one of the gates {keys}, got {key!r}")

    @property
    def names(self) -> tuple[str, ...]:
        """Every value of one timestep, in order: inputs, previous states, steps."""
        return (*self.inputs, *self.states, *(step.name for step in self.steps))

    def range(self, name: str) -> tuple[float, float]:
        """Return the open interval that the value lies in, whatever the weights."""
        if name in self.inputs + self.states:
            return REALS
        return OPS[self.step(name).op].range


def _blocks(gates: tuple[Gate, ...]) -> tuple[str, ...]:
    return tuple(f"{kind}{gate.key}" for gate in gates for kind in ("W_i", "W_h", "b_i", "b_h"))


def _linear(key: str, side: str) -> Step:
    source, letter = ("x", "i") if side == "x" else ("h_prev", "h")
    return Step(f"{key}_{side}", "linear", (f"W_{letter}{key}", source, f"b_{letter}{key}"))


def _gate(key: str, activation: str) -> tuple[Step, ...]:
    return (
        _linear(key, "x"),
        _linear(key, "h"),
        Step(f"{key}_pre", "add", (f"{key}_x", f"{key}_h")),
        Step(key, activation, (f"{key}_pre",)),
    )


_RNN_GATES = (Gate("h", "Hidden state"),)
_LSTM_GATES = (
    Gate("i", "Input gate"),
    Gate("f", "Forget gate"),
    Gate("g", "Candidate"),
    Gate("o", "Output gate"),
)
_GRU_GATES = (Gate("r", "Reset gate"), Gate("z", "Update gate"), Gate("n", "Candidate"))

RNN = Cell(
    name="rnn",
    title="RNN",
    convention="tanh · two biases",
    gates=_RNN_GATES,
    inputs=("x",),
    states=("h_prev",),
    params=_blocks(_RNN_GATES),
    steps=_gate("h", "tanh"),
    next_state=("h",),
)
LSTM = Cell(
    name="lstm",
    title="LSTM",
    convention="PyTorch gates · two biases a gate",
    gates=_LSTM_GATES,
    inputs=("x",),
    states=("h_prev", "c_prev"),
    params=_blocks(_LSTM_GATES),
    steps=(
        *_gate("i", "sigmoid"),
        *_gate("f", "sigmoid"),
        *_gate("g", "tanh"),
        *_gate("o", "sigmoid"),
        Step("fc", "mul", ("f", "c_prev")),
        Step("ig", "mul", ("i", "g")),
        Step("c", "add", ("fc", "ig")),
        Step("tanh_c", "tanh", ("c",)),
        Step("h", "mul", ("o", "tanh_c")),
    ),
    next_state=("h", "c"),
)
GRU = Cell(
    name="gru",
    title="GRU",
    convention="PyTorch: reset after the product · z keeps h",
    gates=_GRU_GATES,
    inputs=("x",),
    states=("h_prev",),
    params=_blocks(_GRU_GATES),
    steps=(
        *_gate("r", "sigmoid"),
        *_gate("z", "sigmoid"),
        _linear("n", "x"),
        _linear("n", "h"),
        Step("rn", "mul", ("r", "n_h")),
        Step("n_pre", "add", ("n_x", "rn")),
        Step("n", "tanh", ("n_pre",)),
        Step("z_not", "one_minus", ("z",)),
        Step("zn", "mul", ("z_not", "n")),
        Step("zh", "mul", ("z", "h_prev")),
        Step("h", "add", ("zn", "zh")),
    ),
    next_state=("h",),
)
CELLS: dict[str, Cell] = {cell.name: cell for cell in (RNN, LSTM, GRU)}


def cell_named(name: str) -> Cell:
    """Return the cell with this name (``rnn``, ``lstm``, ``gru``); RnnvizError if none has it."""
    try:
        return CELLS[name]
    except KeyError:
        raise RnnvizError(f"cell: wanted one of {', '.join(CELLS)}, got {name!r}") from None
