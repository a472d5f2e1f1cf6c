"""safetensors: what PyTorch writes is read, and a header that lies is refused before any number."""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

import rnnviz as rv
from rnnviz import RnnvizError, RnnvizWarning, contents, load
from weight_files import broken, refusal, state, write

FILES = Path(__file__).parent / "files"
KEYS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2"}


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def file(path, header, content=b"", length=None):
    """Write a header as it is given, and say any length of it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    said = len(text) if length is None else length
    path.write_bytes(struct.pack("<Q", said) + text + content)
    return path


def gru(dtype, content_of, hidden=2):
    """Header and content of a GRU without biases, 3 inputs, in a type of number."""
    header, content = {"__metadata__": {"format": "pt"}}, b""
    for name, array in state("gru", hidden=hidden, bias=False).items():
        data = content_of(array)
        header[name] = entry(dtype, list(array.shape), len(content), len(content) + len(data))
        content += data
    return header, content


def upper_half(array):
    """bfloat16 as bytes: a float32 without its lower half."""
    return (np.asarray(array, "<f4").view("<u4") >> 16).astype("<u2").tobytes()


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_what_pytorch_wrote_gives_what_pytorch_computed(name):
    convention = "relu" if name == "rnn" else None
    model = load(FILES / f"{name}.safetensors", convention=convention)
    h = model.trace(np.load(FILES / "input.npy")).hidden
    np.testing.assert_allclose(h, np.load(FILES / f"{name}_h.npy"), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", KEYS)
def test_every_plain_type_of_number(tmp_path, dtype, recwarn):
    whole = dtype.startswith("I")
    made = lambda array: (9 * array if whole else array).astype(KEYS[dtype])  # noqa: E731
    path = file(tmp_path / "w.safetensors", *gru(dtype, lambda array: made(array).tobytes()))
    (layer,) = load(path).layers
    for name, array in layer.params["forward"].arrays.items():
        given = state("gru", bias=False)[f"{name}_l0"]
        np.testing.assert_array_equal(array, made(given).astype(float))
    said = [str(warning.message) for warning in recwarn]
    expected = f"{path}: float16 weights (weight_ih_l0, weight_hh_l0), raised to float64 "
    assert said == ([f"{expected}without rounding"] if dtype == "F16" else [])


def test_bfloat16_is_raised_with_one_warning(tmp_path):
    path = file(tmp_path / "w.safetensors", *gru("BF16", upper_half))
    with pytest.warns(RnnvizWarning, match="bfloat16 weights") as caught:
        (layer,) = load(path).layers
    assert len(caught) == 1
    assert caught[0].filename == __file__
    for name, array in layer.params["forward"].arrays.items():
        given = state("gru", bias=False)[f"{name}_l0"]
        np.testing.assert_allclose(array, given, rtol=2**-7)
        assert np.array_equal(array, array.astype(np.float32))
    with pytest.warns(RnnvizWarning):
        read = load(FILES / "half.safetensors")
    full = load(FILES / "gru.safetensors")
    for k, layer in enumerate(read.layers):
        for name, array in layer.params["forward"].arrays.items():
            was = full.layers[k].params["forward"].arrays[name]
            np.testing.assert_allclose(array, was, rtol=2**-8, err_msg=name)


@pytest.mark.parametrize(
    ("dtype", "size"), [("I8", 1), ("U8", 1), ("BOOL", 1), ("F8_E4M3", 1), ("U16", 2)]
)
def test_numbers_that_alone_are_no_weights_refuse_the_part(tmp_path, dtype, size):
    content = lambda array: bytes(size * array.size)  # noqa: E731
    path = file(tmp_path / "w.safetensors", *gru(dtype, content))
    assert refusal(path) == f"wanted what rnnviz computes, got {dtype} (weight_ih_l0)"


OK = entry("F32", [2], 0, 8)
LYING = {
    "overlap": ({"a": OK, "b": entry("F32", [2], 4, 12)}, bytes(12)),
    "the same bytes": ({"a": OK, "b": OK}, bytes(8)),
    "hole": ({"a": OK, "b": entry("F32", [2], 12, 20)}, bytes(20)),
    "backward": ({"a": entry("F32", [2], 8, 0)}, bytes(8)),
    "out of range": ({"a": OK}, bytes(4)),
    "far out of range": ({"a": entry("F32", [2**40], 0, 2**42)}, bytes(8)),
    "bytes left over": ({"a": OK}, bytes(12)),
    "shape and bytes": ({"a": entry("F32", [3], 0, 8)}, bytes(8)),
    "negative": ({"a": entry("F32", [-2], 0, 8)}, bytes(8)),
    "overflow": ({"a": entry("F32", [2**40, 2**40], 0, 8)}, bytes(8)),
    "unknown type": ({"a": entry("X9", [2], 0, 8)}, bytes(8)),
    "no JSON": (b"{xx", b""),
    "a name twice": (b'{"a":%s,"a":%s}' % ((json.dumps(OK).encode(),) * 2), bytes(8)),
}


def test_a_header_that_says_the_truth(tmp_path):
    header = {"a": OK, "b": entry("F32", [1], 8, 12)}
    path = file(tmp_path / "w.safetensors", header, bytes(12))
    assert contents(path).others == (("a", (2,)), ("b", (1,)))


@pytest.mark.parametrize("case", LYING)
def test_a_header_that_lies_is_refused(tmp_path, case):
    path = file(tmp_path / "w.safetensors", *LYING[case])
    said = refusal(path, call=contents)  # the library's words, which are not always the same
    assert said.startswith("wanted a safetensors file, got: ")


@pytest.mark.parametrize("length", [3, 200_000_000, 2**40, 2**64 - 1])
def test_a_header_of_another_length_than_it_says(tmp_path, length):
    path = file(tmp_path / "w.safetensors", {"a": OK}, bytes(8), length)
    assert broken(path).startswith("wanted a safetensors file, got: ")


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(RnnvizError) as said:
        load(FILES / "gru.safetensors")
    assert str(said.value) == (
        "safetensors: wanted for .safetensors files, not installed; "
        "pip install 'rnnviz[safetensors]'"
    )


def test_a_file_without_recurrent_weights(tmp_path):
    path = write(tmp_path / "w.safetensors", {"fc.weight": np.ones((2, 3))})
    assert refusal(path).endswith("(PyTorch's names), got 'fc.weight'")
    assert contents(path).others == (("fc.weight", (2, 3)),)
    assert contents(path).format == "safetensors"


def test_an_odd_name_of_a_file(tmp_path):
    for stem in ("it's", "línea ω 序", "line\nbreak", "\udcff"):
        path = write(tmp_path / "w.safetensors", state("rnn")).rename(
            tmp_path / f"{stem}.safetensors"
        )
        assert rv.load(str(path), convention="pytorch").layers
