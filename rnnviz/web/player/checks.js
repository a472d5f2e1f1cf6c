// What a player is given has to fit together: a record may come from anywhere.

import { unpacked } from "./addresses.js";

// relative: far above rounding, far below a wrong weight
const NEAR = { float64: 1e-9, float32: 1e-4 };

/** Throw an Error that says what was wanted and what a record has instead. */
export function checkRecord(record) {
  wanted(
    record.format === "rnnviz-player" && record.schema === 1,
    "rnnviz-player with schema 1",
    `${record.format} with schema ${record.schema}`,
  );
  wanted(record.dtype in NEAR, "dtype float64 or float32", record.dtype);
  wanted([1, 2, 3, 4].includes(record.digits), "1 to 4 digits", record.digits);
  const variant = record.variants?.[record.variant];
  wanted(variant, "a variant that is there", record.variant);
  wanted(record.variants[0].walks?.[record.detail], "a known detail", record.detail);
  const [T, I] = record.x.shape;
  const [H] = record.states.h_prev.shape;
  wanted(T > 0 && I > 0 && H > 0, "at least one timestep, input and unit", `${T}, ${I} and ${H}`);
  const groups = [{ x: record.x }, record.states, record.params, record.final, record.values ?? {}];
  for (const [name, array] of groups.flatMap(Object.entries)) {
    const numbers = unpacked(array);
    const size = array.shape.reduce((a, b) => a * b, 1);
    wanted(numbers.length === size, `${size} numbers of ${name}`, numbers.length);
    wanted(numbers.every(Number.isFinite), `finite numbers of ${name}`, "others");
  }
  for (const [name, size] of [
    ["units", H],
    ["inputs", I],
  ]) {
    const inside = (k) => Number.isInteger(k) && k >= 0 && k < size;
    const isFine = record[name]?.length > 0 && record[name].every(inside);
    wanted(isFine, `${name} from 0 to ${size - 1}`, JSON.stringify(record[name]));
  }
}

function wanted(holds, what, given) {
  if (!holds) throw new Error(`record: wanted ${what}, got ${given}`);
}

/** Return the name of a final state that this browser computes otherwise than the trace, or "". */
export function differing(computed, final, dtype) {
  const agree = (a, b) => Math.abs(a - b) <= NEAR[dtype] * Math.max(1, Math.abs(b));
  const wrong = ([name, numbers]) => !numbers.every((v, k) => agree(computed[name][k], v));
  return Object.entries(final).find(wrong)?.[0] ?? "";
}

/** Return the name of the first value that is not finite somewhere, or "". */
export function overflowing({ values }) {
  const bad = ([, numbers]) => !numbers.every(Number.isFinite);
  return Object.entries(values).find(bad)?.[0] ?? "";
}
