"""What is seen, in one sentence with its numbers: the default caption of every beat."""

from collections.abc import Callable
from dataclasses import dataclass

from rnnviz.equations import subscript
from rnnviz.rounding import DIGITS, percent, show
from rnnviz.tracing import Trace

SHOWN_GATES = {"rnn": ("h",), "lstm": ("f", "i", "g", "o"), "gru": ("r", "z", "n")}
LISTED = 2  # units named in a caption; the rest are on the screen
LISTED_VECTOR = 3


@dataclass(frozen=True)
class Teller:
    """Puts the values of one timestep into words; t and b count from 0."""

    trace: Trace
    t: int
    b: int = 0
    digits: int = DIGITS

    def number(self, name: str, unit: int) -> str:
        """Return one value as shown: signed, unless it lies between 0 and 1."""
        within = self.trace.cell.range(name)
        value = float(self.trace[name][self.t, self.b, unit])
        return show(value, self.digits, signed=within[0] < 0, within=within)

    def vector(self, name: str) -> str:
        """Return a vector's first values in parentheses."""
        size = self.trace[name].shape[2]
        numbers = [self.number(name, unit) for unit in range(min(size, LISTED_VECTOR))]
        return f"({', '.join(numbers)}{', …' if size > LISTED_VECTOR else ''})"

    def each(self, name: str, say: Callable[[str, str], str]) -> str:
        """Join ``say(number, subscript)`` for the first units of a value."""
        return self._join(
            lambda unit: say(self.number(name, unit), subscript(unit)), self.trace[name].shape[2]
        )

    def shares(self, name: str, of: str) -> str:
        """Say how many per cent of something a gate lets through in each unit."""

        def say(unit: int) -> str:
            share = percent(float(self.trace[name][self.t, self.b, unit]), self.digits)
            return f"{share} in unit {unit + 1}" if unit else f"{share} of {of} in unit 1"

        return self._join(say, self.trace[name].shape[2])

    @staticmethod
    def _join(say: Callable[[int], str], size: int) -> str:
        items = [say(unit) for unit in range(min(size, LISTED))]
        return ", ".join(items) + " and so on" if size > LISTED else " and ".join(items)


def _arrive(tell: Teller) -> str:
    states = [name.removesuffix("_prev") for name in tell.trace.cell.states]
    if tell.t:
        carried = " and ".join(states)
        verb = "comes" if len(states) == 1 else "come"
        return (
            f"Timestep {tell.t + 1}: {carried} {verb} back, and a new input x = {tell.vector('x')}."
        )
    told = " and ".join(f"{name} = {tell.vector(f'{name}_prev')}" for name in states)
    return f"Timestep 1: the input is x = {tell.vector('x')}; the cell starts from {told}."


def _recap(tell: Teller) -> str:
    told = " and ".join(f"{name} = {tell.vector(name)}" for name in tell.trace.cell.next_state)
    count = tell.t + 1
    return f"After {count} timestep{'s' if count > 1 else ''} the cell hands on {told}."


def _gates(tell: Teller) -> str:
    keys = SHOWN_GATES[tell.trace.cell.name]
    numbers = ", ".join(f"{key} = {tell.number(key, 0)}" for key in keys)
    return f"The weights are the same as at t = 1; now unit 1 has {numbers}."


Captions = dict[str, Callable[[Teller], str]]
_COMMON: Captions = {"in": _arrive, "recap": _recap, "gates": _gates}
_RNN: Captions = {
    "h_h": lambda tell: (
        f"One dense layer turns the old hidden state into {tell.each('h_h', lambda n, u: n)}."
    ),
    "h_x": lambda tell: (
        f"Another dense layer turns the input into {tell.each('h_x', lambda n, u: n)}."
    ),
    "h_pre": lambda tell: f"The two are added, unit by unit: {tell.each('h_pre', lambda n, u: n)}.",
    "h": lambda tell: f"tanh of each sum is the new hidden state: {tell.each('h', _plain)}.",
}
_LSTM: Captions = {
    "f": lambda tell: f"The forget gate keeps {tell.shares('f', 'the old cell state')}.",
    "fc": lambda tell: f"This much of the old cell state remains: {tell.each('fc', _plain)}.",
    "i": lambda tell: f"The input gate lets in {tell.shares('i', 'the candidate')}.",
    "g": lambda tell: f"The candidate proposes new content: {tell.each('g', _plain)}.",
    "ig": lambda tell: f"This much of the candidate gets in: {tell.each('ig', _plain)}.",
    "c": lambda tell: (
        f"What was kept plus what was let in is the new cell state: {tell.each('c', _plain)}."
    ),
    "o": lambda tell: f"The output gate shows {tell.shares('o', 'tanh(c)')}.",
    "tanh_c": lambda tell: (
        f"tanh squeezes the cell state into (−1, 1): {tell.each('tanh_c', _plain)}."
    ),
    "h": lambda tell: (
        f"What the output gate shows is the new hidden state: {tell.each('h', _plain)}."
    ),
}
_GRU: Captions = {
    "r": lambda tell: f"The reset gate lets through {tell.shares('r', 'the recurrent part')}.",
    "n_h": lambda tell: (
        f"The recurrent part of the candidate, before the reset gate: {tell.each('n_h', _plain)}."
    ),
    "rn": lambda tell: f"After the reset gate this much of it is left: {tell.each('rn', _plain)}.",
    "n": lambda tell: (
        "Added to the input's part and put through tanh, it is the candidate: "
        f"{tell.each('n', _plain)}."
    ),
    "z": lambda tell: f"The update gate keeps {tell.shares('z', 'the old hidden state')}.",
    "z_not": lambda tell: (
        f"What it does not keep is left for the candidate: {tell.each('z_not', _plain)}."
    ),
    "zn": lambda tell: f"The candidate contributes {tell.each('zn', _plain)}.",
    "zh": lambda tell: f"The old hidden state contributes {tell.each('zh', _plain)}.",
    "h": lambda tell: f"Both together are the new hidden state: {tell.each('h', _plain)}.",
}


def _plain(number: str, unit: str) -> str:
    return f"{number} in unit {unit.translate(_NORMAL)}"


_NORMAL = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
CAPTIONS: dict[str, Captions] = {
    "rnn": _COMMON | _RNN,
    "lstm": _COMMON | _LSTM,
    "gru": _COMMON | _GRU,
}


def caption(trace: Trace, key: str, t: int, b: int = 0, digits: int = DIGITS) -> str:
    """Return the caption of the beat ``key`` (``f``, ``in``, ``recap`` …) at timestep t from 0."""
    return CAPTIONS[trace.cell.name][key](Teller(trace, t, b, digits))
