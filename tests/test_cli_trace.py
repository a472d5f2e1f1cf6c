import csv
import os

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rnnviz import CELLS, demo, from_json, from_npz, trace
from rnnviz.cli import cli


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["trace", *args])


def assert_same(one, other) -> None:
    assert one.cell.name == other.cell.name
    for name in other.names:
        np.testing.assert_array_equal(one[name], other[name])


def save_weights(path, params) -> None:
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    np.savez(path, **{f"{name}_l0": getattr(params, name) for name in names})


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_the_demo_is_written_in_each_format(cell) -> None:
    for extension in (".json", ".npz", ".csv", ".JSON"):
        result = run(cell, "-o", f"t{cell}{extension}")
        assert (result.exit_code, result.stdout) == (0, f"t{cell}{extension}\n")
    expected = trace(cell)
    assert_same(from_json(f"t{cell}.json"), expected)
    assert_same(from_json(f"t{cell}.JSON"), expected)
    assert_same(from_npz(f"t{cell}.npz"), expected)
    with open(f"t{cell}.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["t", "b", "name", "unit", "value"]
    assert len(rows) == 1 + 3 * sum(expected[name].shape[2] for name in expected.names)


def test_sizes_and_seed_draw_the_demo_with_its_states() -> None:
    options = ("--steps", "4", "--seed", "7", "--input-size", "8", "--hidden-size", "1")
    assert run("lstm", "-o", "t.npz", *options).exit_code == 0
    drawn = demo(CELLS["lstm"], steps=4, input_size=8, hidden_size=1, seed=7)
    written = from_npz("t.npz")
    states = {"h0": drawn.states["h_prev"], "c0": drawn.states["c_prev"]}
    assert_same(written, trace("lstm", drawn.x, drawn.params, **states))
    assert np.all(written.states["c_prev"] != 0)


def test_files_and_states_are_used() -> None:
    rng = np.random.default_rng(3)
    x, params = rng.normal(size=(5, 9)), demo(CELLS["gru"], input_size=8).params
    wide = np.concatenate([params.weight_ih, params.weight_ih[:, :1]], axis=1)
    params = type(params)(wide, params.weight_hh, params.bias_ih, params.bias_hh)
    np.save("x.npy", x)
    save_weights("w.npz", params)
    args = ("--input", "x.npy", "--weights", "w.npz")
    assert run("gru", "-o", "a.npz", *args).exit_code == 0
    assert_same(from_npz("a.npz"), trace("gru", x, params))
    assert run("gru", "-o", "b.npz", *args, "--h0", "-0.1,0.3").exit_code == 0
    assert_same(from_npz("b.npz"), trace("gru", x, params, h0=[-0.1, 0.3]))


def test_weights_alone_run_on_the_demo_input_at_their_width_from_zero() -> None:
    params = demo(CELLS["lstm"], input_size=5, hidden_size=3, seed=1).params
    save_weights("w.npz", params)
    assert run("lstm", "-o", "t.npz", "--weights", "w.npz", "--steps", "2").exit_code == 0
    x = demo(CELLS["lstm"], steps=2, input_size=5).x
    assert_same(from_npz("t.npz"), trace("lstm", x, params))


def test_an_input_alone_runs_on_drawn_weights_at_its_width() -> None:
    np.save("x.npy", [[0.5, -1.0]])
    args = ("--input", "x.npy", "--hidden-size", "3", "--seed", "5", "--c0", "1,2,-3")
    assert run("lstm", "-o", "t.npz", *args).exit_code == 0
    params = demo(CELLS["lstm"], input_size=2, hidden_size=3, seed=5).params
    assert_same(from_npz("t.npz"), trace("lstm", [[0.5, -1.0]], params, c0=[1, 2, -3]))


def test_states_replace_those_of_the_demo_one_by_one() -> None:
    assert run("lstm", "-o", "t.npz", "--h0=-0.5,0.5").exit_code == 0
    assert_same(from_npz("t.npz"), trace("lstm", h0=[-0.5, 0.5]))


@pytest.mark.parametrize("name", ["it's.json", 'a "b" c.json', "línea ω.json", "line\nbreak.json"])
def test_names_may_hold_anything(folder, name) -> None:
    result = run("rnn", "-o", str(folder / name))
    assert (result.exit_code, result.stdout) == (0, f"{folder / name}\n")
    assert_same(from_json(folder / name), trace("rnn"))


def test_a_name_that_is_no_text_is_printed_as_it_is(folder) -> None:
    name = os.fsdecode(b"caf\xe9.json")
    result = run("rnn", "-o", name)
    assert (result.exit_code, result.stdout_bytes) == (0, b"caf\xe9.json\n")
    assert_same(from_json(folder / name), trace("rnn"))


def test_an_existing_file_is_replaced_only_with_force(folder) -> None:
    (folder / "t.json").write_text("mine")
    result = run("rnn", "-o", "t.json")
    assert result.exit_code == 2
    assert result.stderr == "Error: --output: 't.json' exists; --force replaces it\n"
    assert (folder / "t.json").read_text() == "mine"
    assert run("rnn", "-o", "t.json", "--force").exit_code == 0
    assert_same(from_json("t.json"), trace("rnn"))


def test_a_failed_trace_leaves_the_old_file_even_with_force(folder) -> None:
    (folder / "t.json").write_text("mine")
    assert run("rnn", "-o", "t.json", "--force", "--h0", "1,2,3").exit_code == 3
    assert (folder / "t.json").read_text() == "mine"
    assert [path.name for path in folder.iterdir()] == ["t.json"]


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        ("t.xml", "--output: wanted an extension of .json, .csv, .npz, got '.xml'"),
        ("t", "--output: wanted an extension of .json, .csv, .npz, got none"),
        ("none/t.json", "--output: wanted an existing folder, got 'none'"),
        ("folder.json", "--output: wanted a file, got the folder 'folder.json'"),
        ("dangling.json", "--output: 'dangling.json' exists; --force replaces it"),
    ],
)
def test_bad_outputs_are_wrong_usage(folder, output, wanted) -> None:
    (folder / "folder.json").mkdir()
    (folder / "dangling.json").symlink_to("nowhere")
    before = sorted(folder.rglob("*"))
    result = run("rnn", "-o", output)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {wanted}\n")
    assert sorted(folder.rglob("*")) == before


def test_units_pick_the_rows_of_a_csv(folder) -> None:
    assert run("lstm", "--units", "2", "--inputs", "1,3", "-o", "a.csv").exit_code == 0
    with open("a.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["unit"] for row in rows if row["name"] == "x"} == {"0", "2"}
    assert {row["unit"] for row in rows if row["name"] != "x"} == {"1"}


def test_units_are_refused_for_files_that_hold_all(folder) -> None:
    result = run("lstm", "--units", "2", "-o", "a.json")
    assert result.exit_code == 2
    assert "--units: wanted with .csv" in result.stderr
    assert not list(folder.iterdir())


def test_more_than_the_budget_is_refused_with_the_bytes(folder) -> None:
    result = run("lstm", "--steps", "50", "--budget", "1e-6", "-o", "a.csv")
    needed = (50 * (3 + 21 * 2) + 2 * 2) * 8
    assert result.exit_code == 3
    assert f"wanted at most 1,073 bytes (--budget), got {needed:,}" in result.stderr
    assert "a larger --budget would do" in result.stderr
    assert not list(folder.iterdir())
