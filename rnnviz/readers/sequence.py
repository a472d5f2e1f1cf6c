"""Sequences for a cell to run on: CSV, npy and JSON, as an array (T, I) or a batch (T, B, I)."""

import csv
import io
import math
from pathlib import Path

from rnnviz.arrays import Array, real_array
from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import checked_extension, read_json, read_text, reason
from rnnviz.readers.npy import read_npy

EXTENSIONS = (".csv", ".npy", ".json")
SHAPES = "(T, I) or (T, B, I)"


def load_sequence(path: str | Path) -> Array:
    """Return the sequence in a .csv, .npy or .json file: (T, I), a row a timestep, float64.

    npy and JSON may hold a batch, (T, B, I). A CSV may start with a header, a row in which no cell
    is a number. Raises RnnvizError naming the file, and in a CSV the line, for anything but finite
    real numbers in rows of one length.
    """
    path = Path(path)
    extension = checked_extension(path, EXTENSIONS)
    if extension == ".csv":
        return real_array(str(path), _csv_rows(path), "(T, I)", (2,))
    if extension == ".json":
        return real_array(str(path), read_json(path), SHAPES, (2, 3))
    try:
        with path.open("rb") as file:
            array = read_npy(str(path), file, path.stat().st_size)
    except OSError as error:
        raise RnnvizError(f"{path}: wanted a file that can be read, got {reason(error)}") from None
    return real_array(str(path), array, SHAPES, (2, 3))


def _csv_rows(path: Path) -> list[list[float]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    rows: list[list[float]] = []
    width = 0
    try:
        for cells in reader:
            if len(cells) < 2 and not "".join(cells).strip():
                continue  # a blank line
            numbers = [_number(cell) for cell in cells]
            if not width:
                width = len(cells)
                if any(cells) and all(number is None for number in numbers):
                    continue  # the header
            if len(cells) != width:
                raise RnnvizError(
                    f"{path}: row {reader.line_num}: wanted {width} columns like the first row, "
                    f"got {len(cells)}"
                )
            rows.append(
                [
                    _checked(f"{path}: row {reader.line_num}, column {k}", cell, number)
                    for k, (cell, number) in enumerate(zip(cells, numbers, strict=True), start=1)
                ]
            )
    except csv.Error as error:
        raise RnnvizError(f"{path}: row {reader.line_num}: wanted CSV, got: {error}") from None
    if not rows:
        raise RnnvizError(f"{path}: wanted at least one row of numbers, got none")
    return rows


def _number(cell: str) -> float | None:
    if "_" in cell:
        return None  # a number to Python, a name to everyone else
    try:
        return float(cell)
    except ValueError:
        return None


def _checked(place: str, cell: str, number: float | None) -> float:
    if number is None or not math.isfinite(number):
        raise RnnvizError(f"{place}: wanted a finite number, got {cell.strip()!r:.40}")
    return number
