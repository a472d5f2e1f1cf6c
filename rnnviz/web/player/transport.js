// What every player has: buttons for the beats before and after, a scrubber, speed, keys.

import { el, refill, svg } from "./dom.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4];
const ICONS = {
  first: "M6 5v14M19 5 9 12l10 7z",
  previous: "M16 5 6 12l10 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  next: "M8 5l10 7-10 7z",
  last: "M18 5v14M5 5l10 7-10 7z",
};

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

/** The choice of how fast a player plays. */
export function speedChoice(player) {
  const options = SPEEDS.map((speed) =>
    el("option", { value: speed, selected: speed === 1 }, `${speed} ×`),
  );
  const onchange = (event) => (player.speed = Number(event.target.value));
  const select = el("select", { onchange }, options);
  return el("label", { class: "rv-choice rv-speed" }, "Speed ", select);
}

/** The buttons that step through the beats of a player (see playing.js). */
export class Transport {
  constructor(player) {
    this.player = player;
    this.toggle = button("play", "Play", "space", () => player.toggle());
    this.previous = button("previous", "Previous beat", "left arrow", () => player.step(-1));
    this.next = button("next", "Next beat", "right arrow", () => player.step(1));
    this.first = button("first", "First beat", "Home", () => player.seek(0));
    this.last = button("last", "Last beat", "End", () => player.seekEnd());
    this.scrubber = el("input", {
      type: "range",
      class: "rv-scrubber",
      min: 0,
      step: 1,
      "aria-label": "Beat",
      oninput: () => player.seek(Number(this.scrubber.value)),
    });
    this.root = el(
      "div",
      { class: "rv-transport" },
      this.first,
      this.previous,
      this.toggle,
      this.next,
      this.last,
    );
  }

  /** Show the current beat, by its name. */
  update(name) {
    const { player } = this;
    const { beats, index } = player.session;
    this.scrubber.max = beats.length - 1;
    this.scrubber.value = index;
    this.scrubber.setAttribute("aria-valuetext", name);
    for (const [control, ends] of [
      [this.previous, index === 0],
      [this.first, index === 0],
      [this.next, index === beats.length - 1],
      [this.last, index === beats.length - 1],
    ])
      control.setAttribute("aria-disabled", ends); // not disabled: the focus would be lost
    const label = player.isPlaying ? "Pause" : "Play";
    if (this.toggle.getAttribute("aria-label") === label) return;
    this.toggle.setAttribute("aria-label", label);
    this.toggle.title = `${label} (space)`;
    refill(this.toggle, icon(label.toLowerCase()));
  }
}

/** Return what a key does with a player, or null: fields and sliders have keys of their own. */
export function keyAction(event, player, others = {}) {
  const isModified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
  if (isModified || event.defaultPrevented) return null; // shift and arrows scroll the picture
  const target = event.target.closest?.(
    "input, select, textarea, summary, button, a, [role=slider], [contenteditable]",
  );
  const isButton = target?.matches("button, a, summary");
  if (target && !isButton) return null;
  const actions = {
    " ": isButton ? null : () => player.toggle(),
    ArrowRight: () => player.step(1),
    ArrowLeft: () => player.step(-1),
    Home: () => player.seek(0),
    End: () => player.seekEnd(),
    ...others,
  };
  return actions[event.key] ?? null;
}
