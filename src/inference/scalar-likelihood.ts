/**
 * The likelihood of one output by rank-one updates: about n² operations a step where products of whole
 * matrices take n³. A is applied in place (transition.ts); a diffuse start has a covariance of its own.
 * (Koopman & Durbin 2000, "Fast filtering and smoothing for multivariate state space models".)
 *
 * Nothing here guards against rounding as Joseph's form does, so whatever is doubtful has no answer, and the
 * caller takes the Kalman filter's.
 */
import type { Arena } from "../wasm/memory.ts";
import type { ScalarKernels } from "./inference-engine.ts";
import { LOG_TWO_PI } from "./matrix-value.ts";
import { diffuseStart, type LinearGaussian } from "./state-space.ts";
import {
  integersIn,
  takeBlocks,
  TransitionPlan,
  type Block,
  type Integers,
  type Transition,
} from "./transition.ts";

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

/** The row of C in the memory of the kernels: its entries that are not 0, and of which states they are. */
export interface OutputRow {
  readonly count: number;
  readonly entries: Block;
  readonly states: Integers;
}

/** The row of C in two blocks [n] of an arena's memory. */
export function outputRow({ C }: LinearGaussian, { memory }: Arena, blocks: readonly Block[]): OutputRow {
  const [entries, room] = blocks;
  const nonzero = [...C.data.keys()].filter((i) => C.data[i] !== 0);
  const states = integersIn(memory, room, nonzero.length);
  states.ints.set(nonzero);
  nonzero.forEach((i, k) => (entries.reals[k] = C.data[i]));
  return { count: nonzero.length, entries, states };
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
  readonly #kernels: ScalarKernels;
  readonly #transition: Transition;
  readonly #row: OutputRow;
  readonly #mean: Block;
  readonly #P: Block;
  readonly #D: Block;
  /** P·Cᵀ, D·Cᵀ and the gain. */
  readonly #PC: Block;
  readonly #DC: Block;
  readonly #gain: Block;
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
    const { state: n, A, Q, R } = model;
    const { kernels } = A.algebra.engine;
    const start = diffuseStart(model);
    const diffuse = start.W.timesTransposed(start.W).data;
    const sizes = [n * n, n * n, n, n, n, n, n, n, ...plan.sizes];
    const [P, D, mean, PC, DC, gain, entries, of, ...blocks] = takeBlocks(arena, sizes);
    P.reals.set(start.covariance.data);
    D.reals.set(diffuse);
    mean.reals.set(start.mean.data);
    this.#n = n;
    this.#kernels = kernels;
    this.#transition = plan.start({ kernels, memory: arena.memory, blocks });
    this.#row = outputRow(model, arena, [entries, of]);
    this.#mean = mean;
    this.#P = P;
    this.#D = D;
    this.#PC = PC;
    this.#DC = DC;
    this.#gain = gain;
    this.#output = R.data[0];
    this.#noises = [...Q.data.keys()]
      .filter((k) => Q.data[k] !== 0)
      .map((k) => ({ i: Math.floor(k / n), j: k % n, value: Q.data[k] }));
    this.rank = start.W.columns;
  }

  get places(): Int32Array {
    return this.#transition.places.ints;
  }

  /** y less C·mean. */
  error(y: number): number {
    const { count, entries, states } = this.#row;
    const mean = this.#mean.reals;
    let error = y;
    for (let k = 0; k < count; ++k) error -= entries.reals[k] * mean[this.places[states.ints[k]]];
    return error;
  }

  /** to [n] = P·Cᵀ; gives C·to. */
  #project(P: Block, to: Block): number {
    const { count, entries, states } = this.#row;
    const { at } = this.#transition.places;
    return this.#kernels.scalarProject(this.#n, count, entries.at, states.at, at, P.at, to.at);
  }

  /** One value taken in: its gain [n] is written to `gains` from `from` on. False where in doubt. */
  observe(error: number, gains: Float64Array, from: number): boolean {
    const n = this.#n;
    const F = this.#project(this.#P, this.#PC) + this.#output;
    const diffuse = this.rank > 0 ? this.#project(this.#D, this.#DC) : 0;
    this.isDiffuse = diffuse > SOMETHING;
    if (!this.isDiffuse && diffuse > NOTHING) return false;
    this.variance = this.isDiffuse ? diffuse : F;
    if (!(this.variance > SMALLEST && this.variance < LARGEST)) return false;
    this.#largest = Math.max(this.#largest, F);
    if (!(F >= SHARE * this.#largest)) return false;
    const gain = this.#gain.reals;
    if (this.isDiffuse) this.#updateDiffuse(F, error);
    else
      this.#kernels.scalarUpdate(
        n,
        1 / this.variance,
        error,
        this.#PC.at,
        this.#mean.at,
        this.#P.at,
        this.#gain.at,
      );
    for (let i = 0; i < n; ++i) gains[from + i] = gain[i];
    return true;
  }

  /** K = D·Cᵀ/variance, P ← P + F·K·Kᵀ - K·(P·Cᵀ)ᵀ - (P·Cᵀ)·Kᵀ, D ← D - variance·K·Kᵀ. */
  #updateDiffuse(F: number, error: number): void {
    const n = this.#n;
    const { variance } = this;
    const P = this.#P.reals;
    const D = this.#D.reals;
    const PC = this.#PC.reals;
    const DC = this.#DC.reals;
    const gain = this.#gain.reals;
    const mean = this.#mean.reals;
    for (let i = 0; i < n; ++i) {
      gain[i] = DC[i] / variance;
      mean[i] += gain[i] * error;
    }
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
    const { places } = this;
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
  const { rank } = state;
  const places = state.places.slice(); // before anything else takes memory
  const logLikelihood = -0.5 * (known * LOG_TWO_PI + logs.total(model) + squares);
  if (rank > 0 || !Number.isFinite(logLikelihood)) return undefined;
  return { logLikelihood, squares, count, gains, precisions, errors, plan, places };
}
