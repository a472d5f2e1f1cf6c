"""Make the Keras files that tests/test_keras_files.py holds the reader to.

Keras and a backend are heavy, so the suite does not need them: this script runs once where they
are installed and its results are committed. To make them again, in an environment of its own::

    python -m venv /tmp/torchvenv
    /tmp/torchvenv/bin/pip install torch==2.13.0 keras==3.15.1 h5py
    /tmp/torchvenv/bin/python tools/keras_files.py

Each of the three models is written to ``tests/files/<model>.keras``, ``.weights.h5`` and ``.h5``,
with random weights and biases:

- ``parallel``: every kind of layer on one input, in float64;
- ``stacked``: Embedding, LSTM, Dropout, Bidirectional GRU, Dense, in float64;
- ``single``: one GRU in float32, Keras' default.

``<model>.npz`` has what goes into the recurrent layers as ``x`` (B, T, I), and every layer's
output (B, T, D·H) under its name.
"""

import os
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from keras import layers

FILES = Path(__file__).resolve().parent.parent / "tests" / "files"
BATCH, STEPS, INPUTS = 2, 4, 3


def parallel() -> keras.Model:
    start = keras.Input((None, INPUTS))
    kinds = [
        layers.SimpleRNN(2, return_sequences=True, name="plain"),
        layers.SimpleRNN(2, activation="relu", return_sequences=True, name="relu"),
        layers.LSTM(2, return_sequences=True, name="long"),
        layers.LSTM(2, use_bias=False, return_sequences=True, name="unbiased"),
        layers.GRU(2, return_sequences=True, name="after"),
        layers.GRU(2, reset_after=False, return_sequences=True, name="before"),
        layers.GRU(2, use_bias=False, return_sequences=True, name="unbiased_after"),
        layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both"),
        layers.RNN(layers.LSTMCell(2), return_sequences=True, name="wrapped"),
        layers.GRU(2, recurrent_activation="hard_sigmoid", return_sequences=True, name="hard"),
    ]
    return keras.Model(start, [layer(start) for layer in kinds])


def stacked() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((None,)),
            layers.Embedding(5, INPUTS, name="embedding"),
            layers.LSTM(2, return_sequences=True, name="lower"),
            layers.Dropout(0.5),
            layers.Bidirectional(layers.GRU(3, return_sequences=True), name="upper"),
            layers.Dense(4, name="readout"),
        ]
    )


def single() -> keras.Model:
    return keras.Sequential(
        [keras.Input((None, INPUTS)), layers.GRU(2, return_sequences=True, name="gru")]
    )


def make(name: str, model: keras.Model, floatx: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.9, weight.shape) for weight in model.get_weights()])
    embedded = name == "stacked"
    shape = (BATCH, STEPS) if embedded else (BATCH, STEPS, INPUTS)
    given = rng.integers(0, 5, shape) if embedded else rng.normal(size=shape).astype(floatx)
    inner = [one for one in model.layers if not isinstance(one, layers.InputLayer)]
    watch = keras.Model(model.inputs, [one.output for one in inner])
    made = watch(given, training=False)
    made = made if isinstance(made, (list, tuple)) else [made]
    outputs = {
        one.name: keras.ops.convert_to_numpy(value) for one, value in zip(inner, made, strict=True)
    }
    x = outputs.pop("embedding") if embedded else given
    kept = {key: value for key, value in outputs.items() if key not in ("dropout", "readout")}
    np.savez_compressed(FILES / f"{name}.npz", allow_pickle=False, x=x, **kept)
    model.save(FILES / f"{name}.keras")
    model.save_weights(FILES / f"{name}.weights.h5")
    model.save(FILES / f"{name}.h5")
    for path in sorted(FILES.glob(f"{name}.*")):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    warnings.simplefilter("ignore")  # Keras' advice not to write .h5
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    make("parallel", parallel(), "float64", 1)
    make("stacked", stacked(), "float64", 2)
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    make("single", single(), "float32", 3)
