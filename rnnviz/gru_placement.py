"""Where the nodes and wires of the GRU stand, and of each of its variants.

What they share is placed once; the candidate depends on where r resets, the mixing on what z does.
"""

from dataclasses import dataclass

from rnnviz.cells import Cell
from rnnviz.diagram import PAD, RADIUS, Box, Diagram, Node, Wire
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

_GATES_X, _CROSS, _N_X, _ZN_OP, _ZN_X, _PLUS = 1020.0, 1170.0, 1360.0, 1476.0, 1572.0, 1674.0
_ONE_MINUS, _Z_NOT_X = 1250.0, 1358.0
_ENDS = _GATES_X + SIDE
Part = tuple[tuple[Node, ...], tuple[Wire, ...]]


@dataclass(frozen=True)
class _Levels:
    """Heights of the rows: z, r, the recurrent part, n; of h, x and zn; and of a stack."""

    z: float
    r: float
    recurrent: float
    n: float
    h: float
    x: float
    zn: float
    high: float


def place_gru(cell: Cell, inputs: int, units: int) -> Diagram:
    """Return the diagram of a GRU of any variant with I inputs and H units."""
    pitch = min(54.0, (BOTTOM - 6 - GATES_TOP - 3 * 17) / (4 * units), 790.0 / (inputs + units))
    high, h_y = height(units, pitch), on_highway(units, pitch)
    z_y, r_y, recurrent_y, n_y = spread([high] * 4, GATES_TOP, BOTTOM - 6)
    x_y = min(BOTTOM - 6 - inputs * pitch / 2 - PAD, n_y)
    zn_y = max((z_y + n_y) / 2, h_y + high + 34)
    at = _Levels(z_y, r_y, recurrent_y, n_y, h_y, x_y, zn_y, high)
    made, reset = (_reset_before if "rh" in cell.names else _reset_after)(cell, units, at)
    zh_op, mixed = (_z_replaces if cell.step("zn").args[0] == "z" else _z_keeps)(at)
    nodes = (
        Node("x", (), inputs, LEFT_X, x_y, "left"),
        Node("h_prev", (), units, LEFT_X, h_y, "left"),
        Node("z", gate_steps(cell, "z"), units, _GATES_X, z_y, "right"),
        Node("r", gate_steps(cell, "r"), units, _GATES_X, r_y, "right"),
        *made,
        Node("z_not", ("z_not",), units, _Z_NOT_X, z_y, "none", MARKS["one_minus"],
             (_ONE_MINUS, z_y)),
        Node("zh", ("zh",), units, _ZN_X, h_y, "below", MARKS["mul"], (zh_op, HIGHWAY)),
        Node("zn", ("zn",), units, _ZN_X, zn_y, "below", MARKS["mul"], (_ZN_OP, zn_y)),
        Node("h", ("h",), units, OUT_X, h_y, "under", MARKS["add"], (_PLUS, HIGHWAY)),
    )  # fmt: skip
    wires = (
        *dense(("x", "h_prev"), ("z", "r")),
        vector("h_prev", "zh", (LEFT_X + SIDE, HIGHWAY), (zh_op - RADIUS, HIGHWAY)),
        *reset,
        *mixed,
        vector("n", "zn", (_N_X + SIDE, n_y), (_ZN_OP, n_y), (_ZN_OP, zn_y + RADIUS)),
        vector("zh", "h", (_ZN_X + SIDE, HIGHWAY), (_PLUS - RADIUS, HIGHWAY)),
        vector("zn", "h", (_ZN_X + SIDE, zn_y), (_PLUS, zn_y), (_PLUS, HIGHWAY + RADIUS)),
        vector("h", "next", (OUT_X + SIDE, HIGHWAY), (EXIT_X, HIGHWAY)),
    )
    return Diagram(cell, nodes, wires, Box(850.0, TOP, 1712.0, BOTTOM), pitch)


def _reset_after(cell: Cell, units: int, at: _Levels) -> Part:
    """Place r ⊙ (W_hn h_prev): the recurrent part is a dense layer of its own."""
    rn_x, rn_y = 1275.0, (at.r + at.recurrent) / 2
    nodes = (
        Node("n_h", ("n_h",), units, _GATES_X, at.recurrent, "below"),
        Node("rn", ("rn",), units, rn_x, rn_y, "none", MARKS["mul"], (_CROSS, rn_y)),
        Node("n", ("n_x", "n_pre", "n"), units, _N_X, at.n, "right"),
    )
    wires = (
        *dense(("h_prev",), ("n_h",)),
        *dense(("x",), ("n",)),
        vector("r", "rn", (_ENDS, at.r), (_CROSS, at.r), (_CROSS, rn_y - RADIUS)),
        vector("n_h", "rn", (_ENDS, at.recurrent), (_CROSS, at.recurrent),
               (_CROSS, rn_y + RADIUS)),
        vector("rn", "n", (rn_x + SIDE, rn_y), (_N_X, rn_y), (_N_X, at.n - at.high / 2)),
    )  # fmt: skip
    return nodes, wires


def _reset_before(cell: Cell, units: int, at: _Levels) -> Part:
    """Place W_hn (r ⊙ h_prev): h_prev turns off the highway in front of the gates, down to ⊙."""
    rh_x, tap = 1150.0, 912.0
    r_ends = at.r + at.high / 2
    rh_y = min(at.recurrent, r_ends + 18 + RADIUS)  # high, so that the wires from x pass below
    nodes = (
        Node("rh", ("rh",), units, rh_x, rh_y, "over", MARKS["mul"], (_GATES_X, rh_y)),
        Node("n", gate_steps(cell, "n"), units, _N_X, at.n, "right"),
    )  # fmt: skip
    wires = (
        *dense(("x", "rh"), ("n",)),
        vector("r", "rh", (_GATES_X, r_ends), (_GATES_X, rh_y - RADIUS)),
        vector("h_prev", "rh", (LEFT_X + SIDE, HIGHWAY), (tap, HIGHWAY), (tap, rh_y),
               (_GATES_X - RADIUS, rh_y)),
    )  # fmt: skip
    return nodes, wires


def _z_keeps(at: _Levels) -> tuple[float, tuple[Wire, ...]]:
    """Return where h_prev meets z, and the wires of z ⊙ h_prev and (1 − z) ⊙ n."""
    return _CROSS, (
        vector("z", "zh", (_ENDS, at.z), (_CROSS, at.z), (_CROSS, HIGHWAY + RADIUS)),
        vector("z", "z_not", (_ENDS, at.z), (_ONE_MINUS - RADIUS, at.z)),
        vector("z_not", "zn", (_Z_NOT_X + SIDE, at.z), (_ZN_OP, at.z), (_ZN_OP, at.zn - RADIUS)),
    )


def _z_replaces(at: _Levels) -> tuple[float, tuple[Wire, ...]]:
    """Return where h_prev meets 1 − z, and the wires of (1 − z) ⊙ h_prev and z ⊙ n."""
    up, bend, under = 1466.0, 1192.0, at.z + at.high / 2 + 20  # z passes under 1 − z
    return up, (
        vector("z_not", "zh", (_Z_NOT_X + SIDE, at.z), (up, at.z), (up, HIGHWAY + RADIUS)),
        vector("z", "z_not", (_ENDS, at.z), (_ONE_MINUS - RADIUS, at.z)),
        vector("z", "zn", (_ENDS, at.z), (bend, at.z), (bend, under), (_ZN_OP, under),
               (_ZN_OP, at.zn - RADIUS)),
    )  # fmt: skip
