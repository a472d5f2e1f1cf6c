"""Backpropagation through time: the unrolled graph forwards, and dL/d of its values backwards."""

from rnnviz.cells import RNN
from rnnviz.equations import subscript
from rnnviz.figures import bptt_graph as graph
from rnnviz.figures import bptt_ledger as ledger
from rnnviz.figures.bptt_forwards import fold, forwards, losses, unroll
from rnnviz.figures.bptt_run import INPUTS, Unrolled, unrolled
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Math, Words
from rnnviz.params import demo as drawn
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace
from rnnviz.tracing import trace as traced

CELL, TAKES = "rnn", ("weights", "input")
TITLE = "Backpropagation through time"


def demo() -> Trace:
    """Return three timesteps of two inputs and two units, with the demo's weights and h_0."""
    made = drawn(RNN, input_size=2)
    return traced(RNN, made.x, made.params, h0=made.states["h_prev"])


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the walk forwards over up to three timesteps and back again from their losses."""
    run = unrolled(trace)
    sheet = Sheet(TITLE, notes(run))
    fold(sheet, run, digits)
    unroll(sheet, run, digits)
    forwards(sheet, run, digits)
    losses(sheet, run, digits)
    errors(sheet, run, digits)
    last_state(sheet, run, digits)
    earlier_states(sheet, run, digits)
    losses_apart(sheet, run, digits)
    chain(sheet, run, digits)
    products(sheet, run, digits)
    summed(sheet, run, digits)
    shown = show(run.loss, digits)
    caption = (
        f"From a loss of {shown} back through {run.steps} timesteps: one gradient for one W_hh."
    )
    sheet.beat("recap", "Recap", caption)
    return sheet.figure()


def notes(run: Unrolled) -> tuple[str, str]:
    """Return what is shown of what, and what was not given but made."""
    steps = f"T = {run.steps}"
    if run.whole > run.steps:
        steps = f"the first {run.steps} of {run.whole} timesteps, as if no more came"
    hidden, width = len(run.h0), run.x.shape[1]
    units = f"{hidden} hidden unit{'s' * (hidden > 1)}"
    if hidden > len(run.units):
        units = f"{len(run.units)} of {hidden} hidden units shown"
    inputs = f" · {INPUTS} of {width} inputs shown" if width > INPUTS else ""
    return f"{steps} · {units}{inputs}", "readout and targets are constructed"


def errors(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Start backwards: dL/dŷ_t at every timestep."""
    sheet.drop("formula*", "weights*")
    counted = range(1, run.steps + 1)
    wires = [mark for t in range(run.steps) for mark in graph.downwards(run, t)]
    sheet.put(wires)
    for t in range(run.steps):
        sheet.put(graph.made_grad(run, t, float(run.dy[t]), digits))
    sheet.put(ledger.heading(run, "Where it comes from"))
    sheet.put(ledger.labels("path", ("from L_t, via ŷ_t", "through h_{t+1}"), "∂L/∂h_t"))
    delta = f"δ_t = ∂L/∂a_t = {ledger.slope(run, 't')} ⊙ ∂L/∂h_t"
    sheet.put(Math("path.rule.text", "∂L/∂h_t = ∂L_t/∂h_t + W_{hh}^T δ_{t+1}", ledger.LEFT, 940,
                   30.0), Words("path.with", "with", 526, 940, 28.0, "muted"),
              Math("path.delta", delta, 612, 940, 30.0))  # fmt: skip
    starts = tuple(f"t{t}.L.back" for t in counted)
    others = tuple(f"t{t}.y.back" for t in counted)
    waves = [Wave((*starts, *(f"dy{t}" for t in counted)), pulses=starts), Wave(others)]
    shown, last = show(float(run.dy[-1]), digits), subscript(run.steps - 1)
    caption = f"Back from each loss: ∂L/∂ŷ = 2 (ŷ − y), {shown} at ŷ{last}."
    sheet.beat("errors", "Backwards: the readouts", caption, "Now back from the losses.",
               waves=waves)  # fmt: skip


def last_state(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Give the last hidden state its gradient, from its own loss alone."""
    t = run.steps - 1
    receive(sheet, run, t, digits)
    name = f"h{subscript(t)}"
    caption = f"Nothing follows {name}: all of its gradient is from L{subscript(t)}."
    ids = [name for group in arriving(sheet, t) for name in group]
    sheet.beat(f"grad{t + 1}", f"∂L/∂{name}", caption, "The last timestep first.", t + 1,
               [Wave(tuple(ids), pulses=(f"t{t + 1}.y.back",))])  # fmt: skip


def earlier_states(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Give each hidden state before the last its gradient, by two paths."""
    for t in reversed(range(run.steps - 1)):
        sheet.put(graph.backwards(run, t))
        receive(sheet, run, t, digits)
        unit = run.units[0]
        own, later, whole = (float(one[t, unit]) for one in (run.own, run.later, run.dh))
        sum_ = ledger.said([own, later], whole, digits)
        name = f"∂L/∂h{subscript(t)}"
        paths = f"from L{subscript(t)} and through h{subscript(t + 1)}"
        caption = f"Two paths, {paths}: {sum_} in unit {unit + 1}."
        own_ids, rest = arriving(sheet, t)
        back = f"h{t + 1}.back"
        through = (back, f"{back}.W", *sheet.found(f"later{t + 1}.*"))
        waves = [
            Wave(own_ids, pulses=(f"t{t + 1}.y.back",)),
            Wave(through, pulses=(back,)),
            Wave(tuple(name for name in rest if name not in through)),
        ]
        sheet.beat(f"grad{t + 1}", name, caption, "One timestep back.", t + 1, waves)


def receive(sheet: Sheet, run: Unrolled, t: int, digits: int) -> None:
    """Put dL/dh_t into its pills and its two parts into the ledger."""
    sheet.put(graph.hidden_grad(run, t, True, digits))
    sheet.put(
        ledger.entries(run, t, 0, run.own[t], f"own{t + 1}", f"∂L_{t + 1}/∂h[{t + 1}", digits)
    )
    ref = f"∂L/∂h[{t + 1}] through h[{t + 2}"
    sheet.put(ledger.entries(run, t, 1, run.later[t], f"later{t + 1}", ref, digits))
    sheet.put(ledger.sums(run, t, (run.own[t], run.later[t]), f"sum{t + 1}", digits))


def arriving(sheet: Sheet, t: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of what comes from the loss at t, and of what follows."""
    return (
        sheet.found(f"own{t + 1}.*"),
        sheet.found(f"later{t + 1}.*", f"sum{t + 1}.*", f"dh{t + 1}.*"),
    )


def losses_apart(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Split the same gradients by the loss that they come from."""
    sheet.drop("path*", "own*", "later*", "sum*")
    counted = range(run.steps)
    sheet.change("ledger.title", text="By loss")
    sheet.put(ledger.labels("loss", [f"from L_{s + 1}" for s in counted], "∂L/∂h_t"))
    waves = []
    for s in reversed(counted):
        for t in reversed(range(s + 1)):
            ref = f"∂L_{s + 1}/∂h[{t + 1}"
            name = f"by{s + 1}.{t + 1}"
            sheet.put(ledger.entries(run, t, s, run.by_loss[s, t], name, ref, digits))
        way = (f"t{s + 1}.y.back", *(f"h{t + 1}.back" for t in range(s)))
        waves.append(Wave(sheet.found(f"by{s + 1}.*"), pulses=way))
    for t in counted:
        sheet.put(ledger.sums(run, t, [*run.by_loss[:, t]], f"sum{t + 1}", digits))
    last = f"h{subscript(run.steps - 1)}"
    caption = f"The same by loss: h₁ has a share of all {run.steps}, {last} only of its own."
    sheet.beat("by-loss", "The same, by loss", caption, "Which loss is it from?", waves=waves)


def chain(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Follow the last loss's share alone, all the way back."""
    sheet.drop("loss*", "by*", "sum*")
    last = run.steps
    sheet.change("ledger.title", text=f"From L{subscript(last - 1)} alone")
    sheet.put(ledger.chained(run))
    waves = []
    for t in reversed(range(last)):
        new = [*ledger.share(run, t, digits)]
        sheet.put(new)
        pulse = f"h{t + 1}.back" if t < last - 1 else f"t{t + 1}.y.back"
        waves.append(Wave(tuple(mark.id for mark in new), pulses=(pulse,)))
    lengths = ", ".join(show(float(one), digits) for one in run.reach[::-1])
    caption = f"Step by step back, L{subscript(last - 1)}'s share has length {lengths}"
    caption += ": it shrinks." if ledger.shrinks(run.reach, digits) else "."
    sheet.beat("chain", "The chain", caption, "One loss alone.", waves=waves)


def products(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Show what each timestep adds to the gradient of the one W_hh."""
    sheet.drop("share*")
    sheet.change("ledger.title", text="By timestep")
    source = "s_t" if run.is_dense else "h_{t-1}"
    sheet.put(
        Math("param.name1", "δ_t = ∂L/∂a_t", ledger.LEFT, ledger.ROWS[0], 28.0, graph.GRADIENT),
        Math("param.name2", source, ledger.LEFT, ledger.ROWS[1], 28.0, "h"),
    )
    new = [
        mark
        for t in reversed(range(run.steps))
        for mark in (*ledger.factors(run, t, digits), *ledger.term(run, t, digits))
    ]
    sheet.put(new)
    waves = [Wave(tuple(mark.id for mark in new))]
    what = "s" if run.is_dense else "the h before"
    caption = f"W_hh was used {run.steps} times; each timestep adds δ times {what}."
    sheet.beat("terms", "What each timestep adds", caption, "Now the weights.", waves=waves)


def summed(sheet: Sheet, run: Unrolled, digits: int) -> None:
    """Add the timesteps' shares up to dL/dW_hh."""
    new = [*ledger.weight(run, digits)]
    sheet.put(new)
    unit = run.units[0]
    parts = [float(one[unit, unit]) for one in run.terms]
    sum_ = ledger.said(parts, float(run.weight[unit, unit]), digits)
    caption = f"They add up over time; upper left: {sum_}."
    sheet.beat("weight", "∂L/∂W_hh", caption, "One W_hh, one sum.",
               waves=[Wave(tuple(mark.id for mark in new))])  # fmt: skip
