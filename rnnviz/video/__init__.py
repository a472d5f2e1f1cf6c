"""Rendering and encoding: everything that touches manim's way of writing files."""
