/**
 * The double-precision engine with the kernels of assembly/inference/index.ts: what closed-form inference
 * runs on.
 */
import { engine, type Engine } from "../wasm/engine.ts";
import type { Kernels, Ptr } from "../wasm/kernels.ts";
import type { MarkovKernels } from "./markov-kernels.ts";

/** Dense f64 algebra, row-major. */
export interface MatrixKernels {
  product(
    M: number,
    N: number,
    K: number,
    A: Ptr,
    lda: number,
    B: Ptr,
    ldb: number,
    C: Ptr,
    ldc: number,
  ): void;
  addOuter(
    M: number,
    N: number,
    K: number,
    A: Ptr,
    lda: number,
    B: Ptr,
    ldb: number,
    C: Ptr,
    ldc: number,
  ): void;
  transpose(M: number, N: number, A: Ptr, out: Ptr): void;
  cholesky(n: number, A: Ptr, tolerance: number): number;
  solveLower(n: number, m: number, L: Ptr, B: Ptr): void;
  solveLowerTransposed(n: number, m: number, L: Ptr, B: Ptr): void;
  householderQR(m: number, n: number, A: Ptr, beta: Ptr, work: Ptr): void;
  applyReflections(
    m: number,
    n: number,
    A: Ptr,
    beta: Ptr,
    cols: number,
    B: Ptr,
    forward: number,
    work: Ptr,
  ): void;
  solveUpper(n: number, m: number, R: Ptr, ldr: number, B: Ptr): number;
  symmetricEigen(n: number, A: Ptr, values: Ptr, vectors: Ptr): number;
  eigenvalues(n: number, A: Ptr, re: Ptr, im: Ptr, work: Ptr): number;
}

/** Linear-Gaussian recursions: assembly/inference/kalman-filter.ts and kalman-smoother.ts. */
export interface GaussKernels {
  kalmanScratch(n: number, p: number): number;
  kalmanFilter(
    T: number,
    n: number,
    p: number,
    model: Ptr,
    y: Ptr,
    drift: Ptr,
    keep: number,
    tolerance: number,
    mp: Ptr,
    Pp: Ptr,
    mf: Ptr,
    Pf: Ptr,
    ll: Ptr,
    same: Ptr,
    scratch: Ptr,
  ): number;
  kalmanSmoother(
    T: number,
    n: number,
    model: Ptr,
    tolerance: number,
    mp: Ptr,
    Pp: Ptr,
    mf: Ptr,
    Pf: Ptr,
    same: Ptr,
    ms: Ptr,
    Ps: Ptr,
    lag: Ptr,
    p: number,
    scratch: Ptr,
  ): void;
}

/** Steps of filters with one output: assembly/inference/scalar-state.ts. */
export interface ScalarKernels {
  scalarProject(n: number, m: number, c: Ptr, which: Ptr, places: Ptr, P: Ptr, to: Ptr): number;
  scalarUpdate(n: number, inverse: number, error: number, PC: Ptr, x: Ptr, P: Ptr, gain: Ptr): void;
  scalarForward(
    n: number,
    R: number,
    tables: Ptr,
    places: Ptr,
    rows: Ptr,
    x: Ptr,
    count: number,
    P: Ptr,
    work: Ptr,
  ): void;
  scalarBackward(n: number, R: number, tables: Ptr, places: Ptr, rows: Ptr, x: Ptr, N: Ptr, work: Ptr): void;
  scalarStates(n: number, weight: number, places: Ptr, r: Ptr, N: Ptr, states: Ptr): void;
  scalarScore(
    n: number,
    m: number,
    c: Ptr,
    which: Ptr,
    places: Ptr,
    weight: number,
    error: number,
    precision: number,
    gain: Ptr,
    r: Ptr,
    N: Ptr,
    NK: Ptr,
  ): number;
}

/** Sparse products: assembly/algebra/sparse.ts. */
export interface SparseKernels {
  sparseProduct(
    B: number,
    N: number,
    K: number,
    from: Ptr,
    weight: Ptr,
    x: Ptr,
    ldx: number,
    y: Ptr,
    ldy: number,
  ): void;
}

/** The float64 engine, seen whole. */
export interface InferenceEngine extends Engine {
  /** Those of every engine, and those of closed-form inference. */
  readonly kernels: Kernels & MatrixKernels & GaussKernels & MarkovKernels & ScalarKernels & SparseKernels;
}

/** The double-precision engine, loaded at the first call. */
export async function inferenceEngine(): Promise<InferenceEngine> {
  return (await engine("float64")) as InferenceEngine;
}
