/**
 * The E-step of learning a linear dynamical system: expected products of smoothed states. (Ghahramani &
 * Hinton 1996.)
 *
 * Both regressions (x_{t+1} on z_t = (x_t, u_t), and y_t on z_t) are kept as moments of the residual e under
 * the current parameters: no large second moments are subtracted from each other, and the same moments are
 * the gradient of the log-likelihood, by Fisher's identity ∇ ln p(y) = E[∇ ln p(x, y) | y].
 */
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { Kalman, Pass } from "./kalman.ts";
import { Matrix } from "./matrix-value.ts";
import type { Algebra } from "./matrix.ts";
import { diffuseStart, type LinearGaussian } from "./state-space.ts";

/**
 * A regression of r outputs on q inputs: Σ E[eeᵀ] [r,r], Σ E[ezᵀ] [r,q], Σ E[zzᵀ] [q,q] over `count` steps.
 */
export interface Regression {
  count: number;
  ee: Matrix;
  ez: Matrix;
  zz: Matrix;
}

/** Expected products over all sequences. */
export interface LdsMoments {
  readonly transition: Regression;
  readonly emission: Regression;
  /**
   * Sequences, Σ mean [n,1] and Σ covariance [n,n] of x_1, and Σ (mean - m)(mean - m)ᵀ about the current m.
   */
  readonly initial: { count: number; mean: Matrix; covariance: Matrix; spread: Matrix };
}

/** Zero moments for a model of n states, p outputs, m inputs. */
export function ldsMoments(algebra: Algebra, n: number, p: number, m: number): LdsMoments {
  const regression = (r: number): Regression => ({
    count: 0,
    ee: Matrix.zeros(algebra, r),
    ez: Matrix.zeros(algebra, r, n + m),
    zz: Matrix.zeros(algebra, n + m),
  });
  return {
    transition: regression(n),
    emission: regression(p),
    initial: {
      count: 0,
      mean: Matrix.zeros(algebra, n, 1),
      covariance: Matrix.zeros(algebra, n),
      spread: Matrix.zeros(algebra, n),
    },
  };
}

/** Adds the expected products of one smoothed sequence. */
export function addMoments(kalman: Kalman, model: LinearGaussian, pass: Pass, moments: LdsMoments): void {
  const expected = new ExpectedProducts(kalman, model, pass);
  try {
    if (pass.steps > 1) expected.addTransitions(moments.transition);
    expected.addEmissions(moments.emission);
    expected.addInitial(moments.initial);
  } finally {
    expected.dispose();
  }
}

/** Rows of a regression in kernel memory: targets [rows,r] from step `from` on, and weights [r,q]. */
interface Rows {
  readonly rows: number;
  readonly from: number;
  readonly target: Ptr;
  readonly weights: Matrix;
}

/** The first place at or after `from` where a number is missing, or -1. */
function firstHole(y: Float64Array, from: number): number {
  for (let i = from; i < y.length; ++i) if (y[i] !== y[i]) return i;
  return -1;
}

/** The products of one pass. */
class ExpectedProducts {
  readonly #kalman: Kalman;
  readonly #model: LinearGaussian;
  readonly #pass: Pass;
  readonly #arena: Arena;
  /** [T,q] rows (x_t, u_t). */
  readonly #z: Ptr;

  constructor(kalman: Kalman, model: LinearGaussian, pass: Pass) {
    const { memory, kernels: k } = kalman.engine;
    const { state: n, input: m } = model;
    const T = pass.steps;
    const q = n + m;
    this.#kalman = kalman;
    this.#model = model;
    this.#pass = pass;
    this.#arena = new Arena(memory);
    this.#z = this.#arena.reals(T * q);
    k.copyRows(T, n, pass.smoothedMean, n, this.#z, q);
    if (m > 0) k.copyRows(T, m, pass.inputs, m, memory.at(this.#z, n), q);
  }

  /** x_{t+1} on z_t: the residual's own moments, and what the uncertainty of both states adds. */
  addTransitions(to: Regression): void {
    const { memory } = this.#kalman.engine;
    const { state: n, A, B } = this.#model;
    const { steps: T, lag, smoothedCovariance, smoothedMean } = this.#pass;
    const crossed = this.#sum(T - 1, lag);
    const P = this.#sum(T - 1, smoothedCovariance);
    const P1 = this.#sum(T - 1, memory.at(smoothedCovariance, n * n));
    this.#addProducts(to, { rows: T - 1, from: 0, target: memory.at(smoothedMean, n), weights: A.beside(B) });
    const Al = A.timesTransposed(crossed);
    to.ee = to.ee.plus(P1.minus(Al).minus(Al.transposed()).plus(A.congruence(P)));
    addState(to, crossed.minus(A.times(P)), P);
  }

  /**
   * y_t on z_t: runs of complete rows at once; rows with some entries missing are completed in expectation;
   * empty rows tell nothing.
   */
  addEmissions(to: Regression): void {
    const { memory } = this.#kalman.engine;
    const { output: p, state: n } = this.#model;
    const { steps: T, outputs, smoothedCovariance } = this.#pass;
    const y = new Float64Array(memory.reals(outputs, T * p));
    for (let from = 0; from < T;) {
      const hole = firstHole(y, from * p);
      const t = hole < 0 ? T : Math.floor(hole / p);
      if (t > from) this.#addComplete(to, from, t - from);
      from = t + 1;
      if (hole < 0) continue;
      const row = y.subarray(t * p, (t + 1) * p);
      const seen = Array.from({ length: p }, (_, i) => i).filter((i) => row[i] === row[i]);
      if (seen.length === 0) continue;
      const z = this.#row(this.#z, t, to.zz.rows, 1);
      const P = this.#row(smoothedCovariance, t, n, n);
      addPartial(this.#model, to, { seen, y: row, z, P });
    }
  }

  /** x_1, about the mean that it starts from. */
  addInitial(to: LdsMoments["initial"]): void {
    const { state: n, initial } = this.#model;
    const mean = this.#row(this.#pass.smoothedMean, 0, n, 1);
    const gap = initial === "diffuse" ? mean.minus(mean) : mean.minus(diffuseStart(this.#model).mean);
    to.count += 1;
    to.mean = to.mean.plus(mean);
    to.covariance = to.covariance.plus(this.#row(this.#pass.smoothedCovariance, 0, n, n));
    to.spread = to.spread.plus(gap.timesTransposed(gap));
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #addComplete(to: Regression, from: number, rows: number): void {
    const { memory } = this.#kalman.engine;
    const { state: n, output: p, input: m, C } = this.#model;
    const weights = C.beside(Matrix.zeros(C.algebra, p, m)); // D·u is taken off already
    const target = memory.at(this.#pass.outputs, from * p);
    this.#addProducts(to, { rows, from, target, weights });
    const P = this.#sum(rows, memory.at(this.#pass.smoothedCovariance, from * n * n));
    to.ee = to.ee.plus(C.congruence(P));
    addState(to, C.times(P).scaled(-1), P);
  }

  /** e = target - z·weightsᵀ, its products with itself and with z, and those of z. */
  #addProducts(to: Regression, { rows, from, target, weights }: Rows): void {
    const { memory, kernels: k } = this.#kalman.engine;
    const { rows: r, columns: q } = weights;
    const e = this.#arena.reals(rows * r);
    const z = memory.at(this.#z, from * q);
    const W = this.#arena.reals(q * r);
    memory.reals(W, q * r).set(weights.transposed().data);
    k.product(rows, r, q, z, q, W, r, e, r);
    k.axpby(rows * r, 1, target, -1, e);
    const outer = (into: Matrix, X: Ptr, Y: Ptr): Matrix => {
      const { rows: a, columns: b } = into;
      const out = this.#arena.reals(a * b);
      memory.reals(out, a * b).set(into.data);
      k.addOuter(a, b, rows, X, a, Y, b, out, b);
      return this.#matrix(out, a, b);
    };
    to.ee = outer(to.ee, e, e);
    to.ez = outer(to.ez, e, z);
    to.zz = outer(to.zz, z, z);
    to.count += rows;
  }

  /** Σ of `rows` matrices [n,n]. */
  #sum(rows: number, from: Ptr): Matrix {
    const { kernels: k } = this.#kalman.engine;
    const { state: n } = this.#model;
    const out = this.#arena.reals(n * n);
    k.fill(n * n, 0, out);
    k.sumRows(rows, n * n, from, n * n, out);
    return this.#matrix(out, n, n);
  }

  #row(rows: Ptr, t: number, r: number, c: number): Matrix {
    return this.#matrix(this.#kalman.engine.memory.at(rows, t * r * c), r, c);
  }

  #matrix(ptr: Ptr, r: number, c: number): Matrix {
    const data = new Float64Array(this.#kalman.engine.memory.reals(ptr, r * c));
    return new Matrix(this.#kalman.algebra, r, c, data);
  }
}

/**
 * A row of which the entries `seen` are there: y [p] less D·u, z [q,1], and the state's covariance P [n,n].
 */
interface PartialRow {
  readonly seen: readonly number[];
  readonly y: Float64Array;
  readonly z: Matrix;
  readonly P: Matrix;
}

/** Given x, the entries that are missing are regressed on those that are there, through R. */
function addPartial({ state: n, C, R }: LinearGaussian, to: Regression, row: PartialRow): void {
  const { seen, z, P } = row;
  const all = Array.from({ length: R.rows }, (_, i) => i);
  const states = Array.from({ length: n }, (_, j) => j);
  const Co = C.part(seen, states);
  const Rao = R.part(all, seen);
  // R_ao·R_oo⁻¹: identity on the rows that are there
  const H = R.part(seen, seen)
    .solve("observation noise", Rao.transposed(), { semidefinite: true })
    .transposed();
  const y = Matrix.column(
    C.algebra,
    Float64Array.from(seen, (i) => row.y[i]),
  );
  const e = y.minus(Co.times(z.part(states, [0])));
  const CP = Co.times(P);
  const none = Matrix.zeros(C.algebra, seen.length, z.rows - n);
  const ee = CP.timesTransposed(Co).plus(e.timesTransposed(e));
  const ez = e.timesTransposed(z).minus(CP.beside(none));
  to.ee = to.ee.plus(H.congruence(ee)).plus(R.minus(H.timesTransposed(Rao)));
  to.ez = to.ez.plus(H.times(ez));
  to.zz = to.zz.plus(z.timesTransposed(z));
  addState(to, Matrix.zeros(C.algebra, R.rows, n), P);
  to.count += 1;
}

/** ez += [cross, 0], zz += [P 0; 0 0]. */
function addState(to: Regression, cross: Matrix, P: Matrix): void {
  const n = P.rows;
  const q = to.zz.columns;
  to.ez = to.ez.map((x, i) => (i % q < n ? x + cross.at(Math.floor(i / q), i % q) : x));
  to.zz = to.zz.map((x, i) => {
    const row = Math.floor(i / q);
    return row < n && i % q < n ? x + P.at(row, i % q) : x;
  });
}
