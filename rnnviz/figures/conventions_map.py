"""The four GRUs by reset and update, with the h that one set of weights gives in each."""

from collections.abc import Iterator

from rnnviz.figures.conventions_model import (
    RESETS,
    UPDATES,
    Story,
    distance,
    furthest,
    names,
)
from rnnviz.figures.marks import Box, Mark, Math, Pill, Wire, Words

LEFTS = {"keep": 280.0, "replace": 1270.0}
TOPS = {"after": 190.0, "before": 690.0}
WIDE, HIGH = 600.0, 270.0
WRITTEN = {
    "keep": "h = (1 − z) ⊙ n + z ⊙ h_{t-1}",
    "replace": "h = z ⊙ n + (1 − z) ⊙ h_{t-1}",
    "after": "n = tanh(… + r ⊙ (W_{hn} h_{t-1}))",
    "before": "n = tanh(… + W_{hn} (r ⊙ h_{t-1}))",
}


def headings() -> Iterator[Mark]:
    """Yield what the rows and the columns have in common."""
    for update in UPDATES:
        middle = LEFTS[update] + WIDE / 2
        yield Words(f"map.{update}", f"z {update}s h", middle, 158, 34, "ink", "centre", bold=True)
    for reset in RESETS:
        y = TOPS[reset] + HIGH / 2
        for k, text in enumerate(("reset", reset, "the product")):
            yield Words(f"map.{reset}{k}", text, 40, y - 30 + 40 * k, 32, bold=k < 2)


def corner(story: Story, reset: str, update: str, digits: int) -> Iterator[Mark]:
    """Yield one GRU: who writes it so, its equations, its last h and with which weights."""
    run, left, top = story.corners[reset, update], LEFTS[update], TOPS[reset]
    stem, steps, own = f"map.{reset}.{update}", run.sizes["T"], run is story.own
    colour, line = ("ink", 3.5) if own else ("muted", 2.0)
    yield Box(stem, left, top, left + WIDE, top + HIGH, colour, width=line)
    who = names(reset, update) or "none of the sources"
    yield Words(f"{stem}.who", who, left + 24, top + 48, 28, bold=True)
    yield Math(f"{stem}.n", WRITTEN[reset], left + 24, top + 104, 31)
    yield Math(f"{stem}.h", WRITTEN[update], left + 24, top + 156, 31)
    yield Math(f"{stem}.last", f"h_{{{steps}}}", left + 24, top + 226, 32, "h")
    for k, unit in enumerate(story.units):
        ref, x = f"h[{steps},{unit + 1}] {reset}, {update}", left + 142 + 122 * k
        value = float(run["h"][-1, 0, unit])
        yield Pill(f"{stem}.h{unit + 1}", value, x, top + 216, ref, "h", 114, 48, 28, digits=digits)
        if story.picked:
            said = f"unit {unit + 1}"
            yield Words(f"{stem}.unit{unit + 1}", said, x, top + 262, 22, "muted", "centre")
    weights = "as given" if own else "same weights" if run is story.reset else "z negated"
    yield Words(f"{stem}.weights", weights, left + WIDE - 20, top + 48, 25, "muted", "right")


def bridges(story: Story, digits: int) -> Iterator[Mark]:
    """Yield what leads from GRU to GRU: z's sign from side to side, nothing up and down."""
    corners = story.corners
    start, end = LEFTS["keep"] + WIDE, LEFTS["replace"]
    for reset in RESETS:
        y, middle = TOPS[reset] + HIGH / 2, (start + end) / 2
        yield Wire(f"map.{reset}.there", ((middle, y), (end, y)), "ink", 3)
        yield Wire(f"map.{reset}.back", ((middle, y), (start, y)), "ink", 3)
        far = furthest(corners[reset, "keep"], corners[reset, "replace"])
        yield Math(f"map.{reset}.how", "W_z, b_z · (−1)", middle, y - 24, 32, "ink", "centre")
        yield Words(f"map.{reset}.far", "max |Δh|", middle - 8, y + 50, 27, "muted", "right")
        yield distance(f"map.{reset}.max", far, middle + 8, y + 50, digits, size=32)
    for update in UPDATES:
        x = LEFTS[update] + WIDE / 2
        top, bottom = TOPS["after"] + HIGH, TOPS["before"]
        yield Wire(
            f"map.{update}.none", ((x, top), (x, bottom)), "muted", 3, arrow=False, dashed=True
        )
        far = furthest(corners["after", update], corners["before", update])
        yield Words(
            f"map.{update}.no", "no conversion", x + 24, (top + bottom) / 2 - 14, 29, bold=True
        )
        yield Words(f"map.{update}.far", "max |Δh|", x + 24, (top + bottom) / 2 + 30, 27, "muted")
        yield distance(f"map.{update}.max", far, x + 150, (top + bottom) / 2 + 30, digits, size=32)
