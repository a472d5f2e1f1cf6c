// The state of one player, without a picture: what was given, what is edited, which beat is shown.

import { parsed, unpacked, unpackedAll } from "./addresses.js";
import { checkRecord, differing, overflowing } from "./checks.js";
import { backward, run } from "./evaluate.js";
import { gradientBeats } from "./backwards.js";
import { recast } from "./recast.js";
import { forwardBeats, revealed } from "./walks.js";

export class Session {
  constructor(record) {
    checkRecord(record);
    const [first] = record.variants; // of the others only what differs from it is there
    this.record = { ...record, variants: record.variants.map((other) => ({ ...first, ...other })) };
    const [T, I] = record.x.shape;
    this.T = T;
    this.I = I;
    this.H = record.states.h_prev.shape[0];
    this.given = {
      x: unpacked(record.x),
      ...unpackedAll(record.states),
      ...unpackedAll(record.params),
    };
    this.loss = {
      ...record.loss,
      h: unpacked(record.loss.h),
      final: unpackedAll(record.loss.final),
    };
    this.digits = record.digits;
    this.detail = record.detail;
    this.units = [...record.units];
    this.inputs = [...record.inputs];
    this.focusUnit = this.units[0];
    this.edits = new Map();
    this.view = "values";
    this.selected = null;
    this.index = 0;
    this.listeners = new Map();
    this.variantIndex = record.variant;
    this.compute();
    this.own = this.result; // as this browser computes the trace: what edits are compared with
    this.wrong = differing(this.own.final, unpackedAll(record.final), record.dtype);
    this.original = record.values ? { ...this.own, values: unpackedAll(record.values) } : this.own;
    this.result = this.original;
    this.beats = this.walk();
  }

  // Who is told: types are beat, values, variant, view, picks, select, focus, playing

  on(type, listener) {
    if (!this.listeners.has(type)) this.listeners.set(type, new Set());
    this.listeners.get(type).add(listener);
    return () => this.listeners.get(type).delete(listener);
  }

  tell(type) {
    for (const listener of this.listeners.get(type) ?? []) listener(this);
  }

  // Values

  get variant() {
    return this.record.variants[this.variantIndex];
  }

  get sizes() {
    return { T: this.T, I: this.I, H: this.H };
  }

  /** The shape of an input, a state or a parameter. */
  shape(name) {
    if (name === "x") return [this.T, this.I];
    if (name.startsWith("W_")) return [this.H, name[2] === "i" ? this.I : this.H];
    return [this.H];
  }

  width(name) {
    return name === "x" ? this.I : this.H;
  }

  /** A parameter as it is before any edit, also where the trace's own variant lacks it. */
  base(name) {
    return this.given[name] ?? recast(this.given, name, this.H);
  }

  compute() {
    const names = [...this.variant.inputs, ...this.variant.states, ...this.variant.params];
    const arrays = Object.fromEntries(names.map((name) => [name, this.base(name).slice()]));
    for (const [address, value] of this.edits) {
      const [name, index] = parsed(address);
      if (arrays[name]) arrays[name][this.offset(name, index)] = value;
    }
    this.arrays = arrays;
    const isOriginal = this.original && !this.isEdited;
    this.result = isOriginal ? this.original : run(this.variant, arrays, this.sizes);
    this.swept = null;
  }

  offset(name, index) {
    return index.length === 1 ? index[0] : index[0] * this.shape(name)[1] + index[1];
  }

  /** dL/d of everything, computed when it is first asked for. */
  get gradients() {
    this.swept ??= backward(this.variant, this.arrays, this.result, this.loss, this.sizes);
    return this.swept;
  }

  /** A value, or in the gradient view dL/d of it, at timestep t (from 0). */
  value(name, t, unit, view = "values") {
    const values = view === "values" ? this.result.values : this.gradients.values;
    return values[name][t * this.width(name) + unit];
  }

  /** A number that can be edited, by its address. */
  number(address) {
    const [name, index] = parsed(address);
    return this.arrays[name][this.offset(name, index)];
  }

  /** What stood at an address before any edit. */
  before(address) {
    const [name, index] = parsed(address);
    return this.base(name)[this.offset(name, index)];
  }

  /** Whether the edits changed a value. */
  changed(name, t, unit) {
    if (!this.isEdited) return false;
    const was = this.own.values[name]?.[t * this.width(name) + unit];
    return was !== this.value(name, t, unit);
  }

  get isEdited() {
    return this.edits.size > 0 || this.variantIndex !== this.record.variant;
  }

  // Edits

  /** Whether an address names a number of this variant. */
  has(address) {
    return this.fits(address, this.variant);
  }

  fits(address, { inputs, states, params }) {
    const [name, index] = parsed(address) ?? ["", []];
    if (![inputs, states, params].some((names) => names.includes(name))) return false;
    const shape = this.shape(name);
    return index.length === shape.length && index.every((k, place) => k < shape[place]);
  }

  /** Change a number; what has no place, is not finite or overflows is refused with an Error. */
  set(address, value) {
    if (!this.has(address)) throw new Error(`${address}: wanted a number of this cell`);
    if (!Number.isFinite(value))
      throw new Error(`${address}: wanted a finite number, got ${value}`);
    const edits = new Map(this.edits);
    if (value === this.before(address)) edits.delete(address);
    else edits.set(address, value);
    this.change(edits, this.variantIndex);
  }

  unset(address) {
    const edits = new Map(this.edits);
    if (edits.delete(address)) this.change(edits, this.variantIndex);
  }

  /** Replace all edits and the variant at once, as from Python; unknown addresses are left out. */
  replaceEdits(edits, variantIndex = this.variantIndex) {
    const fits = (address) => this.record.variants.some((one) => this.fits(address, one));
    const kept = ([address, value]) => fits(address) && Number.isFinite(value);
    this.change(new Map(Object.entries(edits).filter(kept)), variantIndex);
  }

  reset() {
    this.change(new Map(), this.record.variant);
  }

  setVariant(index) {
    if (index !== this.variantIndex && this.record.variants[index]) this.change(this.edits, index);
  }

  /** Take these edits and this variant, or throw where they overflow and leave all as it was. */
  change(edits, variantIndex) {
    const { variantIndex: before, edits: old, arrays, result, swept } = this;
    Object.assign(this, { edits, variantIndex });
    this.compute();
    const name = overflowing(this.result);
    if (name) {
      Object.assign(this, { variantIndex: before, edits: old, arrays, result, swept });
      throw new Error(`wanted finite numbers, got an overflow in ${name}`);
    }
    if (before !== variantIndex) {
      this.rewalk();
      this.tell("variant");
    }
    this.tell("values");
  }

  // Beats

  walk() {
    return this.view === "gradients" ? gradientBeats(this) : forwardBeats(this);
  }

  get beat() {
    return this.beats[this.index];
  }

  /** Whether a value stands in the picture at the current beat. */
  isKnown(name) {
    if (this.knownAt !== this.beat) {
      this.knownAt = this.beat;
      this.known = revealed(this.beats, this.index);
    }
    return this.known === null || this.known.has(name);
  }

  /** The index of a beat, or of the one that comes nearest to it in its timestep. */
  nearest(id, t) {
    const found = this.beats.findIndex((beat) => beat.id === id);
    if (found >= 0) return found;
    const there = this.beats.findIndex((beat) => beat.t === t);
    return there >= 0 ? there : 0;
  }

  /** Go to a beat by index or id; an id that is not there changes nothing and returns false. */
  go(where) {
    const index =
      typeof where === "number" ? where : this.beats.findIndex((beat) => beat.id === where);
    if (!this.beats[index]) return false;
    if (index === this.index) return true;
    this.index = index;
    this.select(null);
    this.tell("beat");
    return true;
  }

  /** Go to the first beat of a timestep, from 0. */
  goTo(t) {
    return this.go(this.beats.findIndex((beat) => beat.t === t));
  }

  setDetail(detail) {
    this.detail = detail;
    this.rewalk();
    this.tell("view");
  }

  setView(view) {
    if (view === this.view) return;
    const isFirst = this.index === 0;
    this.view = view;
    this.rewalk();
    if (isFirst) this.index = 0;
    this.tell("view");
  }

  /** Make the beats anew and stay as near to where one was as can be. */
  rewalk() {
    const { id, t } = this.beat;
    this.beats = this.walk();
    this.index = this.nearest(id, t);
    this.selected = null;
  }

  // What is shown, and what is looked at

  shown(name) {
    return name === "x" ? this.inputs : this.units;
  }

  /** Put a unit in focus; one that is not shown takes the place of the last one. */
  follow(unit) {
    if (!(unit in this.arrays.h_prev)) return;
    if (!this.units.includes(unit)) {
      this.units = [...this.units.slice(0, -1), unit].sort((a, b) => a - b);
      this.selected = null;
      this.focusUnit = unit;
      this.tell("picks");
    }
    this.focusUnit = unit;
    this.tell("focus");
  }

  /** Show where one number comes from: {name, t, unit}, or null for the beat's own panel. */
  select(place) {
    if (!place && !this.selected) return;
    this.selected = place;
    this.tell("select");
  }
}
