// The worked example of a neuron: a row a product, the biases, their sum, its place on the curve.

import { curve } from "./curve.js";
import { el } from "./dom.js";
import { ALMOST, decimal } from "./numbers.js";
import {
  INFIXES, cellOf, fullNumber, headOf, isActivation, isMatrixProduct, numberOf, plainNumber,
  relatedTo, signMark, spacedSign, tableNumber, unitMark,
} from "./panel_numbers.js";
import { math, unitName } from "./words.js";
import { stepOf, sumRows, worked } from "./worked.js";

const MANY_ROWS = 10; // of a sum, from which on they stand closer and the curve is smaller
const SUM_HEAD = ["", "weight", "", "value", "", "product"];

/** Return a neuron's tables, and where it has an activation the curve and the line of its value. */
export function neuronParts(pen, name, t, unit) {
  const tables = sumTables(pen, name, t, unit);
  if (!isActivation(pen.session, name)) {
    tables.at(-1).classList.add("rv-p-answers");
    return tables;
  }
  const line = el("p", { class: "rv-p-line rv-p-answer" }, activationLine(pen, name, t, unit));
  return [...tables, activationCurve(pen.session, name, t, [unit]), line];
}

/** Return the table of one sum, behind those of its parts that have no place of their own. */
function sumTables(pen, name, t, unit) {
  const all = sumRows(pen.session, name, t, unit, { signed: true });
  const rows = all.filter((row) => row.kind !== "value");
  const said = `How ${unitName(pen.session, name, unit)} is summed`;
  const head = el("thead", {}, el("tr", {}, SUM_HEAD.map(headOf)));
  const body = el("tbody", {}, rows.map((row) => termRow(pen, row)));
  const kind = rows.length >= MANY_ROWS ? "rv-p-sum rv-p-many" : "rv-p-sum";
  const table = el("table", { class: kind, "aria-label": said }, head, body);
  return [...partTables(pen, rows), table];
}

/** Return the tables of the parts of a sum, such as the GRU's n_h, or r ⊙ old h. */
function partTables(pen, rows) {
  const inner = innerSteps(pen.session.variant);
  const places = rows.flatMap((row) => [row.leftPlace, row.rightPlace]);
  const parts = places.filter((place) => place && inner.has(place.name));
  const isSummed = ({ name }) => isMatrixProduct(pen.session, name);
  // the sums of several are a link away, each in its own panel
  const sums = parts.length === 1 ? parts.filter(isSummed) : [];
  const lines = parts.flatMap((place) => [...innerPlaces(pen.session, inner, place)]);
  const made = lines.filter((place) => !isSummed(place)).map((place) => partRow(pen, place));
  const said = { class: "rv-p-sum rv-p-part", "aria-label": "What is weighed" };
  return [
    ...sums.flatMap(({ name, t, unit }) => sumTables(pen, name, t, unit)),
    ...(made.length ? [el("table", said, el("tbody", {}, made))] : []),
  ];
}

/** Yield the parts that a part is made of, and then itself. */
function* innerPlaces(session, inner, { name, t, unit }) {
  const { args } = stepOf(session, name);
  const made = isMatrixProduct(session, name) ? [] : args.filter((arg) => inner.has(arg));
  for (const arg of made) yield* innerPlaces(session, inner, { name: arg, t, unit });
  yield { name, t, unit };
}

/** Return the steps on the way to a gate that are neither a gate nor a state themselves. */
function innerSteps({ gates, steps, next_state: states }) {
  const keys = gates.map((gate) => gate.key);
  const found = new Set();
  for (const { name, args } of [...steps].reverse()) {
    if (!keys.includes(name) && !found.has(name)) continue;
    for (const arg of args) if (!keys.includes(arg) && !states.includes(arg)) found.add(arg);
  }
  return new Set(steps.map((step) => step.name).filter((name) => found.has(name)));
}

function partRow(pen, place) {
  const { name, t, unit } = place;
  const line = worked(pen.session, name, t, unit);
  const [left, right] = line.operands;
  const label = el("th", { scope: "row" }, unitMark(pen.session, name, unit));
  const result = [cellOf(signMark(line.relation)), cellOf(tableNumber(pen, place))];
  if (!right) {
    const applied = el("td", { colspan: 3 }, appliedTo(pen, line.op, left));
    return el("tr", { "data-kind": "part" }, label, applied, result);
  }
  const [first, second] = [left, right].map((operand) => tableNumber(pen, operand));
  const operands = [first, signMark(INFIXES[line.op]), second];
  return el("tr", { "data-kind": "part" }, label, operands.map(cellOf), result);
}

function termRow(pen, row) {
  const { session } = pen;
  const { kind, leftPlace, rightPlace, value, result } = row;
  if (kind === "product")
    return el(
      "tr",
      { "data-kind": kind },
      el("th", { scope: "row" }, productMark(session, row)),
      cellOf(numberOf(pen, leftPlace, row.left)),
      cellOf(signMark("×")),
      cellOf(numberOf(pen, rightPlace, row.right)),
      cellOf(signMark(row.relation)),
      cellOf(plainNumber(result, value)),
    );
  const number = row.place ? numberOf(pen, row.place, result) : plainNumber(result, value);
  const isSumRow = kind === "sum";
  return el(
    "tr",
    { "data-kind": kind, class: isSumRow ? "rv-p-total" : null },
    el("th", { scope: "row", colspan: 4 }, rowMark(session, row)),
    cellOf(signMark(row.relation)),
    cellOf(number),
  );
}

/** Return what a product is of: the value, and in place of a weight the gate. */
function productMark(session, { leftPlace, rightPlace }) {
  if (!leftPlace.name) return unitMark(session, rightPlace.name, rightPlace.unit);
  return [unitMark(session, leftPlace.name, leftPlace.unit), " × rec. part"]; // the GRU's n_h
}

function rowMark(session, { kind, label, place, weight, source, count }) {
  if (kind === "sum") return label === "sum" ? label : unitMark(session, place.name, place.unit);
  if (kind === "bias") return math(session, place.address.replace(/\[.*/, ""));
  return [`${count} more `, math(session, `${weight} × ${session.variant.symbols[source]}`)];
}

// The activation

/** Return `f₁ = σ(−1.448) ≈ 0.190`, each number a button. */
function activationLine(pen, name, t, unit) {
  const { session } = pen;
  const line = worked(session, name, t, unit);
  const result = numberOf(pen, { name, t, unit });
  const [source] = line.operands;
  const isExact = Math.abs(numberIn(source.text) - fullNumber(session, source)) < 1e-12;
  const mark = [unitMark(session, name, unit), spacedSign(isExact ? "=" : ALMOST)];
  return [mark, appliedTo(pen, line.op, source), relatedTo(line.relation, result)];
}

/** Return the number that a shown text stands for, NaN for a bound. */
function numberIn(text) {
  const found = decimal(text);
  return found ? Number(found.units) / 10 ** found.places : NaN;
}

/** Return σ(0.5), tanh(0.5) or relu(0.5) of the number at a place. */
export function appliedTo(pen, op, place) {
  const [before, after] = pen.session.record.ops[op].text.split("{0}");
  const number = numberOf(pen, place);
  return el("span", { class: "rv-p-applied" }, signMark(before), number, signMark(after));
}

/** Return the curve of an activation with all units on it, some of them large. */
export function activationCurve(session, name, t, strong) {
  const { op, args } = stepOf(session, name);
  const units = [...new Set([...session.units, ...strong])];
  const points = units.map((unit) => ({
    x: session.value(args[0], t, unit, "values"),
    y: session.value(name, t, unit, "values"),
    unit,
    strong: strong.includes(unit),
  }));
  return curve(session, op, points, session.variant.roles[name] ?? "neutral");
}
