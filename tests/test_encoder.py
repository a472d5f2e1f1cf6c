"""Frames are encoded one by one; what a decoder shows is what was given, and held as long."""

import gc
import io

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

import rnnviz.video.encoder as encoding
from rnnviz.theme import channels
from rnnviz.video.encoder import Encoder
from rnnviz.video.held import CYCLE, can_be_skipped, shown_again, skipped
from rnnviz.video.planes import Planes
from rnnviz.video.rects import Rect
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
    succeeds,
)

SMALL = {"width": 80, "height": 64, "fps": 30}
KINDS = [("mp4", False), ("webm", False), ("webm", True), ("mov", False), ("mov", True)]
KINDS += [("gif", False), ("gif", True), ("png", False)]
SHADES = st.sampled_from([0, 50, 100, 150, 200, 250])
HOLDS = st.sampled_from([1, 1, 1, 2, 3, 15, 16, 17, 18, 33, 50])


@pytest.mark.parametrize(("kind", "transparent"), KINDS)
@settings(max_examples=8, deadline=None)
@given(shown=st.lists(st.tuples(SHADES, HOLDS), min_size=1, max_size=6))
def test_every_frame_is_there_as_often_as_it_was_shown(kind, transparent, shown):
    wanted = [grey for grey, count in shown for _ in range(count)]
    file = encoded(io.BytesIO(), Settings(**SMALL, format=kind, transparent=transparent), wanted)
    assert near(greys(file), wanted)


@pytest.mark.parametrize(("kind", "codec"), [("mp4", "h264"), ("webm", "vp9"), ("mov", "h264")])
def test_a_segment_has_one_key_frame_and_a_constant_rate(kind, codec):
    file = encoded(io.BytesIO(), Settings(**SMALL, format=kind), [9, 60, 60, 60, 200] * 40)
    with av.open(io.BytesIO(file.getvalue())) as video:
        stream = video.streams.video[0]
        assert stream.codec_context.name == codec
        packets = [packet for packet in video.demux(stream) if packet.size]
        times = [float(packet.pts * packet.time_base) for packet in packets]
    assert [packet.is_keyframe for packet in packets] == [True] + 199 * [False]
    assert near(times, np.arange(200) / 30, 0.0006)  # webm counts milliseconds


@st.composite
def changes(draw):
    """A size, and rectangles in it, to fill with noise one after the other."""
    width, height = draw(st.integers(64, 150)), draw(st.integers(64, 150))
    boxes = []
    for _ in range(draw(st.integers(1, 5))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
        boxes.append(Rect(left, top, right, bottom))
    return width, height, boxes


@settings(max_examples=60, deadline=None)
@given(changes(), st.integers(0, 2**32 - 1))
def test_rectangles_are_converted_as_the_whole_picture_is(made, seed):
    width, height, boxes = made
    look = Settings(width, height)
    rng = np.random.default_rng(seed)
    frame = rng.integers(0, 256, (height, width, 4), np.uint8)
    parts, whole = Planes(look), Planes(look)
    parts.frame(frame, everywhere(look))
    for box in boxes:
        left, top, right, bottom = box
        shape = (bottom - top, right - left, 4)
        frame[top:bottom, left:right] = rng.integers(0, 256, shape, np.uint8)
        got = parts.frame(frame, [box]).to_ndarray().astype(int)
        assert np.abs(got - whole.frame(frame, everywhere(look)).to_ndarray()).max() <= 1


def test_rectangles_reach_beyond_the_picture_and_may_overlap():
    look = Settings(**SMALL)
    planes = Planes(look)
    planes.frame(flat(look, 10), everywhere(look))
    frame = flat(look, 200)
    halves = [Rect(-9, -9, 44, 99), Rect(36, -1, 999, 64)]
    got = planes.frame(frame, halves).to_ndarray()
    assert (got == Planes(look).frame(frame, everywhere(look)).to_ndarray()).all()


@pytest.mark.parametrize(("kind", "count"), [("mp4", 5), ("mp4", CYCLE), ("webm", 5)])
def test_a_moving_part_is_seen_though_the_frame_is_one_object(kind, count):
    look = Settings(**SMALL, format=kind)
    frame, file = flat(look, 30), io.BytesIO()
    encoder = Encoder(file, look)
    encoder.show(frame, everywhere(look))
    for k in range(4):
        frame[:, 20 * k : 20 * k + 20, :3] = 220
        encoder.show(frame, [Rect(20 * k, 0, 20 * k + 20, look.height)])
        encoder.hold(count)
    encoder.close()
    shown = [[int(grey > 125) for grey in one[32, 10::20, 1]] for one in pixels(file)]
    wanted = [4 * [0]]
    for k in range(4):
        wanted += (count + 1) * [(k + 1) * [1] + (3 - k) * [0]]
    assert shown == wanted


def noisy(look, count):
    """Return frames in which a block with a texture moves."""
    texture = np.random.default_rng(3).integers(0, 256, (24, 24, 4), np.uint8)
    made = []
    for k in range(count):
        frame = flat(look, 240)
        frame[8 + k : 32 + k, 9 + 2 * k : 33 + 2 * k] = texture
        made.append(frame)
    return made


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_held_frames_are_the_frame_before_to_the_bit(kind):
    look = Settings(**SMALL, format=kind)
    holds = {2: CYCLE, 5: 2 * CYCLE, 6: 6 * CYCLE, 9: 31}
    files = []
    for held in ({}, holds):
        file = io.BytesIO()
        encoder = Encoder(file, look)
        for k, frame in enumerate(noisy(look, 10)):
            encoder.show(frame, everywhere(look))
            if held:
                encoder.hold(holds.get(k, 0))
        encoder.close()
        files.append([frame.to_ndarray() for frame in decoded(file)])
    plain, longer = files
    wanted = [frame for k, frame in enumerate(plain) for _ in range(1 + holds.get(k, 0))]
    assert len(longer) == len(wanted)
    assert all((a == b).all() for a, b in zip(longer, wanted, strict=True))


@pytest.mark.parametrize("size", [(80, 64), (854, 480), (1920, 1080)])
def test_libx264_writes_the_same_for_a_held_frame(monkeypatch, size):
    monkeypatch.setattr(encoding, "can_be_skipped", lambda packet, number: False)
    file = encoded(io.BytesIO(), Settings(*size), [200] * 40)
    with av.open(io.BytesIO(file.getvalue())) as video:
        packets = [bytes(packet)[4:] for packet in video.demux(video=0) if packet.size]
    blocks = -(-size[0] // 16) * -(-size[1] // 16)
    assert packets[1:] == [skipped(number, blocks)[4:] for number in range(1, 40)]


@pytest.mark.parametrize(("kind", "again"), [("mp4", "can_be_skipped"), ("webm", "shown_again")])
def test_without_packets_made_here_the_encoder_holds_a_frame(monkeypatch, kind, again):
    monkeypatch.setattr(encoding, again, lambda *packet: None)
    wanted = [10] + 40 * [200] + 5 * [90]
    assert near(greys(encoded(io.BytesIO(), Settings(**SMALL, format=kind), wanted)), wanted)


def test_packets_that_say_something_else_are_not_repeated():
    assert can_be_skipped(skipped(3, 8160), 3)
    assert can_be_skipped(skipped(3, 8160), 3 + CYCLE)
    assert not can_be_skipped(skipped(3, 8160), 4)
    assert not can_be_skipped(b"", 0)
    assert not can_be_skipped(b"\0\0\0\1\x65" + skipped(3, 8160)[5:], 3)
    assert shown_again(bytes([0b10000010, 0, 0])) == bytes([0b10001000])  # a key frame
    assert shown_again(bytes([0b10000110, 0b000001, 0])) == bytes([0b10001010])  # place 2
    for other in (b"", b"\x86\0\0", b"\x84\1\0", b"\x87\1\0", b"\xa6\1\0", b"\x88"):
        assert shown_again(other) is None


def test_held_frames_take_a_few_bytes_each():
    for kind in ("mp4", "webm", "mov"):
        look = Settings(640, 480, 30, kind, transparent=kind == "mov")
        once, often = (
            len(encoded(io.BytesIO(), look, [20] + count * [90]).getvalue()) for count in (3, 1003)
        )
        assert often - once < 1000 * 40


@pytest.mark.parametrize("height", [64, 480, 718, 720, 1080])
@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_colour_comes_back_and_the_stream_says_how(kind, height):
    look = Settings(64, height, 30, kind)
    matrix = 1 if height >= 720 else 6
    frame, file = flat(look, 0), io.BytesIO()
    bands = ["#1f77b4", "#d62728", "#2ca02c", "#ffffff", "#000000", "#ff7f0e", "#7f7f7f", "#fafafa"]
    rows = np.array_split(np.arange(height), len(bands))
    for colour, band in zip(bands, rows, strict=True):
        frame[band, :, :3] = channels(colour)
    encoder = Encoder(file, look)
    encoder.show(frame, everywhere(look))
    encoder.close()
    (shown,) = decoded(file)
    assert (shown.colorspace, shown.color_range) == (matrix, 1)
    assert (shown.color_primaries, shown.color_trc) == (1, 1) or kind == "webm"
    with av.open(io.BytesIO(file.getvalue())) as video:
        context = video.streams.video[0].codec_context
        said = (context.colorspace, context.color_primaries, context.color_trc)
        assert said == (matrix, 1, 1)
        assert context.color_range == 1
    picture = shown.to_ndarray(format="rgb24").astype(int)
    for colour, band in zip(bands, rows, strict=True):
        assert np.abs(picture[band[len(band) // 2], 32] - channels(colour)).max() <= 3, colour


@pytest.mark.parametrize("kind", ["mp4", "webm", "mov"])
@pytest.mark.parametrize(("width", "height"), [(81, 64), (80, 65), (81, 65)])
def test_an_odd_side_grows_by_its_last_pixels(kind, width, height):
    look = Settings(width, height, 30, kind)
    frame, file = flat(look, 40), io.BytesIO()
    frame[:, -9:, :3] = 150
    frame[-9:, :, :3] = 230
    encoder = Encoder(file, look)
    encoder.show(flat(look, 10), everywhere(look))
    encoder.show(frame, [Rect(0, height - 9, width, height), Rect(0, 0, width, height - 9)])
    encoder.close()
    shown = pixels(file)[-1].astype(int)[..., 1]
    assert shown.shape == (height + height % 2, width + width % 2)
    wanted = np.pad(frame[..., 1], ((0, height % 2), (0, width % 2)), mode="edge").astype(int)
    assert np.abs(shown - wanted).mean() < 3
    assert np.abs(shown[:, -1] - wanted[:, -1]).mean() < 8


@pytest.mark.parametrize(("kind", "far"), [("mov", 0), ("png", 0), ("gif", 0), ("webm", 4)])
def test_transparency_comes_back(kind, far):
    look = Settings(**{**SMALL, "height": 65}, format=kind, transparent=True)
    frame, file = flat(look, 90), io.BytesIO()
    frame[:, :40, 3] = 0
    frame[20:40, :, 3] = 128
    encoder = Encoder(file, look)
    encoder.show(frame, everywhere(look))
    encoder.hold(3)
    encoder.show(flat(look, 90, 255), everywhere(look))
    encoder.close()
    shown = [one[:65].astype(int) for one in pixels(file)]
    assert len(shown) == 5
    for one in shown[:4]:
        inner = np.abs(one - frame)[:, [5, 20, 35, 45, 60, 75]][[3, 15, 25, 30, 50, 60]]
        assert inner.max() <= far
    assert shown[4][..., 3].min() >= 255 - far


@pytest.mark.parametrize(("kind", "transparent"), [("mov", True), *KINDS[5:], ("png", True)])
def test_lossless_segments_are(kind, transparent):
    look = Settings(81, 65, 30, kind, transparent)
    file, frames = io.BytesIO(), noisy(look, 5)
    for frame in frames:
        frame[..., 3] = frame[..., 3] if transparent else 255
    encoder = Encoder(file, look)
    for frame in frames:
        encoder.show(frame, everywhere(look))
        encoder.hold(2)
    encoder.close()
    assert [one.tolist() for one in pixels(file)[::3]] == [frame.tolist() for frame in frames]


def similarity(a, b):
    """Return the mean SSIM of two pictures of one channel, in windows of 11 × 11."""
    weights = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    weights = (weights / weights.sum()).astype(np.float32)

    def mean(x):
        rows = sum(w * x[k : len(x) - 10 + k] for k, w in enumerate(weights))
        return sum(w * rows[:, k : x.shape[1] - 10 + k] for k, w in enumerate(weights))

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    both = mean(a * b) - mean_a * mean_b
    light = (2 * mean_a * mean_b + 6.5025) / (mean_a**2 + mean_b**2 + 6.5025)
    return float((light * (2 * both + 58.5225) / (var_a + var_b + 58.5225)).mean())


@pytest.mark.parametrize("kind", ["mp4", "webm"])
@pytest.mark.parametrize("size", [(320, 180), (640, 480), (1280, 720), (1920, 1080)])
def test_text_stays_sharp(kind, size):
    look, file, frames = Settings(*size, 30, kind), io.BytesIO(), []
    height = size[1]
    encoder = Encoder(file, look)
    for k in range(2):
        picture = Image.new("RGBA", size, "#fafafa")
        draw = ImageDraw.Draw(picture)
        for row in range(6):
            place = (height / 9 + 3 * k * (row == 2), height / 9 * (row + 1))
            draw.text(place, f"f[{row}] = 0.73105{row}", "#1f2933", font_size=height / 27)
        draw.rectangle((height, height / 3, 1.4 * height, height / 2), "#1f77b4", "#0b3c5d")
        frames.append(np.asarray(picture).copy())
        encoder.show(frames[-1], everywhere(look))
    encoder.close()
    luma = np.array([0.2126, 0.7152, 0.0722], np.float32)  # as precise as is needed, and fast
    found = [
        similarity(a[..., :3] @ luma, b[..., :3] @ luma)
        for a, b in zip(frames, pixels(file), strict=True)
    ]
    assert np.mean(found) >= 0.995
    assert min(found) >= 0.99


@pytest.mark.parametrize(("kind", "transparent"), KINDS)
def test_a_write_that_fails_is_told_and_leaves_no_video(kind, transparent):
    look = Settings(**SMALL, format=kind, transparent=transparent)
    shown = [20, 20, 180, 90]
    for room in range(99):
        file = Full(room)
        if succeeds(lambda: encoded(file, look, shown)):  # noqa: B023
            break
        assert kind == "webm" or not complete(file)
    assert 1 <= room < 98
    assert near(greys(file), shown)


def test_an_error_comes_again_in_close():
    look = Settings(**SMALL)
    encoder = Encoder(Full(0), look)
    assert not succeeds(lambda: [encoder.show(one, everywhere(look)) for one in noisy(look, 9)])
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            encoder.close()


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_segment_that_is_given_up_is_no_video(kind):
    file, look = io.BytesIO(), Settings(**SMALL, format=kind)
    encoder = Encoder(file, look)
    encoder.show(flat(look, 9), everywhere(look))
    before = file.getvalue()
    del encoder
    gc.collect()
    assert file.getvalue() == before
    file.close()


@pytest.mark.parametrize(("kind", "transparent"), KINDS)
def test_no_frames_make_an_empty_file_that_stays_open(kind, transparent):
    file = io.BytesIO()
    Encoder(file, Settings(**SMALL, format=kind, transparent=transparent)).close()
    assert file.getvalue() == b""
    assert not file.closed


def test_a_frame_without_a_change_is_the_last_one_again():
    look, file = Settings(**SMALL), io.BytesIO()
    encoder = Encoder(file, look)
    encoder.show(flat(look, 9), everywhere(look))
    for _ in range(30):
        encoder.show(flat(look, 9), [])
    encoder.close()
    assert encoder.frames == 31
    assert near(greys(file), 31 * [9])
