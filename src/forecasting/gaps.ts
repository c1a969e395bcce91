/** Series with missing values: where they begin, how many are known, and straight lines across gaps. */

/** Steps before the first number: a series that starts late has none to say there. */
export function leadingGaps(y: Float64Array): number {
  const first = y.findIndex((v) => !Number.isNaN(v));
  return first < 0 ? y.length : first;
}

/** How many values are there. */
export const knownValues = (y: Float64Array): number =>
  y.reduce((count, v) => count + Number(!Number.isNaN(v)), 0);

/** Missing values on a straight line between their neighbors: for models that need every value. */
export function filled(y: Float64Array): Float64Array {
  const out = y.slice();
  for (let t = 0; t < out.length; ++t) {
    if (!Number.isNaN(out[t])) continue;
    let end = t;
    while (end < out.length && Number.isNaN(out[end])) ++end;
    const after = end < out.length ? out[end] : (out[t - 1] ?? 0);
    const before = t > 0 ? out[t - 1] : after;
    for (let i = t; i < end; ++i) out[i] = before + ((after - before) * (i - t + 1)) / (end - t + 1);
  }
  return out;
}
