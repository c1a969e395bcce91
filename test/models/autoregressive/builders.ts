/** Series of noise, and autoregression by the normal equations. */
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { Random } from "../../../src/wasm/random.ts";
import { add, identity, multiply, solve, transpose, type Matrix } from "../../reference/matrix.ts";

export const engine = await inferenceEngine();

/** Regressors (1, y_{t-1}, …, y_{t-p}) and targets, from t = skip on. */
export function design(series: number[][][], p: number, skip: number): { X: Matrix; Y: Matrix } {
  const X: Matrix = [];
  const Y: Matrix = [];
  for (const y of series)
    for (let t = skip; t < y.length; ++t) {
      const span = y.slice(t - p, t + 1);
      if (span.flat().some(Number.isNaN)) continue;
      X.push([1, ...Array.from({ length: p }, (_, i) => y[t - 1 - i]).flat()]);
      Y.push(y[t]);
    }
  return { X, Y };
}
export const noise = (seed: number, T: number, D: number, scale = 1): number[][] => {
  const r = new Random(engine, seed);
  return Array.from({ length: T }, () => Array.from({ length: D }, () => scale * r.normal()));
};
/** Coefficients [1+pD, D], residual covariance and log-likelihood by the normal equations. */
export function plain(X: Matrix, Y: Matrix): { W: Matrix; S: Matrix; logLikelihood: number } {
  const W = solve(multiply(transpose(X), X), multiply(transpose(X), Y)).X;
  const E = add(Y, multiply(X, W), -1);
  const n = Y.length;
  const D = Y[0].length;
  const S = multiply(transpose(E), E).map((row) => row.map((v) => v / n));
  return { W, S, logLikelihood: -0.5 * n * (D * (Math.log(2 * Math.PI) + 1) + solve(S, identity(D)).logDet) };
}
