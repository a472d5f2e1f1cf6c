"""One convention of the GRU's gates as a panel: the old h and the candidate meet at a sum."""

from dataclasses import dataclass

from rnnviz.diagram import Point
from rnnviz.figures.figure import Sheet
from rnnviz.figures.gate_marks import CLOSED, honest, label, switched, vector
from rnnviz.figures.gru_gates_cases import Ran
from rnnviz.figures.marks import Box, Disc, Mark, Math, Number, Wire, Words

KEEP, JOIN, WRITE, CAND, TANH, SUM = 300.0, 425.0, 540.0, 655.0, 762.0, 858.0  # heights
RESET = 700.0
TITLES = {"pytorch": "PyTorch, AI Summer: z keeps", "guide": "The guide: z replaces"}
FORMULAS = {
    "pytorch": ("h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}", "n = tanh(W_{in} x_t + r ⊙ (W_{hn} h_{t-1}))"),
    "guide": ("h_t = (1 − z) ⊙ h_{t-1} + z ⊙ n", "n = tanh(W_{in} x_t + W_{hn} (r ⊙ h_{t-1}))"),
}
SYMBOLS = {"z": "z", "z_not": "1 − z"}
CANDIDATE, RESULTS = ("first", "second", "n"), ("zh", "zn", "h")
SMALL = 104.0  # width of the pills beside the reset gate


@dataclass(frozen=True)
class Spot:
    """A vector of a panel: its value's name, symbol, role, middle, and the side of its symbol."""

    value: str
    text: str
    role: str
    at: Point
    side: str = "over"
    gate: bool = False


@dataclass(frozen=True)
class Panel:
    """Where a convention stands, from ``left`` on, 855 wide; what it shows follows from a run."""

    ran: Ran
    left: float
    digits: int

    @property
    def name(self) -> str:
        """The convention, with which the ids of its marks start."""
        return self.ran.convention

    def spots(self) -> dict[str, Spot]:
        """Return every vector by the name of its pills."""
        ran = self.ran
        keeps, writes = SYMBOLS[ran.keeps], SYMBOLS[ran.writes]
        bracketed = {"z": "z", "1 − z": "(1 − z)"}
        first, second = (
            (("n_h", "W_{hn} h_{t-1}"), ("rn", "r ⊙ (W_{hn} h_{t-1})"))
            if ran.after
            else (("rh", "r ⊙ h_{t-1}"), ("n_h", "W_{hn} (r ⊙ h_{t-1})"))
        )
        return {
            "h_prev": Spot("h_prev", "h_{t-1}", "h", (70, KEEP)),
            "zh": Spot("zh", f"{bracketed[keeps]} ⊙ h_{{t-1}}", "h", (460, KEEP)),
            "h": Spot("h", "h_t", "h", (785, KEEP)),
            "keeps": Spot(ran.keeps, keeps, "drop", (290, JOIN), "left", gate=True),
            "zn": Spot("zn", f"{bracketed[writes]} ⊙ n", "n", (625, JOIN), "left"),
            "writes": Spot(ran.writes, writes, "write", (460, WRITE), "left", gate=True),
            "n": Spot("n", "n", "n", (625, CAND), "left"),
            "n_x": Spot("n_x", "W_{in} x_t", "x", (785, SUM)),
            "r": Spot("r", "r", "r", (372 if ran.after else 150, RESET), "right", gate=True),
            "first": Spot(*first, "n", (258 if ran.after else 264, SUM)),
            "second": Spot(*second, "n", (498 if ran.after else 512, SUM)),
        }

    def id(self, name: str) -> str:
        """Return the id of a mark of this panel."""
        return f"{self.name}.{name}"

    def key(self, name: str, *, known: bool = True) -> str:
        """Return the id of a vector; what a case computes lies over pills that stay empty."""
        over = known and name in CANDIDATE + RESULTS
        return self.id(f"{name}={self.ran.case.id}" if over else name)

    def ids(self, *names: str) -> tuple[str, ...]:
        """Return the ids of the pills of vectors with their values."""
        return tuple(f"{self.key(name)}.{unit}" for name in names for unit in (1, 2))

    def wire(self, name: str, *points: Point, role: str, width: float = 4.0) -> Wire:
        """Return a wire whose points are relative to the panel."""
        moved = tuple((self.left + x, y) for x, y in points)
        return Wire(self.id(f"w.{name}"), moved, role, width)

    def put_vectors(self, sheet: Sheet, *names: str, known: bool = True, lit: bool = False) -> None:
        """Put the pills of vectors, with their values or still without."""
        for name in names:
            spot = self.spots()[name]
            values = self.ran[spot.value] if known else None
            at = (self.left + spot.at[0], spot.at[1])
            key, ref = self.key(name, known=known), self.ran.ref(spot.value)
            pills = vector(key, values, at, ref, spot.role, self.digits, gate=spot.gate,
                           width=SMALL if at[1] > CAND else 112.0, height=42.0, size=26.0,
                           gap=6.0)  # fmt: skip
            sheet.put(pills)
            if lit:
                sheet.change(*(pill.id for pill in pills), lit=True)

    def put(self, sheet: Sheet) -> None:
        """Put the panel with its formulas; known are only the old h and the input's part."""
        sheet.put(self.wires(), self.operations(), self.symbols())
        for name in self.spots():
            self.put_vectors(sheet, name, known=name in ("h_prev", "n_x"))
        written, candidate = FORMULAS[self.name]
        x = self.left + 427.0
        sheet.put(
            Words(self.id("title"), TITLES[self.name], x, 136, 32, anchor="centre", bold=True),
            Math(self.id("formula"), written, x, 190, 32, anchor="centre"),
            Math(self.id("candidate"), candidate, x, 964, 32, anchor="centre"),
        )

    def symbols(self) -> list[Mark]:
        """Return the symbols beside the vectors."""
        made: list[Mark] = []
        for name, spot in self.spots().items():
            x, y = self.left + spot.at[0], spot.at[1]
            key = self.id(f"label.{name}")
            match spot.side:
                case "left":
                    made.append(Math(key, spot.text, x - 66, y + 10, 28, spot.role, "right"))
                case "right":
                    made.append(Math(key, spot.text, x + 64, y + 10, 32, spot.role))
                case _:
                    size = 24 if y > CAND else 28
                    made.append(label(key, spot.text, (x, y - 60), spot.role, size))
        return made

    def operations(self) -> list[Mark]:
        """Return the discs, and the box of the recurrent weights."""
        discs = {"keep": ("⊙", 290, KEEP), "sum": ("+", 625, KEEP), "write": ("⊙", 625, WRITE),
                 "tanh": ("tanh", 625, TANH), "add": ("+", 625, SUM),
                 "reset": ("⊙", 372 if self.ran.after else 150, SUM)}  # fmt: skip
        made: list[Mark] = [
            Disc(self.id(f"op.{name}"), self.left + x, y, 28 if text == "tanh" else 24, text=text,
                 size=20 if text == "tanh" else 30)
            for name, (text, x, y) in discs.items()
        ]  # fmt: skip
        middle = self.left + (136 if self.ran.after else 388)
        made.append(Box(self.id("W"), middle - 36, SUM - 26, middle + 36, SUM + 26, "muted"))
        made.append(label(self.id("W.label"), "W_{hn}", (middle, SUM + 9), size=26))
        return made

    def wires(self) -> list[Wire]:
        """Return all wires, those of the gates still of one width."""
        r_x = 372 if self.ran.after else 150
        steady = [
            self.wire("h_prev", (126, KEEP), (266, KEEP), role="h"),
            self.wire("keeps", (290, JOIN - 45), (290, KEEP + 24), role="drop", width=3),
            self.wire("writes", (516, WRITE), (601, WRITE), role="write", width=3),
            self.wire("h", (649, KEEP), (729, KEEP), role="h"),
            self.wire("n", (625, CAND - 45), (625, WRITE + 24), role="n"),
            self.wire("tanh", (625, TANH - 28), (625, CAND + 45), role="n"),
            self.wire("add", (625, SUM - 24), (625, TANH + 28), role="n"),
            self.wire("n_x", (733, SUM), (649, SUM), role="x"),
            self.wire("r", (r_x, RESET + 45), (r_x, SUM - 24), role="r", width=3),
        ]
        into = 100 if self.ran.after else 126
        steady.append(self.wire("down", (70, KEEP + 45), (70, SUM), (into, SUM), role="h", width=3))
        if self.ran.after:
            steady += [self.wire("W", (172, SUM), (206, SUM), role="n", width=3),
                       self.wire("r.in", (310, SUM), (348, SUM), role="n", width=3)]  # fmt: skip
        return steady + [wire for wire, _ in self.gated()]

    def gated(self) -> list[tuple[Wire, str]]:
        """Return the wires behind gates, each with the name of its gate's value."""
        ran, made = self.ran, []
        made.append((self.wire("zh.in", (314, KEEP), (404, KEEP), role="h"), ran.keeps))
        made.append((self.wire("zh", (516, KEEP), (601, KEEP), role="h"), ran.keeps))
        made.append((self.wire("zn.in", (625, WRITE - 24), (625, JOIN + 45), role="n"), ran.writes))
        made.append((self.wire("zn", (625, JOIN - 45), (625, KEEP + 24), role="n"), ran.writes))
        if ran.after:
            made.append((self.wire("rn.in", (396, SUM), (446, SUM), role="n"), "r"))
        else:
            made.append((self.wire("rh.in", (174, SUM), (212, SUM), role="n"), "r"))
            made.append((self.wire("rh", (316, SUM), (352, SUM), role="n"), "r"))
            made.append((self.wire("W", (424, SUM), (460, SUM), role="n"), "r"))
        into = 550 if ran.after else 564
        made.append((self.wire("second", (into, SUM), (601, SUM), role="n"), "r"))
        return made

    def switch(self, sheet: Sheet) -> tuple[str, ...]:
        """Make the wires as thick as their gates pass, and return their ids."""
        made = [switched(wire, float(self.ran[gate].mean()), wire.role)
                for wire, gate in self.gated()]  # fmt: skip
        sheet.put(made)
        return tuple(wire.id for wire in made)

    def passing(self, *names: str) -> tuple[str, ...]:
        """Return the ids of those wires through which something runs."""
        gates = {wire.id: float(self.ran[gate].mean()) for wire, gate in self.gated()}
        ids = [self.id(f"w.{name}") for name in names]
        return tuple(name for name in ids if gates.get(name, 1.0) > CLOSED)

    def put_verdict(self, sheet: Sheet) -> tuple[str, ...]:
        """Put what h_t comes close to, and how far it is from the old h and from n."""
        x = self.left + 784
        text = self.ran.verdict or "between"
        made: list[Mark] = [
            Math(self.id(f"verdict={self.ran.case.id}"), text, x, 425, 32, anchor="centre")
        ]
        for k, (name, symbol) in enumerate((("h_prev", "h_t − h_{t-1}"), ("n", "h_t − n"))):
            y, far = 490.0 + 90 * k, self.ran.distance(name)
            key = self.id(f"verdict.{name}={self.ran.case.id}")
            made.append(Math(f"{key}.label", f"max |{symbol}|", x, y, 24, "muted", "centre"))
            ref = f"{self.name}, {self.ran.case.title}: max |{symbol}|"
            made.append(Number(key, far, x, y + 38, ref, 28, anchor="centre", signed=False,
                               within=honest(far), digits=self.digits))  # fmt: skip
        sheet.put(made)
        return tuple(mark.id for mark in made)
