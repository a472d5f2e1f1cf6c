"""The numeric core against PyTorch, side by side in one run; prints ratios, below 1 is faster.

    make bench

Peers, all on the same weights and inputs, in the same process and in turn:

- ``cell``: ``torch.nn.LSTMCell`` or ``GRUCell``, a timestep at a time. It gives no gates, so those
  are computed beside it; every named value is kept and stacked to (T, B, H): what a trace holds.
- ``loop``: the same without the module, from PyTorch's documented equations alone.
- ``fused``: ``torch.nn.LSTM`` or ``GRU`` without gradients, which keeps nothing but h.
- ``autograd``: ``backward()`` through the loop, every named value retaining its gradient.

Memory is what numpy asked for at its peak, against the bytes of the values kept.
"""

import argparse
import gc
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

import rnnviz as rv
from rnnviz.params import NAMES

SIZES = ((3, 1, 3, 2), (100, 1, 64, 64), (1000, 32, 128, 256))  # T, B, I, H
DTYPES = {"float64": torch.float64, "float32": torch.float32}
CELLS: dict[str, Callable[..., Any]] = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
STEPPERS: dict[str, Callable[..., Any]] = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
Loop = Callable[[Tensor, list[Tensor], Tensor], list[dict[str, Tensor]]]


def lstm_loop(x: Tensor, weights: list[Tensor], zero: Tensor) -> list[dict[str, Tensor]]:
    w_ih, w_hh, b_ih, b_hh = weights
    h, c, rows = zero, zero, []
    for x_t in x.unbind(0):
        v: dict[str, Tensor] = {"h_prev": h, "c_prev": c}
        from_x, from_h = linear(x_t, w_ih, b_ih).chunk(4, 1), linear(h, w_hh, b_hh).chunk(4, 1)
        for k, key in enumerate("ifgo"):
            v[f"{key}_x"], v[f"{key}_h"] = from_x[k], from_h[k]
            v[f"{key}_pre"] = from_x[k] + from_h[k]
            v[key] = (torch.tanh if key == "g" else torch.sigmoid)(v[f"{key}_pre"])
        v["fc"], v["ig"] = v["f"] * c, v["i"] * v["g"]
        v["c"] = c = v["fc"] + v["ig"]
        v["tanh_c"] = torch.tanh(c)
        v["h"] = h = v["o"] * v["tanh_c"]
        rows.append(v)
    return rows


def gru_loop(x: Tensor, weights: list[Tensor], zero: Tensor) -> list[dict[str, Tensor]]:
    w_ih, w_hh, b_ih, b_hh = weights
    h, rows = zero, []
    for x_t in x.unbind(0):
        v: dict[str, Tensor] = {"h_prev": h}
        from_x, from_h = linear(x_t, w_ih, b_ih).chunk(3, 1), linear(h, w_hh, b_hh).chunk(3, 1)
        for k, key in enumerate("rzn"):
            v[f"{key}_x"], v[f"{key}_h"] = from_x[k], from_h[k]
        for key in "rz":
            v[f"{key}_pre"] = v[f"{key}_x"] + v[f"{key}_h"]
            v[key] = torch.sigmoid(v[f"{key}_pre"])
        v["rn"] = v["r"] * v["n_h"]
        v["n_pre"] = v["n_x"] + v["rn"]
        v["n"] = torch.tanh(v["n_pre"])
        v["z_not"] = 1 - v["z"]
        v["zn"], v["zh"] = v["z_not"] * v["n"], v["z"] * h
        v["h"] = h = v["zn"] + v["zh"]
        rows.append(v)
    return rows


LOOPS: dict[str, Loop] = {"lstm": lstm_loop, "gru": gru_loop}


def timed(function: Callable[[], Any]) -> float:
    """Return the seconds of one call, garbage from before collected."""
    gc.collect()
    start = time.perf_counter()
    made = function()
    seconds = time.perf_counter() - start
    del made
    return seconds


class Case:
    """One cell, dtype and size: our calls and the peers'."""

    def __init__(self, cell: str, dtype: str, size: tuple[int, int, int, int]) -> None:
        steps, batch, inputs, hidden = size
        torch.manual_seed(0)
        self.module = CELLS[cell](inputs, hidden).to(DTYPES[dtype])
        self.weights = [getattr(self.module, f"{name}_l0") for name in NAMES]
        self.stepper = STEPPERS[cell](inputs, hidden).to(DTYPES[dtype])
        self.stepper.load_state_dict(
            {name: weight.detach() for name, weight in zip(NAMES, self.weights, strict=True)}
        )
        self.params = rv.Params(*(weight.detach().numpy() for weight in self.weights))
        draw = np.random.default_rng(0)
        self.x = draw.standard_normal((steps, batch, inputs)).astype(dtype)
        self.dh = draw.standard_normal((steps, batch, hidden)).astype(dtype)
        self.tensor = torch.from_numpy(self.x)
        self.zero = torch.zeros(batch, hidden, dtype=DTYPES[dtype])
        self.cell, self.dtype = cell, dtype

    def ours(self) -> rv.Trace:
        return rv.trace(self.cell, self.x, self.params, dtype=self.dtype)

    def loop(self) -> dict[str, Tensor]:
        with torch.no_grad():
            rows = LOOPS[self.cell](self.tensor, self.weights, self.zero)
            return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}

    def cell_loop(self) -> dict[str, Tensor]:
        """Call the module's own cell too, beside the loop that keeps what it does not give."""
        with torch.no_grad():
            state = (self.zero, self.zero) if self.cell == "lstm" else self.zero
            for x_t in self.tensor.unbind(0):
                state = self.stepper(x_t, state)
        return self.loop()

    def fused(self) -> Tensor:
        with torch.no_grad():
            return self.module(self.tensor)[0]

    def autograd(self) -> float:
        """Return the seconds of backward() alone."""
        x = self.tensor.clone().requires_grad_()
        rows = LOOPS[self.cell](x, self.weights, self.zero.clone().requires_grad_())
        for row in rows:
            for value in row.values():
                value.retain_grad()
        loss = (torch.stack([row["h"] for row in rows]) * torch.from_numpy(self.dh)).sum()
        return timed(loss.backward)

    def check(self) -> None:
        """Stop unless ours and the peer compute the same."""
        near = 1e-10 if self.dtype == "float64" else 1e-4
        made = self.ours()
        with torch.no_grad():
            peer = LOOPS[self.cell](self.tensor[:20], self.weights, self.zero)
        for t, row in enumerate(peer):
            for name, value in row.items():
                np.testing.assert_allclose(made[name][t], value.numpy(), rtol=near, atol=near)


def speed(rounds: int) -> None:
    print("Speed: medians; a column with ÷ is ours divided by the peer's, in turn in one run")
    print(f"{'cell':5} {'dtype':8} {'T, B, I, H':18} {'trace':>11} {'÷ cell':>7} {'÷ loop':>7}"
          f" {'÷ fused':>8} {'backward':>11} {'÷ autograd':>11}")  # fmt: skip
    for dtype in DTYPES:
        for cell in CELLS:
            for size in SIZES:
                case = Case(cell, dtype, size)
                case.check()
                runs = rounds if size == SIZES[-1] else rounds * 8
                calls = case.ours, case.cell_loop, case.loop, case.fused
                rows = [[timed(call) for call in calls] for _ in range(runs)]
                ours, cells, loop, fused = (median(column) for column in zip(*rows, strict=True))
                made = case.ours()
                backs = [(timed(partial(made.backward, case.dh)), case.autograd())
                         for _ in range(max(3, runs // 2))]  # fmt: skip
                back, autograd = (median(column) for column in zip(*backs, strict=True))
                print(f"{cell:5} {dtype:8} {', '.join(map(str, size)):18} {ours * 1e3:8.2f} ms"
                      f" {ours / cells:7.2f} {ours / loop:7.2f} {ours / fused:8.2f}"
                      f" {back * 1e3:8.2f} ms {back / autograd:11.2f}", flush=True)  # fmt: skip


def memory() -> None:
    print("\nMemory at its peak, T, B, I, H = " + ", ".join(map(str, SIZES[-1])))
    print(f"{'cell':5} {'dtype':8} {'keep':5} {'kept':>8} {'peak':>8} {'÷ kept':>7}")
    for cell, dtype, keep in (
        ("lstm", "float64", None), ("gru", "float64", None), ("lstm", "float32", None),
        ("lstm", "float64", ["h"]), ("lstm", "float64", ["f", "c"]),
    ):  # fmt: skip
        case = Case(cell, dtype, SIZES[-1])
        gc.collect()
        tracemalloc.start()
        trace = rv.trace(cell, case.x, case.params, dtype=dtype, keep=keep)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{cell:5} {dtype:8} {' '.join(keep or ['all']):5} {trace.nbytes / 1e6:5.0f} MB"
              f" {peak / 1e6:5.0f} MB {peak / trace.nbytes:7.2f}", flush=True)  # fmt: skip


def growth(rounds: int) -> None:
    print("\nCost over T: LSTM, float64, B = 8, I = 64, H = 128")
    print(f"{'T':>5} {'trace':>10} {'a timestep':>11} {'backward':>10} {'a timestep':>11}")
    for steps in (125, 250, 500, 1000, 2000):
        case = Case("lstm", "float64", (steps, 8, 64, 128))
        ours = median(timed(case.ours) for _ in range(rounds))
        made = case.ours()
        back = median(timed(partial(made.backward, case.dh)) for _ in range(rounds))
        print(f"{steps:5} {ours * 1e3:7.1f} ms {ours / steps * 1e6:8.0f} µs {back * 1e3:7.1f} ms"
              f" {back / steps * 1e6:8.0f} µs", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the largest size")
    parser.add_argument("tables", nargs="*", default=["speed", "memory", "growth"])
    given = parser.parse_args()
    for name in given.tables:
        if name == "memory":
            memory()
        else:
            {"speed": speed, "growth": growth}[name](given.rounds)


if __name__ == "__main__":
    main()
