// The panel of an element-wise step: a line a unit with its numbers, and bars or a curve.

import { el, styled } from "./dom.js";
import { MINUS, decimal, decimalProduct, decimalSum, relation } from "./numbers.js";
import {
  INFIXES, barOf, barScale, isActivation, numberOf, relatedTo, shortMark, spacedSign, wrappedNumber,
} from "./panel_numbers.js";
import { activationCurve, appliedTo } from "./panel_sums.js";
import { stepOf, worked } from "./worked.js";

const BARS_UP_TO = 3; // units; with more there is only one bar a line

/**
 * Return the lines of some units, with bars or the curve.
 *
 * What the beat makes on the way, such as f ⊙ c on the way to c, is written out in the line.
 */
export function stepParts(pen, name, t, units, revealed = []) {
  const { session } = pen;
  const made = madeOnTheWay(session, name, revealed);
  const isCurved = isActivation(session, name);
  const drawn = isCurved ? () => null : barsOf(session, name, t, units);
  const lines = units.map((unit) =>
    el(
      "li",
      { "data-unit": unit },
      el("span", { class: "rv-p-unit" }, `unit ${unit + 1}`),
      el("span", { class: "rv-p-line" }, stepLine(pen, name, t, unit, made)),
      drawn(unit),
    ));
  const list = el("ul", { class: "rv-p-lines" }, lines);
  return isCurved ? [list, activationCurve(session, name, t, units)] : [list];
}

/** Return what draws a unit's bars: operands and result, of many units only the result. */
function barsOf(session, name, t, units) {
  const isRoomy = units.length <= BARS_UP_TO;
  const { params } = session.variant;
  const operands = stepOf(session, name).args.filter((arg) => !params.includes(arg));
  const names = isRoomy ? [...operands, name] : [name];
  const value = (of, unit) => session.value(of, t, unit, "values");
  const scale = barScale(names.flatMap((of) => units.map((unit) => value(of, unit))));
  const kind = isRoomy ? "rv-p-bars" : "rv-p-bars rv-p-bars-one";
  const bars = (unit) => names.map((of) => [
    isRoomy ? el("span", { class: "rv-p-bar-label" }, shortMark(session, of)) : null,
    barOf(value(of, unit), session.variant.roles[of] ?? "neutral", scale),
  ]);
  return (unit) => el("div", { class: kind }, bars(unit), isRoomy ? zeroMark(scale) : null);
}

/** Return the 0 under the axis of some bars. */
function zeroMark({ zero }) {
  const mark = el("span", { class: "rv-p-zero", "aria-hidden": "true" }, "0");
  return styled(mark, { "--rv-zero": `${zero}%` });
}

/** Return the operands that a beat makes too and that have no letter of their own. */
function madeOnTheWay(session, name, revealed) {
  const { op, args } = stepOf(session, name);
  if (!(op in INFIXES)) return new Set();
  const isMade = (arg) => arg.length > 1 && ["mul", "tanh"].includes(stepOf(session, arg)?.op);
  return new Set(args.filter((arg) => revealed.includes(arg) && isMade(arg)));
}

/** Return `0.133 + 0.216 = 0.349`, each number a button; what is `made` on the way written out. */
export function stepLine(pen, name, t, unit, made = new Set()) {
  const line = worked(pen.session, name, t, unit);
  const { nodes, exact } = stepTerm(pen, name, t, unit, made, true);
  const result = numberOf(pen, { name, t, unit });
  const sign = made.size ? relation(exact, line.result) : line.relation;
  return [nodes, relatedTo(sign, result)];
}

/** Return what makes a value: the nodes, and the decimal of the shown numbers or null. */
function stepTerm(pen, name, t, unit, made, isFirst) {
  const { op, operands } = worked(pen.session, name, t, unit);
  if (op === "one_minus") {
    const one = el("span", { class: "rv-p-number" }, "1");
    return { nodes: [one, spacedSign(MINUS), wrappedNumber(pen, operands[0], false)], exact: null };
  }
  if (!(op in INFIXES)) return { nodes: [appliedTo(pen, op, operands[0])], exact: null };
  const terms = operands.map((place, k) => {
    const leads = isFirst && k === 0;
    if (made.has(place.name)) return stepTerm(pen, place.name, t, unit, made, leads);
    return { nodes: wrappedNumber(pen, place, leads), exact: decimal(place.text) };
  });
  const sign = (k) => (k ? [spacedSign(INFIXES[op])] : []);
  const nodes = terms.flatMap((term, k) => [...sign(k), ...term.nodes]);
  const exacts = terms.map((term) => term.exact);
  return { nodes, exact: op === "mul" ? decimalProduct(...exacts) : decimalSum(exacts) };
}
