"""What torch.save writes: state dicts, and checkpoints that hold one, without running any code."""

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnviz.arrays import Array
from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import library, reason
from rnnviz.readers.parts import Contents
from rnnviz.readers.torch_names import Entry, is_recurrent, named_contents
from rnnviz.readers.weights import BROKEN_ZIP

OLDEST = (2, 10)  # an older torch has holes in its loader of weights alone
LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."  # how torch.save began before 1.6
WANTED = "wanted a state dict (save model.state_dict())"
_FLOATS = ("float16", "bfloat16", "float32", "float64")

Key = tuple[str, ...]  # the keys of dicts in dicts that lead to a tensor


def read_torch(path: Path, convention: str | None = None) -> Contents:
    """Return what a .pt or .pth file holds: a state dict, or a checkpoint with one inside.

    Only torch's loader of weights alone is used. Raises RnnvizError for TorchScript, a pickled
    module or any other class, a broken file, and without torch 2.10 or newer.
    """
    _check_file(path)
    with library("torch", ".pt", "torch"):
        import torch
    version = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
    if version < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise RnnvizError(f"torch: wanted {wanted} or newer for .pt files, got {torch.__version__}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, such as about typed storages
        try:
            record = torch.load(path, map_location="cpu", weights_only=True)
            tensors = _tensors(record, torch.Tensor)
            entries = {key: _entry(path, key, tensor) for key, tensor in tensors.items()}
        except Exception as error:  # a pickle of anything: any error is one of the file's
            raise RnnvizError(f"{path}: {WANTED}, got {_found(error)}") from None
    return named_contents(path, "PyTorch", entries, convention)


def _check_file(path: Path) -> None:
    """Raise RnnvizError unless the file is what torch.save writes, whole and of its own size."""
    with path.open("rb") as file:
        start = file.read(len(LEGACY))
    if start == LEGACY:
        return
    if not start.startswith(b"PK"):
        raise RnnvizError(f"{path}: {WANTED}, got no file of torch.save")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            leaves = {info.filename.partition("/")[2] for info in infos}
            if "constants.pkl" in leaves:
                raise RnnvizError(f"{path}: {WANTED}, got a TorchScript archive")
            if "data.pkl" not in leaves:
                raise RnnvizError(f"{path}: {WANTED}, got another zip archive")
            stored = sum(info.file_size for info in infos)
            if any(info.compress_type for info in infos) or stored > path.stat().st_size:
                raise RnnvizError(f"{path}: {WANTED}, got entries larger than the file")
            damaged = archive.testzip()  # torch does not look at the checksums
    except BROKEN_ZIP as error:
        raise RnnvizError(f"{path}: {WANTED}, got a broken file: {reason(error)}") from None
    if damaged:
        raise RnnvizError(f"{path}: {WANTED}, got a broken file: wrong checksum of {damaged!r}")


def _tensors(record: Any, tensor: type) -> dict[str, Any]:
    """Return every tensor in dicts in dicts by its keys with dots.

    Where a single dict holds the recurrent weights, its tensors go without that dict's own keys.
    """
    if not isinstance(record, Mapping):
        raise RnnvizError(f"an object of {type(record).__module__}.{type(record).__qualname__}")
    found: dict[Key, Any] = {}
    seen: set[int] = set()
    pending: list[tuple[Key, Any]] = [((), record)]
    while pending:
        keys, value = pending.pop()
        if isinstance(value, tensor):
            found[keys] = value
        elif isinstance(value, Mapping) and id(value) not in seen:  # a pickle can make circles
            seen.add(id(value))
            pending += [((*keys, str(key)), one) for key, one in reversed(list(value.items()))]
    holders = {keys[:-1] for keys in found if is_recurrent(keys[-1])}
    base = holders.pop() if len(holders) == 1 else ()
    short = {keys: keys[len(base) :] if keys[: len(base)] == base else keys for keys in found}
    named = {".".join(short[keys]): value for keys, value in found.items()}
    if len(named) < len(found):
        raise RnnvizError("two tensors of one name")
    return named


def _entry(path: Path, key: str, tensor: Any) -> Entry:
    dtype = str(tensor.dtype).removeprefix("torch.")
    layout = str(tensor.layout).removeprefix("torch.").lstrip("_")
    device = tensor.device.type
    plain = layout == "strided" and device == "cpu" and dtype in _FLOATS
    if plain and tensor.untyped_storage().nbytes() > path.stat().st_size:
        raise RnnvizError(f"a tensor larger than the file, {key!r}")

    def read() -> Array:
        array: Array = tensor.detach().double().numpy()
        return array

    odd = [word for word in (layout, device) if word not in ("strided", "cpu")]
    return Entry(tuple(tensor.shape), " ".join([*odd, dtype]), read, plain)


def _found(error: Exception) -> str:
    """Return in one line what torch made of the file, without its advice to load it unsafely."""
    if isinstance(error, RnnvizError):
        return str(error)
    if isinstance(error, RecursionError):
        return "dicts nested too deep"
    named = re.search(r"GLOBAL (\S+)", str(error))
    if named:
        return f"a pickled object of {named[1]}"
    told = reason(error).partition("WeightsUnpickler error: ")
    lines = (told[2] or told[0]).strip().splitlines() or [type(error).__name__]
    return f"a broken file: {type(error).__name__}: {lines[0]:.160}"
