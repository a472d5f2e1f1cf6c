"""The networks of the vanishing gradients: their constructed weights and gradients over time."""

from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import CELLS
from rnnviz.params import Params
from rnnviz.tracing import Trace, trace

STEPS, INPUTS, UNITS = 50, 3, 8
SEED = 11  # near the median of 0 to 13 and 1016, whose sizes at t = 1 differ much
BELOW, ABOVE = 0.8, 1.2  # spectral radii of W_hh
FAINT, LOUD = 0.0005, 2000  # size of the RNN's input weights, and how many times larger in one
BIAS = 2.0  # of the gate that keeps: f, or the GRU's z
BIASES = (0.0, 2.0, 5.0)
SURE = 5.0  # what a constructed gate is given: σ(5) when it is open, σ(−5) when closed


@dataclass(frozen=True)
class Row:
    """One network's gradient at every timestep: ‖∂L/∂h_t‖ (T,), and what says how much it keeps.

    ``keeps`` is the radius of W_hh or the mean of the gate that keeps, ``name`` says which.
    """

    id: str
    title: str
    said: str
    role: str
    name: str
    keeps: float
    norms: Array
    trace: Trace

    @property
    def rate(self) -> float:
        """The factor a timestep, on average, from the last to the first."""
        return float((self.norms[0] / self.norms[-1]) ** (1 / (len(self.norms) - 1)))


@dataclass(frozen=True)
class Highway:
    """An LSTM's ∂c_T/∂c_t of its first unit (T,) beside the product of f from t + 1 to T."""

    bias: float
    trace: Trace
    mean: float
    gradient: Array
    product: Array


def radius(matrix: Array) -> float:
    """Return the spectral radius of a matrix (H, H): its largest eigenvalue by size."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def recurrent(size: float) -> Array:
    """Return a random W_hh (H, H), scaled to a spectral radius."""
    drawn = np.random.default_rng([SEED, 0]).normal(size=(UNITS, UNITS))
    return np.asarray(drawn * (size / radius(drawn)))


def rnn(x: Array, size: float, loudness: float = 1.0) -> Trace:
    """Return an RNN over x (T, 1, I) with a spectral radius and so much of the input."""
    inputs = np.random.default_rng([SEED, 1]).normal(0, FAINT * loudness, (UNITS, x.shape[2]))
    return trace(CELLS["rnn"], x, Params(inputs, recurrent(size)))


def gated(cell: str, x: Array, bias: float) -> Trace:
    """Return an LSTM or a GRU over x (T, 1, I) with a bias for the gate that keeps, f or z.

    Its weights are drawn as PyTorch draws them, evenly within ±1/√H; its other biases are zero.
    """
    gates = len(CELLS[cell].gates)
    rng = np.random.default_rng([SEED, gates])
    w_ih, w_hh = (rng.uniform(-1, 1, (gates * UNITS, n)) / UNITS**0.5 for n in (x.shape[2], UNITS))
    biases = np.zeros(gates * UNITS)
    biases[UNITS : 2 * UNITS] = bias  # f is the second of i, f, g, o, and z of r, z, n
    return trace(CELLS[cell], x, Params(w_ih, w_hh, biases, np.zeros_like(biases)))


def demo() -> Trace:
    """Return the LSTM of 50 timesteps, its input seeded."""
    x = np.random.default_rng([SEED, 9]).integers(-10, 11, (STEPS, 1, INPUTS)) / 10
    return gated("lstm", x, BIAS)


def norms(run: Trace) -> Array:
    """Return ‖∂L/∂h_t‖ at every timestep (T,), L being the first unit of the last h."""
    return np.asarray(np.linalg.norm(run.backward(dh_T=_first(run))["h"][:, 0], axis=1))


def rows(lstm: Trace) -> tuple[Row, ...]:
    """Return the networks that are compared, all on the input of the LSTM."""
    x = lstm["x"]
    below, above, loud = rnn(x, BELOW), rnn(x, ABOVE), rnn(x, ABOVE, LOUD)
    gru = gated("gru", x, BIAS)
    said = f"{LOUD} × W_ih"
    return (
        _rnn("below", "radius below 1", below),
        _rnn("above", "radius above 1", above),
        _rnn("loud", f"same, {said}", loud),
        Row("lstm", "LSTM", f"bias of f: {BIAS:.0f}", "c", "mean f",
            float(lstm["f"].mean()), norms(lstm), lstm),
        Row("gru", "GRU", f"bias of z: {BIAS:.0f} (z keeps h)", "drop", "mean z",
            float(gru["z"].mean()), norms(gru), gru),
    )  # fmt: skip


def highways(x: Array) -> tuple[Highway, ...]:
    """Return the LSTM with each of the biases of f."""
    made = []
    for bias in BIASES:
        run = gated("lstm", x, bias)
        gradient = run.backward(dc_T=_first(run))["c"][:, 0, 0]
        f = run["f"][:, 0, 0]
        after = np.append(np.cumprod(f[:0:-1])[::-1], 1.0)
        made.append(Highway(bias, run, float(f.mean()), gradient, after))
    return tuple(made)


def opened_and_closed() -> Trace:
    """Return one LSTM unit whose gates do what its inputs say: a value, write, clear and read.

    W_h· is zero, so that no gate reads h: what is left is the way through the gates.
    """
    value, write, clear, read = range(4)
    weights = np.zeros((4, 4))  # gates i, f, g, o
    weights[0, write] = weights[3, read] = 2 * SURE
    weights[1, clear] = -2 * SURE
    weights[2, value] = 1.0
    biases = np.array([-SURE, SURE, 0.0, -SURE])
    x = np.zeros((7, 1, 4))
    x[0, 0, [value, write]] = 0.6, 1
    x[3, 0, read] = x[6, 0, read] = 1
    x[4, 0, [value, write, clear]] = -0.4, 1, 1
    return trace(CELLS["lstm"], x, Params(weights, np.zeros((4, 1)), biases, np.zeros(4)))


def _rnn(name: str, said: str, run: Trace) -> Row:
    size = radius(run.params.weight_hh)
    return Row(name, "RNN", said, "h", "radius", size, norms(run), run)


def _first(run: Trace) -> Array:
    """Return dL/d of the final state (1, H) for L = its first unit."""
    return np.eye(1, run.sizes["H"])
