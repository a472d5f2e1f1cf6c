"""Real files from real renders, small and short: every format, decoded again."""

import re
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import av
import numpy as np
import pytest
import srt
from PIL import Image

import rnnviz as rv
import rnnviz.video.render as rendering
from picture import view
from rnnviz.cues import heading
from rnnviz.scene_list import load_scene
from rnnviz.stage import DARK, LIGHT, CellScene, TracedScene, View, legend
from rnnviz.subtitles import folded
from rnnviz.video.settings import Settings
from scenes.rnn import RNNCell

ROOT = Path(__file__).parents[1]
SMALL = {"width": 320, "height": 180, "fps": 5}


def render(*given) -> Path:
    """Render, and return what was made."""
    return rendering.render(*given).path


def short(**more) -> View:
    return view("rnn", steps=1, pace=0.1, **more)


class Brief(RNNCell):
    """One beat: enough where any few frames will do."""

    def construct(self) -> None:
        self.stage.play(self.storyboard["t1.in"])


def brief(**more) -> View:
    return view("rnn", steps=1, pace=0.5, **more)


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
    path = render(Brief, brief(), tmp_path / f"rnn.{kind}", settings)
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
    path = render(Brief, brief(), tmp_path / "rnn.gif", Settings(**SMALL, format="gif"))
    with Image.open(path) as image:
        assert (image.format, image.size) == ("GIF", (320, 180))
        assert image.n_frames > 3


@pytest.mark.parametrize("transparent", [True, False])
def test_png_frames_are_a_folder(tmp_path, transparent):
    settings = Settings(**SMALL, format="png", transparent=transparent)
    path = render(Brief, brief(), tmp_path / "frames", settings)
    made = sorted(path.glob("*.png"))
    assert len(made) > 5
    with Image.open(made[-1]) as image:
        assert (image.size, image.mode) == ((320, 180), "RGBA" if transparent else "RGB")
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha[100, 2] == (0 if transparent else 255)  # beside the panel, nothing is drawn
    assert alpha.max() == 255


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
    path = render(Brief, brief(title='It\'s "new" #1 *ö* $x$'), folder / name, Settings(**SMALL))
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


class Watched(RNNCell):
    """Keeps the scenes that are made of it."""

    made: ClassVar[list[CellScene]] = []

    def construct(self) -> None:
        self.made.append(self)
        super().construct()


def test_chapters_and_subtitles_are_those_of_the_beats(tmp_path):
    settings = Settings(**SMALL, subtitles="srt", transcript=True)
    path = render(Watched, short(title="Mine", captions=False), tmp_path / "a.b.mp4", settings)
    cues = Watched.made.pop().cues()
    with av.open(str(path)) as file:
        chapters = [
            (
                one["start"] * one["time_base"],
                one["end"] * one["time_base"],
                one["metadata"]["title"],
            )
            for one in file.chapters()
        ]
        length = file.streams.video[0].frames / SMALL["fps"]
        assert file.metadata["title"] == "Mine"
    frame = 1 / SMALL["fps"]
    assert [title for _, _, title in chapters] == [heading(cue.beat) for cue in cues]
    assert "t = 1 · Sum" in [title for _, _, title in chapters]
    assert chapters[-1][2] == "Recap"
    for (start, _, _), cue in zip(chapters, cues, strict=True):
        assert abs(start - cue.start) < frame
    assert [end for _, end, _ in chapters][:-1] == [start for start, _, _ in chapters][1:]
    assert abs(chapters[-1][1] - length) < frame / 2
    assert abs(cues[-1].end - length) < frame / 2
    told = srt.parse((tmp_path / "a.b.srt").read_text("utf-8"))
    last = [part for part in told if part.content == folded(cues[-1].beat.caption)]
    assert abs(last[0].end.total_seconds() - length) < frame / 2
    text = (tmp_path / "a.b.txt").read_text("utf-8")
    assert text.startswith("Mine\n")
    assert f"\n0:00  {chapters[0][2]}  [t1.in]\n" in text
    assert {one.name for one in tmp_path.iterdir()} == {"a.b.mp4", "a.b.srt", "a.b.txt"}


def test_a_legend_has_cues_and_its_transcript_says_what_it_shows(tmp_path):
    settings = Settings(**SMALL, format="webm", subtitles="vtt", transcript=True)
    view_ = view("lstm", pace=0.1, captions=False)
    render(load_scene("legend"), view_, tmp_path / "l.webm", settings)
    text = (tmp_path / "l.txt").read_text("utf-8")
    told = (tmp_path / "l.vtt").read_text("utf-8")
    assert told.count(" --> ") == text.count("[legend.") == len(legend.BEATS)
    for beat in legend.BEATS:
        assert beat.caption in text
        assert folded(beat.caption) in told
    assert "not computed yet" in text.splitlines()


@pytest.mark.parametrize("captions", [True, False])
def test_without_captions_the_band_is_free(tmp_path, captions):
    still = Settings(**SMALL, format="png", still=True)
    path = render(RNNCell, short(captions=captions), tmp_path / "x.png", still)
    band = np.asarray(Image.open(path).convert("RGB"))[168:].reshape(-1, 3)
    colours = {tuple(colour) for colour in band.tolist()}
    assert (colours == {(255, 255, 255)}) is not captions


def test_a_still_can_be_that_of_a_beat(tmp_path):
    still = {**SMALL, "format": "png", "still": True, "transcript": True}
    shown = short()
    ids = ("t1.in", "t1.h", "")
    pictures = []
    for beat in ids:
        path = render(RNNCell, shown, tmp_path / "x.png", Settings(**still, beat=beat))
        pictures.append(path.read_bytes())
        told = re.findall(r"\[(.+)\]$", (tmp_path / "x.txt").read_text("utf-8"), re.M)
        assert told == [beat or "recap"]
    assert len(set(pictures)) == 3


def test_a_beat_that_is_not_played_is_refused_and_nothing_written(tmp_path):
    settings = Settings(**SMALL, format="png", still=True, transcript=True, beat="t9.f")
    with pytest.raises(rv.RnnvizError, match=r"^beat: wanted one of t1.in, .*, recap, got 't9.f'$"):
        render(RNNCell, short(), tmp_path / "x.png", settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["construct", "join"])
def test_a_render_that_fails_leaves_what_is_beside_it(tmp_path, monkeypatch, broken):
    for name in ("x.mp4", "x.srt"):
        (tmp_path / name).write_bytes(b"old")
    settings = Settings(**SMALL, subtitles="srt", transcript=True)
    scene = Fails if broken == "construct" else RNNCell

    def join(*args):
        raise RuntimeError("half-way")

    monkeypatch.setattr(rendering, "join", join)
    with pytest.raises(RuntimeError, match="half-way"):
        render(scene, short(), tmp_path / "x.mp4", settings)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {
        "x.mp4": b"old",
        "x.srt": b"old",
    }


def test_files_beside_a_folder_of_frames_have_its_whole_name(tmp_path):
    settings = Settings(**SMALL, format="png", subtitles="vtt", transcript=True)
    assert settings.beside(tmp_path / "v1.2") == {
        "vtt": tmp_path / "v1.2.vtt",
        "txt": tmp_path / "v1.2.txt",
    }


class Dark(RNNCell):
    theme = DARK


def test_a_scene_brings_its_theme_where_no_view_is_given():
    assert Dark().seen().theme is DARK
    assert RNNCell().seen().theme is LIGHT


class Nothing(CellScene):
    def construct(self) -> None:
        pass


@pytest.mark.parametrize("still", [True, False])
@pytest.mark.parametrize("scene", [Nothing, TracedScene])
def test_a_scene_that_shows_nothing_is_refused(tmp_path, scene, still):
    settings = Settings(**SMALL, format="png" if still else "mp4", still=still)
    with pytest.raises(rv.RnnvizError, match=f"wanted an animation, {scene.__name__} plays none"):
        render(scene, view("lstm"), tmp_path / "x.png", settings)
    assert list(tmp_path.iterdir()) == []


class Unseen(RNNCell):
    def construct(self) -> None:
        pytest.fail("nothing may be played")


def test_what_is_refused_is_refused_before_the_scene_is_played(tmp_path):
    still = {**SMALL, "format": "png", "still": True, "transcript": True}
    with pytest.raises(rv.RnnvizError, match=r"^beat: wanted one of t1.in, .*, recap, got 't9.f'$"):
        render(Unseen, short(), tmp_path / "x.png", Settings(**still, beat="t9.f"))
    (tmp_path / "x.txt").mkdir()
    with pytest.raises(rv.RnnvizError, match=r"wanted a file, got the folder '.*x.txt'"):
        render(Unseen, short(), tmp_path / "x.png", Settings(**still))
    assert [one.name for one in tmp_path.iterdir()] == ["x.txt"]


class Unplanned(RNNCell):
    def plan(self, view):
        super().plan(view)


def test_a_plan_that_returns_nothing_is_refused():
    with pytest.raises(rv.RnnvizError, match=r"^Unplanned.plan: wanted a Storyboard returned, got"):
        Unplanned().setup()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"theme": "dark"}, "Mine.theme: wanted a Theme such as rnnviz.stage.DARK, got 'dark'"),
        ({"cell": "lsmt"}, "Mine.cell: wanted one of rnn, lstm, gru, got 'lsmt'"),
    ],
)
def test_a_class_with_no_such_theme_or_cell_is_refused(given, message):
    with pytest.raises(rv.RnnvizError) as caught:
        type("Mine", (CellScene,), given)
    assert str(caught.value) == message


def test_a_folder_of_frames_is_replaced_only_as_a_whole(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "00099.png").write_bytes(b"old")
    settings = Settings(**SMALL, format="png")
    with pytest.raises(RuntimeError, match="half-way"):
        render(Fails, short(), folder, settings)
    assert [path.name for path in folder.iterdir()] == ["00099.png"]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(rv.RnnvizError, match=r"frames or clips, got .* with 'notes.txt'$"):
        render(Unseen, short(), folder, settings)
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"width": 10}, "width: wanted 64 to 7680, got 10"),
        ({"height": 9000}, "height: wanted 64 to 7680, got 9000"),
        ({"fps": 0}, "fps: wanted 1 to 240, got 0"),
        ({"format": "avi"}, "format: wanted one of mp4, webm, mov, gif, png, got 'avi'"),
        ({"transparent": True}, "for a transparent background, got 'mp4'"),
        ({"still": True}, "wanted 'png' for a still, got 'mp4'"),
        (
            {"format": "gif", "clips": True},
            "format: wanted one of mp4, webm, mov for clips, got 'gif'",
        ),
        ({"format": "gif", "fps": 60}, "fps: wanted at most 50 for gif, got 60"),
        ({"beat": "t1.f"}, "beat: wanted with a still, got 't1.f' for a video"),
        ({"subtitles": "ass"}, "subtitles: wanted one of srt, vtt, got 'ass'"),
        (
            {"format": "png", "still": True, "subtitles": "srt"},
            "subtitles: wanted for a video, got 'srt' for a still",
        ),
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

    assert issubclass(LSTMCell, CellScene)
    assert LSTMCell.cell == "lstm"
