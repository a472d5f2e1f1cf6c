// A player in an element: what is where, and what changes when.

import { caption } from "./captions.js";
import { Choices, DETAILS, KEYS, help } from "./choices.js";
import { Controls, ownKeys } from "./controls.js";
import { el, refill } from "./dom.js";
import { Editing } from "./editing.js";
import { play, stop } from "./motion.js";
import { Panel } from "./panel.js";
import { Picture } from "./picture.js";
import { visit } from "./places.js";
import { Playing } from "./playing.js";
import { Session } from "./session.js";
import { Strips } from "./strips.js";
import { keyAction } from "./transport.js";
import { headline, spokenName } from "./words.js";

let made = 0; // players on this page, for ids

class Player {
  constructor(host, record, { theme = "auto", beat = "", detail = "" } = {}) {
    this.session = new Session(record);
    if (DETAILS[detail]) this.session.setDetail(detail);
    if (beat) visit(this.session, beat);
    this.ending = new AbortController();
    this.signal = this.ending.signal;
    this.build(`rv-${++made}`);
    this.setTheme(theme);
    this.listen();
    refill(host, this.root);
    this.show();
  }

  // What is where

  build(id) {
    const { session } = this;
    const hooks = {
      tip: (text, element) => this.tip(text, element),
      edit: (address) => this.edit(address),
    };
    this.picture = new Picture(session, hooks);
    this.panel = new Panel(session, hooks);
    this.editing = new Editing(session, hooks);
    this.strips = new Strips(session, hooks);
    const acts = {
      move: (seconds) => play(this.picture, session.beat, seconds),
      settle: () => {
        stop(this.picture);
        this.picture.update();
      },
      told: () => caption(session),
    };
    this.playing = new Playing(session, acts, () => this.stepped());
    this.choices = new Choices(session, (theme) => this.setTheme(theme));
    this.controls = new Controls(session, this.playing);
    this.lead = el("span", { class: "rv-lead" });
    this.told = el("p", {
      class: "rv-caption",
      role: "status",
      "aria-live": "polite",
      "aria-atomic": "true",
    });
    this.status = el("p", { class: "rv-status", role: "status" });
    this.heading = el("h2", { class: "rv-title", id }, session.record.title);
    this.sizes = el("p", { class: "rv-sizes" });
    this.tooltip = el("div", { class: "rv-tip", "aria-hidden": "true", hidden: true });
    this.whatIf = el(
      "details",
      { class: "rv-fold rv-whatif" },
      el("summary", {}, "What if"),
      this.editing.root,
    );
    this.overTime = el(
      "details",
      { class: "rv-fold rv-overtime", open: session.T > 3 },
      el("summary", {}, "Over time"),
      this.strips.root,
    );
    const region = {
      class: "rv-stage",
      tabindex: 0,
      role: "region",
      "aria-label": "Picture of the cell",
    };
    this.stage = el("div", region, this.picture.root);
    this.root = el(
      "article",
      { class: "rv-player", "aria-labelledby": id, tabindex: -1 },
      el(
        "div",
        { class: "rv-body" },
        el(
          "header",
          { class: "rv-head" },
          el("div", { class: "rv-name" }, this.heading, this.sizes),
          this.choices.root,
        ),
        this.problem(),
        el(
          "div",
          { class: "rv-main" },
          this.stage,
          el("div", { class: "rv-band" }, this.lead, this.told),
          this.controls.root,
          this.panel.root,
        ),
        this.whatIf,
        this.overTime,
        help(KEYS),
      ),
      this.status,
      this.tooltip,
    );
  }

  /** Say so where this browser computes other values than the trace has. */
  problem() {
    const { wrong } = this.session;
    const said = `This browser computes another ${wrong} than the trace: do not trust its numbers.`;
    return wrong ? el("p", { class: "rv-problem", role: "alert" }, said) : null;
  }

  setTheme(theme) {
    if (theme === "auto") delete this.root.dataset.theme;
    else this.root.dataset.theme = theme;
    this.choices.theme.value = theme;
    this.strips.recolour?.();
  }

  edit(address) {
    this.whatIf.open = true;
    this.editing.edit(address);
  }

  tip(text, element) {
    this.tooltip.hidden = !text;
    if (!text) return;
    refill(this.tooltip, text);
    const at = element.getBoundingClientRect();
    const frame = this.root.getBoundingClientRect();
    const width = this.tooltip.offsetWidth;
    const left = Math.max(
      4,
      Math.min(at.left + at.width / 2 - frame.left - width / 2, frame.width - width - 4),
    );
    this.tooltip.style.setProperty("left", `${left}px`);
    this.tooltip.style.setProperty(
      "top",
      `${at.top - frame.top - this.tooltip.offsetHeight - 6}px`,
    );
  }

  // What changes

  listen() {
    const { session } = this;
    const all = [this.panel, this.controls, this.editing, this.strips];
    session.on("beat", () => this.show());
    for (const type of ["values", "view"])
      session.on(type, () => {
        this.playing.settle(); // what flies is no longer what is shown
        this.show();
      });
    session.on("select", () => {
      this.picture.update();
      this.panel.update();
      this.announce();
    });
    session.on("focus", () => this.show());
    for (const type of ["variant", "picks"])
      session.on(type, () => {
        this.playing.pause();
        this.picture.draw();
        for (const part of all) part.draw?.();
        this.show();
      });
    for (const fold of [this.whatIf, this.overTime])
      fold.addEventListener("toggle", () => this.show());
    this.root.addEventListener("keydown", (event) => this.key(event));
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.strips.recolour(), { signal: this.signal });
  }

  /** Say where the answer to a selected number stands; the caption stays the beat's. */
  announce() {
    const { session } = this;
    const { name, t, unit } = session.selected ?? {};
    const said = name ? `${spokenName(session, name, t, unit)}: see the panel` : "";
    refill(this.status, said);
  }

  /** Stop what plays, and let go of all that lies outside of the player. */
  end() {
    this.playing.pause();
    this.onshow = null;
    this.ending.abort();
  }

  key(event) {
    if (event.key === "Escape") this.tip(null);
    const action = keyAction(event, this.playing, ownKeys(this.playing));
    if (!action) return;
    event.preventDefault();
    action();
  }

  show() {
    const { session } = this;
    this.picture.update();
    this.panel.update();
    if (this.whatIf.open) this.editing.update();
    if (this.overTime.open) this.strips.update();
    this.choices.update();
    refill(
      this.sizes,
      headline(session).map((line) => el("span", {}, line)),
    );
    refill(this.lead, session.beat.lead);
    this.scroll();
    this.stepped();
    this.onshow?.();
  }

  /** Where the picture is wider than its place, bring what is lit into sight. */
  scroll() {
    const { stage } = this;
    if (stage.scrollWidth <= stage.clientWidth) return;
    const lit = this.session.beat.lights
      .map((name) =>
        this.picture.element(name, this.session.shown(name)[0])?.getBoundingClientRect(),
      )
      .filter(Boolean);
    if (!lit.length) return;
    const left = Math.min(...lit.map((box) => box.left));
    const right = Math.max(...lit.map((box) => box.right));
    const middle = (left + right) / 2 - stage.getBoundingClientRect().left + stage.scrollLeft;
    stage.scrollTo({ left: middle - stage.clientWidth / 2 });
  }

  /** Show what plays; the caption comes with the numbers that it names, when nothing moves. */
  stepped() {
    this.controls.update();
    this.root.toggleAttribute("data-moving", this.playing.isMoving);
    const text = this.playing.isMoving ? "" : caption(this.session);
    // while one edits, what one hears is the number that one edits
    const isEditing = this.whatIf.contains(this.root.getRootNode().activeElement);
    this.told.setAttribute("aria-live", isEditing ? "off" : "polite");
    if (this.told.textContent !== text) refill(this.told, text);
  }
}

/** Put a player of a record into an element; options: theme, beat, detail. Returns the player. */
export function mount(host, record, options = {}) {
  return new Player(host, record, options);
}
