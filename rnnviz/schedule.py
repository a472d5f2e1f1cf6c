"""Which steps of a cell are evaluated by one call, because their operands lie side by side.

The names, values and equations of a cell know nothing of this: a block is a shortcut through its
steps, and each of them is still there as a slice of the block's memory.
"""

from dataclasses import dataclass
from functools import cache
from itertools import groupby

from rnnviz.cells import Cell, Step
from rnnviz.ops import PRODUCTS


@dataclass(frozen=True)
class Block:
    """Steps with one op whose results lie side by side, in this order.

    Products share their ``source`` vector, so that their weights stack into one matrix.
    """

    steps: tuple[Step, ...]

    @property
    def op(self) -> str:
        """The op of every step; a product's may be ``linear`` or ``matmul``."""
        return self.steps[0].op

    @property
    def names(self) -> tuple[str, ...]:
        """The values that it makes."""
        return tuple(step.name for step in self.steps)

    @property
    def source(self) -> str:
        """The vector that a product multiplies, empty for other ops."""
        return self.steps[0].args[1] if self.op in PRODUCTS else ""


@cache
def schedule(cell: Cell) -> tuple[Block, ...]:
    """Return the blocks of a cell in an order in which each only needs earlier ones."""
    level = dict.fromkeys((*cell.inputs, *cell.states, *cell.params), 0)
    for step in cell.steps:
        level[step.name] = 1 + max(level[arg] for arg in step.args)

    def kind(step: Step) -> tuple[int, str, str]:
        product = step.op in PRODUCTS
        return level[step.name], "" if product else step.op, step.args[1] if product else ""

    blocks: list[Block] = []
    place: dict[str, tuple[int, int]] = {}

    def beside(step: Step) -> tuple[tuple[int, int], tuple[str, ...]]:
        # next to each other: what lies so already, or what goes the same way next
        return place.get(step.args[0], (-1, -1)), _onward(cell, step.name)

    for _, group in groupby(sorted(cell.steps, key=kind), kind):
        row: list[Step] = []
        for step in sorted(group, key=beside):
            if row and not _joins(cell, place, row[-1], step):
                blocks.append(Block(tuple(row)))
                row = []
            place[step.name] = len(blocks), len(row)
            row.append(step)
        blocks.append(Block(tuple(row)))
    return tuple(blocks)


def _onward(cell: Cell, name: str) -> tuple[str, ...]:
    """Return the ops that a value goes through next, two at most."""
    ops: list[str] = []
    while len(ops) < 2:
        user = next((step for step in cell.steps if name in step.args), None)
        if user is None:
            break
        ops.append(user.op)
        name = user.name
    return tuple(ops)


def _joins(cell: Cell, place: dict[str, tuple[int, int]], last: Step, step: Step) -> bool:
    """Whether the operands of ``step`` lie right behind those of ``last``."""
    if {last.name, step.name} & set(cell.next_state):
        return False  # states have memory of their own, one timestep longer
    if step.op in PRODUCTS:
        return True
    for before, arg in zip(last.args, step.args, strict=True):
        if before not in place or arg not in place:
            return False
        (block, slot), behind = place[before], place[arg]
        if behind != (block, slot + 1):
            return False
    return True
