// What is seen, in one sentence with its numbers: a port of captions.py, whose templates come with
// the record.

import { gradientCaption } from "./backwards.js";
import { percent } from "./numbers.js";
import { shownNumber, subscript } from "./words.js";
import { worked } from "./worked.js";

const NAMED = 2; // units up to which a caption needs no "…"
const LISTED = 2; // values of a vector of which only some are shown
const LISTED_OF_ALL = 3;

/** Return the caption of a beat; a lecturer's own words stand as long as nothing is edited. */
export function caption(session, beat = session.beat) {
  if (beat.backward) return gradientCaption(session, beat);
  const own = session.record.captions;
  if (!session.isEdited && Object.hasOwn(own, beat.id)) return own[beat.id];
  if (typeof beat.told === "string")
    return filledIn(beat.told, (field) => momentField(session, beat.t, field));
  const { units } = session;
  const parts = beat.told
    .filter(([, , place]) => place < units.length)
    .map(([template, name, place]) =>
      filledIn(template, (field) => unitField(session, name, beat.t, units[place], field)),
    );
  return parts.join(", ") + (units.length > NAMED ? ", …" : ".");
}

function filledIn(template, field) {
  return template.replace(/\{(\w+)\}/g, (_, name) => field(name));
}

/** Return what a field of a template of whole vectors stands for. */
function momentField(session, t, field) {
  const states = session.variant.next_state;
  if (field === "states") return states.join(" and ");
  if (field === "new")
    return states.map((name) => `${name} = ${vector(session, name, t)}`).join(", ");
  return vector(session, field, t);
}

/** Return a vector's first values that are shown, in parentheses; … is what is left out. */
function vector(session, name, t) {
  const shown = session.shown(name);
  const size = session.width(name);
  const parts = [];
  let next = 0;
  for (const unit of shown.slice(0, shown.length === size ? LISTED_OF_ALL : LISTED)) {
    if (unit > next) parts.push("…");
    parts.push(shownNumber(session, name, t, unit, { view: "values" }));
    next = unit + 1;
  }
  if (next < size) parts.push("…");
  return `(${parts.join(", ")})`;
}

/** Return what a field of a template of one unit stands for. */
function unitField(session, name, t, unit, field) {
  if (field === "k") return subscript(unit);
  if (field === "share") return percent(session.value(name, t, unit), session.digits);
  if (field === "worked") return worked(session, name, t, unit).text;
  const shown = shownNumber(session, name, t, unit, { view: "values" });
  if (field === "is") return /^[<>]/.test(shown) ? `${shown[0]} ${shown.slice(1)}` : `= ${shown}`;
  if (field === "value") return shown;
  throw new Error(`caption: wanted k, is, share, worked or value, got ${field}`);
}
