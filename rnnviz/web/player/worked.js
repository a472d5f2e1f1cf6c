// One unit of a step in numbers as they are shown, and its sum term by term.
//
// A port of equations.py (worked), scalars.py and worked_rows.py. A place is where a number comes
// from: {name, t, unit} of a value, {address} of a parameter.

import {
  MINUS,
  decimal,
  decimalProduct,
  decimalSum,
  exactProduct,
  exactSum,
  relation,
  show,
} from "./numbers.js";

const MATRIX_OPS = ["linear", "matmul"]; // products of a weight matrix and a vector
const SUM_OPS = ["add", "add3"];
const ACTIVATION_OPS = ["sigmoid", "tanh", "relu"];

/** Return the step that makes a value, undefined for what comes in and for parameters. */
export function stepOf(session, name) {
  return session.variant.steps.find((step) => step.name === name);
}

/** Return the open range [low, high] that a value lies in, or null for all reals. */
export function rangeOf(session, name) {
  const step = stepOf(session, name);
  return step ? session.record.ops[step.op].range : null;
}

/** Return an op's notation with its operands put in: `σ(0.5)`. */
export function notation(session, op, operands) {
  return session.record.ops[op].text.replace(/\{(\d)\}/g, (_, k) => operands[k]);
}

/** Return the number at a place. */
export function numberAt(session, place) {
  if (place.address) return session.number(place.address);
  return session.value(place.name, place.t, place.unit);
}

/** Return the number at a place as it is shown; signed only where it can be negative. */
export function shownAt(session, place, signed = false) {
  const within = place.address ? null : rangeOf(session, place.name);
  const hasSign = signed && !(within?.[0] >= 0);
  return show(numberAt(session, place), session.digits, { signed: hasSign, within });
}

/**
 * Return one unit of a step in numbers: operands, what is written, `=` or `≈`, and the result.
 *
 * The operands of a matrix product are weight, value, weight, value, … and the bias if it has one.
 */
export function worked(session, name, t, unit) {
  const step = wantedStep(session, name);
  const operands = operandsOf(session, step, t, unit).map((place) => ({
    text: shownAt(session, place),
    ...place,
  }));
  const texts = operands.map((operand) => operand.text);
  const result = shownAt(session, { name, t, unit });
  const sign = relation(exactly(step.op, texts), result);
  const parts = written(session, step.op, texts);
  const text = [...parts, sign, result].join(" ");
  return { op: step.op, operands, parts, relation: sign, result, text };
}

/** Whether a value is the sum of a row of weights, its pre-activation or what comes of it. */
export function isSum(session, name) {
  const step = stepOf(session, name);
  if (!step) return false;
  if (MATRIX_OPS.includes(step.op)) return true;
  if (ACTIVATION_OPS.includes(step.op)) return isSum(session, step.args[0]);
  return (
    SUM_OPS.includes(step.op) &&
    step.args.some((arg) => MATRIX_OPS.includes(stepOf(session, arg)?.op))
  );
}

/**
 * Return how one unit of a sum comes about, row by row: the products that are shown with the rest
 * of each matrix, the biases, their sum, and what an activation makes of it.
 *
 * Every row has kind, label, left, sign, right, relation, result (texts), value, and the places of
 * its numbers: leftPlace, rightPlace, and place of the result, null where there is none. A rest
 * has its weight, its source and their count. `signed` writes + before what can be negative.
 */
export function sumRows(session, name, t, unit, { signed = false } = {}) {
  const step = wantedStep(session, name);
  const isActivated = ACTIVATION_OPS.includes(step.op);
  const sum = { name: isActivated ? step.args[0] : name, t, unit };
  const all = termsOf(session, sum.name, t, unit);
  const ordered = [...all.filter((term) => !isBias(term)), ...all.filter(isBias)];
  const rows = ordered.map((term) => rowOfTerm(session, term, signed));
  const value = numberAt(session, sum);
  const result = show(value, session.digits, { signed });
  const total = relation(exactSum(rows.map((row) => row.result)), result);
  const label = isActivated ? "sum" : labelled(sum);
  rows.push(rowOf({ kind: "sum", label, relation: total, result, value, place: sum }));
  if (isActivated) {
    const line = worked(session, name, t, unit);
    const place = { name, t, unit };
    rows.push(
      rowOf({
        kind: "value",
        label: `${labelled(place)} = ${line.parts[0]}`,
        relation: line.relation,
        result: shownAt(session, place, signed),
        value: numberAt(session, place),
        place,
      }),
    );
  }
  return rows;
}

/** Return a sum rounded about once, whatever the order and sizes of its terms. */
export function accurateSum(values) {
  let kept = []; // parts of the sum so far that do not overlap, from small to large
  for (let sum of values) {
    const errors = [];
    for (let part of kept) {
      if (Math.abs(sum) < Math.abs(part)) [sum, part] = [part, sum];
      const both = sum + part;
      const error = part - (both - sum);
      if (error) errors.push(error);
      sum = both;
    }
    kept = [...errors, sum];
  }
  return kept.reduce((sum, part) => sum + part, 0);
}

function wantedStep(session, name) {
  const step = stepOf(session, name);
  if (!step) throw new Error(`name: wanted a value that a step makes, got ${name}`);
  return step;
}

const isBias = (term) => term.kind === "bias";

function operandPlace(session, name, t, unit) {
  const isParam = session.variant.params.includes(name);
  return isParam ? { address: `${name}[${unit}]` } : { name, t, unit };
}

function operandsOf(session, { op, args }, t, unit) {
  if (!MATRIX_OPS.includes(op)) return args.map((arg) => operandPlace(session, arg, t, unit));
  const [weight, source, ...biases] = args;
  const row = Array.from({ length: session.width(source) }, (_, k) => [
    { address: `${weight}[${unit},${k}]` },
    { name: source, t, unit: k },
  ]);
  return [...row.flat(), ...biases.map((bias) => ({ address: `${bias}[${unit}]` }))];
}

function written(session, op, texts) {
  if (op === "one_minus") return ["1", MINUS, texts[0]];
  const wrapped = (text, k) => (k && text.startsWith(MINUS) ? `(${text})` : text);
  if (MATRIX_OPS.includes(op))
    // weight, value, weight, value, …, bias: × after every weight
    return texts.map(wrapped).flatMap((text, k) => (k ? [k % 2 ? "×" : "+", text] : [text]));
  if (op !== "mul" && !SUM_OPS.includes(op)) return [notation(session, op, texts)];
  const sign = op === "mul" ? "×" : "+";
  return texts.map(wrapped).flatMap((text, k) => (k ? [sign, text] : [text]));
}

/** Return the exact result of the shown operands, or null where there is no exact decimal. */
function exactly(op, texts) {
  const values = texts.map(decimal);
  if (values.includes(null)) return null;
  if (MATRIX_OPS.includes(op)) {
    const count = values.length >> 1;
    const products = Array.from({ length: count }, (_, k) =>
      decimalProduct(values[2 * k], values[2 * k + 1]),
    );
    return decimalSum([...products, ...values.slice(2 * count)]);
  }
  if (SUM_OPS.includes(op)) return decimalSum(values);
  if (op === "mul") return decimalProduct(...values);
  const [{ units, places }] = values;
  if (op === "one_minus")
    return decimalSum([
      { units: 1n, places: 0 },
      { units: -units, places },
    ]);
  if (op === "relu") return { units: units > 0n ? units : 0n, places };
  return null;
}

/** Return the products, rests and biases of a sum, in the order of its steps. */
function termsOf(session, name, t, unit) {
  const step = stepOf(session, name);
  if (MATRIX_OPS.includes(step.op)) return matrixTerms(session, step, t, unit);
  if (step.op === "mul") {
    const [left, right] = step.args.map((arg) => operandPlace(session, arg, t, unit));
    return [{ kind: "product", left, right, value: session.value(name, t, unit) }];
  }
  if (!SUM_OPS.includes(step.op))
    throw new Error(`name: wanted a gate, its pre-activation or a linear part, got ${name}`);
  const made = step.args.filter((arg) => stepOf(session, arg));
  return made.flatMap((arg) => termsOf(session, arg, t, unit));
}

function matrixTerms(session, { args }, t, unit) {
  const [weight, source, ...biases] = args;
  const width = session.width(source);
  const product = (k) => {
    const left = { address: `${weight}[${unit},${k}]` };
    const right = { name: source, t, unit: k };
    const value = numberAt(session, left) * numberAt(session, right);
    return { kind: "product", left, right, value };
  };
  const shown = session.shown(source);
  const terms = shown.map(product);
  if (shown.length < width) {
    const others = Array.from({ length: width }, (_, k) => k).filter((k) => !shown.includes(k));
    const value = accurateSum(others.map((k) => product(k).value));
    terms.push({ kind: "rest", weight, source, count: others.length, value });
  }
  for (const bias of biases) {
    const place = { address: `${bias}[${unit}]` };
    terms.push({ kind: "bias", place, value: numberAt(session, place) });
  }
  return terms;
}

function rowOfTerm(session, term, signed) {
  const { kind, value, left, right } = term;
  const result = show(value, session.digits, { signed });
  if (kind === "bias") return rowOf({ ...term, label: labelled(term.place), result });
  if (kind === "rest") {
    const label = `${term.count} more ${term.weight} × ${term.source}`;
    return rowOf({ ...term, label, result });
  }
  const texts = [left, right].map((place) => shownAt(session, place, signed));
  return rowOf({
    kind,
    label: `${labelled(left)} × ${labelled(right)}`,
    left: texts[0],
    sign: "×",
    right: texts[1],
    relation: relation(exactProduct(...texts), result),
    result,
    value,
    leftPlace: left,
    rightPlace: right,
  });
}

function rowOf(fields) {
  const blank = { left: "", sign: "", right: "", relation: "" };
  return { ...blank, leftPlace: null, rightPlace: null, place: null, ...fields };
}

/** Return how a number is called in a table, indices from 1: `W_if[1,2]`, `x[2]`. */
function labelled(place) {
  if (!place.address) return `${place.name}[${place.unit + 1}]`;
  return place.address.replace(/\d+/g, (digits) => Number(digits) + 1);
}
