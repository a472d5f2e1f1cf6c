"""The manim face: draws a diagram and plays beats."""

from rnnviz.stage.figures import FigureScene
from rnnviz.stage.scene import CellScene, LegendScene, TracedScene, View
from rnnviz.stage.stage import Stage
from rnnviz.theme import DARK, LIGHT, PRINT, THEMES, Theme, theme_named

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
