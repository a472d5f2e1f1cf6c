"""``rnnviz render`` as it is used: what it writes, what it prints, what it refuses and why."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import rnnviz as rv
import rnnviz.video.render
from rnnviz.cli import cli
from rnnviz.figures.catalogue import FIGURES

GOLDEN = Path(__file__).parent / "golden"
CELLS = ("legend", "rnn", "lstm", "gru")
KNOWN = ", ".join((*CELLS, *FIGURES))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    """Replace the slow part by a recorder that writes a small file."""
    calls = []

    def rendering(scene, view, output, settings, progress, how):
        yield
        calls.append((scene, view, output, settings))
        progress("a beat", 1, 2)
        if settings.is_folder:
            output.mkdir()
        else:
            output.write_bytes(b"new")
        for path in settings.beside(output).values():
            path.write_bytes(b"new")
        return rnnviz.video.render.Made(output)

    monkeypatch.setattr(rnnviz.video.render, "rendering", rendering)
    return calls


def run(*args):
    return CliRunner().invoke(cli, ["render", *map(str, args)])


def test_a_still_really_is_rendered_and_its_path_printed(here):
    done = run("rnn", "-s", "-ql", "--steps", 1, "--quiet")
    assert (done.exit_code, done.stdout) == (0, "renders/rnn.png\n")
    with Image.open("renders/rnn.png") as image:
        assert image.size == (854, 480)


@pytest.mark.parametrize(
    ("args", "path", "size", "fps", "kind"),
    [
        ([], "renders/lstm.mp4", (1920, 1080), 60, "mp4"),
        (["-ql"], "renders/lstm.mp4", (854, 480), 15, "mp4"),
        (["-qk"], "renders/lstm.mp4", (3840, 2160), 60, "mp4"),
        (["-t"], "renders/lstm.mov", (1920, 1080), 60, "mov"),
        (["-t", "--format", "webm"], "renders/lstm.webm", (1920, 1080), 60, "webm"),
        (["--format", "gif"], "renders/lstm.gif", (1920, 1080), 50, "gif"),
        (["--format", "png"], "renders/lstm", (1920, 1080), 60, "png"),
        (["-s"], "renders/lstm.png", (1920, 1080), 60, "png"),
        (["-o", "x.webm"], "x.webm", (1920, 1080), 60, "webm"),
        (["-o", "x"], "x.mp4", (1920, 1080), 60, "mp4"),
        (["-o", "y", "--format", "png"], "y", (1920, 1080), 60, "png"),
        (["-qm", "--fps", "24", "-r", "640,360"], "renders/lstm.mp4", (640, 360), 24, "mp4"),
    ],
)
def test_options_choose_format_size_rate_and_place(here, asked, args, path, size, fps, kind):
    done = run("lstm", *args)
    assert (done.exit_code, done.stdout) == (0, f"{path}\n")
    ((_, view, output, settings),) = asked
    assert (settings.width, settings.height) == size
    assert (settings.fps, settings.format, str(output)) == (fps, kind, path)
    assert view.trace.sizes == {"T": 3, "B": 1, "I": 3, "H": 2}


def test_look_and_source_options_reach_the_scene(here, asked):
    Path("x.csv").write_text("1,2\n3,4\n")
    done = run(
        "gru", "--input", "x.csv", "--h0", "-0.1,0.4", "--theme", "dark", "--digits", 2,
        "--title", "It's \"mine\"", "--pace", 0.5,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    view = asked[0][1]
    assert (view.theme.name, view.digits, view.title, view.pace) == ("dark", 2, 'It\'s "mine"', 0.5)
    assert view.trace["x"][:, 0].tolist() == [[1, 2], [3, 4]]
    assert view.trace.states["h_prev"].tolist() == [[-0.1, 0.4]]
    assert view.trace.cell.name == "gru"


def test_weights_of_a_pytorch_gru_give_pytorchs_h(here, asked):
    done = run("gru", "--input", GOLDEN / "gru_input.csv", "--weights", GOLDEN / "gru_state.npz")
    assert done.exit_code == 0, done.output
    h = asked[0][1].trace["h"][:, 0]
    expected = np.load(GOLDEN / "gru_expected_h.npy").reshape(h.shape)
    np.testing.assert_allclose(h, expected, rtol=1e-12, atol=1e-14)


def test_an_existing_output_needs_force(here, asked):
    path = here / "x.mp4"
    path.write_bytes(b"old")
    done = run("rnn", "-o", path)
    assert done.exit_code == 2
    assert "exists; --force replaces it" in done.stderr
    assert path.read_bytes() == b"old"
    assert run("rnn", "-o", path, "--force").exit_code == 0
    assert path.read_bytes() == b"new"


def test_preview_opens_what_was_made(here, asked, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    assert run("rnn", "-p").exit_code == 0
    assert opened == ["renders/rnn.mp4"]


def bad_weights():
    arrays = dict(np.load(GOLDEN / "gru_state.npz"))
    arrays["weight_hh_l0"] = arrays["weight_hh_l0"][:, :1]
    np.savez("bad.npz", **arrays)


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["vgg"], 2, f"SCENE: wanted one of {KNOWN} or a .py file, got 'vgg'"),
        (["no.py"], 3, "no.py: No such file or directory"),
        (["rnn", "-s", "--captions", "srt"], 2, "--captions: wanted burn or off with --still"),
        (["rnn", "--beat", "t1.h"], 2, "--beat: wanted with --still, got 't1.h' alone"),
        (
            ["rnn", "-o", "x.avi"],
            2,
            "wanted an extension of .mp4, .webm, .mov, .gif, .png, got '.avi'",
        ),
        (["rnn", "-o", "no/x.mp4"], 2, "wanted an existing folder, got 'no'"),
        (["rnn", "-o", "folder.mp4"], 2, "wanted a file, got the folder 'folder.mp4'"),
        (
            ["rnn", "-o", "x.mp4", "--format", "gif"],
            2,
            "--format: wanted 'mp4' for 'x.mp4', got 'gif'",
        ),
        (["rnn", "-o", "x.png"], 2, "wanted a folder for the png frames"),
        (["rnn", "-t", "--format", "mp4"], 2, "--transparent: wanted with webm, mov, gif or png"),
        (["rnn", "-s", "--format", "mp4"], 2, "--still: wanted with png, got 'mp4'"),
        (["rnn", "--format", "gif", "--fps", "60"], 2, "wanted at most 50 for gif, got 60"),
        (["rnn", "-r", "big"], 2, "wanted WIDTH,HEIGHT in pixels, got 'big'"),
        (["rnn", "-r", "1,1"], 2, "--resolution: width: wanted 64 to 7680, got 1"),
        (["rnn", "--steps", "0"], 2, "--steps"),
        (["rnn", "--hidden-size", "9"], 2, "--hidden-size"),
        (["rnn", "--c0", "1,1"], 3, "--c0: wanted none"),
        (
            ["rnn", "--input", "wide.csv", "--weights", "w.json", "--convention", "relu"],
            3,
            "wide.csv: x: wanted 3 inputs a timestep",
        ),
        (["rnn", "--input", "ragged.csv"], 3, "ragged.csv"),
        (["rnn", "--input", "nan.json"], 3, "nan.json"),
        (["gru", "--weights", "bad.npz"], 3, "bad.npz: weight_hh_l0: wanted shape"),
        (["rnn", "--input", "absent.csv"], 3, "absent.csv"),
        (["lstm-gates", "--seed", "3"], 2, "--seed: lstm-gates shows its own model and takes none"),
        (["compare", "--weights", "w.json"], 2, "--weights: compare shows its own model"),
        (["dense", "--input", "nan.json"], 2, "--input: dense shows its own model and takes none"),
        (["heat", "--detail", "brief"], 2, "--detail: heat has its own beats and takes none"),
        (["bptt", "--title", "W" * 80], 3, "title: wanted at most 40 characters, got 80"),
        (["rnn", "--title", "W" * 80], 3, "title: wanted at most about 30 characters, got 80"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(here, args, code, message):
    Path("folder.mp4").mkdir()
    Path("wide.csv").write_text("1,2,3,4\n")
    Path("ragged.csv").write_text("1,2\n3\n")
    Path("nan.json").write_text("[[1, NaN]]")
    weights = rv.demo(rv.CELLS["rnn"]).params
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    Path("w.json").write_text(json.dumps({n: getattr(weights, n).tolist() for n in names}))
    bad_weights()
    before = sorted(here.rglob("*"))
    done = run(*args, "--quiet")
    assert done.exit_code == code, done.output
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert [path for path in sorted(here.rglob("*")) if path.name != "renders"] == before


def test_more_units_than_can_be_drawn_are_refused(here):
    rng = np.random.default_rng(1)
    np.savez("w.npz", weight_ih=rng.normal(size=(30, 3)), weight_hh=rng.normal(size=(30, 10)))
    done = run("gru", "--weights", "w.npz", "--quiet")
    assert done.exit_code == 2
    assert "--units: wanted at most 8 hidden units in a picture, such as" in done.stderr


@pytest.mark.parametrize("command", ["render", "trace"])
def test_a_folder_that_cannot_be_written_is_said_before_any_work(here, asked, monkeypatch, command):
    """Asked of the system and not tried: these tests may run as root, who may write anywhere."""
    monkeypatch.setattr("rnnviz.cli.output.os.access", lambda path, mode: False)
    done = CliRunner().invoke(
        cli, [command, "rnn", "-o", "x.mp4" if command == "render" else "x.json"]
    )
    assert done.exit_code == 2
    assert "wanted a folder that can be written, got '.'" in done.stderr
    assert asked == []
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "burnt", "made"),
    [
        ([], True, ["rnn.mp4"]),
        (["--captions", "burn"], True, ["rnn.mp4"]),
        (["--captions", "off"], False, ["rnn.mp4"]),
        (["--captions", "srt"], False, ["rnn.mp4", "rnn.srt"]),
        (["--captions", "vtt", "--transcript"], False, ["rnn.mp4", "rnn.vtt", "rnn.txt"]),
        (["--captions", "off", "--transcript", "-s"], False, ["rnn.png", "rnn.txt"]),
        (["--captions", "srt", "--format", "png"], False, ["rnn", "rnn.srt"]),
    ],
)
def test_captions_and_a_transcript_go_where_they_are_asked_for(here, asked, args, burnt, made):
    done = run("rnn", *args)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"renders/{name}" for name in made]
    assert asked[0][1].captions is burnt


def test_a_file_beside_the_output_needs_force_too(here, asked):
    beside = here / "x.srt"
    beside.write_bytes(b"old")
    args = ("rnn", "-o", here / "x.mp4", "--captions", "srt")
    done = run(*args)
    assert done.exit_code == 2
    assert f"--output: '{beside}' exists; --force replaces it" in done.stderr
    assert (asked, beside.read_bytes()) == ([], b"old")
    assert run(*args, "--force").exit_code == 0
    assert beside.read_bytes() == b"new"


def test_detail_and_beat_reach_the_scene(here, asked):
    assert run("gru", "-s", "--beat", "t1.r", "--detail", "gates").exit_code == 0
    assert (asked[0][1].detail, asked[0][3].beat) == ("gates", "t1.r")


def test_a_still_of_a_beat_with_its_transcript_really_is_made(here):
    done = run("rnn", "-s", "-ql", "--beat", "t1.h_x", "--transcript", "--quiet", "-o", "x.png")
    assert (done.exit_code, done.stdout) == (0, "x.png\nx.txt\n")
    assert "[t1.h_x]" in Path("x.txt").read_text("utf-8")
    done = run("rnn", "-s", "-ql", "--beat", "t1.q", "--quiet", "-o", "y.png")
    assert done.exit_code == 3
    assert done.stderr.startswith("Error: beat: wanted one of t1.in, t1.h_h, ")
    assert len(done.stderr.splitlines()) == 1
    assert not Path("y.png").exists()


LECTURE = """\
from rnnviz.stage import DARK, CellScene


class Short(CellScene):
    cell = "gru"
    theme = DARK

    def construct(self):
        self.stage.play(self.storyboard["t1.in"])
"""


def test_a_lecture_in_a_file_brings_its_cell_and_theme(here, asked):
    Path("lecture.py").write_text(LECTURE)
    done = run("lecture.py", "--steps", 1)
    assert (done.exit_code, done.stdout) == (0, "renders/lecture.mp4\n")
    scene, view = asked[0][:2]
    assert (scene.__name__, view.trace.cell.name, view.theme.name) == ("Short", "gru", "dark")
    assert view.trace.sizes["T"] == 1
    done = run("lecture.py:Short", "--theme", "light")
    assert (done.exit_code, done.stdout) == (0, "renders/lecture-Short.mp4\n")
    assert asked[1][1].theme.name == "light"
    assert run("rnn").exit_code == 0
    assert asked[2][1].theme.name == "light"


def test_a_lecture_really_is_rendered(here):
    Path("lecture.py").write_text(LECTURE)
    assert run("lecture.py", "-s", "-ql", "--quiet", "-o", "x.png").stdout == "x.png\n"
    with Image.open("x.png") as image:
        assert image.getpixel((2, 2))[:3] == tuple(bytes.fromhex("12151d"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (LECTURE.replace("t1.in", "t1.f"), "lecture.py, line 9: beat: wanted one of t1.in, "),
        (
            LECTURE.replace("self.storyboard", "board"),
            "lecture.py, line 9: NameError: name 'board'",
        ),
        (LECTURE.replace("DARK,", ""), "lecture.py, line 6: NameError: name 'DARK'"),
        (
            LECTURE.replace("= DARK", "= 'dark'"),
            "lecture.py, line 4: Short.theme: wanted a Theme such as rnnviz.stage.DARK, got 'dark'",
        ),
        (
            LECTURE.replace('"gru"', '"grú"'),
            "lecture.py, line 4: Short.cell: wanted one of rnn, lstm, gru, got 'grú'",
        ),
        (
            LECTURE + "    def plan(self, view):\n        super().plan(view)\n",
            "Short.plan: wanted a Storyboard returned, got None",
        ),
        (
            LECTURE.replace('self.stage.play(self.storyboard["t1.in"])', "pass"),
            "scene: wanted an animation, Short plays none",
        ),
        (
            LECTURE + "class Two(Short):\n    pass\n",
            "wanted one subclass of CellScene, got Short, T",
        ),
        (
            "from manim import Scene\nclass A(Scene):\n    pass\n",
            "subclass of CellScene, got none",
        ),
    ],
)
def test_what_goes_wrong_in_a_lecture_is_one_line(here, source, message):
    Path("lecture.py").write_text(source)
    done = run("lecture.py", "-s", "-ql", "--quiet")
    assert done.exit_code == 3
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(here.glob("renders/*")) == []


def test_a_class_that_is_not_there_is_said_before_anything_about_the_output(here):
    Path("lecture.py").write_text(LECTURE)
    Path("renders").mkdir()
    Path("renders/lecture-Shirt.mp4").write_bytes(b"old")
    done = run("lecture.py:Shirt")
    assert (done.exit_code, done.stderr) == (
        3,
        "Error: lecture.py: wanted one of Short, got 'Shirt'\n",
    )


def test_a_folder_with_other_files_is_refused_even_with_force(here, asked):
    Path("talk").mkdir()
    Path("talk/notes.txt").write_text("mine")
    for folder, message in (
        ("talk", "wanted a folder with nothing but frames or clips, got 'talk' with 'notes.txt'"),
        (".", "wanted a folder to replace, got the current one, '.'"),
    ):
        done = run("rnn", "--format", "png", "-o", folder, "--force")
        assert (done.exit_code, asked) == (2, [])
        assert f"Error: --output: {message}\n" == done.stderr
    assert Path("talk/notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("args", "stale"),
    [
        ([], ["x.srt", "x.vtt", "x.txt"]),
        (["--captions", "srt", "--transcript"], ["x.vtt"]),
        (["-s"], ["x.txt"]),
    ],
)
def test_files_of_an_older_render_beside_the_output_are_named(here, asked, args, stale):
    for kind in ("srt", "vtt", "txt"):
        Path(f"x.{kind}").write_bytes(b"old")
    done = run("rnn", "-o", "x.png" if "-s" in args else "x.mp4", "--force", "--quiet", *args)
    assert done.exit_code == 0
    warned = [line.split(": ")[:2] for line in done.stderr.splitlines()]
    assert warned == [["Warning", name] for name in stale]
    assert all(Path(name).read_bytes() == b"old" for name in stale)


def test_debug_shows_where_a_lecture_failed(here):
    Path("lecture.py").write_text(LECTURE.replace("self.storyboard", "board"))
    done = CliRunner().invoke(cli, ["--debug", "render", "lecture.py", "-s", "-ql", "--quiet"])
    assert 'File "lecture.py", line 9, in construct' in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: lecture.py, line 9: NameError")


def test_a_scene_that_has_no_view_is_refused(here, asked, monkeypatch):
    monkeypatch.setattr("rnnviz.cli.render.load_scene", lambda name: dict)
    done = run("rnn")
    assert done.exit_code == 3
    assert "scene 'rnn': wanted a subclass of CellScene, got dict" in done.stderr


@pytest.mark.parametrize(
    ("name", "size"), [("x.mp4", (98, 66)), ("x.webm", (98, 66)), ("x.gif", (97, 65))]
)
def test_an_odd_side_gets_a_pixel_more_where_the_format_wants_it_even(here, name, size):
    Path("lecture.py").write_text(LECTURE)
    done = run("lecture.py", "-r", "97,65", "--fps", 2, "--steps", 1, "--pace", 0.1, "-o", name)
    assert done.exit_code == 0, done.output
    with av.open(name) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == size
    assert done.stderr.startswith(f"{size[0]}×{size[1]}, ")
    assert " drawn, 0 from the cache" in done.stderr or ": 0 drawn, " in done.stderr


def test_all_scenes_are_rendered_one_after_another(here, asked):
    done = run("--all", "-ql", "--quiet")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [f"renders/{name}.mp4" for name in (*CELLS, *FIGURES)]
    cells = [view.trace.cell.name for _, view, _, _ in asked]
    assert cells[:4] == ["lstm", "rnn", "lstm", "gru"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["rnn", "--all"], "SCENE: wanted none with --all, got 'rnn'"),
        (["--all", "-o", "x.mp4"], "--output: wanted none with --all, got 'x.mp4'"),
        ([], f"SCENE: wanted one of {KNOWN}, a .py file, or --all, got none"),
        (["rnn", "--executor", "tcp://x"], "wanted dask://HOST:PORT, got 'tcp://x'"),
        (["rnn", "--max-size", "big"], "wanted a size such as 500MB or 2GiB, got 'big'"),
        (["rnn", "--clips", "-s"], "--clips: wanted with mp4, webm, mov, got --still"),
        (["rnn", "--clips", "-o", "x.mp4"], "--output: wanted a folder for the clips, got 'x.mp4'"),
        (["rnn", "-o", "."], "--output: wanted a file, got the folder '.'"),
        (["rnn", "-o", ".."], "--output: wanted a file, got the folder '..'"),
        (["rnn", "-o", "/"], "--output: wanted a file, got the folder '/'"),
        (["rnn", "--pace", "nan"], "'--pace': wanted a number, got nan"),
    ],
)
def test_options_of_work_that_cannot_be_are_refused(here, asked, args, message):
    done = run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert not asked


def test_the_seconds_that_a_profile_names_are_all(here):
    done = run(
        "rnn", "-r", "96,64", "--fps", 2, "--steps", 1, "--pace", 0.1, "--profile", "--quiet"
    )
    assert done.exit_code == 0, done.output
    rows = {line.split()[0]: float(line.split()[1]) for line in done.stderr.splitlines()}
    total = rows.pop("processors")
    assert {"scene", "motion", "draw", "encode", "join"} <= {*rows}
    assert abs(sum(rows.values()) - total) < 0.02 * len(rows)
