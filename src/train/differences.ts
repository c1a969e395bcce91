/** Derivatives of functions of few variables by central differences. */

/** Step of differences, relative to 1: near the cube root of a unit in the last place. */
export const STEP = 1e-5;

/** x with `by` added to its i-th number. */
export const moved = (x: Float64Array, i: number, by: number): Float64Array => {
  const out = x.slice();
  out[i] += by;
  return out;
};

/** ∂f/∂x_i ≈ (f(x + h·e_i) - f(x - h·e_i)) / 2h */
export function centralDifferences(f: (x: Float64Array) => number, x: Float64Array, h = STEP): Float64Array {
  return x.map((_, i) => (f(moved(x, i, h)) - f(moved(x, i, -h))) / (2 * h));
}

/** ∂f_i/∂x_j [size,n] of a function with `size` values; its step at x_j is `stepAt(x_j)`. */
export function jacobian(
  f: (x: Float64Array) => Float64Array,
  x: Float64Array,
  size: number,
  stepAt: (x: number) => number = () => STEP,
): Float64Array {
  const J = new Float64Array(size * x.length);
  x.forEach((value, j) => {
    const h = stepAt(value);
    const [up, down] = [f(moved(x, j, h)), f(moved(x, j, -h))];
    for (let i = 0; i < size; ++i) J[i * x.length + j] = (up[i] - down[i]) / (2 * h);
  });
  return J;
}
