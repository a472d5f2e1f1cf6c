// One unit over time: its states and gates as lines, told apart by dash as well as colour.

import { svg } from "./dom.js";
import { extent } from "./heat.js";
import { MINUS } from "./numbers.js";

const DASHES = [null, "12 4", "2 3", "9 3 2 3", "5 4", "12 3 2 3 2 3"];
const CHART_MARGIN = 8;
const FAR_SMALLER = 8; // so many times smaller than the largest: then a chart of their own
const MOST_POINTS = 24; // timesteps up to which each value is a point as well
const ROUND_STEPS = [1, 2, 5];

/** Return the dash of the line with an index. */
export function dashOf(index) {
  return DASHES[index % DASHES.length];
}

/** Return round numbers around an interval, about `most` of them. */
export function roundTicks(low, high, most) {
  const span = high - low || 1;
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

/** Return timesteps, from 1, that have room to be named. */
export function timeTicks(T, width) {
  const most = Math.max(1, Math.floor(width / 34));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((one) => T / one <= most) ?? T;
  const ticks = Array.from({ length: Math.floor(T / step) }, (_, k) => (k + 1) * step);
  return step === 1 ? ticks : [1, ...ticks];
}

/**
 * Return series with the numbers of one unit, in groups that can share a scale: what is far
 * smaller than the largest stands apart.
 */
export function unitLines(series, unit, { T, H }) {
  const lines = series.map((one, index) => {
    const numbers = Float64Array.from({ length: T }, (_, t) => one.values[t * H + unit]);
    const reach = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return { ...one, index, numbers, reach };
  });
  const most = Math.max(...lines.map(({ reach }) => reach));
  const large = lines.filter(({ reach }) => reach * FAR_SMALLER >= most);
  const small = lines.filter(({ reach }) => reach * FAR_SMALLER < most);
  return small.length ? [large, small] : [large];
}

/** Return a chart of lines of `unitLines`; `left` is the room for the scale. */
export function unitChart(lines, { width, height, left }) {
  const T = lines[0].numbers.length;
  const ends = lines.map(({ numbers }) => extent(numbers));
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
    const points = Array.from(numbers, (value, t) => `${x(t).toFixed(2)},${y(value).toFixed(2)}`);
    const dot = (value, t) => svg("circle", { cx: x(t), cy: y(value), r: 2.5 });
    const dash = { "stroke-dasharray": dashOf(index) };
    const polyline = svg("polyline", { points: points.join(" "), ...dash });
    const dots = T > MOST_POINTS ? [] : Array.from(numbers, dot);
    return svg("g", { class: `rv-series rv-role-${role}`, "data-name": name }, polyline, dots);
  };
  const frame = { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" };
  return svg("svg", { class: "rv-chart", ...frame }, ticks.map(level), lines.map(drawn));
}

function tickText(tick) {
  return String(tick).replaceAll("-", MINUS);
}

/** Return a sample of the line with an index, for a legend. */
export function lineSample(index) {
  const frame = { viewBox: "0 0 44 10", width: 44, height: 10, "aria-hidden": "true" };
  return svg("svg", { class: "rv-sample", ...frame },
    svg("line", { x1: 1, x2: 43, y1: 5, y2: 5, "stroke-dasharray": dashOf(index) }));
}
