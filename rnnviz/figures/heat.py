"""Heat strips: all units of the states and gates of a long sequence, and one unit followed."""

from collections.abc import Sequence

from rnnviz.figures import heat_unit as unit
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.heat_demo import demo
from rnnviz.figures.heat_strips import (
    Strip,
    Window,
    events,
    framed,
    heat,
    key,
    label,
    letters,
    mean,
    numbers,
    ticks,
)
from rnnviz.figures.marks import Mark, Number, Words
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace

__all__ = ["CELL", "TAKES", "demo", "figure"]

CELL = ""
TAKES = ("weights", "input")
FEW = 8  # as many indices are listed one by one


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the strips of a trace of any cell, then the curves of one unit."""
    window = Window(trace)
    title = f"{trace.cell.title} over {_count(trace.length(), 'timestep')}"
    sheet = Sheet(title, _notes(window))
    _strips(sheet, window, digits)
    _follow(sheet, window, digits)
    return sheet.figure()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def indices(found: Sequence[int]) -> str:
    """Return indices from 0 as numbers from 1: listed if they are few, else as ranges."""
    if len(found) <= FEW:
        return ", ".join(str(one + 1) for one in found)
    runs: list[list[int]] = []
    for one in found:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    said = [str(run[0] + 1) + (f"–{run[-1] + 1}" if run[1:] else "") for run in runs]
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def _which(noun: str, found: Sequence[int]) -> str:
    return f"{noun if len(found) == 1 else f'{noun}s'} {indices(found)}"


def _notes(window: Window) -> tuple[str, ...]:
    """Return which model it is, and what is shown of it."""
    trace = window.trace
    made = "constructed weights" if window.symbols else trace.cell.convention
    parts = ["grey: below 0"]
    h, x = window.strips["h"], window.strips["x"]
    if h.cut:
        drawn = "" if window.picked else " drawn"
        made += f" · {_which('unit', h.units)} of {trace.sizes['H']}{drawn}"
    if x.cut:
        parts.append(f"{_which('input', x.units)} of {trace.sizes['I']}")
    if window.cut:
        parts.append(f"t = 1 to {window.steps} of {trace.length()}")
    if trace.sizes["B"] > 1:
        parts.append(f"sample 1 of {trace.sizes['B']}")
    return made, " · ".join(parts)


def _strips(sheet: Sheet, window: Window, digits: int) -> None:
    """Put the input and then each strip, one a beat."""
    sheet.put(events(window), ticks(window), letters(window))
    strips = window.strips
    for strip in strips.values():
        sheet.put(label(strip, window))
    sheet.put(heat(strips["x"], window), numbers(strips["x"], window), key(strips["x"], window))
    x = strips["x"].values
    values, timesteps = _count(x.shape[1], "value"), _count(len(x), "timestep")
    if strips["x"].cut:
        values = f"{x.shape[1]} of {window.trace.sizes['I']} values"
    caption = f"The input: {values} at each of {timesteps}."
    if window.symbols:
        found = [f"{s} at t = {t + 1}" for t, s in enumerate(window.symbols) if s == "X"]
        caption = f"{len(x)} symbols, one a timestep: B, letters a to d, {' and '.join(found)}, E."
    sheet.beat("input", "The input", caption, "The input over time")
    for name in window.names:
        strip = strips[name]
        sheet.put(heat(strip, window), numbers(strip, window), mean(strip, digits))
        sheet.put(key(strip, window))
        title = strip.title.capitalize()
        lead = f"The {strip.title} of every unit" if name != "h_pre" else "The sums of every unit"
        sheet.beat(name, title, _extremes(strip, window, digits), lead)


def _extremes(strip: Strip, window: Window, digits: int) -> str:
    """Return how far all units' values reach, and where the one farthest from the mean is."""
    values = strip.all
    low, high = (show(end, digits, within=strip.within) for end in strip.ends)
    during = ", of the shown timesteps" if window.cut else ""
    if strip.scale.low < 0 or strip.within != (0.0, 1.0):
        symbol = strip.symbol.removesuffix("_t")
        rows = ", a row each" if values.shape[1] > 1 else ""
        every = ""
        if strip.cut:
            every, rows = "all ", f" ({len(strip.units)} drawn)"
        units = _count(values.shape[1], "unit")
        return f"{symbol} of {every}{units}{rows}, from {low} to {high}{during}."
    mean = float(values.mean())
    word, place = ("lowest", values.argmin()) if mean > 0.5 else ("highest", values.argmax())
    t, k = divmod(int(place), values.shape[1])
    at = f"in unit {k + 1} at t = {t + 1}{during}"
    return (
        f"{strip.title.capitalize()}, 0 to 1: mean {show(mean, digits, within=(0, 1))}, "
        f"{word} {low if word == 'lowest' else high} {at}."
    )


def _follow(sheet: Sheet, window: Window, digits: int) -> None:
    """Frame one unit's rows, then draw them as curves and show where h changes most."""
    rows = list(framed([window.strips[name] for name in window.names], window))
    sheet.put(rows)
    which = f"unit {window.unit + 1}"
    if window.picked or window.symbols:
        said = f"{which.capitalize()} is followed: its row in each strip."
    elif window.trace.sizes["H"] == 1:
        said = f"The row of each strip is that of {which}, the only one."
    elif window.steps == 1:
        said = f"The row of {which} in each strip."
    else:
        std = float(window.of("h")[:, window.unit].std())
        sheet.put(_spread(window, std, digits))
        during = " of the shown timesteps" if window.cut else ""
        said = (
            f"One row of each strip: {which}, whose h varies most, "
            f"standard deviation {show(std, digits)}{during}."
        )
    sheet.beat(
        "pick",
        which.capitalize(),
        said,
        "One unit is followed",
        waves=[Wave(tuple(mark.id for mark in rows))],
    )
    lanes = unit.lanes(window)
    for name in window.names[1:]:
        sheet.drop(*(one for one in sheet.marks if one.startswith(f"{name}.")))
    for lane in lanes:
        sheet.put(unit.ground(lane, window))
    h = unit.curve(lanes[0], window)
    sheet.put(h)
    ends = (min(h.values), max(h.values))
    low, high = (show(value, digits, within=lanes[0].strip.within) for value in ends)
    sheet.beat(
        "curve",
        f"h of {which}",
        f"The same row as a curve: h of {which} from {low} to {high}.",
        "The row of h as a curve",
        waves=[Wave((h.id,))],
    )
    curves = [unit.curve(lane, window) for lane in lanes[1:]]
    sheet.put(curves)
    names = ", ".join(lane.strip.symbol.removesuffix("_t") for lane in lanes[1:])
    sheet.beat(
        "curves",
        f"All of {which}",
        f"Under it, over the same timesteps: {names} of {which}.",
        "Below it the rows of the other strips",
        waves=[Wave(tuple(mark.id for mark in curves))],
    )
    _turns(sheet, window, lanes, digits)


def _spread(window: Window, std: float, digits: int) -> list[Mark]:
    """Return how much h of the followed unit varies, above the strip of h."""
    y = window.strips["h"].top - 12
    ref = f"standard deviation of h[t,{window.unit + 1}]"
    return [
        Words("spread.name", f"std of h, unit {window.unit + 1}", 40, y, 24, "muted"),
        Number("spread", std, 276, y, ref, 25, "ink", "right", signed=False, digits=digits),
    ]


def _turns(sheet: Sheet, window: Window, lanes: tuple[unit.Lane, ...], digits: int) -> None:
    """Mark where h of the unit rises most and falls most, with all its values there."""
    found = unit.turns(window)
    which = f"unit {window.unit + 1}"
    if not found:
        still = "at its only timestep" if window.steps == 1 else "never changes"
        sheet.beat("recap", "Recap", f"{which.capitalize()} {still}.")
        return
    for word, t in found.items():
        name = {"rises": "rise", "falls": "fall"}[word]
        line = unit.marker(name, t, window, lanes)
        sheet.put(line, unit.at(t, window, lanes, digits))
        caption = unit.told(t, window, lanes, digits)
        title = f"h {word} most at {unit.when(t, window)}"
        sheet.beat(name, title, caption, f"Where h of {which} {word} most", t + 1)
    most = " and ".join(f"{word} most at {unit.when(t, window)}" for word, t in found.items())
    during = ", of the shown timesteps" if window.cut else ""
    sheet.beat("recap", "Recap", f"h of {which} {most}{during}.")
