// The pieces of marks (see figure_shapes.py) as SVG elements, and what lies between two of them.

import { styled, svg } from "./dom.js";

const TAGS = {
  rect: "rect",
  circle: "circle",
  line: "path",
  area: "path",
  heat: "g",
  text: "text",
};
const PLACES = ["x", "y", "width", "height", "rx", "cx", "cy", "r"];
const SCRIPT = 0.7; // of a text's size, that of what is lowered or raised
const SHIFTS = { 1: -0.4, 0: 0, "-1": 0.2 }; // of a text's size
const round = (number) => Math.round(number * 100) / 100;

/** Return the element of a piece. */
export function drawn(piece) {
  const node = svg(TAGS[piece.kind], { class: classes(piece) });
  if (piece.dash) node.setAttribute("stroke-dasharray", piece.dash.join(" "));
  if (piece.kind === "text") {
    node.setAttribute("text-anchor", piece.anchor);
    node.append(...written(piece.runs));
  }
  if (piece.kind === "heat") node.append(...cells(piece));
  place(node, piece);
  return node;
}

function classes(piece) {
  const found = [`rv-role-${piece.role}`];
  if (piece.ground) found.push(`rv-on-${piece.ground}`);
  if (piece.fill !== undefined) found.push("rv-tinted");
  if (piece.solid || piece.kind === "text") found.push("rv-solid");
  if (piece.line) found.push("rv-lined");
  if (piece.bold) found.push("rv-bold");
  return found.join(" ");
}

/** Put an element where a piece is, in its size and strength. */
export function place(node, piece) {
  const { kind, points, size } = piece;
  if (kind === "heat") return;
  if (points) node.setAttribute("d", pathOf(points, kind === "area"));
  for (const name of PLACES)
    if (piece[name] !== undefined) node.setAttribute(name, round(piece[name]));
  if (piece.line) node.setAttribute("stroke-width", piece.line);
  if (piece.fill !== undefined) styled(node, { "--rv-share": `${round(100 * piece.fill)}%` });
  if (!size) return;
  node.setAttribute("font-size", round(size));
  node.setAttribute("y", round(piece.y + (piece.drop ?? 0) * size));
  let at = 0;
  [...node.children].forEach((run, k) => {
    const level = piece.runs[k][1];
    if (level) run.setAttribute("font-size", round(SCRIPT * size));
    const goal = SHIFTS[level] * size;
    if (goal !== at) run.setAttribute("dy", round(goal - at));
    at = goal;
  });
}

const written = (runs) =>
  runs.map(([text, , isItalic]) => svg("tspan", { class: isItalic ? "rv-italic" : null }, text));

function pathOf(points, isClosed) {
  const corners = [];
  for (let k = 0; k < points.length; k += 2)
    corners.push(`${round(points[k])} ${round(points[k + 1])}`);
  return `M${corners.join("L")}${isClosed ? "Z" : ""}`;
}

/** The cells of a heat map: those of one shade are one shape. */
function cells({ x, y, wide, high, gap, most, levels, role, negative }) {
  const paths = new Map();
  levels.forEach((row, j) =>
    row.forEach((level, k) => {
      const corner = `M${round(x + k * wide)} ${round(y + j * high)}`;
      const cell = `${corner}h${round(wide - gap)}v${round(high - gap)}h${round(gap - wide)}z`;
      paths.set(level, (paths.get(level) ?? "") + cell);
    }),
  );
  return [...paths].map(([level, d]) => {
    const hue = `rv-role-${level < 0 ? negative : role}`;
    const share = { "--rv-share": `${round((100 * Math.abs(level)) / most)}%` };
    return styled(svg("path", { class: `${hue} rv-tinted rv-on-band`, d }), share);
  });
}

/** Fit a text into its room, and put its exponents over its indices: both need measuring. */
export function fitted(node, piece) {
  const { children } = node;
  (piece.runs ?? []).forEach(([, level], k) => {
    if (!k || level !== 1 || piece.runs[k - 1][1] !== -1) return;
    const [low, high] = [k - 1, k].map((at) => children[at].getComputedTextLength());
    children[k].setAttribute("dx", round(-low));
    if (children[k + 1]) children[k + 1].setAttribute("dx", round(Math.max(0, low - high)));
  });
  const wide = piece.room && node.getComputedTextLength();
  if (!wide) return;
  if (wide > piece.room) piece.size *= piece.room / wide;
  delete piece.room;
  place(node, piece);
}

// What lies between two pieces

const withoutNumbers = (key, value) => (typeof value === "number" ? 0 : value);
const form = (piece) => JSON.stringify(piece, withoutNumbers) + JSON.stringify(piece.runs ?? "");

/** Tell whether two pieces differ in numbers alone. */
export const isAlike = (one, other) => one.kind !== "heat" && form(one) === form(other);

export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Tell whether two pieces lie in the same place, so that one can come over the other. */
export function coincide(one, other) {
  const outline = ({ kind, points, runs, x, y, ...rest }) =>
    JSON.stringify([kind, points, runs, x, y, PLACES.map((name) => rest[name])]);
  return outline(one) === outline(other);
}

/** Return the piece at a share of the way from one to another that is alike. */
export function between(one, other, share) {
  const mixed = (a, b) => {
    if (typeof a === "number") return a + (b - a) * share;
    return Array.isArray(a) ? a.map((item, k) => mixed(item, b[k])) : b;
  };
  const found = { ...other };
  for (const [key, value] of Object.entries(one))
    if (key !== "runs") found[key] = mixed(value, other[key]);
  return found;
}
