/** Random linear-Gaussian systems with data, and the rows of a pass over them. */
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { Kalman, type Pass } from "../../src/inference/kalman.ts";
import { Matrix as MatrixValue } from "../../src/inference/matrix-value.ts";
import type { LinearGaussian } from "../../src/inference/state-space.ts";
import type { Ptr } from "../../src/wasm/kernels.ts";
import { Random } from "../../src/wasm/random.ts";
import type { System } from "../reference/gaussian.ts";
import { add, identity, multiply, transpose, type Matrix } from "../reference/matrix.ts";

export const engine = await inferenceEngine();
export const kalman = new Kalman(engine);

/** A system with its data, and what drives it. */
export interface Case {
  system: System;
  u?: Matrix;
  y: Float64Array;
}

/**
 * A random stable system [n states, p outputs, m inputs] with data of T steps, a share of the entries
 * missing.
 */
export function example(
  seed: number,
  [n, p, m, T]: readonly [number, number, number, number],
  missing = 0,
): Case {
  const random = new Random(engine, seed);
  const draw = (r: number, c: number, scale = 1): Matrix =>
    Array.from({ length: r }, () => Array.from({ length: c }, () => scale * random.normal()));
  const positive = (k: number): Matrix => {
    const L = draw(k, k);
    return add(multiply(L, transpose(L)), identity(k), 0.1);
  };
  const system: System = {
    A: draw(n, n, 0.6 / Math.sqrt(n)),
    C: draw(p, n),
    Q: positive(n),
    R: positive(p),
    mean: draw(1, n)[0],
    covariance: positive(n),
  };
  if (m > 0) {
    system.B = draw(n, m);
    system.D = draw(p, m);
  }
  const y = Float64Array.from({ length: T * p }, () =>
    random.uniform() < missing ? NaN : 3 * random.normal(),
  );
  return { system, y, ...(m > 0 ? { u: draw(T, m) } : {}) };
}

/** A matrix value; `columns` where there are no rows to tell. */
export const value = (M: Matrix, columns = M[0]?.length ?? 0): MatrixValue =>
  new MatrixValue(kalman.algebra, M.length, columns, Float64Array.from(M.flat()));

/** The system as the filter takes it. */
export function model({ A, C, Q, R, B, D, mean, covariance }: System, initial?: "diffuse"): LinearGaussian {
  const none = (rows: number): MatrixValue => MatrixValue.zeros(kalman.algebra, rows, 0);
  return {
    state: A.length,
    output: C.length,
    input: B?.[0]?.length ?? 0,
    A: value(A),
    C: value(C),
    Q: value(Q),
    R: value(R),
    B: B ? value(B) : none(A.length),
    D: D ? value(D) : none(C.length),
    initial: initial ?? { mean: value(mean.map((m) => [m])), covariance: value(covariance) },
  };
}

/** Row t of a buffer with rows of `size`. */
export const take = (ptr: Ptr, t: number, size: number): number[] => [
  ...engine.memory.reals(engine.memory.at(ptr, t * size), size),
];

/** A smoothed pass over a case. */
export const run = (c: Case, options = {}): Pass =>
  kalman.run("test", model(c.system), { y: c.y, u: c.u && Float64Array.from(c.u.flat()) }, "smooth", options);
