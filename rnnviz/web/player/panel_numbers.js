// Numbers and symbols as the panel writes them: a number is a button that asks where it comes from.
//
// A pen is {session, hooks, here}; here is the key of the place whose own panel it is. A place is
// {name, t, unit} of a value, with view: "gradients" of dL/d of it, or {address} of a parameter.

import { el, styled } from "./dom.js";
import { addressName } from "./tables.js";
import {
  math, precise, shownNumber, spokenName, subscript, unitName, unitSymbol,
} from "./words.js";
import { numberAt, rangeOf, shownAt, stepOf } from "./worked.js";

export const INFIXES = { add: "+", add3: "+", mul: "×" };

/** Whether a value is a matrix times a vector, so that all its units take all of that. */
export function isMatrixProduct(session, name) {
  return ["linear", "matmul"].includes(stepOf(session, name)?.op);
}

/** Whether a value is an activation of something. */
export function isActivation(session, name) {
  return ["sigmoid", "tanh", "relu"].includes(stepOf(session, name)?.op);
}

/** Return a place as session.select takes it: with its view only where that is not the player's. */
export function selectable(session, { name, t, unit, view = "values" }) {
  return view === session.view ? { name, t, unit } : { name, t, unit, view };
}

/** Return the full number at a place. */
export function fullNumber(session, place) {
  if (place.address) return numberAt(session, place);
  return session.value(place.name, place.t, place.unit, place.view);
}

/** Return the number at a place as it is shown; `signed` writes + before what can be negative. */
export function shownPlace(session, place, signed = false) {
  if (place.address) return shownAt(session, place, signed);
  const { name, t, unit, view = "values" } = place;
  const canBeNegative = view === "gradients" || !(rangeOf(session, name)?.[0] >= 0);
  return shownNumber(session, name, t, unit, { view, signed: signed && canBeNegative });
}

/** Return how a place is called in words; units and timesteps count from 1. */
export function placeName(session, place) {
  if (place.address) return addressName(place.address);
  const said = spokenName(session, place.name, place.t, place.unit);
  return place.view === "gradients" ? `dL/d of ${said}` : said;
}

/** Return what stood at a place in the trace as given: null if the same, NaN if nothing did. */
export function numberBefore(session, place) {
  if (place.address) {
    const before = session.before(place.address);
    return before === session.number(place.address) ? null : before;
  }
  if (place.view === "gradients") return null; // of those the trace has none
  if (!session.changed(place.name, place.t, place.unit)) return null;
  const was = session.original.values[place.name];
  return was ? was[place.t * session.width(place.name) + place.unit] : NaN;
}

/** Return a number: a button where one can ask for it, marked where it is not as it was given. */
export function numberOf({ session, hooks, here }, place, text = shownPlace(session, place)) {
  const before = numberBefore(session, place);
  const role = place.address ? "" : ` rv-role-${session.variant.roles[place.name] ?? "neutral"}`;
  const name = placeName(session, place);
  const was = Number.isNaN(before) ? "not in the cell as given" : `was ${precise(before ?? 0)}`;
  const mark = before === null ? "" : `, ${was}`;
  const key = placeKey(place);
  const attributes = {
    class: `rv-p-number${role}${before === null ? "" : " rv-p-changed"}`,
    title: `${name}: ${precise(fullNumber(session, place))}${mark}`,
    "data-place": key,
  };
  const act = place.address
    ? hooks.edit && (() => hooks.edit(place.address))
    : () => session.select(selectable(session, place));
  if (!act || key === here) return el("span", attributes, text);
  const label = { "aria-label": `${text}, ${name}${mark}`, onclick: act };
  return el("button", { type: "button", ...label, ...attributes }, text);
}

/** Return a number of a table, where + stands before what can be negative. */
export function tableNumber(pen, place) {
  return numberOf(pen, place, shownPlace(pen.session, place, true));
}

/** Return a number that stands in no place of its own, such as a product. */
export function plainNumber(text, value, said = "") {
  const title = value === undefined ? null : `${said}${precise(value)}`;
  return el("span", { class: "rv-p-number", title }, text);
}

/** Return what tells places apart: f[0,1], with a d before it for dL/d of it, or an address. */
export function placeKey(place) {
  if (place.address) return place.address;
  const key = `${place.name}[${place.t},${place.unit}]`;
  return place.view === "gradients" ? `d${key}` : key;
}

/** Return a button that is written as words. */
export function textButton(text, attributes, onclick) {
  return el("button", { type: "button", class: "rv-p-text-button", ...attributes, onclick }, text);
}

export const cellOf = (content) => el("td", {}, content);

/** Return the head of a column; one without a name is no heading. */
export const headOf = (content) => (content ? el("th", { scope: "col" }, content) : el("td"));

/** Return an operator, a relation or a parenthesis between numbers. */
export function signMark(text) {
  return el("span", { class: "rv-p-sign" }, text);
}

/** Return an operator in a line of text. */
export function spacedSign(text) {
  return signMark(` ${text} `);
}

/** Return a number, in parentheses where a minus would stand behind another sign. */
export function wrappedNumber(pen, place, isFirst) {
  const number = numberOf(pen, place);
  if (isFirst || !number.textContent.startsWith("−")) return [number];
  return [el("span", { class: "rv-p-wrapped" }, signMark("("), number, signMark(")"))];
}

/** Return a relation and the result behind it: no ≈ before a bound, which says > or < itself. */
export function relatedTo(relation, number) {
  const isBound = /^[<>]/.test(number.textContent);
  const sign = isBound ? null : signMark(`${relation} `);
  return [" ", el("span", { class: "rv-p-result" }, sign, number)];
}

/** Return the mark of one unit in its colour: f with t,1 below; dL/d of it for a gradient. */
export function unitMark(session, name, unit, view = "values") {
  const isLetter = hasLetter(session, name);
  const said = unitName(session, name, unit);
  const mark = isLetter ? math(session, unitSymbol(session, name, unit)) : said;
  return inRole(session, name, mark, isLetter, view);
}

/** Return the mark of a whole value, or words where that is a sum: "x part of f". */
export function shortMark(session, name, view = "values") {
  const isSummed = /^(linear|matmul|add)/.test(stepOf(session, name)?.op) && name.length > 1;
  if (!isSummed) return vectorMark(session, name, view);
  return inRole(session, name, withoutUnit(session, name), false, view);
}

/** Return what a value is called in words, without a unit: "old h", "x part of f". */
export function withoutUnit(session, name) {
  return unitName(session, name, 0).replaceAll(subscript(0), "");
}

/** Return the mark of a whole value in its colour, or dL/d of it. */
export function vectorMark(session, name, view = "values") {
  const written = math(session, session.variant.symbols[name]);
  return inRole(session, name, written, hasLetter(session, name), view);
}

function hasLetter(session, name) {
  return name.length === 1 || session.variant.states.includes(name);
}

function inRole(session, name, mark, isLetter, view) {
  const kind = `rv-p-mark rv-role-${session.variant.roles[name] ?? "neutral"}`;
  if (view !== "gradients") return el("span", { class: kind }, mark);
  const by = el("span", { class: "rv-math" }, "d", el("i", {}, "L"), "/d");
  return el("span", { class: kind }, by, isLetter ? mark : ["(", mark, ")"]);
}

/** Return what bars of these numbers have in common: their largest size, and where 0 stands. */
export function barScale(values) {
  const finite = values.filter(Number.isFinite);
  const reach = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { reach: Math.max(1, reach), zero: finite.some((value) => value < 0) ? 50 : 0 };
}

/** Return one bar from a common zero, of a scale made by `barScale`. */
export function barOf(value, role, { reach, zero }) {
  const part = Number.isFinite(value) ? Math.min(1, Math.abs(value) / reach) : 0;
  const size = part * (zero ? 50 : 100);
  const bar = styled(el("span", { class: `rv-p-bar rv-role-${role}` }), {
    "--rv-from": `${value < 0 ? zero - size : zero}%`,
    "--rv-size": `${size}%`,
  });
  const track = el("span", { class: "rv-p-track", "aria-hidden": "true" }, bar);
  return styled(track, { "--rv-zero": `${zero}%` });
}
