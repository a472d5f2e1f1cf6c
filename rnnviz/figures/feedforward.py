"""A vanilla network against a recurrent one: the same two inputs in both orders."""

from collections.abc import Iterator

from rnnviz.figures.feedforward_logic import Circuit, Net
from rnnviz.figures.feedforward_orders import Row
from rnnviz.figures.feedforward_runs import NAMES, demo, of_b, runs
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Box, Mark, Math, Number, Wire, Words
from rnnviz.rounding import DIGITS, number, relation, show
from rnnviz.tracing import Trace

__all__ = ["CELL", "TAKES", "demo", "figure"]

CELL = "rnn"
TAKES = ()
PANELS = {"v": (40.0, 945.0), "r": (975.0, 1880.0)}
TITLES = {"v": "Vanilla network", "r": "Recurrent network"}
SAYS = {"v": "combinational: y depends on x alone", "r": "sequential: y depends on x and on h"}
TOPS = (176.0, 578.0)  # of the rows
RESULT = 965.0


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the figure of a trace over a and b, its first two inputs."""
    vanilla, recurrent = runs(trace)
    notes = ("boxes on wires are affine maps, the same in both", "seeded weights, not trained")
    sheet = Sheet("Vanilla against recurrent", notes)
    _networks(sheet)
    _logic(sheet)
    rows = {
        key: [
            Row(f"{key}{k + 1}", PANELS[key][0], top, k, pair[k], key == "r", digits)
            for k, top in enumerate(TOPS)
        ]
        for key, pair in (("v", vanilla), ("r", recurrent))
    }
    _inputs(sheet, rows)
    _vanilla(sheet, rows["v"], of_b(vanilla), digits)
    _recurrent(sheet, rows["r"], digits)
    _difference(sheet, {"v": of_b(vanilla), "r": of_b(recurrent)}, rows, digits)
    return sheet.figure()


def _networks(sheet: Sheet) -> None:
    nets = Net("v.net", 220, False), Net("r.net", 1105, True)
    loop: list[Mark] = []
    maps: list[str] = []
    bubbles: list[str] = []
    for net, (left, right) in zip(nets, PANELS.values(), strict=True):
        key = net.key[0]
        sheet.put(Box(f"{key}.panel", left, 100, right, 985, "faint", None, 20))
        sheet.put(Words(f"{key}.title", TITLES[key], left + 24, 150, 34, bold=True))
        sheet.put(_formulas(key, ""))
        for mark in (*net.wires(), *net.bubbles(), *net.maps()):
            of_loop = ".Wh" in mark.id or mark.id.endswith((".to", ".from"))
            if of_loop:
                loop.append(mark)
                continue
            sheet.put(mark)
            (bubbles if mark.id in {one.id for one in net.bubbles()} else maps).append(mark.id)
    sheet.beat("vanilla", "One network, twice",
               "Both map x to h and h to y: affine maps between the bubbles, and tanh in h.",
               "The same network, twice", 1, [Wave(tuple(bubbles)), Wave(tuple(maps))])  # fmt: skip
    sheet.put(loop, _formulas("r", " + W_h h_{t-1}"))
    ids = tuple(mark.id for mark in loop)
    sheet.beat("recurrent", TITLES["r"],
               "The recurrent one has one more affine map: h is read again with the next input.",
               "Now the right one gets a loop", 1,
               [Wave(ids), Wave(("r.formula.h",), pulses=("r.net.to", "r.net.from"))])  # fmt: skip


def _formulas(key: str, more: str) -> Iterator[Mark]:
    """Yield what a network computes; ``more`` is what it adds from before."""
    left, y = PANELS[key][0] + 24, 222.0
    yield Math(f"{key}.formula.h", f"h_t = tanh(W_x x_t{more} + b)", left, y, 32)
    yield Math(f"{key}.formula.y", "y_t = W_y h_t + b_y", left + 560, y, 32)


def _logic(sheet: Sheet) -> None:
    circuits = (
        ("combinational", Circuit("v.logic", 680), "Combinational logic",
         "Digital electronics has the same pair: with gates alone the output"
         " depends on the input only.",
         "Compare digital electronics"),
        ("sequential", Circuit("r.logic", 1535, 1765), "Sequential logic",
         "With a flip-flop the output also depends on a stored bit, as y does on the h before.",
         "Now something is stored"),
    )  # fmt: skip
    for name, circuit, title, caption, lead in circuits:
        marks = tuple(circuit.marks())
        words = Words(f"{circuit.key}.title", title, circuit.x, 300, 30, "ink", "centre", True)
        sheet.put(marks, words)
        pulses = tuple(m.id for m in marks if m.id.endswith((".up", ".to", ".from", ".on")))
        sheet.beat(name, title, caption, lead, 1,
                   [Wave((*(m.id for m in marks), words.id)), Wave(pulses=pulses)])  # fmt: skip


def _inputs(sheet: Sheet, rows: dict[str, list[Row]]) -> None:
    sheet.drop("v.net*", "r.net*", "v.logic*", "r.logic*", "v.formula*",
               "r.formula*")  # fmt: skip
    waves = []
    for key, pair in rows.items():
        says = Words(f"{key}.says", SAYS[key], PANELS[key][1] - 24, 148, 26, "muted", "right")
        left, right = PANELS[key]
        middle = sum(TOPS) / 2 + 168  # between the rows, which are 336 high
        rule = Wire(f"{key}.rule", ((left + 24, middle), (right - 24, middle)), "faint", 2,
                    arrow=False)  # fmt: skip
        sheet.put(says, rule)
        frames = [tuple(row.frame()) for row in pair]
        sheet.put(*frames)
        waves.append(Wave((says.id, rule.id, *(mark.id for frame in frames for mark in frame))))
    sheet.beat("inputs", "Two inputs, two orders",
               f"Two inputs, {NAMES[0]} and {NAMES[1]}, in both orders; the weights are the same "
               "everywhere.", "Both get the same two inputs", 1, waves)  # fmt: skip


def _steps(sheet: Sheet, row: Row) -> Iterator[Wave]:
    """Put h and y of both steps of a row, and yield the waves in which they come."""
    for step in (0, 1):
        for name in ("h", "y"):
            sheet.put(row.pills(step, name))
            ways = [row.way(step, name)]
            if name == "h" and step == 1 and row.recurrent:
                ways.append(f"{row.key}.on")
            yield Wave(row.ids(step, name), pulses=tuple(ways))


def _vanilla(sheet: Sheet, rows: list[Row], y: tuple[float, float], digits: int) -> None:
    first, second = (list(_steps(sheet, row)) for row in rows)
    waves = [
        Wave((*a.ids, *b.ids), pulses=(*a.pulses, *b.pulses))
        for a, b in zip(first, second, strict=True)
    ]
    after, alone = (show(value, digits) for value in y)
    same = f"{after} in both orders" if y[0] == y[1] else f"{after} and {alone}"
    sheet.beat("orders-vanilla", "Vanilla, both orders",
               f"Vanilla: y for b is {same}. Nothing is left of the input before.",
               "Through the vanilla network", 2, waves)  # fmt: skip


def _recurrent(sheet: Sheet, rows: list[Row], digits: int) -> None:
    said = (
        ("ab", "Recurrent: a, then b", "Recurrent, a first: h of a is read with b, and y for b "
         "becomes {}.", "Through the recurrent network, a first", 1),
        ("ba", "Recurrent: b, then a", "b first: nothing is stored yet, so y for b is {}, as in "
         "the vanilla network.",
         "And b first", 0),
    )  # fmt: skip
    for row, (name, title, caption, lead, step) in zip(rows, said, strict=True):
        value = show(row.run[step].y, digits)
        waves = list(_steps(sheet, row))
        sheet.beat(f"orders-{name}", title, caption.format(value), lead, 2, waves)


def _difference(
    sheet: Sheet, found: dict[str, tuple[float, float]], rows: dict[str, list[Row]], digits: int
) -> None:
    ids: list[str] = []
    for key, (after, alone) in found.items():
        first, second = rows[key]
        sheet.put(first.pills(1, "y", lit=True), second.pills(0, "y", lit=True))
        marks = tuple(_result(key, after, alone, digits))
        sheet.put(marks)
        ids += [mark.id for mark in marks]
    lit = tuple(
        one for first, second in rows.values() for one in (*first.ids(1, "y"), *second.ids(0, "y"))
    )
    gap = {key: show(after - alone, digits) for key, (after, alone) in found.items()}
    sheet.beat("difference", "What the order does to y for b",
               f"y for b after a, minus y for b first: {gap['v']} in the vanilla network, "
               f"{gap['r']} in the recurrent one.",
               "Compare y for b", 2, [Wave(lit), Wave(tuple(ids))])  # fmt: skip
    sheet.beat("recap", "Recap",
               "A vanilla network maps each input by itself; a recurrent one also reads h, "
               "made from the inputs before.", "", 2)  # fmt: skip


def _result(key: str, after: float, alone: float, digits: int) -> Iterator[Mark]:
    """Yield the line of one panel: y for b after a, minus y for b alone, and what that makes."""
    left, whose = PANELS[key][0] + 24, {"v": "vanilla", "r": "RNN"}[key]
    terms = number(show(after, digits)) - number(show(alone, digits))
    sign = relation(terms, show(after - alone, digits))
    values = (
        ("after a", after, 150, 340, "c"),
        ("first", alone, 384, 560, "c"),
        ("difference", after - alone, 600, 855, "ink"),
    )
    yield Words(f"{key}.result", "y for b:", left, RESULT, 28, bold=True)
    for name, value, start, end, role in values:
        said = {"after a": "after a:", "first": "b first:"}.get(name, name)
        yield Words(f"{key}.{name}", said, left + start, RESULT, 26, "muted")
        yield Number(f"{key}.value.{name}", value, left + end, RESULT, f"{whose} y of b, {name}",
                     30, role, "right", digits=digits)  # fmt: skip
    yield Words(f"{key}.sign", sign, left + 740, RESULT, 28, "muted", "centre")
