"""A trace as a notebook shows it: every number, nothing that a site strips, no surprise."""

import re
import struct
from html.parser import HTMLParser

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.equations import steps_written
from rnnviz.reprs import bundle, html, text
from rnnviz.rounding import show
from rnnviz.web import png
from runs import drawn
from variants import VARIANTS, traced

every_variant = pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)


ALLOWED = {("open", None), ("align", "right"), ("style", "text-align: left")}


class Tables(HTMLParser):
    """The tables of some HTML as lists of rows; what is opened must be closed."""

    def __init__(self, markup):
        super().__init__()
        self.tables, self.open, self.said = [], [], []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        assert tag in (
            "div",
            "p",
            "b",
            "br",
            "details",
            "summary",
            "table",
            "thead",
            "tr",
            "th",
            "td",
        )
        assert set(attributes) <= ALLOWED
        if tag != "br":
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "tr":  # no cell is missing, but some are empty
            row, head = self.tables[-1][-1], self.tables[-1][0]
            assert len(row) == len(head)
            self.tables[-1][-1] = [*row[:2], *filter(None, row[2:])]

    def handle_data(self, data):
        if {"th", "td"} & {*self.open}:
            self.tables[-1][-1][-1] += data
        else:
            self.said.append(data)


def rows_of(trace, t, b=0):
    """What a table must say: name, what makes it, numbers."""
    made = steps_written(trace.cell)
    return [
        [name, made.get(name, ""), *(show(float(v), within=trace.cell.range(name)) for v in vector)]
        for name, vector in trace.at(t, b).items()
    ]


@every_variant
def test_the_html_has_every_number_of_each_timestep(cell):
    trace = traced(cell, steps=3)
    found = Tables(html(trace))
    assert [rows[1:] for rows in found.tables] == [rows_of(trace, t) for t in range(3)]
    assert cell.convention in "".join(found.said)


@every_variant
def test_the_text_has_every_number_of_the_first_timestep(cell):
    trace = traced(cell, steps=3)
    lines = text(trace).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("t = 1"))
    for line, row in zip(lines[start + 1 :], rows_of(trace, 0), strict=False):
        assert re.split(r"\s{2,}", line) == [part for part in row if part]
    assert "… 2 more timesteps" in lines[-1]


def test_a_notebook_is_given_text_and_html_and_a_console_the_short_name():
    trace = rv.trace("gru")
    assert trace._repr_mimebundle_(include=None, exclude=None) == bundle(trace)
    assert bundle(trace) == {"text/plain": text(trace), "text/html": html(trace)}
    assert repr(trace).startswith("Trace(gru, T=3, B=1, I=3, H=2: x ")


def test_bounds_are_escaped_once():
    made = rv.demo(rv.CELLS["lstm"], 1, 1, 1)
    bias = np.full(4, 9.0)
    trace = rv.trace(
        "lstm", made.x, rv.Params(made.params.weight_ih, made.params.weight_hh, bias, bias)
    )
    assert "<b>&gt;0.9999</b>" in html(trace)
    assert rows_of(trace, 0) == Tables(html(trace)).tables[0][1:]


def test_of_a_large_cell_a_part_is_shown_and_it_says_so():
    trace = drawn(rv.CELLS["lstm"], steps=9, batch=2, inputs=20, hidden=40).trace()
    found = Tables(html(trace, b=1))
    assert len(found.tables) == 3
    assert {len(row) for table in found.tables for row in table} == {10}
    assert found.tables[2][1][2] == show(float(trace["x"][2, 1, 0]))
    said = "\n".join(found.said)
    for words in ("units shown: 1 to 8 of 40", "inputs shown: 1 to 8 of 20", "… 6 more timesteps"):
        assert words in said
        assert words.replace("6 more", "8 more") in text(trace, b=1)
    assert "sample 2 is shown" in said


def test_what_was_picked_has_its_own_numbers_as_heads():
    trace = drawn(rv.CELLS["lstm"], inputs=20, hidden=40).trace().pick(units=[3, 39], inputs=[1])
    inputs, units, *_ = Tables(html(trace)).tables
    assert inputs == [["", "input", "2"], ["x", "", show(float(trace["x"][0, 0, 1]))]]
    assert units[0] == ["", "unit", "4", "40"]
    assert units[-1][2:] == [show(float(trace["h"][0, 0, k]), within=(-1, 1)) for k in (3, 39)]
    assert "units shown: 4, 40 of 40" in text(trace)


def test_a_sample_that_ends_early_shows_no_more_than_it_has():
    made = rv.demo(rv.CELLS["rnn"], steps=4)
    trace = rv.trace("rnn", np.repeat(made.x, 2, axis=1), made.params, lengths=[4, 1])
    assert len(Tables(html(trace, b=1)).tables) == 1
    assert "more timestep" not in html(trace, b=1) + text(trace, b=1)


def test_a_trace_of_some_values_shows_those():
    trace = rv.trace("lstm", keep=["f", "c"])
    assert [row[0] for row in Tables(html(trace)).tables[0][1:]] == ["f", "c"]


# The picture


@every_variant
def test_a_picture_is_a_png_of_its_size(cell):
    data, width, height = png.picture(traced(cell))
    assert data.startswith(b"\x89PNG\r\n")
    pixels = struct.unpack(">II", data[16:24])
    assert pixels == (pytest.approx(2 * width, abs=1), pytest.approx(2 * height, abs=1))
    assert width < 600


def test_a_picture_grows_with_what_it_shows_up_to_a_page():
    wide = drawn(rv.CELLS["lstm"], steps=9, inputs=20, hidden=40).trace()
    picked = wide.pick(units=[3, 5], inputs=[1])
    sizes = [png.picture(trace)[1:] for trace in (picked, wide)]
    assert sizes[0][0] < sizes[1][0] < 700
    assert png.picture(wide) == png.picture(wide)


def test_what_is_set_is_text_and_no_markup():
    assert png._string('a"b\\#c') == '"a\\"b\\\\#c"'
