/**
 * What the standardized one-step errors of a series say about its model. (Durbin & Koopman 2012, section
 * 2.12.)
 */
import type { GaussianOutputs } from "../lds/outputs.ts";
import { chiSquaredTail, type Logs } from "../../inference/special-functions.ts";
import { DataError, NumericError } from "../../wasm/errors.ts";

/** A statistic, and the probability of a larger one under a right model. */
export interface TestResult {
  /** Its distribution under a right model is named by the test that makes it. */
  readonly statistic: number;
  /** The probability of a larger statistic; small speaks against the model. */
  readonly pValue: number;
}

/** A test of the correlation between steps up to `lags` apart. */
export interface CorrelationTest extends TestResult {
  /** Steps apart, at most. */
  readonly lags: number;
}

/** A test of the normal distribution, and the moments that it looks at. */
export interface NormalityTest extends TestResult {
  /** The third standardized moment; 0 where the distribution is normal. */
  readonly skewness: number;
  /** The fourth standardized moment; 3 where the distribution is normal. */
  readonly kurtosis: number;
}

/**
 * Tests of the errors. Errors without any spread, as those of a constant series, say nothing against a model:
 * statistics are then 0, probabilities 1, and moments those of a normal distribution.
 */
export interface Diagnostics {
  /** Whether errors are correlated over time (Ljung & Box 1978). */
  readonly ljungBox: CorrelationTest;
  /** Whether errors are normal (Jarque & Bera 1980). */
  readonly normality: NormalityTest;
  /**
   * Squares of the last third over those of the first: near 1 where the variance stays, and 1 where all are
   * 0; ∞ where those of the first alone are.
   */
  readonly heteroskedasticity: Pick<TestResult, "statistic">;
  /** Standardized errors; NaN where a value is missing or the start is diffuse. */
  readonly errors: Float64Array;
}

/** a/b, and `none` where there is nothing over nothing. */
const ratio = (a: number, b: number, none: number): number => (a === 0 && b === 0 ? none : a / b);

const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;

/** The tests of errors [T]; `fitted` coefficients are taken off the degrees of freedom of Ljung and Box. */
export function diagnose(who: string, errors: Float64Array, fitted: number, logs: Logs): Diagnostics {
  const e = errors.filter((x) => x === x);
  const n = e.length;
  if (n < 8) throw new DataError(`${who}: ${n} errors are known, want at least 8`);
  if (!e.every(Number.isFinite))
    throw new NumericError(
      `${who}: an error is infinite: the model holds a value impossible; fit it to this series`,
    );
  const center = mean(e);
  const moment = (k: number): number =>
    mean(e.map((x) => Array.from({ length: k }).reduce<number>((product) => product * (x - center), 1)));
  const variance = moment(2);
  const lags = Math.min(Math.max(fitted + 1, 10), n - 2);
  let box = 0;
  for (let k = 1; k <= lags; ++k) {
    let sum = 0;
    for (let t = k; t < n; ++t) sum += (e[t] - center) * (e[t - k] - center);
    const r = ratio(sum, n * variance, 0);
    box += (r * r) / (n - k);
  }
  box *= n * (n + 2);
  const skewness = ratio(moment(3), variance * Math.sqrt(variance), 0);
  const kurtosis = ratio(moment(4), variance * variance, 3);
  const excess = kurtosis - 3;
  const bera = (n / 6) * (skewness * skewness + (excess * excess) / 4);
  const third = Math.round(n / 3);
  const squares = (part: Float64Array): number => part.reduce((sum, x) => sum + x * x, 0);
  const freedom = Math.max(lags - fitted, 1);
  return {
    ljungBox: { lags, statistic: box, pValue: chiSquaredTail(box, freedom, logs) },
    normality: { statistic: bera, pValue: chiSquaredTail(bera, 2, logs), skewness, kurtosis },
    heteroskedasticity: { statistic: ratio(squares(e.slice(n - third)), squares(e.slice(0, third)), 1) },
    errors,
  };
}

/** One-step errors [T] over their deviations; NaN where y is missing or the start diffuse. */
export const standardizedErrors = (y: Float64Array, { means, covariances }: GaussianOutputs): Float64Array =>
  y.map((v, t) =>
    Number.isFinite(covariances[t]) ? ratio(v - means[t], Math.sqrt(covariances[t]), 0) : NaN,
  );
