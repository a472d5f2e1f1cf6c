// A player of a figure in an element: its picture, its words, and what steps through its beats.

import { STEP_KEYS, help, themeChoice } from "./choices.js";
import { el, refill } from "./dom.js";
import { FigureMotion } from "./figure_motion.js";
import { FigurePicture, saidIn } from "./figure_picture.js";
import { FigureSession, visitBeat } from "./figure_session.js";
import { Playing } from "./playing.js";
import { Transport, keyAction, speedChoice } from "./transport.js";

const PLAIN = 1.1; // seconds that playing.js gives a beat at the usual speed

let made = 0; // players on this page, for ids

class FigurePlayer {
  constructor(host, record, { theme = "auto", beat = "" } = {}) {
    this.session = new FigureSession(record);
    if (beat) visitBeat(this.session, beat);
    this.ending = new AbortController();
    this.signal = this.ending.signal;
    this.picture = new FigurePicture(this.session);
    const acts = {
      move: (seconds) => this.move(seconds),
      settle: () => this.motion?.end(),
      told: () => this.session.beat.caption,
    };
    this.playing = new Playing(this.session, acts, () => this.stepped());
    this.build(`rv-figure-${++made}`);
    this.setTheme(theme);
    this.session.on("beat", () => this.show());
    this.root.addEventListener("keydown", (event) => this.key(event));
    refill(host, this.root);
    this.show();
  }

  // What is where

  build(id) {
    const { record } = this.session;
    this.transport = new Transport(this.playing);
    this.theme = themeChoice((theme) => this.setTheme(theme));
    this.lead = el("span", { class: "rv-lead" });
    this.told = el("p", {
      class: "rv-caption",
      role: "status",
      "aria-live": "polite",
      "aria-atomic": "true",
    });
    const region = {
      class: "rv-stage",
      tabindex: 0,
      role: "region",
      "aria-label": "Picture of the figure",
    };
    this.stage = el("div", region, this.picture.root);
    this.words = el("div", { class: "rv-said" });
    this.inWords = el(
      "details",
      { class: "rv-fold", ontoggle: () => this.say() },
      el("summary", {}, "This beat in words and numbers"),
      this.words,
    );
    this.root = el(
      "article",
      { class: "rv-player rv-figure", "aria-labelledby": id, tabindex: -1 },
      el(
        "div",
        { class: "rv-body" },
        el(
          "header",
          { class: "rv-head" },
          el(
            "div",
            { class: "rv-name" },
            el("h2", { class: "rv-title", id }, record.title),
            el(
              "p",
              { class: "rv-sizes" },
              record.notes.map((note) => el("span", {}, note)),
            ),
          ),
          el("div", { class: "rv-choices" }, this.zoom(), this.themed()),
        ),
        el(
          "div",
          { class: "rv-main" },
          this.stage,
          el("div", { class: "rv-band" }, this.lead, this.told),
          this.controls(),
        ),
        this.inWords,
        help(STEP_KEYS),
      ),
    );
  }

  themed() {
    return el("label", { class: "rv-choice" }, "Theme ", this.theme);
  }

  /** A button for narrow windows: a picture that is larger than its place, to be scrolled. */
  zoom() {
    const onclick = ({ currentTarget }) => {
      const isZoomed = this.stage.toggleAttribute("data-zoomed");
      currentTarget.setAttribute("aria-pressed", isZoomed);
    };
    const pressed = { "aria-pressed": "false", onclick };
    return el("button", { type: "button", class: "rv-zoom", ...pressed }, "Zoom");
  }

  controls() {
    const { beats } = this.session;
    this.chips = beats.map(({ title }, index) =>
      el(
        "button",
        { type: "button", class: "rv-chip", onclick: () => this.playing.seek(index) },
        el("span", { class: "rv-nth" }, String(index + 1)),
        title,
      ),
    );
    return el(
      "div",
      { class: "rv-controls", role: "group", "aria-label": "Stepping" },
      this.transport.root,
      speedChoice(this.playing),
      this.transport.scrubber,
      el(
        "ol",
        { class: "rv-beats", "aria-label": "Beats" },
        this.chips.map((chip) => el("li", {}, chip)),
      ),
    );
  }

  setTheme(theme) {
    if (theme === "auto") delete this.root.dataset.theme;
    else this.root.dataset.theme = theme;
    this.theme.value = theme;
  }

  // What changes

  move(seconds) {
    this.motion = new FigureMotion(this.picture, seconds / PLAIN);
    return this.motion.done;
  }

  /** Stop what plays, and let go of all that lies outside of the player. */
  end() {
    this.playing.pause();
    this.ending.abort();
  }

  key(event) {
    const action = keyAction(event, this.playing);
    if (!action) return;
    event.preventDefault();
    action();
  }

  show() {
    const { beat } = this.session;
    this.picture.update();
    refill(this.lead, beat.lead);
    for (const [k, chip] of this.chips.entries()) {
      if (k === this.session.index) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    }
    this.say();
    this.stepped();
  }

  /** Say what stands in the picture, where somebody wants to read it. */
  say() {
    if (this.inWords.open) refill(this.words, saidIn(this.session));
  }

  /** Show what plays; the caption comes when nothing moves. */
  stepped() {
    const { beat } = this.session;
    this.transport.update(beat.title);
    this.root.toggleAttribute("data-moving", this.playing.isMoving);
    const text = this.playing.isMoving ? "" : beat.caption;
    if (this.told.textContent !== text) refill(this.told, text);
  }
}

/** Put a player of a figure's record into an element; options: theme, beat. Returns the player. */
export function mountFigure(host, record, options = {}) {
  return new FigurePlayer(host, record, options);
}
