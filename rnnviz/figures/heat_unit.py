"""One unit of a long sequence as curves: its states, its gates, and when it changes most."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnnviz.diagram import Box as Area
from rnnviz.figures.heat_strips import BESIDE, BOTTOM, GAP, LEFT, Strip, Window, spanned
from rnnviz.figures.marks import Curve, Mark, Math, Number, Scale, Wire, Words
from rnnviz.rounding import show

THIN = 5.0  # width of a column below which curves are drawn thinner


@dataclass(frozen=True)
class Lane:
    """One value of the followed unit over time, its scale and where its curve is drawn."""

    strip: Strip
    area: Area
    values: tuple[float, ...]
    scale: Scale


def lanes(window: Window) -> tuple[Lane, ...]:
    """Return a lane for each value, under the strip of h."""
    over = window.strips["h"]
    start = over.top + over.high + GAP + 4
    slot = (BOTTOM - start + GAP) / len(window.names)
    made = []
    for k, name in enumerate(window.names):
        top = start + slot * k
        half = window.wide / 2
        area = Area(LEFT + half, top, window.right - half, top + slot - GAP)
        strip, values = window.strips[name], window.of(name)[:, window.unit]
        scale = spanned(values, strip.within, bounded=name in window.trace.cell.next_state)
        made.append(Lane(strip, area, tuple(values.tolist()), scale))
    return tuple(made)


def ground(lane: Lane, window: Window) -> Iterator[Mark]:
    """Yield a lane's symbol, and lines at the ends of its scale and at zero with their names."""
    strip, area = lane.strip, lane.area
    middle = (area.top + area.bottom) / 2
    yield Math(f"{strip.name}.of", strip.symbol, 40, middle + 11, 36, strip.role)
    yield Words(f"{strip.name}.said", strip.title, 96, middle + 10, 25, strip.role)
    ends = {"high": lane.scale.high, "zero": 0.0, "low": lane.scale.low}
    for name, value in ends.items():
        if name == "low" and value == 0:
            continue
        y = area.bottom - (area.bottom - area.top) * lane.scale.share(value)
        line = ((LEFT, y), (window.right, y))
        yield Wire(f"{strip.name}.{name}", line, "faint", 1.2, arrow=False)
        at = (window.right + BESIDE, min(max(y + 8, area.top + 15), area.bottom + 1))
        if value == int(value):
            yield Words(f"{strip.name}.{name}.end", f"{value:.0f}".replace("-", "−"), *at, 22,
                        "muted")  # fmt: skip
        else:
            yield Number(f"{strip.name}.{name}.end", value, *at, f"end of {strip.name}'s scale",
                         24, "muted", signed=False, digits=2)  # fmt: skip


def curve(lane: Lane, window: Window) -> Curve:
    """Return the followed unit's values as a curve."""
    strip = lane.strip
    ref = f"{strip.name}[t,{window.unit + 1}]"
    width = 4.0 if strip.name in window.trace.cell.next_state else 3.0
    width = width / 2 if window.wide < THIN else width
    return Curve(f"{strip.name}.curve", lane.values, lane.scale, lane.area, ref,
                 strip.role, width)  # fmt: skip


def turns(window: Window) -> dict[str, int]:
    """Return the timesteps, from 0, at which h of the unit rises and falls most, if it does."""
    change = np.diff(window.of("h")[:, window.unit])
    ways = {"rises": change, "falls": -change}
    return {word: int(way.argmax()) + 1 for word, way in ways.items() if (way > 0).any()}


def marker(name: str, t: int, window: Window, all_lanes: tuple[Lane, ...]) -> Wire:
    """Return an upright line at a timestep through all lanes."""
    x = window.middle(t)
    ends = ((x, all_lanes[0].area.top - 8), (x, all_lanes[-1].area.bottom + 8))
    return Wire(f"marker.{name}", ends, "muted", 2.0, arrow=False, dashed=True)


def at(t: int, window: Window, all_lanes: tuple[Lane, ...], digits: int) -> Iterator[Mark]:
    """Yield the unit's values at a timestep, each beside its curve."""
    for lane in all_lanes:
        strip, area = lane.strip, lane.area
        y = (area.top + area.bottom) / 2
        yield Number(f"{strip.name}.at", lane.values[t], 192, y + 40,
                     f"{strip.name}[{t + 1},{window.unit + 1}]", 25, "ink",
                     signed=lane.scale.low < 0, within=strip.within, digits=digits)  # fmt: skip
        yield Words(f"{strip.name}.when", f"t = {t + 1}:", 96, y + 40, 24, "muted")


def told(t: int, window: Window, all_lanes: tuple[Lane, ...], digits: int) -> str:
    """Return what a unit's gates and states do at a timestep, in words."""
    states = window.trace.cell.next_state
    gates: list[str] = []
    moved: list[str] = []
    for lane in all_lanes:
        name = lane.strip.name
        before, now = (show(lane.values[s], digits, within=lane.strip.within)
                       for s in (t - 1, t))  # fmt: skip
        if name in states:
            moved.insert(0, f"{name} from {before} to {now}")
        elif name != "h_pre":
            gates.append(f"{name} {now}")
    return f"{when(t, window)}: {', '.join([*gates, *moved])}."


def when(t: int, window: Window) -> str:
    """Return a timestep in words, with its symbol if there is one."""
    return f"t = {t + 1} ({window.symbols[t]})" if window.symbols else f"t = {t + 1}"
