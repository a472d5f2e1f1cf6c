"""One LSTM unit over a short sequence with its gates as ○ and −, and the gradient between them."""

from collections.abc import Iterator
from dataclasses import replace

from rnnviz.arrays import Array
from rnnviz.figures.marks import Disc, Mark, Math, Number, Pill, Wire, Words
from rnnviz.tracing import Trace

LEFT, PITCH = 324.0, 241.0
H_Y, O_Y, C_Y, I_Y, G_Y, X_Y = 200.0, 318.0, 456.0, 594.0, 712.0, 806.0
PILL, RADIUS = 112.0, 33.0
HALF = 0.5  # what is above lets pass, what is below blocks
FLAGS = ("write", "clear", "read")
PLACES = {"o": (0.0, O_Y), "f": (-PITCH / 2, C_Y), "i": (0.0, I_Y)}  # from the column's middle


def column(t: int) -> float:
    """Return the middle of a timestep, from 0."""
    return LEFT + PITCH * t


def frame(run: Trace) -> Iterator[Mark]:
    """Yield what stands before a gate is computed: wires, empty pills, and what is read when."""
    steps = run.sizes["T"]
    for t in range(steps):
        yield from _wires(t)
    for label, name, y in (("h", "h", H_Y), ("c", "c", C_Y), ("g", "g", G_Y)):
        yield Math(f"label.{name}", f"∂L/∂{label}_t", 40, y + 10, 32, "candidate")
    for label, y in (("o", O_Y), ("i", I_Y)):
        yield Math(f"label.{label}", f"{label}_t", 40, y + 10, 34, label)
    yield Words("label.x", "input", 40, X_Y + 9, 28, "x", bold=True)
    for t in range(steps):
        yield Words(f"t{t + 1}", f"t = {t + 1}", column(t), 136, 28, "muted", "centre")
        yield from gradients(t, None)
        flags = [word for word, on in zip(FLAGS, run["x"][t, 0, 1:], strict=True) if on > HALF]
        words = " + ".join(flags[::-1]) or "nothing"
        yield Words(f"x{t + 1}", words, column(t), X_Y + 9, 28, "x" if flags else "muted", "centre")


def gradients(t: int, values: dict[str, float] | None) -> Iterator[Pill]:
    """Yield the pills of ∂L/∂h, ∂L/∂c and ∂L/∂g of a timestep, empty without values."""
    for name, y in (("h", H_Y), ("c", C_Y), ("g", G_Y)):
        value = None if values is None else values[name]
        yield Pill(f"{name}{t + 1}", value, column(t), y, f"∂L/∂{name}[{t + 1},1]", "candidate",
                   PILL, 48, 28, signed=False, within=(0.0, 1.0))  # fmt: skip


def filled(t: int, of: dict[str, Array], digits: int) -> Iterator[Pill]:
    """Yield the pills of a timestep with the gradients (T,) of h, c and g."""
    for pill in gradients(t, {name: float(values[t]) for name, values in of.items()}):
        yield replace(pill, digits=digits)


def gates(run: Trace, t: int, digits: int) -> Iterator[Mark]:
    """Yield the gates of a timestep: ○ for an open one, − for a closed one, each with its value."""
    for name, (off, y) in PLACES.items():
        if name == "f" and not t:
            continue  # nothing is before the first timestep
        value = float(run[name][t, 0, 0])
        x, sign = column(t) + off, "○" if value > HALF else "−"
        yield Disc(f"{name}{t + 1}", x, y, RADIUS, name, 0.12 if value > HALF else 0.0, sign, 46,
                   2.5)  # fmt: skip
        under = name == "f"
        at = (x, y + RADIUS + 30) if under else (x + RADIUS + 10, y + 9)
        yield Number(f"{name}{t + 1}.value", value, *at, f"{name}[{t + 1},1]", 26, name,
                     "centre" if under else "left", signed=False, within=(0.0, 1.0),
                     digits=digits)  # fmt: skip


def passed(run: Trace, last: int) -> Iterator[tuple[list[int], list[str]]]:
    """Yield timesteps, from 0, that a loss at ``last`` reaches one after another, with the wires.

    First its own, then those behind open forget gates, then all that are left.
    """
    own = [f"ho{last + 1}", f"oc{last + 1}", *_inwards(run, last)]
    yield [*range(run.sizes["T"] - 1, last - 1, -1)], own
    found: list[int] = []
    wires: list[str] = []
    t = last
    while t and run["f"][t, 0, 0] > HALF:
        wires += [f"cf{t + 1}", f"fc{t + 1}", *_inwards(run, t - 1)]
        t -= 1
        found.append(t)
    yield found, wires
    if t:
        yield [*range(t - 1, -1, -1)], [f"cf{t + 1}"]


def _inwards(run: Trace, t: int) -> list[str]:
    """Return the wires from c towards g at a timestep, up to a closed input gate."""
    return [f"ci{t + 1}", f"ig{t + 1}"] if run["i"][t, 0, 0] > HALF else [f"ci{t + 1}"]


def wired(t: int) -> Iterator[str]:
    """Yield the ids of a timestep's wires."""
    return (wire.id for wire in _wires(t))


def blocked(run: Trace) -> list[str]:
    """Return the wires behind closed gates."""
    behind = {"o": "oc", "f": "fc", "i": "ig"}
    return [
        f"{wire}{t + 1}"
        for t in range(run.sizes["T"])
        for name, wire in behind.items()
        if run[name][t, 0, 0] < HALF and (t or name != "f")
    ]


def legend(run: Trace) -> Iterator[Mark]:
    """Yield what the signs mean and what was constructed."""
    y = 900.0
    for k, (sign, said) in enumerate(
        (
            ("○", "open, above one half: the gradient passes"),
            ("−", "closed, below: it is nearly blocked"),
        )
    ):
        x = 64 + 690 * k
        yield Disc(f"sign{k}", x, y - 9, 26, "neutral", 0.0, sign, 38)
        yield Words(f"sign{k}.said", said, x + 42, y, 28)
    yield Words("constructed", "weights constructed, gates do not read h", 1866, y, 26, "muted",
                "right")  # fmt: skip
    yield Words("forget.name", "between two timesteps: the forget gate", 40, 960, 28, "f")
    yield Math("forget", "∂c_t/∂c_{t−1} = f_t", 560, 961, 32, "f")


def _wires(t: int) -> Iterator[Wire]:
    x = column(t)
    half = 24.0
    yield _down(f"ho{t + 1}", x, H_Y + half, O_Y - RADIUS)
    yield _down(f"oc{t + 1}", x, O_Y + RADIUS, C_Y - half)
    yield _down(f"ci{t + 1}", x, C_Y + half, I_Y - RADIUS)
    yield _down(f"ig{t + 1}", x, I_Y + RADIUS, G_Y - half)
    if t:
        gate = x - PITCH / 2
        yield Wire(f"cf{t + 1}", ((x - PILL / 2, C_Y), (gate + RADIUS, C_Y)), "candidate")
        yield Wire(f"fc{t + 1}", ((gate - RADIUS, C_Y), (x - PITCH + PILL / 2, C_Y)), "candidate")


def _down(name: str, x: float, start: float, end: float) -> Wire:
    return Wire(name, ((x, start), (x, end)), "candidate")
