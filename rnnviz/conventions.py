"""Which variant of a cell a library or paper means, by name, and weights for another variant."""

from collections.abc import Mapping

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import CELLS, MAKERS, Cell, Choice
from rnnviz.errors import RnnvizError
from rnnviz.params import Params, gathered

# convention -> cell -> its choices; a cell that is left out does not exist in that convention
CONVENTIONS: dict[str, dict[str, dict[str, Choice]]] = {
    "pytorch": {"rnn": {}, "lstm": {}, "gru": {}},
    "keras": {"rnn": {"biases": 1}, "lstm": {"biases": 1}, "gru": {}},
    "keras-v1": {
        "rnn": {"biases": 1},
        "lstm": {"biases": 1},
        "gru": {"reset": "before", "biases": 1},
    },
    "onnx": {"rnn": {}, "lstm": {}, "gru": {"reset": "before"}},
    "guide": {
        "rnn": {"biases": 1},
        "lstm": {"biases": 0},
        "gru": {"reset": "before", "update": "replace", "biases": 0},
    },
    "cho2014": {"gru": {"reset": "before", "biases": 0}},
    "relu": {"rnn": {"activation": "relu"}},
    "unmasking": {"rnn": {"form": "dense"}},
    "peepholes": {"lstm": {"peepholes": True}},
}


def cell_named(name: str, convention: str = "pytorch", **choices: Choice) -> Cell:
    """Return the cell ``rnn``, ``lstm`` or ``gru`` under a named convention.

    ``choices`` change single points of it: ``reset``, ``update``, ``biases``, ``activation``,
    ``form``, ``peepholes`` (see rnnviz.cells). Raises RnnvizError for an unknown cell, convention
    or choice, and for a convention that does not have the cell.
    """
    if name not in CELLS:
        raise RnnvizError(f"cell: wanted one of {', '.join(CELLS)}, got {name!r}")
    if convention not in CONVENTIONS:
        raise RnnvizError(f"convention: wanted one of {', '.join(CONVENTIONS)}, got {convention!r}")
    preset = CONVENTIONS[convention].get(name)
    if preset is None:
        having = ", ".join(key for key, cells in CONVENTIONS.items() if name in cells)
        raise RnnvizError(f"convention: wanted one of {having} for {name}, got {convention!r}")
    known = dict(CELLS[name].choices)
    for choice in choices:
        if choice not in known:
            raise RnnvizError(f"{name}: wanted one of {', '.join(known)}, got {choice!r}")
    return MAKERS[name](**{**preset, **choices})


def convert(params: Params, from_: str | Cell, to: str | Cell) -> Params:
    """Return weights that give under ``to`` the h that ``params`` give under ``from_``.

    Both are conventions by name or cells. z that keeps becomes z that replaces by σ(−v) = 1 − σ(v);
    two biases add up to one; peepholes can be zero. Raises RnnvizError where no weights do it: a
    reset before against after the product (unless W_hn is diagonal), another activation or form,
    a bias or peephole that is not zero and has no place.
    """
    old, new = _cell(params, from_), _cell(params, to)
    if old.name != new.name:
        raise RnnvizError(f"convert: wanted {old.title} on both sides, got {new.title}")
    params.check(old)
    was, will = dict(old.choices), dict(new.choices)
    for choice in ("activation", "form"):
        if was.get(choice) != will.get(choice):
            raise RnnvizError(
                f"convert: wanted the same {choice} on both sides (no weights make up for "
                f"another), got {was[choice]} and {will[choice]}"
            )
    blocks = dict(params.blocks(old))
    if was.get("reset") != will.get("reset"):
        _check_diagonal(blocks["W_hn"], str(was["reset"]), str(will["reset"]))
    if was.get("update") != will.get("update"):
        blocks |= {key: -block for key, block in blocks.items() if key.endswith("z")}
    biases = _biases(blocks, old, new)
    peepholes = _peepholes(blocks, old, new)
    weights = gathered(MAKERS[new.name](biases=0), blocks)
    return Params(weights.weight_ih, weights.weight_hh, *biases, peepholes)


def _cell(params: Params, convention: str | Cell) -> Cell:
    if isinstance(convention, Cell):
        return convention
    gates = len(params.weight_hh) / params.hidden_size
    for cell in CELLS.values():
        if len(cell.gates) == gates:
            return cell_named(cell.name, convention)
    raise RnnvizError(
        f"weight_hh: wanted 1, 3 or 4 times {params.hidden_size} rows (H), "
        f"got shape {params.weight_hh.shape}"
    )


def _check_diagonal(weight: Array, was: str, will: str) -> None:
    if np.count_nonzero(weight - np.diag(np.diag(weight))):
        raise RnnvizError(
            f"convert: wanted the reset on the same side of the product, got {was} and {will}: "
            f"r ⊙ (W_hn h) and W_hn (r ⊙ h) differ for every W_hn that mixes units"
        )


def _biases(blocks: Mapping[str, Array], old: Cell, new: Cell) -> tuple[Array | None, Array | None]:
    """Return bias_ih and bias_hh of ``new``: sums move to where ``new`` adds them."""
    inside, outside = [], []  # second biases that cannot be added to the first, and the rest
    for key in (gate.key for gate in old.gates):
        pair = [blocks[name] for name in (f"b_i{key}", f"b_h{key}") if name in blocks]
        if not pair:
            pair = [blocks.get(f"b_{key}", np.zeros(len(blocks[f"W_h{key}"])))]
        # r multiplies the second bias of n, and between the dense layers' biases there is a relu
        apart = dict(old.choices).get("reset") == "after" and key == "n"
        held = len(pair) == 2 and (apart or dict(old.choices).get("form") == "dense")
        inside.append(pair[1] if held else np.zeros_like(pair[0]))
        outside.append(pair[0] if held else sum(pair))
    first, second = np.concatenate(outside), np.concatenate(inside)
    if new.biases == 0:
        if np.any(first) or np.any(second):
            raise RnnvizError("convert: wanted biases of zero for a cell without, got others")
        return None, None
    keeps_inside = new.biases == 2 and (new.name != "gru" or dict(new.choices)["reset"] == "after")
    if np.any(second) and not keeps_inside:
        raise RnnvizError(
            "convert: wanted b_hn = 0, since the reset gate multiplies it and "
            f"{new.convention!r} has no such bias, got {second[np.flatnonzero(second)[0]]}"
        )
    return first, (second if new.biases == 2 else None)


def _peepholes(blocks: Mapping[str, Array], old: Cell, new: Cell) -> Array | None:
    given = [blocks[name] for name in old.peepholes]
    if new.peepholes:
        rows = len(new.peepholes) * len(blocks[f"W_h{new.gates[0].key}"])
        return np.concatenate(given) if given else np.zeros(rows)
    if given and np.any(given):
        raise RnnvizError("convert: wanted peepholes of zero for a cell without, got others")
    return None
