"""Weights in PyTorch's names: parts, layers, directions, what is refused and by which name."""

import json
import os
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rnnviz
from rnnviz import RnnvizError, RnnvizWarning, contents, load
from rnnviz.conventions import CONVENTIONS
from rnnviz.params import NAMES
from rnnviz.readers.npy import MAX_BYTES
from rnnviz.readers.parts import Contents, Part
from weight_files import GATES, broken, npy, npz, refusal, state, write

FINITE = st.floats(allow_nan=False, allow_infinity=False)
GRU = state("gru")
EXTENSIONS = (".npz", ".json", ".safetensors", ".pt")
every_extension = pytest.mark.parametrize("extension", EXTENSIONS)


def layer_arrays(model, k, direction="forward"):
    return model.layers[k].params[direction].arrays


# What is read


@settings(max_examples=30, deadline=None)
@given(
    data=st.data(),
    cell=st.sampled_from(sorted(GATES)),
    suffix=st.sampled_from(["", "_l0"]),
    prefix=st.sampled_from(["", "gru.", "model.rnn."]),
    extension=st.sampled_from([".npz", ".json"]),
    bias=st.booleans(),
)
def test_one_layer_round_trip(tmp_path_factory, data, cell, suffix, prefix, extension, bias):
    width, hidden = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 4))
    rows = hidden * GATES[cell]
    shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden)}
    if bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    arrays = {
        name: data.draw(hnp.arrays(np.float64, shape, elements=FINITE))
        for name, shape in shapes.items()
    }
    path = tmp_path_factory.mktemp("params") / f"w{extension}"
    write(path, {f"{prefix}{name}{suffix}": array for name, array in arrays.items()})
    (part,) = contents(path).parts
    assert part.name == prefix.removesuffix(".")
    (layer,) = part.model.layers
    assert layer.cell.name == cell
    assert layer.cell.biases == 2 * bias
    assert layer.directions == ("forward",)
    assert (layer.input_size, layer.hidden_size) == (width, hidden)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(layer.params["forward"], name), arrays.get(name))


@pytest.mark.filterwarnings("ignore:.*assumed tanh:rnnviz.RnnvizWarning")
@every_extension
@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize(("layers", "two"), [(1, True), (2, False), (3, True)])
def test_layers_and_directions_keep_their_numbers(tmp_path, extension, cell, layers, two):
    given = state(cell, layers, two, prefix="encoder.rnn.")
    shuffled = {name: given[name] for name in sorted(given, reverse=True)}
    path = write(tmp_path / f"w{extension}", shuffled)
    model = load(path, part="encoder.rnn")
    assert len(model.layers) == layers
    for k, layer in enumerate(model.layers):
        assert layer.directions == ("forward", "backward")[: 1 + two]
        for direction, suffix in zip(layer.directions, ("", "_reverse"), strict=False):
            for name, array in layer_arrays(model, k, direction).items():
                np.testing.assert_array_equal(
                    array, given[f"encoder.rnn.{name}_l{k}{suffix}"], f"{k} {direction} {name}"
                )


@every_extension
def test_every_part_is_listed_and_others_with_their_shapes(tmp_path, extension):
    others = {"embed.weight": np.ones((7, 3)), "fc.bias": np.ones(2)}
    given = state("lstm", prefix="enc.") | state("gru", prefix="dec.cell.") | state("rnn") | others
    found = contents(write(tmp_path / f"w{extension}", given))
    kinds = {part.name: part.model.layers[0].cell.name for part in found.parts}
    assert kinds == {"enc": "lstm", "dec.cell": "gru", "": "rnn"}
    assert dict(found.others) == {"embed.weight": (7, 3), "fc.bias": (2,)}
    assert {part.name: part.assumed for part in found.parts if part.assumed} == {
        "": "tanh: the file does not say which activation"
    }


def test_entries_of_other_modules_are_not_read(tmp_path):
    others = {"embed.weight": np.array(["text"]), "readout.bias": np.full(3, np.nan)}
    objects = ("o.x.npy", npy(np.array([[None]]), allow_pickle=True))
    members = [(f"{name}.npy", npy(array)) for name, array in (GRU | others).items()]
    path = npz(tmp_path / "w.npz", *members, objects)
    np.testing.assert_array_equal(layer_arrays(load(path), 0)["weight_hh"], GRU["weight_hh_l0"])
    assert [name for name, _ in contents(path).others] == [*others, "o.x"]


def test_weights_of_whole_numbers(tmp_path):
    given = {name: np.rint(9 * array).astype(int) for name, array in GRU.items()}
    for extension in (".npz", ".json"):
        path = write(tmp_path / f"w{extension}", given)
        read = layer_arrays(load(path), 0)["weight_ih"]
        np.testing.assert_array_equal(read, given["weight_ih_l0"])
        assert read.dtype == np.float64


# Which part


def test_the_part_must_be_named_where_several_could_be_meant(tmp_path):
    given = state("gru", prefix="a.") | state("gru", prefix="b.", seed=1)
    path = write(tmp_path / "w.npz", given)
    assert refusal(path) == "wanted the name of one part of 'a', 'b', got none"
    assert refusal(path, part="c") == "wanted one of the parts 'a', 'b', got 'c'"
    for part in "ab":
        read = layer_arrays(load(path, part), 0)["bias_ih"]
        np.testing.assert_array_equal(read, given[f"{part}.bias_ih_l0"])


def test_a_refused_part_does_not_hide_the_others(tmp_path):
    given = state("lstm", prefix="a.") | {"a.weight_hr_l0": np.ones((1, 2))}
    path = write(tmp_path / "w.npz", given | state("gru", prefix="b."))
    bad, good = contents(path).parts
    assert (bad.name, bad.model, bad.refusal) == ("a", None, "projection (weight_hr_l0)")
    assert (good.name, good.refusal) == ("b", "")
    assert load(path, part="b").layers[0].cell.name == "gru"
    assert refusal(path, part="a") == (
        "part 'a': wanted what rnnviz computes, got projection (weight_hr_l0)"
    )


def test_a_part_is_a_model_or_a_refusal(tmp_path):
    with pytest.raises(RnnvizError, match="got neither"):
        Part("p", None)
    (good,) = contents(write(tmp_path / "w.npz", GRU)).parts
    with pytest.raises(RnnvizError, match="got both"):
        Part("p", good.model, "projection")


# Which variant


def test_the_same_weights_under_another_convention(tmp_path):
    path = write(tmp_path / "w.npz", state("rnn"))
    with pytest.warns(RnnvizWarning, match="assumed tanh.*; convention= settles it"):
        assumed = load(path)
    model = load(path, convention="relu")
    assert dict(model.layers[0].cell.choices)["activation"] == "relu"
    np.testing.assert_array_equal(
        layer_arrays(model, 0)["weight_hh"], layer_arrays(assumed, 0)["weight_hh"]
    )
    (part,) = contents(path, convention="relu").parts
    assert part.assumed == ""


def test_a_convention_decides_how_many_biases_are_wanted(tmp_path):
    both, none = state("gru"), state("gru", bias=False)
    one = {name: array for name, array in both.items() if name != "bias_hh_l0"}
    files = {name: tmp_path / f"{name}.npz" for name in ("both", "none", "one")}
    for name, arrays in (("both", both), ("none", none), ("one", one)):
        write(files[name], arrays)
    biases = lambda name, **options: load(files[name], **options).layers[0].cell.biases  # noqa: E731
    assert (biases("both"), biases("none")) == (2, 0)
    assert (biases("one", convention="keras-v1"), biases("none", convention="keras-v1")) == (1, 1)
    assert biases("none", convention="guide") == 0
    assert refusal(files["one"]) == "wanted both biases or none (bias=False), got only 'bias_ih_l0'"
    assert "wanted none for GRU" in refusal(files["both"], convention="guide")
    assert "wanted bias_ih alone for GRU" in refusal(files["both"], convention="keras-v1")


def test_a_convention_that_is_unknown_or_of_another_cell(tmp_path):
    path = write(tmp_path / "w.npz", state("rnn", prefix="a.") | state("lstm", prefix="b."))
    with pytest.raises(RnnvizError, match=r"convention: wanted one of pytorch, .*, got 'torch'"):
        load(path, "a", "torch")
    assert load(path, "a", "relu").layers[0].cell.name == "rnn"
    assert refusal(path, "b", "relu").startswith("part 'b': convention: wanted one of pytorch")


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_convention_takes_weights_of_its_shape(tmp_path, cell, convention):
    if cell not in CONVENTIONS[convention] or convention == "peepholes":
        return
    biases = rnnviz.conventions.cell_named(cell, convention).biases
    given = list(state(cell).items())[: 2 + biases]
    model = load(write(tmp_path / "w.npz", dict(given)), convention=convention)
    assert model.layers[0].cell == rnnviz.conventions.cell_named(cell, convention)


# What is refused: the part by name


BAD_PARTS = {
    "layer missing": (
        state("gru", 3, hidden=3) | {},
        ("weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"),
        "wanted weight_ih_l1 too, got 'bias_hh_l0', 'bias_hh_l2', 'bias_ih_l0', 'bias_ih_l2', "
        "'weight_hh_l0', 'weight_hh_l2' and 2 more",
    ),
    "far layer": (GRU | {"weight_ih_l9999": np.ones((6, 2))}, (), "wanted weight_ih_l1 too, got"),
    "half a direction": (
        GRU | {"bias_hh_l0_reverse": np.ones(6)},
        (),
        "wanted weight_ih_l0_reverse too, got 'bias_hh_l0'",
    ),
    "backward alone": (
        {f"{name}_reverse": array for name, array in GRU.items()},
        (),
        "wanted weight_ih_l0 too, got 'bias_hh_l0_reverse'",
    ),
    "second direction in one layer alone": (
        state("gru", 2, two=True),
        tuple(f"{name}_l1_reverse" for name in NAMES),
        "wanted weight_ih_l1_reverse too",
    ),
    "projection": (GRU | {"weight_hr_l0": np.ones((1, 2))}, (), "got projection (weight_hr_l0)"),
    "unknown": (GRU | {"peephole": np.ones(2)}, (), "got 'peephole'"),
    "weight norm": (
        GRU | {"weight_hh_l0_g": np.ones(2)},
        ("weight_hh_l0",),
        "got weight norm (weight_hh_l0_g)",
    ),
    "parametrization": (
        GRU | {"parametrizations.weight_hh_l0.original0": np.ones(2)},
        ("weight_hh_l0",),
        "got parametrization (parametrizations.weight_hh_l0.original0)",
    ),
    "both names": (
        GRU | {"bias_ih": np.ones(6)},
        (),
        "bias_ih: wanted once, got 'bias_ih' and 'bias_ih_l0'",
    ),
    "one bias": (
        GRU,
        ("bias_hh_l0",),
        "wanted both biases or none (bias=False), got only 'bias_ih",
    ),
    "other bias": (
        GRU,
        ("bias_ih_l0",),
        "wanted both biases or none (bias=False), got only 'bias_h",
    ),
    "one of four biases": (state("gru", 2), ("bias_hh_l1",), "wanted bias_hh_l1 too, got"),
    "biases in one layer": (
        state("gru", 2),
        ("bias_ih_l1", "bias_hh_l1"),
        "wanted bias_ih_l1 too",
    ),
    "no recurrent weight": (
        {"weight_ih_l0": GRU["weight_ih_l0"]},
        (),
        "wanted weight_hh_l0 too, got 'weight_ih_l0'",
    ),
    "two cells": (
        state("gru") | {name: array for name, array in state("lstm", 2).items() if "l1" in name},
        (),
        "wanted the same cell in each layer, got GRU in weight_hh_l0 and LSTM in weight_hh_l1",
    ),
    "not square": (
        GRU | {"weight_hh_l0": np.ones((6, 4))},
        (),
        "weight_hh_l0: wanted shape (G·H, H) with G one of 1 (RNN), 4 (LSTM), 3 (GRU) and H = 4 "
        "columns, got (6, 4)",
    ),
    "widths": (
        state("gru", 2) | {"weight_ih_l1": np.ones((6, 5))},
        (),
        "layer 2: wanted 5 inputs (its weight's columns), got 2",
    ),
    "gate dimension": (
        GRU | {"bias_hh_l0": np.ones(4)},
        (),
        "bias_hh: wanted 6 rows (G·H) like weight_ih, got 4",
    ),
    "transposed input weight": (
        GRU | {"weight_ih_l0": GRU["weight_ih_l0"].T},
        (),
        "weight_ih_l0: wanted shape (G·H, I) with G·H = 6, got (3, 6), which looks transposed",
    ),
    "transposed recurrent weight": (
        GRU | {"weight_hh_l0": GRU["weight_hh_l0"].T},
        (),
        "weight_hh_l0: wanted shape (G·H, H) with G·H = 6, got (2, 6), which looks transposed",
    ),
    "all transposed": (
        {name: array.T for name, array in state("lstm").items()},
        (),
        "which looks transposed (and may have another order of gates)",
    ),
    "flat": (GRU | {"weight_hh_l0": np.ones(6)}, (), "weight_hh_l0: wanted shape (G·H, H)"),
    "nan": (
        GRU | {"bias_ih_l0": np.array([0, 1, np.nan, 0, 0, 0])},
        (),
        "bias_ih_l0: wanted finite numbers, got nan at index [2]",
    ),
}


@every_extension
@pytest.mark.parametrize("case", BAD_PARTS)
def test_bad_parts_are_refused_in_a_line(tmp_path, case, extension):
    arrays, without, wanted = BAD_PARTS[case]
    kept = {name: array for name, array in arrays.items() if name not in without}
    path = write(tmp_path / f"w{extension}", kept)
    assert wanted in refusal(path)
    (part,) = contents(path).parts
    assert part.model is None
    assert list(tmp_path.iterdir()) == [path]


def test_a_nan_that_signals_is_refused_without_a_warning(tmp_path):
    bits = np.zeros(6, np.uint32)
    bits[4] = 0x7F800001  # which the cast to float64 would complain of
    path = write(tmp_path / "w.npz", GRU | {"bias_ih_l0": bits.view(np.float32)})
    assert refusal(path) == "bias_ih_l0: wanted finite numbers, got nan at index [4]"


def test_a_name_that_would_break_a_line_is_escaped(tmp_path):
    line = {"weight_hr\n": np.ones(2), "weight_ih": np.ones((6, 3)).astype("f2")}
    path = write(tmp_path / "w.npz", {f"a\nb.{name}": array for name, array in line.items()})
    with pytest.warns(RnnvizWarning) as caught:
        said = refusal(path)
    assert said == "part 'a\\nb': wanted what rnnviz computes, got projection ('weight_hr\\n')"
    assert "weights ('a\\nb.weight_ih')" in str(caught[0].message)


@pytest.mark.filterwarnings("ignore:.*assumed tanh:rnnviz.RnnvizWarning")
def test_a_square_weight_is_not_called_transposed(tmp_path):
    for cell, inputs in (("lstm", 8), ("gru", 6), ("rnn", 2)):
        path = write(tmp_path / "w.npz", state(cell, inputs=inputs))
        assert load(path).layers[0].input_size == inputs


# What is refused: the file


BAD_FILES = {
    "extension": ("w.bin", b"x", "wanted an extension of .npz, .json, .safetensors, .pt, .pth, "),
    "empty": ("w.npz", b"", "got an empty file"),
    "no zip": ("w.npz", b"PK nothing", "wanted an npz file, got: File is not a zip file"),
    "text": ("w.npz", b"hello", "wanted an npz file, got: File is not a zip file"),
    "json list": ("w.json", b"[1]", "wanted an object with weight_ih and weight_hh, got list"),
    "json twice": ("w.json", b'{"a": 1, "a": 2}', "wanted each key once, got 'a' twice"),
    "json cut off": ("w.json", b'{"weight_ih": [[1', "wanted JSON, got: "),
    "none of them": (
        "w.json",
        b'{"kernel": [[1]], "bias": [2]}',
        "wanted weight_ih_l0 and weight_hh_l0 (PyTorch's names), got 'kernel', 'bias'",
    ),
    "nothing": ("w.json", b"{}", "(PyTorch's names), got nothing"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_are_refused_in_a_line(tmp_path, case):
    name, content, wanted = BAD_FILES[case]
    (tmp_path / name).write_bytes(content)
    assert wanted in refusal(tmp_path / name)


def test_json_entries_that_are_no_arrays_of_numbers(tmp_path):
    path = tmp_path / "w.json"
    for weight, wanted in (
        ("a", "weight_ih: wanted real numbers of shape (G·H, I), got text"),
        ([[1], [2, 3]], "weight_ih: wanted numbers of shape (G·H, I), got ragged rows"),
        ({"x": 1}, "weight_ih: wanted real numbers of shape (G·H, I), got objects"),
        (None, "weight_ih: wanted real numbers of shape (G·H, I), got objects"),
    ):
        path.write_text(json.dumps({"weight_ih": weight, "weight_hh": [[1]], "x.notes": [[1], 2]}))
        assert refusal(path) == wanted
        assert contents(path).others == (("x.notes", ()),)


def test_an_npz_header_cannot_ask_for_more_than_the_member_holds(tmp_path):
    good = ("weight_ih.npy", npy(np.ones((6, 3))))
    for shape, wanted in (
        ("(1000000, 100)", "weight_hh: wanted 800000000 bytes"),
        ("(150000000, 1)", f"weight_hh: wanted at most {MAX_BYTES} bytes"),
        ("(1099511627776, 8)", "wanted at most 4294967296 bytes of weights, got"),
        ("(-1, 2)", "weight_hh: wanted no empty axis"),
    ):
        text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
        header = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
        path = npz(tmp_path / "w.npz", good, ("weight_hh.npy", header + bytes(64)))
        assert broken(path).startswith(wanted)


def test_npz_members_that_are_no_arrays_of_numbers(tmp_path):
    good = ("weight_ih.npy", npy(np.ones((6, 3))))
    objects = ("weight_hh.npy", npy(np.array([[None]]), allow_pickle=True))
    path = npz(tmp_path / "o.npz", good, objects)
    assert broken(path) == "weight_hh: wanted an array of real numbers, got objects"
    path = npz(tmp_path / "c.npz", good, ("weight_hh.npy", b"hello"))
    assert "weight_hh: wanted numpy's .npy format" in broken(path)
    path = npz(tmp_path / "z.npz", good, objects, compression=zipfile.ZIP_BZIP2)
    assert "weight_ih: wanted numpy's compression or none" in broken(path)


def test_a_flipped_bit_in_an_npz_is_noticed(tmp_path):
    path = write(tmp_path / "w.npz", GRU)
    content = bytearray(path.read_bytes())
    content[content.index(GRU["weight_hh_l0"].tobytes()) + 3] ^= 1
    path.write_bytes(content)
    assert "Bad CRC-32" in broken(path)


def test_an_entry_that_is_there_twice_is_refused(tmp_path):
    member = ("weight_ih.npy", npy(np.ones((6, 3))))
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = npz(tmp_path / "w.npz", member, member)
    assert broken(path) == "wanted each entry once, got one twice"


def test_weights_must_be_a_file(tmp_path):
    (tmp_path / "folder.npz").mkdir()
    os.mkfifo(tmp_path / "pipe.pt")
    for name in ("folder.npz", "pipe.pt"):
        assert "got something else" in refusal(tmp_path / name)
    assert "found nothing there" in refusal(tmp_path / "none.onnx")


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("cut", [1, 20, 0.5, -1, -30])
def test_a_file_that_is_cut_off_is_refused(tmp_path, extension, cut):
    path = write(tmp_path / f"w{extension}", GRU)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut) if isinstance(cut, float) else cut])
    assert "wanted" in broken(path)


LOOKS = {
    ".npz": "an npz archive",
    ".json": "JSON",
    ".safetensors": "a safetensors file",
    ".pt": "a file of torch.save",
}


@every_extension
@pytest.mark.parametrize("called", [*EXTENSIONS, ".keras", ".h5", ".onnx"])
def test_a_wrong_extension_is_said_as_such(tmp_path, extension, called):
    path = write(tmp_path / f"w{extension}", GRU).rename(tmp_path / f"renamed{called}")
    if called == extension:
        assert load(path).layers
    else:
        said = broken(path)
        assert said.startswith("wanted ")
        assert said.endswith(f" for {called}, this looks like {LOOKS[extension]}")


def test_other_kinds_of_files_are_told_too(tmp_path):
    for content, looks in (
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file"),
        (npy(np.ones(3)), "a single numpy array (.npy)"),
        (b"\x1f\x8b" + bytes(90), "a gzip file"),
        (b"\x80\x04\x95" + bytes(90), "a Python pickle"),
    ):
        (tmp_path / "w.npz").write_bytes(content)
        assert broken(tmp_path / "w.npz") == (
            f"wanted an npz archive for .npz, this looks like {looks}"
        )
    path = npz(tmp_path / "w.pt", ("config.json", "{}"), ("metadata.json", "{}"))
    assert broken(path).endswith("this looks like a Keras archive")


def test_the_names_are_public():
    assert rnnviz.load is load
    assert rnnviz.contents is contents
    assert Contents("npz", ()).others == ()
