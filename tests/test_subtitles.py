"""Subtitles, read back by libraries that did not write them, and chapters."""

import html
import io
from datetime import timedelta

import av
import pytest
import srt as reader
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cues import Chapter, Cue, chapters, heading
from rnnviz.storyboard import Beat
from rnnviz.subtitles import LINE, folded, srt, vtt


def cue(start, told, end, caption="Seen.", lead="Moves.", beat_id="t1.f", title="Forget gate"):
    return Cue(Beat(beat_id, 0, title, caption, lead=lead), start, told, end)


def from_srt(text):
    """Start, end and text of each subtitle, in milliseconds."""
    one = timedelta(milliseconds=1)
    return [(part.start // one, part.end // one, part.content) for part in reader.parse(text)]


def from_vtt(text):
    with av.open(io.BytesIO(text.encode()), format="webvtt") as file:
        base = file.streams[0].time_base * 1000
        return [
            (packet.pts * base, (packet.pts + packet.duration) * base, html.unescape(said))
            for packet in file.demux()
            if (said := bytes(packet).decode())
        ]


READERS = {"srt": (srt, from_srt), "vtt": (vtt, from_vtt)}


@pytest.mark.parametrize("kind", READERS)
def test_the_lead_is_told_during_the_motion_and_then_the_caption(kind):
    write, read = READERS[kind]
    cues = [cue(0, 1.4, 3), cue(3, 4.25, 3725.5, "Then.", "")]
    assert read(write(cues, 3725.5)) == [
        (0, 1400, "Moves."),
        (1400, 3000, "Seen."),
        (4250, 3725500, "Then."),
    ]


@pytest.mark.parametrize("kind", READERS)
def test_a_caption_stands_until_the_next_beat_or_the_end(kind):
    write, read = READERS[kind]
    cues = [cue(1, 2, 3), cue(7, 8, 9, "Then.", "Goes on.")]
    assert read(write(cues, 12.5)) == [
        (1000, 2000, "Moves."),
        (2000, 7000, "Seen."),
        (7000, 8000, "Goes on."),
        (8000, 12500, "Then."),
    ]


@pytest.mark.parametrize("kind", READERS)
def test_a_long_caption_has_two_lines(kind):
    write, read = READERS[kind]
    said = "Sum for h₁: −1.136 + (−0.468) = −1.604, for h₂: 0.649 + 0.077 = 0.726, … and more."
    ((_, _, text),) = read(write([cue(0, 0, 1, said)], 1))
    assert text.split("\n") == [
        "Sum for h₁: −1.136 + (−0.468) = −1.604,",
        "for h₂: 0.649 + 0.077 = 0.726, … and more.",
    ]


@given(st.lists(st.text("ab.", min_size=1, max_size=9), min_size=1, max_size=40))
def test_folding_changes_only_one_space(words):
    said = " ".join(words)
    lines = folded(said).split("\n")
    assert " ".join(lines) == said
    assert len(lines) == (2 if len(said) > LINE else 1)
    if len(said) <= 2 * LINE - 9:
        assert max(map(len, lines)) <= LINE


def test_a_long_word_is_left_alone():
    assert folded("a" * 99) == "a" * 99


@pytest.mark.parametrize("kind", READERS)
def test_a_caption_is_text_and_never_markup(kind):
    write, read = READERS[kind]
    said = "a < b & c > d,\n\n2\n00:00:00,000 --> 00:00:01,000\n<b>bold</b> {\\an8} &lt; <3 h₁ − ≈"
    ((_, _, text),) = read(write([cue(0, 0, 1, said)], 1))
    assert text.replace("\N{WORD JOINER}", "").split() == said.split()
    if kind == "srt":  # which has no escapes: what players take for a tag is broken up
        assert not {"<b>", "</b>", "{\\an8}", "-->"} & {*text.split(), text[27:30]}
        assert "<b" not in text
        assert "<3" in text
    else:
        assert "<b" not in write([cue(0, 0, 1, said)], 1)


def test_what_has_no_words_or_no_time_is_left_out():
    empty = cue(0, 1, 2, " \n ", "")
    assert srt([empty], 2) == ""
    assert vtt([empty], 2) == "WEBVTT\n"
    assert from_srt(srt([cue(0, 0, 2)], 2)) == [(0, 2000, "Seen.")]


@given(
    st.lists(st.integers(1, 500), min_size=3, max_size=90), st.sampled_from([15, 24, 30, 50, 60])
)
def test_times_increase_never_overlap_and_are_those_of_the_frames(lengths, fps):
    frames, cues = 0, []
    for first, second, third in zip(*[iter(lengths)] * 3, strict=False):
        start, told, end = (
            sum([1 / fps] * n) for n in (frames, frames + first, frames + first + second)
        )
        cues.append(cue(start, told, end))
        frames += first + second + third
    for write, read in READERS.values():
        found = read(write(cues, cues[-1].end))
        assert len(found) == 2 * len(cues)
        times = [time for start, end, _ in found for time in (start, end)]
        assert times == sorted(times)
        assert all(start < end for start, end, _ in found)
        ends = [*(one.start for one in cues[1:]), cues[-1].end]
        exact = [
            time
            for one, end in zip(cues, ends, strict=True)
            for time in (one.start, one.told, one.told, end)
        ]
        assert all(abs(a - 1000 * b) <= 0.51 for a, b in zip(times, exact, strict=True))


def test_chapters_leave_no_gap():
    cues = [cue(0.5, 1, 2), cue(3, 4, 5, beat_id="recap", title="Recap")]
    assert chapters(cues, 6.0) == (
        Chapter("t = 1 · Forget gate", 0.0, 3),
        Chapter("Recap", 3, 6.0),
    )
    assert chapters([], 6.0) == ()
    assert [one.title for one in chapters([cues[0], cues[0], cues[1]], 6.0)][1:] == [
        "t = 1 · Forget gate",
        "Recap",
    ]


def test_only_a_beat_of_a_timestep_is_headed_by_it():
    assert heading(Beat("t2.gates", 1, "Gates", "")) == "t = 2 · Gates"
    assert heading(Beat("t2.all", 1, "Timestep 2", "")) == "Timestep 2"
    assert heading(Beat("legend.values", 0, "Values", "")) == "Values"
