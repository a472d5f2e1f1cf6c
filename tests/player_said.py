"""What a player says of a trace, all of it at once, and the same trace in Python."""

import json
from dataclasses import replace

import numpy as np

import rnnviz as rv
from browser import recorded
from rnnviz.params import gathered

# everything that a session says, of a record with edits, in a variant, at some digits
SAID = """([text, edits, variant, digits]) => {
  const s = new session.Session(JSON.parse(text));
  s.setVariant(variant);
  for (const [address, value] of Object.entries(edits)) s.set(address, value);
  s.digits = digits;
  const spoken = [], lines = [], sums = [];
  for (const detail of ["full", "gates", "brief"]) {
    s.setDetail(detail);
    for (const beat of s.beats)
      spoken.push([detail, beat.id, beat.key, beat.t, captions.caption(s, beat)]);
  }
  for (const { name } of s.variant.steps)
    for (let t = 0; t < s.T; t++)
      for (const unit of s.units) {
        const place = [name, t, unit];
        lines.push([place, worked.worked(s, ...place).text]);
        if (!worked.isSum(s, name)) continue;
        sums.push([place, worked.sumRows(s, ...place).map((row) =>
          [row.label, row.left, row.sign, row.right, row.relation, row.result])]);
      }
  const plain = (arrays) => Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, Array.from(array)]));
  return JSON.stringify({
    captions: spoken, lines, sums, values: plain(s.result.values), arrays: plain(s.arrays) });
}"""


def said(page, trace, digits=3, edits=None, variant=0, b=0):
    """Everything that the player of a trace says, and the values that it computed."""
    given = [recorded(trace, b=b), edits or {}, variant, digits]
    return json.loads(page.evaluate(SAID, given))


def recomputed(trace, found, b=0):
    """The trace with the values that the player computed."""
    values = {name: array.copy() for name, array in trace.values.items()}
    for name, numbers in found["values"].items():
        values[name][:, b] = np.reshape(numbers, values[name][:, b].shape)
    return replace(trace, values=values)


def edits_of(trace, seed):
    """A new number for one place of each array, by address: some saturate gates, some are huge."""
    draw = np.random.default_rng(seed)
    arrays = {"x": trace["x"][:, 0], **{name: state[0] for name, state in trace.states.items()}}
    arrays |= trace.params.blocks(trace.cell)
    edits = {}
    for name, array in arrays.items():
        index = ",".join(str(draw.integers(size)) for size in array.shape)
        size = draw.choice([1.0, 30.0, 2e4], p=[0.8, 0.15, 0.05])
        edits[f"{name}[{index}]"] = round(float(draw.uniform(-size, size)), 4)
    return edits


def retraced(cell, arrays, steps):
    """Python's trace of the numbers that a player has."""
    hidden = len(arrays["h_prev"])
    blocks = {name: np.reshape(arrays[name], (hidden, -1)) for name in cell.params}
    blocks = {name: a if name[0] == "W" else a[:, 0] for name, a in blocks.items()}
    x = np.reshape(arrays["x"], (steps, -1))
    return rv.trace(cell, x, gathered(cell, blocks), h0=arrays["h_prev"], c0=arrays.get("c_prev"))
