"""The figure of batching: its columns, the h that is carried, and the gradient that is cut."""

import numpy as np
import pytest
import torch

from rnnviz.figures.batching_run import LETTERS, PERIOD, STEPS, batched, letter_model
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Number, Pill, Words

KIND = figure_named("batching")
TRACE = KIND.demo()
X = ("agms", "bhnt", "ciou", "djpv", "ekqw")  # NYU's columns, and what follows in them
Y = ("bhnt", "ciou", "djpv", "ekqw", "flrx")


def torchs(cut):
    """Run the same network in PyTorch; return h, losses, dL/dh_3 from chunk 2 and dL/dW_hh."""
    model = letter_model(TRACE.cell, TRACE.params)
    tensors = {name: torch.tensor(np.array(one)) for name, one in TRACE.params.arrays.items()}
    w_hh = tensors["weight_hh"].requires_grad_()
    table = torch.tensor(np.array(model.embedding))
    readout = torch.tensor(np.array(model.readout.weight))
    h = torch.zeros(4, 2, dtype=torch.float64)
    hs, losses = [], []
    for t in range(STEPS):
        x = table[[LETTERS.index(one) for one in X[t]]]
        carried = h.detach() if cut and t == PERIOD else h
        h = torch.tanh(
            x @ tensors["weight_ih"].T + tensors["bias_ih"] + carried @ w_hh.T + tensors["bias_hh"]
        )
        hs.append(h)
        wanted = torch.tensor([LETTERS.index(one) for one in Y[t]])
        losses.append(torch.nn.functional.cross_entropy(h @ readout.T, wanted, reduction="sum"))
    later = torch.autograd.grad(
        sum(losses[PERIOD:]), hs[PERIOD - 1], retain_graph=True, allow_unused=True
    )[0]
    later = torch.zeros_like(h) if later is None else later
    weight = torch.autograd.grad(sum(losses), w_hh)[0]
    made = torch.stack(hs), torch.stack(losses), later, weight
    return [one.detach().numpy() for one in made]


def values(beat, name):
    """Return the values of marks on the screen whose id starts with ``name``, in order."""
    return [
        mark.value
        for mark in KIND.drawn()[beat].marks
        if isinstance(mark, Pill | Number) and mark.id.startswith(name)
    ]


def close(one, other):
    assert np.allclose(np.ravel(one), np.ravel(other), rtol=1e-10, atol=1e-13)


def test_the_letters_are_nyus():
    marks = {mark.id: mark.text for mark in KIND.drawn()["network"].marks if type(mark) is Words}
    for t in range(STEPS):
        assert "".join(marks[f"x{t + 1}.{b}"] for b in (1, 2, 3, 4)) == X[t]
        assert "".join(marks[f"y{t + 1}.{b}"] for b in (1, 2, 3, 4)) == Y[t]


def test_the_carried_h_is_that_of_one_run_over_the_whole_sequence():
    close(batched(TRACE).h, TRACE["h"])
    close(values("recap", "carried."), TRACE["h"][PERIOD - 1])
    for t in range(STEPS):
        close(values("recap", f"h{t + 1}."), TRACE["h"][t])


@pytest.mark.parametrize("cut", [False, True])
def test_h_and_losses_are_torchs_with_the_cut_and_without(cut):
    h, losses, _, _ = torchs(cut)
    close(batched(TRACE).h, h)
    close([values("recap", f"L{t + 1}") for t in range(STEPS)], losses)


def test_without_the_cut_the_gradient_is_torchs():
    _, _, later, weight = torchs(cut=False)
    assert np.abs(later).min() > 0
    close(values("chained", "through."), later)
    close(values("recap", "back."), later)
    close(values("recap", "whole."), weight)


def test_with_the_cut_nothing_of_chunk_2_reaches_chunk_1():
    _, _, later, weight = torchs(cut=True)
    assert values("cut", "through.") == [0.0] * 8
    assert not later.any()
    close(values("recap", "truncated."), weight)
    assert not np.allclose(values("recap", "truncated."), values("recap", "whole."))


def test_what_is_not_computed_yet_is_not_shown():
    assert set(values("network", "h1.")) == {None}
    assert set(values("read1", "h4.")) == {None}
    assert set(values("read2", "back.")) == {None}
