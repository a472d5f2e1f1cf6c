"""What a file is by its first bytes, so that a wrong extension is said as such."""

import zipfile
from pathlib import Path

from rnnviz.errors import RnnvizError
from rnnviz.readers.checks import reason

# what the files of an extension are
KINDS = {
    ".npz": "an npz archive",
    ".json": "JSON",
    ".safetensors": "a safetensors file",
    ".pt": "a file of torch.save",
    ".pth": "a file of torch.save",
    ".keras": "a Keras archive",
    ".h5": "an HDF5 file",
    ".hdf5": "an HDF5 file",
    ".onnx": "an ONNX model",
}
_TORCH, _KERAS, _NPZ = KINDS[".pt"], KINDS[".keras"], KINDS[".npz"]
_MAGIC = {
    b"\x89HDF\r\n\x1a\n": KINDS[".h5"],
    b"\x93NUMPY": "a single numpy array (.npy)",
    b"\x80\x02\x8a\x0al\xfc": _TORCH,
    b"\x1f\x8b": "a gzip file",
}


def check_kind(path: Path, extension: str) -> None:
    """Raise RnnvizError if the file is plainly of another kind than its extension says."""
    wanted = KINDS[extension]
    try:
        found = _kind(path)
    except OSError as error:
        raise RnnvizError(f"{path}: wanted a file that can be read, got {reason(error)}") from None
    if found and found != wanted:
        raise RnnvizError(f"{path}: wanted {wanted} for {extension}, this looks like {found}")


def _kind(path: Path) -> str | None:
    """Return what the file is, None where its first bytes do not tell."""
    with path.open("rb") as file:
        start = file.read(16)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start.startswith(b"PK"):
        return _zip_kind(path)
    length = int.from_bytes(start[:8], "little")
    if start[8:9] == b"{" and length <= path.stat().st_size:
        return KINDS[".safetensors"]
    if start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        return "a Python pickle"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return KINDS[".json"] if text[:1] in (b"{", b"[") else None


def _zip_kind(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return None  # broken: its reader says how
    leaves = {name.partition("/")[2] for name in names}
    if "data.pkl" in leaves:
        return _TORCH  # or TorchScript, which its reader tells apart
    if "config.json" in names and "metadata.json" in names:
        return _KERAS
    return _NPZ if names and all(name.endswith(".npy") for name in names) else None
