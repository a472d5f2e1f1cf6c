"""Which panel a beat gets, and its heading."""

from manim import VGroup

from rnnviz.stage.elementwise import Elementwise
from rnnviz.stage.formula import Formula
from rnnviz.stage.history import history
from rnnviz.stage.pen import LEFT, RIGHT, Panel, Pen
from rnnviz.stage.tables import arrivals, gate_table, step_table
from rnnviz.stage.twins import grouped
from rnnviz.stage.worked import WorkedExample
from rnnviz.storyboard import Beat


def panel_for(pen: Pen, beat: Beat) -> Panel:
    """Return the panel of a beat, all of it in place."""
    if beat.focus is not None:
        return WorkedExample(pen, beat)
    if beat.key == "gates":
        return gate_table(pen, beat)
    if beat.key == "all" and not beat.equation:
        return step_table(pen, beat)
    if beat.equation:
        return Elementwise(pen, beat)
    if beat.key == "in" and beat.t == 0:
        return _standing(arrivals(pen))
    if beat.key in ("in", "recap"):
        return _standing(history(pen, beat.t - (beat.key == "in")))
    return _standing(grouped())


def _standing(group: VGroup) -> Panel:
    return Panel(group, [group])


def heading(pen: Pen, beat: Beat) -> tuple[VGroup, Formula | None]:
    """Return the beat's title with, where it has one, its equation; and the equation alone."""
    theme = pen.theme
    hue = theme.hue(beat.equation) if beat.equation else theme.ink
    text = "What the cell has carried so far" if beat.key == "in" and beat.t else beat.title
    title = pen.types.words(text, 38, hue, "bold")
    room = RIGHT - LEFT - (120 if beat.focus is not None else 0)
    if title.advance > room:
        title = pen.types.words(text, 38 * room / title.advance, hue, "bold")
    group = grouped(title.put(LEFT, 142))
    if beat.focus is not None:
        group.add(pen.note(f"unit {beat.focus.unit + 1}", 28).put(RIGHT - 20, 142, "right"))
    if not beat.equation:
        return group, None
    made = pen.equation(beat.equation)
    group.add(made.label.put(LEFT, 196))
    return group, made
