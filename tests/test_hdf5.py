"""HDF5 and Keras archives that are broken, lie or reach elsewhere: each is refused in one line."""

import json
import sys
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_made import LSTM, archive, cell, hdf5, layer, refusal, sequential
from rnnviz import RnnvizError
from rnnviz.readers.keras_files import read_keras
from rnnviz.readers.npy import MAX_BYTES

FILES = Path(__file__).parent / "files"
KINDS = (".keras", ".h5", ".weights.h5")


def edited(tmp_path, edit, weights=None, name="m.weights.h5"):
    path = tmp_path / name
    path.write_bytes(hdf5(LSTM if weights is None else weights, edit))
    return path


def outside(tmp_path):
    path = tmp_path / "outside.h5"
    with h5py.File(path, "w") as store:
        store["secret"] = np.ones((2, 8))
    return path


def test_links_are_refused(tmp_path):
    links = {
        "soft": (h5py.SoftLink("/layers/lstm/cell/vars/0"), "wanted data, got a soft link"),
        "external": (
            h5py.ExternalLink(str(outside(tmp_path)), "secret"),
            "wanted data, got a link to another file",
        ),
    }
    for link, wanted in links.values():

        def edit(store, link=link):
            del store["layers/lstm/cell/vars/1"]
            store["layers/lstm/cell/vars/1"] = link

        assert refusal(edited(tmp_path, edit)) == f"layers/lstm/cell/vars/1: {wanted}"
        path = archive(tmp_path / "m.keras", sequential(layer()), hdf5(LSTM, edit))
        assert refusal(path) == f"layers/lstm/cell/vars/1: {wanted}"


def replaced(store, **how):
    del store["layers/lstm/cell/vars/1"]
    store["layers/lstm/cell/vars"].create_dataset("1", **how)


def virtual(store):
    layout = h5py.VirtualLayout((2, 8), "f8")
    layout[:] = h5py.VirtualSource("outside.h5", "secret", (2, 8))
    del store["layers/lstm/cell/vars/1"]
    store["layers/lstm/cell/vars"].create_virtual_dataset("1", layout)


def circle(store):
    store["layers/lstm/again"] = store["layers"]


def deep(store):
    store.create_group("/".join("d" * 60))


def text(store):
    replaced(store, shape=(2, 8), dtype=h5py.string_dtype())


BIG = 2**40
BAD_DATA = {
    "external storage": (
        lambda store: replaced(store, shape=(2, 8), dtype="f8", external=[("raw", 0, 128)]),
        "wanted data in this file, got data from another",
    ),
    "virtual": (virtual, "wanted data in this file, got data from another"),
    "compressed": (
        lambda store: replaced(store, data=np.ones((2, 8)), compression="gzip"),
        "wanted plain data as Keras writes them, got chunks",
    ),
    "shape without data": (
        lambda store: replaced(store, shape=(2, 8), dtype="f8"),
        "wanted 128 bytes for shape (2, 8), got 0 in a file of",
    ),
    "integers": (
        lambda store: replaced(store, data=np.ones((2, 8), int)),
        "wanted floating-point numbers, got int64",
    ),
    "complex": (
        lambda store: replaced(store, data=np.ones((2, 8), complex)),
        "wanted floating-point numbers, got complex128",
    ),
    "text": (text, "wanted floating-point numbers, got object"),
    "circle": (circle, "wanted a tree of at most 32 groups in groups, got more or a circle at"),
    "deep": (deep, "wanted a tree of at most 32 groups in groups, got more or a circle at"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_data_that_are_not_plain_are_refused(tmp_path, case):
    edit, wanted = BAD_DATA[case]
    outside(tmp_path)
    (tmp_path / "raw").write_bytes(bytes(128))
    path = edited(tmp_path, edit)
    assert wanted in refusal(path)


def test_a_shape_cannot_ask_for_more_than_fits(tmp_path):
    def edit(store):
        for k, shape in enumerate([(3, BIG), (BIG // 4, BIG), (BIG,)]):
            del store[f"layers/lstm/cell/vars/{k}"]
            store["layers/lstm/cell/vars"].create_dataset(
                str(k), shape, "f8", chunks=(1,) * len(shape)
            )

    path = edited(tmp_path, edit)
    assert path.stat().st_size < 100_000
    assert "chunks" in refusal(path)
    units = MAX_BYTES // 2**10
    weights = {"layers/lstm/cell/vars": []}

    def plain(store):
        group = store.create_group("layers/lstm/cell/vars")
        group.create_dataset("0", (64, 4 * units), "f8")
        group.create_dataset("1", (units, 4 * units), "f8")
        group.create_dataset("2", (4 * units,), "f8")

    path = edited(tmp_path, plain, weights)
    assert path.stat().st_size < 100_000
    assert f"wanted at most {MAX_BYTES} bytes, got shape" in refusal(path)


def test_two_datasets_cannot_share_the_bytes_of_a_file(tmp_path):
    def edit(store):
        for k in range(1, 50):
            for name in "012":
                store[f"layers/lstm_{k}/cell/vars/{name}"] = store[f"layers/lstm/cell/vars/{name}"]

    weights = {"layers/lstm/cell/vars": cell(4, units=40)}
    path = edited(tmp_path, edit, weights)
    size = path.stat().st_size
    assert f"wanted at most {size} bytes of all data, as the file has, got more" in refusal(path)


def test_a_text_cannot_be_longer_than_its_file(tmp_path):
    text = json.dumps(sequential(layer()))

    def edit(store):
        store.attrs["model_config"] = text

    content = hdf5({"model_weights/lstm/lstm/lstm_cell": []}, edit)
    length = len(text).to_bytes(4, "little")
    at = content.index(length, content.index(b"model_config\0"))
    path = tmp_path / "m.h5"
    path.write_bytes(content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :])
    assert refusal(path).startswith("model_config: wanted a text within")


def test_a_text_that_is_none(tmp_path):
    def edit(store):
        store.attrs["model_config"] = np.ones(3)

    assert "model_config: wanted a text, got float64" in refusal(edited(tmp_path, edit))


BAD_CONFIGS = {
    "no json": ("{", "wanted JSON, got: Expecting"),
    "deep json": ("[" * 100_000, "wanted JSON, got lists nested too deep"),
    "no class": ('{"config": {"layers": [{"config": {}}]}}', "wanted a model's configuration"),
    "a layer that is none": ('{"config": {"layers": [3]}}', "got int in it"),
    "one name twice": (
        json.dumps(sequential(layer(), layer())),
        "wanted each layer's name once, got 'one' twice",
    ),
}


@pytest.mark.parametrize("case", BAD_CONFIGS)
def test_bad_configurations(tmp_path, case):
    text, wanted = BAD_CONFIGS[case]
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", text)
        file.writestr("model.weights.h5", hdf5(LSTM))
    assert wanted in refusal(path)


def zipped(path, *entries, compression=zipfile.ZIP_STORED):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same name twice
        with zipfile.ZipFile(path, "w", compression) as file:
            for name, content in entries:
                file.writestr(name, content)
    return path


CONFIG = ("config.json", json.dumps(sequential(layer())))
WEIGHTS = ("model.weights.h5", hdf5(LSTM))


def test_bad_archives(tmp_path):
    path = tmp_path / "m.keras"
    for entries, wanted in (
        ([CONFIG], "wanted model.weights.h5 in a Keras archive, got 'config.json'"),
        ([WEIGHTS], "wanted config.json in a Keras archive, got 'model.weights.h5'"),
        ([], "wanted config.json in a Keras archive, got nothing"),
        ([CONFIG, WEIGHTS, CONFIG], "wanted each entry once, got one twice"),
        ([CONFIG, ("model.weights.h5", b"hello")], "wanted a whole HDF5 file, got: "),
        ([CONFIG, ("model.weights.h5", b"")], "wanted a whole HDF5 file, got: "),
        ([("config.json", b"\xff"), WEIGHTS], "wanted UTF-8 text in config.json, got other"),
    ):
        assert refusal(zipped(path, *entries)).startswith(wanted)
    path.write_bytes(b"PK nothing")
    assert refusal(path).startswith("wanted a Keras archive, got: ")
    zipped(path, CONFIG, WEIGHTS, compression=zipfile.ZIP_BZIP2)
    assert refusal(path) == "config.json: wanted deflate or no compression, got another"


def test_an_archive_that_expands_is_refused(tmp_path):
    bomb = ("model.weights.h5", bytes(2**24))
    path = zipped(tmp_path / "m.keras", CONFIG, bomb, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 20_000
    assert "model.weights.h5: wanted at most 100 times the bytes" in refusal(path)
    content = path.read_bytes()
    size = (2**24).to_bytes(4, "little")
    for claimed, wanted in ((2**31, f"wanted at most {MAX_BYTES} bytes"), (2**23, "wanted at")):
        path.write_bytes(content.replace(size, claimed.to_bytes(4, "little")))
        assert wanted in refusal(path)


def test_without_h5py_the_extra_is_named(tmp_path, monkeypatch):
    path = zipped(tmp_path / "m.keras", CONFIG, WEIGHTS)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(RnnvizError, match=r"h5py: wanted for .keras files.*rnnviz\[keras\]"):
        read_keras(path)


def test_a_flipped_bit_in_an_archive_is_noticed(tmp_path):
    path = zipped(tmp_path / "m.keras", CONFIG, WEIGHTS)
    content = bytearray(path.read_bytes())
    content[content.index(LSTM["layers/lstm/cell/vars"][1].tobytes()) + 3] ^= 1
    path.write_bytes(content)
    assert "Bad CRC-32" in refusal(path)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_broken_files_are_refused_or_read(tmp_path_factory, kind, data):
    content = bytearray((FILES / f"single{kind}").read_bytes())
    positions = st.integers(0, len(content) - 1) | st.integers(0, 2_000)
    for at, byte in data.draw(st.lists(st.tuples(positions, st.integers(0, 255)), max_size=8)):
        content[at] = byte
    length = data.draw(st.just(len(content)) | st.integers(1, len(content)))
    path = tmp_path_factory.mktemp("broken") / f"x{kind}"
    path.write_bytes(content[:length])
    try:
        contents = read_keras(path)
    except RnnvizError as caught:
        error = str(caught)
    else:
        assert contents.format.startswith("Keras")
        return
    assert error.startswith(f"{path}: ")
    assert "\n" not in error
