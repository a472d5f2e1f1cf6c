"""Run the notebooks and keep what they say: ``python tools/notebooks.py [NAME.ipynb …]``.

Of a player only its table as a picture is kept, which is what a reader of the repository can see;
the live view and the page for exports would be ten times as large and are made when it is run.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LIVE = "application/vnd.jupyter.widget-view+json"
SECONDS = 120  # that a cell may take


def executed(path: Path) -> NotebookNode:
    """Return a notebook with its outputs, run in a folder of its own."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            resources={"metadata": {"path": folder}},
            store_widget_state=False,
            record_timing=False,
        )
        client.execute()
    return notebook


def lightened(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without what only a running kernel or an export needs."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if data.pop(LIVE, None) is not None:
                data.pop("text/html", None)
    return notebook


def main() -> None:
    """Run the notebooks that are named, or all."""
    for path in map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(NOTEBOOKS.glob("*.ipynb")):
        nbformat.write(lightened(executed(path)), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
