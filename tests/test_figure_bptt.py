"""The figure of backpropagation through time: each gradient on the screen is PyTorch's."""

from itertools import pairwise

import numpy as np
import pytest
import torch

import rnnviz as rv
from rnnviz.cells import rnn
from rnnviz.errors import RnnvizError
from rnnviz.figures.bptt_run import BIAS, TARGETS, WEIGHTS
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Bar, Number, Pill
from rnnviz.rounding import number

KIND = figure_named("bptt")
STEPS, UNITS = 3, 2


def run(params, h0, x, form, activation):
    """Return by torch's autograd every gradient that the figure has, by its address there.

    Each timestep has its own copy of W_hh, whose gradient is that timestep's share.
    """
    tensors = {name: torch.tensor(np.array(array)) for name, array in params.arrays.items()}
    size = params.hidden_size
    readout = torch.tensor(np.resize(WEIGHTS, size) * min(1.0, (UNITS / size) ** 0.5))
    act, h = getattr(torch, activation), torch.tensor(np.array(h0))
    zero = torch.zeros(size, dtype=torch.float64)
    b_ih, b_hh = (tensors.get(name, zero) for name in ("bias_ih", "bias_hh"))
    hs, ys, sums, sources, copies, losses = [], [], [], [], [], []
    for t in range(STEPS):
        copies.append(tensors["weight_hh"].clone().requires_grad_())
        from_x = tensors["weight_ih"] @ torch.tensor(x[t]) + b_ih
        sources.append(torch.relu(from_x) + h if form == "dense" else h)
        sums.append(copies[t] @ sources[t] + b_hh + (0 if form == "dense" else from_x))
        h = act(sums[t])
        hs.append(h)
        ys.append(readout @ h + BIAS)
        losses.append((ys[t] - np.resize(TARGETS, STEPS)[t]) ** 2)
    loss = sum(losses)

    def gradient(of, to):
        made = torch.autograd.grad(of, to, retain_graph=True, allow_unused=True)[0]
        return torch.zeros_like(to) if made is None else made

    found = {"L": loss}
    whole = torch.zeros_like(copies[0])
    letter = "s" if form == "dense" else "h"
    for t in range(STEPS):
        found |= {f"L[{t + 1}]": losses[t], f"ŷ[{t + 1}]": ys[t]}
        found[f"∂L/∂ŷ[{t + 1}]"] = gradient(loss, ys[t])
        later = sum((gradient(one, hs[t]) for one in losses[t + 1 :]), torch.zeros_like(hs[t]))
        last = gradient(losses[-1], hs[t])
        share = gradient(loss, copies[t])
        whole = whole + share
        found[f"‖∂L_{STEPS}/∂h[{t + 1}]‖"] = last.norm()
        for k in range(size):
            found[f"h[{t + 1},{k + 1}]"] = hs[t][k]
            found[f"∂L/∂h[{t + 1},{k + 1}]"] = gradient(loss, hs[t])[k]
            found[f"∂L/∂h[{t + 1}] through h[{t + 2},{k + 1}]"] = later[k]
            found[f"δ[{t + 1},{k + 1}]"] = gradient(loss, sums[t])[k]
            found[f"{letter}[{t + (form == 'dense')},{k + 1}]"] = sources[t][k]
            for s in range(t, STEPS):
                found[f"∂L_{s + 1}/∂h[{t + 1},{k + 1}]"] = gradient(losses[s], hs[t])[k]
            for j in range(size):
                found[f"∂L/∂W_hh({t + 1})[{j + 1},{k + 1}]"] = share[j, k]
    for j in range(size):
        for k in range(size):
            found[f"∂L/∂W_hh[{j + 1},{k + 1}]"] = whole[j, k]
    for here, behind in pairwise(f"‖∂L_{STEPS}/∂h[{t + 1}]‖" for t in range(STEPS)):
        found[f"{here} / {behind}"] = found[here] / found[behind]
    return {ref: float(value.detach()) for ref, value in found.items()}


def shown(figure):
    """Return all values of a figure by their addresses, also those that change."""
    return [
        (mark.ref, mark.value)
        for frame in figure
        for mark in frame.marks
        if isinstance(mark, Number | Pill | Bar) and mark.value is not None
    ]


def made(cell, hidden, inputs, steps):
    """Return a trace with random weights of any cell."""
    rng = np.random.default_rng(7)
    biases = [rng.normal(0, 0.3, hidden) for _ in range(cell.biases)]
    weights = rng.normal(0, 0.9, (hidden, inputs)), rng.normal(0, 0.7, (hidden, hidden))
    params = rv.Params(*weights, *biases)
    h0 = rng.normal(0, 0.4, (1, hidden))
    return rv.trace(cell, rng.normal(size=(steps, 1, inputs)), params, h0=h0)


@pytest.mark.parametrize(
    "trace",
    [
        KIND.demo(),
        made(rnn(), 5, 4, 6),
        made(rnn("relu", 0), 2, 1, 3),
        made(rnn(form="dense"), 3, 2, 3),
    ],
    ids=["demo", "larger", "relu", "dense"],
)
def test_every_gradient_on_the_screen_is_torchs(trace):
    choices = dict(trace.cell.choices)
    known = run(
        trace.params,
        trace.states["h_prev"][0],
        np.array(trace["x"][:, 0]),
        choices["form"],
        choices["activation"],
    )
    seen = shown(KIND.drawn(trace))
    checked = {ref for ref, _ in seen if ref in known}
    for ref, value in seen:
        if ref in known:
            assert value == pytest.approx(known[ref], rel=1e-10, abs=1e-13), ref
    kinds = ("∂L/∂h[", "∂L/∂ŷ[", "∂L_3/∂h[1", "‖", "δ[", "∂L/∂W_hh[1", "∂L/∂W_hh(1)", "h[3")
    for kind in kinds:
        assert any(ref.startswith(kind) for ref in checked), kind
    given = ("x[", "y[", "h[0", "W_", "b")
    assert all(ref.startswith(given) for ref, _ in seen if ref not in known)


@pytest.mark.parametrize("digits", [2, 3, 5])
def test_sums_are_equal_only_where_the_shown_numbers_are(digits):
    trace = KIND.demo()
    figure = KIND.drawn(trace, digits)
    for beat, parts in (("grad1", ("own", "later")), ("by-loss", ("by1.", "by2.", "by3."))):
        marks = {mark.id: mark for mark in figure[beat].marks}
        for t in (1, 2, 3):
            exact = []
            for unit in (1, 2):
                names = [f"{part}{t}.{unit}" for part in parts]
                terms = [marks[name].text for name in names if name in marks]
                exact.append(sum(map(decimal, terms)) == decimal(marks[f"sum{t}.{unit}"].text))
            assert all(exact) is (marks[f"sum{t}.sign"].text == "="), (beat, t)
    marks = {mark.id: mark for mark in figure["weight"].marks}
    exact = all(
        sum(decimal(marks[f"term{t}.{j}.{k}"].text) for t in (1, 2, 3))
        == decimal(marks[f"weight.{j}.{k}"].text)
        for j in (1, 2)
        for k in (1, 2)
    )
    assert (marks["weight.equals"].text == "=") is exact


def decimal(text):
    return number(text.lstrip("+"))


def test_it_says_what_is_left_out():
    figure = KIND.drawn(made(rnn(), 5, 4, 6))
    assert "first 3 of 6 timesteps" in figure.notes[0]
    assert "2 of 5 hidden units" in figure.notes[0]
    assert "2 of 4 inputs" in figure.notes[0]
    assert "constructed" in figure.notes[1]


def test_the_chain_is_said_to_shrink_only_where_it_does():
    assert "shrinks" in KIND.drawn()["chain"].beat.caption
    trace = made(rnn("relu"), 2, 2, 3)
    grown = rv.Params(np.eye(2), 3 * np.eye(2), np.ones(2), np.ones(2))
    trace = rv.trace(trace.cell, np.ones((3, 1, 2)), grown)
    assert "shrinks" not in KIND.drawn(trace)["chain"].beat.caption


def test_one_timestep_is_refused():
    with pytest.raises(RnnvizError, match="at least 2 timesteps, got 1"):
        KIND.drawn(made(rnn(), 2, 2, 1))
