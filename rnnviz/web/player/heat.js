// Numbers as colours: from the colour of the ground, lighter or darker the larger they are.

import { el } from "./dom.js";
import { show } from "./numbers.js";

const HALF = 512; // colours on each side of zero

/** Return red, green and blue of a CSS colour, 0 to 255; black for what is none. */
function channelsOf(text) {
  const pen = channelsOf.pen ??= document.createElement("canvas").getContext("2d");
  pen.fillStyle = "#000000";
  pen.fillStyle = text;
  const found = /^#(..)(..)(..)$/.exec(pen.fillStyle); // whatever it was written as
  return found ? found.slice(1).map((part) => parseInt(part, 16)) : [0, 0, 0];
}

function mixedColour(base, top, share) {
  return base.map((from, k) => from + (top[k] - from) * share);
}

/**
 * Return the colours of an element's theme for values of a role.
 *
 * Large positive numbers end farther from the ground than negative ones, so that the two differ
 * in lightness too; blue and orange are told apart by all colour-blind eyes.
 */
export function heatColours(element, role) {
  const style = getComputedStyle(element);
  const of = (name) => channelsOf(style.getPropertyValue(`--rv-${name}`).trim() || "#888888");
  const ground = of("cell");
  return {
    ground,
    share: of(`hue-${role}`),
    positive: mixedColour(of("hue-cell"), of("ink"), 0.45),
    negative: mixedColour(ground, of("tint-drop"), 0.85),
  };
}

/** Return the colours from low to high as packed pixels: around zero, or from the ground up. */
export function heatTable({ ground, share, positive, negative }, isSigned) {
  const table = new Uint32Array(2 * HALF + 1);
  for (let k = 0; k <= 2 * HALF; k++) {
    const signed = k / HALF - 1;
    const [end, far] = isSigned
      ? [signed < 0 ? negative : positive, Math.abs(signed)]
      : [share, k / (2 * HALF)];
    table[k] = packedPixel(mixedColour(ground, end, far));
  }
  return table;
}

const pixelBytes = new Uint8ClampedArray(4);
const pixelWord = new Uint32Array(pixelBytes.buffer); // in this machine's byte order

function packedPixel([red, green, blue]) {
  pixelBytes.set([red, green, blue, 255]);
  return pixelWord[0];
}

/**
 * Colour a picture with a column a timestep and a row a unit; values are (T, H), row by row.
 *
 * What is not finite stays blank.
 */
export function paintHeat(image, values, T, H, table, [low, high]) {
  const pixels = new Uint32Array(image.data.buffer);
  const scale = high > low ? (table.length - 1) / 2 / (high / 2 - low / 2) : 0; // no overflow
  const offset = 0.5 - low * scale;
  const last = table.length - 1;
  for (let unit = 0; unit < H; unit++) {
    const row = unit * T;
    for (let t = 0, from = unit; t < T; t++, from += H) {
      const value = values[from];
      const place = (value * scale + offset) | 0;
      const colour = table[place < 0 ? 0 : place > last ? last : place];
      pixels[row + t] = value - value === 0 ? colour : 0; // infinity - infinity is NaN
    }
  }
}

/** Return the lowest and highest of the finite numbers, null where there is none. */
export function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k < values.length; k++) {
    const value = values[k];
    if (value < low && value !== -Infinity) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** Return what numbers there are, both ends with equally many decimals, and what is left blank. */
export function extentText(values, found, digits, within) {
  const blank = values.reduce((count, value) => count + !Number.isFinite(value), 0);
  const missing = `${blank} not finite, left blank`;
  if (!found) return missing;
  const texts = found.map((value) => show(value, digits, { within }));
  const isLong = (text) => (text.split(".")[1] ?? "").length > digits;
  const longer = (text, k) => (isLong(text) ? text : show(found[k], digits + 1, { within }));
  const [least, most] = texts.some(isLong) ? texts.map(longer) : texts;
  return `values ${least} to ${most}${blank ? `, ${missing}` : ""}`;
}

/** Return a bar of the colours with the numbers at its ends. */
export function scaleBar(table, [low, high], digits) {
  const bar = el("canvas", { class: "rv-scale-bar", width: 96, height: 1, "aria-hidden": "true" });
  const image = new ImageData(96, 1);
  paintHeat(image, Float64Array.from({ length: 96 }, (_, k) => k), 96, 1, table, [0, 95]);
  bar.getContext("2d").putImageData(image, 0, 0);
  const end = (value) => (Number.isInteger(value) ? show(value, 0) : show(value, digits));
  return [el("span", {}, end(low)), bar, el("span", {}, end(high))];
}
