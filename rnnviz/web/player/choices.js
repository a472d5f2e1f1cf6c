// What stands at the player's head: the view, the detail of the walk, the colours; and the keys.

import { el } from "./dom.js";

export const DETAILS = { full: "every step", gates: "gates together", brief: "a beat a timestep" };
export const STEP_KEYS = [
  ["space", "play or pause"],
  ["← →", "previous, next beat"],
  ["Home End", "first, last beat"],
];
export const KEYS = [
  ...STEP_KEYS,
  ["PageUp PageDown", "previous, next timestep"],
  ["Tab, then ↑ ↓", "from number to number in the picture"],
  ["Enter", "where the number comes from"],
  ["Esc", "back to the beat"],
];
const VIEW_NAMES = { values: "Values", gradients: "Gradients" };
const THEME_NAMES = { auto: "auto", light: "light", dark: "dark" };

export class Choices {
  /** `themed` is called with the theme that is chosen: auto, light or dark. */
  constructor(session, themed) {
    this.session = session;
    this.views = Object.entries(VIEW_NAMES).map(([view, text]) => {
      const onclick = () => session.setView(view);
      return el("button", { type: "button", class: "rv-view", "data-view": view, onclick }, text);
    });
    this.detail = choice(DETAILS, session.detail, (detail) => session.setDetail(detail));
    this.theme = themeChoice(themed);
    this.root = el(
      "div",
      { class: "rv-choices" },
      el("div", { class: "rv-views", role: "group", "aria-label": "View" }, this.views),
      el("label", { class: "rv-choice" }, "Detail ", this.detail),
      el("label", { class: "rv-choice" }, "Theme ", this.theme),
    );
  }

  /** Show what is chosen now; the backward pass always goes step by step. */
  update() {
    const { view, detail } = this.session;
    for (const one of this.views) one.setAttribute("aria-pressed", one.dataset.view === view);
    this.detail.value = detail;
    this.detail.disabled = view === "gradients";
    this.detail.title = this.detail.disabled ? "Gradients go step by step" : "";
  }
}

function choice(options, chosen, onchoice) {
  const named = ([value, text]) => el("option", { value, selected: value === chosen }, text);
  const onchange = (event) => onchoice(event.target.value);
  return el("select", { onchange }, Object.entries(options).map(named));
}

/** The choice of the colours; `themed` is called with auto, light or dark. */
export const themeChoice = (themed) => choice(THEME_NAMES, "auto", themed);

/** Return a list of keys. */
export function help(keys) {
  return el(
    "details",
    { class: "rv-fold rv-help" },
    el("summary", {}, "Keys"),
    el(
      "dl",
      {},
      keys.map(([key, what]) => el("div", {}, el("dt", {}, key), el("dd", {}, what))),
    ),
  );
}
