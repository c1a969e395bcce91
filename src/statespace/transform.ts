/**
 * What a function makes of a Gaussian: by its tangent (extended filter; Anderson & Moore 1979, section 8.2),
 * or by the images of 2n + 1 points that have the mean and covariance (unscented; Julier & Uhlmann 2004).
 */
import { Matrix } from "../inference/matrix-value.ts";
import type { Moments } from "../inference/state-space.ts";
import { jacobian, STEP } from "../train/differences.ts";
import { NumericError, ShapeError } from "../wasm/errors.ts";

/** A function of the state, with its name for errors and the numbers that it must give. */
export interface StateFunction {
  readonly name: string;
  readonly size: number;
  readonly of: (x: Float64Array) => ArrayLike<number>;
  /** [size,n] its derivatives; none: by differences. */
  readonly jacobian?: (x: Float64Array) => Float64Array;
}

/** Mean and covariance of the images, and the covariance [n,size] of the state with them. */
export interface Transformed extends Moments {
  readonly cross: Matrix;
}

/** The image of x, checked. Throws ShapeError, NumericError. */
function image(who: string, { name, size, of }: StateFunction, x: Float64Array): Float64Array {
  const y = of(x.slice());
  if (y === null || typeof y !== "object" || y.length !== size)
    throw new ShapeError(`${who}: ${name} gives ${y?.length ?? "no"} numbers, want ${size}`);
  const bad = Array.from(y).findIndex((v) => !Number.isFinite(v));
  if (bad >= 0)
    throw new NumericError(
      `${who}: ${name}: number ${bad} is ${y[bad]} at [${Array.from(x).join(", ")}]; want one that is ` +
        "finite wherever the filter may look",
    );
  return Float64Array.from(y);
}

/** By the tangent at the mean. */
export function byTangent(who: string, f: StateFunction, { mean, covariance }: Moments): Transformed {
  const { algebra } = mean;
  const n = mean.rows;
  const x = mean.data;
  const slopes = f.jacobian?.(x.slice()) ?? jacobian((at) => image(who, f, at), x, f.size, stepAt);
  const G = new Matrix(algebra, f.size, n, slopes);
  const cross = covariance.timesTransposed(G);
  return { mean: Matrix.column(algebra, image(who, f, x)), covariance: G.times(cross).symmetric(), cross };
}

/** The step of differences at a coordinate. */
const stepAt = (x: number): number => STEP * Math.max(1, Math.abs(x));

/**
 * By points: the mean with weight κ/(n + κ), and mean ± √(n + κ)·L_j with ½/(n + κ), L·Lᵀ the covariance,
 * κ = max(3 - n, 0): fourth moments of a Gaussian as far as no weight is negative. (For n ≥ 3 these are the
 * points of cubature; Arasaratnam & Haykin 2009.)
 */
export function byPoints(who: string, f: StateFunction, { mean, covariance }: Moments): Transformed {
  const { algebra } = mean;
  const n = mean.rows;
  const kappa = Math.max(3 - n, 0);
  const far = Math.sqrt(n + kappa);
  const L = covariance.cholesky(`${who}: covariance of the state`, { semidefinite: true });
  const offsets = [
    ...(kappa > 0 ? [new Float64Array(n)] : []),
    ...[far, -far].flatMap((by) =>
      Array.from({ length: n }, (_, j) => Float64Array.from({ length: n }, (__, i) => by * L.at(i, j))),
    ),
  ];
  const weights = offsets.map((_, k) => (kappa > 0 && k === 0 ? kappa : 0.5) / (n + kappa));
  const images = offsets.map((offset) =>
    image(
      who,
      f,
      mean.data.map((v, i) => v + offset[i]),
    ),
  );
  const center = Float64Array.from({ length: f.size }, (_, i) =>
    images.reduce((sum, y, k) => sum + weights[k] * y[i], 0),
  );
  const around = images.map((y) => y.map((v, i) => v - center[i]));
  const covarianceOf = (
    a: readonly Float64Array[],
    b: readonly Float64Array[],
    r: number,
    c: number,
  ): Matrix =>
    new Matrix(
      algebra,
      r,
      c,
      Float64Array.from({ length: r * c }, (_, q) =>
        a.reduce((sum, x, k) => sum + weights[k] * x[Math.floor(q / c)] * b[k][q % c], 0),
      ),
    );
  return {
    mean: Matrix.column(algebra, center),
    covariance: covarianceOf(around, around, f.size, f.size).symmetric(),
    cross: covarianceOf(offsets, around, n, f.size),
  };
}
