/**
 * One step back of the Rauch-Tung-Striebel smoother inside a diffuse start: the limit of its gain for
 * infinite variance. (Rauch, Tung & Striebel 1965; equal to Durbin & Koopman 2012, section 5.3, in exact
 * arithmetic.)
 */
import { Matrix } from "./matrix-value.ts";
import type { Diffuse, Moments, StateSpace } from "./state-space.ts";

/** x_t given all of y, and the covariance of x_{t+1} with x_t. */
export interface SmoothedStep extends Moments {
  readonly lag: Matrix;
}

/** What a smoothing step goes by: x_t given y_1..y_t, x_{t+1} given the same, and x_{t+1} given all of y. */
export interface SmootherStep {
  readonly filtered: Diffuse;
  readonly predicted: Diffuse;
  readonly next: Moments;
}

/** x_t given all of y. Throws NumericError where nothing ever observes a direction of x_t. */
export function smoothDiffuse({ A, Q }: StateSpace, step: SmootherStep): SmoothedStep {
  const { filtered, predicted, next } = step;
  const J = diffuseSmootherGain(A, filtered, predicted);
  const keep = Matrix.identity(A.algebra, A.rows).minus(J.times(A));
  return {
    mean: J.times(next.mean.minus(predicted.mean)).plus(filtered.mean),
    covariance: keep
      .congruence(filtered.covariance)
      .plus(J.congruence(next.covariance.plus(Q)))
      .symmetric(),
    lag: next.covariance.timesTransposed(J),
  };
}

/**
 * The limit of P·Aᵀ·(Pp)⁻¹: with S = APAᵀ + Q + VVᵀ, V = AW, it is PAᵀS⁻¹(I - VG) + WG, G = (VᵀS⁻¹V)⁻¹VᵀS⁻¹.
 */
function diffuseSmootherGain(A: Matrix, { covariance: P, W }: Diffuse, predicted: Diffuse): Matrix {
  const who = "smoother: predicted covariance";
  const semidefinite = true;
  const V = predicted.W;
  const S = predicted.covariance.plus(V.timesTransposed(V));
  const J = S.solve(who, P.timesTransposed(A).transposed(), { semidefinite }).transposed();
  if (W.columns === 0) return J;
  const SV = S.solve(who, V, { semidefinite });
  const information = V.transposed().times(SV);
  const G = information.solve(
    "smoother: a direction of the diffuse start is never observed; what is known of it",
    SV.transposed(),
  );
  return J.plus(W.minus(J.times(V)).times(G));
}
