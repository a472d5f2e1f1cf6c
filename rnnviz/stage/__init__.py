"""The manim face: draws a diagram and plays beats."""

from typing import TYPE_CHECKING, Any

from rnnviz.stage.scene import CellScene, LegendScene, TracedScene, View
from rnnviz.stage.stage import Stage
from rnnviz.theme import DARK, LIGHT, PRINT, THEMES, Theme, theme_named

if TYPE_CHECKING:
    from rnnviz.stage.figures import FigureScene

__all__ = [
    "DARK",
    "LIGHT",
    "PRINT",
    "THEMES",
    "CellScene",
    "FigureScene",
    "LegendScene",
    "Stage",
    "Theme",
    "TracedScene",
    "View",
    "theme_named",
]


def __getattr__(name: str) -> Any:
    """Load what draws figures where one is drawn: a cell does not wait for it."""
    if name == "FigureScene":
        from rnnviz.stage.figures import FigureScene

        return FigureScene
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
