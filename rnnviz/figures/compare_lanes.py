"""The first timesteps of the three cells: x on top, a lane of boxes and states for each cell."""

from collections.abc import Iterator

from rnnviz.diagram import Box as Area
from rnnviz.diagram import Point
from rnnviz.figures.compare_cells import INPUTS, Run
from rnnviz.figures.marks import Bar, Box, Mark, Math, Pill, Scale, Wire, Words

STEPS = 5  # shown one by one
LEFT, PITCH = 502.0, 276.0  # of the columns
BOX, STATE = (34.0, 146.0), 220.0  # sides of a box and middle of a state in its column
TOPS = {"rnn": 262.0, "lstm": 415.0, "gru": 690.0}  # of the cards beside the lanes
BOXES = {"rnn": (292.0, 402.0), "lstm": (440.0, 672.0), "gru": (716.0, 936.0)}
ROWS = {"rnn": {"h": 352.0}, "lstm": {"c": 500.0, "h": 622.0}, "gru": {"h": 830.0}}
GATES = {"rnn": "", "lstm": "fio", "gru": "zr"}
ROOM = 44.0  # from unit to unit
UNIT_SCALE = Scale(0, 1)


def box(run: Run, t: int) -> Area:
    """Return where a cell's box of a timestep is."""
    start = LEFT + PITCH * t
    top, bottom = BOXES[run.name]
    return Area(start + BOX[0], top, start + BOX[1], bottom)


def states(run: Run, t: int, digits: int, *, known: bool) -> Iterator[Mark]:
    """Yield what is carried out of timestep t, from 0; -1 is what the sequence starts from."""
    x = LEFT + PITCH * t + STATE
    for name, y in ROWS[run.name].items():
        top = y - ROOM * (len(run.units) - 1) / 2
        stem = f"{run.name}{t + 1}.{name}"
        yield Math(f"{stem}.name", f"{name}_{{{t + 1}}}", x, top - 30, 28, name, "centre")
        for row, unit in enumerate(run.units):
            value = run.of(f"{name}_prev", 0, unit) if t < 0 else run.of(name, t, unit)
            ref = f"{run.cell.title} {name}[{t + 1},{unit + 1}]"
            held = value if known else None
            yield Pill(f"{stem}{unit + 1}", held, x, top + ROOM * row, ref, name,
                       height=40, digits=digits)  # fmt: skip


def frame(run: Run, t: int) -> Iterator[Mark]:
    """Yield the box of a cell at a timestep and the wires through which its states come and go."""
    area, before = box(run, t), LEFT + PITCH * (t - 1) + STATE
    for name, y in ROWS[run.name].items():
        after = LEFT + PITCH * t + STATE - 52
        yield Wire(f"{run.name}{t + 1}.{name}.in", ((before + 52, y), (area.left, y)), name)
        yield Wire(f"{run.name}{t + 1}.{name}.out", ((area.right, y), (after, y)), name)
    yield Box(f"{run.name}{t + 1}.box", area.left, area.top, area.right, area.bottom)
    letters = GATES[run.name]
    if not letters:
        middle = (area.left + area.right) / 2
        yield Math(f"{run.name}{t + 1}.tanh", "tanh", middle, ROWS["rnn"]["h"] + 9, 30, "ink",
                   "centre")  # fmt: skip
    if letters:
        _, top = _bars(area)
        ends = ((area.left + 4, top), (area.right - 4, top))
        yield Wire(f"{run.name}{t + 1}.one", ends, "faint", 2, arrow=False)
    for k, letter in enumerate(letters):
        x = _slot(run, area, k)
        yield Math(f"{run.name}{t + 1}.{letter}.name", letter, x, area.bottom - 14, 28, letter,
                   "centre")  # fmt: skip


def _slot(run: Run, area: Area, k: int) -> float:
    wide = (area.right - area.left - 8) / len(GATES[run.name])
    return area.left + 4 + wide * (k + 0.5)


def _bars(area: Area) -> tuple[float, float]:
    """Return where a box's bars stand, and how high a bar of 1 is."""
    return area.bottom - 48, area.top + 20


def gates(run: Run, t: int) -> Iterator[Mark]:
    """Yield the gates of a timestep as bars, a bar a unit, from 0 to 1."""
    area = box(run, t)
    foot, top = _bars(area)
    for k, letter in enumerate(GATES[run.name]):
        for row, unit in enumerate(run.units):
            x = _slot(run, area, k) + 15 * (row - (len(run.units) - 1) / 2)
            stem, ref = f"{run.name}{t + 1}.{letter}", f"{letter}[{t + 1},{unit + 1}]"
            value, title = run.of(letter, t, unit), f"{run.cell.title} {ref}"
            yield Bar(
                f"{stem}{unit + 1}", value, UNIT_SCALE, x, foot, foot - top, 13, title, letter
            )


def inputs(runs: tuple[Run, ...], t: int, digits: int) -> Iterator[Mark]:
    """Yield x of a timestep and its way into the boxes of all three cells."""
    x, start = runs[0].trace["x"][t, 0], LEFT + PITCH * t
    middle = start + (BOX[0] + BOX[1]) / 2
    shown = min(INPUTS, len(x))
    low = 158.0 + 38 * (shown - 1)
    for run in runs:
        top = BOXES[run.name][0]
        way: tuple[Point, ...] = ((middle, low + 17), (middle, top))
        if run is not runs[0]:
            bus, above = start + 8, top - 15
            way = ((middle - 52, low), (bus, low), (bus, above), (middle, above), (middle, top))
        yield Wire(f"x{t + 1}.{run.name}", way, "x")
    for k in range(shown):
        yield Pill(f"x{t + 1}.{k + 1}", float(x[k]), middle, 158 + 38 * k, f"x[{t + 1},{k + 1}]",
                   "x", height=34, size=25, digits=digits)  # fmt: skip
    yield Math(f"x{t + 1}.name", f"x_{{{t + 1}}}", middle + 64, 166, 30, "x")
    yield Words(f"x{t + 1}.t", f"t = {t + 1}", middle, 128, 26, "muted", "centre")
