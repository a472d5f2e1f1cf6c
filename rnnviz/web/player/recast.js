// The same weights in another variant of the cell.

/** Return a parameter that is not among those given: two biases as one, one as two, else zeros. */
export function recast(given, name, H) {
  const key = name.at(-1);
  const [single, first, second] = ["b_", "b_i", "b_h"].map((kind) => given[`${kind}${key}`]);
  if (name === `b_${key}` && first) return first.map((bias, k) => bias + second[k]);
  if (name === `b_i${key}` && single) return single;
  return new Float64Array(H);
}
