"""A JupyterLab for the tests: a server of its own, and a notebook in the browser.

Everything that Jupyter would read or write of its user's is in a folder of the test. ``pytest -s``
prints what was done and seen.
"""

import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

import rnnviz as rv
from browser import chromium

SECONDS = 60
UNUSED = "rfc3987_syntax"  # with which jsonschema checks IRIs: it takes 3 s to compile its grammars
sys.modules.setdefault(UNUSED, None)  # jsonschema does without if it cannot be imported


@dataclass
class Lab:
    """A running server: its address with the token, and the folder of its notebooks."""

    url: str
    token: str
    folder: Path

    def address(self, name):
        """Where a notebook opens, alone in a workspace of its own."""
        return f"{self.url}lab/workspaces/{name}/tree/{name}.ipynb?token={self.token}"


def cell_of(source, outputs=(), **options):
    """A code cell of a notebook, as it is written."""
    made = {"cell_type": "code", "source": source, "outputs": [*outputs], "metadata": {}}
    return {**made, "execution_count": None, **options}


def notebook_of(cells, metadata=None):
    """A notebook of these cells, as it is written."""
    return {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}


def write(notebook, path):
    path.write_text(json.dumps(notebook), encoding="utf-8")


@contextlib.contextmanager
def served(home, notebooks):
    """A server with these notebooks, by name: lists of the sources of cells."""
    folder = home / "notebooks"
    folder.mkdir()
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for name, sources in notebooks.items():
        cells = [cell_of(text, id=f"cell-{k}") for k, text in enumerate(sources)]
        write(notebook_of(cells, metadata), folder / f"{name}.ipynb")
    without = home / "without"
    without.mkdir()
    (without / f"{UNUSED}.py").write_text("raise ImportError")
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension"  # no calls home
    quiet.mkdir(parents=True)
    settings = {"checkForUpdates": False, "fetchNews": "false"}
    (quiet / "notification.jupyterlab-settings").write_text(json.dumps(settings))
    env = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ},
        "HOME": str(home),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (without, Path(rv.__file__).parent.parent))),
    }
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.allow_root": True,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": token,
        "LabApp.user_settings_dir": home / "settings",
        "LabApp.workspaces_dir": home / "workspaces",
        "LabApp.expose_app_in_browser": True,
        "LabApp.extension_manager": "readonly",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}/"
            wait_for_server(f"{url}api/status?token={token}", server, home / "log.txt")
            yield Lab(url, token, folder)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:  # which happens now and then
                server.kill()
                server.wait()


def wait_for_server(url, server, log):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@contextlib.contextmanager
def window(home=""):
    """A page that may reach ``home`` alone; what else asked for is in ``refused``, with who did."""
    made = chromium().new_context(viewport={"width": 1400, "height": 1100})
    page = made.new_page()
    page.refused, page.errors = [], []
    page.set_default_timeout(1000 * SECONDS)

    def answer(route):
        if home and route.request.url.startswith(home):
            route.continue_()
        else:
            page.refused.append((route.request.frame is page.main_frame, route.request.url))
            route.abort()

    made.route(re.compile("^https?://"), answer)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    try:
        yield page
    finally:
        made.close()


class Notebook:
    """A notebook in the browser: run its cells one after the other and read what they say."""

    def __init__(self, page):
        self.page, self.next = page, 0

    def run(self):
        """Run the next cell to its end and return what it prints, or the error."""
        k, self.next = self.next, self.next + 1
        ran = self.page.evaluate(
            """async (k) => {
                const { commands, shell } = window.jupyterapp;
                const { content } = shell.currentWidget;
                content.activeCellIndex = k;
                content.deselectAll();
                await commands.execute("notebook:run-cell");
                const { outputs, sharedModel } = content.widgets[k].model;
                return { source: sharedModel.source, outputs: outputs.toJSON() };
            }""",
            k,
        )
        said = "".join(
            one.get("text", "") or one.get("evalue", "") for one in ran["outputs"]
        ).strip()
        tell("python ", ran["source"])
        tell("prints ", said) if said else None
        return said

    def count(self):
        """How many cells there are."""
        return self.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")

    def sees(self, told):
        """Wait until the player says this."""
        caption = self.page.locator(".rv-player .rv-caption")
        expect(caption).to_have_text(told, timeout=1000 * SECONDS)
        tell("player ", told)


def tell(who, what):
    """A line of the transcript."""
    print(who, what.replace("\n", "\n        "))


def started(page):
    """The notebook that a page opens; it is there when its kernel is."""
    page.wait_for_function(
        """() => {
            const shown = window.jupyterapp?.shell.currentWidget;
            return shown?.context?.isReady && shown.sessionContext.session?.kernel;
        }"""
    )
    return Notebook(page)
