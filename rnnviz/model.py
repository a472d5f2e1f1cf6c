"""Cells put together: layers, directions, an embedding before and a readout behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnviz.arrays import Array, real_array
from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.params import Params

if TYPE_CHECKING:
    from rnnviz.generation import Feed
    from rnnviz.model_trace import ModelTrace, States

DIRECTIONS = ("forward", "backward")
READOUTS = ("linear", "softmax", "log_softmax")


@dataclass(frozen=True, eq=False)
class Layer:
    """One recurrent layer: its cell and the weights of each direction, ``forward`` or ``backward``.

    With both directions their hidden states are concatenated, forward first. Raises RnnvizError
    for another direction, weights of another cell, or two directions of different sizes.
    """

    cell: Cell
    params: Mapping[str, Params]

    def __post_init__(self) -> None:
        if not isinstance(self.cell, Cell):
            raise RnnvizError(
                f"cell: wanted a cell such as rnnviz.CELLS['gru'], got {self.cell!r:.40}"
            )
        if not isinstance(self.params, Mapping):
            raise RnnvizError(
                f"params: wanted a dict from direction to rnnviz.Params, got {self.params!r:.40}"
            )
        if not self.params or not set(self.params) <= set(DIRECTIONS):
            wanted = " or ".join(DIRECTIONS)
            raise RnnvizError(f"direction: wanted {wanted}, got {list(self.params)}")
        ordered = {name: self.params[name] for name in DIRECTIONS if name in self.params}
        filled = {name: params.filled(self.cell) for name, params in ordered.items()}
        object.__setattr__(self, "params", filled)
        sizes = {(params.input_size, params.hidden_size) for params in filled.values()}
        if len(sizes) > 1:
            raise RnnvizError(f"layer: wanted both directions of one size, got {sorted(sizes)}")

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions in which this layer reads, forward first."""
        return tuple(self.params)

    @property
    def input_size(self) -> int:
        """I, the width of the input."""
        return next(iter(self.params.values())).input_size

    @property
    def hidden_size(self) -> int:
        """H, the hidden units of one direction."""
        return next(iter(self.params.values())).hidden_size

    @property
    def output_size(self) -> int:
        """H times the number of directions."""
        return self.hidden_size * len(self.params)


@dataclass(frozen=True, eq=False)
class Readout:
    """A linear layer behind the last hidden state: weight (O, H), bias (O,), its activation.

    The activation is ``linear``, ``softmax`` or ``log_softmax`` over the O outputs.
    """

    weight: Array
    bias: Array | None = None
    activation: str = "linear"

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "weight", real_array("readout weight", self.weight, "(O, H)", (2,))
        )
        if self.bias is not None:
            bias = real_array("readout bias", self.bias, "(O,)", (1,))
            if len(bias) != len(self.weight):
                raise RnnvizError(
                    f"readout bias: wanted {len(self.weight)} values, got {len(bias)}"
                )
            object.__setattr__(self, "bias", bias)
        if self.activation not in READOUTS:
            wanted = ", ".join(READOUTS)
            raise RnnvizError(f"readout: wanted one of {wanted}, got {self.activation!r}")


@dataclass(frozen=True, eq=False)
class Model:
    """Recurrent layers, one on the other, with or without an embedding (V, I) and a readout.

    Raises RnnvizError where one part's output is not as wide as the next part's input.
    """

    layers: tuple[Layer, ...]
    embedding: Array | None = None
    readout: Readout | None = None

    def __post_init__(self) -> None:
        if isinstance(self.layers, Layer):
            raise RnnvizError("layers: wanted a sequence of layers, got a single one")
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise RnnvizError("layers: wanted at least one, got none")
        if self.embedding is not None:
            table = real_array("embedding", self.embedding, "(V, I)", (2,))
            object.__setattr__(self, "embedding", table)
            self._check_width("layer 1", self.layers[0].input_size, table.shape[1])
        for k, (below, above) in enumerate(zip(self.layers, self.layers[1:], strict=False), 2):
            self._check_width(f"layer {k}", above.input_size, below.output_size)
        if self.readout is not None:
            width = self.readout.weight.shape[1]
            self._check_width("readout", width, self.layers[-1].output_size)

    @staticmethod
    def _check_width(part: str, wanted: int, given: int) -> None:
        if wanted != given:
            raise RnnvizError(f"{part}: wanted {wanted} inputs (its weight's columns), got {given}")

    @property
    def parameters(self) -> int:
        """The number of parameters of all parts."""
        tables = [self.embedding] if self.embedding is not None else []
        if self.readout is not None:
            tables.append(self.readout.weight)
            tables += [] if self.readout.bias is None else [self.readout.bias]
        layers = (params.size for layer in self.layers for params in layer.params.values())
        return sum(layers) + sum(table.size for table in tables)

    def trace(self, x: Any, **given: Any) -> "ModelTrace":
        """Run the model over x, keeping every value of every layer and direction.

        x is (T, B, I) or (T, I), or with an embedding whole numbers (T, B) or (T,). Keywords:
        ``lengths`` (B,), the timesteps of each sample; ``states``, the ``final`` states of an
        earlier trace, or h0 and c0 (L·D, B, H) in PyTorch's order (layer by layer, forward first),
        zeros if left out; ``dtype`` and ``budget`` as in ``rnnviz.trace``; ``keep``,
        names of any layer's values, beside h which is always kept. Raises RnnvizError,
        naming the layer, for what ``rnnviz.trace`` refuses.
        """
        from rnnviz.model_trace import run_model

        return run_model(self, x, **given)

    def generate(
        self,
        x: Any,
        steps: int,
        feed: "Feed | None" = None,
        states: "States | None" = None,
        **given: Any,
    ) -> "ModelTrace":
        """Run over x, then ``steps`` timesteps more, each on the output before it.

        ``feed`` makes the next input from an output (B, O); left out, it is the most likely token
        with an embedding, else the output itself (see rnnviz.generation, also for the errors).
        ``dtype`` and ``budget`` are as in ``trace``.
        """
        from rnnviz.generation import generate

        return generate(self, x, steps, feed, states, **given)
