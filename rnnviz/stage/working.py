"""The motion of a worked example: one neuron's sum in full, then the other units at once."""

from itertools import groupby
from typing import TYPE_CHECKING

from manim import AnimationGroup, FadeIn, FadeOut, LaggedStart

from rnnviz.diagram import Point
from rnnviz.stage.canvas import at, middle
from rnnviz.stage.flight import Fly, count
from rnnviz.stage.lights import Change
from rnnviz.stage.worked import Row, WorkedExample
from rnnviz.storyboard import Beat

if TYPE_CHECKING:
    from rnnviz.stage.stage import Stage

FIRST_TIME, AGAIN = 1.0, 0.4  # how slow it is where a sum is worked out for the first time
ROWS = 0.9  # seconds for three products


def work_out(stage: "Stage", beat: Beat) -> None:
    """Let factors fly from wires and pills into products, and the sum find its place."""
    panel = stage.panel
    assert isinstance(panel, WorkedExample)
    slow = AGAIN if stage.has_worked else FIRST_TIME
    stage.has_worked = True
    _sum_up(stage, panel, slow)
    if panel.curve is not None:
        _climb(stage, panel, slow)
    else:
        stage.run(FadeIn(panel.result), seconds=0.4)
    _land(stage, panel, beat)


def _sum_up(stage: "Stage", panel: WorkedExample, slow: float) -> None:
    """Put the rows together, one weight matrix or bias after another, while the sum counts up."""
    origins = dict(zip(panel.terms, stage.drawing.term_origins(panel.neuron), strict=True))
    running, total = panel.subtotal(0.0), 0.0
    for _, group in groupby((*panel.terms, *panel.biases), key=lambda row: row.symbols[0]):
        rows = list(group)
        before, total = total, total + sum(row.value for row in rows)
        stage.run(
            LaggedStart(
                *(_assembled(stage, row, origins.get(row)) for row in rows), lag_ratio=0.25
            ),
            count(running, panel.counting(before, total)),
            *stage.light_formula({symbol for row in rows for symbol in row.symbols}),
            seconds=slow * ROWS * (len(rows) / 3) ** 0.5,
        )
    stage.scene.remove(running)
    stage.scene.add(panel.sum_label)
    stage.run(FadeIn(panel.sums[0]), *stage.restore_formula(), seconds=0.2)


def _assembled(stage: "Stage", row: Row, origin: Point | None) -> Change:
    """Return how one row comes together: its factors fly in, then its product stands."""
    if not row.factors:
        return Fly(row.result, origin or stage.in_formula(row.symbols[0]) or middle(row.name))
    weight, operand = row.factors
    assert origin is not None, "a product has a wire or a pill"
    return AnimationGroup(
        AnimationGroup(Fly(weight, origin), Fly(operand, stage.drawing.home(operand) or origin)),
        FadeIn(*row.signs),
        Fly(row.result, middle(row.signs[0])),
        lag_ratio=0.6,
    )


def _climb(stage: "Stage", panel: WorkedExample, slow: float) -> None:
    """Let the sum slide along the axis to its place, and its value along the curve."""
    moving = panel.sum_label.copy()
    stage.run(moving.animate.scale(0.8).move_to(at(*panel.zero)), seconds=0.4 * slow)
    rider = panel.riding(0.0)
    stage.scene.remove(moving)
    stage.run(count(rider, panel.riding), seconds=0.7 * slow)
    stage.scene.add(panel.drop, panel.dot)
    stage.scene.remove(rider)
    *before, value = panel.result
    stage.run(FadeIn(*before), Fly(value, middle(panel.dot)), seconds=0.35)


def _land(stage: "Stage", panel: WorkedExample, beat: Beat) -> None:
    """Let the value land in its pill, then all other units follow in one motion."""
    drawing, name = stage.drawing, panel.name
    if (name, panel.unit) in drawing.numbers:  # the beat is played again
        stage.scene.remove(drawing.numbers[name, panel.unit])
    label = drawing.number(name, panel.unit, beat.t)
    drawing.numbers[name, panel.unit] = label
    others = [unit for unit in drawing.shown(name) if unit != panel.unit]
    fans = [fan for fan in (drawing.fan(name, unit) for unit in others) if len(fan.points)]
    dots = panel.others()
    panel.group.add(dots)
    stage.run(
        Fly(label, middle(panel.value_label)),
        *stage.lights.fill(name, (panel.unit,), beat.t),
        *(FadeIn(group) for group in (*fans, dots) if len(group.family_members_with_points())),
        seconds=0.5,
    )
    places = dict(zip(others, dots, strict=False))

    def origin(name: str, unit: int) -> Point | None:
        return middle(places[unit]) if unit in places else None

    changes = stage.lights.appear(name, beat.t, origin)
    stage.run(*changes, *(FadeOut(fan) for fan in fans), *stage.tell(beat), seconds=0.55)
