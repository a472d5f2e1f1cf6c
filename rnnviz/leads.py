"""What to look at while a beat moves, in one short sentence without any value."""

from rnnviz.captions import shown_gates
from rnnviz.cells import Cell

Leads = dict[str, str]

# Short, for it has to be read while the beat moves: in a second or two where there is no sum.
# What is put in: {sum} what a gate's sum is made of, {bias} a single product's bias if it has one,
# {op} the activation, {gates} those that are shown together, {writes} and {keeps} the shares of
# the GRU's candidate and old h. "Old" is what comes from the timestep before.
_ONE_STATE: Leads = {
    "start": "x enters.",
    "in": "h comes back as old h.",
    "all": "h comes back, x enters: the whole timestep in one go.",
}
_TWO_STATES: Leads = {
    "start": "x enters.",
    "in": "h and c come back as old h and c.",
    "all": "h and c come back, x enters: the whole timestep in one go.",
}
_COMMON: Leads = {
    "start all": "x enters: the whole timestep in one go.",
    "start gates": "{gates} in one go.",
    "gates": "{gates}, the same weights.",
    "recap": "",  # nothing moves
}
_RNN: Leads = {
    "h_h": "The part of old h: weigh it{bias}.",
    "h_x": "The part of x: weigh it{bias}.",
    "h_pre": "Both are added.",
    "h": "{op} of each sum.",
}
_TWO_LAYERS: Leads = {
    "h_x": "The first dense layer: weigh x{bias}.",
    "u": "relu: 0 if negative.",
    "s": "Old h is added.",
    "h": "The second dense layer: weigh s{bias}, then {op}.",
}
_LSTM: Leads = {
    "f": "What to keep? {sum}, then σ.",
    "fc": "f meets old c.",
    "i": "What gets in? {sum}, then σ.",
    "g": "What to offer? {sum}, then tanh.",
    "ig": "i meets g.",
    "c": "What stays, plus what is new.",
    "o": "What to show? {sum}, then σ.",
    "tanh_c": "c goes through tanh.",
    "h": "o meets tanh(c).",
}
_GRU: Leads = {
    "r": "What to let through? {sum}, then σ.",
    "n_h": "The recurrent part of n: weigh old h{bias}.",
    "rn": "r meets the recurrent part.",
    "rh": "r meets old h.",
    "n": "{sum}, then tanh.",
    "z": "What to keep? {sum}, then σ.",
    "z_not": "The rest is for n.",
    "zn": "{writes} meets n.",
    "zh": "{keeps} meets old h.",
    "h": "What is new, plus what stays.",
}
_Z_REPLACES: Leads = {
    "z": "What to replace? {sum}, then σ.",
    "z_not": "The rest is for old h.",
}


def lead(cell: Cell, key: str, t: int) -> str:
    """Return what is said while the beat ``key`` moves at timestep t from 0; empty for a recap."""
    told = _told(cell)
    start = f"start {key}".removesuffix(" in")
    text = told[start if t == 0 and start in told else key]
    *others, last = shown_gates(cell)
    writes = cell.step("zn").args[0] if cell.name == "gru" else ""
    fields = {
        "sum": _sum(cell, key),
        "bias": _bias(cell, key),
        "op": cell.step("h").op,
        "gates": f"{', '.join(others)} and {last}",
        "writes": "z" if writes == "z" else "1 − z",
        "keeps": "1 − z" if writes == "z" else "z",
    }
    return text.format_map(fields)


def _told(cell: Cell) -> Leads:
    """Return how each beat of a cell is announced, a variant's words in place of the usual ones."""
    told = _COMMON | (_ONE_STATE if len(cell.states) == 1 else _TWO_STATES)
    told |= {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}[cell.name]
    if "s" in cell.names:
        told |= _TWO_LAYERS
    if "zn" in cell.names and cell.step("zn").args[0] == "z":
        told |= _Z_REPLACES
    return told


def _sum(cell: Cell, key: str) -> str:
    """Return how a gate's sum is made: what is weighed, and the biases that are added."""
    if key == "n" and "rn" in cell.names:
        added = "a bias and what r let through" if cell.biases else "what r let through"
        return f"Weigh x, add {added}"
    weighed = ["x", "what r let through" if key == "n" else "old h"]
    if f"{key}_c" in cell.names:  # a peephole
        weighed.append("old c" if "c_prev" in cell.step(f"{key}_c").args else "new c")
    *others, last = weighed
    biases = ("", ", add a bias", ", add biases")[cell.biases]
    return f"Weigh {', '.join(others)} and {last}{biases}"


def _bias(cell: Cell, key: str) -> str:
    """Return that a bias is added where a value that is one product has one."""
    made = [step.op for step in cell.steps if step.name in (key, f"{key}_pre")]
    return ", add a bias" if "linear" in made else ""
