"""The README is a transcript: every command and example in it runs and prints what is there.

``python tests/test_readme.py --write`` puts the real output in. What the fences mean:

- ``console``: lines after ``$`` are run, the other lines are what they print, exactly;
- ``console digits-vary``: the same, but numbers may differ (versions);
- ``console run-only``: the commands run, what they print is not compared;
- ``python`` with ``>>>``: doctests that share their names, from top to bottom;
- ``python NAME.py``: a file of that name, there for the commands;
- ``sh``: not run; each ``make`` target must be in the Makefile.

Each console block runs in a folder of its own, with those files, the scenes, and as ``my.csv`` and
``my.npz`` a sequence and the weights of a PyTorch GRU; ``my.safetensors`` is a model with an LSTM,
``deep.safetensors`` an LSTM of two layers and directions, ``batch.npy`` two sequences for it. The
Python examples share one such folder.
"""

import contextlib
import difflib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from rnnviz.cli import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
GOLDEN = ROOT / "tests" / "golden"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.M | re.S)
SECONDS = 300  # for one command; the slowest renders a still


@dataclass(frozen=True)
class Block:
    """One fenced block: language, the rest of its first line, text, where the text starts."""

    language: str
    info: str
    text: str
    start: int

    @property
    def title(self):
        first = self.text.partition("\n")[0].removeprefix("$ ")
        return re.sub(r"\W+", "-", first)[:40].strip("-")


def blocks(text, language):
    """The fenced blocks of one language, in order."""
    return [
        Block(found[1], found[2].strip(), found[3], found.start(3))
        for found in FENCE.finditer(text)
        if found[1] == language
    ]


def commands(block):
    """The commands of a transcript."""
    return [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]


def prepare(folder, text):
    """Fill a folder with what the commands may read."""
    shutil.copytree(ROOT / "scenes", folder / "scenes", ignore=shutil.ignore_patterns("__*"))
    shutil.copy(GOLDEN / "gru_input.csv", folder / "my.csv")
    shutil.copy(GOLDEN / "gru_state.npz", folder / "my.npz")
    for name, source in (
        ("my.safetensors", "checkpoint.safetensors"),
        ("deep.safetensors", "lstm.safetensors"),
        ("batch.npy", "input.npy"),
    ):
        shutil.copy(ROOT / "tests" / "files" / source, folder / name)
    for block in blocks(text, "python"):
        if block.info:
            (folder / block.info).write_text(block.text, "utf-8")


def run(command, folder):
    """Run a command as a reader would: its exit status and what it prints, without empty edges."""
    scripts = Path(sys.executable).parent  # not resolved: the environment's, not its base's
    env = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}",
        "COLUMNS": "100",
        "RNNVIZ_CACHE": str(folder / "cache"),
        "NO_COLOR": "1",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    lines = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    return done.returncode, lines.strip("\n")


def replay(block, folder):
    """The transcript with the real output."""
    lines = []
    for command in commands(block):
        code, output = run(command, folder)
        if "run-only" in block.info:
            assert code == 0, output
        lines += [f"$ {command}", *([output] if output else [])]
    return "\n".join(lines) + "\n"


def replay_python(block, names):
    """The examples with what Python prints for them; ``names`` is the namespace that they share."""
    lines = []
    for part in doctest.DocTestParser().parse(block.text):
        if isinstance(part, str):
            lines.append(part)
            continue
        with contextlib.redirect_stdout(io.StringIO()) as output:
            try:
                exec(compile(part.source, "README.md", "single"), names)
            except Exception as error:
                print("Traceback (most recent call last):\n  ...")
                print(f"{type(error).__module__}.{type(error).__name__}: {error}")
        first, *more = part.source.splitlines(keepends=True)
        lines += [f">>> {first}", *(f"... {line}" for line in more), output.getvalue()]
    return "".join(lines)


def without_numbers(text):
    """The text with each number, and each dotted row of them, as one ``#``."""
    return re.sub(r"\d+(\.\d+)*", "#", text)


def known_options():
    """Every long option of the group and of each command -> whose it is."""
    context = click.Context(cli)
    found = {}
    named = [("", cli), *((name, cli.get_command(context, name)) for name in COMMANDS)]
    for name, group in named[1:]:
        if isinstance(group, click.Group):
            named += [(f"{name} {part}", command) for part, command in group.commands.items()]
    for name, command in named:
        for parameter in command.get_params(context):
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("--"):
                    found.setdefault(option, []).append(name)
    return found


def mentioned_options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text))


def table_paths(text):
    """The paths in the first column of the table under "Where things live"."""
    section = re.search(r"^## Where things live\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section
    cells = re.findall(r"^\| *([^|]*`[^|]*?) *\|", section[1], re.M)
    return [path for cell in cells for path in re.findall(r"`([^`]+)`", cell)]


TEXT = README.read_text("utf-8")
TRANSCRIPTS = blocks(TEXT, "console")
EXAMPLES = [block for block in blocks(TEXT, "python") if ">>>" in block.text]


# It runs


@pytest.mark.parametrize("block", TRANSCRIPTS, ids=lambda block: block.title)
def test_a_transcript_shows_what_its_commands_print(block, tmp_path):
    prepare(tmp_path, TEXT)
    real, shown = replay(block, tmp_path), block.text
    if "run-only" in block.info:
        return
    if "digits-vary" in block.info:
        real, shown = without_numbers(real), without_numbers(shown)
    changes = difflib.unified_diff(shown.splitlines(), real.splitlines(), "README", "real", n=1)
    assert shown == real, "\n".join(changes)


def test_the_python_examples_print_what_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path, TEXT)
    names = {}
    assert EXAMPLES
    for block in EXAMPLES:
        assert replay_python(block, names) == block.text


def test_a_wrong_line_is_caught(tmp_path):
    right = Block("console", "", "$ rnnviz --version\n$ echo a; echo b\na\nb\n", 0)
    assert replay(right, tmp_path) == f"$ rnnviz --version\n{version()}\n$ echo a; echo b\na\nb\n"
    assert without_numbers("manim 0.22.0, 8 fonts") == without_numbers("manim 0.23, 11 fonts")
    assert without_numbers("ok manim 0.22") != without_numbers("FAIL manim 0.22")
    wrong = Block("python", "", ">>> 1 + 1\n3\n>>> for k in 'ab':\n...     print(k)\n", 0)
    assert replay_python(wrong, {}) == ">>> 1 + 1\n2\n>>> for k in 'ab':\n...     print(k)\na\nb\n"
    with pytest.raises(AssertionError):
        replay(Block("console", "run-only", "$ rnnviz render nothing\n", 0), tmp_path)


def version():
    return run("rnnviz --version", ROOT)[1]


# It is complete


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {name for block in blocks(TEXT, "sh") for name in re.findall(r"make (\w+)", block.text)}
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_transcript(name):
    ran = [command for block in TRANSCRIPTS for command in commands(block)]
    assert any(re.search(rf"\brnnviz {name}\b", command) for command in ran)


def test_every_option_is_mentioned():
    missing = {
        name: of for name, of in known_options().items() if name not in mentioned_options(TEXT)
    }
    assert missing == {}


def test_every_option_that_is_mentioned_exists():
    prose = FENCE.sub("", TEXT)
    assert mentioned_options(prose) - set(known_options()) == set()


def test_the_table_of_modules_is_that_of_the_tree():
    paths = table_paths(TEXT)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(paths) == len(set(paths))
    package = ROOT / "rnnviz"
    modules = {f"rnnviz/{path.name}" for path in package.glob("*.py")}
    folders = {f"rnnviz/{path.parent.name}/" for path in package.glob("*/__init__.py")}
    assert modules | folders <= {*paths, "rnnviz/__init__.py", "rnnviz/__main__.py"}


def test_every_link_into_the_repository_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", FENCE.sub("", TEXT))
    inside = [link for link in links if "://" not in link]
    assert "renders/gallery/lstm.gif" in inside
    assert [link for link in inside if not (ROOT / link).exists()] == []


def write():
    """Replace the output in the README's transcripts and examples with the real one."""
    new = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        prepare(Path(folder), TEXT)
        names = {}
        new |= {block: replay_python(block, names) for block in EXAMPLES}
    for block in TRANSCRIPTS:
        if "run-only" not in block.info:
            with tempfile.TemporaryDirectory() as folder:
                prepare(Path(folder), TEXT)
                new[block] = replay(block, Path(folder))
    text = TEXT
    for block in sorted(new, key=lambda block: block.start, reverse=True):
        text = text[: block.start] + new[block] + text[block.start + len(block.text) :]
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/test_readme.py --write")
    write()
