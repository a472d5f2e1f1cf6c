// Small pictures of functions and of numbers over time, drawn as SVG that scales with the panel.

import { svg } from "./dom.js";
import { OPS } from "./evaluate.js";
import { MINUS } from "./numbers.js";
import { unitName } from "./words.js";

const CURVE_WIDE = 320;
const CURVE_HIGH = 132;
const CURVE_BOX = { left: 12, right: CURVE_WIDE - 12, top: 10, bottom: CURVE_HIGH - 20 };
const CHART_NAMES_APART = 13;
const CHART_HIGH = 120;
const CHART_BOX = { left: 26, right: CURVE_WIDE - 48, top: 8, bottom: CHART_HIGH - 24 };
const CHART_DOTS_UP_TO = 20; // timesteps of a chart that have a dot each
const CHART_TIMES_UP_TO = 12; // timesteps of a chart that have a number each
const CURVE_BOUNDS = { sigmoid: [0, 1], tanh: [-1, 1] };

const wholeNumber = (number) => String(number).replace("-", MINUS);
const largest = (values) =>
  values.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const curveLine = (x1, y1, x2, y2, kind) => svg("line", { x1, y1, x2, y2, class: kind });
const curveWords = (x, y, text, anchor = "middle") =>
  svg("text", { x, y, "text-anchor": anchor, class: "rv-curve-words" }, text);
const curvePath = (points) =>
  points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/**
 * Draw σ, tanh or relu over an interval that holds every point's x, and the points on it.
 *
 * Points are {x, y, unit, strong}, a strong one is large with a line down to the axis; `role` is
 * what gives the colour.
 */
export function curve(session, op, points, role) {
  const most = largest(points.map(({ x }) => x));
  const room = Math.max(4, 1.15 * most);
  const reach = op in CURVE_BOUNDS ? room : Math.ceil(room);
  const [low, high] = CURVE_BOUNDS[op] ?? [0, reach];
  const box = CURVE_BOX;
  const at = (x, y) => [
    box.left + ((x + reach) / (2 * reach)) * (box.right - box.left),
    box.bottom - ((y - low) / (high - low)) * (box.bottom - box.top),
  ];
  const zero = at(0, 0);
  const drawn = [];
  for (const end of low ? [high, low] : [high]) {
    const y = at(0, end)[1];
    drawn.push(curveLine(box.left, y, box.right, y, "rv-curve-bound"));
    drawn.push(
      end > 0
        ? curveWords(box.left, y + 12, wholeNumber(end), "start")
        : curveWords(box.right, y - 4, wholeNumber(end), "end"),
    );
  }
  drawn.push(curveLine(box.left, zero[1], box.right, zero[1], "rv-curve-axis"));
  drawn.push(curveLine(zero[0], box.top, zero[0], box.bottom, "rv-curve-axis"));
  const tick = Math.max(1, Math.round(reach / 2));
  for (const x of [-tick, tick]) {
    const isBelow = low === 0 || x > 0; // where the curve is on the other side of the axis
    const [place, level] = at(x, 0);
    drawn.push(curveLine(place, level, place, level + (isBelow ? 4 : -4), "rv-curve-axis"));
    drawn.push(curveWords(place, level + (isBelow ? 15 : -7), wholeNumber(x)));
  }
  const xs = Array.from({ length: 81 }, (_, k) => (k / 40 - 1) * reach);
  const shape = curvePath(xs.map((x) => at(x, OPS[op].of(x))));
  drawn.push(svg("path", { d: shape, class: "rv-curve-line" }));
  const placed = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  for (const { x, y, unit, strong } of placed.sort((a, b) => !!a.strong - !!b.strong)) {
    const [cx, cy] = at(x, y);
    if (strong) drawn.push(curveLine(cx, at(x, 0)[1], cx, cy, "rv-curve-drop"));
    const kind = strong ? "rv-curve-point rv-curve-strong" : "rv-curve-point";
    drawn.push(svg("circle", { cx, cy, r: strong ? 5.5 : 3, class: kind, "data-unit": unit }));
  }
  const said = `The curve of ${op} from ${wholeNumber(-Math.round(reach))} to ${Math.round(reach)}`;
  return drawnCurve(CURVE_HIGH, role, said, drawn);
}

/**
 * Draw lines over time around zero: {name, unit, values}, each from timestep `start` on.
 *
 * The numbers under the axis count as people do: the initial state stands at 0.
 */
export function chart(session, lines, role, { start = 0, said = "" } = {}) {
  const box = CHART_BOX;
  const all = lines.flatMap(({ values }) => values).filter(Number.isFinite);
  const low = all.reduce((least, value) => Math.min(least, value), 0);
  const high = all.reduce((most, value) => Math.max(most, value), 0);
  const scale = (box.bottom - box.top) / (high - low || 1);
  const middle = box.top + high * scale;
  const steps = Math.max(1, ...lines.map(({ values }) => values.length - 1));
  const x = (k) => box.left + (k / steps) * (box.right - box.left);
  const y = (value) => middle - value * scale;
  const drawn = [
    curveLine(box.left, middle, box.right, middle, "rv-curve-axis"),
    curveWords(box.left - 8, middle + 4, "0", "end"),
  ];
  const ends = [];
  for (const { unit, values } of lines) {
    const places = values.map((value, k) => [x(k), y(value)]);
    const points = places.filter((place) => place.every(Number.isFinite));
    drawn.push(svg("path", { d: curvePath(points), class: "rv-curve-line", "data-unit": unit }));
    const dots = values.length <= CHART_DOTS_UP_TO ? points : [];
    for (const [cx, cy] of dots)
      drawn.push(svg("circle", { cx, cy, r: 2.4, class: "rv-curve-point" }));
    ends.push(points.at(-1)?.[1] ?? middle);
  }
  const levels = apart(ends, CHART_NAMES_APART, box.top - 4, box.bottom + 8);
  lines.forEach(({ name, unit }, k) => {
    if (!levels) return;
    drawn.push(curveLine(box.right + 3, ends[k], box.right + 12, levels[k], "rv-curve-leader"));
    const text = curveWords(box.right + 14, levels[k] + 4, unitName(session, name, unit), "start");
    text.classList.add("rv-curve-name");
    drawn.push(text);
  });
  const isRoomy = steps < CHART_TIMES_UP_TO;
  const times = isRoomy ? Array.from({ length: steps + 1 }, (_, k) => k) : [0, steps];
  for (const k of times) drawn.push(curveWords(x(k), CHART_HIGH - 6, wholeNumber(start + k)));
  drawn.push(curveWords(box.left - 12, CHART_HIGH - 6, "t", "end"));
  return drawnCurve(CHART_HIGH, role, said, drawn);
}

/** Return places at least `gap` apart between two ends; null if that many do not fit. */
export function apart(places, gap, low, high) {
  if ((places.length - 1) * gap > high - low) return null;
  const order = places.map((_, k) => k).sort((a, b) => places[a] - places[b]);
  const moved = order.map((k) => Math.max(low, places[k]));
  for (let k = 1; k < moved.length; k++) moved[k] = Math.max(moved[k], moved[k - 1] + gap);
  let ceiling = high;
  for (let k = moved.length - 1; k >= 0; k--) {
    moved[k] = Math.min(moved[k], ceiling);
    ceiling = moved[k] - gap;
  }
  const result = [];
  order.forEach((k, place) => (result[k] = moved[place]));
  return result;
}

function drawnCurve(high, role, said, drawn) {
  const box = `0 0 ${CURVE_WIDE} ${high}`;
  const kind = `rv-curve rv-role-${role}`;
  return svg("svg", { class: kind, viewBox: box, role: "img", "aria-label": said }, drawn);
}
