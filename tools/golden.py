"""Make the PyTorch vectors that tests/test_golden.py holds the core to.

PyTorch is heavy, so the suite does not need it: this script runs once where it is installed and
its results are committed. To make them again, in an environment of its own::

    python -m venv /tmp/torchvenv
    /tmp/torchvenv/bin/pip install torch==2.13.0 numpy
    /tmp/torchvenv/bin/python tools/golden.py

Each ``tests/golden/<cell>_T_B_I_H.npz`` holds one run of ``torch.nn.RNN``, ``LSTM`` or ``GRU`` in
float64 from random weights and non-zero initial states:

- ``torch``, ``cell``: the version that made it, and the cell's name;
- ``x`` (T, B, I), ``h0`` and ``c0`` (B, H), the four parameters in PyTorch's layout;
- ``module/h`` and ``module/c`` (T, B, H): what the module returns, fed a timestep at a time;
- ``dh`` (T, B, H): dL/d of each h from outside, at random; ``gradients``, one row of numbers, what
  autograd makes of it through the module: dL/d of x, h0, c0 if there is one, then of the four
  parameters, each in its own order of elements;
- ``loop/…`` (T, B, H): every gate, pre-activation and product, from the documented equations
  written out with torch's operations. The script stops if the loop and the module disagree.

``gru_state.npz``, ``gru_input.csv`` and ``gru_expected_h.npy`` are what a user has: the state_dict
of a GRU, a sequence, and the h that PyTorch makes of them from h0 = 0.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
SHAPES = ((3, 1, 3, 2), (4, 3, 2, 1), (5, 2, 1, 3), (2, 4, 5, 4))  # T, B, I, H
PARAMS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
AGREE = 1e-13

Loop = Callable[[Tensor, dict[str, Tensor], Tensor, Tensor], dict[str, Tensor]]


def rnn_loop(x: Tensor, w: dict[str, Tensor], h: Tensor, c: Tensor) -> dict[str, Tensor]:
    h_x = linear(x, w["weight_ih"], w["bias_ih"])
    h_h = linear(h, w["weight_hh"], w["bias_hh"])
    return {"h_x": h_x, "h_h": h_h, "h_pre": h_x + h_h, "h": torch.tanh(h_x + h_h)}


def lstm_loop(x: Tensor, w: dict[str, Tensor], h: Tensor, c: Tensor) -> dict[str, Tensor]:
    from_x = linear(x, w["weight_ih"], w["bias_ih"]).chunk(4, dim=1)
    from_h = linear(h, w["weight_hh"], w["bias_hh"]).chunk(4, dim=1)
    made: dict[str, Tensor] = {}
    for k, key in enumerate("ifgo"):
        made[f"{key}_x"], made[f"{key}_h"] = from_x[k], from_h[k]
        made[f"{key}_pre"] = from_x[k] + from_h[k]
        made[key] = (torch.tanh if key == "g" else torch.sigmoid)(made[f"{key}_pre"])
    made["fc"], made["ig"] = made["f"] * c, made["i"] * made["g"]
    made["c"] = made["fc"] + made["ig"]
    made["tanh_c"] = torch.tanh(made["c"])
    made["h"] = made["o"] * made["tanh_c"]
    return made


def gru_loop(x: Tensor, w: dict[str, Tensor], h: Tensor, c: Tensor) -> dict[str, Tensor]:
    r_x, z_x, n_x = linear(x, w["weight_ih"], w["bias_ih"]).chunk(3, dim=1)
    r_h, z_h, n_h = linear(h, w["weight_hh"], w["bias_hh"]).chunk(3, dim=1)
    made = {"r_x": r_x, "z_x": z_x, "n_x": n_x, "r_h": r_h, "z_h": z_h, "n_h": n_h}
    made |= {"r_pre": r_x + r_h, "z_pre": z_x + z_h}
    made |= {"r": torch.sigmoid(made["r_pre"]), "z": torch.sigmoid(made["z_pre"])}
    made["rn"] = made["r"] * n_h
    made["n_pre"] = n_x + made["rn"]
    made["n"] = torch.tanh(made["n_pre"])
    made["z_not"] = 1 - made["z"]
    made["zn"], made["zh"] = made["z_not"] * made["n"], made["z"] * h
    made["h"] = made["zn"] + made["zh"]
    return made


CELLS: dict[str, tuple[type[torch.nn.RNNBase], Loop]] = {
    "rnn": (torch.nn.RNN, rnn_loop),
    "lstm": (torch.nn.LSTM, lstm_loop),
    "gru": (torch.nn.GRU, gru_loop),
}


def vectors(name: str, shape: tuple[int, int, int, int], seed: int) -> dict[str, Tensor]:
    """Return everything that one golden file holds, apart from its two labels."""
    steps, batch, inputs, hidden = shape
    torch.manual_seed(seed)
    kind, loop = CELLS[name]
    module = kind(inputs, hidden).double()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.9)  # the default weights hardly move a gate
    x = torch.randn(steps, batch, inputs, dtype=torch.float64)
    h0, c0 = (torch.randn(batch, hidden, dtype=torch.float64) for _ in range(2))
    w = {key: module.state_dict()[f"{key}_l0"] for key in PARAMS}

    state = (h0[None], c0[None]) if name == "lstm" else h0[None]
    h, c = h0, c0
    kept: dict[str, list[Tensor]] = {}
    for x_t in x:
        _, state = module(x_t[None], state)
        outputs = {"h": state[0][0], "c": state[1][0]} if name == "lstm" else {"h": state[0]}
        made = loop(x_t, w, h, c)
        for key, value in outputs.items():
            torch.testing.assert_close(made[key], value, rtol=AGREE, atol=AGREE)
            kept.setdefault(f"module/{key}", []).append(value)
        for key, value in made.items():
            kept.setdefault(f"loop/{key}", []).append(value)
        h, c = made["h"], made.get("c", c)
    start = {"h0": h0, "c0": c0} if name == "lstm" else {"h0": h0}
    values = {key: torch.stack(rows) for key, rows in kept.items()}
    dh = torch.randn(steps, batch, hidden, dtype=torch.float64)
    return {"x": x, **start, **w, **values, "dh": dh, "gradients": gradients(module, x, start, dh)}


def gradients(module: torch.nn.RNNBase, x: Tensor, start: dict[str, Tensor], dh: Tensor) -> Tensor:
    """Return dL/d of x, of the initial states and of the parameters for L = Σ dh · h, flat."""
    with torch.enable_grad():
        leaves = [x, *start.values()]
        given = [leaf.clone().requires_grad_() for leaf in leaves]
        states = tuple(state[None] for state in given[1:])
        h, _ = module(given[0], states if len(states) == 2 else states[0])
        wanted = [*given, *(getattr(module, f"{key}_l0") for key in PARAMS)]
        found = torch.autograd.grad((dh * h).sum(), wanted)
    return torch.cat([gradient.flatten() for gradient in found])


def golden_files() -> None:
    for c, name in enumerate(CELLS):
        for s, shape in enumerate(SHAPES):
            arrays = {
                key: value.detach().contiguous().numpy()
                for key, value in vectors(name, shape, seed=100 * c + s).items()
            }
            arrays["torch"] = np.array(str(torch.__version__))
            arrays["cell"] = np.array(name)
            path = GOLDEN / f"{name}_{'_'.join(map(str, shape))}.npz"
            np.savez_compressed(path, allow_pickle=False, **arrays)
            print(f"{path.name}: {path.stat().st_size} bytes")


def user_files() -> None:
    torch.manual_seed(7)
    module = torch.nn.GRU(3, 2).double()
    np.savez(
        GOLDEN / "gru_state.npz",
        allow_pickle=False,
        **{key: value.numpy() for key, value in module.state_dict().items()},
    )
    x = torch.randn(4, 3, dtype=torch.float64)
    lines = (",".join(repr(float(v)) for v in row) for row in x)
    (GOLDEN / "gru_input.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    np.save(GOLDEN / "gru_expected_h.npy", module(x)[0].detach().numpy(), allow_pickle=False)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    with torch.no_grad():
        golden_files()
        user_files()
