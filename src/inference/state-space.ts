/**
 * A linear-Gaussian system as the filter sees it, and where its state starts.
 *
 *   x_{t+1} = A·x_t + B·u_t + N(0, Q)        y_t = C·x_t + D·u_t + N(0, R)
 */
import { Matrix } from "./matrix-value.ts";

/** A Gaussian over the state: mean [n,1], covariance [n,n]. */
export interface Moments {
  readonly mean: Matrix;
  readonly covariance: Matrix;
}

/**
 * N(mean, covariance + κ·W·Wᵀ) for κ → ∞, W [n,rank]: one column for each direction of which nothing is
 * known.
 */
export interface Diffuse extends Moments {
  readonly W: Matrix;
}

/** The matrices of a filter: A [n,n], C [p,n], Q [n,n], R [p,p]. */
export interface StateSpace {
  readonly state: number;
  readonly output: number;
  readonly A: Matrix;
  readonly C: Matrix;
  readonly Q: Matrix;
  readonly R: Matrix;
}

/** A driven system: B [n,m], D [p,m], and x_1. */
export interface LinearGaussian extends StateSpace {
  readonly input: number;
  readonly B: Matrix;
  readonly D: Matrix;
  readonly initial: "diffuse" | Moments | Diffuse;
}

/** One observed sequence: y [T,p], NaN where missing, and what drives it, u [T,m]. */
export interface Series {
  readonly y: Float64Array;
  readonly u?: Float64Array;
}

/**
 * The start of x_1 with its diffuse directions: none where the start is a Gaussian, all where it is
 * "diffuse".
 */
export function diffuseStart({ A, state: n, initial }: LinearGaussian): Diffuse {
  const { algebra } = A;
  if (initial === "diffuse")
    return {
      mean: Matrix.zeros(algebra, n, 1),
      covariance: Matrix.zeros(algebra, n),
      W: Matrix.identity(algebra, n),
    };
  return "W" in initial ? initial : { ...initial, W: Matrix.zeros(algebra, n, 0) };
}
