"""Keras files made by hand: a configuration and plain datasets, as far as the reader looks."""

import io
import json
import zipfile

import numpy as np
import pytest

from rnnviz import RnnvizError
from rnnviz.readers.keras_files import read_keras


def refusal(path):
    """What the reader says of a bad file, without the file's name."""
    with pytest.raises(RnnvizError) as caught:
        read_keras(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def layer(kind="LSTM", name="one", **config):
    return {"module": "keras.layers", "class_name": kind, "config": {"name": name, **config}}


def sequential(*layers, **more):
    return {"class_name": "Sequential", "config": {"name": "model", "layers": [*layers], **more}}


def cell(gates, units=2, inputs=3, bias=1):
    rng = np.random.default_rng(gates)
    shapes = [(inputs, gates * units), (units, gates * units)]
    shapes += [(gates * units,)] if bias == 1 else [(2, gates * units)] if bias else []
    return [rng.normal(size=shape) for shape in shapes]


def hdf5(weights, edit=None):
    """An HDF5 file of group -> arrays, as bytes."""
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as store:
        for group, arrays in weights.items():
            for k, array in enumerate(arrays):
                store[f"{group}/{k}"] = array
        if edit:
            edit(store)
    return file.getvalue()


def archive(path, config, content, **more):
    entries = {"config.json": json.dumps(config), "metadata.json": "{}"}
    with zipfile.ZipFile(path, "w", **more) as file:
        for name, text in {**entries, "model.weights.h5": content}.items():
            file.writestr(name, text)
    return path


def keras(tmp_path, config, weights, edit=None):
    return archive(tmp_path / "m.keras", config, hdf5(weights, edit))


LSTM = {"layers/lstm/cell/vars": cell(4)}
CUSTOM = {"module": None, "registered_name": "Mine"}  # of a class of one's own
