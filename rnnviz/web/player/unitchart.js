// One unit over time: its states and gates as lines, told apart by dash as well as colour.

import { el, styled, svg } from "./dom.js";
import { extent } from "./heat.js";
import { MINUS } from "./numbers.js";

const DASHES = [null, "12 4", "2 3", "9 3 2 3", "5 4", "12 3 2 3 2 3"];
const CHART_MARGIN = 8;
const FAR_SMALLER = 8; // so many times smaller than the largest: then a chart of their own
const MOST_AT_ONCE = 120; // timesteps; of more, only those around the current one are drawn
const WINDOW = 80;
const WINDOW_STEP = 20;
const MOST_POINTS = 24; // timesteps up to which each value is a point as well
const ROUND_STEPS = [1, 2, 5];
const LARGEST = 1e300; // beyond, and nearer than SMALLEST, differences leave float64
const SMALLEST = 1e-290;

/** Return the dash of the line with an index. */
export function dashOf(index) {
  return DASHES[index % DASHES.length];
}

/** Whether a number has a place on a scale: it is finite, and not near the end of float64. */
export function isDrawable(value) {
  return Math.abs(value) <= LARGEST;
}

/** Return round numbers around an interval, about `most` of them; its ends must be drawable. */
export function roundTicks(low, high, most) {
  if (!isDrawable(low) || !isDrawable(high))
    throw new Error(`wanted the ends of a scale, got ${low} and ${high}`);
  const span = high - low > SMALLEST ? high - low : 1;
  for (let power = Math.floor(Math.log10(span / most)); ; power++) {
    for (const step of ROUND_STEPS.map((one) => one * 10 ** power)) {
      const first = Math.floor(low / step + 1e-9);
      const last = Math.ceil(high / step - 1e-9);
      const count = Math.max(1, last - first) + 1;
      const tick = (_, k) => Number(((first + k) * step).toPrecision(12));
      if (count <= most + 1) return Array.from({ length: count }, tick);
    }
  }
}

/** Return the timesteps that are drawn: all, or of very many those around the current one. */
export function chartWindow(T, t) {
  if (T <= MOST_AT_ONCE) return { from: 0, length: T };
  const wanted = Math.round((t - WINDOW / 2) / WINDOW_STEP) * WINDOW_STEP; // it stays for a while
  return { from: Math.max(0, Math.min(T - WINDOW, wanted)), length: WINDOW };
}

/** Return timesteps, from 1, that have room to be named: of those after the first `from`. */
export function timeTicks(length, width, from = 0) {
  const most = Math.max(1, Math.floor(width / 34));
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  const step = steps.find((one) => length / one <= most) ?? length;
  const first = Math.floor(from / step) + 1;
  const last = Math.floor((from + length) / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
  return step === 1 || from > 0 ? ticks : [1, ...ticks];
}

/**
 * Return series with the numbers of one unit, in groups that can share a scale: what is far
 * smaller than the largest stands apart. Each has the index of its dash.
 */
export function unitLines(series, unit, H, { from, length }) {
  const lines = series.map((one) => {
    const numbers = Float64Array.from({ length }, (_, t) => one.values[(from + t) * H + unit]);
    const drawable = numbers.filter(isDrawable);
    const reach = drawable.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return { ...one, numbers, reach, missing: length - drawable.length };
  });
  const most = Math.max(...lines.map(({ reach }) => reach));
  const large = lines.filter(({ reach }) => reach * FAR_SMALLER >= most);
  const small = lines.filter(({ reach }) => reach * FAR_SMALLER < most);
  return [large, small].filter((group) => group.length);
}

/** Return a chart of lines of `unitLines`; `left` is the room for the scale. */
export function unitChart(lines, { width, height, left }) {
  const T = lines[0].numbers.length;
  const ends = lines.map(({ numbers }) => extent(numbers.filter(isDrawable)) ?? [0, 0]);
  const least = Math.min(0, ...ends.map(([end]) => end));
  const ticks = roundTicks(least, Math.max(0, ...ends.map(([, end]) => end)), 7);
  const low = ticks[0];
  const bottom = height - CHART_MARGIN;
  const x = (t) => left + ((t + 0.5) / T) * (width - left);
  const y = (value) => bottom - ((value - low) / (ticks.at(-1) - low)) * (bottom - CHART_MARGIN);
  const scale = { class: "rv-tick", x: left - 6, "text-anchor": "end" };
  const level = (tick) => [
    svg("path", { class: tick ? "rv-grid" : "rv-zero", d: `M${left} ${y(tick)}H${width}` }),
    svg("text", { ...scale, y: y(tick) + 4 }, tickText(tick)),
  ];
  const drawn = ({ role, name, index, numbers }) => {
    const point = (t) => `${x(t).toFixed(2)},${y(numbers[t]).toFixed(2)}`;
    const dot = (t) => svg("circle", { cx: x(t), cy: y(numbers[t]), r: 2.5 });
    const dash = { "stroke-dasharray": dashOf(index) };
    const line = (run) => svg("polyline", { points: run.map(point).join(" "), ...dash });
    const runs = runsOf(numbers);
    const dots = runs.map((run) => (T > MOST_POINTS && run.length > 1 ? [] : run.map(dot)));
    const named = { class: `rv-series rv-role-${role}`, "data-name": name };
    return svg("g", named, runs.map(line), dots);
  };
  const frame = { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" };
  return svg("svg", { class: "rv-chart", ...frame }, ticks.map(level), lines.map(drawn));
}

/** Return the places of drawable numbers that follow on each other, run by run. */
function runsOf(numbers) {
  const runs = [];
  numbers.forEach((value, t) => {
    if (!isDrawable(value)) return;
    if (t > 0 && isDrawable(numbers[t - 1])) runs.at(-1).push(t);
    else runs.push([t]);
  });
  return runs;
}

function tickText(tick) {
  return String(tick).replaceAll("-", MINUS).replace("e+", "e");
}

/** Return a sample of the line with an index, for a legend. */
export function lineSample(index) {
  const frame = { viewBox: "0 0 44 10", width: 44, height: 10, "aria-hidden": "true" };
  return svg("svg", { class: "rv-sample", ...frame },
    svg("line", { x1: 1, x2: 43, y1: 5, y2: 5, "stroke-dasharray": dashOf(index) }));
}

/** Return the timesteps that have room, each under its column. */
export function timesRow(length, width, from = 0) {
  const named = (t) => styled(el("span", {}, String(t)), { "--rv-at": t - from - 0.5 });
  const ticks = timeTicks(length, width, from).map(named);
  return el("div", { class: "rv-times", "aria-hidden": "true" }, ticks);
}

/** Return numbers beside the rows: all of few units, else the first and the last. */
export function unitTicks(H) {
  const shown = H <= 8 ? Array.from({ length: H }, (_, k) => k) : [0, H - 1];
  return shown.map((k) => styled(el("span", {}, String(k + 1)), { "--rv-at": k + 0.5 }));
}
