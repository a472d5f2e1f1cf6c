// Numbers as they are shown: rounded once, honest about saturation and inexact sums.
//
// A port of rounding.py, which rounds an exact tie to even where toFixed rounds it up. A decimal
// is {units, places}: units / 10 ** places, units a BigInt.

export const MINUS = "\u2212";
export const ALMOST = "\u2248";

/**
 * Return a number with `digits` decimals, fewer from 10 up, an exponent from 10,000 up.
 *
 * Zero has no sign. What is strictly inside `within` never shows as one of its ends: it gets one
 * digit more, and then `<` or `>`.
 */
export function show(value, digits = 3, { signed = false, within = null } = {}) {
  if (!Number.isFinite(value)) return withSign(String(value).replace("Infinity", "∞"), signed);
  let text = plain(value, digits);
  if (within?.includes(Number(text)) && within[0] < value && value < within[1]) {
    text = plain(value, digits + 1);
    if (within.includes(Number(text))) return bound(Number(text), digits + 1, within);
  }
  return withSign(text, signed);
}

/** Return a share in (0, 1) as per cent with two decimals fewer, never 0 % or 100 %. */
export function percent(value, digits = 3) {
  const [, sign, shown] = /^([<>]?)(.*)$/.exec(show(value, digits, { within: [0, 1] }));
  const [whole, decimals = ""] = shown.split(".");
  const hundredths = (whole + decimals.slice(0, 2).padEnd(2, "0")).replace(/^0+(?=\d)/, "");
  return `${sign}${[hundredths, decimals.slice(2)].filter(Boolean).join(".")} %`;
}

/** Return `=` if the shown operands give exactly the shown result, else `≈`; exact may be null. */
export function relation(exact, shown) {
  const result = decimal(shown);
  if (!exact || !result) return ALMOST;
  const places = Math.max(exact.places, result.places);
  return scaled(exact, places) === scaled(result, places) ? "=" : ALMOST;
}

/** Return the decimal that a shown number stands for, null where it is only a bound. */
export function decimal(shown) {
  const found = /^([+−]?)(\d+)(?:\.(\d+))?(?:e(\d+))?$/.exec(shown);
  if (!found) return null;
  const [, sign, whole, decimals = "", exponent = "0"] = found;
  const units = BigInt(whole + decimals);
  return { units: sign === MINUS ? -units : units, places: decimals.length - Number(exponent) };
}

/** Return the exact sum of decimals, null where one of them is. */
export function decimalSum(terms) {
  if (terms.includes(null)) return null;
  const places = Math.max(0, ...terms.map((term) => term.places));
  return { units: terms.reduce((sum, term) => sum + scaled(term, places), 0n), places };
}

/** Return the exact product of two decimals, null where one of them is. */
export function decimalProduct(a, b) {
  return a && b && { units: a.units * b.units, places: a.places + b.places };
}

/** Return the exact sum of shown numbers, null where one is only a bound. */
export function exactSum(texts) {
  return decimalSum(texts.map(decimal));
}

/** Return the exact product of two shown numbers, null where one is only a bound. */
export function exactProduct(a, b) {
  return decimalProduct(decimal(a), decimal(b));
}

function scaled({ units, places }, to) {
  return units * 10n ** BigInt(to - places);
}

function withSign(text, signed) {
  return (signed && Number(text) > 0 ? "+" : "") + text.replace("-", MINUS);
}

function plain(value, digits) {
  const size = Math.abs(value);
  if (size >= 9999.5) return (value < 0 ? "-" : "") + exponential(size);
  const whole = wholeDigits(fixed(size, digits));
  let text = fixed(size, Math.max(0, digits + 1 - whole));
  const grown = wholeDigits(text); // 99.996 rounded up to 100.00
  if (grown > whole) text = fixed(size, Math.max(0, digits + 1 - grown));
  return value < 0 && Number(text) !== 0 ? `-${text}` : text;
}

function wholeDigits(text) {
  return text.split(".")[0].length;
}

/** Return a number from 0 with so many decimals, an exact tie rounded to even. */
function fixed(size, decimals) {
  const text = size.toFixed(decimals);
  // size = k / 2 ** (decimals + 1) is a tie where k is odd: times 10 ** (decimals + 1) it ends in 5
  const isTie = (size * 2 ** (decimals + 1)) % 2 === 1;
  if (!isTie || Number(text.at(-1)) % 2 === 0) return text;
  return (size - 0.5 * 10 ** -decimals).toFixed(decimals);
}

/** Return d.de… of a number from 9999.5 up, an exact tie rounded to even. */
function exponential(size) {
  const tie = Number.isInteger(size) && /^(\d)([02468])50*$/.exec(BigInt(size).toString());
  if (tie) return `${tie[1]}.${tie[2]}e${tie[0].length - 1}`;
  return size.toExponential(1).replace("e+", "e");
}

function bound(end, digits, within) {
  const step = 10 ** -digits;
  const nearest = (end === within[0] ? end + step : end - step).toFixed(digits);
  return (end === within[0] ? "<" : ">") + nearest.replace("-", MINUS);
}
