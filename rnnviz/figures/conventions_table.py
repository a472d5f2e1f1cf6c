"""Every value of a GRU's timestep twice, side by side, in order of computation."""

from collections.abc import Iterator

import numpy as np

from rnnviz.cells import Cell
from rnnviz.diagram import Box as Area
from rnnviz.figures.conventions_model import ROUNDING, Story, choice, names, z_weights
from rnnviz.figures.marks import Anchor, Box, Disc, Heat, Mark, Math, Pill, Scale, Wire, Words
from rnnviz.tracing import Trace

ROWS = ("r", "z", "n", "z_not", "zn", "zh", "h")
TOP, PITCH = 264.0, 98.0  # of the rows
INNER = {"left": 915.0, "right": 1005.0}  # edges of the halves that face each other
OUTER = {"left": 40.0, "right": 1880.0}
MIDDLE, UNIT = 960.0, 122.0


def row_y(name: str) -> float:
    """Return the middle of a row."""
    return TOP + PITCH * ROWS.index(name)


def role(cell: Cell, name: str) -> str:
    """Return a value's colour: what keeps h is orange and what lets n in yellow."""
    keeps, writes = cell.step("zh").args[0], cell.step("zn").args[0]
    return {keeps: "drop", writes: "write", "zn": "n", "zh": "h"}.get(name, name)


def formulas(cell: Cell, t: int) -> dict[str, str]:
    """Return how a cell makes the values of timestep t, from 0, as symbols."""
    now, last = f"_{{{t + 1}}}", f"_{{{t}}}"
    symbol = {"z": f"z{now}", "z_not": f"(1 − z{now})"}
    written = f"{symbol[cell.step('zn').args[0]]} ⊙ n{now}"
    kept = f"{symbol[cell.step('zh').args[0]]} ⊙ h{last}"
    bias = {key: f" + b_{key}" if cell.biases else "" for key in "rz"}
    inside = f"r{now} ⊙ (W_{{hn}} h{last}{' + b_{hn}' if cell.biases == 2 else ''})"
    if choice(cell, "reset") == "before":
        inside = f"W_{{hn}} (r{now} ⊙ h{last})"
    return {
        "r": f"r{now} = σ(W_{{ir}} x{now} + W_{{hr}} h{last}{bias['r']})",
        "z": f"z{now} = σ(W_{{iz}} x{now} + W_{{hz}} h{last}{bias['z']})",
        "n": f"n{now} = tanh(… + {inside})",
        "z_not": f"1 − z{now}",
        "zn": written,
        "zh": kept,
        "h": f"h{now} = {written} + {kept}",
    }


def meaning(cell: Cell) -> tuple[str, str]:
    """Return what z does in words, and who writes it so."""
    update = choice(cell, "update")
    said = "z keeps h" if update == "keep" else "z replaces h"
    who = names(update=update) if update == "replace" else "PyTorch, AI Summer, Keras, ONNX"
    return said, f"as in {who}"


def halves(story: Story, t: int) -> Iterator[Mark]:
    """Yield the two frames with their titles and all formulas."""
    size = 30 if len(story.units) < 3 else 26  # three units leave less room beside them
    for side, cell in (("left", story.own.cell), ("right", story.updated.cell)):
        left, right = sorted((OUTER[side], INNER[side]))
        yield Box(f"{side}.frame", left, 208, right, 908, "faint", None)
        start = 60.0 if side == "left" else INNER[side] + 50 + UNIT * len(story.units)
        for name, text in formulas(cell, t).items():
            yield Math(f"{side}.{name}.formula", text, start, row_y(name) + 10, size)
        anchor: Anchor = "left" if side == "left" else "right"
        edge = left + 20 if side == "left" else right - 20
        said, who = meaning(cell)
        yield Words(f"{side}.title", said, edge, 138, 34, "ink", anchor, bold=True)
        yield Words(f"{side}.who", who, edge, 178, 25, "muted", anchor)
        for k, unit in enumerate(story.units if story.picked else ()):
            x = _first(story, side) + UNIT * k
            yield Words(f"{side}.unit{unit + 1}", f"unit {unit + 1}", x, 232, 22, "muted", "centre")


def _first(story: Story, side: str) -> float:
    """Return the middle of a side's first column of units."""
    if side == "left":
        return INNER["left"] - 18 - UNIT * (len(story.units) - 0.5)
    return INNER["right"] + 18 + UNIT / 2


def pills(
    story: Story,
    side: str,
    run: Trace,
    name: str,
    t: int,
    digits: int,
    *,
    known: bool,
    lit: int = -1,
) -> Iterator[Mark]:
    """Yield a row's units on one side; ``lit`` is the unit, from 0, that stands out."""
    within, left = run.cell.range(name), _first(story, side)
    for k, unit in enumerate(story.units):
        value = float(run[name][t, 0, unit]) if known else None
        kept = choice(run.cell, "update")
        yield Pill(f"{side}.{name}{unit + 1}", value, left + UNIT * k, row_y(name),
                   f"{name}[{t + 1},{unit + 1}], z {kept}s", role(run.cell, name), 112, 48, 28,
                   signed=within != (0.0, 1.0), within=within, digits=digits,
                   lit=lit == unit)  # fmt: skip


def sign(story: Story, right: Trace, name: str, t: int) -> Iterator[Mark]:
    """Yield what stands between two values: equal, not, or z and 1 − z in each other's place."""
    left, crossed = story.own, {"z": "z_not", "z_not": "z"}.get(name, name)

    def apart(mine: str) -> float:
        return float(np.abs(left[mine][t, 0] - right[name][t, 0]).max())

    text = "=" if apart(name) < ROUNDING else "⇄" if apart(crossed) < ROUNDING else "≠"
    yield from symbol(f"sign.{name}", text, row_y(name))


def symbol(stem: str, text: str, y: float) -> Iterator[Mark]:
    """Yield a sign in a circle between the halves; all but = stand out."""
    loud = text != "="
    yield Disc(stem, MIDDLE, y, 25, "ink" if loud else "muted", width=4 if loud else 2)
    yield Words(f"{stem}.text", text, MIDDLE, y + 11, 34, "ink", "centre", bold=loud)


def shared(story: Story, t: int, digits: int) -> Iterator[Mark]:
    """Yield what both sides start from: the same weights, x and h."""
    x, h = story.own["x"][t, 0], story.own["h_prev"][t, 0]
    shown = [float(x[k]) for k in story.inputs], [float(h[unit]) for unit in story.units]
    wide = 104.0 * (len(shown[0]) + len(shown[1])) + 110
    start = MIDDLE - wide / 2
    yield Words(
        "shared.title", "the same weights, x and h", MIDDLE, 124, 28, "ink", "centre", bold=True
    )
    both = ((story.inputs, "x", t + 1), (story.units, "h", t))
    for values, (places, name, index) in zip(shown, both, strict=True):
        yield Math(f"shared.{name}", f"{name}_{{{index}}}", start, 180, 30, name)
        for k, (place, value) in enumerate(zip(places, values, strict=True)):
            yield Pill(f"shared.{name}{place + 1}", value, start + 92 + 104 * k, 170,
                       f"{name}[{index},{place + 1}]", name, 98, 40, 24, digits=digits)  # fmt: skip
        start += 104 * len(values) + 62


def negated(story: Story) -> Iterator[Mark]:
    """Yield z's weights and biases on both sides: with the other sign, once converted."""
    blocks = [z_weights(run) for run in (story.own, story.converted)]
    most = max(float(np.abs(array).max()) for array in blocks[0])
    columns, rows = sum(array.shape[1] for array in blocks[0]), story.own.sizes["H"]
    side = min(34.0, 240.0 / columns, 68.0 / rows)
    high, wide = side * rows, side * columns + 6 * (len(blocks[0]) - 1)
    for k, (start, parts) in enumerate(zip((MIDDLE - 74 - wide, MIDDLE + 74), blocks, strict=True)):
        x = start
        for name, array in zip(("W_iz", "W_hz", "b_z"), parts, strict=False):
            area = Area(x, 165 - high / 2, x + side * array.shape[1], 165 + high / 2)
            values = tuple(tuple(map(float, row)) for row in array)
            ref = f"{name}, {('as it was', 'converted')[k]}"
            yield Heat(f"weights{k}.{name}", values, Scale(-most, most), area, ref, "drop")
            x = area.right + 6
        text = ("W_z, b_z", "−W_z, −b_z")[k] if len(parts) > 2 else ("W_z", "−W_z")[k]
        yield Math(f"weights{k}.name", text, start + wide / 2, 110, 28, "ink", "centre")
    yield Wire("weights.wire", ((MIDDLE - 66, 165), (MIDDLE + 66, 165)), "ink")
    yield Math("weights.minus", "· (−1)", MIDDLE, 149, 30, "ink", "centre")
    yield Words("weights.signs", "orange above 0, blue below", MIDDLE, 960, 27, "muted", "centre")
