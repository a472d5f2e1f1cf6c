"""All figures: the lint at the end of every beat, their length, and the words that go with them."""

from functools import cache

import pytest

from figure_lint import faults, unseen
from rnnviz.figures.catalogue import FIGURES, figure_named
from rnnviz.figures.marks import Number, Pill
from rnnviz.scene_list import load_scene
from rnnviz.stage import DARK, LIGHT, PRINT, View
from rnnviz.video.crews import Alone
from rnnviz.video.playing import play
from rnnviz.video.settings import Settings
from rnnviz.video.spent import Spent


@cache
def drawn(name):
    return figure_named(name).drawn()


@pytest.mark.parametrize("name", FIGURES)
def test_no_beat_has_a_fault_and_all_take_30_to_90_seconds(name, tmp_path):
    """In one test, so that what is set in Typst is set once."""
    assert list(faults(drawn(name), LIGHT)) == []
    assert list(unseen(drawn(name), DARK)) == []
    assert list(unseen(drawn(name), PRINT, -1)) == []  # light but for the greys
    settings = Settings(192, 108, 15)
    nothing = Alone(settings, None, (), lambda segment: None, Spent())
    script = play(load_scene(name), View(figure_named(name).demo()), settings, nothing, tmp_path)
    assert 30 <= script.frames / 15 <= 90
    assert drawn(name).beats[-1].id == "recap"
    subtitles = " ".join(script.texts["srt"].split())
    assert [beat.id for beat in drawn(name).beats if beat.caption not in subtitles] == []


@pytest.mark.parametrize("name", FIGURES)
def test_ids_are_unique_and_nothing_is_waved_at_that_is_not_there(name):
    ids = [beat.id for beat in drawn(name).beats]
    assert len(ids) == len({*ids})
    before = set()
    for frame in drawn(name):
        there = [mark.id for mark in frame.marks]
        assert len(there) == len({*there})
        for wave in frame.waves:
            assert {*wave.ids} <= {*there} | before
            assert {*wave.flights} <= {*wave.ids} & {*there}
            assert {pulse.removeprefix("-") for pulse in wave.pulses} <= {*there} | before
        waved = [one for wave in frame.waves for one in wave.ids]
        assert len(waved) == len({*waved})
        before = {*there}


@pytest.mark.parametrize("name", FIGURES)
def test_numbers_say_what_they_are_of_and_keep_the_digits_asked_for(name):
    kind = figure_named(name)
    four = kind.drawn(kind.demo(), 4)
    marks = [mark for frame in four for mark in frame.marks if isinstance(mark, Number | Pill)]
    assert marks
    assert all(mark.ref for mark in marks)
    assert any(mark.digits == 4 for mark in marks)
