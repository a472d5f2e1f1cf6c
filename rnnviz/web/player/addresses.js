// Numbers as they come packed, and the addresses of those that can be edited: x[t,i], h_prev[k] and
// c_prev[k] (where the sequence starts), W_if[j,k], b_if[j], p_f[j]; indices from 0, as in Python.

/** Return the numbers of a packed array: a Float64Array, row by row. */
export function unpacked(array) {
  const bytes = Uint8Array.from(atob(array.f8), (letter) => letter.charCodeAt(0));
  return new Float64Array(bytes.buffer);
}

/** Return an address as [name, indices]; null for what is none. */
export function parsed(address) {
  const found = /^(\w+)\[(\d+(?:,\d+)?)\]$/.exec(address);
  return found && [found[1], found[2].split(",").map(Number)];
}

/** Return packed arrays by name as Float64Arrays. */
export const unpackedAll = (arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, unpacked(array)]));
