/** Gradients of functions of few variables by central differences. */

/** x with `by` added to its i-th number. */
export const moved = (x: Float64Array, i: number, by: number): Float64Array => {
  const out = x.slice();
  out[i] += by;
  return out;
};

/** ∂f/∂x_i ≈ (f(x + h·e_i) - f(x - h·e_i)) / 2h */
export function centralDifferences(f: (x: Float64Array) => number, x: Float64Array, h: number): Float64Array {
  return x.map((_, i) => (f(moved(x, i, h)) - f(moved(x, i, -h))) / (2 * h));
}
