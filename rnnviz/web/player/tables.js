// The tables of "What if": x, where the sequence starts, and the weights of one gate.

import { parsed } from "./addresses.js";
import { el, refill } from "./dom.js";
import { math, subscript } from "./words.js";

export const X_PAGE = 10; // timesteps in one table of x
const START_SYMBOLS = { h_prev: "h_0", c_prev: "c_0" };

/** Change what is in a node; a focus that goes with it comes back to its key, or to the first. */
export function keepingFocus(root, change) {
  const held = root.querySelector(":focus");
  change();
  if (!held || held.isConnected) return;
  const all = [...root.querySelectorAll("[data-key]")];
  const next = all.find((one) => one.dataset.key === held.dataset.key) ?? all[0];
  next?.focus({ preventScroll: true });
}

/** A part of the form that is made anew only when what it is made of changes. */
export class TableGroup {
  /** `make` returns its {nodes, fields}, `madeOf` what they depend on. */
  constructor(name, make, madeOf) {
    Object.assign(this, { make, madeOf });
    this.fields = new Map();
    this.root = el("div", { class: `rv-group rv-group-${name}` });
  }

  /** Whether one is at work here: what has the focus must not go away with a beat. */
  get isBusy() {
    const fields = [...this.fields.values()];
    return this.root.matches(":focus-within") || fields.some((field) => field.isBusy);
  }

  update(always = false) {
    const key = JSON.stringify(this.madeOf());
    if (key !== this.key && (always || !this.isBusy)) {
      this.key = key;
      const { nodes, fields } = this.make();
      this.fields = new Map(fields.map((field) => [field.address, field]));
      keepingFocus(this.root, () => refill(this.root, nodes));
    }
    for (const field of this.fields.values()) field.refresh();
  }
}

/** Return the symbol that an address starts with, and in words the rest of its place. */
export function placeWords(address) {
  const [name, [first, second]] = parsed(address);
  const unit = `unit ${first + 1}`;
  if (name === "x") return ["x", `, t = ${first + 1}, input ${second + 1}`];
  if (name.startsWith("W_i")) return [name, `, ${unit}, from input ${second + 1}`];
  if (name.startsWith("W_h")) return [name, `, ${unit}, from old h, unit ${second + 1}`];
  if (name in START_SYMBOLS) return [name[0], ` at the start, ${unit}`];
  return [name, `, ${unit}`];
}

/** Return what an address is called. */
export function addressName(address) {
  const kind = { b: "bias ", p: "peephole " }[address[0]] ?? "";
  return kind + placeWords(address).join("");
}

/** Return the table of x at some timesteps; `field(address)` makes a field. */
export function inputTables(session, times, field) {
  const row = (t) => ({
    head: `t = ${t + 1}`,
    fields: session.inputs.map((i) => field(`x[${t},${i}]`)),
  });
  const heads = indexedSymbols("x", session.inputs);
  return [{ caption: math(session, "x_t"), role: "input", heads, rows: times.map(row) }];
}

/** Return a table a state that the sequence starts with. */
export function startTables(session, field) {
  const { states, roles } = session.variant;
  return states.map((name) => {
    const letter = name[0];
    const one = (k) => field(`${name}[${k}]`);
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
  const matrixTable = (name, letter, columns, from) => ({
    caption: [math(session, name), `: ${from}`],
    role,
    heads: indexedSymbols(letter, columns),
    rows: byUnit((j) => columns.map((k) => field(`${name}[${j},${k}]`))),
  });
  const tables = [
    matrixTable(`W_i${gate}`, "x", inputs, "from x"),
    matrixTable(`W_h${gate}`, "h", units, "from old h"),
  ];
  const vectors = ["b_i", "b_h", "b_", "p_"].map((kind) => `${kind}${gate}`);
  const held = vectors.filter((name) => variant.params.includes(name));
  if (held.length)
    tables.push({
      caption: vectorCaption(held),
      role,
      heads: held.map((name) => math(session, name)),
      rows: byUnit((j) => held.map((name) => field(`${name}[${j}]`))),
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
