"""Where the nodes and wires of each cell stand: placed by hand, for 1 to 8 units and inputs."""

from collections.abc import Callable

from rnnviz.cells import Cell
from rnnviz.diagram import RADIUS, Box, Diagram, Node, Wire
from rnnviz.errors import RnnvizError
from rnnviz.gru_placement import place_gru
from rnnviz.params import MAX_DRAWN
from rnnviz.spacing import (
    BOTTOM,
    EXIT_X,
    GATES_TOP,
    HIGHWAY,
    LEFT_X,
    MARKS,
    OUT_X,
    SIDE,
    TOP,
    dense,
    gate_steps,
    height,
    on_highway,
    spread,
    vector,
)


def place(cell: Cell, input_size: int, hidden_size: int) -> Diagram:
    """Return the diagram of an RNN, LSTM or GRU with I inputs and H hidden units, each 1 to 8."""
    for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
        if not 1 <= size <= MAX_DRAWN:
            wanted = f"wanted 1 to {MAX_DRAWN}, for which the picture has room"
            raise RnnvizError(f"{name}: {wanted}, got {size}")
    try:
        placing = _PLACES[cell.name]
    except KeyError:
        raise RnnvizError(f"diagram: wanted one of {', '.join(_PLACES)}, got {cell.name}") from None
    return placing(cell, input_size, hidden_size)


def _place_lstm(cell: Cell, inputs: int, units: int) -> Diagram:
    apart = 25.0 if cell.peepholes else 17.0  # gates, with a wire between them or without
    room = BOTTOM - 6 - GATES_TOP - 3 * apart
    pitch = min(54.0, room / (4 * units), 800.0 / (inputs + 2 * units))
    high = height(units, pitch)
    c_y = on_highway(units, pitch)
    c_bottom = c_y + high / 2
    f_y, i_y, g_y, o_y = spread([high] * 4, GATES_TOP, BOTTOM - 6)
    h_prev_y, x_y = spread([high, inputs * pitch], c_bottom + 14, BOTTOM - 10, 110.0)
    ig_y = (i_y + g_y) / 2
    free = max(0.0, (o_y - 70 - RADIUS * 3 - c_bottom - high) / 3)  # between c, tanh, tanh_c, ⊙
    gap = min(70.0, max(14.0, free - 10))
    tanh_y = c_bottom + gap + RADIUS
    tanh_c_y = tanh_y + RADIUS + gap + high / 2
    h_y = tanh_c_y + high / 2 + gap + RADIUS
    gates_x, cross, plus, c_x = 1050.0, 1232.0, 1468.0, 1580.0
    ends = gates_x + SIDE
    nodes = (
        Node("x", (), inputs, LEFT_X, x_y, "left"),
        Node("h_prev", (), units, LEFT_X, h_prev_y, "left"),
        Node("c_prev", (), units, LEFT_X, c_y, "left"),
        *(
            Node(key, gate_steps(cell, key), units, gates_x, y, "right")
            for key, y in (("f", f_y), ("i", i_y), ("g", g_y), ("o", o_y))
        ),
        Node("fc", ("fc",), units, 1346.0, c_y, "below", MARKS["mul"], (cross, HIGHWAY)),
        Node("ig", ("ig",), units, 1346.0, ig_y, "below", MARKS["mul"], (cross, ig_y)),
        Node("c", ("c",), units, c_x, c_y, "right", MARKS["add"], (plus, HIGHWAY)),
        Node("tanh_c", ("tanh_c",), units, c_x, tanh_c_y, "none", MARKS["tanh"], (c_x, tanh_y)),
        Node("h", ("h",), units, OUT_X, h_y, "above", MARKS["mul"], (c_x, h_y)),
    )
    wires = (
        *dense(("x", "h_prev"), ("f", "i", "g", "o")),
        vector("c_prev", "fc", (LEFT_X + SIDE, HIGHWAY), (cross - RADIUS, HIGHWAY)),
        vector("f", "fc", (ends, f_y), (cross, f_y), (cross, HIGHWAY + RADIUS)),
        vector("i", "ig", (ends, i_y), (cross, i_y), (cross, ig_y - RADIUS)),
        vector("g", "ig", (ends, g_y), (cross, g_y), (cross, ig_y + RADIUS)),
        vector("fc", "c", (1346.0 + SIDE, HIGHWAY), (plus - RADIUS, HIGHWAY)),
        vector("ig", "c", (1346.0 + SIDE, ig_y), (plus, ig_y), (plus, HIGHWAY + RADIUS)),
        vector("c", "tanh_c", (c_x, c_bottom), (c_x, tanh_y - RADIUS)),
        vector("tanh_c", "h", (c_x, tanh_c_y + high / 2), (c_x, h_y - RADIUS)),
        vector("o", "h", (ends, o_y), (c_x, o_y), (c_x, h_y + RADIUS)),
        vector("c", "next", (c_x + SIDE, HIGHWAY), (EXIT_X, HIGHWAY)),
        vector("h", "next", (OUT_X + SIDE, h_y), (EXIT_X, h_y)),
        *(_peepholes(gates_x, high, (f_y, i_y, g_y, o_y), c_bottom) if cell.peepholes else ()),
    )
    return Diagram(cell, nodes, wires, Box(850.0, TOP, 1712.0, BOTTOM), pitch)


def _peepholes(
    gates_x: float, high: float, gates: tuple[float, ...], c_bottom: float
) -> tuple[Wire, ...]:
    """Return the wires from c to f, i and o: each enters its gate from above."""
    f_y, i_y, g_y, o_y = gates
    start, tap, inner = (LEFT_X + SIDE, HIGHWAY), gates_x - SIDE - 19, gates_x - 30
    down, outer = 1493.0, gates_x + 30  # between + and c, and where o is entered
    over_i, over_o = (f_y + i_y) / 2, (g_y + o_y) / 2
    return (
        vector("c_prev", "f", start, (gates_x, HIGHWAY), (gates_x, f_y - high / 2)),
        vector("c_prev", "i", start, (tap, HIGHWAY), (tap, over_i), (inner, over_i),
               (inner, i_y - high / 2)),
        vector("c", "o", (1530.0, c_bottom), (1530.0, c_bottom + 7), (down, c_bottom + 7),
               (down, over_o), (outer, over_o), (outer, o_y - high / 2)),
    )  # fmt: skip


def _place_rnn(cell: Cell, inputs: int, units: int) -> Diagram:
    pitch = min(64.0, 760.0 / (inputs + units), 760.0 / (2 * units))
    high = height(units, pitch)
    placing = _two_layers if "s" in cell.names else _one_sum
    lower = height(inputs, pitch)
    if placing is _two_layers:  # x stands beside the layer on it
        lower = max(lower, high)
    h_prev_y, x_y = spread([high, lower], TOP + 40, BOTTOM - 40, 260.0)
    nodes, wires, right = placing(cell, units, high, (h_prev_y, x_y))
    ends = [x_y + inputs * pitch / 2, *(node.y + high / 2 for node in nodes)]
    tops = [h_prev_y - high / 2, *(node.y - high / 2 for node in nodes)]
    edge = Box(850.0, max(TOP, min(tops) - 80), right, min(BOTTOM, max(ends) + 80))
    entering = (
        Node("x", (), inputs, LEFT_X, x_y, "left"),
        Node("h_prev", (), units, LEFT_X, h_prev_y, "left"),
    )
    return Diagram(cell, (*entering, *nodes), wires, edge, pitch)


def _one_sum(
    cell: Cell, units: int, high: float, entering: tuple[float, float]
) -> tuple[tuple[Node, ...], tuple[Wire, ...], float]:
    """Place a dense layer on each of h_prev and x, their sum and its activation."""
    middle = (TOP + BOTTOM) / 2
    h_h_y, h_x_y = spread([high, high], TOP + 40, BOTTOM - 40, 260.0)
    sums_x, cross, pre_x, bend = 1090.0, 1235.0, 1350.0, 1520.0
    mark = MARKS[cell.step("h").op]
    nodes = (
        Node("h_h", ("h_h",), units, sums_x, h_h_y, "below"),
        Node("h_x", ("h_x",), units, sums_x, h_x_y, "below"),
        Node("h_pre", ("h_pre",), units, pre_x, middle, "none", MARKS["add"], (cross, middle)),
        Node("h", ("h",), units, OUT_X, middle, "above", mark, (bend, middle)),
    )
    wires = (
        *dense(("h_prev",), ("h_h",)),
        *dense(("x",), ("h_x",)),
        vector("h_h", "h_pre", (sums_x + SIDE, h_h_y), (cross, h_h_y), (cross, middle - RADIUS)),
        vector("h_x", "h_pre", (sums_x + SIDE, h_x_y), (cross, h_x_y), (cross, middle + RADIUS)),
        vector("h_pre", "h", (pre_x + SIDE, middle), (bend - RADIUS, middle)),
        vector("h", "next", (OUT_X + SIDE, middle), (EXIT_X, middle)),
    )
    return nodes, wires, 1680.0


def _two_layers(
    cell: Cell, units: int, high: float, entering: tuple[float, float]
) -> tuple[tuple[Node, ...], tuple[Wire, ...], float]:
    """Place a dense layer and relu on x, h_prev added to it, and a second dense layer on that."""
    (upper, lower), middle = entering, (TOP + BOTTOM) / 2
    h_x_x, relu_x, u_x, plus, s_x, h_x = 975.0, 1080.0, 1180.0, 1285.0, 1395.0, 1630.0
    nodes = (
        Node("h_x", ("h_x",), units, h_x_x, lower, "below"),
        Node("u", ("u",), units, u_x, lower, "below", MARKS["relu"], (relu_x, lower)),
        Node("s", ("s",), units, s_x, middle, "below", MARKS["add"], (plus, middle)),
        Node("h", ("h_pre", "h"), units, h_x, middle, "right"),
    )
    wires = (
        *dense(("x",), ("h_x",)),
        vector("h_x", "u", (h_x_x + SIDE, lower), (relu_x - RADIUS, lower)),
        vector("h_prev", "s", (LEFT_X + SIDE, upper), (plus, upper), (plus, middle - RADIUS)),
        vector("u", "s", (u_x + SIDE, lower), (plus, lower), (plus, middle + RADIUS)),
        *dense(("s",), ("h",)),
        vector("h", "next", (h_x + SIDE, middle), (EXIT_X, middle)),
    )
    return nodes, wires, 1808.0


_PLACES: dict[str, Callable[[Cell, int, int], Diagram]] = {
    "rnn": _place_rnn,
    "lstm": _place_lstm,
    "gru": place_gru,
}
