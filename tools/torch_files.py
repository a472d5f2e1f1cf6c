"""Make the files of weights that tests/test_readers_torch.py reads, written by PyTorch itself.

They are committed, with what PyTorch computes from them, so that reading them can be checked where
PyTorch is not installed. To make them again, in an environment of its own::

    python -m venv /tmp/torchvenv
    /tmp/torchvenv/bin/pip install torch==2.13.0 safetensors numpy
    /tmp/torchvenv/bin/python tools/torch_files.py

In ``tests/files/``, all with 3 inputs and weights in float32:

- ``input.npy`` (T, B, I) = (5, 2, 3) in float64: what every model below runs on;
- ``lstm.pt``, ``.safetensors``: two bidirectional layers of 4 units, trained for a few steps to
  tell whether a sequence's sum is positive; ``lstm_h.npy`` (T, B, 2·H) is its output;
- ``gru.pt``, ``.safetensors``: two layers of 4 units; ``gru_h.npy``;
- ``rnn.pt``, ``.safetensors``: one layer of 4 units with relu, which the files do not say;
  ``rnn_h.npy``;
- ``checkpoint.pt``: a dict with ``epoch``, ``model_state_dict`` and ``optimizer_state_dict``; the
  model has an embedding, an LSTM and a linear layer; ``checkpoint.safetensors``, only the model;
- ``half.pt``, ``half.safetensors``: the GRU's weights in bfloat16;
- ``projected.pt``: an LSTM with a projection beside a GRU without; ``normed.pt``: weight norm;
- ``legacy.pt``: the RNN as torch.save wrote it before 1.6.

The outputs are computed in float64 from the weights in float32, from states of zero.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

FILES = Path(__file__).resolve().parent.parent / "tests" / "files"
INPUTS, HIDDEN = 3, 4


class Classifier(nn.Module):
    """Tokens to classes, by way of an LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(7, INPUTS)
        self.lstm = nn.LSTM(INPUTS, HIDDEN)
        self.fc = nn.Linear(HIDDEN, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        logits: Tensor = self.fc(self.lstm(self.embed(tokens))[0][-1])
        return logits


def save(name: str, module: nn.RNNBase, x: Tensor) -> None:
    """Write a module's weights in both formats, and its outputs on x."""
    torch.save(module.state_dict(), FILES / f"{name}.pt")
    save_file(module.state_dict(), FILES / f"{name}.safetensors")
    with torch.no_grad():
        h = module.double()(x)[0].numpy()
    module.float()
    np.save(FILES / f"{name}_h.npy", h, allow_pickle=False)


def trained(x: Tensor) -> nn.LSTM:
    """Return an LSTM after a few steps of training to tell the sign of the sum of x."""
    lstm = nn.LSTM(INPUTS, HIDDEN, num_layers=2, bidirectional=True)
    readout = nn.Linear(2 * HIDDEN, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=0.05)
    many = torch.randn(len(x), 64, INPUTS)
    wanted = (many.sum((0, 2)) > 0).float()
    for _ in range(30):
        optimizer.zero_grad()
        logits = readout(lstm(many)[0][-1]).squeeze(-1)
        nn.functional.binary_cross_entropy_with_logits(logits, wanted).backward()
        optimizer.step()
    return lstm


def checkpoint() -> None:
    model = Classifier()
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randint(7, (4, 2))).sum().backward()
    optimizer.step()
    record = {
        "epoch": 3,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
    }
    torch.save(record, FILES / "checkpoint.pt")
    save_file(model.state_dict(), FILES / "checkpoint.safetensors")


def odd(gru: nn.GRU, rnn: nn.RNN) -> None:
    """Write what has 16 bits, and what is refused or old."""
    half = {key: value.bfloat16() for key, value in gru.state_dict().items()}
    torch.save(half, FILES / "half.pt")
    save_file(half, FILES / "half.safetensors")
    both = nn.ModuleDict({"a": nn.LSTM(INPUTS, HIDDEN, proj_size=2), "b": nn.GRU(INPUTS, HIDDEN)})
    torch.save(both.state_dict(), FILES / "projected.pt")
    normed = nn.utils.parametrizations.weight_norm(nn.LSTM(INPUTS, HIDDEN), "weight_hh_l0")
    torch.save(
        {f"lstm.{key}": value for key, value in normed.state_dict().items()}, FILES / "normed.pt"
    )
    torch.save(rnn.state_dict(), FILES / "legacy.pt", _use_new_zipfile_serialization=False)


def main() -> None:
    FILES.mkdir(exist_ok=True)
    torch.manual_seed(11)
    x = torch.randn(5, 2, INPUTS, dtype=torch.float64)
    np.save(FILES / "input.npy", x.numpy(), allow_pickle=False)
    gru = nn.GRU(INPUTS, HIDDEN, num_layers=2)
    rnn = nn.RNN(INPUTS, HIDDEN, nonlinearity="relu")
    save("lstm", trained(x), x)
    save("gru", gru, x)
    save("rnn", rnn, x)
    checkpoint()
    odd(gru, rnn)
    for path in sorted(FILES.glob("*.*")):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
