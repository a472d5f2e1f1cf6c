"""What the tests of the readers share: weights by PyTorch's names, and how a refusal is taken."""

import io
import json
import zipfile

import numpy as np
import pytest

from rnnviz import RnnvizError, contents, load

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
MATRICES = ("weight_ih", "weight_hh")
BIASES = ("bias_ih", "bias_hh")


def state(cell, layers=1, two=False, inputs=3, hidden=2, prefix="", bias=True, seed=0):
    """The state dict of one of PyTorch's modules, in its order, with numbers that all differ."""
    draw = np.random.default_rng(seed)
    rows, made = GATES[cell] * hidden, {}
    for layer in range(layers):
        width = inputs if not layer else hidden * (1 + two)
        for suffix in ("", "_reverse")[: 1 + two]:
            shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden)}
            shapes |= dict.fromkeys(BIASES, (rows,)) if bias else {}
            for name, shape in shapes.items():
                made[f"{prefix}{name}_l{layer}{suffix}"] = draw.normal(size=shape)
    return made


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(path, *entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def write(path, arrays):
    """Write arrays as the extension says."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    elif path.suffix == ".json":
        path.write_text(json.dumps({name: array.tolist() for name, array in arrays.items()}))
    elif path.suffix == ".safetensors":
        from safetensors.numpy import save_file

        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)
    else:
        import torch

        torch.save({name: torch.tensor(array) for name, array in arrays.items()}, path)
    return path


def refusal(path, *args, call=load, **options):
    """The message with which a file is refused, in one line, without the path that starts it."""
    with pytest.raises(RnnvizError) as caught:
        call(path, *args, **options)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    rest = message.removeprefix(f"{path}: ")
    assert "\n" not in rest
    return rest


def broken(path):
    """The message with which the whole file is refused: no part of it can be listed either."""
    said = refusal(path, call=contents)
    assert refusal(path) == said
    return said
