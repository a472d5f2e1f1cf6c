"""An LSTM's gates held open or closed: the output on and off, the memory reset, kept and written.

Every case is one timestep of the same weights, inputs and states; only biases of gates differ.
"""

from rnnviz.diagram import Point
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.gate_marks import CLOSED, honest, label, said, switched, vector, verdict
from rnnviz.figures.lstm_gates_cases import CASES, GATES, Case, Ran, demo, run
from rnnviz.figures.lstm_gates_table import put_table
from rnnviz.figures.marks import Box, Disc, Math, Number, Wire, Words
from rnnviz.rounding import DIGITS, MINUS
from rnnviz.tracing import Trace

CELL = "lstm"
TAKES = ()
__all__ = ["CELL", "TAKES", "demo", "figure"]

PATH, JOIN, GATED, SUMMED = 340.0, 592.0, 712.0, 912.0  # heights of the rows
SIGMA = 814.0
OUTPUT = 1560.0  # where the output gate stands
GATE_X = {"f": 345.0, "i": 755.0, "o": OUTPUT}
NAMES = {"f": "Forget gate", "i": "Input gate", "o": "Output gate"}
# each vector: its symbol, its role, its middle
VECTORS: dict[str, tuple[str, str, Point]] = {
    "c_prev": ("c_{t-1}", "c", (120.0, PATH)),
    "fc": ("f ⊙ c_{t-1}", "c", (550.0, PATH)),
    "ig": ("i ⊙ g", "g", (755.0, 474.0)),
    "g": ("g", "g", (990.0, JOIN)),
    "c": ("c_t", "c", (960.0, PATH)),
    "tanh_c": ("tanh c_t", "g", (1345.0, PATH)),
    "h": ("h_t", "h", (1786.0, PATH)),
}
COMPUTED = ("fc", "ig", "c", "tanh_c", "h")
DISCS: dict[str, tuple[str, Point]] = {
    "forget": ("⊙", (345.0, PATH)),
    "sum": ("+", (755.0, PATH)),
    "tanh": ("tanh", (1152.0, PATH)),
    "output": ("⊙", (OUTPUT, PATH)),
    "input": ("⊙", (755.0, JOIN)),
}
# the wires that a gate makes thick or thin: from where to where, and their colour
SWITCHED: dict[str, tuple[str, Wire]] = {
    "w.fc": ("f", Wire("w.fc", ((369.0, PATH), (488.0, PATH)), "c")),
    "w.fc+": ("f", Wire("w.fc+", ((612.0, PATH), (731.0, PATH)), "c")),
    "w.ig": ("i", Wire("w.ig", ((755.0, 568.0), (755.0, 524.0)), "g")),
    "w.ig+": ("i", Wire("w.ig+", ((755.0, 424.0), (755.0, 364.0)), "g")),
    "w.h": ("o", Wire("w.h", ((OUTPUT + 24, PATH), (1724.0, PATH)), "h")),
}
STEADY = (
    Wire("w.c_prev", ((182.0, PATH), (321.0, PATH)), "c", 5.0),
    Wire("w.g", ((928.0, JOIN), (779.0, JOIN)), "g", 5.0),
    Wire("w.c", ((779.0, PATH), (898.0, PATH)), "c", 5.0),
    Wire("w.tanh", ((1022.0, PATH), (1120.0, PATH)), "c", 5.0),
    Wire("w.tanh_c", ((1184.0, PATH), (1283.0, PATH)), "g", 5.0),
    Wire("w.out", ((1407.0, PATH), (1536.0, PATH)), "g", 5.0),
)


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the five cases on a trace's weights, first input and states."""
    ran = [run(trace, case) for case in CASES]
    notes = (
        "constructed: a gate's bias is +8, −8 or 0",
        "purple: the lecture's internal representation, g and tanh c",
    )
    sheet = Sheet("An LSTM's gates, open and closed", notes)
    put_path(sheet, ran[0], digits)
    put_gates(sheet)
    put_sums(sheet, ran[0], digits)
    old, offered = said(ran[0]["c_prev"][0], digits), said(ran[0]["g"][0], digits)
    caption = (
        f"f weighs the old memory {old}, i the candidate {offered}, o what leaves (first unit)"
    )
    sheet.beat("path", "The path of the memory", caption)
    for one in ran:
        set_gates(sheet, one, digits)
        let_run(sheet, one, digits)
    put_table(sheet, ran, digits)
    return sheet.figure()


def put_path(sheet: Sheet, ran: Ran, digits: int) -> None:
    """Put the path of the memory to the output, on which only what comes in is known."""
    sheet.put(STEADY, [wire for _, wire in SWITCHED.values()])
    for name, (text, at) in DISCS.items():
        wide = text == "tanh"
        sheet.put(
            Disc(f"op.{name}", *at, 32.0 if wide else 24.0, text=text, size=22 if wide else 32)
        )
    for name in VECTORS:
        put_vector(sheet, ran, name, digits, known=name in ("c_prev", "g"))
    for name, (text, role, (x, y)) in VECTORS.items():
        if name in ("ig", "g"):
            beside = Math(f"label.{name}", text, x + 80, y + 10, 30, role)
            sheet.put(
                beside if name == "g" else Math(beside.id, text, x - 80, y + 10, 30, role, "right")
            )
        else:
            sheet.put(label(f"label.{name}", text, (x, PATH - 72), role, 32))
    sheet.put(Words("head=path", "The path of the memory", 40, 168, 34, bold=True))
    sheet.put(Math("formula.c", "c_t = f ⊙ c_{t-1} + i ⊙ g", 960, 168, 34, anchor="centre"))
    sheet.put(Math("formula.h", "h_t = o ⊙ tanh c_t", OUTPUT, 168, 34, anchor="centre"))
    sheet.put(
        Words("candidate", "candidate", 1098, JOIN - 10, 26, "muted"),
        Math(
            "candidate.sum", "tanh(W_{ig} x_t + W_{hg} h_{t-1} + b_g)", 1098, JOIN + 34, 28, "muted"
        ),
    )
    put_legend(sheet)


def put_legend(sheet: Sheet) -> None:
    """Put what the width of a wire behind a gate says."""
    sheet.put(Words("legend", "wire behind a gate", 40, 440, 26, "muted"))
    for k, (gate, text) in enumerate(((1.0, "open"), (0.5, "half-open"), (0.0, "closed"))):
        y = 484.0 + 44 * k
        line = Wire(f"legend.w{k}", ((40.0, y), (120.0, y)), "c", arrow=False)
        sheet.put(switched(line, gate, "c"), Words(f"legend.{k}", text, 134, y + 9, 26, "muted"))


def over(name: str, case: Case) -> str:
    """Return the id of what a case computes; it lies over pills that stay empty."""
    return f"{name}={case.id}"


def put_vector(sheet: Sheet, ran: Ran, name: str, digits: int, *, known: bool) -> None:
    """Put a vector of the path, with its values if they are known."""
    _, role, at = VECTORS[name]
    ref = f"{ran.case.id}: {name}[1,{{}}]"
    key = over(name, ran.case) if known and name in COMPUTED else name
    sheet.put(vector(key, ran[name] if known else None, at, ref, role, digits))


def put_gates(sheet: Sheet) -> None:
    """Put the three gates where they cut the way, before anything is known of them."""
    for gate, x in GATE_X.items():
        top = (x, JOIN + 24) if gate == "i" else (x, PATH + 24)
        sheet.put(
            Wire(f"w.{gate}", ((x, GATED - 50), top), gate, 3.0),
            Math(f"label.{gate}", gate, x - 84, GATED + 10, 34, gate, "right"),
            Words(f"name.{gate}", NAMES[gate], x + 80, GATED - 12, 26, gate, bold=True),
        )
        sheet.put(vector(gate, None, (x, GATED), f"{gate}[1,{{}}]", gate, DIGITS))


def put_sums(sheet: Sheet, ran: Ran, digits: int) -> None:
    """Put the sum under each gate, not yet known, and what the sums are made of."""
    for gate, x in GATE_X.items():
        sheet.put(
            Wire(f"w.{gate}.sum", ((x, SUMMED - 50), (x, SIGMA + 22)), "muted"),
            Wire(f"w.{gate}.sigma", ((x, SIGMA - 22), (x, GATED + 50)), "muted"),
            Disc(f"op.{gate}", x, SIGMA, 22, text="σ"),
            Words(f"label.{gate}.sum", "sum", x - 80, SUMMED + 9, 26, "muted", "right"),
        )
        ref = f"{gate}_pre[1,{{}}]"
        sheet.put(vector(f"{gate}.sum", None, (x, SUMMED), ref, "neutral", digits))
    for k, (name, symbol, role) in enumerate((("x", "x_t", "x"), ("h_prev", "h_{t-1}", "h"))):
        y = (GATED, SUMMED)[k]
        sheet.put(vector(name, ran[name], (110, y), f"{name}[1,{{}}]", role, digits))
        sheet.put(label(f"label.{name}", symbol, (110, y - 66), role))
    left, top = 1024.0, 690.0
    sheet.put(
        Box("sums", left, top, 1410, 964, "faint"),
        Words("sums.head", "A gate's sum, here of f", left + 24, top + 48, 28, bold=True),
        Math("sums.formula", "W_{if} x_t + W_{hf} h_{t-1} + b_f", left + 24, top + 104, 32),
        Words("sums.1", "W: small, the same in all cases", left + 24, top + 156, 26, "muted"),
        Words("sums.2", "b: +8 opens, −8 closes,", left + 24, top + 204, 26, "muted"),
        Words("sums.3", "0 leaves half-open", left + 24, top + 242, 26, "muted"),
    )


def set_gates(sheet: Sheet, ran: Ran, digits: int) -> None:
    """Set the biases of a case: the sums, the gates, and how wide their wires let through."""
    case = ran.case
    sheet.drop(*(name for name in sheet.marks if "=" in name or name.startswith("left")))
    head = over("head", case)
    sheet.put(Words(head, case.title, 40, 168, 34, bold=True))
    sums, gates = [head], list[str]()
    for gate, x in GATE_X.items():
        held = gate in case.gates
        does = verdict(float(ran[gate].mean()))
        signs = (
            Math(over(f"bias.{gate}", case), bias_text(case, gate), x + 80, SUMMED + 11, 30,
                 gate if held else "muted"),
            Words(over(f"does.{gate}", case), does, x + 80, GATED + 26, 26,
                  "ink" if held else "muted"),
        )  # fmt: skip
        ref = f"{case.id}: {gate}"
        pre = vector(over(f"{gate}.sum", case), ran[f"{gate}_pre"], (x, SUMMED),
                     f"{ref}_pre[1,{{}}]", "neutral", digits)  # fmt: skip
        made = vector(over(gate, case), ran[gate], (x, GATED), f"{ref}[1,{{}}]", gate, digits,
                      gate=True)  # fmt: skip
        sheet.put(signs, pre, made)
        sums += [signs[0].id, *(pill.id for pill in pre)]
        gates += [signs[1].id, *(pill.id for pill in made)]
    for gate, wire in SWITCHED.values():
        sheet.put(switched(wire, float(ran[gate].mean()), wire.role))
    told = "; ".join(
        f"{NAMES[gate].lower()}, bias {signed_bias(case, gate)}: "
        f"{gate} = {said(ran[gate][0], digits, gate=True)}"
        for gate in GATES if gate in case.gates
    )  # fmt: skip
    pulses = tuple(f"w.{gate}" for gate in GATES)
    waves = (Wave((*sums, *gates)), Wave(tuple(SWITCHED), pulses=pulses))
    caption = f"{told[0].upper()}{told[1:]} in unit 1"
    sheet.beat(f"{case.id}.set", f"{case.title}: the gates", caption,
               f"{case.title}: which gates?", waves=waves)  # fmt: skip


def bias_text(case: Case, gate: str) -> str:
    """Return a gate's bias as an equation."""
    return f"b_{gate} = {signed_bias(case, gate)}"


def signed_bias(case: Case, gate: str) -> str:
    """Return a gate's bias with its sign."""
    bias = case.bias(gate)
    sign = "+" if bias > 0 else MINUS if bias < 0 else ""
    return f"{sign}{abs(bias):.0f}"


def let_run(sheet: Sheet, ran: Ran, digits: int) -> None:
    """Let the values run along the path as far as the gates let them."""
    case = ran.case
    for name in COMPUTED:
        put_vector(sheet, ran, name, digits, known=True)
    left: list[str] = []
    outcome = Math("left.outcome", case.outcome, 1290, 466, 38, anchor="centre")
    sheet.put(outcome)
    left.append(outcome.id)
    if case.nearly:
        sheet.put(Math("left.name", case.nearly, 1246, 526, 28, "muted", "right"))
        for k, value in enumerate(ran.left[:2]):
            ref, x = f"{case.id}: {case.nearly} [1,{k + 1}]", 1266.0 + 122 * k
            one = Number(f"left.{k + 1}", float(value), x, 526, ref, 28,
                         within=honest(value), digits=digits + 1)  # fmt: skip
            sheet.put(one)
            left.append(one.id)
        left.append("left.name")

    def pills(*names: str) -> tuple[str, ...]:
        return tuple(f"{over(name, case)}.{unit}" for name in names for unit in (1, 2))

    waves = (
        Wave(pills("fc", "ig"),
             pulses=passing(ran, "w.c_prev", "w.g", "w.fc", "w.ig")),
        Wave(pills("c"), pulses=passing(ran, "w.fc+", "w.ig+", "w.c")),
        Wave((*pills("tanh_c", "h"), *left),
             pulses=passing(ran, "w.tanh", "w.tanh_c", "w.out", "w.h")),
    )  # fmt: skip
    sheet.beat(f"{case.id}.run", case.title, outcome_said(ran, digits), "What gets through?",
               waves=waves)  # fmt: skip


def passing(ran: Ran, *wires: str) -> tuple[str, ...]:
    """Return the wires through which a case lets something run."""
    shut = {name for name, (gate, _) in SWITCHED.items() if ran[gate].mean() <= CLOSED}
    return tuple(name for name in wires if name not in shut)


def outcome_said(ran: Ran, digits: int) -> str:
    """Return what became of the memory or of the output, in numbers of the first unit."""
    fc, ig, c, g, old, tanh_c, h = (
        said(ran[name][0], digits) for name in ("fc", "ig", "c", "g", "c_prev", "tanh_c", "h")
    )
    f, i, o = (said(ran[name][0], digits, gate=True) for name in GATES)
    match ran.case.id:
        case "on":
            return f"Output on: tanh c = {tanh_c} times o = {o} gives h = {h}"
        case "off":
            return f"Output off: tanh c = {tanh_c} times o = {o} leaves only h = {h}"
        case "reset":
            return f"Reset: of {old} and {g} only {fc} and {ig} come through: c = {c}"
        case "keep":
            return f"Keep: f = {f} lets the old {old} pass, i = {i} blocks g = {g}: c = {c}"
        case _:
            return f"Write: g = {g} goes into c = {c}; of the old {old} only {fc} is left (f = {f})"
