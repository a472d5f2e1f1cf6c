"""Real files from real renders, small and short: every format, decoded again."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from manim import Scene
from PIL import Image

import rnnviz as rv
from picture import view
from rnnviz.files import replacing_folder
from rnnviz.stage import View
from rnnviz.video.render import render
from rnnviz.video.settings import Settings
from scenes.rnn import RNNCell

ROOT = Path(__file__).parents[1]
SMALL = {"width": 320, "height": 180, "fps": 5}


def short(**more) -> View:
    return view("rnn", steps=1, pace=0.1, **more)


def frames(path):
    """Return the frames of a video as arrays and its stream's codec, size and rate."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        shown = [frame.to_ndarray(format="rgba") for frame in file.decode(stream)]
        return shown, stream.codec_context


def test_an_mp4_is_h264_starts_at_once_and_ends_with_the_recap(tmp_path):
    path = render(RNNCell, short(), tmp_path / "rnn.mp4", Settings(**SMALL))
    shown, codec = frames(path)
    assert (codec.name, codec.pix_fmt, codec.width, codec.height) == ("h264", "yuv420p", 320, 180)
    assert len(shown) > 5
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    still = render(
        RNNCell, short(), tmp_path / "rnn.png", Settings(**SMALL, format="png", still=True)
    )
    last = np.asarray(Image.open(still).convert("RGB"), dtype=float)
    assert np.abs(last - shown[-1][..., :3]).mean() < 4.0
    assert np.abs(last - shown[0][..., :3]).mean() > 2 * np.abs(last - shown[-1][..., :3]).mean()


@pytest.mark.parametrize(("kind", "codec"), [("mov", "qtrle"), ("webm", "libvpx-vp9")])
def test_a_transparent_video_has_a_real_alpha_channel(tmp_path, kind, codec):
    settings = Settings(**SMALL, format=kind, transparent=True)
    path = render(RNNCell, short(), tmp_path / f"rnn.{kind}", settings)
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        if kind == "webm":  # the plain decoder drops alpha; libvpx keeps it
            decoder = av.CodecContext.create("libvpx-vp9", "r")
            pictures = [p for packet in file.demux(stream) for p in decoder.decode(packet)]
        else:
            pictures = list(file.decode(stream))
    assert pictures
    alpha = pictures[-1].to_ndarray(format="rgba")[..., 3]
    assert alpha[100, 2] == 0  # beside the panel, nothing is drawn
    assert alpha.max() == 255
    assert codec


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_transparent_picture_over_its_background_is_the_opaque_one(tmp_path, theme):
    still = {**SMALL, "format": "png", "still": True}
    shown = short(theme=theme)
    clear = render(RNNCell, shown, tmp_path / "c.png", Settings(**still, transparent=True))
    solid = render(RNNCell, shown, tmp_path / "s.png", Settings(**still))
    ground = Image.new("RGBA", (320, 180), shown.theme.background)
    over = Image.alpha_composite(ground, Image.open(clear).convert("RGBA")).convert("RGB")
    difference = np.abs(
        np.asarray(over, float) - np.asarray(Image.open(solid).convert("RGB"), float)
    )
    assert difference.max() <= 6


def test_a_gif_plays_at_its_rate(tmp_path):
    path = render(RNNCell, short(), tmp_path / "rnn.gif", Settings(**SMALL, format="gif"))
    with Image.open(path) as image:
        assert (image.format, image.size) == ("GIF", (320, 180))
        assert image.n_frames > 3


def test_png_frames_are_a_folder(tmp_path):
    path = render(RNNCell, short(), tmp_path / "frames", Settings(**SMALL, format="png"))
    made = sorted(path.glob("*.png"))
    assert len(made) > 5
    with Image.open(made[-1]) as image:
        assert image.size == (320, 180)


def test_a_square_frame_still_holds_the_whole_picture(tmp_path):
    square = Settings(240, 240, 5, "png", still=True)
    path = render(RNNCell, short(), tmp_path / "rnn.png", square)
    picture = np.asarray(Image.open(path).convert("RGB"))
    assert picture.shape == (240, 240, 3)
    band = picture[:, 5]  # the caption band reaches both edges, with free space under and over it
    assert (band[:40] == 255).all()
    assert (band != 255).any()


@pytest.mark.parametrize("name", ["it's.mp4", 'a "b".mp4', "a b.mp4", "zwölf 十二.mp4", "a\nb.mp4"])
def test_any_name_works(tmp_path, name):
    folder = tmp_path / name.removesuffix(".mp4")
    folder.mkdir()
    path = render(RNNCell, short(title='It\'s "new" #1 *ö* $x$'), folder / name, Settings(**SMALL))
    assert path.stat().st_size > 1000
    assert list(folder.iterdir()) == [path]


class Fails(RNNCell):
    def construct(self) -> None:
        self.stage.play(self.storyboard["t1.in"])
        raise RuntimeError("half-way")


@pytest.mark.parametrize("still", [True, False])
def test_a_render_that_fails_leaves_the_old_file(tmp_path, still):
    path = tmp_path / "rnn.png"
    path.write_bytes(b"old")
    settings = Settings(**SMALL, format="png" if still else "mp4", still=still)
    with pytest.raises(RuntimeError, match="half-way"):
        render(Fails, short(), path, settings)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


class Nothing(Scene):
    pass


def test_a_scene_that_shows_nothing_is_refused(tmp_path):
    with pytest.raises(rv.RnnvizError, match="wanted an animation, Nothing plays none"):
        render(Nothing, short(), tmp_path / "x.mp4", Settings(**SMALL))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_replaced_only_as_a_whole(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "old.png").write_bytes(b"old")

    def fail():
        with replacing_folder(folder) as new:
            (new / "new.png").write_bytes(b"new")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail()
    assert [path.name for path in folder.iterdir()] == ["old.png"]
    with replacing_folder(folder) as new:
        (new / "new.png").write_bytes(b"new")
    assert [path.name for path in folder.iterdir()] == ["new.png"]
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"width": 10}, "width: wanted 64 to 7680, got 10"),
        ({"height": 9000}, "height: wanted 64 to 7680, got 9000"),
        ({"fps": 0}, "fps: wanted 1 to 240, got 0"),
        ({"format": "avi"}, "format: wanted one of mp4, webm, mov, gif, png, got 'avi'"),
        ({"transparent": True}, "for a transparent background, got 'mp4'"),
        ({"still": True}, "wanted 'png' for a still, got 'mp4'"),
        ({"width": 321}, "wanted even sides for mp4, got 321,180"),
        ({"format": "gif", "fps": 60}, "fps: wanted at most 50 for gif, got 60"),
    ],
)
def test_settings_that_cannot_be_met_are_refused(changed, message):
    with pytest.raises(rv.RnnvizError, match=message):
        Settings(**(SMALL | changed))


@pytest.mark.parametrize(
    ("file", "scene"),
    [("legend", "Legend"), ("rnn", "RNNCell"), ("lstm", "LSTMCell"), ("gru", "GRUCell")],
)
def test_plain_manim_renders_the_scene_files(tmp_path, file, scene):
    command = [sys.executable, "-m", "manim", "render", "-s", "-r", "320,180", "--media_dir"]
    done = subprocess.run(
        [*command, str(tmp_path), str(ROOT / "scenes" / f"{file}.py"), scene],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (image,) = tmp_path.rglob(f"{scene}*.png")
    with Image.open(image) as made:
        assert made.size == (320, 180)
        assert len(made.convert("RGB").getcolors(100_000)) > 20


def test_scenes_are_importable_from_the_package():
    from rnnviz.scenes.lstm import LSTMCell

    assert issubclass(LSTMCell, Scene)
    assert LSTMCell.cell == "lstm"
