// The tables of "What if": x, where the sequence starts, and the weights of one gate.

import { el, refill } from "./dom.js";
import { math, subscript } from "./words.js";

export const X_PAGE = 10; // timesteps in one table of x
const START_SYMBOLS = { h_prev: "h_0", c_prev: "c_0" };

/** A part of the form that is made anew only when what it is made of changes. */
export class TableGroup {
  /** `make` returns its {nodes, fields}, `madeOf` what they depend on. */
  constructor(name, make, madeOf) {
    Object.assign(this, { make, madeOf });
    this.fields = new Map();
    this.root = el("div", { class: `rv-group rv-group-${name}` });
  }

  get isBusy() {
    return [...this.fields.values()].some((field) => field.isBusy);
  }

  update(always = false) {
    const key = JSON.stringify(this.madeOf());
    if (key !== this.key && (always || !this.isBusy)) {
      this.key = key;
      const { nodes, fields } = this.make();
      this.fields = new Map(fields.map((field) => [field.address, field]));
      refill(this.root, nodes);
    }
    for (const field of this.fields.values()) field.refresh();
  }
}

/** Return the table of x at some timesteps; `field(address, name)` makes a field. */
export function inputTables(session, times, field) {
  const row = (t) => ({
    head: `t = ${t + 1}`,
    fields: session.inputs.map((i) => field(`x[${t},${i}]`, `x, t = ${t + 1}, input ${i + 1}`)),
  });
  const heads = indexedSymbols("x", session.inputs);
  return [{ caption: math(session, "x_t"), role: "input", heads, rows: times.map(row) }];
}

/** Return a table a state that the sequence starts with. */
export function startTables(session, field) {
  const { states, roles } = session.variant;
  return states.map((name) => {
    const letter = name[0];
    const one = (k) => field(`${name}[${k}]`, `${letter} at the start, unit ${k + 1}`);
    return {
      caption: math(session, START_SYMBOLS[name]),
      role: roles[name],
      heads: indexedSymbols(letter, session.units),
      rows: [{ head: "start", fields: session.units.map(one) }],
    };
  });
}

/** Return the tables of a gate: its weights from x and from h, its biases and peepholes. */
export function gateTables(session, gate, field) {
  const { variant, units, inputs } = session;
  const role = variant.roles[gate];
  const byUnit = (fieldsOf) => units.map((j) => ({ head: `unit ${j + 1}`, fields: fieldsOf(j) }));
  const matrixTable = (name, letter, columns, from, spoken) => {
    const of = (j, k) => field(`${name}[${j},${k}]`, `${name}, unit ${j + 1}, ${spoken} ${k + 1}`);
    return {
      caption: [math(session, name), `: ${from}`],
      role,
      heads: indexedSymbols(letter, columns),
      rows: byUnit((j) => columns.map((k) => of(j, k))),
    };
  };
  const tables = [
    matrixTable(`W_i${gate}`, "x", inputs, "from x", "from input"),
    matrixTable(`W_h${gate}`, "h", units, "from old h", "from old h, unit"),
  ];
  const vectors = ["b_i", "b_h", "b_", "p_"].map((kind) => `${kind}${gate}`);
  const held = vectors.filter((name) => variant.params.includes(name));
  const kind = (name) => (name.startsWith("p_") ? "peephole" : "bias");
  const of = (name, j) => field(`${name}[${j}]`, `${kind(name)} ${name}, unit ${j + 1}`);
  if (held.length)
    tables.push({
      caption: vectorCaption(held),
      role,
      heads: held.map((name) => math(session, name)),
      rows: byUnit((j) => held.map((name) => of(name, j))),
    });
  return tables;
}

function vectorCaption(names) {
  const peepholes = names.filter((name) => name.startsWith("p_")).length;
  const biases = names.length - peepholes;
  const said = biases > 1 ? "Biases" : biases ? "Bias" : "";
  if (!peepholes) return said;
  return said ? `${said} and peephole` : "Peephole";
}

/** Return a heading, choices and tables as nodes, and all fields in them. */
export function groupOf(title, choices, tables) {
  const fields = tables.flatMap(({ rows }) => rows.flatMap((row) => row.fields));
  const heading = el("h3", { class: "rv-heading" }, title);
  const list = el("div", { class: "rv-tables" }, tables.map(tableNode));
  return { nodes: [heading, ...choices, list], fields };
}

function tableNode({ caption, role, heads, rows }) {
  const head = el("tr", {}, el("td"), heads.map((name) => el("th", { scope: "col" }, name)));
  const cells = (fields) => fields.map((field) => el("td", {}, field.root));
  const body = rows.map(({ head: name, fields }) =>
    el("tr", {}, el("th", { scope: "row" }, name), cells(fields)));
  const node = el(
    "table",
    { class: "rv-table" },
    el("caption", {}, caption),
    el("thead", {}, head),
    el("tbody", {}, body),
  );
  return el("div", { class: `rv-scroll rv-role-${role}` }, node);
}

function indexedSymbols(letter, indices) {
  return indices.map((k) => el("span", { class: "rv-math" }, el("i", {}, letter), subscript(k)));
}
