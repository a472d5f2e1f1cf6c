"""Vanishing gradients: an RNN, an LSTM and a GRU over 50 timesteps, and what gates let pass."""

import numpy as np

from rnnviz.arrays import Array
from rnnviz.figures import vanishing_gates as gates
from rnnviz.figures import vanishing_rows as rows
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Curve, Mark, Math, Number, Words
from rnnviz.figures.vanishing_highway import put_biases
from rnnviz.figures.vanishing_models import (
    BIAS,
    LOUD,
    Row,
    demo,
    highways,
    opened_and_closed,
)
from rnnviz.figures.vanishing_models import rows as networks
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace

__all__ = ["CELL", "TAKES", "demo", "figure"]

CELL = "lstm"
TAKES = ()
HIGH = 508.0  # where the curves begin under five rows
NOTES = (
    "8 units, random weights: a seed near the median of 15, others differ",
    "radius: the largest |eigenvalue| of W_hh · size: Euclidean norm",
)
TAGS = {
    "below": (7, 7, 40),
    "above": (15, 15, -14),
    "loud": (7, 7, 36),
    "lstm": (3, 3, -16),
    "gru": (6, 6, 27),
}  # where curves have their names: which points tell x and y, from 0, and how far from it


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the gradients of five networks, of an LSTM with three biases, and through gates."""
    sheet = Sheet("Vanishing gradients", NOTES)
    found = networks(trace)
    _five(sheet, trace, found, digits)
    recap = dict(sheet.marks)
    keep = ("x", "x.title", "x.said")
    sheet.drop(*(name for name in sheet.marks if name not in keep))
    put_biases(sheet, highways(trace["x"]), digits)
    _gates(sheet, opened_and_closed(), digits)
    _recap(sheet, recap, found, digits)
    return sheet.figure()


def _five(sheet: Sheet, trace: Trace, found: tuple[Row, ...], digits: int) -> None:
    """Put the same input into five networks, and their gradients on a logarithmic scale."""
    x = trace["x"][:, 0]
    scale = rows.decades([row.norms for row in found])
    sheet.put(rows.strip(x), rows.plot("size", len(x), HIGH, scale, "size of", "∂L/∂h_t"))
    sheet.put(_explained())
    for k, row in enumerate(found):
        sheet.put(rows.named(row.id, k, row.title, row.said, len(x)))
    said = (
        f"The same {len(x)} inputs for all. L is unit 1 of h_{len(x)}: "
        "there its gradient starts with size 1."
    )
    sheet.beat("input", "One input, five networks", said, "Five networks and one input")
    words = _words(found, digits)
    for k, row in enumerate(found):
        cells = rows.cells(row.id, k, row.norms, scale, f"{row.id} ‖∂L/∂h‖")
        ref = f"{row.id} ‖∂L/∂h‖ over t"
        line = rows.curve(f"{row.id}.curve", row.norms, scale, HIGH, ref, row.role)
        beside = [*rows.beside(row, k, digits), _tag(row, line)]
        if row.title == "RNN":
            beside += _straight(row, k, digits)
        sheet.put(cells, line, beside)
        wave = Wave((*(cell.id for cell in cells), line.id, *(mark.id for mark in beside)))
        sheet.beat(row.id, *words[row.id], waves=[wave])


def _words(found: tuple[Row, ...], digits: int) -> dict[str, tuple[str, str, str]]:
    """Return title, caption and lead of the beat of each network."""
    below, above, _, lstm, gru = found
    rate = {row.id: show(row.rate, digits) for row in found}
    keeps = {row.id: show(row.keeps, digits, within=(0, 1)) for row in (lstm, gru)}
    lost = round(-np.log10(below.norms[0]))
    return {
        "below": (
            "RNN with a radius below 1",
            f"Radius {show(below.keeps, digits)}: × {rate['below']} a step on average, "
            f"about {lost} powers of ten in {len(below.norms) - 1} steps: it vanishes.",
            "An RNN whose W_hh has a spectral radius below 1, from the last timestep back",
        ),
        "above": (
            "RNN with a radius above 1",
            f"Radius {show(above.keeps, digits)}, tanh nearly straight: "
            f"{show(above.norms[0], digits)} at t = 1, the gradient explodes.",
            "The same W_hh, scaled to a radius above 1",
        ),
        "loud": (
            "The radius is a rule of thumb",
            f"The same W_hh, {LOUD} × W_ih: tanh saturates, only × {rate['loud']} a step is left.",
            "The same W_hh again, with an input so strong that tanh saturates",
        ),
        "lstm": (
            "LSTM",
            f"This LSTM, mean f {keeps['lstm']}: × {rate['lstm']} a step. "
            f"{show(lstm.norms[0], digits)} is left at t = 1.",
            "An LSTM on the same input",
        ),
        "gru": (
            "GRU",
            f"This GRU, mean z {keeps['gru']}: × {rate['gru']} a step. "
            f"{show(gru.norms[0], digits)} is left at t = 1.",
            "A GRU on the same input; z keeps h",
        ),
    }


def _tag(row: Row, line: Curve) -> Words:
    """Return the name of a curve, over it or under it."""
    text = {"below": "RNN, radius below 1", "above": "RNN, radius above 1",
            "loud": f"RNN, {LOUD} × W_ih"}.get(row.id, row.title)  # fmt: skip
    across, up, off = TAGS[row.id]
    x, y = line.points[across][0], line.points[up][1]
    return Words(f"{row.id}.tag", text, x + 14, y + off, 26, row.role, bold=True)


def _straight(row: Row, place: int, digits: int) -> list[Mark]:
    """Return how large an RNN's h is on average: small where tanh is nearly straight."""
    x, y = rows.RIGHT + 54, 700 + 46 * place
    size = float(np.abs(row.trace["h"]).mean())
    name = ("radius below 1", "radius above 1", f"{LOUD} × W_ih")[place]
    return [
        Words(f"{row.id}.mean.name", name, x, y, 25, "muted"),
        Number(f"{row.id}.mean", size, 1880, y, f"{row.id} mean |h|", 25, "h", "right",
               signed=False, within=(0.0, 1.0), digits=digits),
    ]  # fmt: skip


def _explained() -> list[Mark]:
    """Return what stands beside the scale of sizes."""
    x = rows.RIGHT + 54
    return [
        Words("key.said", "colour of the rows", x, 532, 25, "muted"),
        Words("loss.said", "L: unit 1 of the last h", 40, 652, 26),
        Words("back.said", "one step back in an RNN:", 40, 724, 26),
        Math("back", "∂L/∂h_{t−1} =", 40, 774, 30),
        Math("back.more", "W_{hh}^T (s ⊙ ∂L/∂h_t)", 40, 820, 30),
        Math("slope", "s = 1 − h_t^2", 40, 884, 30),
        Words("slope.said", "is tanh's slope", 40, 922, 26, "muted"),
        Words("mean.head", "mean |h| of the RNNs", x, 650, 26, "h", bold=True),
        Words("mean.low", "near 0: tanh is straight", x, 850, 25, "muted"),
        Words("mean.high", "near 1: tanh saturates", x, 888, 25, "muted"),
    ]


def _gates(sheet: Sheet, run: Trace, digits: int) -> None:
    """Show gates that let the gradient pass or block it, for two places of the loss."""
    sheet.drop(*sheet.marks)
    steps = run.sizes["T"]
    sheet.put(gates.frame(run), gates.legend(run))
    found = [list(gates.gates(run, t, digits)) for t in range(steps)]
    sheet.put(*found)
    signs = [(*(mark.id for mark in some), *gates.wired(t)) for t, some in enumerate(found)]
    sheet.change(*gates.blocked(run), role="faint")
    f5 = show(float(run["f"][4, 0, 0]), digits, within=(0, 1))
    sheet.beat(
        "gates",
        "Gates: ○ lets pass, − blocks",
        f"Each sign is a computed gate. At t = 5 f is {f5}: the unit forgets what it held.",
        "One LSTM unit that writes, keeps, reads and clears",
        waves=[Wave(tuple(name for some in signs for name in some))],
    )
    reads = [t for t in range(steps) if run["o"][t, 0, 0] > gates.HALF]
    for k, name in enumerate(("late", "both")):
        summed = reads[1:] if k == 0 else reads
        of = _gradients(run, summed)
        sheet.put(Math("loss", f"L = {' + '.join(f'h_{t + 1}' for t in summed)}", 1866, 961, 34,
                       "candidate", "right"))  # fmt: skip
        waves = []
        for some, wires in gates.passed(run, summed[0]):
            pills = [pill for t in some for pill in gates.filled(t, of, digits)]
            sheet.put(pills)
            waves.append(Wave(tuple(pill.id for pill in pills), pulses=tuple(wires)))
        sheet.beat(name, *_passing(of, k, reads, digits), waves=waves)


def _passing(of: dict[str, Array], k: int, reads: list[int], digits: int) -> tuple[str, str, str]:
    late, early = reads[1] + 1, reads[0] + 1
    if k == 0:
        one, other = (show(float(of["g"][t]), digits, within=(0, 1)) for t in (4, 0))
        return (
            f"From h at t = {late}",
            f"From h_{late} back: {one} reaches what was written at t = 5, but only {other} "
            "passes f_5 to t = 1.",
            f"L = h at t = {late}: its gradient runs back",
        )
    one = show(float(of["g"][0]), digits, within=(0, 1))
    return (
        f"From h at t = {early} as well",
        f"From h_{early} it passes f_4, f_3 and f_2: {one} reaches what was written at t = 1.",
        f"L = h at t = {early} + h at t = {late}",
    )


def _gradients(run: Trace, reads: list[int]) -> dict[str, Array]:
    """Return ∂L/∂h, ∂L/∂c and ∂L/∂g (T,) for L = the sum of h at some timesteps."""
    outside = np.zeros_like(run["h"])
    outside[reads] = 1.0
    found = run.backward(outside)
    return {name: found[name][:, 0, 0] for name in ("h", "c", "g")}


def _recap(sheet: Sheet, marks: dict[str, Mark], found: tuple[Row, ...], digits: int) -> None:
    """Put the five networks back."""
    sheet.drop(*sheet.marks)
    sheet.put(marks.values())
    rates = {row.id: show(row.rate, digits) for row in found}
    sheet.beat(
        "recap",
        "Recap",
        f"A step back: RNN × {rates['below']}, × {rates['above']} or × {rates['loud']}; "
        f"with a bias of {BIAS:.0f} LSTM × {rates['lstm']}, GRU × {rates['gru']}.",
    )
