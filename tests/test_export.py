"""Traces as files: what is written reads back identical, what is wrong is refused in one line."""

import csv
import gc
import json
import os
import resource
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import rnnviz as rv
from rnnviz.cells import CELLS, lstm
from rnnviz.params import NAMES
from runs import drawn, padded
from test_tracing import traces
from variants import VARIANTS

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
every_cell = pytest.mark.parametrize("cell", CELLS)
every_writer = pytest.mark.parametrize("writer", ["to_json", "to_csv", "to_npz"])
READERS = {"to_json": rv.from_json, "to_npz": rv.from_npz}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all examples of a property: each overwrites the last one's file."""
    return tmp_path_factory.mktemp("exports")


def assert_identical(one, other):
    assert one.cell == other.cell
    assert one.sizes == other.sizes
    assert one.names == other.names
    assert one.reverse is other.reverse
    assert (one.lengths is None) is (other.lengths is None)
    if one.lengths is not None:
        np.testing.assert_array_equal(one.lengths, other.lengths)
    for name in one.names:
        np.testing.assert_array_equal(one[name], other[name], strict=True)
    assert list(one.params.arrays) == list(other.params.arrays)
    for name, array in one.params.arrays.items():
        np.testing.assert_array_equal(array, other.params.arrays[name])
    assert list(one.states) == list(other.states)
    for name in one.states:
        np.testing.assert_array_equal(one.states[name], other.states[name])
        np.testing.assert_array_equal(one.final[name], other.final[name], strict=True)


def refusal(reader, path):
    """The one line that refuses a file, which is named in it and left closed."""
    text = message(reader, path)
    gc.collect()  # a file that was left open is a warning, so an error: here, not in a later test
    assert "\n" not in text
    assert str(path) in text
    return text


def message(reader, path):
    with pytest.raises(rv.RnnvizError) as caught:
        reader(path)
    return str(caught.value)


# Reading back


@every_cell
@pytest.mark.parametrize("writer", READERS)
def test_the_demo_reads_back_identical(cell, writer, tmp_path):
    tr = rv.trace(cell)
    getattr(tr, writer)(tmp_path / "t")
    assert_identical(READERS[writer](tmp_path / "t"), tr)


@given(tr=traces(scales=(1e-300, 1e-5, 1.0, 30.0)))
@pytest.mark.parametrize("writer", READERS)
def test_any_trace_reads_back_identical(writer, folder, tr):
    path = folder / writer
    getattr(tr, writer)(path)
    assert_identical(READERS[writer](path), tr)


@every_variant
@pytest.mark.parametrize("writer", READERS)
def test_every_variant_reads_back_identical(cell, writer, tmp_path):
    tr = drawn(cell, steps=3, batch=2).trace()
    getattr(tr, writer)(tmp_path / "t")
    assert_identical(READERS[writer](tmp_path / "t"), tr)


@given(case=padded(steps=4, batch=2, size=3))
@settings(max_examples=25)
@pytest.mark.parametrize("writer", READERS)
def test_padded_samples_read_back_identical(writer, folder, case):
    run, lengths = case
    tr = run.trace(lengths=lengths)
    getattr(tr, writer)(folder / writer)
    assert_identical(READERS[writer](folder / writer), tr)


@every_cell
@pytest.mark.parametrize("writer", READERS)
def test_float32_reads_back_as_float32(cell, writer, tmp_path):
    tr = drawn(CELLS[cell]).trace(dtype=np.float32)
    getattr(tr, writer)(tmp_path / "t")
    again = READERS[writer](tmp_path / "t")
    assert again["h"].dtype == np.float32
    assert_identical(again, tr)


@pytest.mark.parametrize("writer", READERS)
def test_a_trace_that_read_from_the_end_still_says_so(writer, tmp_path):
    tr = replace(rv.trace("gru"), reverse=True)
    getattr(tr, writer)(tmp_path / "t")
    again = READERS[writer](tmp_path / "t")
    assert_identical(again, tr)
    np.testing.assert_array_equal(again.aligned("h"), tr["h"][::-1])


@every_writer
def test_a_path_may_be_text_and_hold_any_character(writer, tmp_path):
    path = tmp_path / "it's a “trace”\nσ.out"
    getattr(rv.trace("rnn"), writer)(str(path))
    assert path.stat().st_size > 0
    if writer in READERS:
        assert_identical(READERS[writer](str(path)), rv.trace("rnn"))


@every_writer
def test_the_name_is_used_as_it_is(writer, tmp_path):
    getattr(rv.trace("rnn"), writer)(tmp_path / "no_suffix")
    assert [path.name for path in tmp_path.iterdir()] == ["no_suffix"]


# The formats


@every_cell
def test_json_follows_the_documented_schema(cell, tmp_path):
    tr = rv.trace(cell)
    tr.to_json(tmp_path / "t.json")

    def no_constants(name):
        raise AssertionError(f"{name} is no JSON")

    record = json.loads((tmp_path / "t.json").read_text("utf-8"), parse_constant=no_constants)
    head = ["format", "schema", "dtype", "cell", "choices", "lengths", "reverse"]
    assert list(record) == [*head, "sizes", "states", "params", "values"]
    assert [record[key] for key in head] == [
        *("rnnviz-trace", 2, "float64", cell, dict(tr.cell.choices), None, False)
    ]
    assert record["sizes"] == {"T": 3, "B": 1, "I": 3, "H": 2}
    assert list(record["states"]) == list(tr.cell.states)
    assert list(record["params"]) == list(NAMES)
    assert list(record["values"]) == list(tr.names)
    for name in tr.names:
        np.testing.assert_array_equal(record["values"][name], tr[name])


@every_cell
def test_npz_holds_plain_float64_arrays(cell, tmp_path):
    tr = rv.trace(cell)
    tr.to_npz(tmp_path / "t.npz")
    with np.load(tmp_path / "t.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    assert set(arrays) == {
        *("format", "schema", "dtype", "cell", "choices", "reverse"),
        *(f"states/{name}" for name in tr.cell.states),
        *(f"params/{name}" for name in NAMES),
        *(f"values/{name}" for name in tr.names),
    }
    for name, array in arrays.items():
        if "/" in name:
            assert array.dtype == np.float64
    np.testing.assert_array_equal(arrays["values/h"], tr["h"])
    assert json.loads(str(arrays["choices"])) == dict(tr.cell.choices)


def test_only_parameters_that_the_cell_has_are_written(tmp_path):
    for cell, names in (
        (lstm(0), NAMES[:2]),
        (lstm(1), NAMES[:3]),
        (lstm(2, peepholes=True), (*NAMES, "peepholes")),
    ):
        tr = drawn(cell).trace()
        tr.to_json(tmp_path / "t.json")
        record = json.loads((tmp_path / "t.json").read_text("utf-8"))
        assert tuple(record["params"]) == names
        assert record["choices"] == dict(cell.choices)
        tr.to_npz(tmp_path / "t.npz")
        with np.load(tmp_path / "t.npz", allow_pickle=False) as file:
            assert {key[7:] for key in file.files if key.startswith("params/")} == set(names)


def test_lengths_and_dtype_are_written(tmp_path):
    tr = drawn(lstm(), steps=3, batch=2).trace(lengths=[3, 1], dtype=np.float32)
    tr.to_json(tmp_path / "t.json")
    record = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert record["lengths"] == [3, 1]
    assert record["dtype"] == "float32"
    tr.to_npz(tmp_path / "t.npz")
    with np.load(tmp_path / "t.npz", allow_pickle=False) as file:
        assert file["lengths"].tolist() == [3, 1]
        assert file["values/h"].dtype == np.float32


def test_csv_has_no_line_behind_a_samples_end(tmp_path):
    tr = drawn(lstm(), steps=3, batch=2).trace(lengths=[3, 1])
    tr.to_csv(tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text("utf-8").splitlines()
    seen = {(int(row[1]), int(row[0])) for row in list(csv.reader(lines))[1:]}
    assert seen == {(0, 0), (0, 1), (0, 2), (1, 0)}


@pytest.mark.parametrize("writer", READERS)
def test_a_trace_that_left_values_out_is_not_written(writer, tmp_path):
    tr = rv.trace("lstm", keep=["x", "h_prev", "h"])
    with pytest.raises(rv.RnnvizError) as caught:
        getattr(tr, writer)(tmp_path / "t")
    assert str(caught.value) == "trace: wanted every value kept to write it, got no c_prev"
    assert list(tmp_path.iterdir()) == []


@given(tr=traces(steps=3, batch=2, size=3))
def test_csv_has_a_line_for_every_number_in_full_precision(folder, tr):
    path = folder / "t.csv"
    tr.to_csv(path)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["t", "b", "name", "unit", "value"]
    read = {(int(t), int(b), name, int(unit)): value for t, b, name, unit, value in rows}
    assert len(read) == len(rows) == sum(tr[name].size for name in tr.names)
    for name in tr.names:
        for (t, b, unit), value in np.ndenumerate(tr[name]):
            assert read[t, b, name, unit] == repr(float(value))


def test_csv_goes_timestep_by_timestep_in_order_of_computation(tmp_path):
    tr = rv.trace("gru")
    tr.to_csv(tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text("utf-8").splitlines()
    rows = list(csv.reader(lines))[1:]
    seen = list(dict.fromkeys((int(row[0]), row[2]) for row in rows))
    assert seen == [(t, name) for t in range(3) for name in tr.names]


# Refusals: JSON


def changed_json(tmp_path, change):
    """The path of an LSTM's JSON after ``change`` has been made to its record."""
    path = tmp_path / "t.json"
    rv.trace("lstm").to_json(path)
    record = json.loads(path.read_text("utf-8"))
    change(record)
    path.write_text(json.dumps(record), "utf-8")
    return path


def nudge(rows):
    rows[0][0][0] += 1e-6


@pytest.mark.parametrize("name", CELLS["lstm"].names)
def test_a_tampered_value_in_json(name, tmp_path):
    path = changed_json(tmp_path, lambda record: nudge(record["values"][name]))
    assert "follow from x and params" in refusal(rv.from_json, path)


@pytest.mark.parametrize("part", ["states", "params"])
def test_a_tampered_start_in_json(part, tmp_path):
    def change(record):
        for rows in record[part].values():
            if isinstance(rows[0], list):
                rows[0][0] += 1e-3

    refusal(rv.from_json, changed_json(tmp_path, change))


NO_JSON_TRACE = {
    "another format": (lambda r: r.update(format="other"), "wanted format 'rnnviz-trace'"),
    "another schema": (lambda r: r.update(schema=1), "with schema 1"),
    "no schema": (lambda r: r.pop("schema"), "with schema None"),
    "no dtype": (lambda r: r.pop("dtype"), "dtype: wanted float64 or float32"),
    "another dtype": (lambda r: r.update(dtype="int8"), "wanted float64 or float32, got int8"),
    "no choices": (lambda r: r.pop("choices"), "wanted an object under 'choices', got None"),
    "choices as a list": (lambda r: r.update(choices=[2]), "under 'choices', got [2]"),
    "an unknown choice": (
        lambda r: r["choices"].update(reset="before"),
        "wanted one of biases, peepholes, got 'reset'",
    ),
    "a choice of no kind": (
        lambda r: r["choices"].update(biases=[2]),
        "biases: wanted one of 0, 1, 2, got [2]",
    ),
    "a choice that is a fraction": (lambda r: r["choices"].update(biases=1.5), "got 1.5"),
    "another choice": (lambda r: r["choices"].update(biases=1), "biases: wanted bias_ih alone"),
    "peepholes that are not there": (
        lambda r: r["choices"].update(peepholes=True),
        "wanted 'i_c', got none",
    ),
    "lengths for more samples": (lambda r: r.update(lengths=[3, 3]), "lengths: wanted 1"),
    "lengths as a text": (lambda r: r.update(lengths="3"), "lengths: wanted 1"),
    "a shorter length": (lambda r: r.update(lengths=[2]), "to follow from x and params"),
    "unknown cell": (lambda r: r.update(cell="elman"), "wanted one of rnn, lstm, gru, got 'elman'"),
    "no cell": (lambda r: r.pop("cell"), "wanted one of rnn, lstm, gru"),
    "another cell": (lambda r: r.update(cell="gru"), "wanted"),
    "no values": (lambda r: r.pop("values"), "'values'"),
    "params as a list": (lambda r: r.update(params=[1]), "'params'"),
    "no x": (lambda r: r["values"].pop("x"), "wanted 'x'"),
    "no f": (lambda r: r["values"].pop("f"), "'f'"),
    "no second bias": (lambda r: r["params"].pop("bias_hh"), "got bias_ih"),
    "a strange parameter": (
        lambda r: r["params"].update(weight_hr=[[1.0]]),
        "wanted no parameter 'weight_hr', got one",
    ),
    "no state": (lambda r: r["states"].pop("c_prev"), "c_prev"),
    "f of another shape": (lambda r: r["values"].update(f=[[[0.1]]]), "'f'"),
    "f as a text": (lambda r: r["values"].update(f="text"), "'f'"),
    "f in texts": (
        lambda r: r["values"].update(f=np.array(r["values"]["f"]).astype(str).tolist()),
        "'f'",
    ),
    "f ragged": (lambda r: r["values"].update(f=[[1.0], [2.0, 3.0]]), "'f'"),
    "f as an object": (lambda r: r["values"].update(f={"a": 1}), "'f'"),
    "f null": (lambda r: r["values"].update(f=None), "'f'"),
    "NaN in x": (lambda r: r["values"]["x"][0][0].__setitem__(0, float("nan")), "finite"),
    "NaN in f": (lambda r: r["values"]["f"][0][0].__setitem__(0, float("nan")), "'f'"),
    "a row less": (lambda r: r["params"]["weight_ih"].pop(), "weight_hh"),
}


@pytest.mark.parametrize(("change", "words"), NO_JSON_TRACE.values(), ids=NO_JSON_TRACE)
def test_a_json_file_that_is_no_trace(change, words, tmp_path):
    assert words in refusal(rv.from_json, changed_json(tmp_path, change))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"3", b"null", b'"text"', b"\xff\xfe\x00", b"[" * 100_000],
    ids=["empty", "cut", "list", "number", "null", "text", "bytes", "deep"],
)
def test_content_that_is_no_json_trace(content, tmp_path):
    path = tmp_path / "t.json"
    path.write_bytes(content)
    assert "wanted" in refusal(rv.from_json, path)


# Refusals: npz


def changed_npz(tmp_path, change):
    path = tmp_path / "t.npz"
    rv.trace("lstm").to_npz(path)
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    change(arrays)
    np.savez(path, **arrays)
    return path


NO_NPZ_TRACE = {
    "tampered value": (lambda a: a.update({"values/f": a["values/f"] + 1e-6}), "'f' to follow"),
    "tampered bias": (
        lambda a: a.update({"params/bias_hh": a["params/bias_hh"] + 1e-6}),
        "to follow",
    ),
    "another schema": (lambda a: a.update(schema=np.array(1)), "with schema 1"),
    "two schemas": (lambda a: a.update(schema=np.array([2, 2])), "schema"),
    "no choices": (lambda a: a.pop("choices"), "'choices'"),
    "choices that are no JSON": (lambda a: a.update(choices=np.array("{")), "'choices'"),
    "other choices": (
        lambda a: a.update(choices=np.array('{"biases": 1}')),
        "biases: wanted bias_ih alone",
    ),
    "lengths that are none": (lambda a: a.update(lengths=np.array([9])), "lengths: wanted 1 to 3"),
    "empty format": (lambda a: a.update(format=np.array([])), "format"),
    "no format": (lambda a: a.pop("format"), "got a file without a format"),
    "no x": (lambda a: a.pop("values/x"), "wanted 'x'"),
    "no h": (lambda a: a.pop("values/h"), "'h'"),
    "no weights": (lambda a: a.pop("params/weight_ih"), "wanted 'weight_ih'"),
    "f in texts": (lambda a: a.update({"values/f": a["values/f"].astype(str)}), "'f'"),
    "f complex": (lambda a: a.update({"values/f": a["values/f"].astype(complex)}), "'f'"),
    "f cut": (lambda a: a.update({"values/f": a["values/f"][:1]}), "'f'"),
    "x of objects": (lambda a: a.update({"values/x": a["values/x"].astype(object)}), "Object"),
    "an object beside": (lambda a: a.update(extra=np.array([{}], dtype=object)), "Object"),
}


@pytest.mark.parametrize(("change", "words"), NO_NPZ_TRACE.values(), ids=NO_NPZ_TRACE)
def test_an_npz_file_that_is_no_trace(change, words, tmp_path):
    assert words in refusal(rv.from_npz, changed_npz(tmp_path, change))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"text", b"\x93NUMPY"],
    ids=["empty", "zip head", "text", "npy head"],
)
def test_content_that_is_no_npz(content, tmp_path):
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    assert "wanted an npz trace" in refusal(rv.from_npz, path)


def test_an_npy_file_is_no_npz(tmp_path):
    np.save(tmp_path / "t.npy", np.zeros(3))
    assert "wanted an npz trace" in refusal(rv.from_npz, tmp_path / "t.npy")


@every_cell
@pytest.mark.parametrize("writer", READERS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(cell, writer, share, tmp_path):
    path = tmp_path / "t"
    getattr(rv.trace(cell), writer)(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "wanted" in refusal(READERS[writer], path)


def test_a_flipped_byte_in_an_npz(tmp_path):
    path = tmp_path / "t.npz"
    rv.trace("rnn").to_npz(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    refusal(rv.from_npz, path)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_missing_file_and_a_folder(reader, tmp_path):
    refusal(reader, tmp_path / "none")
    refusal(reader, tmp_path)


# Writing


@contextmanager
def full_disk(limit=300):
    """Make any write past ``limit`` bytes of a file fail, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@every_writer
@pytest.mark.parametrize("existed", [True, False])
def test_a_write_that_fails_midway_loses_nothing_and_leaves_nothing(writer, existed, tmp_path):
    path = tmp_path / "t.out"
    before = []
    if existed:
        path.write_text("precious")
        before = [path]
    with pytest.raises((OSError, rv.RnnvizError)), full_disk():
        getattr(rv.trace("lstm"), writer)(path)
    assert list(tmp_path.iterdir()) == before
    assert not existed or path.read_text() == "precious"


@every_writer
def test_an_existing_file_is_replaced_and_no_other_is_left(writer, tmp_path):
    path = tmp_path / "t.out"
    path.write_text("old")
    getattr(rv.trace("rnn"), writer)(path)
    assert [p.name for p in tmp_path.iterdir()] == ["t.out"]
    assert path.read_bytes() != b"old"


@every_writer
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(writer, mask, mode, tmp_path):
    before = os.umask(mask)
    try:
        getattr(rv.trace("rnn"), writer)(tmp_path / "t")
        assert os.umask(mask) == mask  # asking for the mask did not change it
    finally:
        os.umask(before)
    assert (tmp_path / "t").stat().st_mode & 0o777 == mode


@every_writer
def test_a_missing_folder_is_named(writer, tmp_path):
    with pytest.raises(rv.RnnvizError) as caught:
        getattr(rv.trace("rnn"), writer)(tmp_path / "none" / "t.out")
    text = str(caught.value)
    assert text == f"output: wanted an existing folder, got {str(tmp_path / 'none')!r}"
    assert not (tmp_path / "none").exists()


@every_writer
def test_a_folder_is_no_file(writer, tmp_path):
    with pytest.raises(rv.RnnvizError, match="output: wanted a file, got the folder"):
        getattr(rv.trace("rnn"), writer)(tmp_path)
