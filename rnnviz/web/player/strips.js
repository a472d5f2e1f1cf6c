// Values over time: a strip of coloured cells for each, and the followed unit as lines.

import { el, refill, styled } from "./dom.js";
import { extent, extentText, heatColours, heatTable, paintHeat, scaleBar } from "./heat.js";
import { keepingFocus } from "./tables.js";
import { chartWindow, lineSample, timesRow, unitChart, unitLines, unitTicks } from "./unitchart.js";
import { math, precise, shownNumber, spokenName } from "./words.js";
import { rangeOf } from "./worked.js";

const COLUMN = 48; // pixels that a timestep takes at most
const ROW = 24; // and a unit
const LOWEST = 28;
const HIGHEST = 128;
const GUTTER = 44; // left of a strip, for the units' numbers
const NARROWEST = 250;
const CHART = 170; // height of the lines; where they need two scales, of each
const STATE_TITLES = { h: "Hidden state", c: "Cell state" };
const STRIPS_NOTE =
  "A column a timestep, a row a unit. Click one to go there and to follow that unit.";
const GRADIENT_NOTE =
  "dL/d of each value: how the loss changes with it. Each strip has its own scale, around zero.";
const LEAST_SCALE = 1e-300; // below, differences leave float64
const LEFT_OUT = "Left out: numbers that are not finite, or beyond 1e300.";
const NONE_ON = "No line is switched on.";
const JUMP = 10; // timesteps that a page key moves

export class Strips {
  constructor(session, hooks = {}) {
    Object.assign(this, { session, hooks });
    this.off = new Set(); // names of lines that are not drawn
    this.tip = hooks.tip ?? (() => {});
    this.grid = el("div", { class: "rv-strips" });
    this.chart = el("div", { class: "rv-unit-chart" });
    this.note = el("p", { class: "rv-remark" });
    const named = { class: "rv-over", "aria-label": "Values over time" };
    this.root = el("section", named, this.note, this.grid, this.chart);
    this.sizes = new ResizeObserver(() => this.isVisible && this.update());
    this.sizes.observe(this.root);
  }

  get isVisible() {
    return this.root.isConnected && this.root.clientWidth > 0;
  }

  /** Show what the session now holds; what has not changed is not drawn again. */
  update() {
    if (!this.isVisible) return this.whenSeen();
    const { session } = this;
    const { variant, result, view, beat, focusUnit, digits } = session;
    const moved = this.variant !== variant;
    if (moved) this.build();
    const width = this.root.clientWidth;
    const resized = this.width !== width;
    const painted = moved || this.result !== result || this.view !== view || this.digits !== digits;
    Object.assign(this, { variant, result, view, digits, width });
    if (resized || moved) this.arrange();
    if (painted || this.stale) this.paint();
    const { from } = chartWindow(session.T, beat.t);
    const redrawn = painted || resized || this.unit !== focusUnit || this.from !== from;
    if (redrawn || this.stale) this.drawChart();
    this.stale = false;
    if (painted || this.unit !== focusUnit || this.t !== beat.t) this.point(beat.t, focusUnit);
  }

  /** Be told when the strips are seen, even if no frame has shown that they were gone. */
  whenSeen() {
    this.sizes.unobserve(this.root);
    this.sizes.observe(this.root);
  }

  /** Read the theme's colours again. */
  recolour() {
    this.stale = true;
    this.update();
  }

  // What is where

  build() {
    const { session } = this;
    const { next_state: states, gates, roles, symbols } = session.variant;
    const gateTitles = Object.fromEntries(gates.map(({ key, title }) => [key, title]));
    const titles = { ...STATE_TITLES, ...gateTitles };
    const names = [...new Set([...states, ...gates.map(({ key }) => key)])];
    this.strips = names.map((name) => this.strip(name, titles[name], roles[name], symbols[name]));
    keepingFocus(this.grid, () => refill(this.grid, this.strips.map(({ root }) => root)));
    styled(this.root, { "--rv-steps": session.T, "--rv-units": session.H });
  }

  strip(name, title, role, symbol) {
    const { T, H } = this.session;
    const canvas = el("canvas", { class: "rv-heat", width: T, height: H });
    const hover = el("div", { class: "rv-cell-under", hidden: true });
    const frame = el(
      "div",
      {
        class: "rv-strip", role: "slider", tabindex: 0, "data-name": name, "data-key": name,
        "aria-orientation": "horizontal", "aria-valuemin": 1, "aria-valuemax": T,
        onkeydown: (event) => this.key(event),
        onpointerdown: (event) => event.button === 0 && frame.setPointerCapture(event.pointerId),
        onpointermove: (event) => this.over(strip, event),
        onpointerleave: () => this.left(strip),
        onclick: (event) => this.choose(strip, event),
      },
      canvas,
      el("div", { class: "rv-now" }),
      el("div", { class: "rv-followed" }),
      hover,
    );
    const symbolOf = el("span", { class: "rv-strip-name" });
    const scale = el("span", { class: "rv-scale" });
    const times = el("div", { class: "rv-times", "aria-hidden": "true" });
    const units = el("div", { class: "rv-unit-numbers", "aria-hidden": "true" }, unitTicks(H));
    const head = el("div", { class: "rv-strip-head" }, symbolOf, el("span", {}, title), scale);
    const root = el("div", { class: `rv-strip-group rv-role-${role}` }, head, units, frame, times);
    const strip = { name, title, role, symbol, root, frame, canvas, hover, scale, symbolOf, times };
    return strip;
  }

  /** Fit the strips into the width that there is. */
  arrange() {
    const { T, H } = this.session;
    const height = Math.min(HIGHEST, Math.max(LOWEST, ROW * H));
    const wanted = Math.max(NARROWEST, GUTTER + COLUMN * T);
    const sizes = { high: height, wanted, column: COLUMN, gutter: GUTTER };
    for (const [name, size] of Object.entries(sizes))
      styled(this.root, { [`--rv-${name}`]: `${size}px` });
    const width = this.strips[0].frame.clientWidth;
    const finest = Math.min(width / T, height / H) * devicePixelRatio;
    for (const { canvas, times } of this.strips) {
      canvas.classList.toggle("rv-dense", finest < 1); // to leave out rows would hide values
      refill(times, ...timesRow(T, width).childNodes);
    }
  }

  // Colours

  series(name) {
    const { session } = this;
    return session.view === "values" ? session.result.values[name] : session.gradients.values[name];
  }

  /** Return the ends of the scale of a value: what its function can give, else its own largest. */
  scaleOf(name, found) {
    const range = this.session.view === "values" ? rangeOf(this.session, name) : null;
    if (range) return range;
    const most = Math.max(...(found ?? [0]).map(Math.abs));
    return most > LEAST_SCALE ? [-most, most] : [-1, 1];
  }

  paint() {
    const { session } = this;
    const { T, H, digits, view } = session;
    const isGradient = view === "gradients";
    refill(this.note, isGradient ? GRADIENT_NOTE : STRIPS_NOTE);
    for (const strip of this.strips) {
      const values = this.series(strip.name);
      const found = extent(values);
      const ends = this.scaleOf(strip.name, found);
      const table = heatTable(heatColours(this.root, strip.role), ends[0] < 0);
      const image = new ImageData(T, H);
      paintHeat(image, values, T, H, table, ends);
      strip.canvas.getContext("2d").putImageData(image, 0, 0);
      refill(strip.symbolOf, isGradient ? "dL/d" : null, math(session, strip.symbol));
      const within = isGradient ? null : rangeOf(session, strip.name);
      const said = extentText(values, found, digits, within);
      refill(strip.scale, scaleBar(table, ends, digits), el("span", { class: "rv-extent" }, said));
      const spoken = `${strip.name}, ${strip.title.toLowerCase()}, over time`;
      strip.frame.setAttribute("aria-label", isGradient ? `gradient of ${spoken}` : spoken);
    }
  }

  drawChart() {
    const { session } = this;
    const { focusUnit, T, beat } = session;
    const { from, length } = chartWindow(T, beat.t);
    this.from = from;
    const series = this.strips
      .map(({ name, role }, index) => ({ name, role, index, values: this.series(name) }))
      .filter(({ name }) => !this.off.has(name));
    const width = Math.min(this.width, Math.max(320, GUTTER + COLUMN * length));
    const size = { width, height: CHART, left: GUTTER };
    const now = () => el("div", { class: "rv-now" });
    const framed = (lines) => el("div", { class: "rv-chart-frame" }, unitChart(lines, size), now());
    const groups = unitLines(series, focusUnit, session.H, { from, length });
    const times = timesRow(length, width - GUTTER, from);
    const box = el("div", { class: "rv-chart-box" }, groups.map(framed), times);
    const isMissing = groups.flat().some(({ missing }) => missing > 0);
    const noted = series.length ? isMissing && LEFT_OUT : NONE_ON;
    const part = length < T ? ` ${from + 1} to ${from + length} of ${T}` : "";
    this.legend = this.strips.map((strip, index) => this.legendEntry(strip, index));
    this.legendTitle = el("h3", { class: "rv-heading" });
    keepingFocus(this.chart, () => refill(
      this.chart,
      this.legendTitle,
      styled(box, { "--rv-chart": `${width}px`, "--rv-steps": length }),
      el("p", { class: "rv-axis-name" },
        el("i", { class: "rv-math" }, "t"), ` (timestep${part && "s"}${part})`),
      noted ? el("p", { class: "rv-remark" }, noted) : null,
      el("ul", { class: "rv-legend" }, this.legend.map(({ item }) => item)),
    ));
    this.t = null; // to be pointed at
  }

  /** Return a sample of a line with its name and number, that switches it on and off. */
  legendEntry({ name, role, symbol, title }, index) {
    const isGradient = this.session.view === "gradients";
    const value = el("span", { class: "rv-legend-value" });
    const label = el("span", {}, isGradient ? "dL/d" : null, math(this.session, symbol));
    const button = el("button", {
      type: "button", class: "rv-switch-line", "data-key": `line ${name}`, title,
      "aria-pressed": String(!this.off.has(name)), onclick: () => this.toggleLine(name),
    }, lineSample(index), label, value);
    return { name, value, item: el("li", { class: `rv-role-${role}` }, button) };
  }

  toggleLine(name) {
    if (!this.off.delete(name)) this.off.add(name);
    this.drawChart();
    this.update();
  }

  /** Mark the current timestep and the followed unit. */
  point(t, unit) {
    const { session } = this;
    Object.assign(this, { t, unit });
    // on the marks alone: what the whole inherits would be styled anew with each beat
    for (const mark of this.root.querySelectorAll(".rv-now"))
      styled(mark, { "--rv-t": this.chart.contains(mark) ? t - this.from : t });
    for (const mark of this.root.querySelectorAll(".rv-followed")) styled(mark, { "--rv-k": unit });
    for (const { name, frame } of this.strips) {
      const of = session.view === "gradients" ? `dL/d${name}` : name;
      frame.setAttribute("aria-valuenow", t + 1);
      const told = `${of} = ${shownNumber(session, name, t, unit)}`;
      frame.setAttribute("aria-valuetext", `t = ${t + 1}, unit ${unit + 1}: ${told}`);
    }
    refill(this.legendTitle, `Unit ${unit + 1} over time, at t = ${t + 1}:`);
    for (const { name, value } of this.legend) refill(value, shownNumber(session, name, t, unit));
  }

  // Pointing and keys

  /** Return the timestep and unit under the pointer. */
  under({ canvas }, event) {
    const { T, H } = this.session;
    const box = canvas.getBoundingClientRect();
    const within = (share, size) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
    return {
      t: within((event.clientX - box.left) / box.width, T),
      unit: within((event.clientY - box.top) / box.height, H),
    };
  }

  choose(strip, event) {
    const { t, unit } = this.under(strip, event);
    this.go(t);
    if (unit !== this.session.focusUnit) this.session.follow(unit);
    this.update();
  }

  over(strip, event) {
    const { session } = this;
    const { t, unit } = this.under(strip, event);
    if (event.buttons & 1) this.go(t);
    strip.hover.hidden = false;
    styled(strip.hover, { "--rv-under-t": t, "--rv-under-k": unit });
    const of = session.view === "gradients" ? "dL/d of " : "";
    const value = precise(session.value(strip.name, t, unit, session.view));
    this.tip(`${of}${spokenName(session, strip.name, t, unit)}: ${value}`, strip.hover);
  }

  left(strip) {
    strip.hover.hidden = true;
    this.tip(null);
  }

  go(t) {
    if (t === this.session.beat.t) return;
    this.session.goTo(t);
    this.update();
  }

  key(event) {
    const { session } = this;
    const { T, H, focusUnit } = session;
    const { t } = session.beat;
    const times = {
      ArrowLeft: t - 1, ArrowRight: t + 1, PageUp: t - JUMP, PageDown: t + JUMP,
      Home: 0, End: T - 1,
    };
    const units = { ArrowUp: focusUnit - 1, ArrowDown: focusUnit + 1 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in times) this.go(Math.max(0, Math.min(T - 1, times[event.key])));
    else if (event.key in units) session.follow(Math.max(0, Math.min(H - 1, units[event.key])));
    else return;
    this.update();
    event.preventDefault();
    event.stopPropagation(); // the player steps with the same keys
  }
}
