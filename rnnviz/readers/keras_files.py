"""Keras' files, through h5py alone: .keras, .weights.h5 and the older .h5; no code in them runs."""

import json
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rnnviz.errors import RnnvizError, RnnvizWarning
from rnnviz.model import DIRECTIONS, Layer, Model
from rnnviz.readers.checks import reason
from rnnviz.readers.hdf5 import Store, opened
from rnnviz.readers.keras_layers import Described, Way, described, has_layers
from rnnviz.readers.keras_weights import Found, completed, found_cells, pytorchs, told_by_shapes
from rnnviz.readers.npy import MAX_BYTES
from rnnviz.readers.parts import Contents, Part, listed
from rnnviz.readers.weights import BROKEN_ZIP

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MAX_CONFIG = 2**26  # bytes
MAX_RATIO = 100  # of an entry's bytes to its compressed bytes, beyond 1 MiB
_LEGACY = "model_weights"  # the group that has all weights in an .h5 with a configuration


def read_keras(path: Path) -> Contents:
    """Return what a .keras, .weights.h5 or .h5 file holds.

    Its recurrent layers are parts under their own names, and those of a Sequential that feed each
    other one part; a file of weights alone has them one by one. Raises RnnvizError for a broken
    file, for links, data elsewhere and more than fits; warns with RnnvizWarning of 16-bit weights.
    """
    if path.suffix.lower() == ".keras":
        config, content = _archive(path)
        with opened(path, content) as store:
            contents = _contents(path, "Keras", store, config)
    else:
        with opened(path) as store:
            text = store.text("", "model_config")
            config = None if text is None else _json(path, text)
            contents = _contents(path, "Keras HDF5", store, config)
    halves = tuple(name for name, dtype in store.dtypes.items() if dtype == "float16")
    if halves:
        said = f"float16 weights ({listed(halves)}), raised to float64 without rounding"
        warnings.warn(f"{path}: {said}", RnnvizWarning, stacklevel=4)  # where load is called
    return contents


@dataclass(frozen=True)
class _Read:
    """One layer: what its part is called, the Layer or why it is refused, and whom it feeds."""

    name: str
    layer: Layer | None
    refusal: str = ""
    feeds: bool = False
    assumed: str = ""


def _contents(path: Path, kind: str, store: Store, config: Any) -> Contents:
    found = found_cells(store.shapes)
    try:
        told = described(config) if has_layers(config) else None
    except RnnvizError as error:
        raise RnnvizError(f"{path}: {error}") from None
    read = _bare(store, found) if told is None else _told(store, found, told)
    for name, count in Counter(one.name for one in read).items():
        if count > 1:
            raise RnnvizError(f"{path}: wanted each layer's name once, got {name!r:.60} twice")
    belonging = {name for one in found for name in one.names.values()}
    others = (
        (name, shape)
        for name, shape in store.shapes.items()
        if name not in belonging and not name.startswith("optimizer")
    )
    return Contents(kind, tuple(_stacked(read)), tuple(others))


def _stacked(read: Sequence[_Read]) -> Iterator[Part]:
    """Yield a part for each run of layers that feed each other, and for each that is refused."""
    run: list[_Read] = []
    for one, above in zip_longest(read, read[1:]):
        if one.layer is None:
            yield Part(one.name, None, one.refusal)
            continue
        run.append(one)
        if one.feeds and above and above.layer and above.layer.input_size == one.layer.output_size:
            continue
        layers = tuple(part.layer for part in run if part.layer)
        yield Part("+".join(part.name for part in run), Model(layers), assumed=one.assumed)
        run = []


def _told(store: Store, found: Sequence[Found], told: Sequence[Described]) -> list[_Read]:
    """Return the layers of the configuration with the weights that belong to them."""
    groups = {cell.group: cell for cell in found}
    owners: dict[str, list[Found]] = {}
    for cell in found:
        if cell.group.startswith(f"{_LEGACY}/"):
            owners.setdefault(cell.group.split("/")[1], []).append(cell)
    read = []
    for one in told:
        name = "/".join(one.names)
        mine = [groups[group] for group in one.groups if group in groups]
        mine += _in_legacy(owners.get(one.names[0].partition("/")[0], ()), one.names)
        called = store.text(f"{one.group}/vars", "name")
        if one.refusal:
            read.append(_Read(name, None, one.refusal))
        elif called is not None and called != one.names[-1]:
            read.append(_Read(name, None, f"weights of another layer, {called!r:.60}"))
        elif len(mine) != len(one.ways):
            number = f"weights of {len(mine)} cells" if mine else "no weights"
            read.append(_Read(name, None, f"{number}, wanted those of {len(one.ways)}"))
        else:
            read.append(_read(store, name, mine, one.ways, one.feeds))
    return read


def _in_legacy(cells: Sequence[Found], names: Sequence[str]) -> list[Found]:
    """Return the cells of a layer in a file of Keras 2, which is in the group of its model."""
    top = f"{_LEGACY}/{names[0]}/"
    within = [cell for cell in cells if f"{cell.group}/".startswith(top)]
    if len(names) == 1:
        return within
    return [cell for cell in within if f"/{names[-1]}/" in f"/{cell.group.removeprefix(top)}/"]


def _bare(store: Store, found: Sequence[Found]) -> list[_Read]:
    """Return the layers of a file without a configuration: their shapes tell what they are."""
    layers: dict[str, list[Found]] = {}
    for cell in found:
        layers.setdefault(cell.layer, []).append(cell)
    short = {group: _short(store, group) for group in layers}
    unique = len({*short.values()}) == len(short)
    read = []
    for group, mine in layers.items():
        name = short[group] if unique else group
        try:
            ways = [told_by_shapes(cell) for cell in mine]
            if len(mine) > 2 or len({cell.backward for cell in mine}) < len(mine):
                raise RnnvizError(f"{len(mine)} cells in one layer")
        except RnnvizError as error:
            read.append(_Read(name, None, str(error)))
            continue
        read.append(_read(store, name, mine, ways, assumed=_assumed(ways)))
    return read


def _short(store: Store, group: str) -> str:
    """Return the name of a layer by its group: as Keras 3 notes it, or where its cell is."""
    called = store.text(f"{group}/vars", "name")
    segments = group.split("/")
    if len(segments) > 1 and re.fullmatch(r".*_cell(_\d+)?", segments[-1]):
        segments.pop()
    return called or segments[-1]


def _assumed(ways: Sequence[Way]) -> str:
    rnn = ways[0].kind == "SimpleRNN"
    open_ = ["tanh" if rnn else "tanh and sigmoid"]
    open_.append("read forward" if len(ways) == 1 else "directions concatenated")
    if ways[0].kind == "GRU" and not ways[0].use_bias:
        open_.append("reset after the product")
    return f"{', '.join(open_)}: the file does not say"


def _backward(cell: Found) -> bool:
    return cell.backward


def _read(
    store: Store,
    name: str,
    cells: Sequence[Found],
    ways: Sequence[Way],
    feeds: bool = False,
    assumed: str = "",
) -> _Read:
    """Return a layer of one cell for each way; errors of reading are of the file, not of a part."""
    cells = sorted(cells, key=_backward)
    try:
        ways = [completed(way, cell) for way, cell in zip(ways, cells, strict=True)]
        if len({*ways}) > 1:
            raise RnnvizError("directions of different cells")
    except RnnvizError as error:
        return _Read(name, None, str(error))
    arrays = [{role: store.read(at) for role, at in cell.names.items()} for cell in cells]
    try:
        params = [pytorchs(way, given) for way, given in zip(ways, arrays, strict=True)]
        layer = Layer(ways[0].cell(), dict(zip(DIRECTIONS, params, strict=False)))
    except RnnvizError as error:
        return _Read(name, None, str(error))
    return _Read(name, layer, "", feeds, assumed)


def _archive(path: Path) -> tuple[Any, bytes]:
    """Return the configuration and the file of weights in a .keras archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            members = {info.filename: info for info in infos}
            if len(members) < len(infos):
                raise RnnvizError(f"{path}: wanted each entry once, got one twice")
            for name in (CONFIG, WEIGHTS):
                if name not in members:
                    found = listed(tuple(map(repr, members)))
                    raise RnnvizError(f"{path}: wanted {name} in a Keras archive, got {found}")
            config = _entry(path, archive, members[CONFIG], MAX_CONFIG)
            content = _entry(path, archive, members[WEIGHTS], MAX_BYTES)
    except BROKEN_ZIP as error:
        raise RnnvizError(f"{path}: wanted a Keras archive, got: {reason(error)}") from None
    try:
        return _json(path, config.decode()), content
    except UnicodeDecodeError:
        raise RnnvizError(f"{path}: wanted UTF-8 text in {CONFIG}, got other bytes") from None


def _entry(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    where = f"{path}: {info.filename}"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RnnvizError(f"{where}: wanted deflate or no compression, got another")
    if info.file_size > limit:
        raise RnnvizError(f"{where}: wanted at most {limit} bytes, got {info.file_size}")
    if info.file_size > max(2**20, MAX_RATIO * info.compress_size):
        raise RnnvizError(
            f"{where}: wanted at most {MAX_RATIO} times the bytes that are stored, "
            f"got {info.file_size} from {info.compress_size}"
        )
    with archive.open(info) as file:
        content = file.read(info.file_size + 1)  # + 1: the checksum is looked at
    if len(content) != info.file_size:
        raise RnnvizError(f"{where}: wanted {info.file_size} bytes, got {len(content)}")
    return content


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise RnnvizError(f"{path}: wanted JSON, got lists nested too deep") from None
    except ValueError as error:
        raise RnnvizError(f"{path}: wanted JSON, got: {error}") from None
