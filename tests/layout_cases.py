"""Which pictures the layout lint looks at: a few, a cover of all pairs of choices, or all.

A case is a variant of a cell, or the legend, with a theme, a detail, and sizes; of 64 hidden units
8 or 1 are picked, of 64 inputs the picture shows the first few.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations, product
from random import Random

import numpy as np

import rnnviz as rv
from rnnviz.cells import Cell
from rnnviz.params import MAX_DRAWN, NAMES
from rnnviz.stage import View, theme_named
from rnnviz.theme import THEMES
from variants import VARIANTS, traced

LEGEND = "legend"
Together = tuple[tuple[str, ...], tuple[str, ...]]  # kinds of choices, and what was chosen
PICKED = {"64/8": (0, 7, 8, 20, 31, 40, 62, 63), "64/1": (63,)}


@dataclass(frozen=True)
class Case:
    """One picture to look at: the name of a variant or the legend, and how it is shown."""

    variant: str
    theme: str
    detail: str
    inputs: str
    hidden: str
    steps: int = 2

    def __str__(self) -> str:
        short = "" if self.steps == 2 else f" T={self.steps}"
        return f"{self.variant} {self.theme} {self.detail} {self.inputs}x{self.hidden}{short}"

    @property
    def scene(self) -> str:
        """The scene that shows it."""
        return self.variant.partition("-")[0]

    def view(self) -> View:
        """Return what the scene shows."""
        cell = VARIANTS.get(self.variant, rv.CELLS["lstm"])
        inputs, hidden = (int(size.partition("/")[0]) for size in (self.inputs, self.hidden))
        make = traced if max(inputs, hidden) <= MAX_DRAWN else large
        trace = make(cell, self.steps, inputs, hidden)
        if self.hidden in PICKED:
            trace = trace.pick(units=PICKED[self.hidden])
        return View(trace, theme=theme_named(self.theme), detail=self.detail)


def large(cell: Cell, steps: int, inputs: int, hidden: int) -> rv.Trace:
    """Return a trace of a model of any size with drawn weights, and states that are not zero."""
    rng, rows = np.random.default_rng(7), len(cell.gates) * hidden
    shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, hidden)}
    shapes |= dict.fromkeys(NAMES[2 : 2 + cell.biases], (rows,))
    if cell.peepholes:
        shapes["peepholes"] = (len(cell.peepholes) * hidden,)
    params = rv.Params(**{name: 0.4 * rng.normal(size=shape) for name, shape in shapes.items()})
    states = {f"{name[0]}0": rng.uniform(-0.9, 0.9, hidden) for name in cell.states}
    return rv.trace(cell, rng.normal(size=(steps, inputs)).round(2), params, **states)


SIZES = tuple(map(str, range(1, MAX_DRAWN + 1)))
CHOICES = {
    "variant": (*VARIANTS, LEGEND),
    "theme": tuple(THEMES),
    "detail": ("full", "gates", "brief"),
    "inputs": (*SIZES, "64"),
    "hidden": (*SIZES, *PICKED),
}
# what is most likely to be too tight, and what is drawn most often
EXTREMES = (("8", "8"), ("3", "2"), ("1", "1"), ("8", "1"), ("1", "8"), ("64", "64/8"))
USUAL = EXTREMES[:2]  # these with the variant that a cell is without a convention


def everything() -> list[Case]:
    """Return every case that there is."""
    return [Case(*choice) for choice in product(*CHOICES.values())]


def pairwise_cover() -> list[Case]:
    """Return cases in which every two choices, such as a theme and a size, come together."""
    return covering(2)


def few() -> list[Case]:
    """Return what there is time for in every run: the extremes of each cell, and each choice.

    Of the extremes that are not usual, every other one has a single timestep: two of each cell,
    and two or one of each size.
    """
    rng = Random(0)
    extremes = []
    for m, (name, cell) in enumerate(rv.CELLS.items()):
        usual, *others = sorted(
            (key for key in VARIANTS if key.startswith(f"{name}-")),
            key=lambda key: (VARIANTS[key] != cell, key),
        )
        for k, sizes in enumerate(EXTREMES):
            variant = usual if sizes in USUAL else rng.choice(others)
            steps = 2 if sizes in USUAL or (k + m) % 2 else 1
            extremes.append(Case(variant, rng.choice(CHOICES["theme"]), "full", *sizes, steps))
    return covering(1, tuple(extremes))


def covering(strength: int, start: tuple[Case, ...] = ()) -> list[Case]:
    """Return cases, beginning with some, in which all choices of ``strength`` kinds come together.

    Greedy: of some cases drawn around what is still wanted, the next is the one with most that is
    new, then with what was chosen least.
    """
    rng = Random(0)
    groups = tuple(combinations(CHOICES, strength))
    wanted = dict.fromkeys(
        (group, values)
        for group in groups
        for values in product(*(CHOICES[kind] for kind in group))
    )

    def choices(case: Case) -> tuple[str, ...]:
        return tuple(getattr(case, kind) for kind in CHOICES)

    def has(case: Case) -> set[Together]:
        return {(group, tuple(getattr(case, kind) for kind in group)) for group in groups}

    cases: list[Case] = []
    used: Counter[str] = Counter()

    def worth(case: Case) -> tuple[int, int]:
        return len(has(case) & wanted.keys()), -sum(used[choice] for choice in choices(case))

    def take(case: Case) -> None:
        cases.append(case)
        used.update(choices(case))
        for key in has(case):
            wanted.pop(key, None)

    for case in start:
        take(case)
    while wanted:
        group, values = next(iter(wanted))
        fixed = dict(zip(group, values, strict=True))
        drawn = [
            Case(**{kind: rng.choice(choice) for kind, choice in CHOICES.items()} | fixed)
            for _ in range(40)
        ]
        take(max(drawn, key=worth))
    return cases
