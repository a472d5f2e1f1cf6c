// "What if": every number that the network is given, in tables, to be changed.

import { parsed } from "./addresses.js";
import { el, refill, styled } from "./dom.js";
import { NumberField } from "./field.js";
import { Snippet } from "./snippet.js";
import { show } from "./numbers.js";
import {
  TableGroup, X_PAGE, addressName, gateTables, groupOf, inputTables, keepingFocus, placeWords,
  startTables,
} from "./tables.js";
import { math } from "./words.js";

const HOW =
  "Drag a number sideways, or type another: everything is computed again. " +
  "Arrow keys change it by 0.01, with Shift by 0.1, page keys by 1.";
const AS_GIVEN =
  "As given. Under another convention the same weights are used; " +
  "what has to change is said here.";
const BIAS_NOTES = {
  // from how many biases a gate to how many
  21: "The two biases of a gate become one, their sum.",
  20: "The biases are left out: this convention has none.",
  12: "The one bias of a gate becomes the first of two, and the second is zero.",
  10: "The biases are left out: this convention has none.",
  "02": "There were no biases: both start at zero.",
  "01": "There were no biases: they start at zero.",
};
const MOST_LISTED = 12; // changed numbers that are named
let editors = 0; // on this page, for the names of radio groups

/** The form of "What if"; `update()` shows what the session holds, `edit(address)` leads there. */
export class Editing {
  constructor(session) {
    this.session = session;
    this.radios = `rv-editing-${++editors}`;
    this.gate = session.variant.gates[0].key;
    this.times = "now"; // or which page of timesteps
    this.now = session.beat.t;
    this.marks = new Map(); // the labels of gates, by key
    this.status = el("p", { class: "rv-said", role: "status" });
    this.count = el("span", { class: "rv-count" }); // not live: the fields tell their own edits
    this.legend = el("span", { class: "rv-mark-key" }, "marks a changed number");
    this.changes = el("ul", { class: "rv-changes", "aria-label": "Changed numbers" });
    this.resetAll = el("button", { type: "button", onclick: () => this.reset() }, "Reset all");
    this.note = el("p", { class: "rv-remark" });
    this.x = new TableGroup("x", () => this.makeX(), () => [session.inputs, this.timesteps()]);
    this.starts = new TableGroup("starts", () => this.makeStarts(), () => this.key());
    const ofGate = () => [this.key(), this.gate];
    this.weights = new TableGroup("weights", () => this.makeWeights(), ofGate);
    this.groups = [this.x, this.starts, this.weights];
    this.snippet = new Snippet(session);
    this.root = el(
      "section",
      { class: "rv-editing", "aria-label": "What if" },
      el("p", { class: "rv-remark" }, HOW),
      this.conventions(),
      this.note,
      el("div", { class: "rv-row" }, this.count, this.legend, this.resetAll),
      this.changes,
      this.status,
      this.groups.map((group) => group.root),
      this.snippet.root,
    );
    this.update();
  }

  say(text) {
    if (this.status.textContent !== text) refill(this.status, text);
  }

  /** Show what the session now holds; a table in which one types stays until that is done. */
  update() {
    const { session } = this;
    this.follow();
    const isOther = this.variant !== session.variant; // then old fields have no number any more
    this.variant = session.variant;
    for (const group of this.groups) group.update(isOther);
    styled(this.root, { "--rv-digits": session.digits });
    this.convention.value = session.variantIndex;
    this.note.textContent = conventionNote(session);
    this.count.textContent = this.counted();
    this.list();
    this.resetAll.setAttribute("aria-disabled", !session.isEdited);
    for (const [key, label] of this.marks) label.classList.toggle("rv-edited", this.isEdited(key));
    this.snippet.update();
  }

  /** Go along with the beat: its timestep's x, and the gate that it is about. */
  follow() {
    const { beat, variant } = this.session;
    if (!this.x.isBusy) this.now = beat.t;
    const keys = variant.gates.map((gate) => gate.key);
    if (!this.weights.isBusy) {
      if (beat !== this.beat && keys.includes(beat.focus)) this.gate = beat.focus;
      this.beat = beat;
    }
    if (!keys.includes(this.gate)) this.gate = keys[0];
  }

  counted() {
    const { session } = this;
    const here = [...session.edits.keys()].filter((address) => session.has(address)).length;
    const away = session.edits.size - here;
    const said = here ? `${here} number${here > 1 ? "s" : ""} changed` : "Nothing changed";
    return away ? `${said}, ${away} without a place in this convention` : said;
  }

  /** Name the changed numbers, each a way to its field. */
  list() {
    const { session } = this;
    const here = [...session.edits].filter(([address]) => session.has(address));
    this.legend.hidden = this.changes.hidden = !here.length;
    const key = JSON.stringify([session.variantIndex, session.digits, here]);
    if (key === this.listed) return;
    this.listed = key;
    const items = here.slice(0, MOST_LISTED).map((one) => el("li", {}, this.wayTo(...one)));
    const more = here.length - items.length;
    if (more) items.push(el("li", { class: "rv-remark" }, `and ${more} more`));
    keepingFocus(this.changes, () => refill(this.changes, items));
  }

  wayTo(address, value) {
    const { session } = this;
    const [symbol, place] = placeWords(address);
    const [was, now] = [session.before(address), value].map((one) => show(one, session.digits));
    const letter = () => el("span", { class: "rv-math" }, el("i", {}, symbol));
    const named = symbol.length > 1 ? math(session, symbol) : letter();
    return el("button", {
      type: "button", class: "rv-change", "data-key": address,
      "aria-label": `${addressName(address)}: ${was} → ${now}`, title: "to its field",
      onclick: () => this.edit(address),
    }, named, `${place}: `, el("span", { class: "rv-math" }, `${was} → ${now}`));
  }

  /** Whether a number of a gate is edited. */
  isEdited(gate) {
    const { session } = this;
    const isOf = (name) => session.variant.params.includes(name) && name.at(-1) === gate;
    return [...session.edits.keys()].some((one) => session.has(one) && isOf(parsed(one)[0]));
  }

  reset() {
    if (!this.session.isEdited) return;
    this.attempt(() => this.session.reset(), "All numbers as they were given.");
  }

  /** Do what the session may refuse, and say what became of it. */
  attempt(action, done) {
    let said = done;
    try {
      action();
    } catch (error) {
      said = error.message;
    }
    this.update();
    this.say(said);
  }

  /** Go to the field of an address, wherever it is; returns whether there is one. */
  edit(address) {
    const { session } = this;
    if (!session.has(address)) return false;
    const [name, [first]] = parsed(address);
    this.follow();
    if (name !== "x" && !session.units.includes(first)) session.follow(first);
    if (name === "x" && !this.timesteps().includes(first)) this.times = Math.floor(first / X_PAGE);
    if (session.variant.params.includes(name)) this.gate = name.at(-1);
    for (const group of this.groups) group.update(true);
    const field = this.groups.map((group) => group.fields.get(address)).find(Boolean);
    if (!field) return false;
    field.input.scrollIntoView({ block: "center", inline: "nearest" });
    field.input.focus({ preventScroll: true });
    return true;
  }

  conventions() {
    const { variants, variant: own } = this.session.record;
    const label = ({ names, convention }, k) =>
      [names.join(", "), convention].filter(Boolean).join(": ") + (k === own ? " (as given)" : "");
    const options = variants.map((one, k) => el("option", { value: k }, label(one, k)));
    const onchange = () => this.choose(Number(this.convention.value));
    this.convention = el("select", { class: "rv-convention", onchange }, options);
    return el("label", { class: "rv-choice" }, "Convention ", this.convention);
  }

  choose(index) {
    const { convention } = this.session.record.variants[index];
    this.attempt(() => this.session.setVariant(index), `Now ${convention}.`);
  }

  // Tables

  key() {
    const { variantIndex, units, inputs } = this.session;
    return [variantIndex, units, inputs];
  }

  field(address) {
    const say = (text) => this.say(text);
    return new NumberField(this.session, address, addressName(address), say);
  }

  timesteps() {
    if (this.times === "now") return [this.now];
    const from = this.times * X_PAGE;
    const length = Math.min(X_PAGE, this.session.T - from);
    return Array.from({ length }, (_, k) => from + k);
  }

  makeX() {
    const { session } = this;
    const tables = inputTables(session, this.timesteps(), (address) => this.field(address));
    return groupOf("Inputs", [session.T > 1 ? this.timeChoice() : null], tables);
  }

  timeChoice() {
    const { T } = this.session;
    const length = Math.ceil(T / X_PAGE);
    const named = (k) => `t = ${k * X_PAGE + 1} to ${Math.min((k + 1) * X_PAGE, T)}`;
    const option = (_, k) => el("option", { value: k }, length > 1 ? named(k) : `all ${T}`);
    const now = el("option", { value: "now" }, "the current one");
    const onchange = () => this.turn(select.value);
    const options = Array.from({ length }, option);
    const select = el("select", { onchange, "data-key": "times" }, now, options);
    select.value = this.times;
    return el("label", { class: "rv-choice" }, "Timesteps ", select);
  }

  turn(value) {
    this.times = value === "now" ? value : Number(value);
    this.now = this.session.beat.t;
    this.x.update(true);
  }

  makeStarts() {
    const tables = startTables(this.session, (address) => this.field(address));
    return groupOf("Where the sequence starts", [], tables);
  }

  makeWeights() {
    const tables = gateTables(this.session, this.gate, (address) => this.field(address));
    const several = this.session.variant.gates.length > 1;
    return groupOf("Weights", [several ? this.gateChoice() : null], tables);
  }

  gateChoice() {
    const { gates, roles } = this.session.variant;
    this.marks = new Map(gates.map(({ key, title }) => {
      const radio = el("input", {
        type: "radio", name: this.radios, value: key, checked: key === this.gate,
        "data-key": `gate ${key}`, onchange: () => this.turnGate(key),
      });
      const named = { class: `rv-gate rv-role-${roles[key]}` };
      return [key, el("label", named, radio, math(this.session, key), ` ${title}`)];
    }));
    const legend = el("legend", {}, "Gate");
    return el("fieldset", { class: "rv-gates" }, legend, [...this.marks.values()]);
  }

  turnGate(key) {
    this.gate = key;
    this.weights.update(true);
    this.update();
  }
}

/** Say what becomes of the weights under another convention than the record's own. */
export function conventionNote({ record, variant, variantIndex }) {
  if (variantIndex === record.variant) return AS_GIVEN;
  const was = record.variants[record.variant].choices;
  const { choices } = variant;
  const said = ["The same weights, computed otherwise: what comes out changes."];
  if (was.biases !== choices.biases) said.push(BIAS_NOTES[`${was.biases}${choices.biases}`]);
  if (!was.peepholes && choices.peepholes) said.push("The peepholes start at zero.");
  if (was.peepholes && !choices.peepholes) said.push("The peepholes are left out.");
  return said.join(" ");
}
