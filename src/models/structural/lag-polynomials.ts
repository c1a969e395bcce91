/** Polynomials in the lag operator: coefficients of 1, L, L², … */

/** Coefficients, that of 1 first. */
export type Lags = readonly number[];

/** a·b */
export const times = (a: Lags, b: Lags): number[] =>
  Array.from({ length: a.length + b.length - 1 }, (_, k) =>
    a.reduce((sum, x, i) => (k - i >= 0 && k - i < b.length ? sum + x * b[k - i] : sum), 0),
  );

/** 1 + sign·(c_1·Lˢ + c_2·L²ˢ + …) */
export const spread = (coefficients: ArrayLike<number>, step: number, sign: number): number[] => {
  const out = Array<number>(coefficients.length * step + 1).fill(0);
  out[0] = 1;
  for (let i = 0; i < coefficients.length; ++i) out[(i + 1) * step] = sign * coefficients[i];
  return out;
};

/** a to a whole power. */
const power = (a: Lags, exponent: number): Lags =>
  Array.from({ length: exponent }).reduce<Lags>((product) => times(product, a), [1]);

/** (1 - L)ᵈ·(1 - Lˢ)ᴰ */
export const differences = (d: number, D: number, s: number): number[] =>
  times(power([1, -1], d), power(spread([1], s, -1), D));
