"""How long the browser computes after an edit, beside Python; a frame is a sixtieth of a second.

    .venv/bin/python benchmarks/player.py

In Chromium, without a picture: every edit changes one number and computes all timesteps anew, as a
drag does. ``+ gradients`` is the same in the gradient view, with the backward pass. Beside it, in
turn in one run, ``rv.trace`` of the same cell in this process. ``first`` is the first edit after
loading, when the browser has compiled next to nothing; a ratio below 1 means the browser is faster.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import rnnviz as rv
from browser import HOST, Page, opened, start
from runs import Run, drawn

FRAME = 1000 / 60  # milliseconds
SIZES = ((3, 3, 2), (20, 8, 8), (100, 64, 64), (1000, 64, 256))  # T, I, H
LOAD = """async () => {
  window.session = await import("/session.js");
  window.evaluate = await import("/evaluate.js");
}"""
EDIT = """([address, edits, batch, backward]) => {
  const times = [];
  for (let k = 0; k < edits; k += batch) {
    const start = performance.now();
    for (let n = k; n < k + batch; n++) {
      s.set(address, Math.sin(n + 1));
      if (backward) s.gradients;
    }
    times.push((performance.now() - start) / batch);
  }
  return times;
}"""


def load(page: Page, trace: rv.Trace) -> None:
    """Load a session anew, and stop unless its values are Python's."""
    page.goto(HOST)
    page.evaluate(LOAD)
    start(page, trace)
    page.evaluate("() => { window.made = evaluate.run(s.variant, s.arrays, s.sizes); }")
    for name in trace.names:
        got = page.evaluate("(name) => [...made.values[name].slice(-8)]", name)
        np.testing.assert_allclose(got, trace[name].ravel()[-8:], rtol=1e-9, atol=1e-9)


def traced(run: Run) -> float:
    """Return the milliseconds of one trace in Python."""
    begin = time.perf_counter()
    run.trace()
    return (time.perf_counter() - begin) * 1e3


def measure(page: Page, run: Run, rounds: int) -> None:
    trace = run.trace()
    address = f"W_h{run.cell.gates[0].key}[0,0]"
    steps, inputs, hidden = (trace.sizes[letter] for letter in "TIH")
    batch = 10 if steps < 1000 else 1  # the browser's clock has ticks of 0.1 ms
    cells = [f"{run.cell.name:5} {f'{steps}, {inputs}, {hidden}':13}"]
    for backward in (False, True):
        load(page, trace)
        first, *_ = page.evaluate(EDIT, [address, 1, 1, backward])
        alone, batches, python = [], [], []
        for _ in range(rounds):
            alone += page.evaluate(EDIT, [address, 4 * batch, 1, backward])
            batches += page.evaluate(EDIT, [address, 4 * batch, batch, backward])
            python += [traced(run) for _ in range(4)]
        typical, worst = median(batches), max(alone)
        cells.append(
            f"{first:8.1f} {typical:9.2f} {worst:8.1f} ms"
            f" {typical / FRAME:8.2f} {worst / FRAME:6.2f}"
        )
        if not backward:
            cells.append(f"{median(python):9.2f} ms {typical / median(python):6.2f}")
    print(" |".join(cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="rounds of the smaller sizes")
    rounds = parser.parse_args().rounds
    print("An edit in milliseconds and in frames of 60 Hz; worst is of single edits")
    edit = f"{'first':>8} {'median':>9} {'worst':>8}    {'frames':>8} {'worst':>6}"
    print(f"{'':19} |{'edit':^46} |{'rv.trace':>9} {'':2} {'÷':>6} |{'edit + gradients':^46}")
    print(f"{'cell':5} {'T, I, H':13} |{edit} |{'median':>9} {'':2} {'':6} |{edit}")
    with opened() as page:
        for name in ("lstm", "gru"):
            for steps, inputs, hidden in SIZES:
                run = drawn(rv.cell_named(name), steps, 1, inputs, hidden, scale=hidden**-0.5)
                measure(page, run, rounds if steps < 1000 else max(1, rounds // 8))


if __name__ == "__main__":
    main()
