"""Scenes that rnnviz brings along; each renders with manim alone, too."""
