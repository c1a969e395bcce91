/**
 * The covariance that a stable system has for ever: P = A·P·Aᵀ + Q, by doubling. (Anderson & Moore 1979,
 * 6.7.)
 */
import { type Matrix } from "../../inference/matrix-value.ts";
import { NumericError } from "../../wasm/errors.ts";

const DOUBLINGS = 60;

/** Throws NumericError, which begins with `who`, where A is not stable. */
export function stationaryCovariance(who: string, A: Matrix, Q: Matrix): Matrix {
  let P = Q;
  let power = A;
  for (let i = 0; i < DOUBLINGS; ++i) {
    const more = power.congruence(P);
    if (!more.data.every(Number.isFinite)) break;
    const next = P.plus(more).symmetric();
    if (next.data.every((x, k) => x === P.data[k])) return P;
    P = next;
    power = power.times(power);
  }
  throw new NumericError(`${who}: the system is not stable, so it has no covariance to start from`);
}
