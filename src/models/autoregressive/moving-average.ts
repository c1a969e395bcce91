/**
 * How noise adds up in the forecasts of an autoregression: y_t = Σ Ψ_j·e_{t-j}. (Lütkepohl 2005, section
 * 2.2.2.)
 */
import { Matrix } from "../../inference/matrix-value.ts";
import type { AutoregressiveFit } from "./regression.ts";

/**
 * Covariances [steps,D,D] of forecasts 1, 2, … steps ahead: Σ_{j<h} Ψ_j·S·Ψ_jᵀ, Ψ_h = Σ A_i·Ψ_{h-i}, Ψ_0 =
 * I.
 */
export function forecastCovariances(fit: AutoregressiveFit, steps: number): Float64Array {
  const { coefficients, noise } = fit;
  const D = noise.rows;
  const psi = [Matrix.identity(noise.algebra, D)];
  const covariances = new Float64Array(steps * D * D);
  let total = Matrix.zeros(noise.algebra, D);
  for (let h = 0; h < steps; ++h) {
    total = total.plus(psi[h].congruence(noise));
    covariances.set(total.data, h * D * D);
    const next = coefficients
      .slice(0, h + 1)
      .reduce((sum, A, i) => sum.plus(A.times(psi[h - i])), Matrix.zeros(noise.algebra, D));
    psi.push(next);
  }
  return covariances;
}

/** E[y_t | y before t]: c + Σ A_i·y_{t-i}; NaN where a tap is missing or before the start. y [T,D]. */
export function nextMean(fit: AutoregressiveFit, y: Float64Array, t: number): Float64Array {
  const { order, coefficients, intercept } = fit;
  const D = intercept.length;
  const mean = intercept.slice();
  if (t < order) return mean.fill(NaN);
  coefficients.forEach(({ data: A }, i) => {
    for (let d = 0; d < D; ++d) {
      const x = y[(t - 1 - i) * D + d];
      for (let o = 0; o < D; ++o) mean[o] += A[o * D + d] * x;
    }
  });
  return mean;
}
