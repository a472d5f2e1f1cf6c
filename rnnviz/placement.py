"""Where the nodes and wires of each cell stand: placed by hand, for 1 to 8 units and inputs."""

from collections.abc import Callable

from rnnviz.cells import Cell
from rnnviz.diagram import PAD, PILL_WIDTH, RADIUS, Box, Diagram, Node, Point, Wire
from rnnviz.errors import RnnvizError
from rnnviz.params import MAX_DRAWN

HIGHWAY = 146.0  # height at which the carried state runs straight through
TOP, BOTTOM = 86.0, 985.0  # of the cell's boundary
GATES_TOP = HIGHWAY + RADIUS + 22
MARKS = {"mul": "⊙", "add": "+", "tanh": "tanh", "one_minus": "1−"}


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


def _spread(heights: list[float], top: float, bottom: float, most: float = 70.0) -> list[float]:
    """Return the centres of boxes of these heights, evenly spaced between two levels."""
    gap = min(most, (bottom - top - sum(heights)) / max(1, len(heights) - 1))
    y = (top + bottom - sum(heights) - gap * (len(heights) - 1)) / 2
    centres = []
    for height in heights:
        centres.append(y + height / 2)
        y += height + gap
    return centres


def _on_highway(units: int, pitch: float) -> float:
    """Return the centre of a stack on the highway: high stacks hang from it, low ones straddle."""
    return HIGHWAY + max(0.0, units * pitch / 2 - (HIGHWAY - TOP - 8))


def _gate_steps(cell: Cell, key: str) -> tuple[str, ...]:
    names = {step.name for step in cell.steps}
    return tuple(name for name in (f"{key}_x", f"{key}_h", f"{key}_pre", key) if name in names)


_LEFT_X, _OUT_X, _EXIT_X = 762.0, 1800.0, 1908.0


def _lstm(cell: Cell, inputs: int, units: int) -> Diagram:
    pitch = min(54.0, (BOTTOM - 6 - GATES_TOP - 3 * 17) / (4 * units), 800.0 / (inputs + 2 * units))
    high = units * pitch + 2 * PAD - 4
    c_y = _on_highway(units, pitch)
    c_bottom = c_y + high / 2
    f_y, i_y, g_y, o_y = _spread([high] * 4, GATES_TOP, BOTTOM - 6)
    h_prev_y, x_y = _spread([high, inputs * pitch], c_bottom + 14, BOTTOM - 10, 110.0)
    ig_y = (i_y + g_y) / 2
    room = max(0.0, (o_y - 70 - RADIUS * 3 - c_bottom - high) / 3)  # between c, tanh, tanh_c, ⊙
    gap = min(70.0, max(14.0, room - 10))
    tanh_y = c_bottom + gap + RADIUS
    tanh_c_y = tanh_y + RADIUS + gap + high / 2
    h_y = tanh_c_y + high / 2 + gap + RADIUS
    gates_x, cross, plus, c_x = 1050.0, 1232.0, 1468.0, 1580.0
    ends = 1050.0 + PILL_WIDTH / 2 + PAD
    nodes = (
        Node("x", (), inputs, _LEFT_X, x_y, "left"),
        Node("h_prev", (), units, _LEFT_X, h_prev_y, "left"),
        Node("c_prev", (), units, _LEFT_X, c_y, "left"),
        *(
            Node(key, _gate_steps(cell, key), units, gates_x, y, "right")
            for key, y in (("f", f_y), ("i", i_y), ("g", g_y), ("o", o_y))
        ),
        Node("fc", ("fc",), units, 1346.0, c_y, "below", MARKS["mul"], (cross, HIGHWAY)),
        Node("ig", ("ig",), units, 1346.0, ig_y, "below", MARKS["mul"], (cross, ig_y)),
        Node("c", ("c",), units, c_x, c_y, "right", MARKS["add"], (plus, HIGHWAY)),
        Node("tanh_c", ("tanh_c",), units, c_x, tanh_c_y, "none", MARKS["tanh"], (c_x, tanh_y)),
        Node("h", ("h",), units, _OUT_X, h_y, "above", MARKS["mul"], (c_x, h_y)),
    )
    side = PILL_WIDTH / 2 + PAD
    wires = (
        *_dense(("x", "h_prev"), ("f", "i", "g", "o")),
        _vector("c_prev", "fc", (_LEFT_X + side, HIGHWAY), (cross - RADIUS, HIGHWAY)),
        _vector("f", "fc", (ends, f_y), (cross, f_y), (cross, HIGHWAY + RADIUS)),
        _vector("i", "ig", (ends, i_y), (cross, i_y), (cross, ig_y - RADIUS)),
        _vector("g", "ig", (ends, g_y), (cross, g_y), (cross, ig_y + RADIUS)),
        _vector("fc", "c", (1346.0 + side, HIGHWAY), (plus - RADIUS, HIGHWAY)),
        _vector("ig", "c", (1346.0 + side, ig_y), (plus, ig_y), (plus, HIGHWAY + RADIUS)),
        _vector("c", "tanh_c", (c_x, c_bottom), (c_x, tanh_y - RADIUS)),
        _vector("tanh_c", "h", (c_x, tanh_c_y + high / 2), (c_x, h_y - RADIUS)),
        _vector("o", "h", (ends, o_y), (c_x, o_y), (c_x, h_y + RADIUS)),
        _vector("c", "next", (c_x + side, HIGHWAY), (_EXIT_X, HIGHWAY)),
        _vector("h", "next", (_OUT_X + side, h_y), (_EXIT_X, h_y)),
    )
    return Diagram(cell, nodes, wires, Box(850.0, TOP, 1712.0, BOTTOM), pitch)


def _gru(cell: Cell, inputs: int, units: int) -> Diagram:
    pitch = min(54.0, (BOTTOM - 6 - GATES_TOP - 3 * 17) / (4 * units), 790.0 / (inputs + units))
    high = units * pitch + 2 * PAD - 4
    h_y = _on_highway(units, pitch)
    z_y, r_y, n_h_y, n_y = _spread([high] * 4, GATES_TOP, BOTTOM - 6)
    x_y = min(BOTTOM - 6 - inputs * pitch / 2 - PAD, n_y)
    rn_y = (r_y + n_h_y) / 2
    zn_y = max((z_y + n_y) / 2, h_y + high + 34)
    gates_x, cross, rn_x, n_x, zn_op = 1020.0, 1170.0, 1275.0, 1385.0, 1492.0
    one_minus, z_not_x, out_x, plus = 1250.0, 1365.0, 1586.0, 1682.0
    side = PILL_WIDTH / 2 + PAD
    nodes = (
        Node("x", (), inputs, _LEFT_X, x_y, "left"),
        Node("h_prev", (), units, _LEFT_X, h_y, "left"),
        Node("z", _gate_steps(cell, "z"), units, gates_x, z_y, "right"),
        Node("r", _gate_steps(cell, "r"), units, gates_x, r_y, "right"),
        Node("n_h", ("n_h",), units, gates_x, n_h_y, "below"),
        Node("rn", ("rn",), units, rn_x, rn_y, "none", MARKS["mul"], (cross, rn_y)),
        Node("n", ("n_x", "n_pre", "n"), units, n_x, n_y, "right"),
        Node("z_not", ("z_not",), units, z_not_x, z_y, "none", MARKS["one_minus"],
             (one_minus, z_y)),
        Node("zh", ("zh",), units, out_x, h_y, "below", MARKS["mul"], (cross, HIGHWAY)),
        Node("zn", ("zn",), units, out_x, zn_y, "below", MARKS["mul"], (zn_op, zn_y)),
        Node("h", ("h",), units, _OUT_X, h_y, "under", MARKS["add"], (plus, HIGHWAY)),
    )  # fmt: skip
    ends = gates_x + side
    wires = (
        *_dense(("x", "h_prev"), ("z", "r")),
        *_dense(("h_prev",), ("n_h",)),
        *_dense(("x",), ("n",)),
        _vector("h_prev", "zh", (_LEFT_X + side, HIGHWAY), (cross - RADIUS, HIGHWAY)),
        _vector("z", "zh", (ends, z_y), (cross, z_y), (cross, HIGHWAY + RADIUS)),
        _vector("z", "z_not", (ends, z_y), (one_minus - RADIUS, z_y)),
        _vector("r", "rn", (ends, r_y), (cross, r_y), (cross, rn_y - RADIUS)),
        _vector("n_h", "rn", (ends, n_h_y), (cross, n_h_y), (cross, rn_y + RADIUS)),
        _vector("rn", "n", (rn_x + side, rn_y), (n_x, rn_y), (n_x, n_y - high / 2)),
        _vector("z_not", "zn", (z_not_x + side, z_y), (zn_op, z_y), (zn_op, zn_y - RADIUS)),
        _vector("n", "zn", (n_x + side, n_y), (zn_op, n_y), (zn_op, zn_y + RADIUS)),
        _vector("zh", "h", (out_x + side, HIGHWAY), (plus - RADIUS, HIGHWAY)),
        _vector("zn", "h", (out_x + side, zn_y), (plus, zn_y), (plus, HIGHWAY + RADIUS)),
        _vector("h", "next", (_OUT_X + side, HIGHWAY), (_EXIT_X, HIGHWAY)),
    )
    return Diagram(cell, nodes, wires, Box(850.0, TOP, 1712.0, BOTTOM), pitch)


def _rnn(cell: Cell, inputs: int, units: int) -> Diagram:
    pitch = min(64.0, 760.0 / (inputs + units), 760.0 / (2 * units))
    high = units * pitch + 2 * PAD - 4
    middle = (TOP + BOTTOM) / 2
    h_prev_y, x_y = _spread([high, inputs * pitch + 2 * PAD - 4], TOP + 40, BOTTOM - 40, 260.0)
    h_h_y, h_x_y = _spread([high, high], TOP + 40, BOTTOM - 40, 260.0)
    side = PILL_WIDTH / 2 + PAD
    sums_x, cross, pre_x, bend = 1090.0, 1235.0, 1350.0, 1520.0
    nodes = (
        Node("x", (), inputs, _LEFT_X, x_y, "left"),
        Node("h_prev", (), units, _LEFT_X, h_prev_y, "left"),
        Node("h_h", ("h_h",), units, sums_x, h_h_y, "below"),
        Node("h_x", ("h_x",), units, sums_x, h_x_y, "below"),
        Node("h_pre", ("h_pre",), units, pre_x, middle, "none", MARKS["add"], (cross, middle)),
        Node("h", ("h",), units, _OUT_X, middle, "above", MARKS["tanh"], (bend, middle)),
    )
    wires = (
        *_dense(("h_prev",), ("h_h",)),
        *_dense(("x",), ("h_x",)),
        _vector("h_h", "h_pre", (sums_x + side, h_h_y), (cross, h_h_y), (cross, middle - RADIUS)),
        _vector("h_x", "h_pre", (sums_x + side, h_x_y), (cross, h_x_y), (cross, middle + RADIUS)),
        _vector("h_pre", "h", (pre_x + side, middle), (bend - RADIUS, middle)),
        _vector("h", "next", (_OUT_X + side, middle), (_EXIT_X, middle)),
    )
    ends = [h_prev_y - high / 2, h_h_y - high / 2, x_y + inputs * pitch / 2, h_x_y + high / 2]
    edge = Box(850.0, max(TOP, min(ends) - 80), 1680.0, min(BOTTOM, max(ends) + 80))
    return Diagram(cell, nodes, wires, edge, pitch)


def _dense(sources: tuple[str, ...], targets: tuple[str, ...]) -> tuple[Wire, ...]:
    return tuple(Wire(source, target, "dense") for target in targets for source in sources)


def _vector(source: str, target: str, *points: Point) -> Wire:
    return Wire(source, target, "vector", points)


_PLACES: dict[str, Callable[[Cell, int, int], Diagram]] = {
    "rnn": _rnn,
    "lstm": _lstm,
    "gru": _gru,
}
