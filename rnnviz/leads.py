"""What to look at while a beat moves, in one short sentence without any value."""

from rnnviz.captions import shown_gates
from rnnviz.cells import Cell

Leads = dict[str, str]

# What is put in: {sum} what a gate's sum is made of, {bias} a single product's bias if it has one,
# {op} the activation, {gates} those that are shown together, {writes} and {keeps} the shares of
# the GRU's candidate and old h. "Old" is what comes from the timestep before.
_ONE_STATE: Leads = {
    "start": "x enters; h has its initial value.",
    "in": "h leaves the cell and comes back as the old state.",
    "all": "h comes back, x enters: the whole timestep in one go.",
}
_TWO_STATES: Leads = {
    "start": "x enters; h and c have their initial values.",
    "in": "h and c leave the cell and come back as the old state.",
    "all": "h and c come back, x enters: the whole timestep in one go.",
}
_COMMON: Leads = {
    "start all": "x enters: the whole timestep in one go.",
    "start gates": "{gates} in one go: weighted sums, then σ or tanh.",
    "gates": "{gates} in one go, with the same weights as before.",
    "recap": "",  # nothing moves
}
_RNN: Leads = {
    "h_h": "The part of old h: weigh it{bias}.",
    "h_x": "The part of x: weigh it{bias}.",
    "h_pre": "Both parts are added, unit by unit.",
    "h": "{op} of each sum is the new h.",
}
_TWO_LAYERS: Leads = {
    "h_x": "The first dense layer: weigh x{bias}.",
    "u": "relu makes what is negative 0 and leaves the rest.",
    "s": "Old h is added, unit by unit.",
    "h": "The second dense layer: weigh s{bias}, then {op}.",
}
_LSTM: Leads = {
    "f": "What to keep? {sum}, then σ.",
    "fc": "The forget gate meets old c, unit by unit.",
    "i": "What gets in? {sum}, then σ.",
    "g": "What to offer? {sum}, then tanh.",
    "ig": "The input gate meets the candidate, unit by unit.",
    "c": "What is kept and what gets in add up to the new c.",
    "o": "What to show? {sum}, then σ.",
    "tanh_c": "tanh puts c between −1 and 1, unit by unit.",
    "h": "The output gate meets tanh(c): the new h.",
}
_GRU: Leads = {
    "r": "What to let through? {sum}, then σ.",
    "n_h": "The recurrent part of n: weigh old h{bias}.",
    "rn": "The reset gate meets the recurrent part, unit by unit.",
    "rh": "The reset gate meets old h, unit by unit.",
    "n": "{sum}, then tanh.",
    "z": "What to keep? {sum}, then σ.",
    "z_not": "1 − z is the share that is left for the candidate.",
    "zn": "{writes} meets the candidate, unit by unit.",
    "zh": "{keeps} meets old h, unit by unit.",
    "h": "What is new and what is kept add up to the new h.",
}
_Z_REPLACES: Leads = {
    "z": "What to replace? {sum}, then σ.",
    "z_not": "1 − z is the share that is left for old h.",
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
