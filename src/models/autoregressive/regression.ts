/**
 * The least squares of an autoregressive model: y_t = c + A_1·y_{t-1} + … + A_p·y_{t-p} + N(0, S), given
 * the first p values. (Lütkepohl 2005, section 3.2.) Columns are centered and scaled by powers of two, so
 * neither their units nor their means matter.
 */
import { leastSquares, columnLengths } from "../../inference/least-squares.ts";
import { powerOfTwo } from "../../inference/lds-regression.ts";
import { LOG_TWO_PI, Matrix, sum } from "../../inference/matrix-value.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { DataError, NumericError } from "../../wasm/errors.ts";
import { deviations } from "../lds/units.ts";

/** Coefficients and noise of one order. */
export interface AutoregressiveFit {
  readonly order: number;
  /** c [D,1], 0 without an intercept. */
  readonly intercept: Float64Array;
  /** A_1, …, A_p, [D,D] each. */
  readonly coefficients: readonly Matrix[];
  /** S [D,D] */
  readonly noise: Matrix;
  /** Steps that were fitted. */
  readonly steps: number;
  /** Whether the data are predicted to rounding: the noise is then that of rounding. */
  readonly exact: boolean;
}

/** Residual variance this far below the data's mean square is rounding: the series is predicted exactly. */
const EXACT = 1e-24;
/**
 * An eigenvalue of the residuals' correlations at rounding level: one output is predicted from another
 * exactly.
 */
const SINGULAR = 1e-14;
/** How much the rounding of a value counts beside the spread of its column, in the test of dependence. */
const ROUNDING_OF_VALUES = 1e-3;

/** What to fit: the order, the first step to fit, and whether there is a constant. */
export interface RegressionTask {
  readonly order: number;
  readonly skip: number;
  readonly output: number;
  readonly intercept: boolean;
}

/** Regressors [rows, p·D] (y_{t-1}, y_{t-2}, …) and targets [rows, D] of the complete steps t ≥ skip. */
export interface Design {
  readonly X: Matrix;
  readonly Y: Matrix;
}

/** The complete steps of the data. */
export function design(
  algebra: Algebra,
  data: readonly Float64Array[],
  { order, skip, output: D }: Omit<RegressionTask, "intercept">,
): Design {
  const X: number[] = [];
  const Y: number[] = [];
  for (const y of data)
    for (let t = skip; t < y.length / D; ++t) {
      const span = y.subarray((t - order) * D, (t + 1) * D);
      if (span.some((x) => x !== x)) continue;
      for (let i = 1; i <= order; ++i) for (let d = 0; d < D; ++d) X.push(y[(t - i) * D + d]);
      for (let d = 0; d < D; ++d) Y.push(y[t * D + d]);
    }
  const rows = Y.length / D;
  return {
    X: new Matrix(algebra, rows, order * D, Float64Array.from(X)),
    Y: new Matrix(algebra, rows, D, Float64Array.from(Y)),
  };
}

/** Fits one order. Throws DataError where steps are too few, NumericError where taps depend on each other. */
export function fitOrder(
  who: string,
  algebra: Algebra,
  data: readonly Float64Array[],
  task: RegressionTask,
): AutoregressiveFit {
  const { order, output: D, intercept: constant, skip } = task;
  const units = deviations(data, D).map(powerOfTwo);
  const { X, Y } = design(
    algebra,
    data.map((y) => y.map((x, i) => x / units[i % D])),
    task,
  );
  const columns = order * D + (constant ? 1 : 0);
  if (Y.rows < columns + D)
    throw new DataError(
      `${who}: ${Y.rows} steps with all of their ${skip} taps, want at least ${columns + D} ` +
        `for ${columns * D} coefficients; lower the order or give longer series`,
    );
  const meanX = constant ? columnMeans(X) : new Float64Array(X.columns);
  const meanY = constant ? columnMeans(Y) : new Float64Array(D);
  const centered = less(X, meanX);
  const raw = columnLengths(X);
  const lengths = columnLengths(centered).map((x, j) => x + ROUNDING_OF_VALUES * raw[j]);
  const first = constant ? 1 : 0;
  const { solution, residual } = leastSquares(who, centered, less(Y, meanY), { lengths, first });
  const { noise, exact } = noiseOf(who, residual.scaled(1 / Y.rows), meanSquares(Y));
  const fit = {
    order,
    intercept: meanY.map((m, o) => (m - sum(meanX.map((x, j) => x * solution.at(j, o)))) * units[o]),
    coefficients: Array.from({ length: order }, (_, i) =>
      new Matrix(algebra, D, D, solution.data.slice(i * D * D, (i + 1) * D * D))
        .transposed()
        .map((x, j) => (x / units[j % D]) * units[Math.floor(j / D)]),
    ),
    noise: noise.map((x, i) => x * units[Math.floor(i / D)] * units[i % D]),
    steps: Y.rows,
    exact,
  };
  const numbers = [fit.intercept, fit.noise.data, ...fit.coefficients.map(({ data: A }) => A)];
  if (!numbers.every((x) => x.every(Number.isFinite)))
    throw new NumericError(`${who}: a coefficient or variance is not finite; the data are too large`);
  return fit;
}

/**
 * The residuals' covariance; where some direction has no more variance than rounding leaves, that much, so
 * that the density of the data stays finite.
 */
function noiseOf(who: string, S: Matrix, squares: Float64Array): { noise: Matrix; exact: boolean } {
  const D = S.rows;
  const floors = squares.map((x) => EXACT * (x || 1));
  const variances = S.diagonal().map((x, d) => Math.max(x, floors[d]));
  const sd = variances.map(Math.sqrt);
  const correlations = S.map((x, i) => {
    const [a, b] = [Math.floor(i / D), i % D];
    return a === b ? 1 : x / sd[a] / sd[b];
  });
  const floored = correlations.floorEigenvalues(`${who}: correlations of the residuals`, SINGULAR);
  const exact = floored !== correlations && !floored.data.every((x, i) => x === correlations.data[i]);
  const tooSmall = S.diagonal().some((x, d) => x <= floors[d]);
  if (!exact && !tooSmall) return { noise: S, exact: false };
  return { noise: floored.map((x, i) => x * sd[Math.floor(i / D)] * sd[i % D]), exact: true };
}

/** ln p of residuals E [rows,D] under N(0, S), nats. */
export function residualLogLikelihood(who: string, E: Matrix, S: Matrix): number {
  if (E.rows === 0) return 0;
  const L = S.cholesky(`${who}: noise covariance`);
  const Z = S.algebra.solveLower(S.rows, E.rows, L.data, E.transposed().data);
  const squares = sum(Z.map((z) => z * z));
  return -0.5 * (E.rows * (S.rows * LOG_TWO_PI + S.logDeterminant(who)) + squares);
}

/** Y - c - Σ A_i·y_{t-i} of the complete steps [rows,D]. */
export function residuals(fit: AutoregressiveFit, { X, Y }: Design): Matrix {
  const D = Y.columns;
  let E = less(Y, fit.intercept);
  fit.coefficients.forEach((A, i) => {
    E = E.minus(X.columnRange(i * D, (i + 1) * D).timesTransposed(A));
  });
  return E;
}

/** Means of the columns, exact for columns of one value (Welford's update). */
function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: columns }, (_, j) => {
    let mean = 0;
    for (let i = 0; i < rows; ++i) mean += (data[i * columns + j] - mean) / (i + 1);
    return mean;
  });
}

const meanSquares = ({ rows, columns, data }: Matrix): Float64Array =>
  Float64Array.from({ length: columns }, (_, j) => {
    let total = 0;
    for (let i = 0; i < rows; ++i) total += data[i * columns + j] * data[i * columns + j];
    return total / rows;
  });

/** Rows less a row. */
const less = (M: Matrix, row: Float64Array): Matrix => M.map((x, i) => x - row[i % M.columns]);
