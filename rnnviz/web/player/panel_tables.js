// The panels of whole vectors: what comes in, all gates of a timestep, the states over time.

import { chart } from "./curve.js";
import { el } from "./dom.js";
import {
  barOf, cellOf, headOf, shortMark, tableNumber, vectorMark,
} from "./panel_numbers.js";
import { math } from "./words.js";
import { rangeOf } from "./worked.js";

const HISTORY_ROWS = 8; // timesteps in all tables together
const HISTORY_COLUMNS = 4; // of a table, beyond which units and timesteps change places
const TOGETHER = {
  rnn: "all units",
  lstm: "the gates",
  gru: "r and z",
  peepholes: "f, i and g",
};
const BIAS_BLOCKS = [[], ["and a bias of"], ["and two biases of"]];
const COMING_IN = { x: "input", h_prev: "hidden state", c_prev: "cell state" };

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const noteOf = (...content) => el("p", { class: "rv-p-note" }, content);

/** Return what comes in at a timestep, or dL/d of it: each vector with its size and its numbers. */
export function arrivalParts(pen, t, view = "values") {
  const { session } = pen;
  const { inputs, states } = session.variant;
  const parts = [vectorTable(pen, [...inputs, ...states], t, view)];
  if (view === "values" && t === 0) parts.push(...weightNotes(session));
  return parts;
}

/** Return a table of vectors, a row each: its symbol, what it is, its size and its numbers. */
function vectorTable(pen, names, t, view) {
  const { session } = pen;
  const rows = names.map((name) => {
    const shown = session.shown(name);
    const size = session.width(name);
    const left = shown.length < size ? `, ${shown.length} shown` : "";
    const about = `${counted(size, name === "x" ? "value" : "unit")}${left}`;
    const numbers = shown.map((unit) => tableNumber(pen, { name, t, unit, view }));
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, vectorMark(session, name, view)),
      el("td", {}, el("span", { class: "rv-p-about" }, `${COMING_IN[name]} · ${about}`),
        el("span", { class: "rv-p-vector" }, numbers)),
    );
  });
  const said = view === "gradients" ? "What goes out" : "What comes in";
  return el("table", { class: "rv-p-vectors", "aria-label": said }, el("tbody", {}, rows));
}

/** Return how many weights there are, their blocks, and that the order is not a machine's. */
function weightNotes(session) {
  const { variant, H, I } = session;
  const count = variant.params.reduce(
    (sum, name) => sum + session.shape(name).reduce((product, size) => product * size, 1), 0);
  const { biases } = variant.choices;
  const gates = variant.gates.length;
  const peepholes = variant.params.filter((name) => name.startsWith("p_"));
  const lines = [
    ...BIAS_BLOCKS[biases].map((line) => `, ${line} ${H}`),
    ...(peepholes.length ? [`, and ${peepholes.length} peepholes of ${H} each`] : []),
  ];
  const blocks = [
    `${gates > 1 ? `${gates} blocks, each` : "One block"} with `,
    math(session, `W_i ${H}×${I}`), " and ", math(session, `W_h ${H}×${H}`),
  ];
  const together = TOGETHER[peepholes.length ? "peepholes" : variant.cell];
  return [
    el("p", {}, `${count} weights${biases ? " and biases" : ""}`),
    noteOf(blocks, lines, "."),
    noteOf(`The order guides the eye: a machine computes ${together} together.`),
  ];
}

/** Return all gates of a timestep and their equations. */
export function gateParts(pen, names, t) {
  const { session } = pen;
  const table = unitTable(pen, names.map((name) => ({ name, t })), session.units, "Gates");
  return [table, equationList(session, names)];
}

/** Return a whole timestep: its gates, and its states before and after. */
export function timestepParts(pen, t) {
  const { session } = pen;
  const { gates_shown: shown, states, next_state: after } = session.variant;
  const gates = shown.filter((name) => !after.includes(name));
  const order = session.variant.steps.map((step) => step.name);
  const pairs = states.map((name, k) => [name, after[k]]);
  pairs.sort((one, other) => order.indexOf(one[1]) - order.indexOf(other[1])); // h needs the new c
  const columns = (names) => names.map((name) => ({ name, t }));
  return [
    gates.length ? unitTable(pen, columns(gates), session.units, "Gates") : null,
    unitTable(pen, columns(pairs.flat()), session.units, "States before and after"),
    equationList(session, [...gates, ...pairs.map((pair) => pair[1])]),
  ];
}

/** Return a table, a column a value and a row a unit; a gate's numbers have bars under them. */
export function unitTable(pen, columns, units, said) {
  const { session } = pen;
  const head = columns.map(({ name, view }) => headOf(shortMark(session, name, view)));
  const rows = units.map((unit) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, `unit ${unit + 1}`),
      columns.map((column) =>
        cellOf([tableNumber(pen, { ...column, unit }), gaugeOf(session, column, unit)])),
    ));
  return el("table", { class: "rv-p-units", "aria-label": said },
    el("thead", {}, el("tr", {}, headOf(""), head)), el("tbody", {}, rows));
}

/** Return a bar over the range of a bounded value, none for other numbers. */
function gaugeOf(session, { name, t, view }, unit) {
  const range = view === "gradients" ? null : rangeOf(session, name);
  if (!range) return null;
  const scale = { reach: 1, zero: range[0] < 0 ? 50 : 0 };
  return barOf(session.value(name, t, unit, "values"), session.variant.roles[name], scale);
}

/** Return equations, a line each. */
export function equationList(session, names) {
  const lines = names.map((name) => el("li", {}, math(session, session.variant.equations[name])));
  return el("ul", { class: "rv-p-equations" }, lines);
}

/**
 * Return the states from the start to timestep `upto`, or dL/d of them: a table and lines a state.
 *
 * The newest timesteps stand in the table, it is said what does not.
 */
export function historyParts(pen, upto, view = "values") {
  const { session } = pen;
  const { states, next_state: after } = session.variant;
  const byUnit = session.units.length > HISTORY_COLUMNS;
  const most = byUnit ? HISTORY_COLUMNS : Math.max(3, Math.floor(HISTORY_ROWS / states.length));
  const first = Math.max(-1, upto + 1 - most);
  const times = Array.from({ length: upto + 1 - first }, (_, k) => first + k);
  const more = session.H - session.units.length;
  const tables = states.length > 1 ? "tables" : "table";
  const left = [
    ...(first >= 0 ? [first === 0 ? "the start" : `the start and t = 1 to ${first}`] : []),
    ...(more > 0 ? [counted(more, "more unit")] : []),
  ];
  return [
    states.map((state, k) => [
      historyTable(pen, { state, after: after[k], view }, times, byUnit),
      historyChart(session, { state, after: after[k], view }, upto),
    ]),
    left.length ? noteOf(`Not in the ${tables}: ${left.join(", and ")}.`) : null,
  ];
}

/** Return the place of a state after a timestep, of the initial one after timestep −1. */
function stateAt({ state, after, view }, t, unit) {
  return t < 0 ? { name: state, t: 0, unit, view } : { name: after, t, unit, view };
}

function historyTable(pen, kind, times, byUnit) {
  const { session } = pen;
  const { units } = session;
  const timeHead = (t) => `t = ${t + 1}`;
  const unitHead = (unit) => `unit ${unit + 1}`;
  const [columns, rows] = byUnit ? [times, units] : [units, times];
  const [columnHead, rowHead] = byUnit ? [timeHead, unitHead] : [unitHead, timeHead];
  const place = (row, column) => (byUnit ? stateAt(kind, column, row) : stateAt(kind, row, column));
  const mark = el("th", { scope: "col" }, vectorMark(session, kind.after, kind.view));
  return el(
    "table",
    { class: "rv-p-units", "aria-label": `${kind.after} over time` },
    el("thead", {}, el("tr", {}, mark, columns.map((column) => headOf(columnHead(column))))),
    el("tbody", {}, rows.map((row) =>
      el("tr", {}, el("th", { scope: "row" }, rowHead(row)),
        columns.map((column) => cellOf(tableNumber(pen, place(row, column))))))),
  );
}

function historyChart(session, kind, upto) {
  const lines = session.units.map((unit) => ({
    name: kind.after,
    unit,
    values: Array.from({ length: upto + 2 }, (_, k) => {
      const { name, t } = stateAt(kind, k - 1, unit);
      return session.value(name, t, unit, kind.view);
    }),
  }));
  const said = `${kind.view === "gradients" ? "dL/d" : ""}${kind.after} over time, a line a unit`;
  return chart(session, lines, session.variant.roles[kind.after], { said });
}
