/** ln p of data under a linear dynamical system, by the conventions in use. */
import type { Kalman } from "../../inference/kalman.ts";
import { sum } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import { DataError } from "../../wasm/errors.ts";

/** ln p(data), nats, without the first `skip` terms ln p(y_t | y_<t) of each series. */
export function logLikelihood(
  who: string,
  kalman: Kalman,
  model: LinearGaussian,
  data: readonly Series[],
  skip = 0,
): number {
  return data.reduce((total, series) => {
    const pass = kalman.run(who, model, series, "likelihood");
    const early = kalman.engine.memory.reals(pass.ll, Math.min(skip, pass.steps));
    return total + pass.logLikelihood - sum(early);
  }, 0);
}

/**
 * All covariances known up to a common factor, which is estimated, and constants left out:
 * -(N-d)/2·ln σ̂² - ½·Σ ln F for a diffuse start (Durbin & Koopman 2012, 2.10.2).
 */
export function concentratedLogLikelihood(
  who: string,
  kalman: Kalman,
  model: LinearGaussian,
  data: readonly Series[],
): number {
  // ln p with all covariances times s is ln p₁ - (N-d)/2·ln s - (1/s - 1)·S/2: two values of s give S = Σ
  // v²/F
  const N = sum(data.map(({ y }) => y.filter((x) => x === x).length));
  const free = N - model.state * data.length;
  if (free < 1)
    throw new DataError(`${who}: ${N} observations leave no freedom beside the diffuse start, want more`);
  const { algebra } = kalman;
  const [two, twoPi] = algebra.log([2, 2 * 3.141592653589793]);
  const one = logLikelihood(who, kalman, model, data);
  const doubled = { ...model, Q: model.Q.scaled(2), R: model.R.scaled(2) };
  const S = 4 * (0.5 * free * two - one + logLikelihood(who, kalman, doubled, data));
  return one + 0.5 * (N * twoPi + S - free * algebra.log([S / free])[0]);
}
