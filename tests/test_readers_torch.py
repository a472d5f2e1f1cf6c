"""What torch.save writes: PyTorch's files give PyTorch's numbers, and no code in one runs."""

import argparse
import os
import pickle
import sys
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz import RnnvizError, RnnvizWarning, contents, load
from weight_files import GATES, broken, refusal, state

FILES = Path(__file__).parent / "files"
CLOSE = {"rtol": 1e-12, "atol": 1e-14}
WANTED = "wanted a state dict (save model.state_dict()), got "


def saved(path, record, **options):
    torch.save(record, path, **options)
    return path


def tensors(**options):
    return {name: torch.tensor(array) for name, array in state("lstm", **options).items()}


class Canary:
    """Touches a file when it is unpickled as pickle would."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch '{self.path}'",)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.GRU(3, 2)


# What is read


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_what_pytorch_wrote_gives_what_pytorch_computed(name):
    model = load(FILES / f"{name}.pt", convention="relu" if name == "rnn" else None)
    h = model.trace(np.load(FILES / "input.npy")).hidden
    np.testing.assert_allclose(h, np.load(FILES / f"{name}_h.npy"), **CLOSE)


@pytest.mark.filterwarnings("ignore:.*assumed tanh:rnnviz.RnnvizWarning")
@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize(
    ("layers", "two", "bias"), [(1, False, False), (1, True, True), (3, True, True)]
)
def test_modules_of_this_torch_give_the_same_numbers(tmp_path, cell, layers, two, bias):
    torch.manual_seed(3)
    kind = getattr(torch.nn, cell.upper())
    module = kind(3, 4, layers, bias=bias, bidirectional=two).double()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    x = torch.randn(6, 2, 3, dtype=torch.float64)
    model = load(saved(tmp_path / "w.pth", module.state_dict()))
    assert model.layers[0].cell.biases == 2 * bias
    expected = module(x)[0].detach().numpy()
    np.testing.assert_allclose(model.trace(x.numpy()).hidden, expected, **CLOSE)


@pytest.mark.parametrize("cell", GATES)
def test_a_cell_of_its_own_has_no_layer_in_its_names(tmp_path, cell):
    module = getattr(torch.nn, f"{cell.upper()}Cell")(3, 2).double()
    path = saved(tmp_path / "w.pt", {f"cell.{k}": v for k, v in module.state_dict().items()})
    (part,) = contents(path).parts
    x, state_ = torch.randn(4, 1, 3, dtype=torch.float64), None
    for step in x:
        state_ = module(step, state_)
    h = state_[0] if cell == "lstm" else state_
    traced = part.model.trace(x.numpy())
    assert part.name == "cell"
    np.testing.assert_allclose(traced.hidden[-1], h.detach().numpy(), **CLOSE)


@pytest.mark.filterwarnings("ignore:.*assumed tanh:rnnviz.RnnvizWarning")
def test_a_file_from_before_1_6():
    old, new = (load(FILES / name).layers[0].params["forward"] for name in ("legacy.pt", "rnn.pt"))
    for name, array in old.arrays.items():
        np.testing.assert_array_equal(array, new.arrays[name])


def test_a_checkpoint_holds_a_state_dict():
    found = contents(FILES / "checkpoint.pt")
    assert [part.name for part in found.parts] == ["lstm"]
    assert found.others[:3] == (("embed.weight", (7, 3)), ("fc.weight", (2, 4)), ("fc.bias", (2,)))
    assert found.others[3][0] == "optimizer_state_dict.state.0.step"
    record = torch.load(FILES / "checkpoint.pt", weights_only=True)["model_state_dict"]
    arrays = load(FILES / "checkpoint.pt").layers[0].params["forward"].arrays
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, record[f"lstm.{name}_l0"].numpy())


def test_where_two_dicts_hold_recurrent_weights_their_keys_tell_them_apart(tmp_path):
    record = {"model": tensors(prefix="lstm."), "ema": tensors(prefix="lstm.", seed=1), "epoch": 1}
    path = saved(tmp_path / "w.pt", record)
    assert [part.name for part in contents(path).parts] == ["model.lstm", "ema.lstm"]
    read = load(path, "ema.lstm").layers[0].params["forward"].weight_ih
    np.testing.assert_array_equal(read, record["ema"]["lstm.weight_ih_l0"].numpy())
    assert "wanted the name of one part of 'model.lstm', 'ema.lstm'" in refusal(path)


def test_tensors_of_any_make(tmp_path):
    given = tensors()
    record = OrderedDict(
        (name, torch.nn.Parameter(tensor.t().contiguous().t())) for name, tensor in given.items()
    )
    record["extra"] = {"list": [1, 2], "none": None, "text": "x"}
    arrays = load(saved(tmp_path / "w.pt", record)).layers[0].params["forward"].arrays
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, given[f"{name}_l0"].numpy())


def test_16_bits_are_raised_with_one_warning(tmp_path):
    with pytest.warns(RnnvizWarning, match=r"half.pt: bfloat16 weights \(weight_ih_l0, ") as caught:
        model = load(FILES / "half.pt")
    assert [warning.filename for warning in caught] == [__file__]
    record = torch.load(FILES / "half.pt", weights_only=True)
    read = model.layers[1].params["forward"].weight_hh
    np.testing.assert_array_equal(read, record["weight_hh_l1"].double().numpy())
    path = saved(tmp_path / "w.pt", {name: tensor.half() for name, tensor in tensors().items()})
    with pytest.warns(RnnvizWarning, match="float16 weights"):
        load(path)


# What is refused: the part


def test_a_projection_is_refused_by_name_and_hides_nothing():
    found = contents(FILES / "projected.pt")
    assert [(part.name, part.refusal) for part in found.parts] == [
        ("a", "projection (weight_hr_l0)"),
        ("b", ""),
    ]
    assert load(FILES / "projected.pt", "b").layers[0].cell.name == "gru"


def test_weight_norm_is_refused_by_name():
    assert refusal(FILES / "normed.pt") == (
        "part 'lstm': wanted what rnnviz computes, "
        "got parametrization (parametrizations.weight_hh_l0.original0)"
    )


def odd_tensors():
    weight = torch.ones(8, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and in files all the same
        yield "qint8", torch.quantize_per_tensor(weight, 0.1, 0, torch.qint8)
    yield "int8", weight.to(torch.int8)
    yield "bool", weight.bool()
    yield "complex64", weight.to(torch.complex64)
    yield "float8_e5m2", weight.to(torch.float8_e5m2)
    yield "sparse_coo float32", weight.to_sparse()
    yield "meta float32", torch.ones(8, 2, device="meta")


@pytest.mark.parametrize("said", [said for said, _ in odd_tensors()])
def test_tensors_that_alone_are_no_weights_refuse_the_part(tmp_path, said):
    record = tensors() | {"weight_hh_l0": dict(odd_tensors())[said]}
    path = saved(tmp_path / "w.pt", record)
    assert refusal(path) == f"wanted what rnnviz computes, got {said} (weight_hh_l0)"


# What is refused: the file, and nothing in it runs


@pytest.mark.parametrize("zipped", [True, False])
def test_a_class_of_its_own_never_runs(tmp_path, zipped):
    canary = tmp_path / "canary"
    record = tensors() | {"config": Canary(canary)}
    path = saved(tmp_path / "w.pt", record, _use_new_zipfile_serialization=zipped)
    assert broken(path) == f"{WANTED}a pickled object of posix.system"
    assert not canary.exists()
    torch.load(path, weights_only=False)  # the canary is alive: it sings where it is let
    assert canary.exists()


def test_a_plain_pickle_never_runs(tmp_path):
    canary = tmp_path / "canary"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / "w.pt").write_bytes(pickle.dumps(Canary(canary), protocol))
        assert broken(tmp_path / "w.pt").startswith("wanted a ")
    assert not canary.exists()


def test_a_module_is_refused_with_what_to_save_instead(tmp_path):
    for module, said in (
        (torch.nn.LSTM(3, 2), "torch.nn.modules.rnn.LSTM"),
        (Net(), f"{__name__}.Net"),
        ({"args": argparse.Namespace(a=1)} | tensors(), "argparse.Namespace"),
        ({"loss": np.float64(1)} | tensors(), "numpy._core.multiarray.scalar"),
    ):
        path = saved(tmp_path / "w.pt", module)
        assert broken(path) == f"{WANTED}a pickled object of {said}"


def test_torchscript_is_refused(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and in files all the same
        torch.jit.script(torch.nn.GRU(3, 2)).save(str(tmp_path / "w.pt"))
    assert broken(tmp_path / "w.pt") == f"{WANTED}a TorchScript archive"


def test_records_that_are_no_dicts(tmp_path):
    for record, said in (
        (torch.ones(2), "an object of torch.Tensor"),
        ([torch.ones(2)], "an object of builtins.list"),
        (None, "an object of builtins.NoneType"),
        ({"a.b": torch.ones(2), "a": {"b": torch.ones(2)}}, "two tensors of one name"),
    ):
        assert broken(saved(tmp_path / "w.pt", record)) == WANTED + said
    assert refusal(saved(tmp_path / "w.pt", {})).endswith("(PyTorch's names), got nothing")


def test_dicts_that_hold_themselves_or_go_deep(tmp_path):
    circle = tensors()
    circle["again"] = {"and again": circle}
    assert load(saved(tmp_path / "w.pt", circle)).layers
    wide = tensors()
    for _ in range(40):  # 2**40 ways down, each dict looked at once
        wide = {"a": wide, "b": wide}
    assert len(contents(saved(tmp_path / "w.pt", wide)).parts) == 1


def test_a_tensor_that_says_to_be_larger_than_the_file(tmp_path):
    record = tensors() | {"weight_ih_l0": torch.ones(1, 1).expand(8, 2**40)}
    path = saved(tmp_path / "w.pt", record)
    assert "wanted at most 4294967296 bytes of weights, got " in broken(path)


def edited(path, change, compression=zipfile.ZIP_STORED):
    """Write a .pt again with its entries changed, each with a right checksum."""
    with zipfile.ZipFile(path) as archive:
        entries = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in change(entries).items():
            archive.writestr(name, content)
    return path


def test_archives_that_lie(tmp_path):
    path = saved(tmp_path / "w.pt", {"weight_hh_l0": torch.ones(8, 2)})

    def pickled(old, new):
        return lambda entries: {
            name: content.replace(old, new) if name.endswith("data.pkl") else content
            for name, content in entries.items()
        }

    edited(path, lambda entries: entries)
    assert broken_part(path).startswith("wanted weight_ih_l0 too")  # editing alone breaks nothing
    for change in (
        pickled(b"cpuq\x06K\x10", b"cpuq\x06J\x00\x00\x00\x40"),  # 2**30 numbers in the storage
        pickled(b"K\x08K\x02\x86", b"J\x00\x00\x00\x20K\x02\x86"),  # 2**29 rows in the tensor
        pickled(b"QK\x00K\x08", b"QJ\xff\xff\xff\xffK\x08"),  # an offset of −1
        pickled(b"K\x02K\x01\x86", b"J\xff\xff\xff\xffK\x01\x86"),  # a stride of −1
        lambda entries: {name: text for name, text in entries.items() if "data/0" not in name},
        lambda entries: {name: text for name, text in entries.items() if "data.pkl" not in name},
    ):
        saved(path, {"weight_hh_l0": torch.ones(8, 2)})
        assert broken(edited(path, change)).startswith(WANTED)
    saved(path, {"weight_hh_l0": torch.ones(2**16, 2)})
    squeezed = edited(path, lambda entries: entries, zipfile.ZIP_DEFLATED)
    assert broken(squeezed) == f"{WANTED}entries larger than the file"


def broken_part(path):
    (part,) = contents(path).parts
    return part.refusal


def test_a_flipped_bit_is_noticed(tmp_path):
    path = saved(tmp_path / "w.pt", tensors())
    content = bytearray(path.read_bytes())
    content[content.index(tensors()["weight_hh_l0"].numpy().tobytes()) + 3] ^= 1
    path.write_bytes(content)
    assert broken(path) == f"{WANTED}a broken file: wrong checksum of 'w/data/1'"


def test_only_the_loader_of_weights_alone_is_used(monkeypatch, tmp_path):
    calls = []

    def refusing(*args, **options):
        calls.append(options)
        raise pickle.UnpicklingError("no")

    monkeypatch.setattr(torch, "load", refusing)
    path = saved(tmp_path / "w.pt", tensors())
    assert refusal(path) == f"{WANTED}a broken file: UnpicklingError: no"
    assert calls == [{"map_location": "cpu", "weights_only": True}]


@pytest.mark.parametrize("version", ["2.9.1+cu128", "1.13.0", "2.4"])
def test_a_torch_whose_loader_has_holes_is_not_used(monkeypatch, version):
    monkeypatch.setattr(torch, "__version__", version)
    monkeypatch.setattr(torch, "load", None)
    with pytest.raises(RnnvizError) as said:
        load(FILES / "gru.pt")
    assert str(said.value) == f"torch: wanted 2.10 or newer for .pt files, got {version}"


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(RnnvizError) as said:
        load(FILES / "gru.pt")
    assert str(said.value) == (
        "torch: wanted for .pt files, not installed; pip install 'rnnviz[torch]'"
    )


def test_torchs_own_warnings_are_not_passed_on(recwarn):
    load(FILES / "legacy.pt", convention="pytorch")
    load(FILES / "lstm.pt")
    assert [str(warning.message) for warning in recwarn] == []
