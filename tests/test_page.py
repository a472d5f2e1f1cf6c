"""Pages: one file, nothing from outside, the user's words as text and never as markup."""

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import rnnviz as rv
import rnnviz.web.module
from rnnviz.web.module import PARTS, SHEETS, module, style
from rnnviz.web.page import embedded, page_of, snippet_of
from rnnviz.web.record import record

NASTY = '</script><img src=x onerror=alert(1)> & "quoted" \u2028 {k}'


class Outline(HTMLParser):
    """What a page is made of: its elements with attributes, and the texts of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], []
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.inside = (tag, dict(attributes))

    def handle_data(self, data):
        if self.inside and self.inside[0] in ("script", "style", "title", "h1"):
            self.texts.append((*self.inside, data))
        self.inside = None

    def text(self, tag, **wanted):
        return next(
            data
            for name, attributes, data in self.texts
            if name == tag and wanted.items() <= attributes.items()
        )


@pytest.fixture(scope="module")
def page():
    return page_of([record(rv.trace("lstm"))])


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_page_of_a_demo_is_small(cell):
    assert len(page_of([record(rv.trace(cell))]).encode()) < 150_000


def test_a_page_names_nothing_outside_of_itself(page):
    outline = Outline(page)
    for tag, attributes in outline.elements:
        assert not {"src", "href", "style", "onclick", "onload"} & set(attributes), (
            tag,
            attributes,
        )
    urls = set(re.findall(r"https?://[\w./-]+", page))
    assert urls <= {"http://www.w3.org/2000/svg"}  # a name and no address
    assert "@import" not in page
    assert "url(" not in style()


def test_the_policy_allows_this_script_and_this_style_alone(page):
    outline = Outline(page)
    policy = next(
        a["content"] for tag, a in outline.elements if tag == "meta" and "http-equiv" in a
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    loader = outline.text("script", type="module")
    packed = base64.b64decode(outline.text("script", type="application/gzip"))
    assert gzip.decompress(packed).decode() == module()
    assert rules["script-src"] == f"{digest(loader)} {digest(module())}"
    assert rules["style-src"] == digest(outline.text("style"))


def digest(text):
    made = base64.b64encode(hashlib.sha256(text.encode()).digest())
    return f"'sha256-{made.decode()}'"


def test_a_page_holds_the_whole_record():
    tr = rv.trace("gru")
    outline = Outline(page_of([record(tr, captions={"t1.r": NASTY}, title=NASTY)]))
    again = json.loads(outline.text("script", type="application/json"))
    assert again == json.loads(json.dumps(record(tr, captions={"t1.r": NASTY}, title=NASTY)))
    assert outline.text("title") == outline.text("h1") == NASTY
    assert "img" not in [tag for tag, _ in outline.elements]


def test_json_in_a_script_element_has_none_of_the_signs_that_end_it():
    text = embedded({"title": NASTY})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"title": NASTY}
    with pytest.raises(ValueError, match="not JSON compliant"):
        embedded({"x": float("nan")})


def test_several_players_have_names_of_their_own():
    records = [record(rv.trace(cell)) for cell in ("lstm", "gru", "lstm")]
    outline = Outline(page_of(records, "Two LSTMs and a GRU"))
    ids = [attributes["id"] for tag, attributes in outline.elements if tag == "rnnviz-player"]
    assert ids == ["lstm", "gru", "lstm-2"]
    assert outline.text("h1") == "Two LSTMs and a GRU"


def test_a_snippet_is_a_part_of_a_page():
    text = snippet_of(record(rv.trace("rnn")), "dark")
    tags = [tag for tag, _ in Outline(text).elements]
    assert "html" not in tags
    assert "body" not in tags
    assert Outline(text).elements[0] == ("rnnviz-player", {"theme": "dark"})


def test_any_number_of_snippets_on_a_page_have_no_id_in_common():
    text = snippet_of(record(rv.trace("lstm"))) + snippet_of(record(rv.trace("lstm")))
    assert text.count("<rnnviz-player>") == 2
    assert " id=" not in re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)


def test_a_dark_page_is_printed_on_white(page):
    dark = page.index("body { background: #12151d")
    before = "@media not print { @media (prefers-color-scheme: dark) { "
    assert page[:dark].endswith(before)


def test_the_module_is_one_file_that_makes_no_code_and_no_markup():
    text = module()
    assert not re.findall(r"^import\b|\bimport\(|\beval\(|innerHTML|insertAdjacent", text, re.M)
    assert re.search(r"^export default \{ render \};$", text, re.M)


def test_every_part_is_in_the_module_behind_what_it_needs():
    folder = Path(rnnviz.web.module.__file__).parent / "player"
    assert sorted(path.stem for path in folder.glob("*.js")) == sorted(PARTS)
    assert sorted(path.stem for path in folder.glob("*.css")) == sorted(SHEETS)
    for place, part in enumerate(PARTS):
        text = (folder / f"{part}.js").read_text("utf-8")
        needed = re.findall(r'from "\./(\w+)\.js";$', text, re.M)
        assert set(needed) <= set(PARTS[:place]), part
        assert len(text.splitlines()) <= 300, part


def test_comments_and_indentation_stay_at_home():
    assert not re.findall(r"^\s|/\*|^//", module(), re.M)
    assert not re.findall(r"^\s|/\*", style(), re.M)


def test_to_html_writes_a_page_and_replaces_only_what_is_complete(tmp_path):
    path = tmp_path / "lstm.html"
    path.write_text("old", "utf-8")
    tr = rv.trace("lstm")
    with pytest.raises(rv.RnnvizError, match=r"^beat: wanted one of t1\.in"):
        tr.to_html(path, captions={"t9.f": "no"})
    assert path.read_text("utf-8") == "old"
    tr.to_html(path, title="My cell", gradients=tr.backward(dh_T=np.ones((1, 2))))
    assert Outline(path.read_text("utf-8")).text("title") == "My cell"
    tr.to_html(path, theme="dark")
    assert ("rnnviz-player", {"id": "lstm", "theme": "dark"}) in Outline(
        path.read_text("utf-8")
    ).elements


@pytest.mark.parametrize("theme", ["blue", "Dark", None, 3, [], 'dark" onclick="x'])
def test_another_theme_is_refused(tmp_path, theme):
    made = record(rv.trace("rnn"))
    for make in (
        lambda: rv.trace("rnn").to_html(tmp_path / "rnn.html", theme=theme),
        lambda: page_of([made], theme=theme),
        lambda: snippet_of(made, theme),
    ):
        with pytest.raises(rv.RnnvizError, match=r"^theme: wanted one of light, dark or .*got"):
            make()
    assert not list(tmp_path.iterdir())


def test_what_to_html_does_not_know_is_refused_by_python(tmp_path):
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        rv.trace("rnn").to_html(tmp_path / "rnn.html", colour="red")
