// Where one number comes from, operand by operand, and what uses it.

import { el } from "./dom.js";
import { show } from "./numbers.js";
import { gradientTable, lossNote } from "./panel_gradients.js";
import {
  isActivation, isMatrixProduct, numberBefore, numberOf, placeKey, placeName, plainNumber,
  selectable, shownPlace, spacedSign, textButton, unitMark, withoutUnit,
} from "./panel_numbers.js";
import { stepParts } from "./panel_steps.js";
import { neuronParts } from "./panel_sums.js";
import { math, unitName } from "./words.js";
import { isSum, stepOf, sumRows, worked } from "./worked.js";

/**
 * Return what uses a value, as places: the steps of its timestep, all units of those that take it
 * through a matrix, and for a new state the old one of the next timestep.
 */
export function uses(session, { name, t, unit }) {
  const { steps, states, next_state: after } = session.variant;
  const found = steps
    .filter((step) => step.args.includes(name))
    .flatMap((step) => {
      const isMatrix = isMatrixProduct(session, step.name);
      const units = isMatrix ? Array.from({ length: session.H }, (_, k) => k) : [unit];
      return units.map((one) => ({ name: step.name, t, unit: one }));
    });
  const next = states[after.indexOf(name)];
  if (next && t + 1 < session.T) found.push({ name: next, t: t + 1, unit });
  return found;
}

/** Return what a value is made of, as places: to these its gradient goes on. */
export function feeds(session, { name, t, unit }) {
  const { inputs, params, states, next_state: after } = session.variant;
  if (inputs.includes(name)) return [];
  if (states.includes(name))
    return t ? [{ name: after[states.indexOf(name)], t: t - 1, unit }] : [];
  const isMatrix = isMatrixProduct(session, name);
  return stepOf(session, name).args
    .filter((arg) => !params.includes(arg))
    .flatMap((arg) => {
      const units = isMatrix ? Array.from({ length: session.width(arg) }, (_, k) => k) : [unit];
      return units.map((one) => ({ name: arg, t, unit: one }));
    });
}

/**
 * Return where a value comes from: {kind, rows} with kind "sum" (rows as sumRows), "step" (worked
 * as the only row), "carried" (the place of the state it was) or "given" (its address).
 */
export function origin(session, { name, t, unit }) {
  const { inputs, states, next_state: after } = session.variant;
  if (inputs.includes(name)) return { kind: "given", address: `${name}[${t},${unit}]` };
  if (states.includes(name)) {
    if (t === 0) return { kind: "given", address: `${name}[${unit}]` };
    return { kind: "carried", place: { name: after[states.indexOf(name)], t: t - 1, unit } };
  }
  if (isSum(session, name)) return { kind: "sum", rows: sumRows(session, name, t, unit) };
  return { kind: "step", rows: [worked(session, name, t, unit)] };
}

/** Return the panel of one place: its equation, what makes it in numbers, and its uses. */
export function provenanceParts(pen, place) {
  if (place.view === "gradients") {
    const to = feeds(pen.session, place).map((one) => ({ ...one, view: "gradients" }));
    const on = placesParts(pen, place, "Goes on to", to);
    return [gradientTable(pen, place), on, lossNote(pen.session)];
  }
  const used = placesParts(pen, place, "Used by", uses(pen.session, place));
  return [equationOf(pen.session, place), madeParts(pen, place), used];
}

function equationOf(session, { name }) {
  const equation = session.variant.equations[name];
  return equation ? el("p", { class: "rv-p-equation" }, math(session, equation)) : null;
}

function madeParts(pen, place) {
  const { session } = pen;
  const { name, t, unit } = place;
  const { kind, address, place: from } = origin(session, place);
  if (kind === "given") return givenParts(pen, place, address);
  const mark = unitMark(session, name, unit);
  if (kind === "carried")
    return el("p", { class: "rv-p-line" }, mark, spacedSign("="), numberOf(pen, from),
      el("span", { class: "rv-p-about" }, ` ${unitName(session, from.name, unit)} of t = ${t}`));
  if (kind === "step") return stepParts(pen, name, t, [unit]);
  const isPassing = !isActivation(session, name) && !isMatrixProduct(session, name);
  return [isPassing ? stepParts(pen, name, t, [unit]) : null, neuronParts(pen, name, t, unit)];
}

/** Return that a number is given, what it was before an edit, and a way to edit it. */
function givenParts({ session, hooks }, place, address) {
  const before = numberBefore(session, { address });
  const isInitial = place.name !== "x";
  const what = isInitial ? "given: the sequence starts with it" : "given: it comes in";
  const text = shownPlace(session, place);
  const mark = unitMark(session, place.name, place.unit);
  const edited = `edited: ${show(before ?? 0, session.digits)} → ${text}`;
  return [
    el("p", { class: "rv-p-line" }, mark, spacedSign("="), plainNumber(text)),
    el("p", { class: "rv-p-note" }, what),
    before === null ? null : el("p", { class: "rv-p-note" }, edited),
    hooks.edit ? textButton("edit", { "data-key": "edit" }, () => hooks.edit(address)) : null,
  ];
}

/** Return a number, or a button with its name alone where the picture does not show it yet. */
function useOf(pen, place) {
  const { session } = pen;
  const { name, t, unit, view = "values" } = place;
  const isAhead = view === session.view && t === session.beat.t && !session.isKnown(name);
  if (!isAhead) return numberOf(pen, place);
  const label = `${placeName(session, place)}, not yet`;
  const said = { "data-key": placeKey(place), "aria-label": label };
  const act = () => session.select(selectable(session, place));
  return textButton(unitName(session, name, unit), said, act);
}

/** Return places under a title, a line a value; of all units of one only those that are shown. */
function placesParts(pen, place, title, all) {
  const { session } = pen;
  const lines = [...new Set(all.map((one) => one.name))].map((name) => {
    const found = all.filter((one) => one.name === name);
    const isMany = found.length > 1;
    const shown = found.filter(({ unit }) => !isMany || session.shown(name).includes(unit));
    const said = isMany ? withoutUnit(session, name) : unitName(session, name, found[0].unit);
    const when = found[0].t === place.t ? "" : ` at t = ${found[0].t + 1}`;
    const more = found.length - shown.length;
    return el(
      "li",
      {},
      el("span", { class: "rv-p-use" }, said, when),
      el("span", { class: "rv-p-vector" }, shown.map((one) => useOf(pen, one))),
      more ? el("span", { class: "rv-p-about" }, `and ${more} more`) : null,
    );
  });
  const isEnd = place.view !== "gradients" && place.t === session.T - 1;
  const none = isEnd ? "nothing more: the sequence ends here" : "nothing more";
  return el(
    "div",
    { class: "rv-p-uses" },
    el("h4", {}, title),
    lines.length ? el("ul", {}, lines) : el("p", { class: "rv-p-note" }, none),
  );
}
