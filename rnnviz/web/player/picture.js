// The diagram of a cell as SVG: what stands in it is drawn once, a beat only changes how it looks.

import { refill, svg } from "./dom.js";
import { Geometry } from "./geometry.js";
import { Look } from "./look.js";
import { NodeName } from "./names.js";
import { NodeShape, NumberSize, attr, measuredLetters } from "./pills.js";
import { Wiring } from "./wires.js";
import { precise, unitName } from "./words.js";

function placeOf(element) {
  const pill = element.closest(".rv-pill");
  return (
    pill && { name: pill.getAttribute("data-node"), unit: Number(pill.getAttribute("data-unit")) }
  );
}

/** The picture of a session; `hooks.tip(text, element)` shows what a number is, null hides it. */
export class Picture {
  constructor(session, hooks = {}) {
    this.session = session;
    this.hooks = hooks;
    // Chromium lets one tab to an SVG that listens to focus, unless it says no
    this.root = svg("svg", { class: "rv-picture", role: "group", tabindex: -1 });
    this.listen();
    this.draw();
    // text can be measured once it is in a page, which may be long after it was made
    if (typeof ResizeObserver !== "undefined")
      new ResizeObserver(() => this.fit()).observe(this.root);
  }

  /** The pill of one unit, as an element; undefined if it is not shown. */
  element(name, unit) {
    return this.pillOf(name, unit)?.root;
  }

  pillOf(name, unit) {
    return this.shapes.get(name)?.pills.get(unit);
  }

  // What stands

  /** Draw all anew, as after another variant or other units. */
  draw() {
    const { session } = this;
    const held = this.focused();
    this.variant = session.variant;
    this.picks = this.pickedNow();
    this.geometry = new Geometry(session);
    const { nodes, boundary } = this.geometry.diagram;
    const names = [
      ...session.variant.inputs,
      ...session.variant.states,
      ...session.variant.steps.map(({ name }) => name),
    ];
    const ordered = [...nodes].sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
    this.shapes = new Map(
      ordered.map((node) => [node.name, new NodeShape(session, this.geometry, node)]),
    );
    this.names = nodes.map((node) => new NodeName(session, this.geometry, node));
    this.wiring = new Wiring(session, this.geometry);
    this.flying = svg("g", { class: "rv-flying", "aria-hidden": "true" });
    this.ruler = svg("text", { class: "rv-number", visibility: "hidden", "aria-hidden": "true" });
    const [left, top, right, bottom] = boundary;
    this.root.setAttribute("viewBox", this.geometry.viewBox().join(" "));
    refill(
      this.root,
      svg("rect", {
        class: "rv-boundary",
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        rx: 28,
      }),
      this.wiring.under,
      [...this.shapes.values()].map(({ root }) => root),
      this.wiring.over,
      this.names.map(({ root }) => root),
      this.flying,
      this.ruler,
    );
    this.letters = null;
    this.size = null;
    this.tabStop = null;
    this.fit();
    this.update();
    if (held)
      (
        this.element(held.name, held.unit) ?? this.element(this.tabStop.name, this.tabStop.unit)
      ).focus();
  }

  /** Measure the texts, once they are in a page and drawn. */
  fit() {
    if (this.letters || !this.root.isConnected) return;
    this.letters = measuredLetters(this.ruler);
    if (!this.letters) return;
    for (const part of [...this.names, ...this.shapes.values()]) part.fit();
    this.size = null;
    this.update();
  }

  // What a beat changes

  /** Bring everything in line with the session; elements stay, only what differs is changed. */
  update() {
    const { session } = this;
    if (this.isOutdated()) return this.draw();
    if (this.size?.digits !== session.digits)
      this.size = Object.assign(new NumberSize(this.geometry, session.digits, this.letters), {
        digits: session.digits,
      });
    const look = new Look(session, this.geometry);
    attr(this.root, "data-view", session.view);
    attr(this.root, "data-key", session.beat.key);
    const moment = `t = ${session.beat.t + 1} of ${session.T}`;
    const hint = "arrow keys up and down go from number to number";
    attr(this.root, "aria-label", `${session.variant.title} cell, ${moment}: ${hint}`);
    this.move();
    for (const [name, shape] of this.shapes) {
      shape.update({
        known: look.isLive(name),
        lit: look.isLit(name),
        stubLive: look.isLive(name),
        stubLit: look.stub(name),
        size: this.size,
        marks: (unit) => look.mark(name, unit),
        isSelected: (unit) => look.mark(name, unit) === "rv-selected",
      });
    }
    this.wiring.update(look);
    if (this.tipped) this.tip(this.tipped);
  }

  isOutdated() {
    return this.variant !== this.session.variant || this.picks !== this.pickedNow();
  }

  pickedNow() {
    return `${this.session.units};${this.session.inputs}`;
  }

  // Keyboard: one stop, which moves from pill to pill

  known() {
    const all = [...this.shapes].filter(([name]) => this.session.isKnown(name));
    return all.flatMap(([name, { pills }]) => [...pills.keys()].map((unit) => ({ name, unit })));
  }

  /** Keep the stop on a pill that is known, and the keyboard with it. */
  move() {
    const held = this.focused();
    const known = this.known();
    const isHere = ({ name, unit }) =>
      this.tabStop && name === this.tabStop.name && unit === this.tabStop.unit;
    if (!known.some(isHere)) this.stopAt(known[0] ?? null);
    else this.stopAt(this.tabStop);
    if (
      held &&
      this.tabStop &&
      !known.some(({ name, unit }) => name === held.name && unit === held.unit)
    )
      this.element(this.tabStop.name, this.tabStop.unit).focus();
  }

  stopAt(place) {
    if (this.tabStop) {
      const before = this.element(this.tabStop.name, this.tabStop.unit);
      if (before && this.tabStop !== place) attr(before, "tabindex", -1);
    }
    this.tabStop = place;
    if (place) attr(this.element(place.name, place.unit), "tabindex", 0);
  }

  focused() {
    const active = this.root.getRootNode().activeElement;
    return active && this.root.contains(active) ? placeOf(active) : null;
  }

  /** The place that an element belongs to, if its number is known. */
  placeAt(element) {
    const place = placeOf(element);
    return place && this.session.isKnown(place.name) ? place : null;
  }

  listen() {
    const on = (type, listener) => this.root.addEventListener(type, listener);
    on("click", (event) => this.choose(this.placeAt(event.target)));
    on("keydown", (event) => this.key(event));
    on("focusin", (event) => {
      const place = this.placeAt(event.target);
      if (place) this.stopAt(place);
      this.tip(place);
    });
    on("focusout", () => this.tip(null));
    on("pointerover", (event) => this.tip(this.placeAt(event.target) ?? this.focused()));
    on("pointerleave", () => this.tip(this.focused()));
  }

  key(event) {
    const place = this.placeAt(event.target);
    if (!place || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && !this.session.selected) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) this.walk(place, by);
    else if (event.key === "Enter" || event.key === " ") this.choose(place);
    else if (event.key === "Escape") this.letGo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Let go of the selected number, and of what is said about it. */
  letGo() {
    this.session.select(null);
    this.tip(null);
  }

  walk({ name, unit }, by) {
    const known = this.known();
    const here = known.findIndex((one) => one.name === name && one.unit === unit);
    const next = known[Math.max(0, Math.min(known.length - 1, here + by))];
    this.element(next.name, next.unit).focus();
  }

  /** Select a number, or let go of the one that is selected. */
  choose(place) {
    if (!place) return;
    const { session } = this;
    const { selected } = session;
    const isSame =
      selected &&
      selected.name === place.name &&
      selected.unit === place.unit &&
      selected.t === session.beat.t;
    session.select(isSame ? null : { ...place, t: session.beat.t });
  }

  // The number in full

  tip(place) {
    const { session } = this;
    const isKnown = place && session.isKnown(place.name) && this.pillOf(place.name, place.unit);
    const text = isKnown ? this.told(place) : null;
    this.tipped = isKnown ? place : null;
    if (text === this.tipText) return;
    this.tipText = text;
    if (text) this.hooks.tip?.(text, this.element(place.name, place.unit));
    else this.hooks.tip?.(null);
  }

  told({ name, unit }) {
    const { session } = this;
    const { t } = session.beat;
    const called = unitName(session, name, unit);
    const value = precise(session.value(name, t, unit, session.view));
    if (session.view === "gradients") {
      const by = /[ (]/.test(called) ? `(${called})` : called;
      return `dL/d${by} at t = ${t + 1}: ${value}`;
    }
    const before = this.pillOf(name, unit).isChanged ? session.original.values[name] : null;
    const was = before ? `, was ${precise(before[t * session.width(name) + unit])}` : "";
    return `${called} at t = ${t + 1}: ${value}${was}`;
  }
}
