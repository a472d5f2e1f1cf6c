"""A GRU's gates at their ends, in two conventions side by side, on the same weights."""

from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.gate_marks import said
from rnnviz.figures.gru_gates_cases import CASES, CONVENTIONS, Case, Ran, demo, run
from rnnviz.figures.gru_gates_panel import CANDIDATE, RESULTS, Panel
from rnnviz.figures.gru_gates_table import put_table
from rnnviz.figures.marks import Box, Wire, Words
from rnnviz.rounding import DIGITS
from rnnviz.tracing import Trace

CELL = "gru"
TAKES = ()
__all__ = ["CELL", "TAKES", "demo", "figure"]

LEFT = {"pytorch": 40.0, "guide": 1005.0}
GATES = ("keeps", "writes", "r")


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the extreme cases of z and r on a trace's weights, first input and state."""
    notes = (
        "constructed: weights of ±8 or 0 on an input that is 1",
        "the same weights on the left and on the right, no biases",
    )
    sheet = Sheet("A GRU's gates at their ends", notes)
    cases = {case.id: [run(trace, case, name) for name in CONVENTIONS] for case in CASES}
    z1, z0, r0, z0r0, z1r0 = (panels(cases[case.id], digits) for case in CASES)
    put_panels(sheet, z1)
    set_gates(sheet, z1)
    let_run(sheet, z1)
    whole_case(sheet, z0, kept_said(z0), "Now z the other way.")
    almost(sheet, z0)
    whole_case(sheet, r0, reset_said(r0), "Now r alone.")
    for both in (z0r0, z1r0):
        whole_case(sheet, both, gone_said(both), "Now both gates at an end.")
    put_table(sheet, cases, digits)
    return sheet.figure()


Both = tuple[Panel, Panel]


def panels(ran: list[Ran], digits: int) -> Both:
    """Return a case's panels, PyTorch's and the guide's."""
    made = [Panel(one, LEFT[one.convention], digits) for one in ran]
    return made[0], made[1]


def put_panels(sheet: Sheet, both: Both) -> None:
    """Put both panels, in which nothing is computed yet."""
    sheet.put(Wire("between", ((945, 180), (945, 978)), "faint", 2, arrow=False))
    for panel in both:
        panel.put(sheet)
    old = said(both[0].ran["h_prev"][0], both[0].digits)
    sheet.beat("conventions", "Two conventions",
               f"Left, z weighs h_t−1 ({old}) and r comes after W_hn; "
               "right, z weighs n and r comes before W_hn")  # fmt: skip


def emptied(sheet: Sheet) -> None:
    """Take away what the case before has computed."""
    sheet.drop(*(name for name in sheet.marks if "=" in name))


def put_case(sheet: Sheet, case: Case) -> None:
    """Name the case over the line between the panels."""
    sheet.put(Box("case.box", 792, 96, 1098, 152, "ink"))
    sheet.put(Words("case", case.title, 945, 136, 34, anchor="centre", bold=True))


def set_gates(sheet: Sheet, both: Both) -> None:
    """Drive the gates of a case to their ends."""
    case, digits = both[0].ran.case, both[0].digits
    emptied(sheet)
    put_case(sheet, case)
    wave = gate_wave(sheet, both)
    value = said(both[0].ran["z"][0], digits, gate=True)
    caption = f"z = {value} in both: on the left it lets h_t−1 through, on the right n"
    sheet.beat(f"{case.id}.set", f"{case.title}: the gates", caption, "A weight of +8 drives z.",
               waves=[wave])  # fmt: skip


def run_waves(sheet: Sheet, both: Both) -> list[Wave]:
    """Compute the candidate and h_t in both panels and return how it moves."""
    verdicts: list[str] = []
    for panel in both:
        panel.put_vectors(sheet, *CANDIDATE, *RESULTS)
        verdicts += panel.put_verdict(sheet)

    def ids(*names: str) -> tuple[str, ...]:
        return tuple(one for name in names for panel in both for one in panel.ids(name))

    def passing(*names: str) -> tuple[str, ...]:
        return tuple(one for panel in both for one in panel.passing(*names))

    return [
        Wave(ids(*CANDIDATE), pulses=passing("h_prev")),
        Wave(ids("zh", "zn"), pulses=passing("n")),
        Wave((*ids("h"), *verdicts), pulses=passing("zh", "zn")),
    ]


def gate_wave(sheet: Sheet, both: Both) -> Wave:
    """Set the gates and their wires in both panels, while the old h and x go to the candidate."""
    for panel in both:
        panel.put_vectors(sheet, *GATES)
    wires = [one for panel in both for one in panel.switch(sheet)]
    gates = [one for name in GATES for panel in both for one in panel.ids(name)]
    start = tuple(one for panel in both for one in panel.passing("down", "n_x"))
    return Wave((*gates, *wires), pulses=start)


def let_run(sheet: Sheet, both: Both) -> None:
    """Let both panels compute h_t."""
    case = both[0].ran.case
    sheet.beat(f"{case.id}.run", case.title, kept_said(both), "What becomes h_t?",
               waves=run_waves(sheet, both))  # fmt: skip


def kept_said(both: Both) -> str:
    """Return what h_t is in both conventions, first unit."""
    parts = []
    for panel in both:
        ran, digits = panel.ran, panel.digits
        h, old, n = (said(ran[name][0], digits) for name in ("h", "h_prev", "n"))
        near = f"h_t−1 = {old}" if ran[ran.keeps][0] > ran[ran.writes][0] else f"n = {n}"
        where = "Left" if ran.convention == "pytorch" else "right"
        parts.append(f"{where}, {near} goes on: h_t = {h}")
    return "; ".join(parts)


def almost(sheet: Sheet, both: Both) -> None:
    """Point at what is left of the old h where n goes on: the recurrent part in n."""
    left = both[0]
    left.put_vectors(sheet, "second", "zh", lit=True)
    part, kept = said(left.ran["rn"][0], left.digits), said(left.ran["zh"][0], left.digits)
    sheet.beat("almost", "Almost ignored",
               f"Left, z ⊙ h_t−1 is only {kept}, but n still depends on h_t−1: {part} in its sum",
               "Is the old h ignored?", waves=[Wave(left.ids("second", "zh"))])  # fmt: skip


def reset_said(both: Both) -> str:
    """Return what is left of the recurrent part in both conventions."""
    parts = [said(panel.ran.recurrent[0], panel.digits) for panel in both]
    same = parts[0] if parts[0] == parts[1] else " and ".join(parts)
    left, right = (said(panel.ran["zh"][0], panel.digits) for panel in both)
    return f"h_t−1 adds only {same} to n's sum, but z is half-open: {left} and {right} of it go on"


def gone_said(both: Both) -> str:
    """Return on which side the recurrence is almost gone, and what is left of it."""
    gone = next(panel for panel in both if panel.ran[panel.ran.writes].min() > 0.5)
    side, other = ("Left", "right") if gone is both[0] else ("Right", "left")
    kept = said(gone.ran["zh"][0], gone.digits)
    part = said(gone.ran.recurrent[0], gone.digits)
    return (
        f"{side}, the old h is almost gone: {kept} goes on, {part} is in n's sum; {other}, it stays"
    )


def whole_case(sheet: Sheet, both: Both, caption: str, lead: str) -> None:
    """Show a case in one beat: the gates, then what they make of h."""
    case = both[0].ran.case
    emptied(sheet)
    put_case(sheet, case)
    waves = [gate_wave(sheet, both), *run_waves(sheet, both)]
    sheet.beat(case.id, case.title, caption, lead, waves=waves)
