"""What is seen, in one sentence with its numbers: the default caption of every beat."""

from collections.abc import Callable
from dataclasses import dataclass

from rnnviz.cells import Cell
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
        """Return a vector's first values that are shown, in parentheses; … is what is left out."""
        parts: list[str] = []
        place = 0
        shown, size = self.trace.shown(name), self.trace[name].shape[2]
        for unit in shown[: LISTED_VECTOR if len(shown) == size else LISTED]:
            parts += ["…"] * (unit > place) + [self.number(name, unit)]
            place = unit + 1
        parts += ["…"] * (place < size)
        return f"({', '.join(parts)})"

    def each(self, name: str, say: Callable[[str, str], str]) -> str:
        """Join ``say(number, subscript)`` for the first units of a value that are shown."""
        return self._join(name, lambda unit: say(self.number(name, unit), subscript(unit)))

    def listed(self, name: str) -> str:
        """Join the first numbers that are shown, with their units if others are left out."""
        picked = len(self.trace.shown(name)) < self.trace[name].shape[2]
        return self.each(name, _plain if picked else lambda number, _: number)

    def shares(self, name: str, of: str) -> str:
        """Say how many per cent of something a gate lets through in each unit."""

        def say(unit: int) -> str:
            share = percent(float(self.trace[name][self.t, self.b, unit]), self.digits)
            first = unit == self.trace.shown(name)[0]
            return f"{share}{f' of {of}' if first else ''} in unit {unit + 1}"

        return self._join(name, say)

    def _join(self, name: str, say: Callable[[int], str]) -> str:
        shown = self.trace.shown(name)
        items = [say(unit) for unit in shown[:LISTED]]
        return ", ".join(items) + " and so on" if len(shown) > LISTED else " and ".join(items)


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
    keys = shown_gates(tell.trace.cell)
    unit = tell.trace.shown(keys[0])[0]
    numbers = ", ".join(f"{key} = {tell.number(key, unit)}" for key in keys)
    return f"The weights are the same as at t = 1; now unit {unit + 1} has {numbers}."


Captions = dict[str, Callable[[Teller], str]]
_COMMON: Captions = {"in": _arrive, "recap": _recap, "gates": _gates}
_RNN: Captions = {
    "h_h": lambda tell: f"One dense layer turns the old hidden state into {tell.listed('h_h')}.",
    "h_x": lambda tell: f"Another dense layer turns the input into {tell.listed('h_x')}.",
    "h_pre": lambda tell: f"The two are added, unit by unit: {tell.listed('h_pre')}.",
    "h": lambda tell: f"tanh of each sum is the new hidden state: {tell.each('h', _plain)}.",
}
_RELU: Captions = {
    "h": lambda tell: (
        "relu of each sum, 0 where it is negative, is the new hidden state: "
        f"{tell.each('h', _plain)}."
    ),
}
_TWO_LAYERS: Captions = {
    "h_x": lambda tell: f"A dense layer turns the input into {tell.listed('h_x')}.",
    "u": lambda tell: f"relu makes what is negative 0 and leaves the rest: {tell.listed('u')}.",
    "s": lambda tell: f"The old hidden state is added, unit by unit: {tell.listed('s')}.",
    "h": lambda tell: (
        f"A second dense layer and {tell.trace.cell.step('h').op} turn the sum into the new hidden "
        f"state: {tell.each('h', _plain)}."
    ),
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
_PEEPHOLES: Captions = {
    "f": lambda tell: (
        f"The forget gate, which looks at the old cell state too, keeps {tell.shares('f', 'it')}."
    ),
    "i": lambda tell: (
        "The input gate, which looks at the old cell state too, lets in "
        f"{tell.shares('i', 'the candidate')}."
    ),
    "o": lambda tell: (
        "The output gate, which looks at the new cell state too, shows "
        f"{tell.shares('o', 'tanh(c)')}."
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
_RESET_BEFORE: Captions = {
    "r": lambda tell: f"The reset gate lets through {tell.shares('r', 'the old hidden state')}.",
    "rh": lambda tell: (
        f"This much of the old hidden state gets through: {tell.each('rh', _plain)}."
    ),
    "n": lambda tell: (
        "Weighted, added to the input's part and put through tanh, it is the candidate: "
        f"{tell.each('n', _plain)}."
    ),
}
_Z_REPLACES: Captions = {
    "z": lambda tell: f"The update gate takes {tell.shares('z', 'the candidate')}.",
    "z_not": lambda tell: (
        f"What it does not take is left for the old hidden state: {tell.each('z_not', _plain)}."
    ),
}


def _plain(number: str, unit: str) -> str:
    return f"{number} in unit {unit.translate(_NORMAL)}"


_NORMAL = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def shown_gates(cell: Cell) -> tuple[str, ...]:
    """Return the gates that are shown together; with peepholes o waits for the new c."""
    keys = SHOWN_GATES[cell.name]
    return keys[:-1] if cell.peepholes else keys


def _told(cell: Cell) -> Captions:
    """Return what tells each beat of a cell: a variant's own words in place of the usual ones."""
    told = _COMMON | {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}[cell.name]
    if cell.name == "rnn":
        told |= _RELU if cell.step("h").op == "relu" else {}
        told |= _TWO_LAYERS if "s" in cell.names else {}
    if cell.peepholes:
        told |= _PEEPHOLES
    if cell.name == "gru":
        told |= _RESET_BEFORE if "rh" in cell.names else {}
        told |= _Z_REPLACES if cell.step("zn").args[0] == "z" else {}
    return told


def caption(trace: Trace, key: str, t: int, b: int = 0, digits: int = DIGITS) -> str:
    """Return the caption of the beat ``key`` (``f``, ``in``, ``recap`` …) at timestep t from 0."""
    return _told(trace.cell)[key](Teller(trace, t, b, digits))
