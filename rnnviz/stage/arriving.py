"""The motion between timesteps: the cell moves on, h and c become the old h and c of the next."""

from typing import TYPE_CHECKING

from manim import Animation, VGroup

from rnnviz.diagram import Point
from rnnviz.spacing import LEFT_X, OUT_X
from rnnviz.stage.canvas import middle
from rnnviz.stage.flight import Fly, fly_away
from rnnviz.stage.twins import grouped, twin
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

if TYPE_CHECKING:
    from rnnviz.stage.stage import Stage

APART = 260.0  # between what one cell hands on and where it enters the next
ON = OUT_X - LEFT_X + APART
LATE = 0.7  # of the way on which the next cell comes into sight
TURN = 1.4  # seconds from one timestep to the next
FROM = 30.0  # to the left of its place: where the number of an input comes from


def turn(stage: "Stage", beat: Beat, *changes: Animation) -> None:
    """Move the cell out to the left and the next one in from the right, as time goes on.

    What the one hands on enters the other: h_t becomes h_(t-1) on its way, as does c_t.
    """
    drawing, scene = stage.drawing, stage.scene
    carried = _carried(stage, beat)
    parts = drawing.parts
    gone = grouped(*(twin(part) for part in parts), *drawing.numbers.values())
    scene.remove(*drawing.numbers.values(), *parts)
    stage.lights.reset()
    for name, unit in carried:
        fill = drawing.pill_fill(name, unit, beat.t)
        drawing.pills[name, unit].set_fill(fill).set_stroke(stage.theme.hue(name))
    scene.add(gone)
    scene.remove(*(old for old, _ in carried.values()))
    stage.run(
        fly_away(gone, _moved(gone, -ON)),
        *(Fly(part, _moved(part, ON), seen=LATE) for part in parts),
        *(Fly(new, middle(old), seen=0.0) for old, new in carried.values()),
        *changes,
        seconds=TURN,
    )
    drawing.numbers |= {key: new for key, (_, new) in carried.items()}


def _moved(mobject: VGroup, by: float) -> Point:
    x, y = middle(mobject)
    return x + by, y


def _carried(stage: "Stage", beat: Beat) -> dict[tuple[str, int], tuple[Label, Label]]:
    """Take the numbers that the next timestep gets, each with what it becomes there."""
    drawing, cell = stage.drawing, stage.drawing.board.trace.cell
    if beat.t != stage.t + 1:
        return {}
    return {
        (target, unit): (drawing.numbers.pop((source, unit)), drawing.number(target, unit, beat.t))
        for source, target in zip(cell.next_state, cell.states, strict=True)
        if (source, target) in beat.flows
        for unit in drawing.shown(target)
        if (source, unit) in drawing.numbers
    }


def arrive(stage: "Stage", beat: Beat, told: bool) -> None:
    """Let the inputs and states in; the caption comes with them if it is to be ``told``."""
    cell = stage.board.trace.cell
    names = (*cell.inputs, *cell.states)

    def origin(name: str, unit: int) -> Point:
        x, y = stage.drawing.pill(name, unit)
        return x - FROM, y

    stage.run(
        *(change for name in names for change in stage.lights.appear(name, beat.t, origin)),
        *(stage.tell(beat) if told else []),
        seconds=0.6,
    )
