"""The motion of element-wise steps: values travel along wires into operations, results come out."""

from typing import TYPE_CHECKING

from manim import VGroup

from rnnviz.cells import Cell
from rnnviz.stage.flight import Fly, Travel
from rnnviz.stage.formula import leaves
from rnnviz.stage.motion import fade_in, fade_out
from rnnviz.stage.pen import Part
from rnnviz.stage.twins import grouped, twin
from rnnviz.stage.typeset import Label
from rnnviz.storyboard import Beat

if TYPE_CHECKING:
    from rnnviz.stage.stage import Stage

READ, THERE, OUT = 0.45, 0.6, 0.4  # seconds into the panel, to an operation, and out of it
MANY, BRISK = 3, 0.55  # with so many operations one after another each is that much quicker


def flow(stage: "Stage", beat: Beat) -> None:
    """Compute the lit nodes of a beat in order, all that can be computed at once together."""
    drawing, cell = stage.drawing, stage.board.trace.cell
    entering = {*cell.inputs, *cell.states}
    groups = [names for names in levels(beat) if not entering & {*names}]
    known = ({*cell.names} - {*beat.reveals}) | entering
    pending = list(stage.panel.parts)
    brisk = len(groups) >= MANY
    share = BRISK if brisk else 1.0
    for names in groups:
        movers = [
            _mover(stage, source, target)
            for source, target in beat.flows
            if target in names and (source, target) in drawing.wires
        ]
        fans = [drawing.fan(name, unit) for name in names for unit in drawing.shown(name)]
        due = _due(pending, known)
        flights = {} if brisk else _flights(stage, due)
        if flights:
            stage.run(*flights.values(), *stage.light_formula(_operands(cell, names)), seconds=READ)
        stage.run(
            *stage.lights.light(beat, names),
            *(motion for motion, _ in movers),
            *(fade_in(fan) for fan in fans if len(fan.points)),
            *(fade_in(part.shape) for part in due if part not in flights),
            *stage.light_formula(_operands(cell, names)),
            seconds=THERE * share,
        )
        known |= {step for name in names for step in drawing.diagram.node(name).steps}
        stage.run(
            *(fade_out(group) for _, group in movers),
            *(fade_out(fan) for fan in fans if len(fan.points)),
            *(change for name in names for change in stage.lights.appear(name, beat.t)),
            *(fade_in(part.shape) for part in _due(pending, known)),
            *([*stage.tell(beat), *stage.restore_formula()] if names == groups[-1] else []),
            seconds=OUT * share,
        )


def _due(pending: list[Part], known: set[str]) -> list[Part]:
    """Take from what is pending in the panel all that shows nothing but known values."""
    due = [part for part in pending if known.issuperset(part.needs)]
    pending[:] = [part for part in pending if part not in due]
    return due


def _operands(cell: Cell, names: tuple[str, ...]) -> set[str]:
    """Return the symbols of what goes into some nodes."""
    args = (arg for name in names for arg in cell.step(name).args)
    return {symbol for arg in args for symbol in leaves(cell, arg)}


def _flights(stage: "Stage", parts: list[Part]) -> dict[Part, Fly]:
    """Return the flights of those parts that are numbers in a pill, from there into the panel."""
    numbers = ((part, part.shape) for part in parts if isinstance(part.shape, Label))
    homes = ((part, label, stage.drawing.home(label)) for part, label in numbers)
    return {part: Fly(label, home) for part, label, home in homes if home is not None}


def _mover(stage: "Stage", source: str, target: str) -> tuple[Travel, VGroup]:
    """Return copies of a node's numbers travelling along a wire, and the copies."""
    drawing = stage.drawing
    copies = grouped(*(twin(drawing.numbers[source, unit]) for unit in drawing.shown(source)))
    node = drawing.diagram.node(source)
    points = next(
        wire.points
        for wire in drawing.diagram.wires
        if (wire.source, wire.target) == (source, target)
    )
    return Travel(copies, [(node.x, node.y), *points]), copies


def levels(beat: Beat) -> list[tuple[str, ...]]:
    """Return the lit nodes of a beat in groups that can be computed at once, in order."""
    level: dict[str, int] = {}
    for name in beat.lights:
        sources = [source for source, target in beat.flows if target == name and source in level]
        level[name] = 1 + max((level[source] for source in sources), default=-1)
    return [
        tuple(name for name in beat.lights if level[name] == k)
        for k in range(max(level.values(), default=-1) + 1)
    ]
