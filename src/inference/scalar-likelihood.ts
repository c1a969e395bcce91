/**
 * The likelihood of one output by rank-one updates: about n² operations a step where products of whole
 * matrices take n³. A is applied in place (transition.ts); a diffuse start has a covariance of its own.
 * (Koopman & Durbin 2000, "Fast filtering and smoothing for multivariate state space models".)
 *
 * Nothing here guards against rounding as Joseph's form does, so whatever is doubtful has no answer, and the
 * caller takes the Kalman filter's.
 */
import type { Arena } from "../wasm/memory.ts";
import type { MatrixKernels } from "./inference-engine.ts";
import { LOG_TWO_PI } from "./matrix-value.ts";
import { diffuseStart, type LinearGaussian } from "./state-space.ts";
import { takeBlocks, TransitionPlan, type Block, type Transition } from "./transition.ts";

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
  /** Σ v²/F, and the number of its terms: the values that are neither missing nor diffuse. */
  readonly squares: number;
  readonly count: number;
  /** K [T,n], the gain before A, by the places of its step; 0 where nothing is observed. */
  readonly gains: Float64Array;
  /** 1/F [T]; 0 where the output is diffuse or missing. */
  readonly precisions: Float64Array;
  /** v/F [T]; 0 likewise. */
  readonly errors: Float64Array;
  /** Of A, and [n] the places of the states after the last step. */
  readonly plan: TransitionPlan;
  readonly places: Int32Array;
}

/** A row of C, where it is not 0, and what it makes of a covariance. */
interface Projection {
  readonly c: Float64Array;
  readonly nonzero: readonly number[];
  readonly to: Float64Array;
}

/** to = P·cᵀ, with the states at `places`; gives c·to. */
function project(P: Float64Array, { c, nonzero, to }: Projection, places: Int32Array): number {
  const n = to.length;
  to.fill(0);
  for (const k of nonzero) {
    const from = places[k] * n;
    for (let i = 0; i < n; ++i) to[i] += c[k] * P[from + i];
  }
  let sum = 0;
  for (const k of nonzero) sum += c[k] * to[places[k]];
  return sum;
}

/** An entry of Q that is not 0. */
interface Noise {
  readonly i: number;
  readonly j: number;
  readonly value: number;
}

/** The state of a filter: its mean, its covariance P + κ·D for κ → ∞, and the rank of D. */
class State {
  readonly #n: number;
  readonly #kernels: MatrixKernels;
  readonly #transition: Transition;
  readonly #mean: Float64Array;
  readonly #P: Block;
  readonly #D: Block;
  /** P·Cᵀ/√F and its negative. */
  readonly #up: Block;
  readonly #down: Block;
  readonly #alongP: Projection;
  readonly #alongD: Projection;
  readonly #output: number;
  readonly #noises: readonly Noise[];
  /** The largest variance of an output so far. */
  #largest = 0;
  /** The variance of the value that was observed last, or what multiplies κ in it. */
  variance = 0;
  isDiffuse = false;
  /** The rank of D. */
  rank: number;

  constructor(model: LinearGaussian, plan: TransitionPlan, arena: Arena) {
    const { state: n, A, C, Q, R } = model;
    const { kernels } = A.algebra.engine;
    const { mean, covariance, W } = diffuseStart(model);
    const diffuse = W.timesTransposed(W).data;
    const [P, D, up, down, ...work] = takeBlocks(arena, [n * n, n * n, n, n, plan.work, plan.work]);
    P.reals.set(covariance.data);
    D.reals.set(diffuse);
    const c = C.data;
    const nonzero = [...c.keys()].filter((i) => c[i] !== 0);
    this.#n = n;
    this.#kernels = kernels;
    this.#transition = plan.start(kernels, work);
    this.#mean = mean.data.slice();
    this.#P = P;
    this.#D = D;
    this.#up = up;
    this.#down = down;
    this.#alongP = { c, nonzero, to: new Float64Array(n) };
    this.#alongD = { c, nonzero, to: new Float64Array(n) };
    this.#output = R.data[0];
    this.#noises = [...Q.data.keys()]
      .filter((k) => Q.data[k] !== 0)
      .map((k) => ({ i: Math.floor(k / n), j: k % n, value: Q.data[k] }));
    this.rank = W.columns;
  }

  get places(): Int32Array {
    return this.#transition.places;
  }

  /** y less C·mean. */
  error(y: number): number {
    const { c, nonzero } = this.#alongP;
    let error = y;
    for (const k of nonzero) error -= c[k] * this.#mean[this.places[k]];
    return error;
  }

  /** One value taken in: its gain [n] is written to `gains` from `from` on. False where in doubt. */
  observe(error: number, gains: Float64Array, from: number): boolean {
    const n = this.#n;
    const F = project(this.#P.reals, this.#alongP, this.places) + this.#output;
    const diffuse = this.rank > 0 ? project(this.#D.reals, this.#alongD, this.places) : 0;
    this.isDiffuse = diffuse > SOMETHING;
    if (!this.isDiffuse && diffuse > NOTHING) return false;
    this.variance = this.isDiffuse ? diffuse : F;
    if (!(this.variance > SMALLEST && this.variance < LARGEST)) return false;
    this.#largest = Math.max(this.#largest, F);
    if (!(F >= SHARE * this.#largest)) return false;
    const along = this.isDiffuse ? this.#alongD.to : this.#alongP.to;
    const mean = this.#mean;
    const inverse = 1 / this.variance;
    for (let i = 0; i < n; ++i) {
      const gain = along[i] * inverse;
      gains[from + i] = gain;
      mean[i] += gain * error;
    }
    if (this.isDiffuse) this.#subtractDiffuse(F, gains.subarray(from, from + n));
    else this.#subtract(inverse, along);
    return true;
  }

  /** P ← P - P·Cᵀ·(P·Cᵀ)ᵀ/F */
  #subtract(inverse: number, PC: Float64Array): void {
    const n = this.#n;
    const root = Math.sqrt(inverse);
    const up = this.#up.reals;
    const down = this.#down.reals;
    for (let i = 0; i < n; ++i) {
      up[i] = PC[i] * root;
      down[i] = -up[i];
    }
    this.#kernels.addOuter(n, n, 1, this.#up.at, n, this.#down.at, n, this.#P.at, n);
  }

  /** P ← P + F·K·Kᵀ - K·(P·Cᵀ)ᵀ - (P·Cᵀ)·Kᵀ, D ← D - variance·K·Kᵀ. */
  #subtractDiffuse(F: number, gain: Float64Array): void {
    const n = this.#n;
    const { variance } = this;
    const P = this.#P.reals;
    const D = this.#D.reals;
    const PC = this.#alongP.to;
    for (let i = 0; i < n; ++i)
      for (let j = 0; j < n; ++j) {
        P[i * n + j] += F * (gain[i] * gain[j]) - (gain[i] * PC[j] + PC[i] * gain[j]);
        D[i * n + j] -= variance * (gain[i] * gain[j]);
      }
    this.rank -= 1;
    if (this.rank === 0) D.fill(0);
  }

  /** To the next step. */
  advance(): void {
    const n = this.#n;
    const P = this.#P.reals;
    this.#transition.advance(this.#mean, this.rank > 0 ? [this.#P, this.#D] : [this.#P]);
    const { places } = this.#transition;
    for (const { i, j, value } of this.#noises) P[places[i] * n + places[j]] += value;
  }
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
 * The pass over y [T] of a model with one output and no inputs, in the memory of `arena`; undefined where
 * rounding may have spoilt it, or where the start stays diffuse.
 */
export function scalarPass(model: LinearGaussian, y: Float64Array, arena: Arena): ScalarPass | undefined {
  const { state: n, A } = model;
  arena.reset();
  const plan = new TransitionPlan(A);
  const state = new State(model, plan, arena);
  const gains = new Float64Array(y.length * n);
  const precisions = new Float64Array(y.length);
  const errors = new Float64Array(y.length);
  const logs = new LogSum();
  let squares = 0;
  let known = 0;
  let count = 0;
  for (let t = 0; t < y.length; ++t) {
    if (y[t] === y[t]) {
      const error = state.error(y[t]);
      if (!state.observe(error, gains, t * n)) return undefined;
      const { variance, isDiffuse } = state;
      ++known;
      logs.add(variance);
      if (!isDiffuse) {
        ++count;
        precisions[t] = 1 / variance;
        errors[t] = error / variance;
        squares += error * errors[t];
      }
    }
    state.advance();
  }
  const { rank, places } = state;
  const logLikelihood = -0.5 * (known * LOG_TWO_PI + logs.total(model) + squares);
  if (rank > 0 || !Number.isFinite(logLikelihood)) return undefined;
  return { logLikelihood, squares, count, gains, precisions, errors, plan, places };
}
