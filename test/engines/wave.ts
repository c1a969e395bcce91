/** Series whose numbers are the same in every engine. */

/** A wave to follow, without a function whose bits differ between engines: x ← x + h·y, y ← y - h·x. */
export function wave(length: number, step: number): Float64Array {
  const out = new Float64Array(2 * length);
  for (let t = 0, x = 0, y = 1; t < length; ++t) {
    x += step * y;
    y -= step * x;
    out[2 * t] = x;
    out[2 * t + 1] = y;
  }
  return out;
}
