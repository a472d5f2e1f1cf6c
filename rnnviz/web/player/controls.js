// What steps through the beats: buttons, timesteps, a scrubber with the beats named, speed, keys.

import { el, refill } from "./dom.js";
import { Transport, speedChoice } from "./transport.js";
import { math } from "./words.js";

const MOST_DOTS = 12; // timesteps that have a button each
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

export class Controls {
  constructor(session, player) {
    this.session = session;
    this.player = player; // see playing.js
    this.transport = new Transport(player);
    this.steps = el("div", { class: "rv-steps", role: "group", "aria-label": "Timesteps" });
    this.beats = el("ol", { class: "rv-beats", "aria-label": "Beats of this timestep" });
    this.root = el(
      "div",
      { class: "rv-controls", role: "group", "aria-label": "Stepping" },
      this.transport.root,
      this.steps,
      speedChoice(player),
      this.transport.scrubber,
      this.beats,
    );
    this.drawSteps();
    this.update();
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
    const { beat } = this.session;
    this.transport.update(beatName(beat));
    this.dots.forEach((dot, t) => {
      dot.setAttribute("aria-label", `Timestep ${t + 1}`);
      dot.toggleAttribute("data-past", beat.backward ? t > beat.t : t < beat.t);
      if (t === beat.t) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    if (this.field && document.activeElement !== this.field) this.field.value = beat.t + 1;
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

/** Return what the keys do that other players have not. */
export function ownKeys(player) {
  const { session } = player;
  return {
    PageDown: () => player.seekTimestep(session.beat.t + 1),
    PageUp: () => player.seekTimestep(session.beat.t - 1),
    Escape: session.selected ? () => session.select(null) : null,
  };
}
