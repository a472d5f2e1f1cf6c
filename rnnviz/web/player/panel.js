// The panel beside the picture: the worked example of the beat, or of the number that is selected.

import { el, refill } from "./dom.js";
import { gradientBeatParts, lossNote } from "./panel_gradients.js";
import { placeKey, placeName, textButton, unitMark } from "./panel_numbers.js";
import { stepParts } from "./panel_steps.js";
import { neuronParts } from "./panel_sums.js";
import { arrivalParts, gateParts, historyParts, timestepParts } from "./panel_tables.js";
import { provenanceParts } from "./provenance.js";
import { math } from "./words.js";

let panelsMade = 0; // on this page, for ids

export class Panel {
  /** Make the panel of a session; hooks.edit(address) is how a weight or an input is edited. */
  constructor(session, hooks = {}) {
    this.session = session;
    this.hooks = hooks;
    this.trail = []; // the places before the selected one, the first is null: the beat
    this.current = null;
    const id = `rv-panel-${++panelsMade}`;
    this.title = el("h3", { id, class: "rv-panel-title", tabindex: -1 });
    this.where = el("div", { class: "rv-panel-where" });
    this.body = el("div", { class: "rv-panel-body" });
    const note = { class: "rv-p-note rv-p-changed-note" };
    this.legend = el("p", note, "differs from the trace as given");
    this.root = el(
      "section",
      { class: "rv-panel", "aria-labelledby": id, onkeydown: (event) => this.key(event) },
      el("div", { class: "rv-panel-head" }, this.title, this.where),
      this.body,
      this.legend,
    );
  }

  /** Show what the session shows now. */
  update() {
    const { session } = this;
    const focused = this.focusedKey();
    const moved = this.follow();
    const { selected, beat } = session;
    const place = selected && { view: session.view, ...selected };
    const pen = { session, hooks: this.hooks, here: place && placeKey(place) };
    if (place) this.showPlace(pen, place);
    else this.showBeat(pen, beat);
    const shows = `${beat.id} ${pen.here}`;
    if (this.shows !== shows) this.root.scrollTop = 0;
    this.shows = shows;
    this.legend.hidden = !this.body.querySelector(".rv-p-changed");
    if (focused) this.refocus(moved ?? focused);
  }

  // Where one was

  /** Keep the trail of the selection; returns the key of the number to go back to, or null. */
  follow() {
    const { selected } = this.session;
    const { current } = this;
    if (isSame(selected, current)) return null;
    this.current = selected;
    if (!selected) {
      this.trail = [];
      return current && keyOf(this.session, current);
    }
    if (isSame(selected, this.trail.at(-1)) && this.isGoingBack) {
      this.trail.pop();
      return keyOf(this.session, current);
    }
    this.trail.push(current);
    return "title";
  }

  /** Return to what was shown before the selected number was asked for. */
  back() {
    this.isGoingBack = true;
    this.session.select(this.trail.at(-1) ?? null);
    this.isGoingBack = false;
  }

  key(event) {
    if (event.key !== "Escape" || !this.session.selected) return;
    event.preventDefault();
    this.session.select(null);
  }

  /** Return what in the panel has the focus, null if nothing has. */
  focusedKey() {
    const active = this.root.getRootNode().activeElement;
    if (!active || !this.root.contains(active)) return null;
    return active.dataset.place ?? active.dataset.key ?? "title";
  }

  refocus(key) {
    const buttons = [...this.root.querySelectorAll("button")];
    const found = buttons.find(({ dataset }) => dataset.place === key || dataset.key === key);
    (found ?? this.title).focus({ preventScroll: !found });
  }

  // What is shown

  showPlace(pen, place) {
    const { session } = this;
    const { name, t, unit } = place;
    const close = { "data-key": "close", "aria-label": "Close: back to the beat" };
    this.head(name, unitMark(session, name, unit, place.view), placeName(session, place), [
      el("span", { class: "rv-panel-time" }, `t = ${t + 1}`),
      this.trail.length > 1 ? textButton("Back", { "data-key": "back" }, () => this.back()) : null,
      textButton("×", close, () => session.select(null)),
    ]);
    refill(this.body, provenanceParts(pen, place));
  }

  showBeat(pen, beat) {
    const { session } = this;
    const unit = session.focusUnit;
    const hasUnits = beat.focus || (beat.backward && beat.equation);
    this.head(beat.equation, beat.title, null, hasUnits ? this.unitButtons(unit) : null);
    const equation = beat.backward ? null : session.variant.equations[beat.equation];
    const line = equation ? el("p", { class: "rv-p-equation" }, math(session, equation)) : null;
    refill(this.body, line, beatParts(pen, beat, unit));
  }

  head(name, title, label, where) {
    const role = this.session.variant.roles[name];
    this.title.className = `rv-panel-title${role ? ` rv-role-${role}` : ""}`;
    if (label) this.title.setAttribute("aria-label", label);
    else this.title.removeAttribute("aria-label");
    refill(this.title, title);
    refill(this.where, where);
  }

  /** Return a button a unit that is shown: which one is worked out. */
  unitButtons(unit) {
    const { session } = this;
    const buttons = session.units.map((one) =>
      el("button", {
        type: "button",
        class: "rv-p-unit-button",
        "data-key": `unit ${one}`,
        "aria-label": `unit ${one + 1}`,
        "aria-pressed": String(one === unit),
        onclick: () => session.follow(one),
      }, String(one + 1)));
    const group = { class: "rv-panel-units", role: "group", "aria-label": "Unit" };
    return el("div", group, "unit ", buttons);
  }
}

/** Return what a beat's panel holds under its title and equation. */
function beatParts(pen, beat, unit) {
  const { session } = pen;
  const { key, t, equation } = beat;
  if (beat.backward) {
    if (key === "recap") return [historyParts(pen, session.T - 1, "gradients"), lossNote(session)];
    if (key === "in") return [arrivalParts(pen, t, "gradients"), lossNote(session)];
    return gradientBeatParts(pen, beat, unit);
  }
  if (beat.focus) return neuronParts(pen, beat.focus, t, unit);
  if (key === "gates") return gateParts(pen, session.variant.gates_shown, t);
  if (key === "all" && !equation) return timestepParts(pen, t);
  if (equation) return stepParts(pen, equation, t, session.units, beat.reveals);
  if (key === "recap") return historyParts(pen, t);
  const before = t > 0 ? [el("h4", {}, "Carried so far"), historyParts(pen, t - 1)] : [];
  return [arrivalParts(pen, t), before];
}

const isSame = (one, other) =>
  one === other || (one && other && JSON.stringify(one) === JSON.stringify(other));

const keyOf = (session, place) => placeKey({ view: session.view, ...place });
