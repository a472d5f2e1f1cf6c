"""The notebooks run, say what is committed, and what they claim is so.

``python tools/notebooks.py`` puts the real output in.
"""

import re
import runpy
from pathlib import Path

import nbformat
import numpy as np
import pytest

import rnnviz as rv

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TOOL = runpy.run_path(str(ROOT / "tools" / "notebooks.py"))
executed, lightened = TOOL["executed"], TOOL["lightened"]
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """Whatever Jupyter reads or writes of its user's is in a folder of the test."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def said(notebook):
    """What the code cells say as text, cell by cell."""
    return [
        "".join(out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in outputs)
        for outputs in (cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    ]


def numbers(text):
    """The last row of numbers in brackets."""
    return np.array(re.findall(r"\[([^\[\]]*)\]", text)[-1].split(), float)


def test_all_three_are_there():
    stems = {path.stem for path in NOTEBOOKS}
    assert stems == {"first-steps", "your-own-pytorch-model", "what-the-gates-do"}


@each
def test_it_runs_and_says_what_is_committed(path):
    """Each cell runs (its own assertions hold), and the text it gives is the text in the file."""
    committed = nbformat.read(path, as_version=4)
    assert said(lightened(executed(path))) == said(committed)


@each
def test_what_is_committed_is_small_and_can_be_read_without_running(path):
    assert path.stat().st_size < 300_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert not any("widget" in kind for out in outputs for kind in out.get("data", ()))
    assert sum("image/png" in out.get("data", {}) for out in outputs) == 1  # the player's table
    assert "<table>" in str(outputs)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@each
def test_its_links_lead_somewhere(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for link in re.findall(r"\]\(([^)]+)\)", cell.source) if cell.cell_type != "code" else ():
            assert "://" in link or (path.parent / link).exists(), link


def test_first_steps_end_with_what_the_edit_does():
    texts = said(nbformat.read(ROOT / "notebooks" / "first-steps.ipynb", as_version=4))
    made = rv.demo(rv.CELLS["lstm"])
    x = made.x.copy()
    x[2, 0, 1] = 1.2
    states = made.states
    changed = rv.trace("lstm", x, made.params, h0=states["h_prev"], c0=states["c_prev"])
    edit = next(text for text in texts if "as it is" in text)
    assert np.allclose(numbers(edit), changed["h"][2, 0], atol=0.0005)
    assert texts[-1].strip() == "[True, True, False]"


def test_first_steps_leave_a_question_that_has_an_answer():
    """Down from −0.6 h₁ gets positive; of f, i, g and o only g changes its sign, or by much."""

    def last(first_input):
        x = made.x.copy()
        x[2, 0, 0] = first_input
        states = made.states
        changed = rv.trace("lstm", x, made.params, h0=states["h_prev"], c0=states["c_prev"])
        return {name: changed[name][2, 0, 0] for name in ("h", "f", "i", "g", "o")}

    made = rv.demo(rv.CELLS["lstm"])
    before, above, below = (last(value) for value in (made.x[2, 0, 0], -0.7, -1.0))
    assert made.x[2, 0, 0] == -0.6
    assert max(before["h"], above["h"], *(last(up)["h"] for up in np.linspace(-0.6, 3, 20))) < 0
    assert below["h"] > 0 > before["h"]
    assert below["g"] > 0 > before["g"]
    assert all(abs(below[name] - before[name]) < 0.05 for name in "fio")


def test_a_shut_gate_keeps_what_an_open_one_loses():
    texts = said(nbformat.read(ROOT / "notebooks" / "what-the-gates-do.ipynb", as_version=4))
    text = next(text for text in texts if "gate shut" in text)
    shut, opened = (numbers(line) for line in text.splitlines())
    f = 1 / (1 + np.exp(-3.0))
    assert shut[3] == pytest.approx(shut[0] * f**3, abs=0.001)
    assert shut[7] > 0.6 > 0.3 > opened[7]


def test_a_notebook_that_says_something_else_is_caught(tmp_path):
    path = tmp_path / "changed.ipynb"
    cells = [nbformat.v4.new_code_cell("print(1 + 1)", id="one", execution_count=1)]
    cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="3\n")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = said(nbformat.read(path, as_version=4))
    assert before == ["3\n"]
    assert said(executed(path)) == ["2\n"]
