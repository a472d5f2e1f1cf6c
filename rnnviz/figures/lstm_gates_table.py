"""The last beat of the LSTM's gates: all cases below each other, with their wires as switches."""

from collections.abc import Sequence

from rnnviz.figures.figure import Sheet
from rnnviz.figures.gate_marks import switched, vector
from rnnviz.figures.lstm_gates_cases import GATES, Ran
from rnnviz.figures.marks import Math, Wire, Words

TOP, PITCH = 262.0, 150.0
WIDTH, HEIGHT = 108.0, 44.0
# column: its symbol, role and middle
COLUMNS: dict[str, tuple[str, str, float]] = {
    "f": ("f", "f", 396.0),
    "i": ("i", "i", 520.0),
    "o": ("o", "o", 644.0),
    "c_prev": ("c_{t-1}", "c", 816.0),
    "c": ("c_t", "c", 996.0),
    "g": ("g", "g", 1176.0),
    "tanh_c": ("tanh c_t", "g", 1346.0),
    "h": ("h_t", "h", 1526.0),
}
WIRES = (("f", "c_prev", "c", "c"), ("i", "g", "c", "g"), ("o", "tanh_c", "h", "h"))


def put_table(sheet: Sheet, ran: Sequence[Ran], digits: int) -> None:
    """Put a row for each case, in place of the path."""
    sheet.marks.clear()
    for name, (text, role, x) in COLUMNS.items():
        sheet.put(Math(f"head.{name}", text, x, 170, 34, role, "centre"))
    sheet.put(Words("head.case", "Case", 40, 170, 30, bold=True))
    sheet.put(Words("head.outcome", "Outcome", 1640, 170, 30, bold=True))
    for row, one in enumerate(ran):
        put_row(sheet, one, TOP + row * PITCH, digits)
    for k in range(len(ran)):
        y = TOP + (k - 0.5) * PITCH
        sheet.put(Wire(f"rule{k}", ((40, y), (1880, y)), "faint", 1.5, arrow=False))
    caption = (
        "The same weights, inputs and states, other biases: thick wires pass, dashed ones block"
    )
    sheet.beat("recap", "Recap", caption)


def put_row(sheet: Sheet, ran: Ran, y: float, digits: int) -> None:
    """Put a case: its gates, what they let through, and what comes of it."""
    case = ran.case.id
    sheet.put(Words(f"{case}.title", ran.case.title, 40, y + 10, 30, bold=True))
    for gate, start, end, role in WIRES:
        left, right = COLUMNS[start][2], COLUMNS[end][2]
        side = WIDTH / 2 if right > left else -WIDTH / 2
        wire = Wire(f"{case}.w.{gate}", ((left + side, y), (right - side, y)), role)
        sheet.put(switched(wire, float(ran[gate].mean()), role))
    for name, (_, role, x) in COLUMNS.items():
        held, ref = name in ran.case.gates, f"{case}: {name}[1,{{}}]"
        pills = vector(f"{case}.{name}", ran[name], (x, y), ref, role, digits,
                       gate=name in GATES, width=WIDTH, height=HEIGHT, size=26)  # fmt: skip
        sheet.put(pills)
        if held:
            sheet.change(*(pill.id for pill in pills), lit=True)
    sheet.put(Math(f"{case}.outcome", ran.case.outcome, 1640, y + 11, 34))
