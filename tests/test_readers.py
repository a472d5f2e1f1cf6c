import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnnviz import CELLS, RnnvizError, demo
from rnnviz.params import NAMES
from rnnviz.readers import load_params, load_sequence
from rnnviz.readers.npy import MAX_BYTES

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SEQUENCES = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=FINITE
)
ODD_NAMES = ("it's", 'a "b"', "two  words", "línea ω 序", "line\nbreak", "-dash", "a.b.c")


def header(shape: object, descr: str = "<f8", version: bytes = b"\x01\x00") -> bytes:
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text


def npy(array: object, **options: bool) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def weights(cell: str, suffix: str = "_l0", prefix: str = "") -> dict[str, np.ndarray]:
    params = demo(CELLS[cell]).params
    return {f"{prefix}{name}{suffix}": getattr(params, name) for name in NAMES}


def refusal(load, *args: object) -> str:
    with pytest.raises(RnnvizError) as caught:
        load(*args)
    message = str(caught.value)
    assert message.startswith(f"{args[0]}: ")
    assert "\n" not in message.removeprefix(str(args[0]))
    return message.removeprefix(f"{args[0]}: ")


@settings(max_examples=60)
@given(array=SEQUENCES, header_row=st.booleans(), end=st.sampled_from(["\n", "\r\n"]))
def test_csv_round_trip(tmp_path_factory, array, header_row, end) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    lines = [",".join(f"name {k}" for k in range(array.shape[1]))] if header_row else []
    lines += [",".join(map(repr, row.tolist())) for row in array]
    path.write_bytes(end.join([*lines, ""]).encode())
    np.testing.assert_array_equal(load_sequence(path), array)


@settings(max_examples=60)
@given(array=SEQUENCES, by_columns=st.booleans(), dtype=st.sampled_from(["<f8", ">f8"]))
def test_npy_round_trip(tmp_path_factory, array, by_columns, dtype) -> None:
    path = tmp_path_factory.mktemp("npy") / "x.npy"
    np.save(path, np.asarray(array, dtype=dtype, order="F" if by_columns else "C"))
    read = load_sequence(path)
    np.testing.assert_array_equal(read, array)
    assert read.dtype == np.float64


@settings(max_examples=60)
@given(array=SEQUENCES)
def test_json_round_trip(tmp_path_factory, array) -> None:
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps(array.tolist()))
    np.testing.assert_array_equal(load_sequence(str(path)), array)


@pytest.mark.parametrize("dtype", ["<i2", "|u1", "<f4", "<f2", ">i8"])
def test_npy_of_other_real_types(tmp_path, dtype) -> None:
    np.save(tmp_path / "x.npy", np.arange(6).reshape(3, 2).astype(dtype))
    np.testing.assert_array_equal(load_sequence(tmp_path / "x.npy"), [[0, 1], [2, 3], [4, 5]])


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff1,2\n3,4\n",
        "1,2\n\n3,4",
        ' 1 , 2 \n"3","4"\n\n',
        "a,\n1,2\n3,4\n",
        "x_1,2_0\n1,2\n3,4\n",
    ],
)
def test_csv_as_people_write_it(tmp_path, text) -> None:
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(load_sequence(tmp_path / "x.csv"), [[1, 2], [3, 4]])


@pytest.mark.parametrize("stem", ODD_NAMES)
def test_paths_may_hold_anything(tmp_path, stem) -> None:
    folder = tmp_path / stem
    folder.mkdir()
    np.save(folder / "x.npy", [[1.0]])
    (folder / f"{stem}.JSON").write_text("[[2]]")
    np.savez(folder / "w.npz", **weights("gru"))
    assert load_sequence(folder / "x.npy")[0, 0] == 1
    assert load_sequence(folder / f"{stem}.JSON")[0, 0] == 2
    assert load_params(folder / "w.npz", CELLS["gru"]).hidden_size == 2


BAD_SEQUENCES = {
    "unknown extension": ("x.txt", b"1", "wanted an extension of .csv, .npy, .json, got '.txt'"),
    "no extension": ("x", b"1", "wanted an extension of .csv, .npy, .json, got none"),
    "empty csv": ("x.csv", b"", "got an empty file"),
    "empty npy": ("x.npy", b"", "got an empty file"),
    "empty json": ("x.json", b"", "got an empty file"),
    "blank csv": ("x.csv", b"\n \n", "wanted at least one row of numbers, got none"),
    "header only": ("x.csv", b"a,b\n", "wanted at least one row of numbers, got none"),
    "ragged": (
        "x.csv",
        b"a,b,c\n1,2,3\n1,2\n",
        "row 3: wanted 3 columns like the first row, got 2",
    ),
    "ragged after a blank": ("x.csv", b"1,2\n\n1\n", "row 3: wanted 2 columns"),
    "csv nan": ("x.csv", b"1,2\n3,nan\n", "row 2, column 2: wanted a finite number, got 'nan'"),
    "csv inf": ("x.csv", b"1\n-inf\n", "row 2, column 1: wanted a finite number, got '-inf'"),
    "csv overflow": ("x.csv", b"1e999\n", "row 1, column 1: wanted a finite number, got '1e999'"),
    "csv text": ("x.csv", b"1,2\n3,x\n", "row 2, column 2: wanted a finite number, got 'x'"),
    "csv half a header": ("x.csv", b"1,x\n3,4\n", "row 1, column 2: wanted a finite number"),
    "csv empty cell": ("x.csv", b"1,2\n3,\n", "row 2, column 2: wanted a finite number, got ''"),
    "csv all cells empty": ("x.csv", b",\n1,2\n", "row 1, column 1: wanted a finite number"),
    "csv semicolons": ("x.csv", b"a;b\n1;2\n", "row 2, column 1: wanted a finite number"),
    "csv huge cell": ("x.csv", b"1\n" + b"9" * 200_000, "row 2: wanted CSV, got: field larger"),
    "not utf-8": ("x.csv", b"1,2\n\xff\n", "wanted UTF-8 text, got byte 0xff at position 4"),
    "json ragged": ("x.json", b"[[1,2],[3]]", "got ragged rows"),
    "json nan": ("x.json", b"[[1,2],[3,NaN]]", "got nan at index [1, 1]"),
    "json inf": ("x.json", b"[[1e999]]", "got inf at index [0, 0]"),
    "json text": ("x.json", b'[["1"]]', "got text"),
    "json null": ("x.json", b"[[null]]", "got objects"),
    "json object": ("x.json", b'{"x": [[1]]}', "got objects"),
    "json flat": ("x.json", b"[1, 2]", "wanted shape (T, I) with no empty axis, got (2,)"),
    "json no rows": ("x.json", b"[]", "wanted shape (T, I) with no empty axis, got (0,)"),
    "json broken": ("x.json", b"[[1,\n2", "wanted JSON, got: Expecting"),
    "json long integer": ("x.json", b"[[" + b"9" * 5000 + b"]]", "wanted JSON, got: Exceeds"),
    "json deep": ("x.json", b"[" * 100_000, "wanted JSON, got lists nested too deep"),
    "npy flat": ("x.npy", npy([1.0]), "wanted shape (T, I) with no empty axis, got (1,)"),
    "npy batch": ("x.npy", npy(np.ones((3, 1, 2))), "got (3, 1, 2)"),
    "npy nan": ("x.npy", npy([[1, 2], [np.nan, 3]]), "got nan at index [1, 0]"),
    "npy T = 0": ("x.npy", npy(np.ones((0, 3))), "wanted no empty axis, got shape (0, 3)"),
    "npy text": ("x.npy", npy([["a"]]), "wanted an array of real numbers, got text"),
    "npy complex": ("x.npy", npy([[1j]]), "got complex numbers"),
    "npy records": ("x.npy", npy(np.zeros(2, "i4,i4")), "got records"),
    "npy objects": (
        "x.npy",
        npy(np.array([[None]]), allow_pickle=True),
        "wanted an array of real numbers, got objects",
    ),
    "pickle": ("x.npy", pickle.dumps([[1.0]]), "wanted numpy's .npy format, got: "),
    "npy cut off": ("x.npy", npy(np.ones((4, 2)))[:-8], "wanted 64 bytes for shape (4, 2)"),
    "npy too long": ("x.npy", npy(np.ones((4, 2))) + b"x", "wanted 64 bytes for shape (4, 2)"),
    "npy lies": ("x.npy", header((10**6, 100)) + bytes(80), "wanted 800000000 bytes"),
    "npy lies hugely": ("x.npy", header((2**62, 2**62)), f"wanted at most {MAX_BYTES} bytes"),
    "npy negative": ("x.npy", header((-1, 2)) + bytes(80), "got shape (-1, 2)"),
    "npy many axes": ("x.npy", header((1,) * 99) + bytes(8), "wanted an array, got: "),
    "npy version": ("x.npy", header((1, 1), version=b"\x09\x00"), "wanted numpy's .npy format"),
    "npy no header": ("x.npy", header("((((") + bytes(8), "wanted numpy's .npy format"),
}


@pytest.mark.parametrize("case", BAD_SEQUENCES)
def test_bad_sequences_are_refused_in_a_line(tmp_path, case) -> None:
    name, content, wanted = BAD_SEQUENCES[case]
    (tmp_path / name).write_bytes(content)
    assert wanted in refusal(load_sequence, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_sequence_must_be_a_file(tmp_path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("folder.csv", "pipe.csv"):
        assert "got something else" in refusal(load_sequence, tmp_path / name)
    assert "found nothing there" in refusal(load_sequence, tmp_path / "none.csv")
    assert "wanted a file that can be read" in refusal(load_sequence, tmp_path / f"{'x' * 300}.csv")


@settings(max_examples=30)
@given(
    data=st.data(),
    cell=st.sampled_from(sorted(CELLS)),
    suffix=st.sampled_from(["", "_l0"]),
    prefix=st.sampled_from(["", "gru.", "model.rnn."]),
    extension=st.sampled_from([".npz", ".json"]),
    bias=st.booleans(),
)
def test_params_round_trip(tmp_path_factory, data, cell, suffix, prefix, extension, bias) -> None:
    width, hidden = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 4))
    rows = hidden * len(CELLS[cell].gates)
    shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden)}
    if bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    arrays = {
        name: data.draw(hnp.arrays(np.float64, shape, elements=FINITE))
        for name, shape in shapes.items()
    }
    named = {f"{prefix}{name}{suffix}": array for name, array in arrays.items()}
    path = tmp_path_factory.mktemp("params") / f"w{extension}"
    if extension == ".npz":
        np.savez_compressed(path, **named)
    else:
        path.write_text(json.dumps({name: array.tolist() for name, array in named.items()}))
    params = load_params(path, CELLS[cell])
    for name in NAMES:
        np.testing.assert_array_equal(getattr(params, name), arrays.get(name, np.zeros(rows)))


def test_entries_of_other_modules_are_not_read(tmp_path) -> None:
    others = {"embed.weight": np.array(["text"]), "readout.bias": np.full(3, np.nan)}
    np.savez(tmp_path / "w.npz", **weights("lstm", prefix="lstm."), **others)
    params = load_params(tmp_path / "w.npz", CELLS["lstm"])
    np.testing.assert_array_equal(params.weight_hh, demo(CELLS["lstm"]).params.weight_hh)


GRU = weights("gru")
BAD_WEIGHTS = {
    "second layer": (
        GRU | {"weight_ih_l1": np.ones((6, 2))},
        "wanted one layer, the first, got 'weight_ih_l1'",
    ),
    "reverse": (
        GRU | {"bias_hh_l0_reverse": np.ones(6)},
        "wanted one direction, no reverse one, got 'bias_hh_l0_reverse'",
    ),
    "projection": (
        GRU | {"weight_hr_l0": np.ones((1, 2))},
        "wanted no projection of the hidden state, got 'weight_hr_l0'",
    ),
    "unknown": (GRU | {"peephole": np.ones(2)}, "got 'peephole'"),
    "weight norm": (GRU | {"weight_hh_l0_g": np.ones(2)}, "got 'weight_hh_l0_g'"),
    "two prefixes": (
        weights("gru", prefix="a.") | weights("gru", prefix="b."),
        "wanted one layer under one prefix, got 'a.', 'b.'",
    ),
    "both names": (
        GRU | {"bias_ih": np.ones(6)},
        "wanted bias_ih once, got 'bias_ih_l0' and 'bias_ih'",
    ),
    "one bias": (
        {name: GRU[name] for name in GRU if name != "bias_hh_l0"},
        "wanted both biases or none (bias=False), got only 'bias_ih_l0'",
    ),
    "no recurrent weight": (
        {"weight_ih_l0": GRU["weight_ih_l0"]},
        "wanted weight_hh (or weight_hh_l0) too, got 'weight_ih'",
    ),
    "none of them": (
        {"kernel": np.ones((3, 6))},
        "wanted weight_ih_l0 and weight_hh_l0 (PyTorch's names), got 'kernel'",
    ),
    "too many to list": (
        {f"k{k}": np.ones(1) for k in range(9)},
        "got 'k0', 'k1', 'k2', 'k3', 'k4', 'k5' and 3 more",
    ),
    "other cell": (
        weights("lstm"),
        "weight_hh: wanted shape (G·H, H) = (6, 2) for GRU (G = 3) with H = 2 columns, got (8, 2)",
    ),
    "not square": (
        GRU | {"weight_hh_l0": np.ones((6, 3))},
        "weight_hh: wanted shape (G·H, H) = (9, 3)",
    ),
    "gate dimension": (
        GRU | {"bias_hh_l0": np.ones(4)},
        "bias_hh: wanted 6 rows (G·H) like weight_ih, got 4",
    ),
    "transposed input weight": (
        GRU | {"weight_ih_l0": GRU["weight_ih_l0"].T},
        "weight_ih: wanted shape (G·H, I) with G·H = 6, got (3, 6), which looks transposed",
    ),
    "transposed recurrent weight": (
        GRU | {"weight_hh_l0": GRU["weight_hh_l0"].T},
        "weight_hh: wanted shape (G·H, H) with G·H = 6, got (2, 6), which looks transposed",
    ),
    "flat": (GRU | {"weight_hh_l0": np.ones(6)}, "weight_hh: wanted shape (G·H, H)"),
    "nan": (
        GRU | {"bias_ih_l0": np.array([0, 1, np.nan, 0, 0, 0])},
        "bias_ih: wanted finite numbers, got nan at index [2]",
    ),
}


@pytest.mark.parametrize("extension", [".npz", ".json"])
@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_bad_weights_are_refused_in_a_line(tmp_path, case, extension) -> None:
    arrays, wanted = BAD_WEIGHTS[case]
    path = tmp_path / f"w{extension}"
    if extension == ".npz":
        np.savez(path, **arrays)
    else:
        path.write_text(json.dumps({name: array.tolist() for name, array in arrays.items()}))
    assert wanted in refusal(load_params, path, CELLS["gru"])
    assert list(tmp_path.iterdir()) == [path]


BAD_WEIGHT_FILES = {
    "extension": ("w.pt", b"x", "wanted an extension of .npz, .json, got '.pt'"),
    "empty": ("w.npz", b"", "got an empty file"),
    "no zip": ("w.npz", b"PK nothing", "wanted an npz file, got: File is not a zip file"),
    "an npy": ("w.npz", npy([1.0]), "wanted an npz file, got: File is not a zip file"),
    "json list": ("w.json", b"[1]", "wanted an object with weight_ih and weight_hh, got list"),
    "json twice": ("w.json", b'{"a": 1, "a": 2}', "wanted each key once, got 'a' twice"),
    "json text": ("w.json", b'{"weight_ih": "a", "weight_hh": [[1]]}', "weight_ih: wanted real"),
    "json ragged": (
        "w.json",
        b'{"weight_ih": [[1], [2, 3]], "weight_hh": [[1]]}',
        "weight_ih: wanted numbers of shape (G·H, I), got ragged rows",
    ),
}


@pytest.mark.parametrize("case", BAD_WEIGHT_FILES)
def test_bad_weight_files_are_refused_in_a_line(tmp_path, case) -> None:
    name, content, wanted = BAD_WEIGHT_FILES[case]
    (tmp_path / name).write_bytes(content)
    assert wanted in refusal(load_params, tmp_path / name, CELLS["gru"])


def npz(path: Path, *entries: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_an_npz_header_cannot_ask_for_more_than_the_member_holds(tmp_path) -> None:
    good = ("weight_ih.npy", npy(np.ones((6, 3))))
    for shape, wanted in (((10**6, 100), "800000000 bytes"), ((2**40, 8), "at most")):
        bad = ("weight_hh.npy", header(shape) + bytes(64))
        path = npz(tmp_path / "w.npz", good, bad)
        message = refusal(load_params, path, CELLS["gru"])
        assert message.startswith("weight_hh: wanted ")
        assert wanted in message


def test_npz_members_that_are_no_arrays_of_numbers(tmp_path) -> None:
    good = ("weight_ih.npy", npy(np.ones((6, 3))))
    objects = ("weight_hh.npy", npy(np.array([[None]]), allow_pickle=True))
    path = npz(tmp_path / "o.npz", good, objects)
    assert "weight_hh: wanted an array of real numbers, got objects" in refusal(
        load_params, path, CELLS["gru"]
    )
    path = npz(tmp_path / "c.npz", good, ("weight_hh.npy", b"hello"))
    assert "weight_hh: wanted numpy's .npy format" in refusal(load_params, path, CELLS["gru"])
    path = npz(tmp_path / "z.npz", good, objects, compression=zipfile.ZIP_BZIP2)
    assert "weight_ih: wanted numpy's compression or none" in refusal(
        load_params, path, CELLS["gru"]
    )


def test_a_flipped_bit_in_an_npz_is_noticed(tmp_path) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, **GRU)
    content = bytearray(path.read_bytes())
    content[content.index(GRU["weight_hh_l0"].tobytes()) + 3] ^= 1
    path.write_bytes(content)
    assert "Bad CRC-32" in refusal(load_params, path, CELLS["gru"])


def test_an_entry_that_is_there_twice_is_refused(tmp_path) -> None:
    member = ("weight_ih.npy", npy(np.ones((6, 3))))
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = npz(tmp_path / "w.npz", member, member)
    assert refusal(load_params, path, CELLS["gru"]) == "wanted each entry once, got one twice"
