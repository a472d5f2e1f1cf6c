// The gradient view's panel: dL/d of one unit as the sum of what comes back through each step.

import { gradientParts } from "./backwards.js";
import { el } from "./dom.js";
import { exactProduct, exactSum, relation, show } from "./numbers.js";
import {
  cellOf, isActivation, numberOf, plainNumber, shownPlace, signMark, tableNumber, unitMark,
  withoutUnit,
} from "./panel_numbers.js";
import { unitTable } from "./panel_tables.js";
import { math, unitName } from "./words.js";
import { accurateSum, stepOf } from "./worked.js";

const SIGNED = { signed: true }; // as all numbers in tables that can be negative

/** Return the panel of a gradient beat: one unit worked out, then the others. */
export function gradientBeatParts(pen, beat, unit) {
  const { session } = pen;
  const { key, t } = beat;
  const node = session.variant.diagram.nodes.find((one) => one.name === key);
  const source = stepOf(session, key).args[0];
  const isBent = node.steps.includes(source) && isActivation(session, key);
  const steps = isBent ? [key, source] : [key]; // what comes before σ, too
  const columns = steps.map((name) => ({ name, t, view: "gradients" }));
  const others = session.units.filter((one) => one !== unit);
  return [
    steps.map((name) => gradientTable(pen, { name, t, unit })),
    others.length ? unitTable(pen, columns, others, "Gradients of the other units") : null,
    lossNote(session),
  ];
}

/** Return what L is. */
export function lossNote(session) {
  return el("p", { class: "rv-p-note" }, `${session.loss.said}.`);
}

/** Return how dL/d of one unit comes about: a block a step that uses it, and the total. */
export function gradientTable(pen, { name, t, unit }) {
  const { session } = pen;
  const all = gradientParts(session, name, t, unit);
  const isAdded = ({ via, value }) => via !== "outside" || value !== 0 || all.length === 1;
  const parts = all.filter(isAdded);
  const place = { name, t, unit, view: "gradients" };
  const isOne = parts.length === 1;
  const blocks = parts.map((part) => partBlock(pen, part, t, isOne));
  const texts = blocks.map((block) => block.result);
  const result = shownPlace(session, place, true);
  const exact = isOne && blocks[0].exact !== undefined ? blocks[0].exact : exactSum(texts);
  const said = `How dL/d of ${unitName(session, name, unit)} comes about`;
  return el(
    "table",
    { class: "rv-p-sum rv-p-answers", "aria-label": said },
    blocks.map(({ body }, k) => {
      body.dataset.via = `${parts[k].via}@${parts[k].t}`;
      return body;
    }),
    el(
      "tbody",
      {},
      el(
        "tr",
        { class: "rv-p-total", "data-kind": "total" },
        el("th", { scope: "row", colspan: 4 }, unitMark(session, name, unit, "gradients")),
        cellOf(signMark(relation(exact, result))),
        cellOf(tableNumber(pen, place)),
      ),
    ),
  );
}

/** Return the rows of what comes through one step, and its value as shown. */
function partBlock(pen, part, t, isOne) {
  const { session } = pen;
  const result = show(part.value, session.digits, SIGNED);
  const title = (content) =>
    el("tr", { class: "rv-p-way" }, el("th", { scope: "rowgroup", colspan: 6 }, content));
  const later = part.t === t ? "" : ` at t = ${part.t + 1}`;
  if (part.via === "outside") {
    const number = cellOf(plainNumber(result, part.value));
    const head = el("th", { scope: "row", colspan: 5 }, "from the loss itself");
    const row = el("tr", { "data-kind": "outside" }, head, number);
    return { result, body: el("tbody", {}, row) };
  }
  if (part.terms) return matrixBlock(pen, part, title, later, isOne);
  const [first, second] = part.factors;
  const labels = part.factors.map(([label], k) => (k && label[1] === " " ? `(${label})` : label));
  const written = el("span", { class: "rv-math" }, labels.join(" × "));
  const left = factorNumber(pen, first);
  const right = second ? factorNumber(pen, second) : null;
  const texts = [left, right].filter(Boolean).map((number) => number.textContent);
  const exact = second ? exactProduct(...texts) : exactSum(texts);
  const row = el(
    "tr",
    { "data-kind": "product" },
    el("td"),
    cellOf(left),
    cellOf(second ? signMark("×") : ""),
    cellOf(right ?? ""),
    cellOf(signMark(relation(exact, result))),
    cellOf(plainNumber(result, part.value)),
  );
  return { result, body: el("tbody", {}, title([written, later]), row) };
}

function factorNumber(pen, [, value, place, range]) {
  const signed = !(range?.[0] >= 0);
  const text = show(value, pen.session.digits, { within: range, signed });
  return place ? numberOf(pen, place, text) : plainNumber(text, value);
}

/** Return the block of a matrix product: a column of its weights times what comes to its units. */
function matrixBlock(pen, part, title, later, isOne) {
  const { session } = pen;
  const { args } = stepOf(session, part.via);
  const made = aimOf(session.variant, part.via);
  const shown = session.units.map((unit) => part.terms[unit]);
  const texts = shown.map((term) => show(term.value, session.digits, SIGNED));
  const rows = shown.map((term, k) => {
    const [left, right] = [term.left, term.right].map((side) => tableNumber(pen, side.place));
    const exact = exactProduct(left.textContent, right.textContent);
    return el(
      "tr",
      { "data-kind": "product" },
      el("th", { scope: "row" }, unitName(session, made, session.units[k]), later),
      [left, signMark("×"), right, signMark(relation(exact, texts[k]))].map(cellOf),
      cellOf(plainNumber(texts[k], term.value)),
    );
  });
  const others = part.terms.filter((_, unit) => !session.units.includes(unit));
  if (others.length) {
    const value = accurateSum(others.map((term) => term.value));
    texts.push(show(value, session.digits, SIGNED));
    const number = plainNumber(texts.at(-1), value);
    rows.push(spanning(`${others.length} more units`, "", number, "rest"));
  }
  const result = show(part.value, session.digits, SIGNED);
  const exact = exactSum(texts);
  if (!isOne) {
    const sum = plainNumber(result, part.value);
    rows.push(spanning("sum", signMark(relation(exact, result)), sum, "sum"));
  }
  const [weight] = args;
  const derivative = ` × dL/d(${withoutUnit(session, part.via)})`;
  const written = el("span", { class: "rv-math" }, math(session, weight), derivative);
  const body = el("tbody", {}, title([written, later]), rows);
  return { result, exact, body };
}

/** Return the value that a step is on the way to: i of the recurrent part of i. */
function aimOf(variant, name) {
  if (name.length === 1) return name;
  return aimOf(variant, variant.steps.find(({ args }) => args.includes(name)).name);
}

function spanning(label, sign, number, kind) {
  const head = el("th", { scope: "row", colspan: 4 }, label);
  return el("tr", { "data-kind": kind, class: kind === "sum" ? "rv-p-subtotal" : null }, head,
    cellOf(sign), cellOf(number));
}
