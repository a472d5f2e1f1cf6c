import io
import json
import os
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnnviz import RnnvizError
from rnnviz.readers import load, load_sequence
from rnnviz.readers.npy import MAX_BYTES

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SEQUENCES = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=3, max_side=5), elements=FINITE
)
ROWS = hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=FINITE)
ODD_NAMES = ("it's", 'a "b"', "two  words", "línea ω 序", "line\nbreak", "-dash", "a.b.c")


def header(shape: object, descr: str = "<f8", version: bytes = b"\x01\x00") -> bytes:
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text


def npy(array: object, **options: bool) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def refusal(load, *args: object) -> str:
    with pytest.raises(RnnvizError) as caught:
        load(*args)
    message = str(caught.value)
    assert message.startswith(f"{args[0]}: ")
    assert "\n" not in message.removeprefix(str(args[0]))
    return message.removeprefix(f"{args[0]}: ")


@settings(max_examples=60)
@given(array=ROWS, header_row=st.booleans(), end=st.sampled_from(["\n", "\r\n"]))
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
    np.savez(folder / "w.npz", weight_ih=np.ones((6, 3)), weight_hh=np.ones((6, 2)))
    assert load_sequence(folder / "x.npy")[0, 0] == 1
    assert load_sequence(folder / f"{stem}.JSON")[0, 0] == 2
    assert load(folder / "w.npz").layers[0].hidden_size == 2


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
    "json flat": (
        "x.json",
        b"[1, 2]",
        "wanted shape (T, I) or (T, B, I) with no empty axis, got (2,)",
    ),
    "json no rows": (
        "x.json",
        b"[]",
        "wanted shape (T, I) or (T, B, I) with no empty axis, got (0,)",
    ),
    "json broken": ("x.json", b"[[1,\n2", "wanted JSON, got: Expecting"),
    "json long integer": ("x.json", b"[[" + b"9" * 5000 + b"]]", "wanted JSON, got: Exceeds"),
    "json deep": ("x.json", b"[" * 100_000, "wanted JSON, got lists nested too deep"),
    "npy flat": (
        "x.npy",
        npy([1.0]),
        "wanted shape (T, I) or (T, B, I) with no empty axis, got (1,)",
    ),
    "npy four axes": ("x.npy", npy(np.ones((3, 1, 2, 1))), "got (3, 1, 2, 1)"),
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
