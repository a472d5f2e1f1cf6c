"""``rnnviz page`` and ``rnnviz open``: files that are written, what is refused, what is opened."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from rnnviz.cli import cli


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(cli, [*args], prog_name="rnnviz")


def test_a_page_is_written_and_its_path_printed(run, tmp_path):
    done = run("page", "lstm", "-o", "lstm.html", "--theme", "dark", "--digits", "2")
    assert (done.exit_code, done.output) == (0, "lstm.html\n")
    text = (tmp_path / "lstm.html").read_text("utf-8")
    assert '<rnnviz-player id="lstm" theme="dark">' in text
    assert '"digits":2' in text


def test_several_cells_are_on_one_page(run, tmp_path):
    assert run("page", "rnn", "gru", "-o", "cells.html", "--title", "Both").exit_code == 0
    text = (tmp_path / "cells.html").read_text("utf-8")
    assert text.count("<rnnviz-player ") == 2
    assert "<title>Both</title>" in text
    assert '"title":"RNN cell"' in text


def test_a_snippet_is_no_page(run, tmp_path):
    assert run("page", "rnn", "-o", "rnn.html", "--snippet").exit_code == 0
    assert (tmp_path / "rnn.html").read_text("utf-8").startswith("<rnnviz-player")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("-o", "lstm.pdf"), "--output: wanted an extension of .html, got '.pdf'"),
        (("-o", "lstm"), "--output: wanted an extension of .html, got none"),
        (("-o", "no/lstm.html"), "--output: wanted an existing folder, got 'no'"),
        (("-o", "there.html"), "--output: 'there.html' exists; --force replaces it"),
        (("-o", "a.html", "--units", "3"), "--units: wanted 1 to 2, got 3"),
    ],
)
def test_wrong_usage_is_one_line_and_writes_nothing(run, tmp_path, args, said):
    (tmp_path / "there.html").write_text("old", "utf-8")
    done = run("page", "lstm", *args)
    assert (done.exit_code, done.output) == (2, f"Error: {said}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]
    assert (tmp_path / "there.html").read_text("utf-8") == "old"


def test_an_existing_page_is_replaced_with_force(run, tmp_path):
    (tmp_path / "rnn.html").write_text("old", "utf-8")
    assert run("page", "rnn", "-o", "rnn.html", "--force").exit_code == 0
    assert (tmp_path / "rnn.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.fixture
def opened(tmp_path):
    """Run ``rnnviz open`` with a browser that writes down what it is asked for."""

    def run(browser, *args):
        env = {**os.environ, "BROWSER": str(browser), "TMPDIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "rnnviz", "open", *args],
            env=env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


def test_open_hands_the_page_to_the_browser(opened, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked\n', "utf-8")
    browser.chmod(0o755)
    done = opened(f"{browser} %s", "gru", "--beat", "t2.r")
    assert (done.returncode, done.stderr) == (0, "")
    path = done.stdout.strip()
    assert (tmp_path / "asked").read_text("utf-8").strip() == f"file://{path}#t2.r"
    with open(path, encoding="utf-8") as page:
        assert '<rnnviz-player id="gru">' in page.read()


@pytest.mark.parametrize(
    ("args", "lands"),
    [
        (("lstm", "--beat", "t3.h"), "t3.h"),
        (("lstm", "--beat", "t2.gates"), "t2.gates"),
        (("lstm", "--beat", "t1.all"), "t1.all"),
        (("lstm", "--beat", "recap"), "recap"),
        (("lstm", "gru", "--beat", "gru:t2.z"), "gru:t2.z"),
    ],
)
def test_open_starts_at_a_beat_of_any_detail(run, monkeypatch, args, lands):
    asked = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or True)
    assert run("open", *args).exit_code == 0
    assert [address.partition("#")[2] for address in asked] == [lands]


WANTED = "beat: wanted one of t1.in, t1."


@pytest.mark.parametrize(
    ("args", "status", "start", "end"),
    [
        (("lstm", "--beat", "t9.f"), 3, WANTED, "t3.all, recap, got 't9.f'"),
        (("lstm", "--beat", "t1.q"), 3, WANTED, "got 't1.q'"),
        (("lstm", "--beat", "lstm:t1.f"), 3, WANTED, "got 'lstm:t1.f'"),
        (("lstm", "gru", "--beat", "gru:t1.f"), 3, WANTED, "got 't1.f'"),
        (("lstm", "gru", "--beat", "t1.f"), 2, "--beat: wanted CELL:ID", "got 't1.f'"),
        (("lstm", "gru", "--beat", "rnn:t1.h"), 2, "--beat: wanted CELL:ID", "got 'rnn:t1.h'"),
    ],
)
def test_open_refuses_a_beat_that_is_not_there(run, monkeypatch, args, status, start, end):
    asked = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or True)
    done = run("open", *args)
    assert done.exit_code == status
    assert done.output.startswith(f"Error: {start}")
    assert done.output.endswith(f"{end}\n")
    assert done.output.count("\n") == 1
    assert not asked


def test_without_a_browser_open_says_where_the_page_is(opened):
    done = opened("/bin/false %s", "rnn")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: wanted a browser to open file://")
    assert done.stderr.count("\n") == 1
