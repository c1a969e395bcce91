/** Covariances [D,D] in units of the data's deviations, and the smallest eigenvalue they may have there. */
import type { Algebra } from "../../../inference/matrix.ts";

/** The floor under covariances: relative to the variance of each column. */
export class CovarianceFloor {
  readonly #algebra: Algebra;
  readonly #D: number;
  /** [D] deviations. */
  #scale: Float64Array;
  #floor = 0;

  constructor(algebra: Algebra, D: number) {
    this.#algebra = algebra;
    this.#D = D;
    this.#scale = new Float64Array(D).fill(1);
  }

  /**
   * Takes the variances [D] of the data. Covariances [·,D,D] below the floor lower it: EM must be able to
   * stay.
   */
  set(variance: Float64Array, floor: number, covariances: Float64Array): void {
    const D = this.#D;
    this.#scale = variance.map(Math.sqrt);
    this.#floor = floor;
    for (let at = 0; at < covariances.length; at += D * D) {
      const S = this.#divided(covariances.subarray(at, at + D * D));
      this.#floor = Math.min(this.#floor, this.#algebra.symmetricEigen("hmm: covariance", D, S).values[0]);
    }
  }

  /** S [D,D] with its eigenvalues, in units of the scale, at least the floor. */
  raised(S: Float64Array): Float64Array {
    const D = this.#D;
    const raised = this.#algebra.floorEigenvalues("hmm: covariance", D, this.#divided(S), this.#floor);
    return raised.map((x, i) => x * this.#scale[Math.floor(i / D)] * this.#scale[i % D]);
  }

  #divided(S: Float64Array): Float64Array {
    const D = this.#D;
    const inverse = this.#scale.map((s) => 1 / s);
    return S.map((x, i) => x * inverse[Math.floor(i / D)] * inverse[i % D]);
  }
}

/** |L⁻¹·e|² for lower triangular L [D,D]. */
export function squaredLength(D: number, L: Float64Array, e: Float64Array): number {
  const z = new Float64Array(D);
  let sum = 0;
  for (let i = 0; i < D; ++i) {
    let rest = e[i];
    for (let j = 0; j < i; ++j) rest -= L[i * D + j] * z[j];
    z[i] = rest / L[i * (D + 1)];
    sum += z[i] * z[i];
  }
  return sum;
}
