"""The demo of the heat strips: an LSTM with constructed weights reads symbols between two X.

The sequence is that of Hochreiter and Schmidhuber's temporal order task, as in NYU's notebook: B,
letters a to d with two X or Y among them, E.
"""

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import LSTM
from rnnviz.params import Params
from rnnviz.tracing import Trace, trace

ALPHABET = "BEXYabcd"
UNITS, SEED, STEPS = 8, 1016, 100
FIRST, SECOND = 13, 54  # where the X are, from 0
SHUT = 6.0  # what a gate is given: σ(6) where it is open, σ(−6) where closed
SURE = 3.0  # what a candidate is given: tanh(3)
TOGGLE = 4  # the unit that an X turns on and the next X off
HELD = 15.0  # how much that unit's own h closes its input gate: more than an X opens it


def weights() -> Params:
    """Return the weights: each unit is told for which symbols its gates open, all else is zero."""
    w, back = (np.zeros((4, UNITS, n)) for n in (len(ALPHABET), UNITS))
    i, f, g, o = w
    bias = np.tile(np.array([-SHUT, SHUT, 0.0, SHUT])[:, None], UNITS)
    at = {symbol: k for k, symbol in enumerate(ALPHABET)}
    letters = [at[symbol] for symbol in "abcd"]
    i[0, letters], g[0, letters] = SHUT / 2.5, SURE  # counts letters: a little of each is let in
    for unit, symbol, keeps in ((1, "a", -1.0), (2, "b", 1.0)):  # forget it, soon or later
        i[unit, at[symbol]], g[unit, at[symbol]], bias[1, unit] = 2 * SHUT, SURE, keeps
    i[3, at["X"]], g[3, at["X"]] = 2 * SHUT, SURE  # holds that there was an X, and shows it at E
    o[3, at["E"]], bias[3, 3] = 2 * SHUT, -SHUT
    i[TOGGLE, at["X"]], g[TOGGLE, at["X"]], f[TOGGLE, at["X"]] = 2 * SHUT, SURE, -2 * SHUT
    back[0, TOGGLE, TOGGLE] = -HELD
    for symbol, sign in (("c", 1.0), ("d", -1.0)):  # which of the two was the last
        i[5, at[symbol]], f[5, at[symbol]], g[5, at[symbol]] = 2 * SHUT, -2 * SHUT, sign * SURE
    i[6, at["a"]] = i[6, at["d"]] = SHUT  # a mean that fades: a counts up, d down
    g[6, at["a"]], g[6, at["d"]], bias[1, 6] = SURE, -SURE, 2.0
    i[7, at["B"]], g[7, at["B"]], bias[1, 7] = 2 * SHUT, SURE, SHUT / 2  # fades from B on
    rows = 4 * UNITS
    flat = bias.reshape(rows)
    return Params(w.reshape(rows, -1), back.reshape(rows, -1), flat, np.zeros(rows))


def sequence() -> str:
    """Return the symbols: seeded letters between B and E, and two X."""
    drawn = np.random.default_rng(SEED).integers(4, 8, STEPS)
    symbols = [ALPHABET[k] for k in drawn]
    symbols[0], symbols[-1] = "B", "E"
    symbols[FIRST] = symbols[SECOND] = "X"
    return "".join(symbols)


def one_hot(symbols: str) -> Array:
    """Return symbols as one-hot vectors (T, 1, 8)."""
    return np.eye(len(ALPHABET))[[ALPHABET.index(symbol) for symbol in symbols]][:, None]


def demo() -> Trace:
    """Return the LSTM's trace over the sequence."""
    return trace(LSTM, one_hot(sequence()), weights())


def symbols_of(run: Trace, b: int = 0) -> str:
    """Return the symbols that the demo's weights read, or nothing for another model or input."""
    own, x = weights().arrays, run["x"][:, b]
    given = run.params.arrays
    same = own.keys() == given.keys() and all(
        np.array_equal(own[name], given[name]) for name in own
    )
    hot = np.isin(x, (0.0, 1.0)).all() and (x.sum(axis=1) == 1.0).all()
    return "".join(ALPHABET[k] for k in x.argmax(axis=1)) if same and hot else ""
