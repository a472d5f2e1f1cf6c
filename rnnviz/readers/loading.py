"""One way to read weights: a model, or all that there is in a file, by the file's extension."""

import warnings
from dataclasses import replace
from pathlib import Path

from rnnviz.conventions import CONVENTIONS, cell_named
from rnnviz.errors import RnnvizError, RnnvizWarning
from rnnviz.model import Layer, Model
from rnnviz.readers.checks import checked_extension
from rnnviz.readers.parts import Contents, Part, chosen, listed
from rnnviz.readers.sniffing import KINDS, check_kind

EXTENSIONS = tuple(KINDS)
NAMED = ("npz", "JSON", "safetensors", "PyTorch")  # formats whose entries have PyTorch's names


def load(path: str | Path, part: str | None = None, convention: str | None = None) -> Model:
    """Return the recurrent model in a file of PyTorch's, Keras', ONNX, safetensors, npz or JSON.

    ``part`` names one where there are several (see ``contents``). ``convention`` reads the same
    weights as another variant of the cell, such as ``relu`` or ``guide``. Raises RnnvizError for a
    file that cannot be read, a part that is not there and one that asks for what rnnviz does not
    compute; RnnvizWarning where the weights have 16 bits and of what the file leaves open.
    """
    found = contents(path, convention)
    if not found.parts and found.format in NAMED:
        others = listed(tuple(repr(name) for name, _ in found.others))
        raise RnnvizError(
            f"{path}: wanted weight_ih_l0 and weight_hh_l0 (PyTorch's names), got {others}"
        )
    taken = chosen(path, found, part)
    if taken.assumed:
        warnings.warn(
            f"{path}: assumed {taken.assumed}; convention= settles it", RnnvizWarning, stacklevel=2
        )
    assert taken.model is not None
    return taken.model


def contents(path: str | Path, convention: str | None = None) -> Contents:
    """Return all that there is in a file of weights: parts, refused ones too, and other entries.

    Raises RnnvizError for a file that cannot be read at all.
    """
    path = Path(path)
    if convention is not None and convention not in CONVENTIONS:
        wanted = ", ".join(CONVENTIONS)
        raise RnnvizError(f"convention: wanted one of {wanted}, got {convention!r}")
    extension = checked_extension(path, EXTENSIONS)
    check_kind(path, extension)
    if extension in (".keras", ".h5", ".hdf5"):
        from rnnviz.readers.keras_files import read_keras

        return _under(read_keras(path), convention)
    if extension == ".onnx":
        from rnnviz.readers.onnx_files import read_onnx

        return _under(read_onnx(path), convention)
    if extension == ".safetensors":
        from rnnviz.readers.safetensors_files import read_safetensors

        return read_safetensors(path, convention)
    if extension in (".pt", ".pth"):
        from rnnviz.readers.torch_files import read_torch

        return read_torch(path, convention)
    from rnnviz.readers.weights import read_json_weights, read_npz

    return (read_npz if extension == ".npz" else read_json_weights)(path, convention)


def _under(found: Contents, convention: str | None) -> Contents:
    """Return the same parts under another convention, refused where the weights do not fit it."""
    if convention is None:
        return found
    return replace(found, parts=tuple(_part_under(part, convention) for part in found.parts))


def _part_under(part: Part, convention: str) -> Part:
    if part.model is None:
        return part
    try:
        layers = tuple(
            Layer(cell_named(layer.cell.name, convention), layer.params)
            for layer in part.model.layers
        )
        return replace(part, model=replace(part.model, layers=layers), assumed="")
    except RnnvizError as error:
        return Part(part.name, None, str(error))
