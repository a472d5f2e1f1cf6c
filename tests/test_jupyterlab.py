"""The widget in a real JupyterLab, steered from both sides, and the notebook's page without one.

``pytest -s`` prints what was done and seen.
"""

import shutil

import pytest
from playwright.sync_api import expect
from traitlets.config import Config

import rnnviz as rv
from lab import SECONDS, cell_of, notebook_of, served, started, tell, window, write
from rnnviz.captions import caption
from rnnviz.rounding import show
from rnnviz.web.edits import edited

CELLS = (
    "import rnnviz as rv\n\ntr = rv.trace('lstm')\nw = rv.explore(tr)\nw",
    "print(w.t, w.beat)",
    "w.t = 1",
    "w.beat = 't2.f'\nw.edits['x[1,0]'] = 1.5",
    "print(w.edits, w.trace['fc'][1, 0].round(3).tolist())",
    "w.reset()\nw.beat = 't2.h'\nw.view = 'gradients'\nprint(w.beat, w.edits)",
    "w.t = 9",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with served(tmp_path_factory.mktemp("jupyter"), {"explore": CELLS}) as running:
        yield running


@pytest.fixture(scope="module")
def page(lab):
    """JupyterLab with the notebook open, in one window for all tests: it takes long to load."""
    with window(lab.url) as page:
        page.goto(lab.address("explore"))
        yield page


def test_a_notebook_and_its_player_steer_each_other(lab, page, tmp_path):
    trace = rv.trace("lstm")
    notebook = started(page)
    player = page.locator(".rv-player")
    notebook.run()
    notebook.sees("x = (0.400, −0.700, 1.000) meets the initial h and c.")

    tell("click  ", "next")
    player.locator(".rv-next").click()
    notebook.sees(caption(trace, "f", 0))
    assert notebook.run() == "0 t1.f"

    notebook.run()  # w.t = 1
    notebook.sees(caption(trace, "in", 1))
    notebook.run()  # a beat, and an edit
    now = edited(trace, 0, {"x[1,0]": 1.5})
    notebook.sees(caption(now, "f", 1))

    tell("type   ", "c_prev[0]: −0.25")
    player.locator(".rv-whatif > summary").click()
    player.locator('[data-address="c_prev[0]"]').click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("-0.25")
    page.keyboard.press("Enter")
    edits = {"x[1,0]": 1.5, "c_prev[0]": -0.25}
    now = edited(trace, 0, edits)
    tell("key    ", "→")
    player.locator(".rv-next").focus()
    page.keyboard.press("ArrowRight")
    for letter in "add":  # which would make a cell and delete one, were the player not in focus
        page.keyboard.press(letter)
    notebook.sees(caption(now, "fc", 1))
    assert notebook.run() == f"{edits} {now['fc'][1, 0].round(3).tolist()}"

    assert notebook.run() == "t2.h {}"  # back to the start, the backward pass
    expect(player.locator(".rv-view", has_text="Gradients")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert notebook.run() == "t: wanted 0 to 2, got 9"
    assert notebook.count() == len(CELLS)

    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    assert page.refused == []
    assert page.errors == []
    written = tmp_path / "explore.html"
    written.write_text(exported(lab.folder / "explore.ipynb"), encoding="utf-8")
    tell("export ", f"{written.name}, {written.stat().st_size / 1000:.0f} kB")
    reads_offline(written)


# Without a kernel


@pytest.fixture
def notebooks(tmp_path):
    """A notebook with the output of ``rv.explore``, and the same with the widget's state saved."""
    widget = rv.explore(rv.trace("lstm"))
    data, metadata = widget._repr_mimebundle_()
    output = {"output_type": "display_data", "data": data, "metadata": metadata}
    cells = [cell_of("rv.explore(tr)", [output], id="explore")]
    state = {"model_name": "AnyModel", "model_module": "anywidget", "state": {}}
    saved = {"state": {widget.model_id: state}, "version_major": 2, "version_minor": 0}
    widgets = {"widgets": {"application/vnd.jupyter.widget-state+json": saved}}
    plain, stored = tmp_path / "plain.ipynb", tmp_path / "stored.ipynb"
    write(notebook_of(cells), plain)
    write(notebook_of(cells, widgets), stored)
    return plain, stored


def exported(path, **options):
    """A notebook as an HTML page, as JupyterLab's menu and ``jupyter nbconvert`` make it."""
    from nbconvert import HTMLExporter  # here, since it takes long and few tests need it

    return HTMLExporter(**options).from_filename(str(path))[0]


def reads_offline(path):
    """The player in an exported page works with no network at all."""
    with window() as page:
        page.goto(path.as_uri())
        told = page.frame_locator("iframe").locator(".rv-caption")
        expect(told).to_have_text("x = (0.400, −0.700, 1.000) meets the initial h and c.")
        page.frame_locator("iframe").locator(".rv-next").click()
        expect(told).to_have_text(caption(rv.trace("lstm"), "f", 0))
        tell("offline", told.inner_text())
        # nbconvert's own page asks for MathJax; the player's frame asks for nothing
        assert all(is_outer for is_outer, _ in page.refused)


def test_an_export_shows_the_player_unless_the_widgets_state_is_saved(notebooks, tmp_path):
    """With a saved state nbconvert takes the live view, from a network: one option clears it."""
    plain, stored = notebooks
    clearing = Config(ClearMetadataPreprocessor={"enabled": True})
    for k, text in enumerate((exported(plain), exported(stored, config=clearing))):
        assert "widget-view+json" not in text
        page = tmp_path / f"{k}.html"
        page.write_text(text, encoding="utf-8")
        reads_offline(page)
    live = exported(stored)
    assert "<iframe" not in live
    assert "embed-amd.js" in live


def test_in_a_notebook_that_is_not_trusted_the_numbers_stay(lab, page, notebooks):
    """JupyterLab strips scripts, frames and styles from what somebody else has run."""
    shutil.copy(notebooks[0], lab.folder / "theirs.ipynb")
    started(page)
    page.evaluate("window.jupyterapp.commands.execute('docmanager:open', { path: 'theirs.ipynb' })")
    theirs = page.locator(".jp-NotebookPanel:visible", has=page.locator(".jp-OutputArea table"))
    shown = theirs.locator(".jp-OutputArea-output")
    table = shown.locator("table").first
    expect(table).to_be_visible(timeout=1000 * SECONDS)
    expect(shown.locator("iframe")).to_have_count(0)
    trace = rv.trace("lstm")
    wanted = [
        [name, *(show(float(value)) for value in vector)] for name, vector in trace.at(0).items()
    ]
    rows = table.evaluate("table => [...table.rows].map(r => [...r.cells].map(c => c.innerText))")
    assert [[name, *filter(None, numbers)] for name, _, *numbers in rows[1:]] == wanted
