"""The motion of a worked example: one neuron's sum in full, then the other units at once."""

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from manim import smooth

from rnnviz.diagram import Point
from rnnviz.stage.canvas import middle
from rnnviz.stage.flight import Count, Fly
from rnnviz.stage.motion import Span, fade_in, fade_out, in_time, staggered
from rnnviz.stage.twins import shapes_of
from rnnviz.stage.worked import Row, WorkedExample
from rnnviz.storyboard import Beat

if TYPE_CHECKING:
    from rnnviz.stage.stage import Stage

ROW, BIAS, RIDE = 0.7, 0.45, 0.9  # seconds for one product, one bias, the way along the curve
NEXT = 0.6  # of a motion, after which the next of the same row starts
LANDED = 0.8  # of the motion of a row, after which its term counts in the sum


class Speed(NamedTuple):
    """How long motions take, and how far the next row waits for the one before."""

    slow: float
    lag: float


FIRST_TIME, AGAIN = Speed(1.0, 1.0), Speed(0.35, 0.25)
MOST = 4.0  # rows that are shown one after the other; more overlap


def work_out(stage: "Stage", beat: Beat) -> None:
    """Let factors fly from wires and pills into products, and the sum find its place."""
    panel = stage.panel
    assert isinstance(panel, WorkedExample)
    speed = AGAIN if stage.has_worked else FIRST_TIME
    stage.has_worked = True
    _sum_up(stage, panel, speed)
    if panel.curve is not None:
        _ride(stage, panel, speed)
    else:
        stage.run(fade_in(panel.result), seconds=0.4)
    _land(stage, panel, beat)


def _sum_up(stage: "Stage", panel: WorkedExample, speed: Speed) -> None:
    """Put the rows together, one weight matrix or bias after another; the sum follows each."""
    origins = dict(zip(panel.terms, stage.drawing.term_origins(panel.neuron), strict=True))
    running, total = panel.subtotal(0.0), 0.0
    for _, group in groupby((*panel.terms, *panel.biases), key=lambda row: row.symbols[0]):
        rows = list(group)
        lag = min(speed.lag, max(AGAIN.lag, MOST / len(rows)))
        assembled = [_assembled(stage, row, origins.get(row)) for row in rows]
        lasts = 1 + lag * (len(rows) - 1)
        landings = {(lag * k + LANDED) / lasts: row.value for k, row in enumerate(rows)}
        stage.run(
            *in_time(staggered(*assembled, lag=lag)),
            Count(running, panel.counting(total, landings, (1 - LANDED) / lasts)),
            *stage.light_formula({symbol for row in rows for symbol in row.symbols}),
            seconds=speed.slow * (ROW if rows[0].factors else BIAS) * lasts,
        )
        total += sum(landings.values())
    stage.scene.remove(running)
    stage.scene.add(panel.sum_label)
    stage.run(fade_in(panel.sums[0]), *stage.restore_formula(), seconds=0.2)


def _assembled(stage: "Stage", row: Row, origin: Point | None) -> Fly | list[Span]:
    """Return how one row comes together: its factors fly in, then its product stands."""
    if not row.factors:
        return Fly(row.result, origin or middle(row.name))
    weight, operand = row.factors
    assert origin is not None, "a product has a wire or a pill"
    home = stage.drawing.home(operand) or origin
    factors = staggered(Fly(weight, origin), Fly(operand, home), lag=0.0)
    return staggered(factors, fade_in(*row.signs), Fly(row.result, middle(row.signs[1])), lag=NEXT)


def _ride(stage: "Stage", panel: WorkedExample, speed: Speed) -> None:
    """Let the sum slide along the axis to its place, and its value along the curve."""
    rider = panel.riding(0.0)
    stage.run(fade_in(rider), seconds=0.2)
    stage.run(Count(rider, panel.riding, smooth), seconds=RIDE * speed.slow)
    stage.scene.add(panel.drop, panel.dot)
    *before, value = panel.result
    stage.run(fade_out(rider), fade_in(*before), Fly(value, middle(panel.dot)), seconds=0.35)


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
        *(fade_in(group) for group in (*fans, dots) if any(shapes_of(group))),
        seconds=0.5,
    )
    places = dict(zip(others, dots, strict=False))

    def origin(name: str, unit: int) -> Point | None:
        return middle(places[unit]) if unit in places else None

    changes = stage.lights.appear(name, beat.t, origin)
    stage.run(*changes, *(fade_out(fan) for fan in fans), *stage.tell(beat), seconds=0.55)
