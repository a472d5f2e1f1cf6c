"""RNN, LSTM and GRU and their variants as plain data: ordered steps over named values.

Equations: PyTorch's documentation of ``RNNCell``, ``LSTMCell`` and ``GRUCell``; for a GRU that
resets before the product Cho et al. 2014, for peepholes Gers and Schmidhuber 2000. A parameter
block is named like in PyTorch: ``W_if`` maps the input to gate f, ``W_hf`` the hidden state, and
``b_if``, ``b_hf`` are their biases; a gate with one bias has ``b_f``, a peephole is ``p_f``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from rnnviz.errors import RnnvizError
from rnnviz.ops import OPS, REALS

Choice = str | int | bool


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
    ``choices`` say which variant it is, ``convention`` says so in words.
    """

    name: str
    title: str
    choices: tuple[tuple[str, Choice], ...]
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
    def biases(self) -> int:
        """Biases a gate: 0, 1 or 2."""
        return int(dict(self.choices)["biases"])

    def __hash__(self) -> int:
        """Return the hash of what tells cells apart."""
        return hash((self.name, self.choices))

    @cached_property
    def peepholes(self) -> tuple[str, ...]:
        """The blocks of peephole weights, in the order i, f, o; empty without them."""
        return tuple(name for name in self.params if name.startswith("p_"))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every value of one timestep, in order: inputs, previous states, steps."""
        return (*self.inputs, *self.states, *(step.name for step in self.steps))

    def range(self, name: str) -> tuple[float, float]:
        """Return the open interval that the value lies in, whatever the weights."""
        if name in self.inputs + self.states:
            return REALS
        return OPS[self.step(name).op].range


def _blocks(gates: tuple[Gate, ...], biases: int) -> tuple[str, ...]:
    kinds = ("W_i", "W_h", *(((), ("b_",), ("b_i", "b_h"))[biases]))
    return tuple(f"{kind}{gate.key}" for gate in gates for kind in kinds)


def _product(name: str, weight: str, source: str, bias: str | None) -> Step:
    if bias is None:
        return Step(name, "matmul", (weight, source))
    return Step(name, "linear", (weight, source, bias))


def _from_x(key: str, biases: int, one: bool = False) -> Step:
    """Return the input's part of a gate; a single bias is the other part's unless ``one``."""
    bias = f"b_i{key}" if biases == 2 else f"b_{key}" if biases and one else None
    return _product(f"{key}_x", f"W_i{key}", "x", bias)


def _from_h(key: str, biases: int, source: str = "h_prev", one: bool = True) -> Step:
    bias = f"b_h{key}" if biases == 2 else f"b_{key}" if biases and one else None
    return _product(f"{key}_h", f"W_h{key}", source, bias)


def _gate(key: str, activation: str, biases: int) -> tuple[Step, ...]:
    return (
        _from_x(key, biases),
        _from_h(key, biases),
        Step(f"{key}_pre", "add", (f"{key}_x", f"{key}_h")),
        Step(key, activation, (f"{key}_pre",)),
    )


def _peeping(key: str, state: str, biases: int) -> tuple[Step, ...]:
    return (
        _from_x(key, biases),
        _from_h(key, biases),
        Step(f"{key}_c", "mul", (f"p_{key}", state)),
        Step(f"{key}_pre", "add3", (f"{key}_x", f"{key}_h", f"{key}_c")),
        Step(key, "sigmoid", (f"{key}_pre",)),
    )


_BIASES = ("no biases", "one bias", "two biases")
_RNN_GATES = (Gate("h", "Hidden state"),)
_LSTM_GATES = (
    Gate("i", "Input gate"),
    Gate("f", "Forget gate"),
    Gate("g", "Candidate"),
    Gate("o", "Output gate"),
)
_GRU_GATES = (Gate("r", "Reset gate"), Gate("z", "Update gate"), Gate("n", "Candidate"))
_GRU_NAMES = {  # reset, update, biases: who writes it so
    ("after", "keep", 2): "PyTorch: ",
    ("before", "keep", 2): "ONNX: ",
    ("before", "keep", 1): "Keras 1: ",
    ("before", "keep", 0): "Cho 2014: ",
}


def rnn(activation: str = "tanh", biases: int = 2, form: str = "sum") -> Cell:
    """Return an RNN cell; activation tanh or relu, biases 0 to 2.

    ``form`` is ``sum``, h = tanh(W_ih x + b_ih + W_hh h_prev + b_hh), or ``dense``, two dense
    layers: h = tanh(W_hh (relu(W_ih x + b_ih) + h_prev) + b_hh), each with its bias.
    """
    _check("activation", activation, ("tanh", "relu"))
    _check("form", form, ("sum", "dense"))
    _check("biases", biases, (0, 1, 2) if form == "sum" else (0, 2))
    two = f"{_BIASES[biases]}"
    if form == "sum":
        steps, said = _gate("h", activation, biases), f"{activation} · {two}"
    else:
        steps = (
            _from_x("h", biases),
            Step("u", "relu", ("h_x",)),
            Step("s", "add", ("u", "h_prev")),
            _product("h_pre", "W_hh", "s", "b_hh" if biases else None),
            Step("h", activation, ("h_pre",)),
        )
        said = f"two dense layers, relu and {activation}" + ("" if biases else " · no biases")
    return Cell(
        name="rnn",
        title="RNN",
        choices=(("activation", activation), ("biases", biases), ("form", form)),
        convention=said,
        gates=_RNN_GATES,
        inputs=("x",),
        states=("h_prev",),
        params=_blocks(_RNN_GATES, biases),
        steps=steps,
        next_state=("h",),
    )


def lstm(biases: int = 2, peepholes: bool = False) -> Cell:
    """Return an LSTM cell; biases 0 to 2, with peepholes from c to the gates or without."""
    _check("biases", biases, (0, 1, 2))
    _check("peepholes", peepholes, (False, True))
    said = ("peepholes · " if peepholes else "PyTorch gates · ") + _BIASES[biases]

    def gate(key: str, state: str = "c_prev") -> tuple[Step, ...]:
        return _peeping(key, state, biases) if peepholes else _gate(key, "sigmoid", biases)

    cell_state = (
        Step("fc", "mul", ("f", "c_prev")),
        Step("ig", "mul", ("i", "g")),
        Step("c", "add", ("fc", "ig")),
    )
    o = gate("o", "c")  # looks at the new cell state, so it comes after it
    return Cell(
        name="lstm",
        title="LSTM",
        choices=(("biases", biases), ("peepholes", peepholes)),
        convention=said + (" a gate" if biases else ""),
        gates=_LSTM_GATES,
        inputs=("x",),
        states=("h_prev", "c_prev"),
        params=_blocks(_LSTM_GATES, biases) + (("p_i", "p_f", "p_o") if peepholes else ()),
        steps=(
            *gate("i"),
            *gate("f"),
            *_gate("g", "tanh", biases),
            *((*cell_state, *o) if peepholes else (*o, *cell_state)),
            Step("tanh_c", "tanh", ("c",)),
            Step("h", "mul", ("o", "tanh_c")),
        ),
        next_state=("h", "c"),
    )


def gru(reset: str = "after", update: str = "keep", biases: int = 2) -> Cell:
    """Return a GRU cell; biases 0 to 2.

    ``reset`` after the recurrent product, r ⊙ (W_hn h_prev + b_hn), or before it, W_hn (r ⊙ h_prev)
    + b_hn. What z = 1 does is ``update``: keep, h = (1 − z) ⊙ n + z ⊙ h_prev, or replace,
    h = z ⊙ n + (1 − z) ⊙ h_prev. A single bias of n stays outside of r.
    """
    _check("reset", reset, ("after", "before"))
    _check("update", update, ("keep", "replace"))
    _check("biases", biases, (0, 1, 2))
    if reset == "after":
        candidate = (
            _from_x("n", biases, one=True),
            _from_h("n", biases, one=False),
            Step("rn", "mul", ("r", "n_h")),
            Step("n_pre", "add", ("n_x", "rn")),
        )
    else:
        candidate = (
            _from_x("n", biases),
            Step("rh", "mul", ("r", "h_prev")),
            _from_h("n", biases, "rh"),
            Step("n_pre", "add", ("n_x", "n_h")),
        )
    writes, keeps = ("z_not", "z") if update == "keep" else ("z", "z_not")
    name = _GRU_NAMES.get((reset, update, biases), "")
    said = f"{name}reset {reset} the product · z {update}s h"
    return Cell(
        name="gru",
        title="GRU",
        choices=(("reset", reset), ("update", update), ("biases", biases)),
        convention=said if name else f"{said} · {_BIASES[biases]}",
        gates=_GRU_GATES,
        inputs=("x",),
        states=("h_prev",),
        params=_blocks(_GRU_GATES, biases),
        steps=(
            *_gate("r", "sigmoid", biases),
            *_gate("z", "sigmoid", biases),
            *candidate,
            Step("n", "tanh", ("n_pre",)),
            Step("z_not", "one_minus", ("z",)),
            Step("zn", "mul", (writes, "n")),
            Step("zh", "mul", (keeps, "h_prev")),
            Step("h", "add", ("zn", "zh")),
        ),
        next_state=("h",),
    )


def _check(name: str, value: Choice, wanted: tuple[Choice, ...]) -> None:
    if not any(value == one and isinstance(value, type(one)) for one in wanted):
        listed = ", ".join(map(str, wanted))
        raise RnnvizError(f"{name}: wanted one of {listed}, got {value!r}")


MAKERS: dict[str, Callable[..., Cell]] = {"rnn": rnn, "lstm": lstm, "gru": gru}
RNN, LSTM, GRU = rnn(), lstm(), gru()  # PyTorch's
CELLS: dict[str, Cell] = {cell.name: cell for cell in (RNN, LSTM, GRU)}
