"""A transparent picture can be laid on white and on black: near what is drawn nothing shows."""

import av
import numpy as np
import pytest
from PIL import Image

import rnnviz.video.render as rendering
from picture import pictures, view
from rnnviz.theme import channels, contrast
from rnnviz.video.halo import grown, haloed
from rnnviz.video.settings import Settings
from scenes.lstm import LSTMCell
from scenes.rnn import RNNCell

SMALL = {"width": 960, "height": 540, "fps": 5, "format": "png", "still": True}
OPAQUE, NEAR = 250, 2  # the least alpha, and how far from what is drawn it is wanted


def still(path, shown, monkeypatch):
    """Return the last frame of the LSTM's scene, transparent, and its alpha without a rim."""
    plain = []

    def noted(frame):
        plain.append(frame[..., 3].copy())
        return haloed(frame)

    monkeypatch.setattr("rnnviz.video.take.haloed", noted)
    made = rendering.render(LSTMCell, shown, path, Settings(**SMALL, transparent=True)).path
    return np.asarray(Image.open(made).convert("RGBA")), plain[-1]


def bare(drawn, alpha, rows=slice(None), columns=slice(None)):
    """Return how many pixels near what is drawn let through what the picture is laid on."""
    near = grown(np.where(drawn > 80, np.uint8(255), np.uint8(0)), NEAR) > 0
    return int((near & (alpha < OPAQUE))[rows, columns].sum())


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_text_and_line_has_its_own_ground(tmp_path, monkeypatch, theme):
    shown = view("lstm", theme, steps=1)
    rimmed, drawn = still(tmp_path / "rimmed.png", shown, monkeypatch)
    alpha = rimmed[..., 3]
    assert bare(drawn, alpha) == 0
    assert bare(drawn, drawn) > 1000  # without a rim
    assert alpha[500:530, 20:40].min() == 255  # the band
    assert alpha[410, 20] == 0  # where nothing is

    texts = pictures("lstm", shown)[-1].texts
    assert len(texts) > 30
    for text in texts:
        assert contrast(text.colour, text.ground) >= 4.5
        rows = slice(int(text.box.top / 2), int(text.box.bottom / 2) + 1)
        columns = slice(int(text.box.left / 2), int(text.box.right / 2) + 1)
        here = rimmed[rows, columns].astype(int)
        assert (np.abs(here[..., :3] - channels(text.ground)).max(axis=2) > 60).any(), text.text
        assert bare(drawn, alpha, rows, columns) == 0, text.text


def test_the_frames_of_a_video_have_the_rim_too(tmp_path):
    shown = view("rnn", steps=1, pace=0.1)
    settings = Settings(width=320, height=180, fps=5, format="mov", transparent=True)
    path = rendering.render(RNNCell, shown, tmp_path / "rnn.mov", settings).path
    seen = 0
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            picture = frame.to_ndarray(format="rgba")
            away = np.abs(picture[..., :3].astype(int) - channels(shown.theme.background)).max(2)
            ink = np.where((away > 128) & (picture[..., 3] > 128), np.uint8(255), np.uint8(0))
            assert picture[..., 3][grown(ink, 1) > 0].min() >= OPAQUE
            seen += 1
    assert seen > 10


def test_grown_takes_the_largest_value_within_a_circle():
    rng = np.random.default_rng(4)
    channel = np.where(rng.random((30, 41)) > 0.98, rng.integers(1, 255, (30, 41)), 0)
    channel = channel.astype(np.uint8)
    wanted = np.zeros_like(channel)
    y, x = np.ogrid[:30, :41]
    for row, column in zip(*channel.nonzero(), strict=True):
        near = (y - row) ** 2 + (x - column) ** 2 <= 4.5**2
        wanted[near] = np.maximum(wanted[near], channel[row, column])
    assert (grown(channel, 4) == wanted).all()
    assert (grown(channel, 0) == channel).all()


def test_a_rim_is_full_around_a_thin_line_and_keeps_the_colours():
    frame = np.full((1080, 40, 4), 200, np.uint8)
    frame[..., 3] = 0
    assert (haloed(frame) == frame).all()
    frame[500, :, 3] = 70  # a line that covers a quarter of its pixels
    made = haloed(frame)
    assert (made[..., :3] == 200).all()
    assert made[494:507, :, 3].min() >= OPAQUE
    assert made[:490, :, 3].max() == made[511:, :, 3].max() == 0
    assert (made[..., 3] >= frame[..., 3]).all()
