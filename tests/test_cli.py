import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

import rnnviz.cli.scenes
import rnnviz.cli.show
from rnnviz import __version__
from rnnviz.cli import COMMANDS, cli
from rnnviz.cli.lazy import one_line

PYTHON = (sys.executable, "-m", "rnnviz")
GRU = {"weight_ih": np.ones((6, 3)), "weight_hh": np.ones((6, 2))}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("w.npz", **GRU)
    np.savez("lstm.npz", weight_ih=np.ones((8, 3)), weight_hh=np.ones((8, 2)))
    np.savez("two.npz", **GRU, weight_ih_l1=np.ones((6, 2)))
    np.savez("odd.npz", weight_ih=np.ones((6, 3)), weight_hh=np.ones((6, 4)))
    np.savez("wide.npz", weight_ih=np.ones((6, 9)), weight_hh=np.ones((6, 2)))
    np.save("objects.npy", np.array([[None]]), allow_pickle=True)
    np.save("wide.npy", np.ones((2, 9)))
    for name, text in {
        "x.csv": "1,2,3\n",
        "ragged.csv": "1,2,3\n1,2\n",
        "nan.csv": "1,2,3\n4,nan,6\n",
        "two.csv": "1,2\n",
        "empty.csv": "",
        "x.txt": "1",
        "keys.json": '{"weight_ih": [[1]]}',
        "line\nbreak.csv": "1,2,3\nx,y,z\n",
    }.items():
        Path(name).write_text(text)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def subrun(*args: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PYTHON, *args], capture_output=True, text=True, **options)


USAGE = [
    (
        ["play"],
        "command: wanted one of render, page, open, show, trace, inspect, scenes, cache, "
        "doctor, got 'play'",
    ),
    (["--nothing"], "No such option"),
    (["show"], "Choose from: rnn, lstm, gru"),
    (["show", "cnn"], "'cnn' is not one of 'rnn', 'lstm', 'gru'"),
    (["trace", "cnn", "-o", "out.json"], "'cnn' is not one of 'rnn', 'lstm', 'gru'"),
    (["trace", "lstm"], "Missing option '-o'"),
    (["trace", "lstm", "-o", "out.xml"], "wanted an extension of .json, .csv, .npz, got '.xml'"),
    (["show", "lstm", "--steps", "0"], "0 is not in the range x>=1"),
    (["show", "lstm", "--steps", "many"], "'many' is not a valid integer"),
    (["show", "lstm", "--seed", "-1"], "-1 is not in the range x>=0"),
    (["show", "lstm", "--input-size", "9"], "9 is not in the range 1<=x<=8"),
    (["show", "lstm", "--hidden-size", "0"], "0 is not in the range 1<=x<=8"),
    (["show", "lstm", "--digits", "0"], "0 is not in the range 1<=x<=9"),
    (["show", "lstm", "--t", "0"], "0 is not in the range x>=1"),
    (["show", "lstm", "--t", "4"], "--t: wanted 1 to 3, got 4"),
    (["show", "lstm", "--unit", "3"], "--unit: wanted 1 to 2, got 3"),
    (["show", "lstm", "--gate", "f"], "--gate: wanted --unit too, got --gate alone"),
    (["show", "gru", "--unit", "1", "--gate", "f"], "--gate: wanted one of r, z, n, got 'f'"),
    (["show", "lstm", "--h0", "a,b"], "wanted numbers with commas between them, got 'a,b'"),
    (["show", "lstm", "--c0", "1,"], "wanted numbers with commas between them, got '1,'"),
    (["show", "lstm", "--h0"], "Option '--h0' requires an argument"),
    (["scenes", "all"], "unexpected extra argument (all)"),
    (["show", "gru", "--input", "x.csv", "--steps", "3"], "--steps: wanted none with --input"),
    (
        ["show", "gru", "--input", "x.csv", "--input-size", "3"],
        "--input-size: wanted none with --i",
    ),
    (["show", "gru", "--weights", "w.npz", "--input-size", "3"], "--input-size: wanted none with"),
    (["show", "gru", "--weights", "w.npz", "--hidden-size", "2"], "--hidden-size: wanted none w"),
    (
        ["show", "gru", "--weights", "w.npz", "--input", "x.csv", "--seed", "0"],
        "--seed: wanted none with --input and --weights, which leave nothing to draw",
    ),
]
BAD_DATA = [
    (["show", "lstm", "--h0", "1"], "h0: wanted shape (B, H) = (1, 2) or (H,), got (1,)"),
    (["show", "lstm", "--h0", "0,nan"], "h0: wanted finite numbers, got nan at index [1]"),
    (["show", "gru", "--c0", "1,1"], "c0: wanted none (GRU has no cell state)"),
    (["show", "gru", "--input", "none.csv"], "none.csv: wanted a file, found nothing there"),
    (["show", "gru", "--input", "."], ".: wanted an extension of .csv, .npy, .json, got none"),
    (["show", "gru", "--input", "x.txt"], "x.txt: wanted an extension of .csv, .npy, .json"),
    (["show", "gru", "--input", "empty.csv"], "empty.csv: wanted numbers, got an empty file"),
    (["show", "gru", "--input", "ragged.csv"], "row 2: wanted 3 columns like the first row, got 2"),
    (["show", "gru", "--input", "nan.csv"], "row 2, column 2: wanted a finite number, got 'nan'"),
    (["show", "gru", "--input", "objects.npy"], "objects.npy: wanted an array of real numbers"),
    (["show", "gru", "--input", "two.csv", "--weights", "w.npz"], "x: wanted 3 inputs a timestep"),
    (["show", "gru", "--input", "line\nbreak.csv"], "line\\nbreak.csv: row 2, column 1: wanted"),
    (["show", "gru", "--input", "wide.npy"], "--weights: wanted a file, since --input has 9 in"),
    (["show", "gru", "--weights", "wide.npz"], "--input: wanted a file, since --weights has 9 in"),
    (["show", "gru", "--weights", "x.csv"], "x.csv: wanted an extension of .npz, .json, .saf"),
    (["show", "gru", "--weights", "lstm.npz"], "lstm.npz: wanted the weights of a GRU, got an"),
    (["show", "gru", "--weights", "odd.npz"], "odd.npz: weight_hh: wanted shape (G·H, H) with G"),
    (["show", "gru", "--weights", "two.npz"], "two.npz: wanted weight_hh_l1 too, got 'weight_hh'"),
    (["show", "rnn", "--weights", "keys.json"], "keys.json: wanted weight_hh_l0 too, got"),
    (["inspect", "none.pt"], "none.pt: wanted a file, found nothing there"),
    (["inspect", "x.csv"], "x.csv: wanted an extension of .npz, .json, .safetensors, .pt, .pth"),
    (["inspect", "empty.csv", "--json"], "empty.csv: wanted an extension of .npz"),
    (["trace", "gru", "-o", "out.json", "--h0", "1"], "h0: wanted shape"),
    (["trace", "gru", "-o", "out.npz", "--weights", "odd.npz"], "odd.npz: weight_hh: wanted"),
]


@pytest.mark.parametrize(
    ("args", "wanted", "code"),
    [(*case, 2) for case in USAGE] + [(*case, 3) for case in BAD_DATA],
)
def test_bad_input_is_one_line_and_changes_nothing(folder, args, wanted, code) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = run(*args)
    assert (result.exit_code, result.stdout) == (code, "")
    assert re.fullmatch(r"Error: [^\n]+\n", result.stderr)
    assert wanted in result.stderr
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_wide_pair_of_files_is_fine_in_the_terminal() -> None:
    result = run("show", "gru", "--input", "wide.npy", "--weights", "wide.npz")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "I = 9 inputs" in result.stdout


def test_a_traceback_only_with_debug() -> None:
    args = ("show", "gru", "--input", "none.csv")
    assert "Traceback" not in run(*args).stderr
    result = run("--debug", *args)
    assert result.exit_code == 3
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert result.stderr.endswith("\nError: none.csv: wanted a file, found nothing there\n")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (PermissionError(13, "Permission denied", "a\nb"), 3, "a\\nb: Permission denied"),
        (OSError(28, "No space left on device"), 3, "No space left on device"),
        (OSError("odd"), 3, "odd"),
        (KeyError("k"), 1, "unexpected KeyError: 'k' (rnnviz --debug shows where)"),
        (MemoryError(), 1, "unexpected MemoryError (rnnviz --debug shows where)"),
    ],
)
def test_other_errors_are_one_line_too(monkeypatch, error, code, line) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(rnnviz.cli.scenes, "scene_names", fail)
    result = run("scenes")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"Error: {line}\n")


def test_ctrl_c_exits_with_130(monkeypatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rnnviz.cli.scenes, "scene_names", interrupt)
    result = run("scenes")
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (130, "", "")


@pytest.mark.parametrize("args", [("show", "lstm", "--steps", "400"), ("scenes",), ("--help",)])
def test_a_reader_that_goes_away_is_no_matter(args) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        result = subprocess.run([*PYTHON, *args], stdout=pipe, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (1, "")


def test_a_terminal_without_the_characters_gets_escapes() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    result = subrun("show", "lstm", "--t", "1", env=env, encoding="latin-1")
    assert (result.returncode, result.stderr) == (0, "")
    assert "\\u22120.700" in result.stdout


def test_one_line_escapes_what_is_not_printable() -> None:
    assert one_line("a\nb\x1b[1m\t\udcff é") == "a\\nb\\x1b[1m\\t\\udcff é"


def test_help_lists_the_commands_in_order() -> None:
    result = run("--help")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = result.stdout.split("Commands:\n")[1].splitlines()
    names = ["render", "page", "open", "show", "trace", "inspect", "scenes", "cache", "doctor"]
    assert [row.split()[0] for row in rows] == names
    assert run().stdout == result.stdout
    assert run().exit_code == 0


def test_each_summary_is_what_the_command_itself_says() -> None:
    ctx = click.Context(cli, info_name="rnnviz")
    found = [name for name in COMMANDS if importlib.util.find_spec(f"rnnviz.cli.{name}")]
    assert {"show", "trace", "scenes", "doctor"} <= set(found)
    for name in found:
        command = cli.get_command(ctx, name)
        assert command is not None
        assert command.name == name
        assert COMMANDS[name].rstrip(".") == command.get_short_help_str(limit=200).rstrip(".")


def test_an_unknown_command_is_none_to_click() -> None:
    assert cli.get_command(click.Context(cli), "os") is None


@pytest.mark.parametrize("command", ["show", "trace", "inspect", "scenes", "cache", "doctor"])
def test_each_command_has_help(command) -> None:
    result = run(command, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert COMMANDS[command] in result.stdout


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        ["show", "--help"],
        ["show", "lstm"],
        ["show", "gru", "--unit", "1"],
        ["trace", "gru", "-o", "t.json"],
        ["inspect", "w.npz"],
        ["inspect", "--help"],
        ["scenes"],
        ["doctor", "--help"],
    ],
)
def test_these_never_load_manim_and_help_loads_no_rich(args) -> None:
    code = (
        "import sys\n"
        "for name in ('manim', 'av', 'typst'): sys.modules[name] = None\n"
        "if sys.argv[-1] == '--help': sys.modules['rich'] = None\n"
        "from rnnviz.cli import main; main()"
    )
    result = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout


def test_version_as_a_module_and_as_a_script() -> None:
    script = Path(sys.executable).with_name("rnnviz")
    assert subrun("--version").stdout == f"rnnviz {__version__}\n"
    by_script = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert by_script.stdout == f"rnnviz {__version__}\n"
    result = subrun("show", "cnn")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert subrun("--help").stdout.startswith("Usage: python -m rnnviz [OPTIONS]")


def complete(*words: str) -> list[str]:
    env = {
        **os.environ,
        "_RNNVIZ_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["rnnviz", *words]),
        "COMP_CWORD": str(len(words)),
    }
    code = (
        "import sys; sys.modules['manim'] = None\n"
        "from rnnviz.cli import cli; cli(prog_name='rnnviz')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert result.stderr == ""
    return [line.split(",")[1] for line in result.stdout.splitlines()]


def test_completion_offers_commands_cells_and_options() -> None:
    assert complete("") == list(COMMANDS)
    assert complete("s") == ["show", "scenes"]
    assert complete("--de") == ["--debug"]
    assert complete("show", "") == ["rnn", "lstm", "gru"]
    assert complete("show", "--he") == ["--help"]


def test_completion_script() -> None:
    script = Path(sys.executable).with_name("rnnviz")
    env = {**os.environ, "_RNNVIZ_COMPLETE": "bash_source"}
    result = subprocess.run([script], capture_output=True, text=True, env=env, check=True)
    assert "complete -o nosort -F _rnnviz_completion rnnviz" in result.stdout


def test_scenes_are_listed_aligned(monkeypatch) -> None:
    summaries = {"legend": "What the colours mean.", "gru": "A GRU.", "mine": ""}
    monkeypatch.setattr(rnnviz.cli.scenes, "scene_names", lambda: tuple(summaries))
    monkeypatch.setattr(rnnviz.cli.scenes, "scene_summary", summaries.__getitem__)
    result = run("scenes")
    assert result.stdout == "legend  What the colours mean.\ngru     A GRU.\nmine\n"
