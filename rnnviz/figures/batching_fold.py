"""The letters of batching: folded into columns, and taken out in chunks of rows."""

from collections.abc import Iterator

from rnnviz.figures import batching_table as table
from rnnviz.figures.batching_run import BATCH, LETTERS, PERIOD, ROWS, STEPS
from rnnviz.figures.figure import Sheet, Wave
from rnnviz.figures.marks import Box, Mark, Wire, Words

SLOTS, DOWN = (360.0, 320.0), 112.0  # the first folded letter beside the chunks, and rows
WIDE = (600.0, 240.0)  # the first column and the pitch while the letters stand alone
NARROW = 150.0  # their pitch beside the chunks
CHUNK_X, CHUNK_Y = (1060.0, 1480.0), (310.0, 720.0)  # of the chunks' inputs and targets


def text(sheet: Sheet) -> None:
    """Put all letters in a row, in as many pieces as there are columns."""
    for k, one in enumerate(LETTERS):
        x = 77.0 + 72 * k + 24 * (k // ROWS)
        sheet.put(Box(f"box.{one}", x - 32, 138, x + 32, 202, "x", radius=10.0))
        sheet.put(Words(one, one, x, 182, 38.0, "x", "centre"))
    for b in range(BATCH):
        for t in range(ROWS):
            x, y = slot(t, b, True)
            sheet.put(Box(f"slot.{t}.{b}", x - 42, y - 42, x + 42, y + 42, "faint", radius=10.0,
                          dashed=True))  # fmt: skip
    sheet.put(time(True))
    caption = (
        f"{len(LETTERS)} letters in a row, in {BATCH} pieces of equal length: a batch of {BATCH}."
    )
    sheet.beat("text", "A text", caption, "A text of letters.")


def slot(t: int, b: int, alone: bool = False) -> tuple[float, float]:
    """Return where a letter stands that has been folded into its column."""
    left, pitch = WIDE if alone else (SLOTS[0], NARROW)
    return left + pitch * b, SLOTS[1] + DOWN * t


def folded(alone: bool) -> Iterator[Mark]:
    """Yield the letters in their columns, with the direction of time."""
    for b in range(BATCH):
        for t in range(ROWS):
            one, (x, y) = table.letter(t, b), slot(t, b, alone)
            yield Box(f"box.{one}", x - 42, y - 42, x + 42, y + 42, "x", radius=10.0)
            yield Words(one, one, x, y + 13, 42.0, "x", "centre")
    yield from time(alone)


def time(alone: bool) -> Iterator[Mark]:
    """Yield the names of the columns, and the arrow of time beside the first."""
    for b in range(BATCH):
        x, y = slot(0, b, alone)
        yield Words(f"column{b + 1}", f"column {b + 1}", x, y - 66, 26.0, "muted", "centre")
    x, top = slot(0, 0, alone)
    bottom = slot(ROWS - 1, 0, alone)[1]
    left = x - 82
    yield Words("time.name", "time", left, bottom + 66, 26.0, "muted", "centre")
    yield Wire("time", ((left, top), (left, bottom + 24)), "muted")
    for t in range(ROWS):
        yield Words(f"t{t + 1}", f"t = {t + 1}", left - 11, slot(t, 0, alone)[1] + 9, 26.0, "ink",
                    "right")  # fmt: skip


def fold(sheet: Sheet) -> None:
    """Move each piece into a column of its own."""
    sheet.drop("slot*")
    new = [*folded(alone=True)]
    sheet.put(new)
    waves = [Wave(tuple(mark.id for mark in new))]
    caption = "Time runs down; the letters of a row are from different places in the text."
    sheet.beat("fold", "Folded", caption, "Each piece becomes a column.", waves=waves)


def first_chunk(sheet: Sheet) -> None:
    """Take the first rows as inputs, and the rows one further down as targets."""
    moved = [*folded(alone=False)]
    sheet.put(moved)
    chunk(sheet, 0, PERIOD)
    caption = f"The first {PERIOD} rows are the input x; each letter's target is the one below it."
    frames = ("frame", *sheet.found("x.*", "y.*"))
    waves = [Wave(tuple(mark.id for mark in moved)), Wave(frames), *chunk_waves(0, PERIOD)]
    sheet.beat("chunk1", "Chunk 1", caption, f"The first {PERIOD} rows.", waves=waves)


def second_chunk(sheet: Sheet) -> None:
    """Take the rows that are left; the last one is only a target."""
    chunk(sheet, PERIOD, STEPS)
    left = STEPS - PERIOD
    inputs, targets = chunk_waves(PERIOD, STEPS)
    waves = [Wave((*inputs.ids, *targets.ids), {**inputs.flights, **targets.flights})]
    caption = f"Chunk 2 has only {left} rows: the letters at t = {ROWS} are targets, not inputs."
    sheet.beat("chunk2", "Chunk 2", caption, "What is left.", waves=waves)


def chunk(sheet: Sheet, start: int, stop: int) -> None:
    """Frame a chunk's rows, and put its inputs and targets beside them, as two matrices."""
    (left, top), (right, bottom) = slot(start, 0), slot(stop - 1, BATCH - 1)
    sheet.put(Box("frame", left - 55, top - 55, right + 55, bottom + 55, "x", None, 14.0, 4.0))
    number = 1 + start // PERIOD
    top = CHUNK_Y[number - 1]
    for name, left, shift in (("x", CHUNK_X[0], 0), ("y", CHUNK_X[1], 1)):
        x = table.places(left, 84.0)
        said = f"{name}[{start + 1}:{stop}]"
        role = "x" if name == "x" else "ink"
        sheet.put(Words(f"{name}.chunk{number}", said, left + 126, top - 62, 32.0, role, "centre",
                        bold=True))  # fmt: skip
        for t in range(start, stop):
            texts = [table.letter(t + shift, b) for b in range(BATCH)]
            y = top + 78 * (t - start)
            sheet.put(table.row_of(f"{name}{t + 1}", x, y, texts, 42.0, role))
        bottom = top + 78 * (stop - start - 1) + 38
        for k, (end, way) in enumerate(((x[0] - 48, 12), (x[-1] + 48, -12))):
            points = ((end + way, top - 38), (end, top - 38), (end, bottom), (end + way, bottom))
            sheet.put(Wire(f"{name}.bracket{number}{k}", points, "muted", arrow=False))


def chunk_waves(start: int, stop: int) -> list[Wave]:
    """Return how a chunk's letters fly from their columns, inputs first."""
    waves = []
    for name, shift in (("x", 0), ("y", 1)):
        flights = {
            f"{name}{t + 1}.{b + 1}": slot(t + shift, b)
            for t in range(start, stop)
            for b in range(BATCH)
        }
        waves.append(Wave(tuple(flights), flights))
    return waves
