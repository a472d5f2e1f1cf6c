// The chain rule: what one step of a cell hands back to the values that it uses.

import { OPS } from "./evaluate.js";
import { MINUS } from "./numbers.js";
import { unitName } from "./words.js";
import { rangeOf } from "./worked.js";

const GRADIENTS = "gradients";
const SHARE = [0, 1]; // what the slopes of σ and tanh lie in

/** Ops that multiply a weight matrix with a vector. */
export const MATRIX = ["linear", "matmul"];

/** Return the steps that use a value. */
export function usersOf(session, name) {
  return session.variant.steps.filter((step) => step.args.includes(name));
}

/** Return the part of dL/d of one unit of a value that comes through one step that uses it. */
export function partThrough(session, step, name, t, unit) {
  if (MATRIX.includes(step.op)) {
    const terms = Array.from({ length: session.H }, (_, j) => {
      const left = weightFactor(session, step.args[0], [j, unit]);
      const right = gradientFactor(session, step.name, t, j);
      return { left, right, value: left.value * right.value };
    });
    const value = terms.reduce((sum, term) => sum + term.value, 0);
    return { via: step.name, t, factors: [], terms, value };
  }
  const whole = gradientFactor(session, step.name, t, unit);
  const factors = [[whole.label, whole.value, whole.place, null]];
  const slope = slopeFactor(session, step, name, t, unit);
  if (slope) factors.push(slope);
  const value = factors.reduce((product, factor) => product * factor[1], 1);
  return { via: step.name, t, factors, value };
}

/** Return the factor [label, value, place, range] of one step, null for a sum, which has none. */
export function slopeFactor(session, { name: made, op, args }, name, t, unit) {
  if (op === "mul") {
    const other = args.find((arg) => arg !== name);
    if (session.variant.params.includes(other)) {
      const { label, value, place } = weightFactor(session, other, [unit]);
      return [label, value, place, null];
    }
    const value = session.value(other, t, unit, "values");
    const place = { name: other, t, unit, view: "values" };
    return [unitName(session, other, unit), value, place, rangeOf(session, other)];
  }
  if (op === "one_minus") return [`${MINUS}1`, -1, null, null];
  if (!OPS[op].slope) return null;
  const input = session.value(name, t, unit, "values");
  const slope = OPS[op].slope(session.value(made, t, unit, "values"), input);
  const y = unitName(session, made, unit);
  const labels = { sigmoid: `${y} (1 ${MINUS} ${y})`, tanh: `1 ${MINUS} ${y}²` };
  return [labels[op] ?? "slope of relu", slope, null, op === "relu" ? null : SHARE];
}

function weightFactor(session, name, index) {
  const label = `${name}[${index.map((k) => k + 1).join(",")}]`;
  const address = `${name}[${index.join(",")}]`;
  return { label, value: session.number(address), place: { address } };
}

function gradientFactor(session, name, t, unit) {
  const label = derivative(unitName(session, name, unit));
  const place = { name, t, unit, view: GRADIENTS };
  return { label, value: gradientAt(session, name, t, unit), place };
}

/** Return dL/d of one unit of a value. */
export function gradientAt(session, name, t, unit) {
  return session.value(name, t, unit, GRADIENTS);
}

/** Return how dL/d of something is written. */
export function derivative(named) {
  return /[ (]/.test(named) ? `dL/d(${named})` : `dL/d${named}`;
}
