"""Figures beyond a single cell: what each shows, beat by beat, as marks with real values."""
