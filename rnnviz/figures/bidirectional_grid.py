"""Where the two directions stand, and what each cell has read so far."""

from rnnviz.diagram import Point
from rnnviz.figures import stacked_grid as grid
from rnnviz.figures.marks import Box, Mark, Math, Wire, Words

STEPS = 4
WAYS = ("forward", "backward")
ARROWS = {"forward": "→", "backward": "←"}
FIRST, PITCH, ASIDE = 420.0, 370.0, 90.0  # middle of a timestep, and of its boxes from there
ROWS = {"forward": 664.0, "backward": 444.0}
OUTPUT, X = 210.0, 908.0
ENDS = (112.0, 1810.0)  # where states before the first timestep and after the last stand
EDGE = 68.0  # half the width of an output
OFF = grid.TALL + 5  # from the middle of an output to that of each of its halves
CELL, CLEAR = 20.0, 5.0  # a square for an input that has been read, and the room beside it


def middle(t: int) -> float:
    """Return the middle of a timestep, from 0."""
    return FIRST + PITCH * t


def place(way: str, t: int) -> Point:
    """Return the middle of a direction's box."""
    return middle(t) + (-ASIDE if way == "forward" else ASIDE), ROWS[way]


def name(way: str, t: int) -> str:
    """Return the id of a box, counted from 1."""
    return f"{way}.t{t + 1}"


def read(way: str, t: int) -> range:
    """Return the inputs, from 0, that a direction has read when it has computed t."""
    return range(t + 1) if way == "forward" else range(t, STEPS)


def squares(way: str, t: int, *, computed: bool) -> list[Mark]:
    """Return a square for each input, filled for those that have been read."""
    x, y = place(way, t)
    left, top = x - 18.0, y - grid.HIGH / 2 + 20
    made: list[Mark] = []
    for k in range(STEPS):
        full = computed and k in read(way, t)
        start = left + k * (CELL + CLEAR)
        made.append(Box(f"{name(way, t)}.read{k + 1}", start, top, start + CELL, top + CELL,
                        "x" if full else "muted", 0.8 if full else 0.0, 4.0, 1.5))  # fmt: skip
    return made


def wires() -> list[Wire]:
    """Return all wires: in the direction of reading, from the inputs and to the outputs."""
    made = []
    for t in range(STEPS):
        x, t_1 = middle(t), t + 1
        low = {way: ROWS[way] + grid.HIGH / 2 for way in WAYS}
        high = {way: ROWS[way] - grid.HIGH / 2 for way in WAYS}
        for way, side in (("forward", -40.0), ("backward", 40.0)):
            ends = ((x + side, X - grid.TALL), (x + side, low[way]))
            made.append(Wire(f"w.{name(way, t)}.x", ends, "x", 3))
        over = ((x - 130, high["forward"]), (x - 130, OUTPUT - OFF), (x - EDGE, OUTPUT - OFF))
        made.append(Wire(f"w.forward.t{t_1}.out", over, "h", 3))
        over = ((x + 130, high["backward"]), (x + 130, OUTPUT + OFF), (x + EDGE, OUTPUT + OFF))
        made.append(Wire(f"w.backward.t{t_1}.out", over, "h", 3))
    for way in WAYS:
        made += along(way)
    return made


def along(way: str) -> list[Wire]:
    """Return the wires of a direction from state to state, its last one to h_n."""
    y = ROWS[way] + grid.PILLS
    ahead = 1 if way == "forward" else -1
    order = range(STEPS) if way == "forward" else range(STEPS - 1, -1, -1)
    start, goal = ENDS[::ahead]
    half = grid.WIDTH / 2
    made, before = [], start + ahead * half
    for t in order:
        x = place(way, t)[0]
        made.append(Wire(f"w.{name(way, t)}", ((before, y), (x - ahead * grid.HALF, y)), "h", 4))
        before = x + ahead * grid.HALF
    made.append(Wire(f"w.{way}.last", ((before, y), (goal - ahead * half, y)), "h", 4))
    return made


def signs() -> list[Mark]:
    """Return the names of the rows, of the inputs and of the outputs."""
    made: list[Mark] = [
        *grid.heading("forward", "Forward →", "starts at t = 1", 40, ROWS["forward"] - 80),
        Words(
            "backward.title", "← Backward", 1880, ROWS["backward"] - 100, 30, "ink", "right", True
        ),
        Words(
            "backward.note", "starts at t = 4", 1880, ROWS["backward"] - 56, 24, "muted", "right"
        ),
        *grid.heading("output", "output", "[h→; h←]", 40, OUTPUT - 6),
        Words("forward.h0", "initial state", ENDS[0], ROWS["forward"] + 106, 24, "muted", "centre"),
        Words(
            "backward.h0", "initial state", ENDS[1], ROWS["backward"] + 106, 24, "muted", "centre"
        ),
        Box("legend.box", 40, X - 42, 40 + CELL, X - 42 + CELL, "x", 0.8, 4.0, 1.5),
        Words("legend", "an input that", 72, X - 24, 26, "muted"),
        Words("legend.more", "has been read", 72, X + 8, 26, "muted"),
    ]
    for t in range(STEPS):
        x, half = middle(t), grid.TALL + OFF + 8
        made.append(Box(f"out{t + 1}", x - EDGE, OUTPUT - half, x + EDGE, OUTPUT + half, radius=28))
        made.append(Math(f"x{t + 1}.symbol", f"x_{t + 1}", x + 76, X + 10, 32, "x"))
        made.append(Words(f"t{t + 1}", f"t = {t + 1}", x - 130, X + 10, 26, "muted"))
    return made
