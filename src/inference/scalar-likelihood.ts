/**
 * The likelihood of one output by rank-one updates: about n² operations a step where the kernel's products
 * of dense matrices take n³. A is kept as its nonzero entries; a diffuse start has a covariance of its own.
 * (Koopman & Durbin 2000, "Fast filtering and smoothing for multivariate state space models".)
 *
 * Nothing here guards against rounding as Joseph's form does, so whatever is doubtful has no answer, and the
 * caller takes the kernel's.
 */
import { LOG_TWO_PI } from "./matrix-value.ts";
import { SparseSquare } from "./sparse-square.ts";
import { diffuseStart, type LinearGaussian } from "./state-space.ts";

/** A diffuse variance of an output above this is there, one below NOTHING is rounding; between: no answer. */
const SOMETHING = 1e-6;
const NOTHING = 1e-11;
/** A variance below this share of the largest before has lost too many digits: no answer. */
const SHARE = 1e-6;
/** Variances of outputs between which products of them neither vanish nor overflow. */
const SMALLEST = 1e-100;
const LARGEST = 1e100;

/** What a forward pass leaves for the one backward. */
export interface ScalarPass {
  /** ln p(y), nats. */
  readonly logLikelihood: number;
  /** K [T,n], the gain before A; 0 where nothing is observed. */
  readonly gains: Float64Array;
  /** 1/F [T]; 0 where the output is diffuse or missing. */
  readonly precisions: Float64Array;
  /** v/F [T]; 0 likewise. */
  readonly errors: Float64Array;
}

/** P ← P - scale·x·xᵀ */
function subtractSquare(P: Float64Array, scale: number, x: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n; ++i) {
    const a = scale * x[i];
    if (a === 0) continue;
    for (let j = 0; j < n; ++j) P[i * n + j] -= a * x[j];
  }
}

/** to = P·c for the entries of c that are not 0; gives c·to. */
function project(P: Float64Array, c: Float64Array, places: readonly number[], to: Float64Array): number {
  const n = c.length;
  to.fill(0);
  for (const k of places) for (let i = 0; i < n; ++i) to[i] += c[k] * P[k * n + i];
  let sum = 0;
  for (const k of places) sum += c[k] * to[k];
  return sum;
}

/** The state of a filter: its mean, its covariance P + κ·D for κ → ∞, and the rank of D. */
interface State {
  readonly c: Float64Array;
  /** Where C is not 0. */
  readonly places: readonly number[];
  readonly noise: number;
  readonly mean: Float64Array;
  readonly P: Float64Array;
  readonly D: Float64Array;
  rank: number;
  /** The largest variance of an output so far. */
  largest: number;
  /** P·Cᵀ and D·Cᵀ. */
  readonly PC: Float64Array;
  readonly DC: Float64Array;
}

function initialState(model: LinearGaussian): State {
  const { state: n, C, R } = model;
  const { mean, covariance, W } = diffuseStart(model);
  const c = C.data;
  return {
    c,
    places: [...c.keys()].filter((i) => c[i] !== 0),
    noise: R.data[0],
    mean: mean.data.slice(),
    P: covariance.data.slice(),
    D: W.timesTransposed(W).data.slice(),
    rank: W.columns,
    largest: 0,
    PC: new Float64Array(n),
    DC: new Float64Array(n),
  };
}

/** One value taken in: its gain, which is written to `gain`, and its variance; undefined where in doubt. */
function observe(state: State, error: number, gain: Float64Array): Variance | undefined {
  const { c, places, mean, P, D, PC, DC } = state;
  const F = project(P, c, places, PC) + state.noise;
  const diffuse = state.rank > 0 ? project(D, c, places, DC) : 0;
  const isDiffuse = diffuse > SOMETHING;
  if (!isDiffuse && diffuse > NOTHING) return undefined;
  const variance = isDiffuse ? diffuse : F;
  if (!(variance > SMALLEST && variance < LARGEST)) return undefined;
  state.largest = Math.max(state.largest, F);
  if (!(F >= SHARE * state.largest)) return undefined;
  const along = isDiffuse ? DC : PC;
  for (let i = 0; i < gain.length; ++i) gain[i] = along[i] / variance;
  for (let i = 0; i < gain.length; ++i) mean[i] += gain[i] * error;
  if (!isDiffuse) {
    subtractSquare(P, variance, gain);
    return { variance, isDiffuse };
  }
  subtractDiffuse(P, F, gain, PC);
  subtractSquare(D, variance, gain);
  state.rank -= 1;
  if (state.rank === 0) D.fill(0);
  return { variance, isDiffuse };
}

/** The variance of a value, or what multiplies κ in it. */
interface Variance {
  readonly variance: number;
  readonly isDiffuse: boolean;
}

/** P ← P + F·K·Kᵀ - K·(P·Cᵀ)ᵀ - (P·Cᵀ)·Kᵀ */
function subtractDiffuse(P: Float64Array, F: number, gain: Float64Array, PC: Float64Array): void {
  const n = gain.length;
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < n; ++j) P[i * n + j] += F * (gain[i] * gain[j]) - (gain[i] * PC[j] + PC[i] * gain[j]);
}

/** Adds up Σ ln F as logarithms of products. */
class LogSum {
  readonly #products: number[] = [];
  #product = 1;

  add(x: number): void {
    this.#product *= x;
    if (this.#product > SMALLEST && this.#product < LARGEST) return;
    this.#products.push(this.#product);
    this.#product = 1;
  }

  total({ A: { algebra } }: LinearGaussian): number {
    return algebra.log([...this.#products, this.#product]).reduce((a, b) => a + b, 0);
  }
}

/**
 * The pass over y [T] of a model with one output and no inputs; undefined where rounding may have spoilt it,
 * or where the start stays diffuse.
 */
export function scalarPass(model: LinearGaussian, y: Float64Array): ScalarPass | undefined {
  const { state: n, A, Q } = model;
  const state = initialState(model);
  const transition = new SparseSquare(n, (i, j) => A.at(i, j));
  const work = new Float64Array(n);
  const pass = {
    gains: new Float64Array(y.length * n),
    precisions: new Float64Array(y.length),
    errors: new Float64Array(y.length),
  };
  const logs = new LogSum();
  let squares = 0;
  let count = 0;
  for (let t = 0; t < y.length; ++t) {
    if (y[t] === y[t]) {
      let error = y[t];
      for (const k of state.places) error -= state.c[k] * state.mean[k];
      const found = observe(state, error, pass.gains.subarray(t * n, (t + 1) * n));
      if (!found) return undefined;
      ++count;
      logs.add(found.variance);
      if (!found.isDiffuse) {
        pass.precisions[t] = 1 / found.variance;
        pass.errors[t] = error / found.variance;
        squares += error * pass.errors[t];
      }
    }
    transition.apply(state.mean, work);
    transition.congruence(state.P);
    for (let i = 0; i < n * n; ++i) state.P[i] += Q.data[i];
    if (state.rank > 0) transition.congruence(state.D);
  }
  const logLikelihood = -0.5 * (count * LOG_TWO_PI + logs.total(model) + squares);
  return state.rank === 0 && Number.isFinite(logLikelihood) ? { ...pass, logLikelihood } : undefined;
}

/** ∂ ln p / ∂Q_ii [n] and ∂ ln p / ∂R: Koopman & Shephard 1992; Durbin & Koopman 2012, 7.3.3. */
export interface VarianceScore {
  readonly states: Float64Array;
  readonly output: number;
}

/** The score from the pass backward, whose start must not depend on the variances. */
export function varianceScore(model: LinearGaussian, y: Float64Array, pass: ScalarPass): VarianceScore {
  const { state: n, A, C } = model;
  const backward = new SparseSquare(n, (i, j) => A.at(j, i));
  const c = C.data;
  const r = new Float64Array(n);
  const N = new Float64Array(n * n);
  const NK = new Float64Array(n);
  const work = new Float64Array(n);
  const states = new Float64Array(n);
  let output = 0;
  for (let t = y.length - 1; t >= 0; --t) {
    for (let i = 0; i < n; ++i) states[i] += 0.5 * (r[i] * r[i] - N[i * n + i]);
    backward.apply(r, work);
    backward.congruence(N);
    if (y[t] !== y[t]) continue;
    const gain = pass.gains.subarray(t * n, (t + 1) * n);
    let u = pass.errors[t];
    for (let i = 0; i < n; ++i) u -= gain[i] * r[i];
    const D = pass.precisions[t] + quadratic(N, gain, NK);
    output += 0.5 * (u * u - D);
    // r = r + Cᵀ·u, N = N - Cᵀ·(N·K)ᵀ - (N·K)·C + Cᵀ·D·C
    for (let i = 0; i < n; ++i) r[i] += c[i] * u;
    for (let i = 0; i < n; ++i)
      for (let j = 0; j < n; ++j) N[i * n + j] += c[i] * (D * c[j]) - (c[i] * NK[j] + NK[i] * c[j]);
  }
  return { states, output };
}

/** to = N·x; gives xᵀ·N·x. */
function quadratic(N: Float64Array, x: Float64Array, to: Float64Array): number {
  const n = x.length;
  let sum = 0;
  for (let i = 0; i < n; ++i) {
    let row = 0;
    for (let j = 0; j < n; ++j) row += N[i * n + j] * x[j];
    to[i] = row;
    sum += x[i] * row;
  }
  return sum;
}
