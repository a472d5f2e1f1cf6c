"""Segments become one video without being encoded again, a gif, frames, or clips."""

import io
import json
import re
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import rnnviz.video.clips as clipping
import rnnviz.video.join as joining
import rnnviz.video.pictures as drawing
from rnnviz.cues import Chapter
from rnnviz.errors import RnnvizError
from rnnviz.video.clips import clips, safe
from rnnviz.video.encoder import Encoder
from rnnviz.video.join import join
from rnnviz.video.playing import Section
from rnnviz.video.settings import Settings
from segments import (
    Full,
    complete,
    decoded,
    encoded,
    everywhere,
    flat,
    greys,
    near,
    pixels,
    rgba,
    succeeds,
)

SMALL = {"width": 80, "height": 64, "fps": 30}
PARTS = ([10, 60, 60, 60, 200], [30], [], [90, 90, 150, 240] + 40 * [20])
WANTED = [grey for part in PARTS for grey in part]
VIDEOS = [("mp4", False), ("webm", False), ("webm", True), ("mov", False), ("mov", True)]
CHAPTERS = (Chapter("Sum", 0.0, 0.2), Chapter("t = 1 · Größe, “new”", 0.2, len(WANTED) / 30))


def segments(folder, look, parts=PARTS):
    """Encode parts to files, each a list of greys."""
    paths = []
    for number, part in enumerate(parts):
        paths.append(folder / f"part-{number}")
        with open(paths[-1], "wb") as file:
            encoded(file, look, part)
    return paths


def made(folder, look, parts=PARTS, title="Mine", chapters=CHAPTERS):
    """Encode parts and join them."""
    target = folder / f"joined.{look.format}"
    sources = segments(folder, look, parts)
    assert join(sources, target, look, title, chapters) == sum(map(len, parts))
    return target


@pytest.mark.parametrize(("kind", "transparent"), VIDEOS)
def test_all_frames_come_in_order_at_a_constant_rate(tmp_path, kind, transparent):
    path = made(tmp_path, Settings(**SMALL, format=kind, transparent=transparent))
    shown = decoded(path)
    assert near(greys(path), WANTED)
    times = [float(frame.pts * frame.time_base) for frame in shown]
    assert near(times, np.arange(len(WANTED)) / 30, 0.0006 if kind == "webm" else 1e-9)
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert stream.average_rate == 30
        assert abs(video.duration / av.time_base - len(WANTED) / 30) < 0.002
        if kind != "webm":
            assert stream.frames == len(WANTED)
            assert stream.duration * stream.time_base == len(WANTED) / stream.average_rate


@pytest.mark.parametrize("kind", ["mp4", "mov"])
@settings(max_examples=15, deadline=None)
@given(fps=st.integers(1, 240), counts=st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_any_rate_is_exact(tmp_path_factory, kind, fps, counts):
    look = Settings(64, 64, fps, kind)
    parts = [count * [10 * number] for number, count in enumerate(counts)]
    path = made(tmp_path_factory.mktemp("rate"), look, parts, chapters=())
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        packets = [packet for packet in video.demux(stream) if packet.size]
        assert stream.average_rate == fps
    times = [packet.pts * packet.time_base * fps for packet in packets]
    assert times == list(range(sum(counts)))
    assert [packet.dts for packet in packets] == [packet.pts for packet in packets]


@pytest.mark.parametrize(("kind", "transparent"), VIDEOS)
def test_packets_are_copied_as_they_are(tmp_path, kind, transparent):
    look = Settings(**SMALL, format=kind, transparent=transparent)
    path = made(tmp_path, look)

    def packets(one):
        with av.open(str(one)) as video:
            stream = video.streams.video[0]
            found = [(bytes(p), p.is_keyframe) for p in video.demux(stream) if p.size]
            return found, stream.codec_context.extradata

    sources = [one for one in sorted(tmp_path.glob("part-*")) if one.stat().st_size]
    parts, heads = zip(*map(packets, sources), strict=True)
    joined, head = packets(path)
    assert joined == [packet for part in parts for packet in part]
    assert {*heads} == {head}
    assert [number for number, (_, key) in enumerate(joined) if key] == [0, 5, 6]


@pytest.mark.parametrize(("kind", "transparent"), VIDEOS)
def test_a_video_has_a_title_and_chapters(tmp_path, kind, transparent):
    path = made(tmp_path, Settings(**SMALL, format=kind, transparent=transparent))
    with av.open(str(path)) as video:
        assert video.metadata["title"] == "Mine"
        found = [
            Chapter(
                one["metadata"]["title"],
                float(one["start"] * one["time_base"]),
                float(one["end"] * one["time_base"]),
            )
            for one in video.chapters()
        ]
    assert [one.title for one in found] == [one.title for one in CHAPTERS]
    for one, wanted in zip(found, CHAPTERS, strict=True):
        assert near([one.start, one.end], [wanted.start, wanted.end], 0.001)


def boxes(data):
    """Return the names of an mp4's parts, in order."""
    names, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode())
        assert size >= 8
        at += size
    assert at == len(data)
    return names


@pytest.mark.parametrize(("kind", "transparent"), [("mp4", False), ("mov", False), ("mov", True)])
@pytest.mark.parametrize("count", [1, 30, 700])
def test_the_index_comes_first(tmp_path, kind, transparent, count):
    look = Settings(**SMALL, format=kind, transparent=transparent)
    chapters = [Chapter(f"{k} …", k / 30, (k + 1) / 30) for k in range(min(count, 200))]
    path = made(tmp_path, look, [count * [9], 3 * [200]], chapters=chapters)
    names = boxes(path.read_bytes())
    assert names[:2] == ["ftyp", "moov"]
    assert names.index("moov") < names.index("mdat")
    assert names.count("moov") == names.count("mdat") == 1
    assert rgba(decoded(path)[-1])[32, 40, 1] in range(197, 204)


@pytest.mark.parametrize(("kind", "far"), [("mov", 0), ("webm", 4)])
def test_transparency_is_kept(tmp_path, kind, far):
    look = Settings(**SMALL, format=kind, transparent=True)
    sources = []
    for number, alpha in enumerate((0, 128, 255, 40)):
        sources.append(tmp_path / str(number))
        with open(sources[-1], "wb") as file:
            encoder = Encoder(file, look)
            encoder.show(flat(look, 90, alpha), everywhere(look))
            encoder.hold(2)
            encoder.close()
    join(sources, tmp_path / "joined", look, "", ())
    alphas = [int(frame[30, 30, 3]) for frame in pixels(tmp_path / "joined")]
    assert near(alphas, np.repeat([0, 128, 255, 40], 3), far)


@pytest.mark.parametrize(("kind", "transparent"), VIDEOS)
def test_a_single_segment_without_a_title_or_chapters_is_fine(tmp_path, kind, transparent):
    look = Settings(**SMALL, format=kind, transparent=transparent)
    assert near(greys(made(tmp_path, look, [[9, 80]], title="", chapters=())), [9, 80])


@pytest.mark.parametrize("kind", ["mp4", "webm", "mov", "gif"])
def test_no_frames_at_all_are_refused(tmp_path, kind):
    look = Settings(**SMALL, format=kind)
    for parts in ([], [[]]):
        with pytest.raises(RnnvizError, match="wanted at least one frame, got none"):
            made(tmp_path, look, parts)


def test_segments_of_another_size_are_refused(tmp_path):
    (one,) = segments(tmp_path, Settings(**SMALL), [[9]])
    (tmp_path / "other").mkdir()
    (other,) = segments(tmp_path / "other", Settings(96, 64, 30), [[9]])
    target = tmp_path / "joined"
    with pytest.raises(RnnvizError, match="wanted all of one size and codec"):
        join([one, other], target, Settings(**SMALL), "", ())
    assert not complete(target)


@pytest.mark.parametrize("transparent", [True, False])
@pytest.mark.parametrize("fps", [10, 15, 30, 50])
def test_a_gif_plays_at_its_rate(tmp_path, fps, transparent):
    look = Settings(80, 64, fps, "gif", transparent)
    path = made(tmp_path, look)
    assert near(greys(path), WANTED)
    with Image.open(path) as picture:
        assert picture.format == "GIF"
        assert "loop" in picture.info
    with av.open(str(path)) as video:
        lasts = video.duration / av.time_base
        assert abs(lasts - len(WANTED) / fps) < 0.02
        starts = [float(frame.pts * frame.time_base) for frame in video.decode(video=0)]
    assert near(starts, np.arange(len(WANTED)) / fps, 0.0051)


def test_a_gif_has_one_palette_for_all_segments_and_stores_what_changes(tmp_path):
    look = Settings(80, 64, 10, "gif")
    ramp = flat(look, 0)
    ramp[..., 0] = np.arange(80) * 3
    sources = []
    for number in range(3):
        frame = ramp.copy()
        frame[..., 2] = 100 * number
        sources.append(tmp_path / str(number))
        with open(sources[-1], "wb") as file:
            encoder = Encoder(file, look)
            encoder.show(frame, everywhere(look))
            encoder.hold(20)
            encoder.close()
    join(sources, tmp_path / "joined", look, "", ())
    for number, shown in enumerate(pixels(tmp_path / "joined")[::21]):
        assert np.abs(shown[..., 0].astype(int) - ramp[..., 0]).max() <= 6
        assert abs(int(shown[5, 5, 2]) - 100 * number) <= 6
    assert (tmp_path / "joined").stat().st_size < 3 * 80 * 64 + 768 + 63 * 100


@pytest.mark.parametrize("transparent", [True, False])
def test_frames_are_numbered_and_equal_ones_are_encoded_once(tmp_path, monkeypatch, transparent):
    look = Settings(**SMALL, format="png", transparent=transparent)
    encodings = []
    save = Image.Image.save
    monkeypatch.setattr(
        Image.Image, "save", lambda *given, **more: (encodings.append(1), save(*given, **more))
    )
    folder = tmp_path / "frames"
    folder.mkdir()
    assert join(segments(tmp_path, look), folder, look, "", ()) == len(WANTED)
    found = sorted(folder.iterdir())
    assert [one.name for one in found] == [f"{number:05d}.png" for number in range(len(WANTED))]
    pictures = [Image.open(io.BytesIO(one.read_bytes())) for one in found]
    assert {one.mode for one in pictures} == {"RGBA" if transparent else "RGB"}
    assert [one.getpixel((3, 3))[0] for one in pictures] == WANTED
    assert len(encodings) == 1 + sum(a != b for a, b in pairwise(WANTED))


@pytest.mark.parametrize(("kind", "transparent"), [*VIDEOS, ("gif", False), ("png", False)])
def test_a_write_that_fails_is_told_and_leaves_no_video(tmp_path, monkeypatch, kind, transparent):
    look = Settings(**SMALL, format=kind, transparent=transparent)
    few = ([10, 60, 60], [], [90, 150, 20, 20])  # each frame may be a write
    sources, files = segments(tmp_path, look, few), []

    def opened(path):
        files.append(Full(room - len(files)))  # each png is one write
        return files[-1]

    monkeypatch.setattr(joining, "opened", opened)
    monkeypatch.setattr(drawing, "opened", opened)
    monkeypatch.setattr(Full, "__exit__", lambda *raised: None)  # what it holds is looked at
    for room in range(99):  # noqa: B007
        files.clear()
        if succeeds(lambda: join(sources, tmp_path / "new", look, "Mine", CHAPTERS)):
            break
        assert kind == "webm" or not complete(files[-1])
    assert 1 <= room < 98


SECTIONS = tuple(
    Section(name, title, caption, start / 30, (start + frames) / 30, frames)
    for name, title, caption, start, frames in (
        ("", "", "", 0, 5),
        ("t1.f", "Forget gate", "How much of “c” stays.", 5, 1),
        ("t1.in", "Inputs", "", 6, 0),
        ("t1.f", "Forget gate", "Again.", 6, 44),
    )
)


@pytest.mark.parametrize(("kind", "transparent"), VIDEOS)
def test_clips_are_videos_of_their_own_with_a_list(tmp_path, kind, transparent):
    look = Settings(**SMALL, format=kind, transparent=transparent, clips=True)
    folder = tmp_path / "clips"
    folder.mkdir()
    paths = clips(segments(tmp_path, look), folder, look, SECTIONS, "LSTM")
    names = [f"01-part.{kind}", f"02-t1.f.{kind}", f"04-t1.f.{kind}"]
    assert [path.name for path in paths] == names
    assert {one.name for one in folder.iterdir()} == {*names, "manifest.json"}
    for path, wanted in zip(paths, (PARTS[0], PARTS[1], PARTS[3]), strict=True):
        assert near(greys(path), wanted)
        assert complete(path)
        if kind != "webm":
            assert boxes(path.read_bytes())[:2] == ["ftyp", "moov"]
    with av.open(str(paths[1])) as video:
        assert video.metadata["title"] == "LSTM: Forget gate"
        assert video.chapters() == []
    listed = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (listed["title"], listed["fps"]) == ("LSTM", 30)
    assert listed["clips"][1] == {
        "file": names[1],
        "beat": "t1.f",
        "title": "Forget gate",
        "caption": "How much of “c” stays.",
        "start": round(5 / 30, 6),
        "end": 0.2,
        "frames": 1,
    }
    assert [one["file"] for one in listed["clips"]] == names
    assert sum(one["frames"] for one in listed["clips"]) == len(WANTED)


def test_a_clip_with_other_frames_than_its_section_is_refused(tmp_path):
    look = Settings(**SMALL, clips=True)
    sources = segments(tmp_path, look, [[1, 2]])
    with pytest.raises(RnnvizError, match=r"t1\.f: wanted 1 frames, got 2"):
        clips(sources, tmp_path, look, SECTIONS[1:2])
    assert not (tmp_path / "manifest.json").exists()


@given(st.text(max_size=90))
def test_a_name_is_safe_for_any_file_system(name):
    assert re.fullmatch(r"[A-Za-z0-9_][\w.-]*(?<![.-])", safe(name), re.ASCII)
    assert len(safe(name)) <= clipping.LONGEST
    assert Path(safe(name)).name == safe(name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("t1.f", "t1.f"), ("../a b\\c", "a-b-c"), ("", "part"), ("...", "part"), ("Öl:1", "l-1")],
)
def test_names_stay_readable(name, wanted):
    assert safe(name) == wanted


def test_a_segment_that_was_read_is_closed(tmp_path):
    look = Settings(**SMALL)
    path = made(tmp_path, look)
    for one in tmp_path.glob("part-*"):
        one.unlink()
    assert rgba(decoded(path)[0]).shape == (64, 80, 4)
