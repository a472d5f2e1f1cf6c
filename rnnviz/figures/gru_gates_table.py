"""The last beat of the GRU's gates: all cases below each other, in both conventions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from rnnviz.figures.figure import Sheet
from rnnviz.figures.gate_marks import switched, vector
from rnnviz.figures.gru_gates_cases import Ran
from rnnviz.figures.gru_gates_panel import TITLES
from rnnviz.figures.marks import Math, Wire, Words

GROUPS = {"pytorch": 640.0, "guide": 1290.0}  # middle of each convention's first column
TOP, PITCH, WIDTH = 286.0, 144.0, 98.0
pills = partial(vector, width=WIDTH, height=42.0, size=24.0, gap=6.0)


def put_table(sheet: Sheet, cases: Mapping[str, Sequence[Ran]], digits: int) -> None:
    """Put a row for each case in place of the panels."""
    sheet.marks.clear()
    sheet.put(Words("head.case", "Case", 40, 196, 30, bold=True))
    for name, x in (("z", 372.0), ("r", 480.0)):
        sheet.put(Math(f"head.{name}", name, x, 196, 34, "ink" if name == "z" else "r", "centre"))
    for convention, left in GROUPS.items():
        sheet.put(
            Words(f"head.{convention}", TITLES[convention], left - WIDTH / 2, 136, 30, bold=True)
        )
        for k, (symbol, role) in enumerate((("h_{t-1}", "h"), ("h_t", "h"), ("n", "n"))):
            x = left + 152 * k
            sheet.put(Math(f"head.{convention}.{k}", symbol, x, 196, 32, role, "centre"))
    for row, ran in enumerate(cases.values()):
        y = TOP + row * PITCH
        sheet.put(Wire(f"rule{row}", ((40, y - 72), (1880, y - 72)), "faint", 1.5, arrow=False))
        put_row(sheet, ran, y, digits)
    sheet.beat("recap", "Recap", "The same z keeps in one convention and replaces in the other; "
               "r near 0 takes h_t−1 out of n, not out of h_t")  # fmt: skip


def put_row(sheet: Sheet, ran: Sequence[Ran], y: float, digits: int) -> None:
    """Put a case: its gates, and in both conventions what meets in h_t."""
    case = ran[0].case
    sheet.put(Words(f"{case.id}.title", case.title, 40, y + 10, 28, bold=True))
    for name, x in (("z", 372.0), ("r", 480.0)):
        role = "neutral" if name == "z" else "r"
        made = pills(f"{case.id}.{name}", ran[0][name], (x, y), f"{case.title}: {name}[1,{{}}]",
                       role, digits, gate=True)  # fmt: skip
        sheet.put([replace(pill, lit=name in case.gates) for pill in made])
    for one in ran:
        left, key = GROUPS[one.convention], f"{case.id}.{one.convention}"
        for k, (gate, role) in enumerate(((one.keeps, "h"), (one.writes, "n"))):
            ends = (
                ((left + 49, y), (left + 103, y)) if k == 0 else ((left + 255, y), (left + 201, y))
            )
            sheet.put(switched(Wire(f"{key}.w{k}", ends, role), float(one[gate].mean()), role))
        for k, (name, role) in enumerate((("h_prev", "h"), ("h", "h"), ("n", "n"))):
            sheet.put(pills(f"{key}.{name}", one[name], (left + 152 * k, y), one.ref(name), role,
                             digits))  # fmt: skip
        sheet.put(Math(f"{key}.verdict", one.verdict or "between", left + 374, y + 10, 30))
