"""Where the cache is, how large it may be, and sizes as text."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import RnnvizError
from rnnviz.video import cache_place
from rnnviz.video.cache_place import cache_folder, cache_limit, size_of, size_shown


def environment(monkeypatch, platform="linux", **values):
    monkeypatch.setattr(cache_place.sys, "platform", platform)
    for name in ("RNNVIZ_CACHE", "RNNVIZ_CACHE_LIMIT", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"HOME": "/h"} | values).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("platform", "values", "folder"),
    [
        ("linux", {}, "/h/.cache/rnnviz"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/rnnviz"),
        ("linux", {"XDG_CACHE_HOME": "not/absolute"}, "/h/.cache/rnnviz"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/h/Library/Caches/rnnviz"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/rnnviz/Cache"),
        ("win32", {}, "/h/AppData/Local/rnnviz/Cache"),
        ("linux", {"RNNVIZ_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "/c"),
        ("darwin", {"RNNVIZ_CACHE": "~/c"}, "/h/c"),
        ("linux", {"RNNVIZ_CACHE": ""}, "/h/.cache/rnnviz"),
    ],
)
def test_where_the_cache_is(monkeypatch, platform, values, folder):
    environment(monkeypatch, platform, **values)
    assert cache_folder() == Path(folder)


def test_a_relative_folder_is_below_the_current_one(monkeypatch, tmp_path):
    environment(monkeypatch, RNNVIZ_CACHE="c")
    monkeypatch.chdir(tmp_path)
    assert cache_folder() == tmp_path / "c"


@pytest.mark.parametrize("values", [{}, {"RNNVIZ_CACHE": "~/c"}])
def test_nobody_without_a_home_has_a_cache(monkeypatch, values):
    environment(monkeypatch, **values)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as where the user is unknown
    assert cache_folder() is None


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("4096", 4096),
        ("4096 B", 4096),
        ("500MB", 500_000_000),
        ("500 mb", 500_000_000),
        ("2GiB", 2 << 30),
        ("2G", 2 << 30),
        ("2Gi", 2 << 30),
        ("1.5kB", 1500),
        ("1.5k", 1536),
        ("0.5 TiB", 1 << 39),
        ("0.1GB", 100_000_000),
        (" 1T ", 1 << 40),
    ],
)
def test_sizes(monkeypatch, text, size):
    assert size_of(text) == size
    environment(monkeypatch, RNNVIZ_CACHE_LIMIT=text)
    assert cache_limit() == size


@pytest.mark.parametrize(
    "text",
    ["x", "-1", "1e9", "MB", "1 2", "5XB", "5iB", "1,5GB", "1..5", ".5GB", "nan", "inf", "٣MB"]
    + ["1" * 5000, "5\nMB", "", " "],
)
def test_what_is_no_size_is_said_in_one_line(monkeypatch, text):
    with pytest.raises(RnnvizError, match=r"^wanted a size such as 500MB or 2GiB, got '"):
        size_of(text)
    environment(monkeypatch, RNNVIZ_CACHE_LIMIT=text)
    if text:
        with pytest.raises(RnnvizError, match=r"^RNNVIZ_CACHE_LIMIT: wanted a size such as 500MB"):
            cache_limit()
    else:
        assert cache_limit() == 2 << 30


@given(st.integers(0, 1 << 60))
def test_a_size_that_is_shown_is_a_size(size):
    shown = size_shown(size)
    assert abs(size_of(shown) - size) <= max(0.05 * size, 0.5)
    assert len(shown) <= 15


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (43_300_000, "41.3 MiB"),
        (2 << 30, "2.0 GiB"),
        (1 << 50, "1024.0 TiB"),
    ],
)
def test_sizes_for_people(size, shown):
    assert size_shown(size) == shown
