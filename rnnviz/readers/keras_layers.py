"""Which recurrent layers a Keras configuration describes, and which of them rnnviz computes.

A configuration is data: its classes and functions are compared by name and never looked up.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from rnnviz.cells import Cell, gru, lstm, rnn
from rnnviz.errors import RnnvizError

GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
_RECURRENT = re.compile(r"Bidirectional|\w*(RNN|GRU|LSTM)(1D|2D|3D)?")
_OWN_MODULES = ("keras", "tensorflow", "tf_keras")
# what passes a sequence on as it is when a model is used, not trained
_TRANSPARENT = {"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout"}
_TRANSPARENT |= {"GaussianNoise", "InputLayer", "SpatialDropout1D"}


@dataclass(frozen=True)
class Way:
    """One direction of a layer: what Keras calls its cell, and what it chooses.

    ``reset_after`` is None where only the shape of the bias tells.
    """

    kind: str
    activation: str = "tanh"
    use_bias: bool = True
    reset_after: bool | None = None

    def cell(self) -> Cell:
        """Return the cell as rnnviz has it; a GRU that does not say resets after the product."""
        if self.kind == "SimpleRNN":
            return rnn(self.activation, biases=int(self.use_bias))
        if self.kind == "LSTM":
            return lstm(biases=int(self.use_bias))
        after = self.reset_after is not False
        return gru("after" if after else "before", biases=int(self.use_bias) * (1 + after))


@dataclass(frozen=True)
class Described:
    """A recurrent layer of a configuration: its ways, forward first, or why it is refused.

    ``names`` are those of the models that it is in and its own; ``group`` has its weights in a
    file of Keras 3. Its sequence ``feeds`` the next layer that is described, or something else.
    """

    names: tuple[str, ...]
    group: str
    ways: tuple[Way, ...] = ()
    refusal: str = ""
    feeds: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of its cells in a file of Keras 3."""
        if len(self.ways) == 1:
            return (f"{self.group}/cell",)
        return tuple(f"{self.group}/{way}_layer/cell" for way in ("forward", "backward"))


def described(model: Any) -> list[Described]:
    """Return the recurrent layers of a model's configuration, in its order.

    Raises RnnvizError for a configuration that is none of Keras'.
    """
    try:
        return _in_model(_record(model), (), "")
    except RecursionError:
        raise RnnvizError("wanted a model, got models nested too deep") from None


def has_layers(model: Any) -> bool:
    """Whether the configuration lists layers; that of a model with code of its own does not."""
    return isinstance(model, dict) and bool(_layers(model))


def _in_model(model: dict[str, Any], names: tuple[str, ...], group: str) -> list[Described]:
    found: list[Described] = []
    used: dict[str, int] = {}
    straight = model.get("class_name") == "Sequential"
    for layer in map(_record, _layers(model)):
        kind, config = _text(layer, "class_name"), layer.get("config")
        inner = config if isinstance(config, dict) else {}
        here = (*names, str(layer.get("name") or inner.get("name") or kind))
        key = _snake(kind)
        used[key] = used.get(key, -1) + 1
        inside = f"{group}layers/{key}{f'_{used[key]}' if used[key] else ''}"
        if _RECURRENT.fullmatch(kind.rpartition(">")[2]):
            one = _layer(layer, here, inside)
            found.append(replace(one, feeds=one.feeds and straight))
            continue
        if found and kind not in _TRANSPARENT:
            found[-1] = replace(found[-1], feeds=False)
        if _layers(layer):
            nested = _in_model(layer, here, f"{inside}/")
            found += [*nested[:-1], *(replace(last, feeds=False) for last in nested[-1:])]
        elif isinstance(inner.get("layer"), dict):
            within = _in_model({"config": {"layers": [inner["layer"]]}}, here, "")
            found += [Described(one.names, "", (), f"a layer inside {kind}") for one in within]
    return found


def _layer(layer: dict[str, Any], names: tuple[str, ...], group: str) -> Described:
    try:
        _check_own(layer)
        config = _record(layer.get("config"))
        if layer["class_name"] == "Bidirectional":
            ways, config = _both_ways(config), config["layer"]["config"]
        else:
            ways = (_way(layer),)
    except RnnvizError as error:
        return Described(names, group, refusal=str(error))
    return Described(names, group, ways, feeds=config.get("return_sequences") is True)


def _both_ways(config: dict[str, Any]) -> tuple[Way, ...]:
    if config.get("merge_mode", "concat") != "concat":
        raise RnnvizError(f"merge_mode {config['merge_mode']!r:.60}")
    ahead = _way(_record(config.get("layer")))
    back = config.get("backward_layer")
    if back is not None and _way(_record(back), backwards=True) != ahead:
        raise RnnvizError("a backward layer that is not like the forward one")
    return ahead, ahead


def _way(layer: dict[str, Any], backwards: bool = False) -> Way:
    _check_own(layer)
    kind, config = _text(layer, "class_name"), _record(layer.get("config"))
    if bool(config.get("go_backwards")) != backwards:
        raise RnnvizError(f"go_backwards {config.get('go_backwards')!r:.60}")
    if kind == "RNN":
        if isinstance(config.get("cell"), list):
            raise RnnvizError("stacked cells")
        cell = _record(config.get("cell"))
        name, config = _text(cell, "class_name"), _record(cell.get("config"))
        _check_own(cell)
        if name == "StackedRNNCells":
            raise RnnvizError("stacked cells")
        kind = name.removesuffix("Cell")
        if kind not in GATES:
            raise RnnvizError(f"a cell of class {name:.60}")
    if kind not in GATES:
        raise RnnvizError(f"a layer of class {kind:.60}")
    activation = _chosen(config, "activation", ("tanh", "relu")[: 1 + (kind == "SimpleRNN")])
    if kind == "SimpleRNN":
        return Way(kind, activation, config.get("use_bias") is not False)
    _chosen(config, "recurrent_activation", ("sigmoid",))
    after = config.get("reset_after") if kind == "GRU" else None
    return Way(
        kind,
        activation,
        config.get("use_bias") is not False,
        None if after is None else bool(after),
    )


def _chosen(config: dict[str, Any], name: str, wanted: tuple[str, ...]) -> str:
    value = config.get(name, wanted[0])
    if value in wanted:
        return str(value)
    if isinstance(value, dict):  # a function of one's own
        value = value.get("config")
    raise RnnvizError(f"{name} {value!r:.60}")


def _check_own(layer: dict[str, Any]) -> None:
    """Raise RnnvizError for a class that is not Keras' own, whatever it is called."""
    kind, registered = _text(layer, "class_name"), layer.get("registered_name")
    module = layer.get("module", "keras")  # not there before Keras 2.12
    top = module.partition(".")[0] if isinstance(module, str) else None
    if ">" in kind or ">" in str(registered) or top not in _OWN_MODULES:
        raise RnnvizError(f"the custom class {kind.rpartition('>')[2]:.60}")


def _snake(name: str) -> str:
    """Return a class's name as Keras writes it in a file of weights."""
    name = re.sub(r"\W+", "", name.rpartition(">")[2])
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RnnvizError(f"wanted a model's configuration, got {type(value).__name__} in it")
    return value


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise RnnvizError(f"wanted a model's configuration, got {key} {value!r:.60} in it")
    return value


def _layers(model: dict[str, Any]) -> list[Any]:
    inner = model.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner  # a list in Keras 2.1
    return layers if isinstance(layers, list) else []
