"""The same film through every executor: threads, processes, and a Dask cluster that loses one."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from dask_cluster import SECONDS, started
from picture import view
from rnnviz import RnnvizError
from rnnviz.cli import cli
from rnnviz.scene_file import scene_in
from rnnviz.stage import TracedScene
from rnnviz.video import cluster as clusters
from rnnviz.video import render
from rnnviz.video.cache import Cache
from rnnviz.video.cluster import connected
from rnnviz.video.elsewhere import parts
from rnnviz.video.settings import Settings
from rnnviz.video.studio import How
from scenes.rnn import RNNCell

SMALL = Settings(96, 64, 10)
TINY = """
import os
from manim import RIGHT, Square
from rnnviz.stage import TracedScene

SIDE = 2

class Tiny(TracedScene):
    cell = "rnn"

    def construct(self):
        for k in range(3):
            self.next_section(f"part {k + 1}")
            square = Square(SIDE, fill_opacity=1).shift(k * RIGHT)
            self.play(square.animate.shift(RIGHT), run_time=0.4)
            self.wait(0.4)
            if k == 1 and "AWAY" in os.environ:
                self.away()

    def away(self):
        """
KILLED = """if not os.path.exists({flag!r}):
            open({flag!r}, "x").close()
            os.kill(os.getpid(), 9)
"""
HELD = """import socket
        with socket.create_connection(("127.0.0.1", {port})) as caller:
            caller.recv(1)
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    for name in ("rnnviz_scene_file", "helper_of_tiny"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two workers, which their nannies start again if they die."""
    with started(tmp_path_factory.mktemp("dask")) as running:
        running.add("--nworkers", "2")
        running.joined(2)
        yield running


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A cluster without workers: each test brings its own, and sends them away."""
    with started(tmp_path_factory.mktemp("dask")) as running:
        yield running


def tiny(away="pass", helper=""):
    """Return a scene in tiny.py that does something of its own where it is away from home."""
    Path("tiny.py").write_text(TINY.replace("SIDE = 2", helper or "SIDE = 2") + away)
    sys.modules.pop("helper_of_tiny", None)
    return scene_in(Path("tiny.py"), "", TracedScene)


def made(scene, name, how=None, settings=SMALL, progress=lambda *said: None):
    """Render and return the bytes."""
    shown = view("rnn", steps=1, pace=0.1)
    return render.render(scene, shown, Path(name), settings, progress, how).path.read_bytes()


def alone(scene, settings=SMALL):
    return made(scene, "alone.mp4", How(1), settings)


def processes(kind="fork"):
    """One process, in which scenes are away from home."""
    return ProcessPoolExecutor(1, multiprocessing.get_context(kind), go_away)


def go_away():
    os.environ["AWAY"] = "1"


def on(address):
    return ("--executor", f"dask://{address}", "-r", "96,64", "--fps", 10, "--no-cache", "--quiet")


def command(*args):
    """Start ``rnnviz render`` as a user does: what anyone writes to stderr is seen."""
    given = [sys.executable, "-m", "rnnviz", "render", *map(str, args)]
    env = {**os.environ, "PYTHONPATH": str(Path(render.__file__).parents[2])}
    pipe = subprocess.PIPE
    return subprocess.Popen(given, stdout=pipe, stderr=pipe, text=True, env=env)


def refused(address):
    """Return the one line with which a render ends; the old file stays, and no thread does."""
    Path("a.mp4").write_bytes(b"old")
    before = {*threading.enumerate()}
    asked = ["render", "rnn", *map(str, on(address)), "-o", "a.mp4", "--force"]
    done = CliRunner().invoke(cli, asked)
    assert (done.exit_code, done.stdout) == (3, "")
    assert Path("a.mp4").read_bytes() == b"old"
    assert {*threading.enumerate()} <= before
    (line,) = done.stderr.splitlines()
    return line.removeprefix("Error: ")


def greet(server):
    """Speak first, as servers of other kinds do, too."""
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"SSH-2.0-no-scheduler\r\n")


# Threads and processes.


def test_threads_film_the_same_one_after_the_other():
    scene, said = tiny(), []
    wanted = alone(scene)
    with ThreadPoolExecutor(3) as executor:
        got = made(scene, "a.mp4", How(3, executor), progress=lambda *one: said.append(one))
    assert got == wanted
    assert {name for name, _, _ in said} == {"part 1", "part 2", "part 3"}
    assert [counts for _, *counts in said] == [[1, 3], [2, 3], [3, 3]]


@pytest.mark.parametrize("kind", ["fork", "forkserver", "spawn"])
def test_processes_film_the_same_and_print_nothing(kind, capfd):
    scene = tiny("print('away')")
    with processes(kind) as executor:
        assert made(scene, "a.mp4", How(2, executor)) == alone(scene)
    assert capfd.readouterr() == ("", "")


def test_a_process_that_is_killed_is_one_line_and_the_old_file_stays():
    scene = tiny(KILLED.format(flag="killed"))
    Path("a.mp4").write_bytes(b"old")
    told = r"^executor: wanted section 1 to 3 filmed, got BrokenProcessPool: [^\n]+$"
    with processes() as executor, pytest.raises(RnnvizError, match=told):
        made(scene, "a.mp4", How(1, executor))
    assert Path("a.mp4").read_bytes() == b"old"


def test_only_what_the_cache_does_not_hold_is_filmed(here):
    cache = Cache(here / "cache", 1 << 30)
    with ThreadPoolExecutor(1) as executor:
        for change, filmed in (("k * RIGHT", 3), ("k * RIGHT", 0), ("(k % 2) * RIGHT", 1)):
            path = Path("tiny.py")
            path.write_text(TINY.replace("k * RIGHT", change) + "pass")
            scene = scene_in(path, "", TracedScene)
            done = render.render(
                scene, view("rnn"), Path("a.mp4"), SMALL, how=How(3, executor, cache)
            )
            assert done.filmed == filmed
            assert done.path.read_bytes() == alone(scene)


def test_pieces_are_runs_of_about_as_many_frames():
    assert parts({0: 10, 1: 10, 2: 10, 3: 10}, 2) == [(0, 1), (2, 3)]
    assert parts({0: 90, 1: 10, 4: 10, 5: 10}, 2) == [(0,), (1, 4, 5)]
    assert parts({3: 1, 7: 1}, 5) == [(3,), (7,)]
    assert parts({0: 1}, 1) == [(0,)]


@pytest.mark.parametrize(
    ("away", "section"),
    [
        ("self.wait(0.4)", "section 2, 'part 2'"),
        ("raise EOFError", ""),
        ("from manim.utils.exceptions import EndSceneEarlyException as E; raise E", "section 3"),
        ("self.add(Square())", "section 3, 'part 3'"),
    ],
)
def test_what_is_not_the_same_elsewhere_is_refused(here, away, section):
    cache = Cache(here / "cache", 1 << 30)
    made(tiny(helper="SIDE = 1"), "a.mp4", How(1, cache=cache))  # from now on keys are looked up
    told = f"^executor: wanted {section}" if section else r"/tiny.py, line \d+: EOFError$"
    with processes() as executor, pytest.raises(RnnvizError, match=told):
        made(tiny(away), "a.mp4", How(1, executor, cache))


# A cluster.


def test_a_cluster_films_the_same_without_the_file_and_leaves_nothing(cluster):
    scene = tiny()
    wanted = alone(scene)
    Path("tiny.py").unlink()
    with connected(cluster.address) as (executor, workers):
        assert workers == 2
        assert made(scene, "a.mp4", How(3, executor)) == wanted
    assert cluster.tasks() == cluster.left() == []


def test_a_cluster_films_a_real_scene(cluster):
    settings = Settings(320, 180, 5)
    with connected(cluster.address) as (executor, _):
        assert made(RNNCell, "a.mp4", How(4, executor), settings) == alone(RNNCell, settings)


def test_modules_beside_a_file_are_read_each_time_and_missed_by_name(cluster):
    helper = Path("helper_of_tiny.py")
    with connected(cluster.address) as (executor, _):
        for side in ("1", "2.5"):
            helper.write_text(f"SIDE = {side}")
            scene = tiny(helper="from helper_of_tiny import SIDE")
            assert made(scene, "a.mp4", How(3, executor)) == alone(scene)
        helper.unlink()
        told = r"^/.*/tiny.py, line 6: ModuleNotFoundError: No module named 'helper_of_tiny'$"
        with pytest.raises(RnnvizError, match=told):
            made(scene, "a.mp4", How(3, executor))


def test_a_worker_that_is_killed_half_way_does_not_lose_the_render(cluster, here):
    flag = here / "killed"
    wanted = alone(tiny(KILLED.format(flag=str(flag))))
    process = command("tiny.py", *on(cluster.address), "-o", "a.mp4")
    assert process.communicate(timeout=SECONDS) == ("a.mp4\n", "")
    assert flag.exists()
    assert Path("a.mp4").read_bytes() == wanted
    assert cluster.tasks() == cluster.left() == []
    cluster.joined(2)  # its nanny has started another


def test_nor_does_one_that_stays_away(here, scheduler):
    scene = tiny(KILLED.format(flag=str(here / "killed")))
    both = [scheduler.add("--no-nanny") for _ in range(2)]
    scheduler.joined(2)
    with connected(scheduler.address) as (executor, _):
        assert made(scene, "a.mp4", How(3, executor)) == alone(scene)
    assert {one.poll() for one in both} == {None, -signal.SIGKILL}
    assert scheduler.tasks() == scheduler.left() == []
    scheduler.dismiss()


def test_ctrl_c_cancels_what_the_cluster_does(cluster):
    Path("a.mp4").write_bytes(b"old")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        tiny(HELD.format(port=server.getsockname()[1]))
        process = command("tiny.py", *on(cluster.address), "-o", "a.mp4", "--force", "-j", 3)
        held, _ = server.accept()
        with held:
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=SECONDS) == ("", "\n")
            assert process.returncode == 130
            assert cluster.tasks() == []
    assert Path("a.mp4").read_bytes() == b"old"


def test_a_cluster_that_is_of_no_use_is_one_line(scheduler, here, monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = f"127.0.0.1:{server.getsockname()[1]}"
        assert refused(silent).startswith(f"executor: wanted a scheduler at {silent!r}, got timed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        other = f"127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=greet, args=[server])
        thread.start()
        assert refused(other).endswith("got something else")
        thread.join()
    told = f"executor: wanted a scheduler at {silent!r}, got Connection refused"
    assert refused(silent) == told
    assert refused("nowhere") == "executor: wanted HOST:PORT of a scheduler, got 'nowhere'"
    monkeypatch.setattr(clusters, "SECONDS", SECONDS)
    told = f"executor: wanted workers at {scheduler.address!r}, got none"
    assert refused(scheduler.address) == told
    scheduler.add("--no-nanny", FONTCONFIG_FILE="/none")
    scheduler.joined(1)
    told = refused(scheduler.address)
    assert told.startswith("worker tcp://127.0.0.1:")
    assert ": wanted the same versions, got fonts: " in told
    scheduler.dismiss()
    Path("gone.py").write_text("import sys; sys.modules['rnnviz'] = None")
    scheduler.add("--no-nanny", "--preload", str(here / "gone.py"))
    scheduler.joined(1)
    assert ": wanted rnnviz, got ModuleNotFoundError" in refused(scheduler.address)
    scheduler.dismiss()


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = refused("127.0.0.1:1")
    assert told.endswith("got none; pip install 'rnnviz[cluster]' brings it")
