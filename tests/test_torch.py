"""The core against float64 PyTorch, forwards and backwards, over random shapes.

What torch's modules have is compared with them: RNN, LSTM, GRU, Embedding, Linear, softmax, losses,
packed sequences. They keep no gates, and they have no other variants, so every named value of
every variant is compared with a loop written out here in torch's operations, with autograd's
gradient of each. Where torch is not installed, tests/test_golden.py holds the core to stored
vectors.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz as rv
from rnnviz.cells import gru, lstm, rnn
from rnnviz.model import READOUTS
from runs import assert_close, drawn, runs
from variants import VARIANTS

F = torch.nn.functional

FORWARD, BACKWARD = 1e-12, 1e-10
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
KINDS = ("tanh", "relu", "lstm", "gru")


def tensor(array, grad=False):
    return torch.tensor(np.array(array), requires_grad=grad)


def array(value):
    return value.detach().numpy()


# Modules


def module(kind, inputs, hidden, **options):
    """One of torch's recurrent modules in float64, with weights that move its gates."""
    if kind in ("tanh", "relu"):
        made = torch.nn.RNN(inputs, hidden, nonlinearity=kind, dtype=torch.float64, **options)
    else:
        made = getattr(torch.nn, kind.upper())(inputs, hidden, dtype=torch.float64, **options)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return made


def places(net):
    """(layer, direction) -> the ending of its parameters' names, in torch's order."""
    ways = (("forward", ""), ("backward", "_reverse"))[: 1 + net.bidirectional]
    return {(k, way): f"_l{k}{end}" for k in range(net.num_layers) for way, end in ways}


def model_of(net, embedding=None, linear=None, activation="linear"):
    """The same network as a Model of this package."""
    biases = 2 if net.bias else 0
    if net.mode.startswith("RNN"):
        cell = rnn(net.mode[4:].lower(), biases)
    else:
        cell = {"LSTM": lstm, "GRU": gru}[net.mode](biases=biases)
    layers = [{} for _ in range(net.num_layers)]
    for (k, way), ending in places(net).items():
        given = [array(getattr(net, name + ending)) for name in NAMES[: 2 + biases]]
        layers[k][way] = rv.Params(*given)
    return rv.Model(
        tuple(rv.Layer(cell, params) for params in layers),
        None if embedding is None else array(embedding.weight),
        None
        if linear is None
        else rv.Readout(
            array(linear.weight), None if linear.bias is None else array(linear.bias), activation
        ),
    )


def run_torch(net, x, states, lengths=None):
    """h of the last layer at all timesteps, and the final h and c, from h0 and c0."""
    given = x
    if lengths is not None:
        given = torch.nn.utils.rnn.pack_padded_sequence(
            x, torch.tensor(lengths), enforce_sorted=False
        )
    out, final = net(given, states if len(states) == 2 else states[0])
    if lengths is not None:
        out, _ = torch.nn.utils.rnn.pad_packed_sequence(out, total_length=len(x))
    return out, final if isinstance(final, tuple) else (final,)


def weight_gradients(net, gradients):
    """name -> (ours, torch's) for every weight of a recurrent module."""
    return {
        name + ending: (ours, array(getattr(net, name + ending).grad))
        for key, ending in places(net).items()
        for name, ours in gradients[key].params.arrays.items()
    }


def state_gradients(net, gradients, starts):
    """The same for the initial states."""
    return {
        f"d{name} of {key}": (gradients[key].states[name], array(start.grad[i]))
        for name, start in zip(("h_prev", "c_prev"), starts, strict=False)
        for i, key in enumerate(places(net))
    }


@st.composite
def networks(draw, **fixed):
    """A recurrent module with sizes, states and perhaps lengths: a dict of what was drawn."""
    made = {
        "kind": draw(st.sampled_from(KINDS)),
        "layers": draw(st.integers(1, 2)),
        "two": draw(st.booleans()),
        "bias": draw(st.booleans()),
        "packed": draw(st.booleans()),
        **fixed,
    }
    steps, batch, inputs, hidden = (draw(st.integers(1, most)) for most in (5, 3, 4, 4))
    seed = draw(st.integers(0, 2**32))
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = module(
        made["kind"],
        inputs,
        hidden,
        num_layers=made["layers"],
        bidirectional=made["two"],
        bias=made["bias"],
    )
    rows = made["layers"] * (1 + made["two"])
    shape = (rows, batch, hidden)
    states = [rng.standard_normal(shape) for _ in range(1 + (made["kind"] == "lstm"))]
    lengths = rng.integers(1, steps + 1, batch) if made["packed"] else None
    x = rng.standard_normal((steps, batch, inputs))
    return net, x, states, lengths, rng


def start(states):
    """The initial states as keywords of Model.trace."""
    return dict(zip(("h0", "c0"), states, strict=False))


@given(case=networks())
@settings(max_examples=25)
def test_a_module_forwards_and_backwards(case):
    """Stacked, bidirectional, padded, with and without biases, from states that are not zero."""
    net, x, states, lengths, rng = case
    model = model_of(net)
    ours = model.trace(x, lengths=lengths, **start(states))

    xt, starts = tensor(x, grad=True), [tensor(state, grad=True) for state in states]
    out, final = run_torch(net, xt, starts, lengths)
    carried = dict(zip(("h_prev", "c_prev"), final, strict=False))
    forward = {"h": (ours.hidden, array(out))}
    for i, key in enumerate(places(net)):
        for name, state in carried.items():
            forward[f"{name} of {key}"] = (ours.final[key][name], array(state[i]))
    assert_close(forward, FORWARD)

    dh = rng.standard_normal(out.shape)
    ends = {name: rng.standard_normal(state.shape) for name, state in carried.items()}
    loss = (out * tensor(dh)).sum()
    loss = loss + sum((carried[name] * tensor(end)).sum() for name, end in ends.items())
    loss.backward()
    wanted = {key: {n: end[i] for n, end in ends.items()} for i, key in enumerate(places(net))}
    g = ours.backward(doutput=dh, final=wanted)
    assert_close(
        {
            "x": (g.x, array(xt.grad)),
            **weight_gradients(net, g),
            **state_gradients(net, g, starts),
        },
        BACKWARD,
    )


@given(
    case=networks(),
    reduction=st.sampled_from(["mean", "sum"]),
    activation=st.sampled_from(["linear", "log_softmax"]),
)
@settings(max_examples=15)
def test_tokens_through_a_model_to_a_cross_entropy(case, reduction, activation):
    """Embedding, recurrent layers, Linear, cross entropy; targets behind a sample's end ignored."""
    net, x, states, lengths, rng = case
    words, (steps, batch, inputs) = 6, x.shape
    embedding = torch.nn.Embedding(words, inputs, dtype=torch.float64)
    width = net.hidden_size * (1 + net.bidirectional)
    linear = torch.nn.Linear(width, words, bias=net.bias, dtype=torch.float64)
    tokens, targets = rng.integers(0, words, (2, steps, batch))
    model = model_of(net, embedding, linear, activation)
    ours = model.trace(tokens, lengths=lengths, **start(states))
    loss = rv.cross_entropy(ours.output, targets, lengths=lengths, reduction=reduction)

    starts = [tensor(state) for state in states]
    out, _ = run_torch(net, embedding(tensor(tokens)), starts, lengths)
    logits = linear(out)
    read = logits if activation == "linear" else F.log_softmax(logits, dim=-1)
    ends = np.full(batch, steps) if lengths is None else lengths
    asked = np.where(np.arange(steps)[:, None] < ends, targets, -100)  # which torch ignores
    expected = F.cross_entropy(
        read.reshape(-1, words), tensor(asked).reshape(-1), reduction=reduction
    )
    logits.retain_grad()
    expected.backward()
    assert_close(
        {
            "output": (ours.output, array(read)),
            "loss": (np.array(loss.value), array(expected)),
            "loss of each": (np.array(loss.each.sum()), array(expected)),
        },
        FORWARD,
    )
    g = ours.backward(doutput=loss.grad)
    tables = {"embedding": (g.embedding, array(embedding.weight.grad))}
    tables["linear"] = (g.readout_weight, array(linear.weight.grad))
    if net.bias:
        tables["linear's bias"] = (g.readout_bias, array(linear.bias.grad))
    tables["logits"] = (g.logits, array(logits.grad))
    assert_close({**tables, **weight_gradients(net, g)}, BACKWARD)


@given(
    case=networks(two=False, layers=1, packed=False),
    reduction=st.sampled_from(["mean", "sum"]),
    activation=st.sampled_from(READOUTS),
)
@settings(max_examples=10)
def test_a_squared_error_behind_each_readout(case, reduction, activation):
    net, x, states, _, rng = case
    linear = torch.nn.Linear(net.hidden_size, 3, dtype=torch.float64)
    target = rng.standard_normal((*x.shape[:2], 3))
    ours = model_of(net, None, linear, activation).trace(x, **start(states))
    loss = rv.squared_error(ours.output, target, reduction=reduction)

    xt = tensor(x, grad=True)
    logits = linear(run_torch(net, xt, [tensor(state) for state in states])[0])
    functions = {"linear": lambda v, dim: v, "softmax": F.softmax, "log_softmax": F.log_softmax}
    expected = F.mse_loss(
        functions[activation](logits, dim=-1), tensor(target), reduction=reduction
    )
    expected.backward()
    assert_close({"loss": (np.array(loss.value), array(expected))}, FORWARD)
    g = ours.backward(doutput=loss.grad)
    gradients = {
        "x": (g.x, array(xt.grad)),
        "linear": (g.readout_weight, array(linear.weight.grad)),
    }
    assert_close({**gradients, **weight_gradients(net, g)}, BACKWARD)


@given(case=networks(two=False, packed=False), chunk=st.integers(1, 4))
@settings(max_examples=10)
def test_truncated_backpropagation_is_torchs_with_detached_states(case, chunk):
    net, x, states, _, rng = case
    dh = rng.standard_normal((*x.shape[:2], net.hidden_size))
    g = model_of(net).trace(x, **start(states)).backward(doutput=dh, truncate=chunk)
    xt, carried = tensor(x, grad=True), [tensor(state) for state in states]
    for first in range(0, len(x), chunk):
        part = slice(first, first + chunk)
        out, final = run_torch(net, xt[part], carried)
        (out * tensor(dh[part])).sum().backward()
        carried = [state.detach() for state in final]
    assert_close({"x": (g.x, array(xt.grad)), **weight_gradients(net, g)}, BACKWARD)


@given(case=networks(two=False, packed=False, bias=True), steps=st.integers(1, 4))
@settings(max_examples=10)
def test_an_encoder_and_a_decoder(case, steps):
    """Teacher forcing and running freely; the gradient reaches the encoder through the states."""
    net, x, _, _, rng = case
    batch, inputs, hidden = *x.shape[1:], net.hidden_size
    kind = net.mode.lower().removeprefix("rnn_")
    decoder = module(kind, inputs, hidden, num_layers=net.num_layers)
    linear = torch.nn.Linear(hidden, inputs, dtype=torch.float64)
    pair = rv.EncoderDecoder(model_of(net), model_of(decoder, None, linear))
    first, targets = (
        rng.standard_normal((batch, inputs)),
        rng.standard_normal((steps, batch, inputs)),
    )
    ours = pair.trace(x, first, targets=targets)
    g = ours.backward(doutput=rv.squared_error(ours.decoder.output, targets).grad)

    xt = tensor(x, grad=True)
    _, encoded = net(xt)
    read = torch.cat([tensor(first[None]), tensor(targets[:-1])])
    written = linear(decoder(read, encoded)[0])
    F.mse_loss(written, tensor(targets)).backward()
    assert_close({"taught": (ours.decoder.output, array(written))}, FORWARD)
    assert_close({"x": (g.encoder.x, array(xt.grad)), **weight_gradients(net, g.encoder)}, BACKWARD)
    assert_close(weight_gradients(decoder, g.decoder), BACKWARD)

    now, state, free = tensor(first[None]), encoded, []
    for _ in range(steps):
        out, state = decoder(now, state)
        now = linear(out)
        free.append(array(now)[0])
    alone = pair.trace(x, first, steps=steps)
    assert_close({"free": (alone.decoder.output, np.stack(free))}, FORWARD)


# Every named value of every variant


def rnn_step(w, choices, x, h, c):
    act = {"tanh": torch.tanh, "relu": torch.relu}[choices["activation"]]
    h_x = F.linear(x, w["W_ih"], w.get("b_ih"))
    if choices["form"] == "dense":
        u = torch.relu(h_x)
        s = u + h
        h_pre = F.linear(s, w["W_hh"], w.get("b_hh"))
        return {"h_x": h_x, "u": u, "s": s, "h_pre": h_pre, "h": act(h_pre)}
    h_h = F.linear(h, w["W_hh"], w.get("b_hh", w.get("b_h")))
    h_pre = h_x + h_h
    return {"h_x": h_x, "h_h": h_h, "h_pre": h_pre, "h": act(h_pre)}


def gate(w, key, x, h, made, act, peep=None):
    """Add a gate's parts to what was made; ``peep`` is the cell state that it looks at."""
    made[f"{key}_x"] = F.linear(x, w[f"W_i{key}"], w.get(f"b_i{key}"))
    made[f"{key}_h"] = F.linear(h, w[f"W_h{key}"], w.get(f"b_h{key}", w.get(f"b_{key}")))
    made[f"{key}_pre"] = made[f"{key}_x"] + made[f"{key}_h"]
    if peep is not None:
        made[f"{key}_c"] = w[f"p_{key}"] * peep
        made[f"{key}_pre"] = made[f"{key}_pre"] + made[f"{key}_c"]
    made[key] = act(made[f"{key}_pre"])
    return made[key]


def lstm_step(w, choices, x, h, c):
    made, peep = {}, c if choices["peepholes"] else None
    i = gate(w, "i", x, h, made, torch.sigmoid, peep)
    f = gate(w, "f", x, h, made, torch.sigmoid, peep)
    g = gate(w, "g", x, h, made, torch.tanh)
    made["fc"], made["ig"] = f * c, i * g
    made["c"] = made["fc"] + made["ig"]
    o = gate(w, "o", x, h, made, torch.sigmoid, None if peep is None else made["c"])
    made["tanh_c"] = torch.tanh(made["c"])
    made["h"] = o * made["tanh_c"]
    return made


def gru_step(w, choices, x, h, c):
    made = {}
    r, z = (gate(w, key, x, h, made, torch.sigmoid) for key in "rz")
    if choices["reset"] == "after":
        made["n_x"] = F.linear(x, w["W_in"], w.get("b_in", w.get("b_n")))
        made["n_h"] = F.linear(h, w["W_hn"], w.get("b_hn"))
        made["rn"] = r * made["n_h"]
        made["n_pre"] = made["n_x"] + made["rn"]
    else:
        made["rh"] = r * h
        made["n_x"] = F.linear(x, w["W_in"], w.get("b_in"))
        made["n_h"] = F.linear(made["rh"], w["W_hn"], w.get("b_hn", w.get("b_n")))
        made["n_pre"] = made["n_x"] + made["n_h"]
    made["n"] = torch.tanh(made["n_pre"])
    made["z_not"] = 1 - z
    write, keep = (made["z_not"], z) if choices["update"] == "keep" else (z, made["z_not"])
    made["zn"], made["zh"] = write * made["n"], keep * h
    made["h"] = made["zn"] + made["zh"]
    return made


LOOPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def looped(run):
    """Weights, initial states and every value of every timestep as tensors that keep gradients."""
    w = {name: tensor(block, grad=True) for name, block in run.params.blocks(run.cell).items()}
    starts = {name: tensor(state, grad=True) for name, state in run.states.items()}
    state, timesteps = starts, []
    for x in run.x:
        # a copy for each timestep: h_prev's gradient is the part of dL/dh that goes through it
        read = {name: value.clone() for name, value in state.items()}
        x_t = tensor(x, grad=True)
        made = LOOPS[run.cell.name](
            w, dict(run.cell.choices), x_t, read["h_prev"], read.get("c_prev")
        )
        timesteps.append({"x": x_t, **read, **made})
        for value in timesteps[-1].values():
            value.retain_grad()
        state = {f"{new}_prev": made[new] for new in run.cell.next_state}
    return w, starts, timesteps, state


def compare_by_name(run):
    """Assert that every value and its gradient are torch's."""
    w, starts, timesteps, final = looped(run)
    h = torch.stack([made["h"] for made in timesteps])
    loss = (tensor(run.dh) * h).sum()
    for name, end in run.ends.items():
        loss = loss + (tensor(end) * final[name]).sum()
    loss.backward()

    tr = run.trace()
    assert set(timesteps[0]) == set(tr.names)
    values = {n: (tr[n], np.stack([array(made[n]) for made in timesteps])) for n in tr.names}
    assert_close(values, FORWARD)
    g = run.backward(tr)
    slopes = {n: (g[n], np.stack([array(made[n].grad) for made in timesteps])) for n in tr.names}
    states = {f"start {n}": (g.states[n], array(s.grad)) for n, s in starts.items()}
    blocks = g.params.blocks(tr.cell)
    weights = {f"weights {n}": (blocks[n], array(block.grad)) for n, block in w.items()}
    # all at once: a weight's gradient is a sum of the values' gradients, which may cancel
    assert_close({**slopes, **states, **weights}, BACKWARD)


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_every_named_value_and_its_gradient(cell):
    compare_by_name(drawn(cell, steps=4, batch=3, inputs=3, hidden=4, seed=8))


@given(run=runs())
@settings(max_examples=25)
def test_every_named_value_and_its_gradient_whatever_the_shapes(run):
    compare_by_name(run)


def test_the_comparison_sees_a_number_that_is_a_little_off():
    values = np.random.default_rng(0).standard_normal((3, 2))
    off = values.copy()
    off[1, 0] *= 1 + 1e-9
    assert_close({"h": (values, values.copy())}, BACKWARD)
    with pytest.raises(AssertionError, match="h"):
        assert_close({"x": (values, values), "h": (values, off)}, BACKWARD)
    with pytest.raises(AssertionError, match="h"):
        assert_close({"h": (values, values[:1])}, BACKWARD)


def test_a_tensor_that_has_a_gradient_is_refused_in_one_line():
    with pytest.raises(rv.RnnvizError, match=r"^x: wanted numbers of shape .*, got Tensor: "):
        rv.trace("gru", torch.ones((2, 3), requires_grad=True))
