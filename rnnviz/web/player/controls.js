// What steps through the beats: buttons, timesteps, a scrubber with the beats named, speed, keys.

import { el, refill, svg } from "./dom.js";
import { math } from "./words.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4];
const MOST_DOTS = 12; // timesteps that have a button each
const ICONS = {
  first: "M6 5v14M19 5 9 12l10 7z",
  previous: "M16 5 6 12l10 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  next: "M8 5l10 7-10 7z",
  last: "M18 5v14M5 5l10 7-10 7z",
};
// of beats that are not named by the value they make
const SHORT = { in: "in", all: "all", gates: "gates", recap: "recap" };

/** Return what a beat that makes no single value is called in short. */
function shortName(beat) {
  if (beat.backward && beat.key === "in") return "out";
  return SHORT[beat.key] ?? beat.title;
}

/** Return "t = 2 · Forget gate", the name of a beat. */
export function beatName(beat) {
  const timed = beat.id.startsWith("t") && beat.key !== "all";
  return timed ? `t = ${beat.t + 1} · ${beat.title}` : beat.title;
}

function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

function button(name, label, keys, onclick) {
  const title = keys ? `${label} (${keys})` : label;
  return el(
    "button",
    { type: "button", class: `rv-button rv-${name}`, "aria-label": label, title, onclick },
    icon(name),
  );
}

export class Controls {
  constructor(session, player) {
    this.session = session;
    this.player = player; // see playing.js
    this.toggle = button("play", "Play", "space", () => player.toggle());
    this.previous = button("previous", "Previous beat", "left arrow", () => player.step(-1));
    this.next = button("next", "Next beat", "right arrow", () => player.step(1));
    this.first = button("first", "First beat", "Home", () => player.seek(0));
    this.last = button("last", "Last beat", "End", () => player.seek(session.beats.length - 1));
    this.steps = el("div", { class: "rv-steps", role: "group", "aria-label": "Timesteps" });
    this.scrubber = el("input", {
      type: "range",
      class: "rv-scrubber",
      min: 0,
      step: 1,
      "aria-label": "Beat",
      oninput: () => player.seek(Number(this.scrubber.value)),
    });
    this.beats = el("ol", { class: "rv-beats", "aria-label": "Beats of this timestep" });
    this.root = el(
      "div",
      { class: "rv-controls", role: "group", "aria-label": "Stepping" },
      el(
        "div",
        { class: "rv-transport" },
        this.first,
        this.previous,
        this.toggle,
        this.next,
        this.last,
      ),
      this.steps,
      el("label", { class: "rv-choice rv-speed" }, "Speed ", this.speeds()),
      this.scrubber,
      this.beats,
    );
    this.drawSteps();
    this.update();
  }

  speeds() {
    const options = SPEEDS.map((speed) =>
      el("option", { value: speed, selected: speed === 1 }, `${speed} ×`),
    );
    return el(
      "select",
      { onchange: (event) => (this.player.speed = Number(event.target.value)) },
      options,
    );
  }

  /** A button a timestep; of many a field for the number. */
  drawSteps() {
    const { session } = this;
    this.dots = [];
    if (session.T <= MOST_DOTS) {
      for (let t = 0; t < session.T; t++)
        this.dots.push(
          el(
            "button",
            { type: "button", class: "rv-step", onclick: () => this.player.seekTimestep(t) },
            String(t + 1),
          ),
        );
      refill(this.steps, el("i", { class: "rv-math" }, "t ="), this.dots);
      return;
    }
    this.field = el("input", {
      type: "number",
      class: "rv-field",
      min: 1,
      max: session.T,
      "aria-label": `Timestep, 1 to ${session.T}`,
      onchange: () => {
        this.player.seekTimestep((Math.round(this.field.valueAsNumber) || 1) - 1);
        this.field.value = session.beat.t + 1; // also where there is no such timestep
      },
    });
    refill(this.steps, el("i", { class: "rv-math" }, "t ="), this.field, `of ${session.T}`);
  }

  /** Show the current beat. */
  update() {
    const { session, player } = this;
    const { beat, beats, index } = session;
    this.scrubber.max = beats.length - 1;
    this.scrubber.value = index;
    this.scrubber.setAttribute("aria-valuetext", beatName(beat));
    this.dots.forEach((dot, t) => {
      dot.setAttribute("aria-label", `Timestep ${t + 1}`);
      dot.toggleAttribute("data-past", beat.backward ? t > beat.t : t < beat.t);
      if (t === beat.t) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    if (this.field && document.activeElement !== this.field) this.field.value = beat.t + 1;
    for (const [control, ends] of [
      [this.previous, index === 0],
      [this.first, index === 0],
      [this.next, index === beats.length - 1],
      [this.last, index === beats.length - 1],
    ])
      control.setAttribute("aria-disabled", ends); // not disabled: the focus would be lost
    const label = player.isPlaying ? "Pause" : "Play";
    if (this.toggle.getAttribute("aria-label") !== label) {
      this.toggle.setAttribute("aria-label", label);
      this.toggle.title = `${label} (space)`;
      refill(this.toggle, icon(label.toLowerCase()));
    }
    this.drawBeats();
  }

  /** Name the beats of this timestep; the chips are made anew only for another timestep. */
  drawBeats() {
    const { session } = this;
    const { beat, beats } = session;
    if (this.chipsOf !== beats || this.chipsAt !== beat.t) {
      this.chipsOf = beats;
      this.chipsAt = beat.t;
      this.chips = new Map();
      beats.forEach((one, index) => {
        if (one.t === beat.t) this.chips.set(one, this.chip(one, index));
      });
      const hadFocus = this.beats.contains(this.root.getRootNode().activeElement);
      refill(
        this.beats,
        [...this.chips.values()].map((chip) => el("li", {}, chip)),
      );
      if (hadFocus) this.chips.get(beat)?.focus();
    }
    for (const [one, chip] of this.chips) {
      if (one === beat) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    }
  }

  chip(beat, index) {
    const { session } = this;
    const role = session.variant.roles[beat.equation || beat.key] ?? "neutral";
    const symbol = session.variant.symbols[beat.key];
    const name = beatName(beat);
    return el(
      "button",
      {
        type: "button",
        class: `rv-chip rv-role-${role}`,
        title: name,
        "aria-label": name,
        onclick: () => this.player.seek(index),
      },
      symbol && !SHORT[beat.key] ? math(session, symbol) : shortName(beat),
    );
  }
}

/** Return what a key does with the player, or null: fields and sliders have keys of their own. */
export function keyAction(event, player) {
  const isModified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
  if (isModified || event.defaultPrevented) return null; // shift and arrows scroll the picture
  const target = event.target.closest?.(
    "input, select, textarea, summary, button, a, [role=slider], [contenteditable]",
  );
  const isButton = target?.matches("button, a, summary");
  if (target && !isButton) return null;
  const { session } = player;
  const actions = {
    " ": isButton ? null : () => player.toggle(),
    ArrowRight: () => player.step(1),
    ArrowLeft: () => player.step(-1),
    Home: () => player.seek(0),
    End: () => player.seek(session.beats.length - 1),
    PageDown: () => player.seekTimestep(session.beat.t + 1),
    PageUp: () => player.seekTimestep(session.beat.t - 1),
    Escape: session.selected ? () => session.select(null) : null,
  };
  return actions[event.key] ?? null;
}
