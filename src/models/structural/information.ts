/** What a likelihood says of its parameters at its maximum. (Durbin & Koopman 2012, section 7.3.4.) */
import type { Algebra } from "../../inference/matrix.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { jacobian, moved } from "../../train/differences.ts";
import { NumericError } from "../../wasm/errors.ts";

/** Step of second differences: near the fourth root. */
const SECOND_STEP = 2e-4;

/** The observed information -∂² ln p [P,P] by second central differences. */
export function observedInformation(
  logLikelihood: (theta: Float64Array) => number,
  theta: Float64Array,
): Float64Array {
  const P = theta.length;
  const h = SECOND_STEP;
  const at = (i: number, a: number, j: number, b: number): number =>
    logLikelihood(moved(moved(theta, i, a), j, b));
  const H = new Float64Array(P * P);
  const here = logLikelihood(theta);
  for (let i = 0; i < P; ++i) {
    H[i * P + i] = -(at(i, h, i, 0) - 2 * here + at(i, -h, i, 0)) / (h * h);
    for (let j = 0; j < i; ++j) {
      const mixed = at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h);
      H[i * P + j] = H[j * P + i] = -mixed / (4 * h * h);
    }
  }
  return H;
}

/** A maximum in free coordinates, the natural values that they stand for, and -∂² ln p [P,P] there. */
export interface AtMaximum {
  readonly theta: Float64Array;
  readonly natural: (theta: Float64Array) => Float64Array;
  readonly information: Float64Array;
}

/**
 * Standard errors of natural values: √diag(J·H⁻¹·Jᵀ) for the information H, J by central differences. 0 for
 * a variance at 0, whose coordinate is a deviation. Throws NumericError where the likelihood is flat.
 */
export function errorsByInformation(
  who: string,
  algebra: Algebra,
  { theta, natural, information }: AtMaximum,
): Float64Array {
  const P = theta.length;
  const size = natural(theta).length;
  const J = new Matrix(algebra, size, P, jacobian(natural, theta, size));
  const known = new Matrix(algebra, P, P, information);
  try {
    const covariance = J.times(known.solve(`${who}: information`, J.transposed()));
    return covariance.diagonal().map((x) => Math.sqrt(Math.max(x, 0)));
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    throw new NumericError(
      `${who}: standardErrors: the likelihood is flat at its maximum; want fewer components or a longer ` +
        "series",
    );
  }
}
