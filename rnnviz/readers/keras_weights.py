"""Recurrent weights in an HDF5 file of Keras, in its order of gates, made PyTorch's.

Keras 3 writes ``<layer>/cell/vars/0``, 1 and 2, older files ``…/kernel:0``, ``recurrent_kernel:0``
and ``bias:0``: kernel (I, G·u), recurrent kernel (u, G·u), and a bias unless there is none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.arrays import Array, real_array
from rnnviz.errors import RnnvizError
from rnnviz.params import Params
from rnnviz.readers.keras_layers import GATES, Way

ROLES = ("kernel", "recurrent_kernel", "bias")
_NUMBERED = re.compile(r"(.*(?:^|/)cell(?:/cells/[^/]+)?)/vars/(\d)")
_NAMED = re.compile(rf"(.*)/({'|'.join(ROLES)})(?::0)?")
_CELL = re.compile(r"/cell(/cells/[^/]+)?$")
# the group of a layer with two directions, not a layer that is called forward_…
_DIRECTION = re.compile(
    r"(?!model_weights/(?:for|back)ward_)(.+?)/(forward|backward)_[^/]*(?:/.*)?"
)
_ORDERS = {
    "SimpleRNN": (0,),
    "GRU": (1, 0, 2),
    "LSTM": (0, 1, 2, 3),
}  # GRU z, r, h; LSTM i, f, c, o

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """The datasets of one recurrent cell, name and shape by role, and the group that has them."""

    group: str
    names: Mapping[str, str]
    shapes: Mapping[str, Shape]

    @property
    def layer(self) -> str:
        """The group of the layer, the same for both of its directions."""
        split = _DIRECTION.fullmatch(self.group)
        return split[1] if split else _CELL.sub("", self.group)

    @property
    def backward(self) -> bool:
        """Whether it is the second of two directions."""
        split = _DIRECTION.fullmatch(self.group)
        return split is not None and split[2] == "backward"


def found_cells(shapes: Mapping[str, Shape]) -> list[Found]:
    """Return every group of a file that looks like a recurrent cell's, in the file's order."""
    groups: dict[str, dict[str, str]] = {}
    for name in shapes:
        if match := _NUMBERED.fullmatch(name):
            number = int(match[2])
            role = ROLES[number] if number < len(ROLES) else match[2]
            groups.setdefault(match[1], {})[role] = name
        elif match := _NAMED.fullmatch(name):
            groups.setdefault(match[1], {})[match[2]] = name
    return [
        Found(group, names, {role: shapes[name] for role, name in names.items()})
        for group, names in groups.items()
        if {*ROLES[:2]} <= {*names}
    ]


def told_by_shapes(found: Found) -> Way:
    """Return what the shapes tell: the columns of the recurrent kernel over its rows are the gates.

    Raises RnnvizError where they are no recurrent cell's.
    """
    if "/cell/cells/" in found.group:
        raise RnnvizError("stacked cells")
    shape = found.shapes["recurrent_kernel"]
    for kind, gates in GATES.items():
        if len(shape) == 2 and gates * shape[0] == shape[1]:
            return Way(kind, use_bias="bias" in found.shapes)
    listed = ", ".join(f"{gates} ({kind})" for kind, gates in GATES.items())
    raise RnnvizError(f"a recurrent kernel {shape}, wanted (u, G·u) with G one of {listed}")


def completed(way: Way, found: Found) -> Way:
    """Return the same with a reset that the bias tells where it was open.

    Raises RnnvizError where the shapes are not those of the cell.
    """
    wanted = ROLES[: 2 + way.use_bias]
    if {*found.names} != {*wanted}:
        raise RnnvizError(
            f"{', '.join(found.names)} in {found.group!r:.80}, wanted {', '.join(wanted)}"
        )
    inputs, units = ((*found.shapes[role], 0)[0] for role in ROLES[:2])
    columns = GATES[way.kind] * units
    twice = way.kind == "GRU" and way.use_bias and len(found.shapes["bias"]) == 2
    if way.kind == "GRU" and way.use_bias and way.reset_after is None:
        way = replace(way, reset_after=twice)
    after = way.kind == "GRU" and way.reset_after is not False
    expected = ((inputs, columns), (units, columns), (2, columns) if after else (columns,))
    for role, shape in zip(wanted, expected, strict=False):
        if found.shapes[role] != shape or 0 in shape:
            raise RnnvizError(f"a {role} {found.shapes[role]}, wanted {shape} for {way.kind}")
    return way


def pytorchs(way: Way, arrays: Mapping[str, NDArray[Any]]) -> Params:
    """Return a cell's arrays, by role, in PyTorch's layout; RnnvizError unless all are finite."""
    given = {
        role: real_array(role, array, "of Keras", (array.ndim,)) for role, array in arrays.items()
    }

    def ordered(columns: Array) -> Array:
        blocks = np.split(columns, GATES[way.kind], axis=-1)
        return np.concatenate([blocks[k] for k in _ORDERS[way.kind]], axis=-1)

    biases = list(np.atleast_2d(ordered(given["bias"]))) if "bias" in given else []
    return Params(ordered(given["kernel"]).T, ordered(given["recurrent_kernel"]).T, *biases)
