"""Make the ONNX files that tests/test_onnx_files.py holds the reader to, with torch's exporters.

Torch is heavy, so the suite does not need it here: this script runs once where it is installed and
its results are committed. To make them again, in an environment of its own::

    python -m venv /tmp/torchvenv
    /tmp/torchvenv/bin/pip install torch==2.13.0 onnx onnxscript
    /tmp/torchvenv/bin/python tools/onnx_files.py

``tests/files/onnx_<module>_<exporter>.onnx`` is one module with random weights and biases, written
by torch's new exporter (dynamo) or by the old one (legacy), which name and arrange nodes in their
own ways. ``cut`` is not optimized, so that its weights are still as PyTorch has them and arranged
in the graph, as the new exporter always leaves weights of more than 8192 numbers. ``onnx.npz`` has
for each module its input ``<module>/x`` (T, B, I) and torch's output ``<module>/y`` (T, B, D·H).
All is in float64, apart from ``single`` in float32.

The notes of the new exporter on each node, which name places on this machine, are left out. It has
no RNN node, but unrolls one; ``onnx_rnn_dynamo.onnx`` is there to see that said.
"""

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

FILES = Path(__file__).resolve().parent.parent / "tests" / "files"
STEPS, BATCH, INPUTS = 4, 2, 3
MODULES = {
    "rnn": (nn.RNN, {"hidden_size": 2}),
    "relu": (nn.RNN, {"hidden_size": 2, "nonlinearity": "relu", "bias": False}),
    "lstm": (nn.LSTM, {"hidden_size": 2}),
    "gru": (nn.GRU, {"hidden_size": 2}),
    "deep": (nn.LSTM, {"hidden_size": 2, "num_layers": 2, "bidirectional": True}),
    "first": (nn.GRU, {"hidden_size": 2, "num_layers": 2, "batch_first": True}),
    "cut": (nn.LSTM, {"hidden_size": 2, "bidirectional": True}),
    "single": (nn.GRU, {"hidden_size": 2}),
}
LEGACY = ("rnn", "relu", "lstm", "gru", "deep")
DYNAMO = ("rnn", "lstm", "gru", "deep", "first", "cut", "single")


class Sequences(nn.Module):
    """The module without the states that it returns too."""

    def __init__(self, module: nn.RNNBase) -> None:
        super().__init__()
        self.rnn = module

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.rnn(x)[0]
        return output


def exported(name: str, module: nn.Module, x: Tensor, dynamo: bool) -> None:
    path = FILES / f"onnx_{name}_{'dynamo' if dynamo else 'legacy'}.onnx"
    given = {"external_data": False, "optimize": name != "cut"} if dynamo else {}
    free = {0: "t", 1: "b"}
    if not dynamo and name != "deep":  # which stays as it is for one length and batch
        given["dynamic_axes"] = {"x": free}
    torch.onnx.export(
        module, (x,), str(path), input_names=["x"], dynamo=dynamo, verbose=False, **given
    )
    model = onnx.load(path)
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for part in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(model, path)
    print(f"{path.name}: {path.stat().st_size} bytes")


def main() -> None:
    kept: dict[str, np.ndarray] = {}
    for seed, (name, (kind, sizes)) in enumerate(MODULES.items()):
        torch.manual_seed(seed)
        dtype = torch.float32 if name == "single" else torch.float64
        module = Sequences(kind(INPUTS, **sizes)).to(dtype).eval()
        for parameter in module.parameters():
            nn.init.normal_(parameter, std=0.9)
        x = torch.randn(STEPS, BATCH, INPUTS, dtype=dtype)
        given = x.transpose(0, 1) if "batch_first" in sizes else x
        y = module(given)
        kept[f"{name}/x"] = x.numpy()
        kept[f"{name}/y"] = (y.transpose(0, 1) if "batch_first" in sizes else y).numpy()
        for dynamo, names in ((True, DYNAMO), (False, LEGACY)):
            if name in names:
                exported(name, module, given, dynamo)
    np.savez_compressed(FILES / "onnx.npz", allow_pickle=False, **kept)


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    warnings.simplefilter("ignore")  # torch's advice not to use the old exporter
    with torch.no_grad():
        main()
