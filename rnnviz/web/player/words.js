// How numbers are called and written: names, spoken names, formulas in HTML and SVG, the headline.

import { el, styled, svg } from "./dom.js";
import { MINUS, show } from "./numbers.js";
import { notation, rangeOf, stepOf } from "./worked.js";

/** Return a value, or in the gradient view dL/d of it, as it is shown. */
export function shownNumber(session, name, t, unit, options = {}) {
  const { signed = false, view = session.view } = options;
  const within = view === "values" ? rangeOf(session, name) : null;
  return show(session.value(name, t, unit, view), session.digits, { signed, within });
}

/** Return a number with all its digits. */
export function precise(value) {
  return String(value).replaceAll("-", MINUS).replace("Infinity", "∞");
}

/** Return an index from 0 as the subscript digits that people count with, from 1. */
export function subscript(k) {
  return String(k + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
}

/** Return one unit of a value by name: "f₁", "old h₁", "f₁ ⊙ old c₁". */
export function unitName(session, name, unit) {
  return called(session, name, subscript(unit));
}

/** Return one unit of a value for a reader that speaks: "f, unit 1, t = 1". */
export function spokenName(session, name, t, unit) {
  const kind = session.variant.inputs.includes(name) ? "input" : "unit";
  return `${spoken(called(session, name, ""))}, ${kind} ${unit + 1}, t = ${t + 1}`;
}

/** Return the symbol of one unit, for `math`: f_(t,1), h_(t−1,1); others as an expression. */
export function unitSymbol(session, name, unit) {
  const symbol = session.variant.symbols[name];
  return symbol.replace(/^(\p{L})_\(?(t(?:−1)?)\)?$/u, `$1_($2,${unit + 1})`);
}

/** Return a formula in runs {text, sub, name}; name is the value of a symbol, else null. */
export function mathParts(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(SYMBOL)) {
    if (found.index > from) parts.push(runOf(text.slice(from, found.index)));
    const [whole, letter, inner, plain, alone] = found;
    parts.push(alone ? runOf(alone, "", alone) : symbolRun(letter, inner ?? plain));
    from = found.index + whole.length;
  }
  if (from < text.length) parts.push(runOf(text.slice(from)));
  return parts;
}

const LETTER = String.raw`(?<!\p{L})([A-Za-z])_(?:\(([^()]*)\)|(\w+))`; // f_t, W_if, h_(t−1)
const ALONE = String.raw`(?<![\p{L}\p{N}_])(\p{L})(?![\p{L}\p{N}_])`;
const SYMBOL = new RegExp(`${LETTER}|${ALONE}`, "gu");

/** Return a formula in HTML, its symbols in the colours of their values. */
export function math(session, text) {
  const runs = mathParts(text).map((part) => {
    if (part.name === null) return part.text;
    const sub = part.sub ? el("sub", {}, part.sub) : null;
    const symbol = el("i", { "data-name": part.name }, part.text, sub);
    return painted(session, part, symbol, "color");
  });
  return el("span", { class: "rv-math", role: "math", "aria-label": spoken(text) }, runs);
}

const LOW = 0.72; // size of a subscript
const DROP = 0.25; // how far it stands below, in em of its formula

/** Return a formula as an SVG text with these attributes. */
export function mathSvg(session, text, attributes = {}) {
  const spans = [];
  let below = 0; // how far down the run before stands
  const span = (content, more) => {
    const back = below ? { dy: `${-below}em` } : {};
    below = 0;
    return svg("tspan", { ...back, ...more }, content);
  };
  for (const part of mathParts(text)) {
    if (part.name === null) {
      spans.push(span(part.text, {}));
      continue;
    }
    const italic = { "font-style": "italic", "data-name": part.name };
    spans.push(painted(session, part, span(part.text, italic), "fill"));
    if (!part.sub) continue;
    const low = { ...italic, "font-size": `${LOW}em`, dy: `${DROP / LOW}em` };
    spans.push(painted(session, part, span(part.sub, low), "fill"));
    below = DROP;
  }
  return svg("text", { class: "rv-math", ...attributes }, spans);
}

/** Return what stands beside the title: the sizes, and the cell's convention. */
export function headline(session) {
  const { record, variant } = session;
  const sized = (size, shown) => (shown.length < size ? `${size} (${shown.length} shown)` : size);
  const sizes = [
    `input ${sized(session.I, session.inputs)}`,
    `hidden ${sized(session.H, session.units)}`,
    record.sample ? `batch ${record.batch}, sample ${record.sample}` : "batch 1",
    ...(record.where ? [record.where] : []),
  ];
  return [sizes.join(" · "), variant.convention];
}

// Names

/** Return what a value is called, with an index behind each letter. */
function called(session, name, index) {
  if (session.variant.states.includes(name)) return `old ${name.replace("_prev", "")}${index}`;
  const step = stepOf(session, name);
  if (!step || name.length === 1) return name + index;
  if (name.endsWith("_pre")) return `sum for ${aim(session, name)}${index}`;
  if (["linear", "matmul"].includes(step.op)) {
    const source = step.args[1] === "x" ? "x" : "recurrent";
    return `${source} part of ${aim(session, name)}${index}`;
  }
  const operands = step.args.map((arg) => {
    const text = called(session, arg, index);
    const isFactor = step.op === "mul" && arg.length > 1 && stepOf(session, arg);
    return isFactor && !text.endsWith(")") ? `(${text})` : text; // tanh(c) needs no more
  });
  return notation(session, step.op, operands);
}

/** Return the letter of the value that a part is on the way to: f of f_x. */
function aim(session, name) {
  const next = session.variant.steps.find((step) => step.args.includes(name)).name;
  return next.length === 1 ? next : aim(session, next);
}

const SPOKEN = {
  "⊙": " times ",
  "×": " times ",
  "−": " minus ",
  "≈": " is about ",
  σ: "sigma",
  "∂": "d ",
};

/** Return a formula or a name as it is spoken: x_t is x, h_(t−1) old h, W_if W i f. */
function spoken(text) {
  const said = mathParts(text).map(({ text: letter, sub, name }) => {
    if (!sub) return letter;
    const unit = sub.includes(",") ? ` ${sub.split(",").at(-1)}` : "";
    if (name === letter) return letter + unit;
    return name.endsWith("_prev") ? `old ${letter}${unit}` : [letter, ...sub].join(" ");
  });
  return said
    .join("")
    .replace(/[⊙×−≈σ∂]/g, (sign) => SPOKEN[sign])
    .replace(/ +/g, " ")
    .trim();
}

// Formulas

function runOf(text, sub = "", name = null) {
  return { text, sub, name };
}

function symbolRun(letter, sub) {
  const [when, unit] = sub.split(",");
  const below = (time) => (unit ? `${time},${unit}` : time);
  if (when === "t") return runOf(letter, sub, letter);
  if (["t−1", "t-1", "prev"].includes(when)) return runOf(letter, below("t−1"), `${letter}_prev`);
  return runOf(letter, sub, `${letter}_${sub}`);
}

function painted(session, part, node, property) {
  const role = session.variant.roles[part.name];
  return role ? styled(node, { [property]: `var(--rv-hue-${role})` }) : node;
}
