// One number of the network that can be changed: typed, stepped with keys, or dragged sideways.

import { el } from "./dom.js";
import { MINUS, show } from "./numbers.js";
import { precise } from "./words.js";

const WRITTEN = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;
const KEY_STEPS = { ArrowUp: 0.01, ArrowDown: -0.01, PageUp: 1, PageDown: -1 };
const SLACK = 3; // pixels that a click may wander without being a drag
const SLOW = 60; // milliseconds of a computation, after which a drag waits for a pause

/** Return the number that a text writes, with a point or a comma; an Error says what was wanted. */
export function numberFrom(text) {
  const plain = text.trim();
  const bare = plain.replaceAll(MINUS, "-");
  const got = plain ? `'${plain}'` : "nothing";
  if (!WRITTEN.test(bare)) throw new Error(`wanted a number, got ${got}`);
  const value = Number(bare.replace(",", ".")) + 0; // no −0
  if (!Number.isFinite(value)) throw new Error(`wanted a number that a float64 holds, got ${got}`);
  return value;
}

/** Return a number plus a step, without what binary fractions leave behind: 0.4 + 0.03 = 0.43. */
export function nudged(value, by) {
  return by === 0 ? value : Number((value + by).toFixed(12)) + 0;
}

/** The field of one address; `say(text)` tells of what was refused. */
export class NumberField {
  constructor(session, address, name, say) {
    Object.assign(this, { session, address, name, say });
    this.drag = null;
    this.pending = null; // a dragged number that is not computed with yet
    this.cost = 0;
    this.input = el("input", {
      type: "text", inputmode: "decimal", role: "spinbutton", class: "rv-value",
      autocomplete: "off", spellcheck: "false", "data-address": address, "data-key": address,
      onfocus: () => this.focused(),
      onblur: () => this.blurred(),
      oninput: () => this.input.removeAttribute("aria-invalid"),
      onkeydown: (event) => this.key(event),
      onmousedown: (event) => this.isFocused || event.preventDefault(), // a drag takes no focus
      onpointerdown: (event) => this.pressed(event),
      onpointermove: (event) => this.moved(event),
      onpointerup: (event) => this.released(event),
      onpointercancel: () => this.cancelled(),
    });
    this.old = el("s");
    const unset = { type: "button", class: "rv-unset", "data-key": `unset ${address}` };
    this.unset = el("button", { ...unset, onclick: () => this.reset() }, "×");
    this.was = el("span", { class: "rv-was", hidden: true }, this.old, this.unset);
    this.root = el("span", { class: "rv-edit" }, this.input, this.was);
    this.refresh();
  }

  get isFocused() {
    return this.input.matches(":focus");
  }

  get isBusy() {
    return this.drag !== null || this.isFocused;
  }

  get value() {
    return this.pending ?? this.session.number(this.address);
  }

  /** Show the number as it now is; what is being typed stays. */
  refresh() {
    const { session, address, input } = this;
    const value = this.value;
    const before = session.before(address);
    const edited = value !== before;
    if (value !== this.shown || edited !== this.edited || session.digits !== this.digits) {
      this.write();
      const was = show(before, session.digits);
      input.setAttribute("aria-label", edited ? `${this.name}, edited, was ${was}` : this.name);
      input.setAttribute("aria-valuenow", value);
      input.setAttribute("aria-valuetext", precise(value));
      input.title = precise(value);
      this.root.classList.toggle("rv-edited", edited);
      this.mark(edited, was);
      Object.assign(this, { shown: value, edited, digits: session.digits });
    }
  }

  mark(edited, was) {
    if (!edited && this.unset.matches(":focus")) this.input.focus(); // the button goes
    this.was.hidden = !edited;
    this.old.textContent = edited ? was : "";
    this.unset.title = `back to ${was}`;
    this.unset.setAttribute("aria-label", `Reset ${this.name} to ${was}`);
  }

  /** Rounded where it is read, all its digits where it is typed. */
  write() {
    if (this.isFocused && this.input.value !== this.written) return;
    const text = this.isFocused ? precise(this.value) : show(this.value, this.session.digits);
    this.written = text;
    this.input.value = text;
  }

  /** Let what is typed be written over. */
  forget() {
    this.written = this.input.value;
    this.shown = null;
  }

  /** Compute with a number; the session refuses, by an Error, what makes a value infinite. */
  put(value) {
    this.say("");
    const start = performance.now();
    this.session.set(this.address, value);
    this.cost = performance.now() - start;
  }

  tryPut(value) {
    try {
      this.put(value);
    } catch (error) {
      this.refuse(error);
    }
    this.refresh();
  }

  refuse(error) {
    this.say(`${this.name}: ${error.message.replace(`${this.address}: `, "")}`);
  }

  reset() {
    this.pending = null;
    this.say(""); // the field says what it holds when the focus comes to it
    try {
      this.session.unset(this.address);
    } catch (error) {
      this.refuse(error);
    }
    this.refresh();
    this.input.focus();
  }

  // Typing

  focused() {
    this.start = this.value;
    this.written = this.input.value;
    this.write();
    this.input.select(); // what was selected has been written over
  }

  blurred() {
    if (!this.session.has(this.address)) return; // another convention came while it was typed in
    this.commit();
    this.input.removeAttribute("aria-invalid");
    this.forget();
    this.refresh();
  }

  /** Take what was typed; returns whether it was a number. */
  commit() {
    if (this.input.value === this.written) return true;
    try {
      this.put(numberFrom(this.input.value));
    } catch (error) {
      this.input.setAttribute("aria-invalid", "true");
      this.refuse(error);
      return false;
    }
    this.start = this.value;
    this.forget();
    this.refresh();
    return true;
  }

  key(event) {
    const step = KEY_STEPS[event.key];
    if (event.key === "Enter") {
      if (this.commit()) this.input.select();
    } else if (event.key === "Escape") {
      if (!this.restore()) return; // then it is the player's
    } else if (step && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.step(step * (event.shiftKey && Math.abs(step) < 1 ? 10 : 1));
    } else {
      event.stopPropagation(); // typing steps no beats
      return;
    }
    event.stopPropagation();
    event.preventDefault();
  }

  step(by) {
    let from = this.value;
    try {
      from = numberFrom(this.input.value === this.written ? String(from) : this.input.value);
    } catch {
      // what is no number is not stepped from
    }
    this.forget();
    this.tryPut(nudged(from, by));
  }

  /** Take back what was done since the focus came, or since Enter; returns whether that was any. */
  restore() {
    const moved = this.value !== this.start;
    if (!moved && this.input.value === this.written) return false;
    this.say("");
    this.input.removeAttribute("aria-invalid");
    this.forget();
    if (moved) this.tryPut(this.start);
    else this.refresh();
    return true;
  }

  // Dragging

  pressed(event) {
    if (event.button !== 0 || this.isFocused) return;
    const x = event.clientX;
    this.drag = { from: x, x, thousandths: 0, start: this.value, moved: false };
    this.input.setPointerCapture(event.pointerId);
  }

  moved(event) {
    const { drag } = this;
    if (!drag) return;
    if (!drag.moved && Math.abs(event.clientX - drag.from) < SLACK) return;
    drag.moved = true;
    this.root.classList.add("rv-dragged");
    drag.thousandths += (event.clientX - drag.x) * (event.shiftKey ? 1 : 10);
    drag.x = event.clientX;
    this.pending = nudged(drag.start, Math.round(drag.thousandths) / 1000);
    this.refresh();
    this.plan();
  }

  /** Compute once a frame; where that takes long, in a pause of the drag. */
  plan() {
    if (this.cost > SLOW) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), 150);
    } else this.frame ??= requestAnimationFrame(() => this.flush());
  }

  flush() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    const value = this.pending;
    this.pending = null;
    if (value !== null && value !== this.session.number(this.address)) this.tryPut(value);
    else this.refresh();
  }

  released() {
    const { drag } = this;
    if (!drag) return;
    this.drag = null;
    this.root.classList.remove("rv-dragged");
    this.flush();
    if (!drag.moved) this.input.focus();
  }

  cancelled() {
    const { drag } = this;
    if (!drag) return;
    this.drag = null;
    this.root.classList.remove("rv-dragged");
    this.pending = drag.start;
    this.flush();
  }
}
