// The trace that the player shows, as Python that makes it again.

import { el, refill } from "./dom.js";

const LONGEST = 200000; // letters that a page shows; the button copies all of them
const NOT_COPIED = "Not copied: the text is selected, copy it with the keyboard.";

/** Return Python that gives exactly the values that are shown, with what is edited. */
export function pythonSnippet(session) {
  const { variant, arrays, I, H } = session;
  const rows = (name, width) => pythonRows(pythonMatrix(arrays[name], width));
  const states = variant.states.map((name) => `    ${name[0]}0=${pythonList(arrays[name])},`);
  return [
    ...pythonRemarks(session),
    "import rnnviz as rv",
    "",
    `x = [\n${rows("x", I)}\n]  # a row a timestep`,
    `params = rv.Params(  # rows: ${rowOrder(variant)}`,
    ...pythonParams(variant, arrays, I, H),
    ")",
    "tr = rv.trace(",
    `    ${variant.python},`,
    "    x,",
    "    params,",
    ...states,
    ")",
    'print(tr["h"][:, 0])',
    "",
  ].join("\n");
}

function pythonRemarks({ record, edits }) {
  const count = edits.size;
  const changed = count ? `, ${count} number${count > 1 ? "s" : ""} changed` : "";
  const isDouble = record.dtype === "float64";
  const of = record.sample ? `, sample ${record.sample} of its batch` : "";
  return [
    `# ${oneLine(record.title)}${of}${changed}`,
    record.where ? `# x is in the order of reading: ${oneLine(record.where)}` : null,
    isDouble ? null : `# the trace was ${record.dtype}; the player and this compute in float64`,
  ].filter((line) => line !== null);
}

function pythonParams(variant, arrays, I, H) {
  const keys = variant.gates.map((gate) => gate.key);
  const held = variant.params;
  const all = (kind) => keys.map((key) => `${kind}${key}`);
  const stacked = (names, width) => names.flatMap((name) => pythonMatrix(arrays[name], width));
  const rows = (names, width) => pythonRows(stacked(names, width), 8);
  const flat = (names) => pythonList(names.flatMap((name) => [...arrays[name]]));
  const made = [
    `    weight_ih=[\n${rows(all("W_i"), I)}\n    ],`,
    `    weight_hh=[\n${rows(all("W_h"), H)}\n    ],`,
  ];
  const has = (kind) => all(kind).every((name) => held.includes(name));
  if (has("b_i") && has("b_h"))
    made.push(`    bias_ih=${flat(all("b_i"))},`, `    bias_hh=${flat(all("b_h"))},`);
  else if (has("b_")) made.push(`    bias_ih=${flat(all("b_"))},`);
  const peepholes = held.filter((name) => name.startsWith("p_"));
  if (peepholes.length) made.push(`    peepholes=${flat(peepholes)},`);
  return made;
}

/** Return "i, f, g, o of 2 units each". */
function rowOrder(variant) {
  const gates = variant.gates.map((gate) => gate.key).join(", ");
  return variant.gates.length > 1 ? `all units of ${gates}, as in PyTorch` : "units";
}

function pythonMatrix(array, width) {
  const rows = [];
  for (let k = 0; k < array.length; k += width) rows.push(array.subarray(k, k + width));
  return rows;
}

function pythonRows(rows, indent = 4) {
  return rows.map((row) => `${" ".repeat(indent)}${pythonList(row)},`).join("\n");
}

function pythonList(numbers) {
  return `[${Array.from(numbers, pythonFloat).join(", ")}]`;
}

/** Return the shortest Python float that is this very number. */
function pythonFloat(value) {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function oneLine(text) {
  return text.replace(/\s+/g, " ");
}

/** A button that copies the Python, and the text itself in a fold. */
export class Snippet {
  constructor(session) {
    this.session = session;
    this.text = el("textarea", {
      class: "rv-code", readonly: true, rows: 12, spellcheck: "false", wrap: "off",
      "aria-label": "Python that gives these values",
    });
    this.note = el("p", { class: "rv-remark", hidden: true });
    this.fold = el(
      "details",
      { class: "rv-python", ontoggle: () => this.update() },
      el("summary", {}, "Show the Python"),
      this.note,
      this.text,
    );
    this.status = el("span", { class: "rv-remark", role: "status" });
    const button = el("button", { type: "button", onclick: () => this.copy() }, "Copy as Python");
    const row = el("div", { class: "rv-row" }, button, this.status);
    this.root = el("div", { class: "rv-snippet" }, row, this.fold);
  }

  /** Write the text where it is seen; after an edit what was copied is old. */
  update() {
    const { result } = this.session;
    if (this.copied !== result) refill(this.status);
    if (this.fold.open && this.written !== result) this.write(pythonSnippet(this.session));
  }

  write(text) {
    const isShort = text.length <= LONGEST;
    this.text.hidden = !isShort;
    this.note.hidden = isShort;
    this.text.value = isShort ? text : "";
    const length = `${(text.length / 1e6).toFixed(1)} million letters`;
    refill(this.note, `${length}: too long to show, the button copies them.`);
    this.written = this.session.result;
  }

  async copy() {
    const text = pythonSnippet(this.session);
    const done = await copyText(text, this.text, () => (this.fold.open = true));
    this.copied = this.session.result;
    const count = text.split("\n").length - 1;
    refill(this.status, done ? `Copied ${count} lines.` : NOT_COPIED);
  }
}

/** Copy a text, by way of a field where the clipboard is not given (a page from a file). */
async function copyText(text, field, open) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    open();
    field.hidden = false;
    field.value = text;
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
